"""When and how a customer wants to be reached, as cells say it, and back. What reads a cell raises Bad."""

import re
from datetime import time

from django.utils.translation import gettext as _

from stores.channels import Channel

from ..text import fold
from .values import Bad, folded

WEEKDAYS = "月火水木金土日"
CHANNEL_WORDS = {
    Channel.PHONE: "電話",
    Channel.EMAIL: "メール",
    Channel.SMS: "SMS",
    Channel.LINE: "LINE",
    Channel.VISIT: "訪問",
    Channel.LETTER: "手紙",
}
CHANNELS = {fold(word): channel.value for channel, word in CHANNEL_WORDS.items()} | {"dm": Channel.LETTER.value}
BETWEEN_HOURS = str.maketrans(dict.fromkeys("~〜～−–—", "-"))


def weekdays(text: str) -> list[int]:
    """0 is Monday."""
    plain = re.sub(r"曜日?|[\s・、,/]", "", folded(text))
    if not plain or set(plain) - set(WEEKDAYS):
        raise Bad(_("These are not days of the week."))
    return sorted({WEEKDAYS.index(sign) for sign in plain})


def written_weekdays(days) -> str:
    return "・".join(WEEKDAYS[day] for day in sorted(days))


def hours(text: str) -> tuple[time, time]:
    match = re.fullmatch(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", folded(text).replace(" ", "").translate(BETWEEN_HOURS))
    if not match:
        raise Bad(_("These are not hours such as 17:00-19:00."))
    try:
        starts, ends = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    except ValueError:
        raise Bad(_("These are not hours such as 17:00-19:00.")) from None
    if starts >= ends:
        raise Bad(_("These hours end before they begin."))
    return starts, ends


def channels(text: str) -> list[str]:
    parts = [part for part in re.split(r"[\s/、,・;]+", folded(text)) if part]
    try:
        return list(dict.fromkeys(CHANNELS[fold(part)] for part in parts))
    except KeyError:
        raise Bad(_("This is not one of the ways to reach a customer.")) from None


def written_channels(refused) -> str:
    return "・".join(CHANNEL_WORDS[channel] for channel in refused)
