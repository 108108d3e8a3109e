"""Which rows of the desk are meant: what a number leads to, and what was ticked."""

from dataclasses import dataclass, field

from django.http import Http404
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from customers.models import Stage, StageSetting
from followups.models import Task
from followups.work import Held
from stores.inputs import whole_number
from stores.models import Store

from .kinds import AGES, KINDS, OVERDUE, Kind

MOST = 5_000
"""So many at once: those that have waited longest."""


def stores_of(me, asked: str) -> tuple[list[Store], Store | None]:
    """(the stores that `me` manages, the one asked for). Raises Http404 for one that isn't among them."""
    stores = list(Store.objects.managed_by(me))
    number = whole_number(asked)
    if not asked or number is None:
        return stores, None
    chosen = next((store for store in stores if store.pk == number), None)
    if chosen is None:
        raise Http404
    return stores, chosen


@dataclass(frozen=True)
class Which:
    """One kind of rows, by store, by person (an id, or "nobody"), by age and stage, or somebody's tasks of today."""

    kind: Kind
    store: Store | None = None
    who: int | str = ""
    age: str = ""
    today: bool = False
    stage: str = ""
    stores: list = field(default_factory=list, compare=False)

    @classmethod
    def parse(cls, key: str, asked, me) -> "Which":
        """Raises Http404 for a kind that isn't one, and for a store that `me` doesn't manage."""
        if key not in KINDS:
            raise Http404
        stores, store = stores_of(me, asked.get("store", ""))
        who = asked.get("who", "")
        return cls(
            kind=KINDS[key],
            store=store,
            who=who if who == "nobody" else whole_number(who) or "",
            age=asked.get("age", "") if asked.get("age") in AGES else "",
            today=key == OVERDUE.key and asked.get("open") == "today",
            stage=asked.get("stage", "") if KINDS[key].by_stage and asked.get("stage") in Stage.values else "",
            stores=stores,
        )

    def rows(self, me, now):
        """Without an order."""
        rows = Task.objects.managed_by(me).reached(now) if self.today else self.kind.rows(me, now)
        if self.store:
            rows = rows.in_store(self.store)
        if self.who:
            rows = rows.filter(**{self.kind.work.holder: None if self.who == "nobody" else self.who})
        if self.stage:
            rows = rows.in_stage(self.stage)
        return self.kind.of_age(rows, AGES.index(self.age), now) if self.age and not self.today else rows

    def settled(self, me, number: int) -> list:
        """The last so many that were settled, of a kind that shows them; by store and person like the list."""
        if not self.kind.settled:
            return []
        rows = self.kind.settled(me)
        if self.store:
            rows = rows.in_store(self.store)
        if self.who:
            rows = rows.filter(**{self.kind.work.holder: None if self.who == "nobody" else self.who})
        return list(rows[:number])

    @property
    def people(self) -> list[int]:
        """Whoever is asked for, also when they don't work there any more."""
        return [self.who] if isinstance(self.who, int) else []

    @property
    def title(self) -> str:
        return _("To do today") if self.today else self.kind.title

    @property
    def ages(self) -> list[tuple]:
        return list(zip(AGES, self.kind.ages, strict=True))

    @property
    def is_narrowed(self) -> bool:
        return bool(self.who or self.age or self.today or self.stage)

    @property
    def stages(self) -> list[tuple]:
        return StageSetting.objects.as_choices() if self.kind.by_stage else []

    def following(self, row, me, now) -> int | None:
        """The id of what comes after that row, which is settled by now; None for the last one."""
        side = "lte" if self.kind.newest_first else "gte"
        after = {f"{self.kind.moment}__{side}": getattr(row, self.kind.moment)}
        rows = self.kind.in_order(self.rows(me, now).filter(**after).exclude(pk=row.pk))
        return rows.values_list("pk", flat=True).first()

    @property
    def query(self) -> str:
        """As an address carries it."""
        return urlencode(
            {
                name: value
                for name, value in (
                    ("store", self.store.pk if self.store else ""),
                    ("who", self.who),
                    ("age", self.age),
                    ("open", "today" if self.today else ""),
                    ("stage", self.stage),
                )
                if value
            }
        )

    @property
    def panel_query(self) -> str:
        """Carried by what opens beside the list, so that it leads on to the next row of it."""
        return f"?at=desk&{self.query}" if self.query else "?at=desk"

    @property
    def url(self) -> str:
        return f"{self.kind.url}?{self.query}" if self.query else self.kind.url


def address(kind: Kind, *, store=None, who="", age="", today=False) -> str:
    """Where a number leads."""
    return Which(kind, store, who, age, today).url


def picked(posted, which: Which, me, now) -> list[Held]:
    """The rows a form names, of the stores that `me` manages: ticked ones, all of the list, or those confirmed.

    What is closed by now is among them, and says so; what belongs to another store is not.
    """
    if "ids" in posted:
        texts = posted["ids"].split(",")
    elif "all" in posted:
        texts = map(str, which.kind.in_order(which.rows(me, now)).values_list("pk", flat=True)[:MOST])
    else:
        texts = posted.getlist("row")
    ids = [whole_number(text) for text in texts]
    return which.kind.work.known(list(dict.fromkeys(pk for pk in ids if pk is not None))[:MOST], me)
