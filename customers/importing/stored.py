"""What the store knows already, as far as some rows of a file may mean it."""

from dataclasses import dataclass

from django.db.models import BooleanField, Exists, F, Func, OuterRef, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Replace, Upper
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from stores.models import Staff, Store

from ..merging import final
from ..models import Customer, Deal, Vehicle
from ..text import fold, in_shift_jis
from . import values
from .records import Record

FOLDED_NAME = Func(F("search"), Value("\n"), Value(1), function="split_part", output_field=TextField())
"""The name as the search column begins with it."""
HAS_PHONE = "EXISTS (SELECT FROM unnest(customers_customer.phones) AS phone WHERE phone = ANY (%s))"
"""Hashed, once through the store's customers: ten times as fast for thousands of numbers as `&&`. By the index each of
them would look through all that it hasn't sorted in yet, while so many customers are being written."""
NUMBER_OF_CAR = Replace(Upper("chassis_number"), Value("-"))


def _sql(condition, values):
    """One parameter for thousands of values, where Django has one for each."""
    return RawSQL(condition, [list(values)], output_field=BooleanField())  # noqa: S611 - no words of the file in it


@dataclass(frozen=True, slots=True)
class Known:
    """As much of a stored customer as one needs to recognise them."""

    pk: int
    code: str
    name: str
    phones: list[str]
    emails: list[str]
    address: str
    merged_into: int | None = None
    """Then only the code is theirs still: everything else is known of whom they have become part of."""


def identities(name, phones, emails, address):
    """The same name and the same number, mail or address: the same person, when there is no code to tell."""
    return [(name, reach) for name in written_names(name) for reach in (*phones, *emails, fold(address)) if reach]


def written_names(name: str) -> set[str]:
    """A name as it is looked for, and what is left of it in a list written in Shift_JIS."""
    return {fold(name), fold(in_shift_jis(name).decode("cp932"))}


def identities_of(record: Record):
    said = record.customer
    return identities(record.name, record.phones, said.get("emails", []), said.get("address", ""))


def car_key(number: str) -> str:
    return number.upper().replace("-", "")


class StoredCustomers:
    """The store's customers who have a code, a number or a car of these records, or the name of one without a code."""

    def __init__(self, store: Store, records: list[Record], *, also_by_name=()):
        columns = ("pk", "code", "name", "phones", "emails", "address", "merged_into")
        everybody = Customer.objects.filter(store=store).values_list(*columns)
        codes = {record.code for record in records if record.code}
        phones = {phone for record in records for phone in record.phones}
        names = {fold(record.name) for record in records if not record.code or record.row in also_by_name}
        found = [
            *everybody.filter(_sql("customers_customer.code = ANY (%s)", codes)),
            *everybody.filter(_sql(HAS_PHONE, phones)),
        ]
        if names:
            found += everybody.alias(folded_name=FOLDED_NAME).filter(folded_name__in=names)
        everybody_found = {row[0]: Known(*row) for row in sorted(found, key=lambda row: row[0])}
        self.by_code = {known.code: known for known in everybody_found.values() if known.code}
        self.by_pk = {pk: known for pk, known in everybody_found.items() if known.merged_into is None}
        self.by_phone: dict[str, list[Known]] = {}
        self.by_identity: dict[tuple[str, str], list[Known]] = {}
        for known in self.by_pk.values():
            for phone in known.phones:
                self.by_phone.setdefault(phone, []).append(known)
            if names and written_names(known.name) & names:
                for identity in identities(known.name, known.phones, known.emails, known.address):
                    self.by_identity.setdefault(identity, []).append(known)

    def find(self, record: Record) -> Known | None:
        """By code; a row without a code by name and number, mail or address."""
        if record.code:
            known = self.by_code.get(record.code)
            return None if known and known.merged_into else known
        return self.by_looks(record)

    def whole_of(self, record: Record) -> Known | None:
        """Who has become one with the customer of that code; None where the code is nobody's, or theirs still."""
        known = self.by_code.get(record.code)
        if not known or known.merged_into is None:
            return None
        whole = final(Customer.objects.select_related("merged_into").get(pk=known.pk))
        return Known(whole.pk, whole.code, whole.name, whole.phones, whole.emails, whole.address)

    def by_looks(self, record: Record, *, but: int | None = None) -> Known | None:
        found = (known for one in identities_of(record) for known in self.by_identity.get(one, []))
        return next((known for known in found if known.pk != but), None)


def with_codes(store: Store, codes):
    return Customer.objects.filter(_sql("customers_customer.code = ANY (%s)", codes), store=store)


def with_phones(phones) -> RawSQL:
    """A condition: one of these numbers is theirs."""
    return _sql(HAS_PHONE, phones)


def whole_pk(pk: int) -> int:
    """However often that was merged on."""
    return final(Customer.objects.select_related("merged_into").get(pk=pk)).pk


def holders_of_cars(store: Store, records: list[Record]) -> dict[str, dict[int, str]]:
    """{number of the car: {customer's id: name}} of the cars that these records name."""
    wanted = {car_key(record.vehicle["chassis_number"]) for record in records if "chassis_number" in record.vehicle}
    cars = Vehicle.objects.filter(customer__store=store).exclude(chassis_number="")
    found = cars.alias(number=NUMBER_OF_CAR).filter(number__in=wanted).order_by("customer")
    holders: dict[str, dict[int, str]] = {}
    for number, customer_pk, name in found.values_list("chassis_number", "customer_id", "customer__name"):
        holders.setdefault(car_key(number), {})[customer_pk] = name
    return holders


class Colleagues:
    """The store's staff by the names that offices write: the whole name, or the family name in any variant.

    `meant`: what a person said of a name, {as written: id, or None for nobody}.
    """

    def __init__(self, store: Store, meant: dict[str, int | None]):
        self.store = store
        self.meant = {fold(name): pk for name, pk in meant.items()}
        self.by_name = _by_name(Staff.objects.working_in([store]))

    @cached_property
    def before(self) -> dict[str, set[int]]:
        """Who has left, or has gone to another store."""
        deals = Deal.objects.filter(store=self.store, staff=OuterRef("pk"))
        return _by_name([*Staff.objects.inactive().of_store(self.store), *Staff.objects.filter(Exists(deals))])

    def find(self, text: str, *, also_before=False) -> int | None:
        """None when a person said so. Raises Bad when nobody or several have this name."""
        name = fold(text)
        if name in self.meant:
            return self.meant[name]
        found = self.by_name.get(name, set()) or (self.before.get(name, set()) if also_before else set())
        if not found:
            raise values.Bad(_("Nobody of this name works in the store."))
        if len(found) > 1:
            raise values.Bad(_("Several people in the store have this name."))
        return next(iter(found))


def _by_name(people) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for staff in people:
        for name in written_names(staff.name) | written_names(staff.get_short_name()):
            found.setdefault(name, set()).add(staff.pk)
    return found
