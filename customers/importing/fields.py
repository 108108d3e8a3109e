"""The fields a column may be taken for, in people's words: what each is called, and what its cells may hold."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from stores.channels import Channel

from ..models import Fact
from .columns import NAME_FIELDS, NOT_TAKEN

CUSTOMER = {
    "code": (_("Customer code"), _("The number by which the office knows the customer; recognises them again.")),
    "name": (_("Name"), _("Full name, or the name of a company.")),
    "family_name": (_("Family name"), _("Where family and given name stand in two columns.")),
    "given_name": (_("Given name"), _("Where family and given name stand in two columns.")),
    "kana": (_("Kana"), _("How the name is read; hiragana and half width too.")),
    "family_kana": (_("Kana of the family name"), _("Where the kana stands in two columns.")),
    "given_kana": (_("Kana of the given name"), _("Where the kana stands in two columns.")),
    "kind": (_("Person or company"), _("個人 or 法人; else told by the name.")),
    "contact_name": (_("Contact person"), _("Whom to speak to in a company.")),
    "contact_phone": (_("Phone of the contact person"), _("Digits, with or without hyphens.")),
    "representative": (_("Representative"), _("Who heads the company.")),
    "website": (_("Web site"), _("In any words.")),
    "line_id": (_("LINE id"), _("In any words.")),
    "postcode": (_("Post code"), _("Seven digits, with or without a hyphen.")),
    "address": (_("Address"), _("May stand in several columns: they are joined in their order.")),
    "phones": (_("Phone"), _("Mobile, home and work; may stand in several columns.")),
    "emails": (_("Mail"), _("May stand in several columns.")),
    "born_on": (_("Birthday"), _("Japanese or western years.")),
    "occupation": (_("Occupation"), _("In any words.")),
    "free_days": (_("Days off"), _("In any words, such as 水・木.")),
    "convenient_weekdays": (_("Convenient days"), _("Such as 火・金.")),
    "convenient_hours": (_("Convenient hours"), _("From and until, such as 17:00-19:00.")),
    "refused_channels": (_("Does not want"), _("Phone, mail, SMS, LINE, visit or letter, in Japanese.")),
    "rank_id": (_("Rank"), _("As it is called here, such as A.")),
    "owner": (_("Person in charge"), _("Family name or full name of a colleague of this store.")),
    "referrer": (_("Referred by"), _("The code of the customer who referred this one; else name and phone.")),
    "payment": (_("Payment"), _("Cash, loan, or has been late.")),
    "letters": (_("Letters allowed"), _("Yes or no: 可 or 不可, ○ or ×.")),
    "note": (_("Note"), _("In any words; may stand in several columns.")),
}
BESIDE = {
    **{
        f"fact.{kind.value}": (kind.label, _("In any words, a line each, with its day: ゴルフ(2026/04/01)."))
        for kind in Fact.Kind
    },
    "family.relation": (_("Family: relation"), _("Such as 配偶者, 子, 親.")),
    "family.name": (_("Family: name"), _("A group of columns for each: 家族1 氏名, 家族2 氏名.")),
    "family.kana": (_("Family: kana"), _("How the name is read; hiragana and half width too.")),
    "family.born_on": (_("Family: birthday"), _("Japanese or western years.")),
    "family.note": (_("Family: note"), _("In any words.")),
    **{
        f"consent.{channel.value}": (
            format_lazy("{}: {}", _("Consent"), channel.label),
            _("同意 or 拒否, how it was said and when, such as 同意 書面 2026/04/01."),
        )
        for channel in Channel
    },
}
CAR = {
    "vehicle.maker": (_("Maker"), _("In any words.")),
    "vehicle.model": (_("Car"), _("The model.")),
    "vehicle.plate": (_("Plate"), _("With or without dots and blanks.")),
    "vehicle.chassis_number": (_("Chassis number"), _("Letters, digits and hyphens.")),
    "vehicle.user_name": (_("Driven by"), _("Where that is not the customer.")),
    "vehicle.used_by": (_("Code of who drives it"), _("The code of the customer who drives it; else name and phone.")),
    "vehicle.mileage_on": (_("Mileage read on"), _("A date, Japanese or western years.")),
    "vehicle.year": (_("Model year"), _("Japanese or western years.")),
    "vehicle.mileage_km": (_("Mileage"), _("In kilometres.")),
    "vehicle.first_registered_on": (_("First registration"), _("A date, or year and month.")),
    "vehicle.inspection_expires_on": (_("Inspection until"), _("A date, Japanese or western years.")),
    "vehicle.insurance_expires_on": (_("Insurance until"), _("A date, Japanese or western years.")),
    "vehicle.check_due_on": (_("Periodic inspection due"), _("A date, Japanese or western years.")),
    "vehicle.bought_here": (_("Bought here"), _("Yes or no: 有 or 無, ○ or ×.")),
    "vehicle.disposed_on": (_("Disposed of"), _("A date, Japanese or western years.")),
    "vehicle.delivered_on": (_("Delivered on"), _("A date, Japanese or western years.")),
    "vehicle.price_yen": (_("Price"), _("In yen, or in 万円.")),
}
DEAL = {
    "deal.ordered_on": (_("Ordered on"), _("A date. Each row with a day is one past deal.")),
    "deal.goods": (_("Car or goods"), _("What was ordered, in any words.")),
    "deal.amount_yen": (_("Amount (yen)"), _("In yen, or in 万円.")),
    "deal.delivered_on": (_("Day of delivery"), _("Where it is empty, the car's.")),
    "deal.promised_on": (_("Promised delivery"), _("A date, Japanese or western years.")),
    "deal.paid_on": (_("Paid on"), _("A date, Japanese or western years.")),
    "deal.received_on": (_("Received on"), _("When the customer asked.")),
    "deal.lost_on": (_("Lost on"), _("A date, Japanese or western years.")),
    "deal.lost_reason": (_("Why it was lost"), _("As it is called here.")),
    "deal.kind": (_("Kind of deal"), _("As it is called here; else a sale.")),
    "deal.source": (_("How they came to us"), _("As it is called here; else a walk-in.")),
    "deal.stage": (_("Stage"), _("As it is called here; else told by the days.")),
    "deal.staff": (_("Person in charge of the deal"), _("Family name or full name of a colleague of this store.")),
    "deal.note": (_("Note about the deal"), _("In any words.")),
}
FIELDS = CUSTOMER | BESIDE | CAR | DEAL


def choices() -> list:
    """For a select: left alone, the customer's, what is known beside the entry, the car's, the deal's."""
    return [
        (NOT_TAKEN, _("Do not take over")),
        (_("Customer"), [(name, label) for name, (label, _help) in CUSTOMER.items()]),
        (_("What we know of them"), [(name, label) for name, (label, _help) in BESIDE.items()]),
        (_("Car"), [(name, label) for name, (label, _help) in CAR.items()]),
        (_("Past deal"), [(name, label) for name, (label, _help) in DEAL.items()]),
    ]


def named(fields) -> bool:
    """Whether one of these is a name."""
    return not NAME_FIELDS.isdisjoint(fields)


def label(field: str) -> str:
    return str(FIELDS[field][0])
