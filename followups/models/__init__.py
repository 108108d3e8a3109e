from .act import Act, ActedOn, ActKind, Left
from .contact import Contact, ContentKind, Direction, HouseRules, Outcome, TextTemplate, WaitReason
from .followup import EndReason, FollowUp
from .pattern import Base, DayRule, Pattern, PatternVersion, Step, Window
from .task import CancelReason, Task

__all__ = [
    "Act",
    "ActKind",
    "ActedOn",
    "Base",
    "CancelReason",
    "Contact",
    "ContentKind",
    "DayRule",
    "Direction",
    "EndReason",
    "FollowUp",
    "HouseRules",
    "Left",
    "Outcome",
    "Pattern",
    "PatternVersion",
    "Step",
    "Task",
    "TextTemplate",
    "WaitReason",
    "Window",
]
