"""How a step may leave its day, so that no day overflows: pure, for whoever proposes it and for whoever plans by it.

Both look alike, so that what was proposed is what is planned (REQUIREMENTS B8).
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from stores.channels import Channel


def earliest_spread(day_zero: date, *, fixed: bool) -> date:
    """The first day that a step may be spread to: what an event brings is not done ahead of it, nor at once."""
    return date.min if fixed else day_zero + timedelta(days=1)


def fits(index: int, day: date, days, finals, specs, *, called_on=frozenset()) -> bool:
    """Whether step `index` may fall on that day: the order stays, and no second call comes on one day.

    `days`: where the steps fall unless they are spread, `finals`: where they fall as far as that is settled;
    `called_on`: days on which the customer is called for another reason.
    """
    own, is_call = days[index], _is_call(specs[index])
    if is_call and day in called_on:
        return False
    for other, (theirs, final) in enumerate(zip(days, finals, strict=True)):
        if other == index:
            continue
        if other < index and theirs <= own and day < final:
            return False
        if other > index and theirs >= own and day > min(theirs, final):
            return False
        if is_call and specs[other].channel == Channel.PHONE and (day == final or (other > index and day == theirs)):
            return False
    return True


def _is_call(spec) -> bool:
    return spec.channel == Channel.PHONE and not spec.calls_anyway


def spread_out(
    days: Sequence[date], specs: Sequence, is_open: Callable[[date], bool], *, called_on=frozenset()
) -> list[date]:
    """Where steps fall that have `spread_days`: there, else on the nearest day back towards their own."""
    finals = list(days)
    for index, spec in enumerate(specs):
        back = timedelta(days=-1 if spec.spread_days > 0 else 1)
        day = days[index] + timedelta(days=0 if spec.insists else spec.spread_days)
        while day != days[index]:
            if is_open(day) and fits(index, day, days, finals, specs, called_on=called_on):
                finals[index] = day
                break
            day += back
    return finals
