"""What managers have made of it: deals reviewed until the evening before last; and satisfaction calls to be checked.

Draws nothing: what else the same seed makes stays as it is.
"""

from datetime import timedelta

from django.utils import timezone

from customers.models import Deal
from followups.models import DealReview, Outcome, ReviewKind, Task
from followups.recording import Result, record
from followups.reviewing import to_review
from stores.models import Staff

from . import words

SHOWN = "sales"
"""Whose board stays as it is."""
CALLS = 2
"""Of each store."""
AGO = timedelta(hours=5)
COMMENTS = [
    "ご家族のご意見を次のお電話で伺ってください。",
    "競合の見積りの有無を確かめること。金額の前に下取りの話を。",
    "良い進め方。納期だけ早めにお伝えを。",
    "次のご来店の日をその場で決めましょう。",
]
EVERY = 7
"""Of so many reviews one has a word with it."""


def add(places, now):
    """Of every store, by its manager."""
    for place in places:
        DealReview.objects.bulk_create(_reviews(place, now), batch_size=5000)
        _speak(place, now)


def _reviews(place, now):
    """Made some hours after what was heard; what was heard since yesterday waits for its review."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    heard = Deal.objects.filter(store=place.id, last_contacted_at__lt=midnight - timedelta(days=1))
    rows = to_review(heard, now).order_by("pk").values_list("pk", "last_contacted_at")
    for number, (pk, moved_at) in enumerate(rows):
        yield DealReview(
            deal_id=pk,
            kind=ReviewKind.REVIEWED,
            text=COMMENTS[number // EVERY % len(COMMENTS)] if number % EVERY == 0 else "",
            moved_at=moved_at,
            by_id=place.manager.id,
            at=moved_at + timedelta(hours=15),
        )


def _speak(place, now):
    """Some satisfaction calls that were late have reached their customers: the manager calls them, too."""
    off = Staff.objects.off_on(timezone.localdate(now))
    late = Task.objects.open().filter(store=place.id, step__is_check=True, late_at__lt=now - AGO)
    calls = late.exclude(assignee=None).exclude(assignee__username=SHOWN).exclude(assignee__in=off)
    calls = calls.exclude(assignee=place.manager.id).order_by("late_at", "pk")
    for number, call in enumerate(calls.select_related("customer__store", "deal", "step", "assignee")[:CALLS]):
        said = Result(Outcome.SPOKE, details=words.SPOKE["delivered"][number])
        record(call, said, by=call.assignee, now=now - AGO + timedelta(minutes=7 * number))
