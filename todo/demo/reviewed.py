"""What managers have made of it: deals reviewed until the evening before last, satisfaction calls to be checked, and a
rule by which the first store's leads are given out.

Draws nothing: what else the same seed makes stays as it is.
"""

from datetime import timedelta

from django.utils import timezone

from customers.models import Deal, Source
from followups.allocation import decide
from followups.giving import candidates, choices
from followups.models import CheckCall, CheckResult, DealReview, LeadChoice, LeadRule, Outcome, Prefer, ReviewKind, Task
from followups.recording import Result, record
from followups.reviewing import to_review
from stores.models import Staff

from ..desk.checking import compare_and_tell
from . import words

SHOWN = "sales"
"""Whose board stays as it is."""
CALLS = 3
"""Of each store."""
HEARD_OTHERWISE = "ご家族が乗られたとき、スライドドアの音が気になったとのこと。点検をご案内しました。"
LOWEST_PERCENT = 60
"""Nobody of the demonstration is below it for long."""
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
    _rule(places[0], now)
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
    """Some satisfaction calls have reached their customers, the late ones first: the manager calls them, too.

    One of them already, and heard otherwise.
    """
    off = Staff.objects.off_on(timezone.localdate(now))
    calls = Task.objects.open().filter(store=place.id, step__is_check=True)
    calls = calls.exclude(assignee=None).exclude(assignee__username=SHOWN).exclude(assignee__in=off)
    calls = calls.exclude(assignee=place.manager.id).order_by("late_at", "pk")
    for number, call in enumerate(calls.select_related("customer__store", "deal", "step", "assignee")[:CALLS]):
        said = Result(Outcome.SPOKE, details=words.SPOKE["delivered"][number])
        record(call, said, by=call.assignee, now=now - AGO + timedelta(minutes=7 * number))
    checks = CheckCall.objects.filter(store=place.id).open().longest_waiting()
    if len(checks) == CALLS:
        by = Staff.objects.get(pk=place.manager.id)
        compare_and_tell(checks[CALLS - 1], CheckResult.DIFFERS, HEARD_OTHERWISE, by=by, now=now - AGO / 2)


def _rule(place, now):
    """Nobody's leads stay nobody's: the rule is for other sources. Why the newest one of its sources went to whom."""
    taken = set(Deal.objects.new().of_nobody().filter(store=place.id).values_list("source", flat=True))
    sources = [source for source in (Source.APPRAISAL_SITE, Source.WEB) if source not in taken]
    if not sources:
        return
    rule = LeadRule.objects.create(
        store_id=place.id,
        sources=sources,
        prefer=Prefer.LOAD,
        lowest_percent=LOWEST_PERCENT,
        made_by_id=place.manager.id,
        made_at=now - timedelta(days=30),
    )
    decision = decide(candidates(place.id, now), rule.criteria, rule.lowest_percent)
    leads = Deal.objects.new().filter(store=place.id, source__in=sources, staff=decision.chosen)
    if decision.chosen and (lead := leads.order_by("-received_at", "pk").first()):
        LeadChoice.objects.bulk_create(choices(lead.pk, rule, decision, lead.received_at))
