"""The reasons the schedule keeps, said in the reader's language (REQUIREMENTS A5, B8)."""

from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stores.channels import Channel
from stores.days import day_label


def explain(reason) -> list[str]:
    """Sentences for a task's `reason`, a list of [code, *values] as `schedule.plan` gives it."""
    return [_SAY[code](*values) for code, *values in reason if code in _SAY]


def explain_in_one_line(reason) -> str:
    return " ".join(explain(reason))


def _base(text: str) -> str:
    if "T" in text:
        at = datetime.fromisoformat(text)
        return _("Base date %(day)s %(time)s.") % {"day": day_label(at.date()), "time": f"{at:%H:%M}"}
    return _("Base date %(day)s.") % {"day": day_label(date.fromisoformat(text))}


def _day(text: str) -> str:
    return day_label(date.fromisoformat(text))


def _offset(days: int, months: int = 0) -> str:
    if months:
        return f"{_months(months)} {_offset(days)}" if days else _months(months)
    if days == 0:
        return _("On the day itself.")
    if days < 0:
        return ngettext("%(days)d day before.", "%(days)d days before.", -days) % {"days": -days}
    return ngettext("%(days)d day after.", "%(days)d days after.", days) % {"days": days}


def _spread(days: int) -> str:
    if days < 0:
        text = ngettext("Spread: %(days)d day earlier.", "Spread: %(days)d days earlier.", -days)
        return text % {"days": -days}
    return ngettext("Spread: %(days)d day later.", "Spread: %(days)d days later.", days) % {"days": days}


def _months(months: int) -> str:
    if months < 0:
        return ngettext("%(months)d month before.", "%(months)d months before.", -months) % {"months": -months}
    return ngettext("%(months)d month after.", "%(months)d months after.", months) % {"months": months}


def _holiday(name: str, first: str, last: str) -> str:
    words = {"name": name, "first": _day(first), "last": _day(last)}
    return _("First open day after %(name)s (%(first)s to %(last)s).") % words


_SAY = {
    "base": _base,
    "base_closed": lambda day: _("Closed then, so counted from %(day)s.") % {"day": _day(day)},
    "base_after_closing": lambda day: _("After closing, so counted from %(day)s.") % {"day": _day(day)},
    "offset": _offset,
    "moved": lambda day: _("Closed on %(day)s, so moved.") % {"day": _day(day)},
    "paused": lambda days: (
        ngettext("%(days)d day later because of a pause.", "%(days)d days later because of a pause.", days)
        % {"days": days}
    ),
    "spread": _spread,
    "second_channel": lambda channel: (
        _("The customer does not want %(channel)s, so by the step's second way.") % {"channel": Channel(channel).label}
    ),
    "no_consent": lambda channel: (
        _("The customer does not want %(channel)s: decide how.") % {"channel": Channel(channel).label}
    ),
    "after_holiday": _holiday,
    "insists": lambda day: _("Closed on %(day)s, but meant for that very day.") % {"day": _day(day)},
    "in_order": lambda: _("Not before the step ahead of it."),
    "too_late_that_day": lambda: _("Too late for it that day, so on the next open day."),
    "customer_day": lambda: _("Moved to a day that suits the customer."),
    "customer_day_out_of_reach": lambda: _("No day that suits the customer before the next step."),
    "one_call_a_day": lambda: _("The customer is called that day already, so moved."),
    "within": lambda days: (
        ngettext("May be done within %(days)d day.", "May be done within %(days)d days.", days) % {"days": days}
    ),
    "into_next_opening": lambda: _("Less than an hour was left, so it runs into the next opening."),
    "soon": lambda minutes: _("As soon as possible, within %(minutes)d minutes.") % {"minutes": minutes},
    "customer_hours": lambda hours: _("At the hours that suit the customer (%(hours)s).") % {"hours": hours},
    "customer_hours_out_of_reach": lambda hours: (
        _("The hours that suit the customer (%(hours)s) are out of reach that day.") % {"hours": hours}
    ),
    "window": lambda hours: _("Between %(hours)s.") % {"hours": hours},
    "window_passed": lambda hours: _("%(hours)s had passed already.") % {"hours": hours},
    "window_outside_opening": lambda hours: (
        _("%(hours)s as the step says, though outside opening hours.") % {"hours": hours}
    ),
    "window_out_of_reach": lambda hours: (
        _("%(hours)s is outside the hours in which customers may be reached.") % {"hours": hours}
    ),
    "rotating": lambda hours: _("A different time at each call: %(hours)s.") % {"hours": hours},
    "no_window_left": lambda: _("No calling window was left that day."),
    "by_hand": lambda: _("Entered by hand."),
    "closed_then": lambda day: _("The store is closed on %(day)s.") % {"day": _day(day)},
    "outside_contactable": lambda channel, hours: (
        _("Outside the hours for it (%(channel)s %(hours)s).") % {"channel": Channel(channel).label, "hours": hours}
    ),
    "promised": lambda: _("Promised to the customer for that time."),
}
