from .card import BusinessCard, CardPicture
from .customer import Customer
from .deal import Deal, DealKind, LostReason, Source, Stage, StageChange
from .estimate import Estimate
from .export import Export
from .import_columns import ImportColumns
from .import_file import ImportFile, ImportRow
from .mark import Mark
from .rank import Rank, RankChange, RankDecision, RankHold, RankRules, RankStanding
from .retention import DataKind, Erasure, RetentionPeriod
from .stage import StageSetting
from .target import EvaluationPeriod, Figure, Span, Target
from .vehicle import Vehicle

__all__ = [
    "BusinessCard",
    "CardPicture",
    "Customer",
    "DataKind",
    "Deal",
    "DealKind",
    "Erasure",
    "Estimate",
    "EvaluationPeriod",
    "Export",
    "Figure",
    "ImportColumns",
    "ImportFile",
    "ImportRow",
    "LostReason",
    "Mark",
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
    "Target",
    "Vehicle",
]
