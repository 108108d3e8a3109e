from .act import Act, ActedOn, ActKind, Left
from .base import CYCLE_DAYS, Base
from .batch import Batch, BatchKind, BatchRow
from .contact import Contact, ContentKind, Direction, HouseRules, Outcome, TextTemplate, WaitReason
from .escalation import EscalateTo, Escalation, EscalationRule
from .followup import EndReason, FollowUp
from .giving import LeadChoice, LeadRule, Prefer
from .move import TaskMove
from .move_reason import MoveReason
from .pattern import Pattern, PatternVersion, StopWhen
from .rule import StartRule
from .step import DayRule, Step, Window
from .task import CancelReason, Task

__all__ = [
    "CYCLE_DAYS",
    "Act",
    "ActKind",
    "ActedOn",
    "Base",
    "Batch",
    "BatchKind",
    "BatchRow",
    "CancelReason",
    "Contact",
    "ContentKind",
    "DayRule",
    "Direction",
    "EndReason",
    "EscalateTo",
    "Escalation",
    "EscalationRule",
    "FollowUp",
    "HouseRules",
    "LeadChoice",
    "LeadRule",
    "Left",
    "MoveReason",
    "Outcome",
    "Pattern",
    "PatternVersion",
    "Prefer",
    "StartRule",
    "Step",
    "StopWhen",
    "Task",
    "TaskMove",
    "TextTemplate",
    "WaitReason",
    "Window",
]
