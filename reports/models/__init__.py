from .heard import Heard, HeardContent, HeardMark, HeardSettled
from .morning import MorningMail, MorningRead, MorningReport
from .reason import EntryReason
from .summary import DaySum, Story, SummedUp, TouchedCustomer, TouchedDay

__all__ = [
    "DaySum",
    "EntryReason",
    "Heard",
    "HeardContent",
    "HeardMark",
    "HeardSettled",
    "MorningMail",
    "MorningRead",
    "MorningReport",
    "Story",
    "SummedUp",
    "TouchedCustomer",
    "TouchedDay",
]
