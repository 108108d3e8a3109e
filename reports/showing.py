"""A morning's report as its reader sees it, on the page and by mail: numbers, and where each leads.

Managers see everybody of the store; others the store as a whole and their own line.
"""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from stores.models import Staff

from .figures import FIGURES
from .models import Heard, MorningReport
from .people import rows_url
from .rows import minutes_in_words


@dataclass(frozen=True)
class Column:
    """A number of each line. `figure`: the rows behind it, `only`: which of them; `adds`: what is counted apart."""

    key: str
    label: Promise
    figure: str
    only: str = ""
    adds: str = ""
    is_bad: bool = False


RESULTS = (
    Column("due", pgettext_lazy("morning", "Due"), "execution"),
    Column("done", pgettext_lazy("morning", "Done"), "execution", "yes"),
    Column("on_time", pgettext_lazy("morning", "On time"), "on-time", "yes"),
    Column("spoke", gettext_lazy("Spoke"), "spoke"),
    Column("visits", gettext_lazy("Visits"), "visits"),
    Column("appointments", gettext_lazy("Appointments"), "appointments"),
    Column("orders", gettext_lazy("Orders"), "orders"),
)
ENTRIES = (
    Column("missing", gettext_lazy("Not entered"), "input", "missing", is_bad=True),
    Column("late", gettext_lazy("Entered late"), "input", "late", "late_contacts", is_bad=True),
    Column("incomplete", gettext_lazy("Incomplete"), "input", "incomplete", "incomplete_contacts", is_bad=True),
)


@dataclass(frozen=True)
class Cell:
    """`url` is empty where the rows are not for the reader, or there are none."""

    label: str
    value: int
    url: str = ""
    is_bad: bool = False


@dataclass(frozen=True)
class Line:
    """One person's; `person` None: what is nobody's. Of the whole store where `is_total`."""

    person: Staff | None
    results: list[Cell]
    entries: list[Cell]
    overdue: Cell
    today: Cell
    elsewhere: int = 0
    can: int | None = None
    is_off: bool = False
    is_total: bool = False
    faults_url: str = ""
    hand_over: str = ""
    """Where what is overdue goes to others, of who is off all of today's; empty where there is none of it."""

    @property
    def load(self) -> int:
        """All of today, of the person's other stores as well."""
        return self.today.value + self.elsewhere

    @property
    def is_too_much(self) -> bool:
        return self.can is not None and self.load > self.can

    @property
    def faults(self) -> int:
        return sum(cell.value for cell in self.entries)


@dataclass
class Shown:
    total: Line
    lines: list[Line]
    leads: list[Cell]
    waited: str
    heard: list[Cell]
    for_manager: bool
    off: list[Staff] = field(default_factory=list)


def shown(report: MorningReport, reader: Staff) -> Shown:
    """Two statements, however many people there are."""
    return _Showing(report, reader).everything()


class _Showing:
    def __init__(self, report: MorningReport, reader: Staff):
        self.report, self.reader = report, reader
        self.for_manager = reader.may_manage(report.store_id)
        self.rows = {row["who"]: row for row in report.figures["people"]}
        self.query = {
            "span": "days",
            "on": report.first_on.isoformat(),
            "until": report.last_on.isoformat(),
            "store": report.store_id,
        }

    def everything(self) -> Shown:
        people = Staff.objects.working_in_or_with_ids([self.report.store_id], [pk for pk in self.rows if pk]).by_name()
        counted = [person for person in people if person.pk in self.rows]
        lines = [self._line(person, self.rows[person.pk]) for person in counted if self._may_name(person)]
        if self.for_manager and any(n for name, n in self.rows.get(None, {}).items() if name != "who"):
            lines.append(self._line(None, self.rows[None]))
        leads = self.report.figures["leads"]
        return Shown(
            total=self._total(),
            lines=lines,
            leads=self._leads(leads),
            waited=minutes_in_words(leads.get("minutes")),
            heard=self._heard(self.report.figures["heard"]),
            for_manager=self.for_manager,
            off=[line.person for line in lines if line.is_off] if self.for_manager else [],
        )

    def _may_name(self, person) -> bool:
        return self.for_manager or person == self.reader

    def _total(self) -> Line:
        sums = {}
        for row in self.rows.values():
            for name, number in row.items():
                if name != "who":
                    sums[name] = sums.get(name, 0) + number
        return Line(
            None,
            [self._cell(column, sums, "store") for column in RESULTS],
            [self._cell(column, sums, "store") for column in ENTRIES],
            overdue=Cell(_("Overdue"), sums.get("overdue", 0), self._standing("", "overdue"), is_bad=True),
            today=Cell(_("To do today"), sums.get("today", 0), self._standing("", "today")),
            can=sums.get("can", 0),
            is_total=True,
            faults_url=rows_url(FIGURES["input"], self.query, who="store", only="no"),
        )

    def _line(self, person, row) -> Line:
        who = "nobody" if person is None else "me" if person == self.reader else person.pk
        opens = person is None or person == self.reader or person.works_here
        overdue, today = row.get("overdue", 0), row.get("today", 0)
        is_off = bool(row.get("off"))
        holder = "nobody" if person is None else person.pk
        given = "today" if is_off else "overdue"
        return Line(
            person,
            [self._cell(column, row, who if opens else "") for column in RESULTS],
            [self._cell(column, row, who if opens else "") for column in ENTRIES],
            overdue=Cell(_("Overdue"), overdue, self._standing(holder, "overdue"), is_bad=True),
            today=Cell(_("To do today"), today, self._standing(holder, "today")),
            elsewhere=row.get("elsewhere", 0),
            can=row.get("can", 0) if row.get("member") else None,
            is_off=is_off,
            hand_over=self._desk("hand-over", holder, given) if self.for_manager and row.get(given) else "",
        )

    def _cell(self, column: Column, row, who) -> Cell:
        more = {"only": column.only} if column.only else {}
        number = row.get(column.key, 0) + row.get(column.adds, 0)
        url = rows_url(FIGURES[column.figure], self.query, who=who, **more) if who and number else ""
        return Cell(str(column.label), number, url, column.is_bad)

    def _standing(self, holder, which) -> str:
        """Where one acts on what is open: the manager's desk, else the board."""
        if self.for_manager:
            return self._desk("rows", holder, which)
        view = "overdue" if which == "overdue" else "on-time"
        return f"{reverse('todo:board')}?{urlencode({'view': view, 'who': 'me' if holder else 'store'})}"

    def _desk(self, action, holder, which) -> str:
        asked = {"store": self.report.store_id, "who": holder, "open": "today" if which == "today" else ""}
        given = urlencode({name: value for name, value in asked.items() if value})
        return f"{reverse(f'todo:desk-{action}', args=['tasks'])}?{given}"

    def _leads(self, leads) -> list[Cell]:
        figure, query = FIGURES["leads"], {**self.query, "who": "store"}
        came, in_time = leads.get("came", 0), leads.get("in_time", 0)
        if self.for_manager:
            untouched = f"{reverse('todo:desk-rows', args=['leads'])}?store={self.report.store_id}"
        else:
            untouched = f"{reverse('todo:board')}?view=new&who=store"
        return [
            Cell(_("Came in"), came, rows_url(figure, query)),
            Cell(_("Answered in time"), in_time, rows_url(figure, query, only="yes")),
            Cell(_("Not in time"), came - in_time, rows_url(figure, query, only="no"), is_bad=True),
            Cell(_("Nobody has begun"), leads.get("untouched", 0), untouched, is_bad=True),
        ]

    def _heard(self, numbers) -> list[Cell]:
        query = {**self.query, "who": "store"}
        return [
            Cell(
                str(kind.label),
                numbers.get(kind, 0),
                f"{reverse('reports:heard')}?{urlencode({**query, 'kind': kind.value})}",
                is_bad=kind == Heard.COMPLAINT,
            )
            for kind in Heard
        ]
