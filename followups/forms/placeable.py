"""Whether the steps of a pattern can be placed where they are meant to be used, and why not (REQUIREMENTS B4, B5).

What no store could keep is refused beside its field; what only some of a group's stores can't is a warning: there the
schedule does the next best, and says so on the task.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from stores.calendar import NoOpenDay, OpeningCalendar
from stores.channels import Channel
from stores.models import Store

from ..models import Base, DayRule, Step, Window
from ..schedule import plan

KNOWN_ONLY_THEN = frozenset({Base.RECEIVED, Base.NEGOTIATED, Base.ESTIMATE_SENT, Base.ORDERED, Base.SILENCE})
"""Nobody knows of these before they have happened: a step ahead of them would be past when it is made."""


def check(forms, base: str, calendars: dict[Store, OpeningCalendar], today: date) -> list[str]:
    """Put what can't be kept beside the fields of these step forms; gives what only some of the stores can't."""
    warnings, above = [], None
    for number, form in enumerate(forms, start=1):
        if set(form.errors) - {"title"}:
            continue
        step = form.step()
        for field, why in _out_of_order(step, above, base):
            form.add_error(field, why)
        above = (number, step)
        for field, found in _obstacles(step, base, calendars, today).items():
            if len(found) == len(calendars):
                form.add_error(field, found[0])
            else:
                warnings += [_("Step %(number)d: %(why)s") % {"number": number, "why": why} for why in found]
    return warnings


def _out_of_order(step: Step, above: tuple[int, Step] | None, base: str) -> Iterator[tuple[str, str]]:
    if base in KNOWN_ONLY_THEN and _span(step)[0] < 0:
        yield "offset_days", _("Nobody knows of it so long before: count from 0 on.")
    elif above and _span(step)[1] < _span(above[1])[0]:
        yield "offset_days", _("Earlier than step %(number)d above it.") % {"number": above[0]}


def _span(step: Step) -> tuple[int, int]:
    """The fewest and the most days that it can be from its base: months differ."""
    shortest, longest = sorted((28 * step.offset_months, 31 * step.offset_months))
    return shortest + step.offset_days, longest + step.offset_days


def _obstacles(step: Step, base: str, calendars, today: date) -> dict[str, list[str]]:
    """{field: why it can't be kept, for each store where it can't}"""
    found = defaultdict(list)
    for store, calendar in calendars.items():
        for field, why in _obstacles_in(store, step, base, calendar, today):
            found[field].append(why)
    return found


def _obstacles_in(store: Store, step: Step, base: str, calendar: OpeningCalendar, today: date):
    spec = step.spec()
    for field, channel in _ways(step):
        reach = calendar.contactable.get(channel, calendar.hours)
        words = {"store": store, "hours": reach}
        if spec.window == Window.FIXED and not reach.overlap(spec.hours):
            yield field or "window_from", _("%(store)s is in touch that way at %(hours)s only.") % words
        if spec.window == Window.ROTATING and not any(map(reach.overlap, calendar.call_windows)):
            yield field or "window", _("%(store)s has no calling window within %(hours)s.") % words
    if spec.day_rule == DayRule.AFTER_HOLIDAY and not calendar.long_holidays:
        yield "day_rule", _("%(store)s knows of no long holiday: see its opening calendar.") % {"store": store}
    try:
        plan(today, [spec], calendar, fixed_base=base in Base.values and Base(base).is_fixed)
    except NoOpenDay:
        yield "offset_days", _("%(store)s has no open day around then: see its opening calendar.") % {"store": store}
    except (OverflowError, ValueError):
        yield "offset_days", _("That is beyond the end of the calendar.")


def _ways(step: Step) -> Iterator[tuple[str, str]]:
    """The channels by which it is done, each with the field that says so; none for the step's own."""
    yield "", step.channel
    for rank, own in step.by_rank.items():
        if Channel(own.get("channel") or step.channel) != step.channel and not own.get("left_out"):
            yield f"way_{rank}", own["channel"]
