"""What people would have to do by day, week and person: foresight for a group as pages show it (REQUIREMENTS B8)."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.models import Rank
from stores.channels import Channel
from stores.days import day_label, short_label

from .capacity import Capacity, Holder
from .charts import draw, key_of
from .models import Base

DAILY_MONTHS = 2
"""So far ahead it is shown day by day, further by weeks."""
MOST_PEOPLE = 50
"""So many people are listed, whoever has too much first."""
NOTHING = Counter()


@dataclass(slots=True)
class Tally:
    """What falls: `load` (holder, day, channel) → tasks, `ranks` rank → [tasks, yen]; `targets`: follow-ups begun."""

    load: Counter = field(default_factory=Counter)
    ranks: dict = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    targets: int = 0
    estimated: int = 0
    past: int = 0
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class Period:
    """A day or a week. `existing`: open tasks of the same people; `over`: tasks beyond what somebody can do."""

    first: date
    last: date
    by_channel: dict[str, int]
    existing: int
    capacity: int
    over: int

    @property
    def tasks(self) -> int:
        return sum(self.by_channel.values())

    @property
    def total(self) -> int:
        return self.tasks + self.existing

    @property
    def label(self) -> str:
        """'12/10 (Thu)', or the week's first day alone."""
        return day_label(self.first) if self.first == self.last else f"{short_label(self.first)}–"

    @property
    def channels(self) -> str:
        """'Phone 12, Letter 30'."""
        found = ((channel, self.by_channel.get(channel.value)) for channel in Channel)
        return "、".join(f"{channel.label} {number:,}" for channel, number in found if number)


@dataclass(frozen=True, slots=True)
class PersonLoad:
    """Of one person or a store's pool; `peak`: everything on the fullest day, of which `can_do` can be done."""

    name: str
    tasks: int
    existing: int
    peak_on: date
    peak: int
    can_do: int
    days_over: int

    @property
    def peak_label(self) -> str:
        return day_label(self.peak_on)


@dataclass(frozen=True, slots=True)
class RankCost:
    name: str
    tasks: int
    yen: int


@dataclass(slots=True)
class Spreading:
    """What moves so that less overflows. `by_target`: (customer, deal) → {step's id: days}, of whom something moves."""

    moved: int
    over_before: int
    after: "Workload"
    by_target: dict[tuple[int, int | None], dict[str, int]]

    @property
    def over_after(self) -> int:
        return self.after.over

    @property
    def summary(self) -> str:
        """'120 tasks move within their tolerance: 14 instead of 300 are too many.'"""
        text = ngettext(
            "%(moved)s task moves within its tolerance: %(after)s instead of %(before)s are too many.",
            "%(moved)s tasks move within their tolerance: %(after)s instead of %(before)s are too many.",
            self.moved,
        )
        numbers = {"moved": self.moved, "after": self.over_after, "before": self.over_before}
        return text % {name: f"{number:,}" for name, number in numbers.items()}


@dataclass
class Workload:
    first: date
    last: date
    months: int
    tally: Tally
    capacity: Capacity
    is_flexible: bool = False
    """Whether some step may leave its day."""
    is_choice: bool = False
    """Begun by hand today; else by date, as it comes."""
    bases: frozenset[str] = frozenset()
    spreading: Spreading | None = None

    @property
    def targets(self) -> int:
        return self.tally.targets

    @property
    def estimated(self) -> int:
        return self.tally.estimated

    @property
    def past(self) -> int:
        return self.tally.past

    @property
    def beyond(self) -> int:
        return self.tally.beyond

    @cached_property
    def tasks(self) -> int:
        return sum(self.tally.load.values())

    @cached_property
    def foreseen(self) -> dict[Holder, Counter]:
        """Tasks to come by holder and day."""
        found = defaultdict(Counter)
        for (holder, day, _channel), number in self.tally.load.items():
            if number:
                found[holder][day] += number
        return found

    def total(self, holder: Holder, day: date) -> int:
        """With what is there already."""
        return self.foreseen.get(holder, NOTHING)[day] + self.capacity.existing.get(holder, NOTHING)[day]

    def can_do(self, holder: Holder, day: date) -> int:
        """A person's own; for a pool what the store's people have left."""
        if holder > 0:
            return self.capacity.of(holder, day)
        people = self.capacity.people_of(holder)
        return sum(max(0, self.capacity.of(person, day) - self.total(person, day)) for person in people)

    @cached_property
    def overflow(self) -> dict[Holder, dict[date, int]]:
        """Of the tasks to come, those beyond what can be done, where there are any."""
        found = defaultdict(dict)
        for holder, days in self.foreseen.items():
            for day, number in days.items():
                over = min(number, self.total(holder, day) - self.can_do(holder, day))
                if over > 0:
                    found[holder][day] = over
        return found

    @cached_property
    def over(self) -> int:
        return sum(sum(days.values()) for days in self.overflow.values())

    @property
    def overflows(self) -> bool:
        return bool(self.over)

    @property
    def can_spread(self) -> bool:
        return self.overflows and self.is_flexible

    @cached_property
    def days_over(self) -> int:
        return len({day for days in self.overflow.values() for day in days})

    @cached_property
    def _by_day(self) -> dict[date, Counter]:
        found = defaultdict(Counter)
        for (_holder, day, channel), number in self.tally.load.items():
            found[day][channel] += number
        return found

    @cached_property
    def _existing_by_day(self) -> Counter:
        return sum(self.capacity.existing.values(), Counter())

    @cached_property
    def _over_by_day(self) -> Counter:
        found = Counter()
        for days in self.overflow.values():
            found.update(days)
        return found

    def everybody_can_do(self, day: date) -> int:
        return sum(self.capacity.of(person, day) for person in self.capacity.daily)

    @cached_property
    def periods(self) -> list[Period]:
        """Days; weeks from Monday to Sunday where it is for longer."""
        days = [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]
        stretches = defaultdict(list)
        for day in days:
            stretches[day if self.months <= DAILY_MONTHS else day - timedelta(days=day.weekday())].append(day)
        return [self._period(stretch) for stretch in stretches.values()]

    def _period(self, days: list[date]) -> Period:
        return Period(
            days[0],
            days[-1],
            dict(sum((self._by_day[day] for day in days if day in self._by_day), Counter())),
            sum(self._existing_by_day[day] for day in days),
            sum(map(self.everybody_can_do, days)),
            sum(self._over_by_day[day] for day in days),
        )

    @property
    def busy_periods(self) -> list[Period]:
        """Those in which something falls, for the table."""
        return [period for period in self.periods if period.tasks]

    @cached_property
    def all_people(self) -> list[PersonLoad]:
        """Whoever gets something: with the most days that overflow first."""
        rows = [self._person(holder) for holder, days in self.foreseen.items() if days]
        return sorted(rows, key=lambda row: (-row.days_over, -row.tasks, row.name))

    @property
    def people(self) -> list[PersonLoad]:
        return self.all_people[:MOST_PEOPLE]

    @property
    def more_people(self) -> int:
        return len(self.all_people) - len(self.people)

    def _person(self, holder: Holder) -> PersonLoad:
        days = self.foreseen[holder]
        peak_on = min(days, key=lambda day: (-self.total(holder, day), day))
        return PersonLoad(
            self.capacity.names[holder],
            sum(days.values()),
            sum(self.capacity.existing.get(holder, NOTHING).values()),
            peak_on,
            self.total(holder, peak_on),
            self.can_do(holder, peak_on),
            len(self.overflow.get(holder, ())),
        )

    @cached_property
    def ranks(self) -> list[RankCost]:
        names = {None: _("Without a rank"), **{rank.pk: rank.code for rank in Rank.objects.all()}}
        found = ((names[pk], self.tally.ranks[pk]) for pk in [*list(names)[1:], None] if pk in self.tally.ranks)
        return [RankCost(name, tasks, yen) for name, (tasks, yen) in found if tasks]

    @property
    def yen(self) -> int:
        return sum(yen for _tasks, yen in self.tally.ranks.values())

    @cached_property
    def busiest(self) -> date | None:
        days = {day: sum(found.values()) + self._existing_by_day[day] for day, found in self._by_day.items()}
        return min(days, key=lambda day: (-days[day], day), default=None)

    @property
    def summary(self) -> str:
        """'Busiest: 12/10 (Thu) with 48 tasks for 3 people who can do 40. On 2 days …'"""
        if self.busiest is None:
            return _("No task falls in this time.")
        day = self.busiest
        people = len(self.capacity.daily)
        number = sum(self._by_day[day].values()) + self._existing_by_day[day]
        text = ngettext(
            "Busiest: %(day)s with %(tasks)s tasks for %(people)s person who can do %(can_do)s.",
            "Busiest: %(day)s with %(tasks)s tasks for %(people)s people who can do %(can_do)s.",
            people,
        )
        words = {"tasks": number, "people": people, "can_do": self.everybody_can_do(day)}
        busiest = text % {"day": day_label(day), **{name: f"{value:,}" for name, value in words.items()}}
        return f"{busiest} {self._over_words}"

    @property
    def _over_words(self) -> str:
        if not self.over:
            return _("Everybody can do what falls to them.")
        text = ngettext(
            "On %(days)s day somebody gets more than they can do: %(over)s tasks too many.",
            "On %(days)s days somebody gets more than they can do: %(over)s tasks too many.",
            self.days_over,
        )
        return text % {"days": f"{self.days_over:,}", "over": f"{self.over:,}"}

    @property
    def notes(self) -> list[str]:
        """What the figures leave out of account, and what in them is an estimate."""
        notes = [
            _("As if nothing ended early. Customers’ convenient days, and calls of other patterns, are left out."),
        ]
        if self.is_choice and Base.CHOSEN in self.bases:
            notes.append(_("Counted as if it were chosen today for everybody."))
        if self.estimated:
            text = _("%(tasks)s of the tasks are an estimate: %(how)s")
            notes.append(text % {"tasks": f"{self.estimated:,}", "how": self._estimate_words})
        if self.past:
            text = _("%(steps)s steps are past already and are left out.")
            notes.append(text % {"steps": f"{self.past:,}"})
        if self.beyond:
            text = _("%(tasks)s tasks fall later than shown here.")
            notes.append(text % {"tasks": f"{self.beyond:,}"})
        return notes

    @property
    def _estimate_words(self) -> str:
        if Base.SILENCE in self.bases:
            return _("as if every customer were in touch once each time.")
        if any(Base(base).is_of_vehicle for base in self.bases):
            return _("as if every car were kept and its next date came after its usual term.")
        return _("as often as it happened in the last twelve months.")

    @cached_property
    def chart(self) -> str:
        """Drawn as SVG: tasks by channel on top of what is there already, with what people can do as a line."""
        return draw(self.periods, title=_("Tasks and what people can do"))

    @property
    def chart_key(self) -> list[tuple[str, str]]:
        """(class, label) of what stands in the chart."""
        return key_of(self.periods)

    def moved(self, load: Counter) -> "Workload":
        """The same with tasks on other days."""
        return replace(self, tally=replace(self.tally, load=load), spreading=None)
