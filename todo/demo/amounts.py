"""How much of everything there is: the one place to turn when the demonstration should be larger or busier."""

from dataclasses import dataclass, field
from datetime import timedelta

TASKS_PER_CUSTOMER = 10
CUSTOMERS_PER_STAFF = 667
CUSTOMERS_PER_STORE = 4000
YEARS_BACK = 2
LARGE = 20_000
"""From so many customers on the amounts are shares of all tasks; below, what a person can do in a day."""


@dataclass
class Quota:
    """What stands on one person's board."""

    on_time: int
    overdue: int
    upcoming: int
    replied: int
    new: int
    done_today: int


@dataclass(frozen=True)
class Amounts:
    """`done`: share of all tasks; `oldest_overdue`: how long the oldest overdue task has been late."""

    customers: int
    done: float = 0.66
    overdue: float = 0.03
    today: float = 0.01
    upcoming: float = 0.14
    oldest_overdue: timedelta = timedelta(days=3)
    large: bool = field(init=False, default=False)

    @classmethod
    def of(cls, customers: int) -> "Amounts":
        if customers < LARGE:
            return cls(customers)
        amounts = cls(customers, done=0.60, oldest_overdue=timedelta(days=21))
        object.__setattr__(amounts, "large", True)
        return amounts

    @property
    def tasks(self) -> int:
        return self.customers * TASKS_PER_CUSTOMER

    @property
    def stores(self) -> int:
        return max(3, round(self.customers / CUSTOMERS_PER_STORE))

    @property
    def staff(self) -> int:
        return max(15, round(self.customers / CUSTOMERS_PER_STAFF))

    def quota(self, rng, customers: int) -> Quota:
        """For a person who looks after so many customers."""
        messages = {"replied": rng.randint(3, 6), "new": rng.randint(1, 3), "done_today": rng.randint(2, 5)}
        if self.large:
            tasks = customers * TASKS_PER_CUSTOMER
            return Quota(
                on_time=round(tasks * self.today),
                overdue=round(tasks * self.overdue),
                upcoming=round(tasks * self.upcoming),
                **messages,
            )
        quota = Quota(rng.randint(10, 14), rng.randint(6, 8), round(customers * 0.6), **messages)
        return self._fitting(quota, customers)

    def _fitting(self, quota: Quota, customers: int) -> Quota:
        """Few customers can't fill a whole board: then every view has at least something."""
        most = max(1, customers // 4)
        return Quota(**{name: min(wanted, most) for name, wanted in vars(quota).items()})
