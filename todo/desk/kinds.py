"""What stands on the manager's desk: six kinds of rows, each by how long it has been waiting (REQUIREMENTS A6)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.models import Deal
from followups.models import CheckCall, Contact, Task
from followups.reviewing import to_review
from followups.work import CHECK_CALLS, DEALS, REPLIES, TASKS, Work, without_next_step

from ..rows import check_row, deal_row, lead_row, reply_row, task_row
from ..story import stories


def _midnight(now):
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def _days_back(*days):
    return lambda now: [_midnight(now) - timedelta(days=back) for back in days]


def _first_hour_and_days(now):
    """An hour, the rest of the day, two days."""
    return [now - timedelta(hours=1), min(now - timedelta(hours=1), _midnight(now)), _midnight(now) - timedelta(days=2)]


@dataclass(frozen=True)
class Kind:
    """One kind of rows. `moment`: since when a row waits; `ages`: four words for how long; `cuts`: where they part.

    The first age is since the first cut, the last one from before the third: days are calendar days. `in_order`: what
    has waited longest first, but where `newest_first`. `actions`: what is done about many, `has_panel`: a row opens
    beside the list, `by_stage`: narrowed by stages, too; `about`: gives the rows what is asked for all at once;
    `settled`: what became of those before, shown below.
    """

    key: str
    title: str
    lead: str
    work: Work
    moment: str
    ages: tuple
    cuts: Callable
    rows: Callable
    in_order: Callable
    to_row: Callable
    nothing: str
    actions: tuple = ("hand-over", "pattern", "reminder")
    has_panel: bool = False
    newest_first: bool = False
    by_stage: bool = False
    about: Callable | None = None
    settled: Callable | None = None

    @property
    def url(self) -> str:
        return reverse("todo:desk-rows", args=[self.key])

    def of_age(self, rows, number: int, now):
        """Those that have waited as long as the age of that number says."""
        cuts = self.cuts(now)
        if number > 0:
            rows = rows.filter(**{f"{self.moment}__lt": cuts[number - 1]})
        if number < len(cuts):
            rows = rows.filter(**{f"{self.moment}__gte": cuts[number]})
        return rows

    def to_rows(self, ids, me, now) -> list[dict]:
        """Those of these ids that `me` may see, in their order, as rows of a list."""
        rows = self.work.model.objects.visible_to(me).filter(pk__in=ids)
        if self.work is DEALS:
            rows = rows.with_stood_since().with_own_words().select_related("customer__rank", "staff", "vehicle")
        else:
            rows = rows.for_board()
        found = {row.pk: row for row in rows}
        if self.about:
            self.about(found.values(), now)
        return [self.to_row(found[pk], now) for pk in ids if pk in found]


def _task_row(task, now):
    state = "overdue" if task.late_at <= now else "on-time"
    row = task_row(task, state, now)
    return _row({**row, "beside_url": f"{row['url']}?view=overdue&who=store"}, task, task.deal_id)


def _reply_row(reply, now):
    row = reply_row(reply, "replied", now)
    return _row({**row, "beside_url": f"{row['url']}?view=replied&who=store"}, reply, reply.deal_id)


def _row(row, thing, deal_id):
    """`beside_url`: what opens beside the list; `comment_url`: a word on the deal, unless the row opens that itself."""
    deal_url = reverse("todo:deal", args=[deal_id]) if deal_id else ""
    word_url = reverse("todo:deal-review", args=[deal_id]) if deal_id else ""
    return {
        "story": None,
        "beside_url": "",
        **row,
        "pk": thing.pk,
        "deal_url": "" if deal_url == row["url"] else deal_url,
        "comment_url": "" if word_url in {"", row["url"]} else f"{word_url}?at=desk",
    }


def _with_stories(deals, now):
    told = stories(deals, now, last=1)
    for deal in deals:
        deal.story = told[deal.pk]


def _review_row(deal, now):
    """By its last contact; it opens its story."""
    row = deal_row(deal, now, since=deal.last_contacted_at)
    own = {"id": f"review-{deal.pk}", "url": reverse("todo:deal-review", args=[deal.pk]), "story": deal.story}
    return _row({**row, **own, "message": deal.story.last_words}, deal, deal.pk)


OVERDUE = Kind(
    key="tasks",
    title=_("Overdue tasks"),
    lead=_("Counted in calendar days since they fell late. New leads and replies past their limit stand below."),
    work=TASKS,
    moment="late_at",
    ages=(pgettext_lazy("late since", "Today"), _("1–2 days"), _("3–7 days"), _("Over 7 days")),
    cuts=_days_back(0, 2, 7),
    rows=lambda me, now: Task.objects.managed_by(me).overdue(now),
    in_order=lambda tasks: tasks.by_urgency(),
    to_row=_task_row,
    nothing=_("Nothing is overdue"),
)
LEADS = Kind(
    key="leads",
    title=_("New leads nobody has begun"),
    lead=_("Time since they came in."),
    work=DEALS,
    moment="received_at",
    ages=(_("Within the hour"), pgettext_lazy("came in", "Today"), _("1–2 days"), _("3 days or more")),
    cuts=_first_hour_and_days,
    rows=lambda me, now: Deal.objects.managed_by(me).new(),
    in_order=lambda deals: deals.longest_waiting(),
    to_row=lambda deal, now: _row(lead_row(deal, "new", now), deal, deal.pk),
    nothing=_("Every new lead has been begun"),
)
REPLIES_WAITING = Kind(
    key="replies",
    title=_("Replies nobody has answered"),
    lead=_("Time since the customer wrote or called."),
    work=REPLIES,
    moment="happened_at",
    ages=(_("Within the hour"), pgettext_lazy("came in", "Today"), _("1–2 days"), _("3 days or more")),
    cuts=_first_hour_and_days,
    rows=lambda me, now: Contact.objects.managed_by(me).waiting(),
    in_order=lambda replies: replies.longest_waiting(),
    to_row=_reply_row,
    nothing=_("Every reply has been answered"),
)
STANDING_STILL = Kind(
    key="deals",
    title=_("Deals without a next step"),
    lead=_("Open, begun, and nothing is planned. Days since the stage changed or the customer was last reached."),
    work=DEALS,
    moment="stood_since",
    ages=(_("Up to 2 days"), _("3–7 days"), _("8–30 days"), _("Over 30 days")),
    cuts=_days_back(2, 7, 30),
    rows=lambda me, now: without_next_step(Deal.objects.managed_by(me)).with_stood_since(),
    in_order=lambda deals: deals.order_by("stood_since", "pk"),
    to_row=lambda deal, now: _row(deal_row(deal, now), deal, deal.pk),
    nothing=_("Every open deal has a next step"),
)
REVIEWS = Kind(
    key="reviews",
    title=_("Deals to review"),
    lead=_("Something was heard since their last review. Days since then."),
    work=DEALS,
    moment="last_contacted_at",
    ages=(pgettext_lazy("came in", "Today"), _("1–2 days"), _("3–7 days"), _("Over 7 days")),
    cuts=_days_back(0, 2, 7),
    rows=lambda me, now: to_review(Deal.objects.managed_by(me), now),
    in_order=lambda deals: deals.order_by("-last_contacted_at", "-pk"),
    to_row=_review_row,
    nothing=_("Every deal has been reviewed"),
    actions=("review", "hand-over", "pattern", "reminder"),
    has_panel=True,
    newest_first=True,
    by_stage=True,
    about=_with_stories,
)
CHECKS = Kind(
    key="checks",
    title=_("Check calls"),
    lead=_("Satisfaction calls whose customers you call, too. Days since the person's call."),
    work=CHECK_CALLS,
    moment="made_at",
    ages=(pgettext_lazy("came in", "Today"), _("1–2 days"), _("3–7 days"), _("Over 7 days")),
    cuts=_days_back(0, 2, 7),
    rows=lambda me, now: CheckCall.objects.managed_by(me).open(),
    in_order=lambda checks: checks.longest_waiting(),
    to_row=lambda check, now: _row(check_row(check, now), check, check.task.deal_id),
    nothing=_("No check call is to be made"),
    actions=(),
    has_panel=True,
    settled=lambda me: CheckCall.objects.managed_by(me).settled(),
)
KINDS = {kind.key: kind for kind in (OVERDUE, LEADS, REPLIES_WAITING, STANDING_STILL, REVIEWS, CHECKS)}
AGES = ("fresh", "some", "old", "oldest")
"""The ages in addresses, the same for every kind."""
