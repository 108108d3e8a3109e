"""The pattern editor: several forms that are shown, arranged, previewed and saved together."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from customers.models import Rank
from stores.calendar import NoOpenDay
from stores.inputs import whole_number
from stores.models import Store

from ..foresight import Foreseen, Month, foresee, months
from ..models import Base, Pattern, PatternVersion, ScriptVersion, Step
from . import by_rank
from .pattern import (
    MOST_STEPS,
    NewNameForm,
    PreviewForm,
    StepForm,
    Steps,
    VersionForm,
    kind_choices,
    typed_counting,
)
from .placeable import check


@dataclass
class Outlook:
    """What the preview shows: the dates, or why there are none. `warnings`: where it can't be as the steps say."""

    rows: list[Foreseen] = field(default_factory=list)
    months: list[Month] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def look_ahead(steps, preview: PreviewForm, *, fixed_base=False) -> Outlook:
    """The dates of the steps from the base and in the store that the form says."""
    if not preview.is_valid():
        return Outlook(problems=[_("Choose a base date and a store to see the dates.")])
    on, at, store = (preview.cleaned_data[name] for name in ("on", "at", "store"))
    base = timezone.make_aware(datetime.combine(on, at)) if at else on
    calendar = store.calendar()
    try:
        rows = foresee(steps, base, calendar, fixed_base=fixed_base)
        return Outlook(rows, months(rows, on, calendar))
    except NoOpenDay:
        return Outlook(problems=[_("%(store)s is never open: see its opening calendar.") % {"store": store}])
    except (OverflowError, ValueError):
        return Outlook(problems=[_("That is beyond the end of the calendar.")])


def first_store(staff, pattern=None) -> int | None:
    """The store whose dates are shown first: the pattern's own, one's own, any."""
    if pattern and pattern.store_id:
        return pattern.store_id
    own = staff.stores or Store.objects.visible_to(staff)[:1]
    return own[0].pk if own else None


class Editor:
    """A pattern being written by `staff`; `pattern` is None for a new one.

    It shows `version` (one empty step without one), or what was `posted`; with an `order` such as "up-2" (counted from
    0) what was posted with its steps arranged. Nothing is complained about but what was posted to be saved.
    """

    def __init__(self, *, staff, today: date, pattern: Pattern | None = None, version=None, posted=None, order=""):
        self.staff, self.pattern, self.today, self.focus = staff, pattern, today, ""
        self.newest = pattern.current_version if pattern else None
        if posted is None:
            steps = version.step_list if version else [Step()]
            self.data = {**self._opening(version, today), **_posted([_row(step, self.ranks) for step in steps])}
        elif order:
            rows, self.focus = arranged(typed_steps(posted, self.ranks), order)
            self.data = posted.dict()
            self.data |= _posted(taking_script(rows, order, self.library))
            self.focus = order if order.startswith("script-") else self.focus
        else:
            self.data = posted.dict()
        if posted is not None:
            self.data["stop_when"] = posted.getlist("stop_when")
        self._bind()
        if posted is None or order:
            self._complain_about_nothing()

    def _opening(self, version: PatternVersion | None, today: date) -> dict:
        head = {"preview-on": today, "preview-store": first_store(self.staff, self.pattern)}
        if version:
            return {**head, **typed_counting(version), "began_from": self.newest.number}
        store = None if self.staff.is_admin else min(self.staff.managed_store_ids, default=None)
        return {**head, "base": Base.CHOSEN, "began_from": 0, "store": store}

    def _bind(self):
        self.name = None if self.pattern else NewNameForm(self.data, staff=self.staff)
        self.version = VersionForm(self.data)
        self.preview = PreviewForm(self.data, prefix="preview", staff=self.staff)
        context = {
            "ranks": self.ranks,
            "kinds": kind_choices(self.newest.step_list if self.newest else []),
            "library": self.library,
            "empty_permitted": False,
            "use_required_attribute": False,
        }
        self.steps = Steps(self.data, prefix="steps", form_kwargs=context)
        self.forms = [form for form in (self.name, self.version, *self.steps) if form]

    def _complain_about_nothing(self):
        """The dates are worked out first: what is wrong stands there, not beside fields nobody has filled yet."""
        _dates = self.outlook
        for form in self.forms:
            form.errors.clear()
        if self.focus.startswith("title-"):
            self.steps[-1].fields["title"].widget.attrs["autofocus"] = True

    @cached_property
    def store_id(self) -> int | None:
        """The store that the pattern is for; None for all of them."""
        if self.pattern:
            return self.pattern.store_id
        return whole_number(str(self.data.get("store") or ""))

    @cached_property
    def _calendars(self):
        stores = Store.objects.visible_to(self.staff).only_or_all(self.store_id).with_calendar()
        return {store: store.calendar() for store in stores}

    @cached_property
    def ranks(self) -> list[Rank]:
        return list(Rank.objects.all())

    @cached_property
    def library(self) -> dict[int, ScriptVersion]:
        """The scripts that its store may use, as they stand; those that its steps have already, as they took them."""
        taken = [whole_number(str(value)) for name, value in self.data.items() if name.endswith("-from_script")]
        return {one.pk: one for one in ScriptVersion.objects.offered(self.store_id, also=taken)}

    def is_valid(self) -> bool:
        """Whether it may be saved; the first field that is wrong gets the focus."""
        _checked = self.warnings
        wrong = [form for form in self.forms if not form.is_valid()]
        for form in wrong[:1]:
            name = next((name for name in form.fields if name in form.errors), None)
            if name:
                form.fields[name].widget.attrs["autofocus"] = True
        return not wrong and not self.problems

    @cached_property
    def problems(self) -> list[str]:
        """What is wrong with the whole, not with one field."""
        return [*self.steps.non_form_errors(), *([] if self._open_calendars else self._never_open)]

    @cached_property
    def warnings(self) -> list[str]:
        """What only some of the stores can't keep; what none of them can stands beside its field from now on."""
        found = check(self.steps, self.version["base"].value(), self._open_calendars, self.today)
        return [*(self._never_open if self._open_calendars else []), *found]

    @cached_property
    def _open_calendars(self):
        return {store: calendar for store, calendar in self._calendars.items() if opens_at_all(calendar, self.today)}

    @property
    def _never_open(self) -> list[str]:
        shut = [store for store in self._calendars if store not in self._open_calendars]
        return [_("%(store)s is never open: see its opening calendar.") % {"store": store} for store in shut]

    @property
    def content(self) -> dict:
        """What is counted from, note and steps as typed, once valid."""
        note = self.version.cleaned_data["note"]
        return {**self.version.counting, "note": note, "steps": [form.step() for form in self.steps]}

    @property
    def began_from(self) -> int:
        return self.version.cleaned_data["began_from"] or 0

    @property
    def next_number(self) -> int:
        return self.newest.number + 1 if self.newest else 1

    def begin_again_from(self, version: PatternVersion):
        """What was typed is kept, and may now be saved on top of that version."""
        self.data["began_from"] = version.number

    @cached_property
    def outlook(self) -> Outlook:
        warnings = self.warnings
        wrong = [
            _("Step %(number)d, %(field)s: %(error)s")
            % {"number": number, "field": form.fields[name].label, "error": error}
            for number, form in enumerate(self.steps, start=1)
            for name, errors in form.errors.items()
            for error in errors
            if name != "title"
        ]
        problems = [*self.problems, *wrong]
        if problems:
            return Outlook(problems=problems)
        base = self.version["base"].value()
        fixed = base in Base.values and Base(base).is_fixed
        found = look_ahead([form.step() for form in self.steps], self.preview, fixed_base=fixed)
        return replace(found, warnings=warnings)

    @property
    def rows(self) -> list[dict]:
        """Each step's form, where it stands, and which of its controls has the focus."""
        last = len(self.steps.forms) - 1
        return [
            {
                "form": form,
                "index": index,
                "number": index + 1,
                "is_first": index == 0,
                "is_last": index == last,
                "focus": self.focus.removesuffix(f"-{index}") if self.focus.endswith(f"-{index}") else "",
            }
            for index, form in enumerate(self.steps)
        ]

    @property
    def is_full(self) -> bool:
        return len(self.steps.forms) >= MOST_STEPS


def opens_at_all(calendar, today: date) -> bool:
    try:
        calendar.next_open(today)
    except NoOpenDay:
        return False
    return True


def _row(step: Step, ranks) -> dict:
    own = {name: getattr(step, name) for name in StepForm.Meta.fields}
    taken = {"kind": step.content_kind_id, "from_script": step.from_script_id}
    return {**own, **taken, **by_rank.typed(step.by_rank, ranks)}


def _posted(rows: list[dict]) -> dict:
    """The steps as a form would post them."""
    fields = {f"steps-{number}-{name}": value for number, row in enumerate(rows) for name, value in row.items()}
    return {**fields, "steps-TOTAL_FORMS": len(rows), "steps-INITIAL_FORMS": 0}


def typed_steps(posted, ranks=()) -> list[dict]:
    """What stands in the fields of each step, as text."""
    count = min(whole_number(posted.get("steps-TOTAL_FORMS")) or 0, MOST_STEPS)
    names = [*StepForm.base_fields, *by_rank.names_for(ranks)]
    return [{name: posted.get(f"steps-{number}-{name}", "") for name in names} for number in range(count)]


def taking_script(rows: list[dict], order: str, library: dict[int, ScriptVersion]) -> list[dict]:
    """After "script-2" (counted from 0) that step says what the script chosen for it says."""
    verb, _sep, text = order.partition("-")
    index = whole_number(text)
    if verb == "script" and index is not None and index < len(rows):
        chosen = library.get(whole_number(str(rows[index]["from_script"])))
        if chosen:
            rows[index] = {**rows[index], "script": chosen.text}
    return rows


def arranged(rows: list[dict], order: str) -> tuple[list[dict], str]:
    """The steps after "up-2", "down-0", "remove-1" or "add" (counted from 0), and which control has the focus then."""
    verb, _sep, text = order.partition("-")
    index, rows = whole_number(text), list(rows)
    if verb == "add" and len(rows) < MOST_STEPS:
        rows.append({**_row(Step(), ()), "offset_days": rows[-1]["offset_days"] if rows else 0})
        return rows, f"title-{len(rows) - 1}"
    if index is None or index >= len(rows):
        return rows, ""
    if verb == "remove":
        del rows[index]
        return rows, f"remove-{min(index, len(rows) - 1)}"
    to = index + {"up": -1, "down": 1}.get(verb, 0)
    if to == index or not 0 <= to < len(rows):
        return rows, ""
    rows.insert(to, rows.pop(index))
    if verb == "up" and to == 0:
        verb = "down"
    elif verb == "down" and to == len(rows) - 1:
        verb = "up"
    return rows, f"{verb}-{to}"
