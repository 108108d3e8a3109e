"""What a manager makes of a deal: reviewed, commented on, a follow-up asked for; and the way back (REQUIREMENTS D4)."""

from datetime import timedelta

from django.db import transaction
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, Value, When

from customers.models import Deal

from .models import Act, ActedOn, ActKind, CheckCall, Contact, DealReview, FollowUp, Left, ReviewKind
from .recording import JUST_NOW, NextAppointment, appoint
from .stopping import hold
from .taking_back import TooLateToTakeBack
from .work import DEALS

LOST_LATELY = timedelta(days=14)
"""A lost deal is worth a review for so long; one that was paid has been seen by everybody."""


class AlreadyReviewed(Exception):
    """Another manager was first; `review` tells who and when."""

    def __init__(self, review):
        super().__init__(review)
        self.review = review


def to_review(deals, now):
    """Those of which something was heard since the last review: the open ones, and those lost lately."""
    reviews = DealReview.objects.filter(deal=OuterRef("pk"))
    seen = reviews.seen_until(OuterRef("last_contacted_at"))
    alive = Q(closed_at__isnull=True) | Q(lost_at__gte=now - LOST_LATELY)
    # In this order: most reviewed deals have nothing later at all, and of the others contacts are looked up one by one.
    unseen = Case(
        When(Exists(seen), then=Value(False)),
        When(~Exists(reviews.seen_before(OuterRef("last_contacted_at"))), then=Value(True)),
        default=Exists(_news()),
        output_field=BooleanField(),
    )
    return deals.filter(alive, unseen, last_contacted_at__isnull=False)


def _news():
    """For a queryset of deals that have been reviewed: contacts that no review had seen.

    What managers do themselves is no news: their check calls, and what whoever reviewed the deal had to do with the
    customer, unless it is their own deal.
    """
    reviews = DealReview.objects.filter(deal=OuterRef("deal"))
    by_a_reviewer = Exists(reviews.seen_before(OuterRef("happened_at")).filter(by=OuterRef("done_by")))
    check_call = CheckCall.objects.filter(contact=OuterRef("pk"))
    contacts = Contact.objects.two_way().filter(
        ~Exists(check_call), ~Exists(reviews.seen_until(OuterRef("happened_at")))
    )
    return contacts.filter(~by_a_reviewer | Q(done_by=OuterRef("staff")), deal=OuterRef("pk"))


def movement_of(deal):
    """Up to where somebody has seen a deal who looks at it now."""
    return deal.last_contacted_at or deal.received_at


def review(deal, *, seen_at, text="", by, now) -> tuple[DealReview, bool]:
    """Mark it reviewed up to what was `seen_at`; whether that was news. Said twice by one person it is once.

    Raises AlreadyReviewed when somebody else has.
    """
    with transaction.atomic():
        deal = _held(deal)
        moved_at = min(seen_at, movement_of(deal))
        earlier = deal.reviews.seen_until(moved_at).select_related("by").newest_first().first()
        if earlier and earlier.by_id != by.pk:
            raise AlreadyReviewed(earlier)
        if earlier and text and text != earlier.text:
            return comment(deal, text, by=by, now=now)
        if earlier:
            return earlier, False
        made = deal.reviews.create(kind=ReviewKind.REVIEWED, text=text, moved_at=moved_at, by=by, at=now)
    return made, True


def review_many(ids, *, by, now) -> Act:
    """Mark these reviewed up to now; one that has been meanwhile is left alone."""
    with transaction.atomic():
        held = Deal.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
        list(held.values_list("pk"))
        deals = list(to_review(Deal.objects.filter(pk__in=ids), now).order_by("pk"))
        act = Act.objects.create(kind=ActKind.REVIEWED, work=DEALS.name, by=by, at=now)
        DealReview.objects.bulk_create(
            DealReview(deal=deal, kind=ReviewKind.REVIEWED, moved_at=movement_of(deal), act=act, by=by, at=now)
            for deal in deals
        )
        news = {deal.pk: deal.staff_id for deal in deals}
        ActedOn.objects.bulk_create(
            ActedOn(act=act, deal_id=pk, before_id=news.get(pk), after=None, why="" if pk in news else Left.DONE)
            for pk in sorted(ids)
        )
    return act


def comment(deal, text: str, *, by, now) -> tuple[DealReview, bool]:
    """A word on it, which stays on its page; the deal stays to be reviewed. Whether that was news."""
    return _once(deal, text, by, now, lambda: {"kind": ReviewKind.COMMENT})


def ask(deal, wanted: NextAppointment, *, by, now) -> tuple[DealReview, bool]:
    """Ask for something to be done on a day, by whoever is in charge of the deal. Whether that was news."""

    def with_task():
        return {"kind": ReviewKind.ASKED, "task": appoint(deal.customer, deal, wanted, by=by, now=now)}

    return _once(deal, wanted.title, by, now, with_task)


def take_back(review: DealReview, *, by, now):
    """Within a day, by whoever it is of: what was asked for is not to be done any more, unless it is done.

    Raises TooLateToTakeBack.
    """
    with transaction.atomic():
        mine = DealReview.objects.standing().filter(pk=review.pk, by=by)
        if not review.may_be_undone(now) or not mine.update(undone_at=now):
            raise TooLateToTakeBack(review)
        if review.task:
            review.task.cancel(by, now, "")


def _held(deal) -> Deal:
    return Deal.objects.select_related("customer__store", "staff").select_for_update(of=("self",), no_key=True).get(
        pk=deal.pk
    )  # fmt: skip


def _once(deal, text, by, now, columns) -> tuple[DealReview, bool]:
    with transaction.atomic():
        hold(FollowUp.objects.filter(deal=deal))
        deal = _held(deal)
        again = deal.reviews.same_as(since=now - JUST_NOW, by=by, text=text).first()
        if again:
            return again, False
        return deal.reviews.create(text=text, by=by, at=now, **columns()), True
