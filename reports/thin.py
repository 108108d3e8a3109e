"""Where a pattern is thin, in words: what is seldom done, seldom reaches, or is followed by long silence (B10, B13).

Pure: no database, no clock.
"""

from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followups.input_rate import Rate
from stores.channels import LIVE_CHANNELS

ENOUGH = 10
"""Of a step that fell due less often nothing is said."""
SELDOM_DONE, SELDOM_HEARD = 60, 25
"""Percent below which a step is seldom done, and seldom reaches anybody."""
LONG_DAYS = 14
DAYS_OF_MONTH = 30


@dataclass(frozen=True)
class Heard:
    """One step and what became of it. `day`: after the base date; `title`: as the pattern has it."""

    position: int
    title: str
    day: int
    channel: str
    done: Rate
    spoke: Rate
    replied: Rate

    @classmethod
    def of(cls, step, rates) -> "Heard":
        day = step.offset_months * DAYS_OF_MONTH + step.offset_days
        shares = (rates[name] for name in ("done", "spoke", "replied"))
        return cls(step.position, step.title, day, step.channel, *shares)

    @property
    def reach(self) -> Rate:
        """Who spoke with us where two people meet; else who got in touch after it."""
        return self.spoke if self.channel in LIVE_CHANNELS else self.replied

    @property
    def is_silent(self) -> bool:
        return self.reach.due >= ENOUGH and self.reach.percent < SELDOM_HEARD


@dataclass(frozen=True)
class Spot:
    """`position`: of the step, from which on the pattern is thin."""

    position: int
    text: str


def thin_spots(steps: list[Heard]) -> list[Spot]:
    """In the order of the steps; empty also where too little fell due to tell (`may_tell`)."""
    following = {one.position: other for one, other in pairwise(sorted(steps, key=lambda step: step.day))}
    spots = []
    for step in steps:
        if step.done.due >= ENOUGH and step.done.percent < SELDOM_DONE:
            spots.append(Spot(step.position, _seldom_done(step)))
        if step.is_silent:
            spots.append(Spot(step.position, _seldom_heard(step)))
        after = following.get(step.position)
        if step.is_silent and after and after.day - step.day >= LONG_DAYS:
            spots.append(Spot(step.position, _long_silence(step, after)))
    return spots


def may_tell(steps: list[Heard]) -> bool:
    return any(step.done.due >= ENOUGH for step in steps)


def _words(step, rate) -> dict:
    return {"number": step.position, "title": step.title, "percent": rate.percent, "n": rate.due}


def _seldom_done(step):
    return _("Step %(number)d, %(title)s: done in %(percent)d%% of %(n)d cases.") % _words(step, step.done)


def _seldom_heard(step):
    if step.channel in LIVE_CHANNELS:
        text = _("Step %(number)d, %(title)s: spoken to in %(percent)d%% of %(n)d cases.")
    else:
        text = _("Step %(number)d, %(title)s: replied to in %(percent)d%% of %(n)d cases.")
    return text % _words(step, step.reach)


def _long_silence(step, after):
    days = after.day - step.day
    text = ngettext(
        "After step %(number)d, which seldom reaches anybody, %(days)d day goes by until step %(after)d.",
        "After step %(number)d, which seldom reaches anybody, %(days)d days go by until step %(after)d.",
        days,
    )
    return text % {"number": step.position, "days": days, "after": after.position}
