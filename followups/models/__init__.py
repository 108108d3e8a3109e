from .act import Act, ActedOn, ActKind, Left
from .base import CYCLE_DAYS, Base
from .batch import Batch, BatchKind, BatchRow
from .check_call import CheckCall, CheckResult
from .contact import Contact, ContentKind, Direction, HouseRules, Outcome, TextTemplate, WaitReason
from .escalation import EscalateTo, Escalation, EscalationRule
from .example import GoodExample
from .followup import EndReason, FollowUp
from .giving import LeadChoice, LeadRule, Prefer
from .move import TaskMove
from .move_reason import MoveReason
from .pattern import Pattern, PatternVersion, StopWhen
from .review import DealReview, ReviewKind
from .role_play import RolePlay
from .rule import StartRule
from .script import Script, ScriptVersion
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
    "CheckCall",
    "CheckResult",
    "Contact",
    "ContentKind",
    "DayRule",
    "DealReview",
    "Direction",
    "EndReason",
    "EscalateTo",
    "Escalation",
    "EscalationRule",
    "FollowUp",
    "GoodExample",
    "HouseRules",
    "LeadChoice",
    "LeadRule",
    "Left",
    "MoveReason",
    "Outcome",
    "Pattern",
    "PatternVersion",
    "Prefer",
    "ReviewKind",
    "RolePlay",
    "Script",
    "ScriptVersion",
    "StartRule",
    "Step",
    "StopWhen",
    "Task",
    "TaskMove",
    "TextTemplate",
    "WaitReason",
    "Window",
]
