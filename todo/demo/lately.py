"""What was ordered in the last weeks, and what everybody is to reach: so that the page of targets has something to say.

Draws of its own: what else the same seed makes stays as it is.
"""

import random
from datetime import date, time, timedelta

from dateutil.relativedelta import relativedelta

from customers.models import Figure, Target
from stores.models import Role

from . import cars

EVERY = 9
"""Of so many customers one has ordered and paid something within the last months."""
LATELY_DAYS = 230
CAR_TAKES = 14
"""Days from the order of a car to its delivery; it was asked for as many days before."""
ORDERS_EVERY = 95
"""Of so many customers one has just ordered a car, which the supplier does not know of yet."""
MONTHS = 8
YEN_PER_ORDER = 1_200_000


def business(folder, number: int):
    """Asked for, ordered and paid, of a customer who has somebody: a car, an inspection, an insurance."""
    if number % EVERY or folder.owner is None or folder.customer["closed_at"]:
        return
    rng = random.Random(number)
    kind = rng.choice(("sale", "sale", "service", "insurance"))
    takes = CAR_TAKES if kind == "sale" else 0
    ordered_on = folder.world.today - timedelta(days=rng.randint(1 + takes, LATELY_DAYS))
    asked_at, at, handed_over_at = (
        _moment(folder, ordered_on + timedelta(days=days), clock)
        for days, clock in ((-takes, time(11, 20)), (0, time(12)), (takes, time(12, 30)))
    )
    goods = {"insurance": "自動車保険", "service": "車検整備"}.get(kind) or cars.wanted(rng, folder.world.today)
    thousands = {"insurance": (40, 150), "service": (60, 180)}.get(kind, (500, 2900))
    amount = rng.randint(*thousands) * 1000
    deal = folder.deal(received_at=asked_at, kind=kind, source="repeat", goods=goods, amount_yen=amount)
    day, by = handed_over_at.date(), folder.owner.id
    folder.take(deal, by, asked_at + timedelta(minutes=5))
    folder.advance(deal, "order", by, at, promised_on=day)
    folder.advance(deal, "delivery", by, handed_over_at, delivered_on=day)
    folder.advance(deal, "paid", by, handed_over_at + timedelta(hours=1))


def _moment(folder, day: date, clock: time):
    calendar = folder.place.calendar
    return calendar.moment(calendar.previous_open(day), clock)


def fresh_order(folder, number: int):
    """Met two weeks before, an estimate, and the order within the last days."""
    if number % ORDERS_EVERY != 7 or folder.owner is None or folder.customer["closed_at"]:
        return
    rng, calendar = random.Random(-number), folder.place.calendar
    day = calendar.previous_open(folder.world.today - timedelta(days=rng.randint(1, 13)))
    at, by = calendar.moment(day, time(11, 40)), folder.owner.id
    received_at = calendar.moment(calendar.previous_open(day - timedelta(days=14)), time(13, 10))
    deal = folder.deal(
        received_at=received_at,
        kind="sale",
        source="walk_in",
        goods=cars.wanted(rng, folder.world.today),
        amount_yen=rng.randint(80, 320) * 10_000,
    )
    folder.take(deal, by, received_at + timedelta(minutes=5))
    folder.advance(deal, "met", by, received_at + timedelta(minutes=50))
    folder.advance(deal, "estimate", by, received_at + timedelta(days=2))
    folder.advance(deal, "order", by, at, promised_on=calendar.next_open(day + timedelta(days=rng.randint(12, 25))))


def targets(places, today: date):
    """Of everybody who sells, for this month and those before it."""
    rows = []
    for place in places:
        rng = random.Random(f"lately {place.slug}")
        for person in place.people:
            if person.role == Role.ASSISTANT:
                continue
            for back in range(MONTHS):
                orders = rng.randint(3, 6)
                asked = {
                    "store_id": place.id,
                    "staff_id": person.id,
                    "begins_on": today.replace(day=1) - relativedelta(months=back),
                }
                rows.append(Target(**asked, figure=Figure.ORDERS, value=orders))
                rows.append(Target(**asked, figure=Figure.AMOUNT, value=orders * YEN_PER_ORDER))
    Target.objects.bulk_create(rows, batch_size=5000)
