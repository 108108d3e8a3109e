"""What managers have made of it: deals reviewed until the evening before last, and satisfaction calls checked.

Draws nothing: what else the same seed makes stays as it is.
"""

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils import timezone

from customers.models import Customer, Deal
from followups.models import CheckCall, CheckResult, Contact, DealReview, Outcome, ReviewKind
from followups.reviewing import LOST_LATELY

from . import words

LATELY = timedelta(days=10)
STILL_OPEN = timedelta(days=3)
COMMENTS = [
    "ご家族のご意見を次のお電話で伺ってください。",
    "競合の見積りの有無を確かめること。金額の前に下取りの話を。",
    "良い進め方。納期だけ早めにお伝えを。",
    "次のご来店の日をその場で決めましょう。",
]
EVERY = 7
"""Of so many reviews one has a word with it."""
DIFFERENT = "お引き渡しの説明が足りなかったとのこと。ナビの設定をもう一度ご案内する。"
SATISFIED = words.SPOKE["delivered"]


def add(places, now):
    """Of every store, by its manager."""
    _speak(now)
    for place in places:
        manager = place.manager.id
        DealReview.objects.bulk_create(_reviews(place, manager, now), batch_size=5000)
        CheckCall.objects.bulk_create(_checks(place, manager, now), batch_size=5000)


def _reviews(place, manager, now):
    """Made some hours after what was heard; what was heard since yesterday waits for its review."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    alive = Q(closed_at__isnull=True) | Q(lost_at__gte=now - LOST_LATELY)
    rows = Deal.objects.filter(alive, store=place.id, last_contacted_at__lt=midnight - timedelta(days=1))
    for number, (pk, moved_at) in enumerate(rows.order_by("pk").values_list("pk", "last_contacted_at")):
        text = COMMENTS[number // EVERY % len(COMMENTS)] if number % EVERY == 0 else ""
        at = moved_at + timedelta(hours=15)
        yield DealReview(
            deal_id=pk, kind=ReviewKind.REVIEWED, text=text, moved_at=moved_at, by_id=manager, at=at
        )  # fmt: skip


def _speak(now):
    """The satisfaction calls of the last days have reached the customers."""
    calls = Contact.objects.standing().filter(
        task__step__is_check=True, outcome=Outcome.NO_ANSWER, happened_at__gte=now - LATELY
    )
    for number, contact in enumerate(calls.order_by("pk")):
        contact.outcome, contact.details = Outcome.SPOKE, SATISFIED[number % len(SATISFIED)]
        contact.save(update_fields=["outcome", "details"])
        for rows in (Customer.objects.filter(pk=contact.customer_id), Deal.objects.filter(pk=contact.deal_id)):
            rows.update(last_contacted_at=Greatest("last_contacted_at", contact.happened_at))


def _checks(place, manager, now):
    spoken = Contact.objects.standing().filter(
        store=place.id, task__step__is_check=True, outcome=Outcome.SPOKE, happened_at__gte=now - LATELY
    )
    for number, contact in enumerate(spoken.order_by("pk")):
        done_at = contact.entered_at + timedelta(days=1)
        check = CheckCall(
            store_id=place.id,
            customer_id=contact.customer_id,
            task_id=contact.task_id,
            told_by_id=contact.done_by_id,
            made_at=contact.entered_at,
        )
        if now - contact.entered_at > STILL_OPEN:
            check.result, check.note = (
                (CheckResult.AS_TOLD, "") if number % 4 else (CheckResult.DIFFERS, DIFFERENT)
            )  # fmt: skip
            check.done_at, check.done_by_id = done_at, manager
        yield check
