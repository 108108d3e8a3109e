"""Which role may do what goes beyond daily work with the book, in one place (REQUIREMENTS H1)."""

from enum import Enum, auto

from stores.models import Role, Staff, Store


class May(Enum):
    IMPORT = auto()
    EXPORT = auto()
    DISCLOSE = auto()
    ERASE = auto()


ROLES = {
    May.IMPORT: frozenset({Role.MANAGER, Role.ASSISTANT}),
    May.EXPORT: frozenset({Role.MANAGER}),
    May.DISCLOSE: frozenset({Role.MANAGER}),
    May.ERASE: frozenset({Role.MANAGER}),
}


def stores_where(staff: Staff, what: May) -> list[Store]:
    """The stores in which a person may do that; administrators everywhere."""
    if staff.is_admin:
        return list(Store.objects.all())
    return sorted({row.store for row in staff.roles if row.role in ROLES[what]}, key=lambda store: store.pk)


def may(staff: Staff, what: May, store_id: int | None = None) -> bool:
    """In that store; without one, anywhere at all."""
    held = [row for row in staff.roles if row.role in ROLES[what]]
    return staff.is_admin or any(store_id in {None, row.store_id} for row in held)
