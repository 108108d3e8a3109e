"""What stands on the boards now: new leads, running follow-ups, promised appointments, replies waiting."""

from datetime import date, datetime, time, timedelta

from . import cars, words
from .folder import Folder
from .history import approach, at_work, message, moment, negotiation, order, work_on
from .outlook import Standing


def new_lead(folder: Folder, *, assigned: bool, age: timedelta):
    """Received a while ago, and nobody has begun."""
    rng = folder.rng
    kind = rng.choice(("purchase", "purchase", "sale"))
    folder.deal(
        received_at=folder.world.now - age,
        kind=kind,
        source=rng.choice(("appraisal_site", "appraisal_site", "web", "phone")),
        note=rng.choice(words.ASKED[kind]),
        staff=assigned,
        **folder.about(kind),
    )


def follow_up(folder: Folder, standing: Standing, *, today=False):
    """A follow-up at work as `standing` says; with `today` its last done step was done today."""
    running = _BEGIN[standing.slug](folder, standing)
    now = folder.world.now
    until = min(standing.done, len(running.tasks))
    if today and until:
        started_at = running.row["started_at"]
        work_on(folder, running, until - 1, max(now - timedelta(hours=14), started_at + (now - started_at) / 2))
        done_today(folder, running, until - 1)
    else:
        work_on(folder, running, until, now)
    for task, _step, _placed in running.tasks[until:]:
        folder.flag(task)
    return running


def done_today(folder: Folder, running, index: int):
    now = folder.world.now
    midnight = folder.place.calendar.moment(folder.world.today, time(0))
    task = running.tasks[index][0]
    earliest = max(midnight, running.row["started_at"], min(task["due_from"], now - timedelta(minutes=30)))
    at = earliest + (now - earliest) * (0.2 + 0.7 * folder.rng.random())
    outcome = "no_answer" if task["channel"] == "phone" else "spoke" if task["channel"] == "visit" else "sent"
    fields = {"by": folder.owner.id} if folder.owner else {}
    folder.do(running, index, outcome, at, entered_at=at + (now - at) * 0.3, **fields)


def _lead(folder: Folder, standing: Standing):
    _deal, running = approach(folder, standing.slug, standing.base + folder.minutes(0, 0.9))
    folder.take(running.deal, running.row["started_by_id"], running.row["started_at"])
    return running


def _thinking_it_over(folder: Folder, standing: Standing):
    deal, met = negotiation(folder, standing.base.date(), standing.base)
    if folder.rng.random() < 0.4:
        folder.advance(deal, "estimate", met["done_by_id"], met["entered_at"] + folder.minutes(60, 3000))
    return folder.follow(standing.slug, met["happened_at"], met["entered_at"], by=met["done_by_id"], deal=deal)


def _handed_over(folder: Folder, standing: Standing):
    today = folder.world.today
    day = standing.base - timedelta(days=folder.rng.randint(45, 60))
    received_at = moment(folder, day)
    deal = folder.deal(
        received_at=received_at,
        kind="sale",
        source=folder.rng.choice(("walk_in", "web", "referral", "repeat")),
        goods=cars.wanted(folder.rng, folder.world.today),
    )
    by = folder.somebody()
    called_at = folder.place.calendar.after_open_minutes(received_at, folder.rng.randint(5, 50))
    folder.contact(called_at, "phone", "appointment", by=by, deal=deal, entered_at=called_at + timedelta(minutes=6))
    order(folder, deal, day + timedelta(days=2), passed_on=standing.base <= today + timedelta(days=6))
    started_at = at_work(folder, min(standing.base, today) - timedelta(days=4))
    deal["promised_on"] = standing.base
    if standing.done:
        delivered_at = min(moment(folder, standing.base, time(11, 5)), folder.world.now - timedelta(minutes=1))
        folder.advance(deal, "delivery", by, delivered_at, delivered_on=standing.base)
    return folder.follow(standing.slug, standing.base, max(started_at, deal["won_at"]), by=by, deal=deal)


def _before_inspection(folder: Folder, standing: Standing):
    vehicle = folder.world.tables.vehicles.add(
        store_id=folder.place.id,
        customer_id=folder.customer["id"],
        created_at=folder.customer["created_at"],
        **cars.vehicle(folder.rng, folder.world.today, expires_on=standing.base),
    )
    folder.vehicles.append(vehicle)
    started_at = at_work(folder, standing.base - timedelta(days=folder.rng.randint(103, 110)))
    return folder.follow(standing.slug, standing.base, started_at, by=folder.somebody(), vehicle=vehicle)


def _quarterly(folder: Folder, standing: Standing):
    base: date = standing.base
    started_at = at_work(folder, min(base, folder.world.today) - timedelta(days=7))
    return folder.follow(standing.slug, base, started_at, by=folder.somebody())


_BEGIN = {
    "new-arrival": _lead,
    "standard-eight-touch": _lead,
    "one-month-follow-up": _thinking_it_over,
    "after-delivery": _handed_over,
    "inspection-care": _before_inspection,
    "quarterly-contact": _quarterly,
}


def appointment(folder: Folder, need: str) -> bool:
    """A single appointment that a conversation made; False when no such moment is left today."""
    due = _promised(folder, need)
    if due is None:
        return False
    on, at = due
    rng, calendar = folder.rng, folder.place.calendar
    talked_at = at_work(folder, min(on, folder.world.today) - timedelta(days=rng.randint(2, 20)))
    talked_at = min(talked_at, folder.world.now - timedelta(hours=20))
    channel = rng.choice(("phone", "phone", "phone", "visit", "email"))
    by = folder.owner.id if folder.owner else folder.somebody()
    deal = _visitor(folder, talked_at) if channel == "visit" else None
    if deal:
        contact = folder.contact(talked_at, "phone", "appointment", by=by, deal=deal)
    else:
        reason = rng.choice(folder.world.wait_reasons)
        contact = folder.contact(talked_at, "phone", "spoke", by=by, topic="wait", wait_reason_id=reason)
    hours = calendar.hours_on(on) or calendar.hours
    starts = calendar.moment(on, at or hours.starts)
    ends = starts + timedelta(hours=1) if at else calendar.moment(on, hours.ends)
    task = folder.task(
        channel=channel,
        title=rng.choice(words.APPOINTED[channel]),
        reason='[["by_hand"], ["promised"]]' if at else '[["by_hand"]]',
        due_on=on,
        due_from=starts,
        due_until=ends,
        late_at=ends,
        promised_at=starts if at else None,
        created_at=contact["entered_at"],
        made_with_id=contact["id"],
        assignee_id=by,
        deal=deal,
    )
    folder.flag(task)
    return True


def _visitor(folder: Folder, talked_at) -> dict:
    """The deal of somebody who is going to come, or to be visited."""
    rng = folder.rng
    kind = rng.choice(("sale", "sale", "service", "insurance"))
    return folder.deal(
        received_at=talked_at - folder.minutes(3, 400),
        kind=kind,
        source=rng.choice(("phone", "web", "referral", "repeat")),
        goods=cars.wanted(rng, folder.world.today),
        note=rng.choice(words.ASKED[kind]),
    )


def _promised(folder: Folder, need: str) -> tuple[date, time | None] | None:
    """A day and a time at which an appointment stands as needed; at most two days late."""
    rng, today, calendar = folder.rng, folder.world.today, folder.place.calendar
    now = folder.world.now.astimezone(calendar.zone)
    if need == "upcoming":
        on = calendar.next_open(today + timedelta(days=rng.randint(1, 40)))
        return on, rng.choice((None, time(11), time(13, 30), time(16), time(18)))
    if need == "on_time":
        later = [at for at in map(time, range(10, 22)) if datetime.combine(today, at, calendar.zone) > now]
        in_opening = [at for at in later if at < calendar.hours.ends]
        return (today, rng.choice(in_opening or later)) if later else None
    earlier = [
        at for at in map(time, range(10, 20)) if now - datetime.combine(today, at, calendar.zone) > timedelta(hours=2)
    ]
    if earlier and rng.random() < 0.6:
        return today, rng.choice(earlier)
    on = calendar.previous_open(today - timedelta(days=rng.randint(1, 2)))
    return (on, time(rng.randint(10, 17))) if today - on <= timedelta(days=3) else None


def reply(folder: Folder, *, anyway: bool) -> bool:
    """The customer wrote or called, and nobody has answered.

    False when the last word was ours a moment ago, or lately and it need not be this customer.
    """
    rng, now = folder.rng, folder.world.now
    at = now - folder.minutes(12, rng.choice((90, 300, 1500)))
    if folder.last_sent_at and at <= folder.last_sent_at + timedelta(minutes=2):
        if not anyway:
            return False
        at = folder.last_sent_at + (now - folder.last_sent_at) * 0.6
    if now - at < timedelta(minutes=1):
        return False
    deals = [row for row in folder.world.tables.deals.waiting if row["customer_id"] == folder.customer["id"]]
    begun = [row for row in deals if row["closed_at"] is None and row["taken_at"] and row["taken_at"] <= at]
    open_deal = begun[-1] if begun else None
    message(folder, at.replace(microsecond=0), rng.choice(("email", "email", "sms", "line", "phone")), open_deal)
    return True
