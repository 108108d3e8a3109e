"""Taking back what a list has done: its customers go, what it changed is as before; what people touched since stays."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import DO_NOTHING
from django.utils.translation import gettext as _

from ..models import Customer, Deal, ImportFile, ImportRow, RankStanding, Vehicle
from .giving_back import OF_LISTS, Additions
from .writing import update

UNDONE = ("kept",)
NOT_COMPARED = frozenset(
    {"id", "created_at", "updated_at", "search", "customer_id", "vehicle_id", "counted_store_id", "counted_staff_id"}
)


@dataclass(slots=True)
class Book:
    """The customers and cars of some rows, locked, and which of them somebody has worked with."""

    file: ImportFile
    additions: Additions
    customers: dict[int, Customer]
    cars: dict[int, Vehicle]
    deals: dict[int, Deal]
    worked_with: set[int] = field(default_factory=set)
    cars_worked_with: set[int] = field(default_factory=set)
    deals_worked_with: set[int] = field(default_factory=set)
    changed: dict[int, Customer] = field(default_factory=dict)
    changed_cars: dict[int, Vehicle] = field(default_factory=dict)
    changed_deals: dict[int, Deal] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    gone_cars: set[int] = field(default_factory=set)
    gone_deals: set[int] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    car_names: set[str] = field(default_factory=set)
    deal_names: set[str] = field(default_factory=set)
    garages: dict[int, list[Vehicle]] = field(default_factory=dict)

    def __post_init__(self):
        for car in self.cars.values():
            self.garages.setdefault(car.customer_id, []).append(car)

    def cars_of(self, customer) -> list[Vehicle]:
        return [car for car in self.garages.get(customer.pk, []) if car.pk not in self.gone_cars]

    def deals_of(self, customer) -> list[Deal]:
        return [one for one in self.deals.values() if one.customer_id == customer.pk and one.pk not in self.gone_deals]


def undo(file: ImportFile, rows: list[ImportRow], now: datetime):
    """Takes back some rows, from the last to the first: a row further down may have changed what one above has made."""
    rows = [row for row in rows if row.before and row.customer_id]
    locked = Customer.objects.select_for_update().order_by("pk")
    customers = locked.in_bulk([row.customer_id for row in rows])
    cars = Vehicle.objects.select_for_update().filter(customer__in=customers).order_by("pk")
    deals = Deal.objects.select_for_update().filter(customer__in=customers).order_by("pk")
    additions = Additions.of(customers, sorted(rows, key=lambda row: row.number))
    book = Book(file, additions, customers, {car.pk: car for car in cars}, {deal.pk: deal for deal in deals})
    made = {row.customer_id for row in rows if row.before["made"]}
    made_cars = {row.before["car"]["pk"] for row in rows if row.before.get("car", {}).get("made")}
    made_deals = {row.before["deal"]["pk"] for row in rows if row.before.get("deal", {}).get("made")}
    book.worked_with = _pointed_at(Customer, made, but={ImportRow, Vehicle, Deal, Customer, RankStanding, *OF_LISTS})
    book.worked_with |= ImportRow.objects.rested_on(made, but=file) | additions.worked_with()
    book.worked_with |= _named_as_referrers(file, made) | _named_as_drivers(file, made)
    book.cars_worked_with = _pointed_at(Vehicle, made_cars, but={Deal})
    book.cars_worked_with |= {one.vehicle_id for one in book.deals.values() if one.pk not in made_deals}
    book.deals_worked_with = _pointed_at(Deal, made_deals, but=set())
    for row in sorted(rows, key=lambda row: row.number, reverse=True):
        row.kept = " ".join(_take_back(book, row, now))
    _write(book)
    update(rows, UNDONE)


def _pointed_at(model, pks, but) -> set[int]:
    """Which of them any other table points at, whoever's it is; histories don't count as work."""
    found = set()
    for relation in model._meta.related_objects:
        if relation.related_model not in but and relation.on_delete is not DO_NOTHING and pks:
            pointing = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": pks})
            found.update(pointing.values_list(relation.field.name, flat=True))
    return found & pks


def _named_as_referrers(file, pks) -> set[int]:
    """Which of them somebody names as who referred them, where it isn't this list that wrote it."""
    naming = dict(Customer.objects.filter(referrer__in=pks).values_list("pk", "referrer"))
    for pk, before in file.rows.filter(customer__in=naming).values_list("customer", "before"):
        _was, became = before.get("customer", {}).get("referrer_id", (None, None))
        if became is not None and became == naming.get(pk):
            del naming[pk]
    return set(naming.values())


def _named_as_drivers(file, pks) -> set[int]:
    """Which of them drive somebody's car, where it isn't this list that wrote it."""
    naming = dict(Vehicle.objects.filter(used_by__in=pks).values_list("pk", "used_by"))
    for told in (
        file.rows.filter(before__car__pk__in=list(naming)).values_list("before__car", flat=True) if naming else ()
    ):
        _was, became = told["values"].get("used_by_id", (None, None))
        if became is not None and became == naming.get(told["pk"]):
            del naming[told["pk"]]
    return set(naming.values())


def _take_back(book, row, now) -> list[str]:
    """Sentences about what had to stay."""
    customer = book.customers[row.customer_id]
    told = row.before
    car = book.cars.get(told["car"]["pk"]) if "car" in told else None
    deal = book.deals.get(told["deal"]["pk"]) if "deal" in told else None
    if told["made"]:
        return _take_back_new(book, row, customer, car, deal)
    reasons = _take_back_deal(book, deal, told["deal"]) if deal else []
    if car:
        reasons += _take_back_car(book, car, told["car"])
    reasons += _restore(customer, told["customer"], book.names, but={"search", "updated_at"})
    reasons += book.additions.take_back(customer, told)
    _restore(customer, told["customer"], book.names, but=set(told["customer"]) - {"search"})
    if reasons:
        words = [word for car in book.cars_of(customer) for word in car.search_words]
        customer.search = customer.search_text(words, book.additions.family_words(customer))
        customer.updated_at = now
        book.names |= {"search", "updated_at"}
    else:
        _restore(customer, told["customer"], book.names, but=set(told["customer"]) - {"updated_at"})
    book.changed[customer.pk] = customer
    return reasons


def _take_back_new(book, row, customer, car, deal) -> list[str]:
    """A customer whom the list has made goes with their car and deal, or stays with them."""
    told = row.before
    of_the_row, deal_of_the_row = ({one.pk} if one else set() for one in (car, deal))
    if customer.pk in book.worked_with:
        return [_("Somebody has worked with this customer since.")]
    if not _as_written(book.file, customer, told["customer"]):
        return [_("This customer was changed since.")]
    if any(one.pk not in of_the_row for one in book.cars_of(customer)):
        return [_("Another car was entered since.")]
    if car and (car.pk in book.cars_worked_with or not _as_written(book.file, car, told["car"]["values"])):
        return [_("Somebody has worked with this customer's car since.")]
    if any(one.pk not in deal_of_the_row for one in book.deals_of(customer)):
        return [_("Another deal was entered since.")]
    if deal and not _is_untouched(book, deal, told["deal"]):
        return [_("Somebody has worked with this customer's deal since.")]
    book.gone.add(customer.pk)
    book.gone_cars |= of_the_row
    book.gone_deals |= deal_of_the_row
    return []


def _take_back_car(book, car, told) -> list[str]:
    if not told["made"]:
        book.changed_cars[car.pk] = car
        return _restore(car, told["values"], book.car_names)
    if car.pk in book.cars_worked_with or not _as_written(book.file, car, told["values"]):
        return [_("Somebody has worked with this customer's car since.")]
    book.gone_cars.add(car.pk)
    return []


def _is_untouched(book, deal, told) -> bool:
    return deal.pk not in book.deals_worked_with and _as_written(book.file, deal, told["values"])


def _take_back_deal(book, deal, told) -> list[str]:
    if not told["made"]:
        book.changed_deals[deal.pk] = deal
        return _restore(deal, told["values"], book.deal_names)
    if not _is_untouched(book, deal, told):
        return [_("Somebody has worked with this customer's deal since.")]
    book.gone_deals.add(deal.pk)
    return []


def _as_written(file, row, written) -> bool:
    """Whether every column is as the list left it. Whoever referred them, or drives the car, may be gone by now."""
    fresh = type(row)(store=file.store)
    for column in row._meta.concrete_fields:
        name = column.attname
        if name in NOT_COMPARED or (name in {"referrer_id", "used_by_id"} and getattr(row, name) is None):
            continue
        wanted = column.to_python(written[name][1]) if name in written else getattr(fresh, name)
        if getattr(row, name) != wanted:
            return False
    return True


def _restore(row, written, names, but=frozenset()) -> list[str]:
    """Gives back what was there where it is still as the list wrote it; names the rest."""
    reasons = []
    for name, (was, became) in written.items():
        if name in but:
            continue
        column = type(row)._meta.get_field(name.removesuffix("_id"))
        now_there, was, became = getattr(row, name), column.to_python(was), column.to_python(became)
        if now_there == became:
            setattr(row, name, was)
            names.add(name)
        elif now_there != was:
            reasons.append(_("%(field)s was changed since.") % {"field": column.verbose_name})
    return reasons


def _write(book):
    book.additions.write()
    update([one for pk, one in book.changed.items() if pk not in book.gone], book.names)
    update([car for pk, car in book.changed_cars.items() if pk not in book.gone_cars], book.car_names)
    update([deal for pk, deal in book.changed_deals.items() if pk not in book.gone_deals], book.deal_names)
    Deal.objects.filter(pk__in=book.gone_deals).delete()
    Vehicle.objects.filter(pk__in=book.gone_cars).delete()
    Customer.objects.filter(pk__in=book.gone).delete()
