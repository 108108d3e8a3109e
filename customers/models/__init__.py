from .customer import Customer, Rank
from .deal import Deal, DealKind, LostReason, Source, Stage, StageChange
from .vehicle import Vehicle

__all__ = [
    "Customer",
    "Deal",
    "DealKind",
    "LostReason",
    "Rank",
    "Source",
    "Stage",
    "StageChange",
    "Vehicle",
]
