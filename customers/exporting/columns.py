"""What stands in a row of each list, under headings that the import reads."""

from collections.abc import Callable
from operator import attrgetter

from django.utils.timezone import localdate

from stores.channels import Channel

from ..importing.beside import MEMBER, written_consent, written_facts, written_member
from ..importing.columns import heading_of, heading_of_member
from ..importing.convenience import written_channels, written_weekdays
from ..importing.naming import written
from ..importing.values import written_payment
from ..models import Customer, Deal, Export, Fact, Stage, Vehicle
from ..text import display_phone

Text = Callable[..., str]


def _day(name) -> Text:
    read = attrgetter(name)
    return lambda row: f"{day:%Y/%m/%d}" if (day := read(row)) else ""


def _day_of_moment(name) -> Text:
    read = attrgetter(name)
    return lambda row: f"{localdate(moment):%Y/%m/%d}" if (moment := read(row)) else ""


def _number(name) -> Text:
    read = attrgetter(name)
    return lambda row: "" if (number := read(row)) is None else str(number)


def _name_of(name) -> Text:
    """Of the person or the rank that a row points at."""
    read = attrgetter(name)
    return lambda row: str(found) if (found := read(row)) else ""


def _phones(customer) -> str:
    return " / ".join(display_phone(number) for number in customer.phones)


def _emails(customer) -> str:
    return " / ".join(customer.emails)


def _kind(customer) -> str:
    return "法人" if customer.kind == Customer.Kind.COMPANY else "個人"


def _hours(customer) -> str:
    if customer.convenient_from is None:
        return ""
    return f"{customer.convenient_from:%H:%M}-{customer.convenient_until:%H:%M}"


def _referrer(customer) -> str:
    """A code means somebody in one store only."""
    one = customer.referrer
    return written(one) if one and one.store_id == customer.store_id else ""


def _fact(kind) -> Text:
    return lambda customer: written_facts(customer.standing_facts, kind) if customer.standing_facts else ""


def _consent(channel) -> Text:
    return lambda customer: written_consent(customer, customer.all_consents, channel) if customer.all_consents else ""


def _member(number, name) -> Text:
    def text(customer):
        members = customer.standing_family
        return written_member(members[number - 1], name) if number <= len(members) else ""

    return text


def _letters(customer) -> str:
    return "不可" if Channel.LETTER in customer.refused_channels else ""


def _driver_code(car) -> str:
    """Of somebody else of the same store: elsewhere the code means another."""
    one = car.used_by
    return written(one) if one and one.store_id == car.store_id and one.pk != car.customer_id else ""


def _driver_name(car) -> str:
    """Who has neither code nor number nor mail is named."""
    return car.user_name or ("" if _driver_code(car) else car.driver)


WHO: dict[str, Text] = {
    "code": attrgetter("code"),
    "name": attrgetter("name"),
    "phones": _phones,
    "emails": _emails,
    "address": attrgetter("address"),
}
"""By these a row of another list names its customer."""

CUSTOMER: dict[str, Text] = {
    "code": attrgetter("code"),
    "kind": _kind,
    "name": attrgetter("name"),
    "kana": attrgetter("kana"),
    "contact_name": attrgetter("contact_name"),
    "contact_phone": attrgetter("contact_phone_display"),
    "representative": attrgetter("representative"),
    "website": attrgetter("website"),
    "line_id": attrgetter("line_id"),
    "phones": _phones,
    "emails": _emails,
    "postcode": attrgetter("postcode"),
    "address": attrgetter("address"),
    "born_on": _day("born_on"),
    "occupation": attrgetter("occupation"),
    "free_days": attrgetter("free_days"),
    "convenient_weekdays": lambda customer: written_weekdays(customer.convenient_weekdays),
    "convenient_hours": _hours,
    "refused_channels": lambda customer: written_channels(customer.refused_channels),
    "letters": _letters,
    "rank_id": _name_of("rank"),
    "owner": _name_of("owner"),
    "referrer": _referrer,
    "payment": lambda customer: written_payment(customer.payment),
    **{f"fact.{kind}": _fact(kind) for kind in Fact.Kind.values},
    **{f"consent.{channel}": _consent(channel) for channel in Channel.values},
    "note": attrgetter("note"),
}
"""Behind them, before the note, a group of columns for each member of the family (`columns`)."""

OWNER: dict[str, Text] = {
    "code": attrgetter("code"),
    "name": attrgetter("name"),
    "kana": attrgetter("kana"),
    "phones": _phones,
    "emails": _emails,
    "postcode": attrgetter("postcode"),
    "address": attrgetter("address"),
    "letters": _letters,
    "owner": _name_of("owner"),
}
"""A list of cars is worked off: whoever calls or writes needs these."""

CAR: dict[str, Text] = {
    "vehicle.maker": attrgetter("maker"),
    "vehicle.model": attrgetter("model"),
    "vehicle.year": _number("year"),
    "vehicle.plate": attrgetter("plate"),
    "vehicle.chassis_number": attrgetter("chassis_number"),
    "vehicle.mileage_km": _number("mileage_km"),
    "vehicle.mileage_on": _day("mileage_on"),
    "vehicle.user_name": _driver_name,
    "vehicle.used_by": _driver_code,
    "vehicle.first_registered_on": _day("first_registered_on"),
    "vehicle.inspection_expires_on": _day("inspection_expires_on"),
    "vehicle.check_due_on": _day("check_due_on"),
    "vehicle.insurance_expires_on": _day("insurance_expires_on"),
    "vehicle.bought_here": lambda car: "有" if car.bought_here else "無",
    "vehicle.price_yen": _number("price_yen"),
    "vehicle.delivered_on": _day("delivered_on"),
    "vehicle.disposed_on": _day("disposed_on"),
}

DEAL: dict[str, Text] = {
    "deal.kind": lambda deal: deal.get_kind_display(),
    "deal.source": lambda deal: deal.get_source_display(),
    "deal.goods": attrgetter("goods"),
    "deal.amount_yen": _number("amount_yen"),
    "deal.staff": _name_of("staff"),
    "deal.stage": lambda deal: str(Stage(deal.stage).label_for(deal.kind)),
    "deal.received_on": _day_of_moment("received_at"),
    "deal.ordered_on": _day("ordered_on"),
    "deal.promised_on": _day("promised_on"),
    "deal.delivered_on": _day("delivered_on"),
    "deal.paid_on": _day("paid_on"),
    "deal.lost_on": _day_of_moment("lost_at"),
    "deal.lost_reason": lambda deal: deal.get_lost_reason_display() if deal.lost_reason else "",
    "deal.note": attrgetter("note"),
}


def _of_customer(texts):
    return {name: lambda row, text=text: text(row.customer) for name, text in texts.items()}


LISTS: dict[str, tuple[type, dict[str, Text]]] = {
    Export.What.CUSTOMERS: (Customer, CUSTOMER),
    Export.What.VEHICLES: (Vehicle, _of_customer(OWNER) | CAR),
    Export.What.DEALS: (Deal, _of_customer(WHO) | DEAL),
}


def columns(what: str, members: int) -> list[tuple[str, Text]]:
    """(heading, what stands below it). `members`: for how many of a family there is room."""
    found = [(heading_of(field), text) for field, text in LISTS[what][1].items()]
    if what == Export.What.CUSTOMERS:
        family = [(number, name) for number in range(1, members + 1) for name in MEMBER]
        found[-1:-1] = [(heading_of_member(f"family.{name}", n), _member(n, name)) for n, name in family]
    return found
