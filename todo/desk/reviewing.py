"""What a manager makes of a deal, and telling whoever is in charge of it; the way back takes the news back (D4)."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from followups.models import DealReview
from followups.recording import NextAppointment
from followups.reviewing import ask, comment, review, take_back
from stores.days import day_label
from stores.models import Notification, NotificationKind


def review_and_tell(deal, *, seen_at, text, by, now) -> DealReview:
    """Raises AlreadyReviewed."""
    with transaction.atomic():
        made, is_news = review(deal, seen_at=seen_at, text=text, by=by, now=now)
        if is_news and text:
            _tell(NotificationKind.COMMENTED, deal, made, {"note": text})
    return made


def comment_and_tell(deal, text: str, *, by, now) -> DealReview:
    with transaction.atomic():
        made, is_news = comment(deal, text, by=by, now=now)
        if is_news:
            _tell(NotificationKind.COMMENTED, deal, made, {"note": text})
    return made


def ask_and_tell(deal, wanted: NextAppointment, *, by, now) -> DealReview:
    with transaction.atomic():
        made, is_news = ask(deal, wanted, by=by, now=now)
        if is_news:
            day = day_label(wanted.on, timezone.localdate(now))
            _tell(NotificationKind.ASKED, deal, made, {"title": wanted.title, "day": day})
    return made


def take_back_and_tell(made: DealReview, *, by, now):
    """Raises TooLateToTakeBack."""
    with transaction.atomic():
        take_back(made, by=by, now=now)
        Notification.objects.take_back(_path(made), by)


def _path(made: DealReview) -> str:
    return f"{reverse('todo:deal', args=[made.deal_id])}#review-{made.pk}"


def _tell(kind, deal, made, values):
    """Whoever is in charge, unless it is the manager's own deal."""
    told = made.task.assignee_id if made.task else deal.staff_id
    if told and told != made.by_id:
        values |= {"name": deal.customer.name, "customer": deal.customer_id}
        Notification.tell(kind, {told: values}, path=_path(made), by=made.by, now=made.at)
