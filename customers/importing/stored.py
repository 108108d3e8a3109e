"""What the store knows already, read once for a whole file."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from stores.models import Staff, Store

from ..models import Customer, Vehicle
from ..text import fold
from . import values
from .records import Record

BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Known:
    """As much of a stored customer as one needs to recognise them."""

    pk: int
    code: str
    name: str
    phones: list[str]
    emails: list[str]
    address: str


def identities(name, phones, emails, address):
    """The same name and the same number, mail or address: the same person, when there is no code to tell."""
    return [(fold(name), reach) for reach in (*phones, *emails, fold(address)) if reach]


class StoredCustomers:
    def __init__(self, store: Store):
        columns = ("pk", "code", "name", "phones", "emails", "address")
        rows = Customer.objects.filter(store=store).order_by("pk").values_list(*columns)
        self.by_pk = {row[0]: Known(*row) for row in rows.iterator(BATCH)}
        self.by_code = {known.code: known for known in self.by_pk.values() if known.code}
        self.by_phone: dict[str, list[Known]] = {}
        self.by_identity: dict[tuple[str, str], Known] = {}
        for known in self.by_pk.values():
            for phone in known.phones:
                self.by_phone.setdefault(phone, []).append(known)
        self.holders: dict[str, set[int]] = {}
        cars = Vehicle.objects.filter(customer__store=store).exclude(chassis_number="")
        for number, customer_pk in cars.values_list("chassis_number", "customer_id").iterator(BATCH):
            self.holders.setdefault(fold(number), set()).add(customer_pk)

    def find(self, record: Record) -> Known | None:
        """By code; a row without a code by name and number, mail or address."""
        if record.code:
            return self.by_code.get(record.code)
        if not self.by_identity:
            for known in self.by_pk.values():
                for identity in identities(known.name, known.phones, known.emails, known.address):
                    self.by_identity.setdefault(identity, known)
        return next((self.by_identity[one] for one in identities_of(record) if one in self.by_identity), None)


def identities_of(record: Record):
    said = record.customer
    return identities(record.name, record.phones, said.get("emails", []), said.get("address", ""))


class Colleagues:
    """The store's staff by the names that offices write: the whole name, or the family name in any variant."""

    def __init__(self, store: Store):
        self.by_name: dict[str, set[int]] = {}
        for staff in Staff.objects.working_in([store]):
            for name in {fold(staff.name), fold(staff.get_short_name())}:
                self.by_name.setdefault(name, set()).add(staff.pk)

    def find(self, text: str) -> int:
        """Raises Bad when nobody or several have this name."""
        found = self.by_name.get(fold(text), set())
        if not found:
            raise values.Bad(_("Nobody of this name works in the store."))
        if len(found) > 1:
            raise values.Bad(_("Several people in the store have this name."))
        return next(iter(found))
