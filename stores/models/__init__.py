from .mark import CalendarMark
from .notification import Notification, NotificationKind
from .staff import DayOff, Membership, Role, Staff
from .store import CalendarDate, ClosingDay, ContactHours, Cover, Store
from .worker import Heartbeat, WakeUp

__all__ = [
    "CalendarDate",
    "CalendarMark",
    "ClosingDay",
    "ContactHours",
    "Cover",
    "DayOff",
    "Heartbeat",
    "Membership",
    "Notification",
    "NotificationKind",
    "Role",
    "Staff",
    "Store",
    "WakeUp",
]
