"""How often a script was used and what came of it (REQUIREMENTS B11).

A script is used when a task of a step that took its words from the library is recorded. Counted are the records that
stand, for the stores that count their tasks, of tasks whose time ran out within the last twelve months or runs out
later. Spoke: the two exchanged words; an appointment is one of those.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta
from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce

from .input_rate import Rate
from .models import Contact, Outcome
from .models.contact import CONVERSATIONS

MONTHS = 12
SPOKE = Q(outcome__in=CONVERSATIONS)
APPOINTED = Q(outcome=Outcome.APPOINTMENT)


@dataclass(frozen=True)
class Use:
    used: int = 0
    spoke: int = 0
    appointments: int = 0

    def __add__(self, other: "Use") -> "Use":
        return Use(self.used + other.used, self.spoke + other.spoke, self.appointments + other.appointments)

    @property
    def spoke_rate(self) -> Rate:
        return Rate(self.spoke, self.used)

    @property
    def appointment_rate(self) -> Rate:
        return Rate(self.appointments, self.used)


def records(scripts: Iterable[int], stores: Iterable[int], now):
    """The records that count, with `place`: the store that counts the task."""
    rows = Contact.objects.standing().filter(
        task__step__from_script__script__in=list(scripts),
        task__first_late_at__gte=now - relativedelta(months=MONTHS),
    )
    return rows.annotate(place=Coalesce(F("task__counted_store"), F("task__store"))).filter(place__in=list(stores))


def uses_of(scripts: Iterable[int], stores: Iterable[int], now) -> dict[int, dict[int, Use]]:
    """{script: {version: Use}} of those that were used; one statement."""
    rows = records(scripts, stores, now)
    counts = {
        "used": Count("pk"),
        "spoke": Count("pk", filter=SPOKE),
        "appointments": Count("pk", filter=APPOINTED),
    }
    by = {"version": F("task__step__from_script"), "script": F("task__step__from_script__script")}
    found: dict[int, dict[int, Use]] = {}
    for row in rows.order_by().values(**by).annotate(**counts):
        use = Use(row["used"], row["spoke"], row["appointments"])
        found.setdefault(row["script"], {})[row["version"]] = use
    return found
