from .heard import Heard, HeardContent, HeardMark, HeardSettled
from .morning import MorningMail, MorningRead, MorningReport

__all__ = [
    "Heard",
    "HeardContent",
    "HeardMark",
    "HeardSettled",
    "MorningMail",
    "MorningRead",
    "MorningReport",
]
