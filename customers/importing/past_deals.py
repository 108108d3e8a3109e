"""Business of the past, a deal a row: what an office sold, when, for how much (REQUIREMENTS C7)."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import Customer, Deal, DealKind, LostReason, Source, Stage, Vehicle
from ..text import alike
from . import values

OVER_AFTER = timedelta(days=90)
"""An order that is older is over, where no column says otherwise; a later one may still be on its way."""
FILLED = ("goods", "amount_yen", "promised_on", "delivered_on", "staff_id", "vehicle_id")
"""What a known deal gains where it has nothing yet."""


def parsers() -> dict:
    stages = [(stage, stage.label) for stage in Stage]
    stages += [(stage, stage.label_for(DealKind.PURCHASE)) for stage in Stage]
    unknown = _("This is not called so here.")
    days = ("received_on", "ordered_on", "promised_on", "delivered_on", "paid_on", "lost_on")
    return {
        "deal.kind": values.choice(DealKind.choices, unknown),
        "deal.source": values.choice(Source.choices, unknown),
        "deal.stage": values.choice(stages, unknown),
        "deal.lost_reason": values.choice(LostReason.choices, unknown),
        "deal.goods": values.line(120),
        "deal.amount_yen": values.yen,
        "deal.staff": values.line(60),
        "deal.note": str.strip,
        **{f"deal.{name}": values.day for name in days},
    }


def complete(record, columns, colleagues):
    """What a deal needs that other columns say; one without any day goes to the note."""
    said = record.deal
    if not said:
        return
    if not any(said.get(name) for name in ("received_on", "ordered_on", "lost_on")):
        for name, value in said.items():
            record.keep(columns.heading_for(f"deal.{name}"), str(value), _("The deal has no day."))
        said.clear()
        return
    if said.get("ordered_on") and not said.get("lost_on"):
        _take_from_the_car(said, record.vehicle)
    if name := said.pop("staff", ""):
        try:
            said["staff_id"] = colleagues.find(name, also_before=True)
        except values.Bad as bad:
            record.keep(columns.heading_for("deal.staff"), name, bad)


def _take_from_the_car(said, car):
    """Lists of sales have one column for the day of delivery and one for the price."""
    for name, of_car in (("delivered_on", "delivered_on"), ("amount_yen", "price_yen"), ("goods", "model")):
        if name not in said and car.get(of_car):
            said[name] = car[of_car]


def find_deal(
    deals: list[Deal], customer: Customer, record, vehicle: Vehicle | None, now: datetime
) -> tuple[Deal, dict]:
    """The customer's deal that the row means, or a new one; and what of it changed: {attribute: (was, is)}."""
    said = {**record.deal, "vehicle_id": vehicle.pk if vehicle else None}
    deal = next((one for one in deals if _is_same(one, said)), None)
    if deal is None:
        made = _new(customer, said, vehicle, now)
        if made.staff_id is None and "staff_id" not in said:
            made.staff_id = record.owner_id
        fresh = Deal(store_id=customer.store_id)
        names = [field.attname for field in Deal._meta.concrete_fields if field.attname not in NOT_TOLD]
        return made, {name: (None, value) for name in names if (value := getattr(made, name)) != getattr(fresh, name)}
    changed = {}
    for name in FILLED:
        if said.get(name) and not getattr(deal, name):
            changed[name] = (getattr(deal, name), said[name])
    if said.get("note") and said["note"] not in deal.note and not alike(deal.note, said["note"]):
        changed["note"] = (deal.note, "\n".join(part for part in (deal.note, said["note"]) if part))
    for name, (_was, value) in changed.items():
        setattr(deal, name, value)
    return deal, changed


NOT_TOLD = frozenset({"id", "customer_id", "vehicle_id", "counted_store_id", "counted_staff_id"})
"""Keys that are not known yet, and what the database keeps by itself."""


def _is_same(deal, said) -> bool:
    """The same day, and the same goods where both name some."""
    if said.get("kind") and deal.kind != said["kind"]:
        return False
    if deal.goods and said.get("goods") and not alike(deal.goods, said["goods"]):
        return False
    if said.get("ordered_on") or deal.ordered_on:
        return said.get("ordered_on") == deal.ordered_on
    if said.get("lost_on"):
        return deal.lost_at is not None and timezone.localdate(deal.lost_at) == said["lost_on"]
    return deal.lost_at is None and timezone.localdate(deal.received_at) == said["received_on"]


def _new(customer, said, vehicle, now) -> Deal:
    days = {name: said.get(name) for name in ("ordered_on", "promised_on", "delivered_on", "paid_on")}
    first = min(day for name, day in said.items() if name.endswith("_on") and name != "promised_on" and day)
    received_at = _noon(said.get("received_on") or first)
    stage, closed_on = _stage_of(said, timezone.localdate(now))
    if stage == Stage.PAID:
        days["paid_on"] = closed_on
    lost_at = _noon(said["lost_on"]) if said.get("lost_on") else None
    return Deal(
        store_id=customer.store_id,
        customer=customer,
        vehicle=vehicle,
        kind=said.get("kind") or DealKind.SALE.value,
        source=said.get("source") or Source.WALK_IN.value,
        goods=said.get("goods", ""),
        note=said.get("note", ""),
        amount_yen=said.get("amount_yen"),
        staff_id=said.get("staff_id"),
        stage=stage.value,
        stage_changed_at=lost_at or _noon(closed_on or days["delivered_on"] or days["ordered_on"] or first),
        received_at=received_at,
        new_late_at=received_at,
        taken_at=received_at,
        won_at=_noon(days["ordered_on"]) if stage in Stage.won() and not lost_at else None,
        lost_at=lost_at,
        lost_reason=(said.get("lost_reason") or LostReason.OTHER.value) if lost_at else "",
        closed_at=lost_at or (_noon(closed_on) if closed_on else None),
        **days,
    )


def _stage_of(said, today: date) -> tuple[Stage, date | None]:
    """(stage, when it was closed as paid): as the row says, else as its days do."""
    ordered, delivered, paid = (said.get(name) for name in ("ordered_on", "delivered_on", "paid_on"))
    stage = Stage(said["stage"]) if said.get("stage") else None
    if said.get("lost_on") or not ordered:
        return (stage if stage and stage not in Stage.won() else Stage.ENQUIRY), None
    latest = delivered or ordered
    if paid or stage == Stage.PAID or (stage is None and latest < today - OVER_AFTER):
        return Stage.PAID, paid or latest
    if stage in Stage.won():
        return stage, None
    return (Stage.DELIVERY if delivered else Stage.ORDER), None


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))
