"""What is over: deals lost and paid, rounds of care, calls in between. Each adds to the customer's two years."""

from datetime import date, datetime, time, timedelta

from . import cars, words
from .folder import Folder

SOURCES = {
    "new-arrival": ["appraisal_site", "appraisal_site", "web"],
    "standard-eight-touch": ["web", "phone", "referral"],
}
HOURS = [time(8, 47), time(10, 52), time(12, 34), time(14, 18), time(16, 41), time(18, 26), time(20, 9), time(22, 53)]
"""Times of the day at which leads come in; few, so that their plans can be shared."""


def moment(folder: Folder, day: date, at: time | None = None) -> datetime:
    """That day at that time of day, or one of HOURS, with odd seconds."""
    at = at or folder.rng.choice(HOURS)
    return folder.place.calendar.moment(day, at) + timedelta(seconds=folder.rng.randrange(60))


def at_work(folder: Folder, day: date) -> datetime:
    """Some minute of that day, or of the next one on which the store is open."""
    calendar = folder.place.calendar
    day = calendar.next_open(day)
    return calendar.moment(day, time(folder.rng.randint(10, 17), folder.rng.randrange(60)))


def in_vain(folder: Folder, channel: str) -> str:
    """A result by which nobody was spoken to."""
    chance = folder.rng.random()
    if channel == "phone":
        return "no_answer" if chance < 0.8 else "voicemail" if chance < 0.985 else "wrong_number"
    if channel == "visit":
        return "spoke"
    return "sent" if chance < 0.98 else "undelivered"


def approach(folder: Folder, slug: str, received_at, *, kind=None, limit=None):
    """A lead and the follow-up that begins with it, nothing done yet: (deal, running)."""
    rng = folder.rng
    kind = kind or rng.choice(("purchase", "purchase", "sale"))
    deal = folder.deal(
        received_at=received_at,
        kind=kind,
        source=rng.choice(SOURCES[slug]),
        note=rng.choice(words.ASKED[kind]),
        **folder.about(kind),
    )
    started_at = folder.place.calendar.after_open_minutes(received_at, rng.randint(3, 45))
    started_at = max(received_at, min(started_at, (limit or folder.world.now) - timedelta(minutes=2)))
    return deal, folder.follow(slug, received_at, started_at, by=folder.somebody(), deal=deal)


def work_on(folder: Folder, running, until: int, before, last=None):
    """Do the steps before `until`, the last of them with the result `last`; gives its contact."""
    after, contact = running.row["started_at"], None
    for index in range(until):
        task, _step, placed = running.tasks[index]
        spoken_to = last and index == until - 1 and task["channel"] in {"phone", "visit"}
        outcome = last if spoken_to else in_vain(folder, task["channel"])
        at = folder.moment_for(placed, after, before)
        said = {"details": folder.rng.choice(words.HANDED_OVER)} if task["channel"] == "visit" else {}
        contact = folder.do(running, index, outcome, at, **said)
        after = max(after, at) + timedelta(minutes=2)
    return contact


def how_far(folder: Folder, running, channels=("phone",)) -> int:
    """How many steps are done when it ends early: so many that the share of done tasks stays what it should be."""
    tally, wanted = folder.world.tally, folder.world.done_of_closed
    steps = [index + 1 for index, (task, *_rest) in enumerate(running.tasks) if task["channel"] in channels]
    if not steps:
        return len(running.tasks)
    more = tally["done"] < wanted * (tally["done"] + tally["cancelled"])
    half = max(1, len(steps) // 2)
    return folder.rng.choice(steps[-half:] if more else steps[:half])


def lost(folder: Folder, day: date, before):
    """A lead that came to nothing: refused on the phone, never reached, or waiting until it was too late."""
    rng = folder.rng
    slug = rng.choice(("new-arrival", "new-arrival", "standard-eight-touch"))
    deal, running = approach(folder, slug, moment(folder, day), limit=before)
    chance = rng.random()
    if chance < 0.4:
        contact = work_on(folder, running, how_far(folder, running), before, "refused")
        folder.end(running, "lost", contact["entered_at"], by=contact["done_by_id"], contact=contact)
        return
    if chance < 0.7:
        contact = work_on(folder, running, len(running.tasks), before)
        ended_at = night_after(folder, contact)
        folder.end(running, "done", ended_at)
        folder.lose(deal, "unreachable", folder.somebody(), ended_at + folder.minutes(600, 4000))
        return
    contact = work_on(folder, running, how_far(folder, running), before, "spoke")
    folder.end(running, "spoken", contact["entered_at"], by=contact["done_by_id"], contact=contact)
    folder.lose(
        deal,
        rng.choice(("competitor", "price", "postponed", "other")),
        contact["done_by_id"],
        contact["entered_at"] + folder.minutes(2000, 20000),
    )


def waited(folder: Folder, day: date, before):
    """A negotiation after which the customer asked for a month, and what came of it."""
    rng = folder.rng
    deal, met = negotiation(folder, day)
    running = folder.follow(
        "one-month-follow-up", met["happened_at"], met["entered_at"], by=met["done_by_id"], deal=deal
    )
    if rng.random() < 0.35:
        contact = work_on(folder, running, len(running.tasks), before)
        ended_at = night_after(folder, contact)
        folder.end(running, "done", ended_at)
        folder.lose(deal, "postponed", folder.somebody(), ended_at + folder.minutes(600, 6000))
        return
    contact = work_on(folder, running, how_far(folder, running), before, "refused")
    folder.end(running, "lost", contact["entered_at"], by=contact["done_by_id"], contact=contact)


def negotiation(folder: Folder, day: date, at: datetime | None = None, **fields):
    """A walk-in of that day who was talked to about a deal: (deal, contact)."""
    rng = folder.rng
    met_at = at or moment(
        folder, folder.place.calendar.next_open(day), rng.choice((time(11, 20), time(14, 5), time(16, 30)))
    )
    deal = folder.deal(
        received_at=met_at - folder.minutes(5, 20),
        kind=fields.pop("kind", None) or rng.choice(("purchase", "sale", "sale")),
        source=rng.choice(("walk_in", "walk_in", "referral", "repeat")),
        goods=cars.wanted(rng, folder.world.today),
        amount_yen=rng.randint(15, 260) * 10_000,
    )
    by = folder.somebody()
    contact = folder.contact(
        met_at,
        "visit",
        "spoke",
        by=by,
        deal=deal,
        details=rng.choice(words.MET),
        negotiated=True,
        wait_reason_id=rng.choice(folder.world.wait_reasons),
        entered_at=min(met_at + folder.minutes(4, 40), folder.world.now),
    )
    return deal, contact


def paid(folder: Folder, day: date, before):
    """From the lead to the money: spoken to, met, ordered, handed over, asked how it goes."""
    rng = folder.rng
    deal, running = approach(folder, "new-arrival", moment(folder, day), kind="sale", limit=before)
    contact = work_on(folder, running, how_far(folder, running), before, rng.choice(("spoke", "appointment")))
    folder.end(running, "spoken", contact["entered_at"], by=contact["done_by_id"], contact=contact)
    handed_over = order(folder, deal, contact["entered_at"].date() + timedelta(days=rng.randint(1, 6)))
    started_at = at_work(folder, handed_over - timedelta(days=2))
    started_at = max(started_at, deal["won_at"] + timedelta(minutes=5))
    delivered(folder, deal, handed_over)
    running = folder.follow("after-delivery", handed_over, started_at, by=folder.somebody(), deal=deal)
    if not running.tasks:
        return
    contact = work_on(folder, running, len(running.tasks), before, rng.choice(("spoke", "spoke", "no_answer")))
    ended_at = night_after(folder, contact)
    folder.end(running, "done", ended_at)
    folder.advance(deal, "paid", folder.somebody(), max(ended_at, deal["stage_changed_at"]) + folder.minutes(900, 9000))


def order(folder: Folder, deal, day: date, *, passed_on=True) -> date:
    """Met, an estimate, the order (and that to the supplier): gives the day on which the car is to be handed over."""
    rng = folder.rng
    by = folder.somebody()
    met_at = at_work(folder, day)
    met = folder.contact(met_at, "visit", "spoke", by=by, deal=deal, details=rng.choice(words.MET), negotiated=True)
    estimate_at = met["entered_at"] + folder.minutes(20, 2000)
    deal["amount_yen"] = rng.randint(40, 320) * 10_000
    folder.advance(deal, "estimate", by, estimate_at)
    ordered_at = max(
        at_work(folder, estimate_at.date() + timedelta(days=rng.randint(1, 7))), estimate_at + timedelta(hours=1)
    )
    ordered = folder.contact(
        ordered_at, "visit", "spoke", by=by, deal=deal, details=rng.choice(words.ORDERED), negotiated=True
    )
    handed_over = folder.place.calendar.next_open(ordered_at.date() + timedelta(days=rng.randint(8, 25)))
    folder.advance(deal, "order", by, ordered["entered_at"], promised_on=handed_over)
    if passed_on:
        folder.advance(deal, "ordered", by, ordered["entered_at"] + folder.minutes(60, 3000))
    return handed_over


def delivered(folder: Folder, deal, day: date):
    folder.advance(deal, "delivery", folder.somebody(), at_work(folder, day), delivered_on=day)


def care(folder: Folder, day: date, before):
    """A round of care that is over: a year's calls and letters, or those before an inspection."""
    vehicle = folder.vehicles[0] if folder.vehicles and folder.rng.random() < 0.5 else None
    slug = "inspection-care" if vehicle else "quarterly-contact"
    base = day + timedelta(days=100) if vehicle else day
    started_at = at_work(folder, day)
    running = folder.follow(slug, base, started_at, by=folder.somebody(), vehicle=vehicle)
    contact = work_on(folder, running, len(running.tasks), before, "spoke" if vehicle is None else None)
    folder.end(running, "done", night_after(folder, contact))


def stopped_care(folder: Folder, day: date, before):
    """A round that a conversation or a decision ended early."""
    running = folder.follow("quarterly-contact", day, at_work(folder, day), by=folder.somebody())
    contact = work_on(folder, running, 1, before, "spoke")
    reason = folder.rng.choice(("spoken", "spoken", "stopped"))
    with_contact = contact if reason == "spoken" else None
    folder.end(running, reason, contact["entered_at"], by=contact["done_by_id"], contact=with_contact)


def in_between(folder: Folder, day: date):
    """The customer called or wrote, and was answered."""
    rng = folder.rng
    at = at_work(folder, day)
    by = folder.somebody()
    if rng.random() < 0.5:
        entered_at = at + folder.minutes(1, 25)
        folder.contact(
            at, "phone", "spoke", by=by, direction="in", details=rng.choice(words.CALLED_US), entered_at=entered_at,
            for_staff_id=folder.owner and folder.owner.id, answered_at=entered_at, answered_by_id=by,
        )  # fmt: skip
        return
    channel = rng.choice(("email", "sms", "line"))
    asked = message(folder, at, channel)
    if rng.random() < 0.15:
        note = rng.choice(words.NO_ANSWER_NEEDED)
        asked.update(answered_at=asked["entered_at"] + folder.minutes(5, 90), answered_by_id=by, answer_note=note)
        return
    answered_at = asked["entered_at"] + folder.minutes(5, 150)
    answer = folder.contact(answered_at, channel, "sent", by=by, entered_at=answered_at)
    asked.update(answered_at=answered_at, answered_by_id=by, answered_with_id=answer["id"])


def message(folder: Folder, at, channel, deal=None) -> dict:
    """A message from the customer that waits for its answer."""
    return folder.contact(
        at,
        channel,
        "message",
        by=folder.somebody(),
        deal=deal,
        direction="in",
        details=folder.rng.choice(words.INBOUND[channel]),
        for_staff_id=(deal and deal["staff_id"]) or (folder.owner and folder.owner.id),
        answer_late_at=folder.place.calendar.after_open_minutes(at, folder.place.reply_limit_minutes),
        entered_at=min(at + folder.minutes(0, 9), folder.world.now),
    )


def night_after(folder: Folder, contact) -> datetime:
    """When the nightly pass closes what has nothing left to do."""
    day = contact["entered_at"].astimezone(folder.place.calendar.zone).date() + timedelta(days=1)
    return folder.place.calendar.moment(day, time(2, 10))
