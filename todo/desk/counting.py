"""How many of each kind stand with whom, by age: one statement for all numbers of the desk."""

from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from followups.models import Task
from stores.models import Staff, Store

from .kinds import AGES, KINDS, OVERDUE, Kind
from .which import address

_FIGURES = """
    count(*), count(*) FILTER (WHERE moment >= %s), count(*) FILTER (WHERE moment < %s AND moment >= %s),
    count(*) FILTER (WHERE moment < %s AND moment >= %s), count(*) FILTER (WHERE moment < %s)
"""
ABSENT = "absent"


class Number(NamedTuple):
    """A number and the address of just the rows that it counts."""

    value: int
    url: str
    label: str = ""


@dataclass
class Line:
    """One person's numbers of one kind: all, and by age; `person` is None for what is nobody's."""

    person: Staff | None
    total: Number
    ages: list[Number]


@dataclass
class Section:
    """One kind with everybody who has some of it; `most` is the largest total of a person."""

    kind: Kind
    lines: list[Line]
    total: Number
    ages: list[Number]

    @property
    def most(self) -> int:
        return max((line.total.value for line in self.lines), default=0)


@dataclass
class Absent:
    """Somebody who is off today, with what is to be done today; `overdue` of it is late already."""

    person: Staff
    today: Number
    overdue: int

    @property
    def query(self) -> str:
        """Of the number's address: the same rows are handed over."""
        return self.today.url[self.today.url.index("?") :]


@dataclass
class Desk:
    sections: list[Section]
    absent: list[Absent] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not any(section.total.value for section in self.sections) and not any(
            row.today.value for row in self.absent
        )


def desk(me, stores: list[Store], store: Store | None, now) -> Desk:
    """Everything on the desk of these stores, or of one of them."""
    places = [store] if store else stores
    counted = _count(me, places, now)
    ids = {person for people in counted.values() for person in people if person}
    people = Staff.objects.working_in_or_with_ids(places, ids).with_off_on(timezone.localdate(now))
    by_id = {person.pk: person for person in people.by_name()}
    absent = counted.pop(ABSENT)
    return Desk(
        sections=[_section(KINDS[key], found, by_id, store) for key, found in counted.items()],
        absent=[
            Absent(
                person,
                Number(absent.get(person.pk, _NOTHING)[0], address(OVERDUE, store=store, who=person.pk, today=True)),
                absent.get(person.pk, _NOTHING)[-1],
            )
            for person in by_id.values()
            if person.is_off and (person.works_here or person.pk in absent)
        ],
    )


_NOTHING = (0, 0, 0, 0, 0)


def _section(kind: Kind, found: dict, by_id: dict, store) -> Section:
    def line(person_id, figures) -> Line:
        return Line(by_id.get(person_id), *numbers(person_id or "nobody", figures))

    def numbers(who, figures):
        ages = [
            Number(value, address(kind, store=store, who=who, age=age), str(label))
            for age, label, value in zip(AGES, kind.ages, figures[1:], strict=True)
        ]
        return Number(figures[0], address(kind, store=store, who=who)), ages

    order = sorted(found, key=lambda person: (person is None, -found[person][0], str(by_id.get(person))))
    sums = [sum(column) for column in zip(*found.values(), strict=True)] or list(_NOTHING)
    return Section(kind, [line(person, found[person]) for person in order], *numbers("", sums))


def _count(me, places, now) -> dict[str, dict[int | None, tuple]]:
    """By kind and person: how many, and how many of each age."""
    absent = Staff.objects.off_on(timezone.localdate(now)).values("pk")
    parts = {key: (kind.rows(me, now), kind.work.holder, kind.moment, kind.cuts(now)) for key, kind in KINDS.items()}
    parts[ABSENT] = (Task.objects.managed_by(me).reached(now).of_people(absent), "assignee", "late_at", [now] * 3)
    statements, parameters = [], []
    for key, (rows, holder, moment, (first, second, third)) in parts.items():
        sql, given = rows.in_stores(places).order_by().values_list(holder, moment).query.sql_with_params()
        statements.append(f"SELECT %s, person, {_FIGURES} FROM ({sql}) AS rows (person, moment) GROUP BY person")
        parameters += [key, first, first, second, second, third, third, *given]
    counted = {key: {} for key in parts}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), parameters)
        for key, person, *figures in cursor.fetchall():
            counted[key][person] = tuple(figures)
    return counted
