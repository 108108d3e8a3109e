"""Whether a person gets new leads now, and if not, the way back (REQUIREMENTS E6)."""

from collections import Counter
from dataclasses import dataclass

from django.urls import reverse

from stores.models import Staff

from .allocation import Candidate, is_below, to_come, to_mend
from .giving import candidates
from .input_rate import JUDGED_OVER, Fault, faulty_entries
from .models import LeadRule

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """A person among those who may get leads. `lowest`: the highest threshold that they are below, else None."""

    staff: Staff
    facts: Candidate
    lowest: int | None

    @property
    def could_get_one(self) -> bool:
        return self.facts.on_duty and self.lowest is None

    @property
    def to_mend(self) -> int:
        return to_mend(self.facts, self.lowest)

    @property
    def to_come(self) -> int | None:
        return to_come(self.facts, self.lowest)


def standings(store, rules, now) -> list[Standing]:
    """Everybody who comes into question, by name."""
    found = candidates(store.pk, now)
    people = Staff.objects.in_bulk([one.staff_id for one in found])
    return [Standing(people[one.staff_id], one, _lowest(one, rules)) for one in found]


def own_standing(store, me, now) -> dict:
    """What the person's own page shows; `mine` is None for who gets no leads there."""
    rules = list(LeadRule.objects.in_store(store).for_page())
    mine = next((one for one in standings(store, rules, now) if one.staff == me), None)
    entries = faulty_entries(store, me, now - JUDGED_OVER, now, limit=SHOWN) if mine else []
    return {
        "store": store,
        "rules": rules,
        "mine": mine,
        "faults": [(Fault(code).label, n) for code, n in Counter(entry.fault for entry in entries).items()],
        "entries": [(entry, _where(entry)) for entry in entries],
    }


def _lowest(one: Candidate, rules) -> int | None:
    return max((rule.lowest_percent for rule in rules if is_below(one, rule.lowest_percent)), default=None)


def _where(entry) -> str:
    """Where it is put right."""
    if entry.fault == Fault.MISSING:
        return reverse("todo:task", args=[entry.task_id])
    if entry.fault == Fault.INCOMPLETE:
        return reverse("todo:contact-complete", args=[entry.contact_id])
    return reverse("todo:customer", args=[entry.customer_id])
