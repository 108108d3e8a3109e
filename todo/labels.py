"""Times as people say them: how late, how long ago, between which hours; and what was recorded."""

from datetime import datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stores.days import day_label

__all__ = [
    "clock",
    "elapsed_label",
    "is_any_time",
    "late_label",
    "moment_label",
    "placed_label",
    "recorded_label",
    "recorded_words",
    "window_label",
]

ALL_DAY_HOURS = 6
"""A window at least so long is no particular time of day."""


def clock(at: time | datetime) -> str:
    """'17時' on the hour, else '17:30'."""
    return _("%(hour)d:00") % {"hour": at.hour} if at.minute == 0 else f"{at:%H:%M}"


def is_any_time(starts: datetime, ends: datetime) -> bool:
    """Most of a day."""
    return (ends - starts).total_seconds() >= ALL_DAY_HOURS * 3600


def window_label(starts: datetime, ends: datetime) -> str:
    """'17–19時' for a window, 'any time' for most of a day. Aware moments."""
    if is_any_time(starts, ends):
        return _("any time")
    starts, ends = timezone.localtime(starts), timezone.localtime(ends)
    if starts.date() == ends.date() and starts.minute == ends.minute == 0:
        return _("%(from)d–%(until)d:00") % {"from": starts.hour, "until": ends.hour}
    return f"{starts:%H:%M}–{ends:%H:%M}"


def late_label(late_at: datetime, now: datetime) -> str:
    """How long ago something fell late: '3日遅れ', '2時間遅れ', '10分遅れ'."""
    return _span(
        late_at,
        now,
        lambda n: ngettext("%(n)d day late", "%(n)d days late", n),
        lambda n: ngettext("%(n)d hour late", "%(n)d hours late", n),
        lambda n: ngettext("%(n)d minute late", "%(n)d minutes late", n),
    )


def elapsed_label(since: datetime, now: datetime) -> str:
    """How long something has been waiting: '42分経過'."""
    return _span(
        since,
        now,
        lambda n: ngettext("%(n)d day ago", "%(n)d days ago", n),
        lambda n: ngettext("%(n)d hour ago", "%(n)d hours ago", n),
        lambda n: ngettext("%(n)d minute ago", "%(n)d minutes ago", n),
    )


def _span(since, now, days, hours, minutes) -> str:
    passed = now - since
    n = (timezone.localdate(now) - timezone.localdate(since)).days
    if n >= 1 and passed.total_seconds() >= 12 * 3600:
        return days(n) % {"n": n}
    n = int(passed.total_seconds() // 3600)
    if n >= 1:
        return hours(n) % {"n": n}
    n = max(0, int(passed.total_seconds() // 60))
    return minutes(n) % {"n": n}


def moment_label(at: datetime, now: datetime) -> str:
    """'14:02' for today, '11/19(木) 14:02' for another day."""
    local, today = timezone.localtime(at), timezone.localdate(now)
    if local.date() == today:
        return f"{local:%H:%M}"
    return f"{day_label(local.date(), today)} {local:%H:%M}"


def placed_label(wanted) -> str:
    """'Moved to 11/25(水) 17:00–19:00.'"""
    times = [f"{at:%H:%M}" for at in (wanted.starts, wanted.ends) if at]
    return _("Moved to %(when)s.") % {"when": " ".join([day_label(wanted.on), "–".join(times)]).strip()}


def recorded_label(contact) -> str:
    """What was recorded. None is a task about no customer: it is only done."""
    return _("Recorded: %(outcome)s") % {"outcome": contact.get_outcome_display()} if contact else _("Done.")


def recorded_words(contact) -> str:
    """The same where there is only a line for it: with the patterns that it left as they were, or began anew."""
    if contact is None:
        return recorded_label(contact)
    left, anew = contact.left_running, contact.started_follow_ups.with_pattern()
    on = [_("“%(pattern)s” is at work already and goes on as it is.") % {"pattern": row.pattern} for row in left]
    on += [_("“%(pattern)s” begins anew from today.") % {"pattern": row.pattern} for row in anew]
    return " ".join([recorded_label(contact), *on])
