"""What points at a customer, and what becomes of it when two customers are made one or one goes to another store.

Rows of upper floors are known by what those floors register here (AppConfig.ready): nothing points at a customer that
nobody has thought about (tests/customers/test_merging.py).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from django.db.models import DO_NOTHING
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Customer

LAST = 9
"""Rows of this turn nobody waits for: they are not locked beforehand."""


class Fate(Enum):
    """Of a row that points at the customer who is merged away."""

    MOVES = auto()
    MOVES_UNLESS_THERE = auto()
    """One at most: theirs, where the other has none."""
    STAYS = auto()


@dataclass(frozen=True)
class Relation:
    """`turn`: when its rows are locked, lower first; `words`: what is counted in a preview, without: nothing is.

    `owns`: not where the row is another customer's and only names this one.
    """

    fate: Fate
    words: str | Promise = ""
    turn: int = LAST
    owns: bool = True


@dataclass(frozen=True)
class Verbs:
    """What an upper floor does. `foresee(winner, loser)` gives sentences; `before(winner, loser, by, now)` two become
    one; `join(kept, gone, by, now)` two cars become one; `settle(customer, owner, now, moved=…)` once they have this
    owner, and have come from another store where `moved`.
    """

    foresee: Callable
    before: Callable
    join: Callable
    settle: Callable


RELATIONS: dict[str, Relation] = {}
VERBS: list[Verbs] = []


def register(relations: dict[str, Relation], verbs: Verbs | None = None):
    """`relations`: by "app.Model.field"."""
    RELATIONS.update(relations)
    if verbs and verbs not in VERBS:
        VERBS.append(verbs)


def name_of(field) -> str:
    return f"{field.model._meta.label}.{field.name}"


def pointing() -> Iterator:
    """Every foreign key to a customer. Tables of history keep what was, and are none."""
    for relation in Customer._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and relation.on_delete is not DO_NOTHING:
            yield relation.field


def in_turn() -> list[tuple]:
    """(foreign key, Relation) in the order in which everybody locks rows. Raises LookupError for one nobody knows."""
    found = [(field, RELATIONS[name_of(field)]) for field in pointing()]
    return sorted(found, key=lambda entry: (entry[1].turn, name_of(entry[0])))


def foreign_keys_of(model) -> list:
    """Those of a table that point at customers."""
    return [field for field in pointing() if field.model is model]


def owning_keys_of(model) -> list:
    """By which its rows are a customer's own."""
    return [field for field in foreign_keys_of(model) if RELATIONS[name_of(field)].owns]


def has_store(model) -> bool:
    return any(field.name == "store" for field in model._meta.concrete_fields)


def hold_all(pks) -> dict[int, Customer]:
    """Lock these customers and all that points at them, in everybody's order; the customers by id, those still there.

    The customers come last and are locked so that nobody can point at them anew until the transaction ends.
    """
    for field, relation in in_turn():
        if relation.turn < LAST:
            rows = field.model._base_manager.filter(**{f"{field.name}__in": pks}).order_by("pk")
            list(rows.select_for_update(no_key=True).values_list("pk"))
    return {row.pk: row for row in Customer.objects.with_ids(pks).order_by("pk").select_for_update(of=("self",))}


register(
    {
        "customers.Vehicle.customer": Relation(Fate.MOVES, _("Vehicles"), turn=2),
        "customers.Vehicle.used_by": Relation(Fate.MOVES, turn=2, owns=False),
        "customers.FamilyMember.customer": Relation(Fate.MOVES, _("Family")),
        "customers.Fact.customer": Relation(Fate.MOVES, _("What we know")),
        "customers.Consent.customer": Relation(Fate.MOVES),
        "customers.Deal.customer": Relation(Fate.MOVES, _("Deals"), turn=3),
        "customers.Customer.referrer": Relation(Fate.MOVES, _("People they sent")),
        "customers.Customer.merged_into": Relation(Fate.STAYS),
        "customers.BusinessCard.customer": Relation(Fate.MOVES, _("Business cards")),
        "customers.RankStanding.customer": Relation(Fate.STAYS, turn=5),
        "customers.RankChange.customer": Relation(Fate.MOVES),
        "customers.RankHold.customer": Relation(Fate.MOVES_UNLESS_THERE),
        "customers.ImportRow.customer": Relation(Fate.STAYS),
        "customers.ImportRow.other_customer": Relation(Fate.STAYS),
        "customers.Duplicate.one": Relation(Fate.STAYS),
        "customers.Duplicate.other": Relation(Fate.STAYS),
        "customers.Merge.winner": Relation(Fate.STAYS),
        "customers.Merge.loser": Relation(Fate.STAYS),
        "customers.StoreMove.customer": Relation(Fate.MOVES),
    }
)
