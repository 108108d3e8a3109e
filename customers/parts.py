"""The parts of a customer's entry that are each changed in place on the customer's page."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Customer


@dataclass(frozen=True)
class Part:
    key: str
    label: str | Promise
    fields: tuple[str, ...]
    of: str = ""
    """Of persons or of companies only."""


ALL = (
    Part("name", _("Name"), ("kind", "name", "kana")),
    Part("reach", _("Phone and mail"), ("phones", "emails", "line_id")),
    Part(
        "company", _("Company"), ("representative", "website", "contact_name", "contact_phone"), Customer.Kind.COMPANY
    ),
    Part("hours", _("When it suits them"), ("convenient_weekdays", "convenient_from", "convenient_until", "free_days")),
    Part("home", _("Address"), ("postcode", "address")),
    Part("person", _("Person"), ("born_on", "occupation", "payment"), Customer.Kind.PERSON),
    Part("note", _("Note"), ("note",)),
)
PARTS = {part.key: part for part in ALL}


def parts_of(customer) -> list[Part]:
    return [part for part in ALL if part.of in {"", customer.kind}]
