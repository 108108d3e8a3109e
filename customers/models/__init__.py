from .customer import Customer, Rank
from .deal import Deal, DealKind, LostReason, Source, Stage, StageChange
from .import_file import ImportFile, ImportRow
from .mark import Mark
from .vehicle import Vehicle

__all__ = [
    "Customer",
    "Deal",
    "DealKind",
    "ImportFile",
    "ImportRow",
    "LostReason",
    "Mark",
    "Rank",
    "Source",
    "Stage",
    "StageChange",
    "Vehicle",
]
