from .book_rules import BookRules, Wanted
from .card import BusinessCard, CardPicture
from .consent import Consent
from .customer import Customer
from .deal import Deal, DealKind, LostReason, Source, Stage, StageChange
from .estimate import Estimate
from .export import Export
from .fact import Fact
from .family import FamilyMember
from .import_columns import ImportColumns
from .import_file import ImportFile, ImportRow
from .mark import Mark
from .merge import Alike, Duplicate, Merge, MergedRow, StoreMove
from .rank import Rank, RankChange, RankDecision, RankHold, RankRules, RankStanding
from .retention import DataKind, Erasure, RetentionPeriod
from .stage import StageSetting
from .target import EvaluationPeriod, Figure, Span, Target
from .vehicle import Vehicle

__all__ = [
    "Alike",
    "BookRules",
    "BusinessCard",
    "CardPicture",
    "Consent",
    "Customer",
    "DataKind",
    "Deal",
    "DealKind",
    "Duplicate",
    "Erasure",
    "Estimate",
    "EvaluationPeriod",
    "Export",
    "Fact",
    "FamilyMember",
    "Figure",
    "ImportColumns",
    "ImportFile",
    "ImportRow",
    "LostReason",
    "Mark",
    "Merge",
    "MergedRow",
    "Rank",
    "RankChange",
    "RankDecision",
    "RankHold",
    "RankRules",
    "RankStanding",
    "RetentionPeriod",
    "Source",
    "Span",
    "Stage",
    "StageChange",
    "StageSetting",
    "StoreMove",
    "Target",
    "Vehicle",
    "Wanted",
]
