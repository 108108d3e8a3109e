"""The story of deals as a manager reads it: stages and days, contacts, what is known and what isn't (REQUIREMENTS D4).

However many deals: the same number of statements.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.asking import needed_now
from customers.knowing import ASKED, STALE, age_label
from customers.models import BookRules, Deal, Estimate, Fact, Stage, StageChange, StageSetting
from followups.models import Contact, Task
from followups.models.contact import CONVERSATIONS
from stores.channels import ICONS, Channel
from stores.days import day_label

from .labels import moment_label
from .stages import next_in_use

OF_THE_DEAL = ("goods", "note", "vehicle", "staff", "amount_yen", "promised_on")
ALWAYS_ASKED = frozenset({"goods", "note"})
LONGEST = 80


@dataclass(frozen=True)
class Stay:
    """How many days it stood, or has stood, in a stage."""

    label: str
    days: int
    is_now: bool = False


@dataclass(frozen=True)
class Point:
    """Something worth knowing of a deal; `words` are empty where nobody knows it."""

    label: str
    words: str = ""
    is_stale: bool = False


@dataclass(frozen=True)
class OnChannel:
    """How often by that channel, and how often they spoke."""

    label: str
    icon: str
    number: int
    spoken: int


@dataclass
class Story:
    """`depth` of it is what is known, oldest facts included."""

    deal: Deal
    stays: list[Stay]
    channels: list[OnChannel]
    last: list[Contact]
    points: list[Point] = field(default_factory=list)

    @property
    def known(self) -> list[Point]:
        return [point for point in self.points if point.words]

    @property
    def unknown(self) -> list[Point]:
        return [point for point in self.points if not point.words]

    @property
    def now(self) -> Stay:
        return self.stays[-1]

    @property
    def last_words(self) -> str:
        """'電話・話した — text' of the last contact."""
        if not self.last:
            return ""
        contact = self.last[0]
        said = f"{contact.get_channel_display()} · {contact.get_outcome_display()}"
        return f"{said} — {contact.details}" if contact.details else said


def stories(deals, now: datetime, *, last: int = 5) -> dict[int, Story]:
    """By the deals' ids; they come with their customers. `last`: so many of the latest contacts."""
    deals = list(deals)
    ids, settings = [deal.pk for deal in deals], StageSetting.objects.by_stage()
    changes = _by_deal(StageChange.objects.filter(deal__in=ids).order_by("at", "pk"))
    channels = _channels(ids)
    contacts = _by_deal(_latest(ids, last))
    estimates = _by_deal(Estimate.objects.standing().filter(deal__in=ids).newest_first())
    steps = _by_deal(Task.objects.open().filter(deal__in=ids).select_related("assignee").by_urgency())
    facts = defaultdict(dict)
    for fact in Fact.objects.standing().filter(customer__in=[deal.customer_id for deal in deals]).stalest_first():
        facts[fact.customer_id][fact.kind] = fact
    rules, found = BookRules.load(), {}
    for deal in deals:
        deal.stage_settings = settings
        story = Story(deal, _stays(deal, changes[deal.pk], now), channels[deal.pk], contacts[deal.pk])
        for contact in story.last:
            contact.when = moment_label(contact.happened_at, now)
        story.points = [
            *_of_deal(deal),
            *_of_business(deal, estimates[deal.pk], steps[deal.pk], timezone.localdate(now)),
            *_of_person(deal.customer, facts[deal.customer_id], rules, now),
        ]
        found[deal.pk] = story
    return found


def _by_deal(rows) -> dict[int, list]:
    found = defaultdict(list)
    for row in rows:
        found[row.deal_id].append(row)
    return found


def _latest(ids, number):
    place = Window(RowNumber(), partition_by=F("deal"), order_by=[F("happened_at").desc(), F("pk").desc()])
    rows = Contact.objects.standing().filter(deal__in=ids).select_related("done_by").annotate(place=place)
    return rows.filter(place__lte=number).order_by("deal", "place")


def _channels(ids) -> dict[int, list[OnChannel]]:
    """The most used first."""
    spoken = Count("pk", filter=Q(outcome__in=CONVERSATIONS))
    rows = Contact.objects.standing().filter(deal__in=ids).order_by()
    found = defaultdict(list)
    for deal, channel, number, talks in rows.values_list("deal", "channel").annotate(n=Count("pk"), spoken=spoken):
        found[deal].append(OnChannel(Channel(channel).label, ICONS[channel], number, talks))
    for of_deal in found.values():
        of_deal.sort(key=lambda one: (-one.number, -one.spoken))
    return found


def _stays(deal, changes, now) -> list[Stay]:
    moves = [change for change in changes if change.before != change.after]
    begun, stage, stays = deal.received_at, moves[0].before if moves else deal.stage, []
    for change in moves:
        stays.append(Stay(deal.word_for(change.before), _days(begun, change.at)))
        begun, stage = change.at, change.after
    return [*stays, Stay(deal.word_for(stage), _days(begun, deal.closed_at or now), is_now=True)]


def _days(begun, ended) -> int:
    return max(0, (timezone.localdate(ended) - timezone.localdate(begun)).days)


def _of_deal(deal) -> list[Point]:
    """What the stages so far and the next one ask for."""
    settings = deal.stage_settings
    following = next_in_use(Stage(deal.stage), settings)
    names = ALWAYS_ASKED | needed_now(deal) | set(settings[following].needs)
    return [Point(_label(deal, name), _said(deal, name)) for name in OF_THE_DEAL if name in names]


def _label(deal, name) -> str:
    return str(deal.day_labels.get(name) or Deal._meta.get_field(name).verbose_name)


def _said(deal, name) -> str:
    value = getattr(deal, name)
    if value in {None, ""}:
        return ""
    if name == "amount_yen":
        return _yen(value)
    return day_label(value) if name == "promised_on" else _short(value)


def _short(value) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _yen(value: int) -> str:
    return _("%(yen)s yen") % {"yen": f"{value:,}"}


def _of_business(deal, estimates, steps, today) -> list[Point]:
    """The estimate that counts, against whom, and what is next."""
    points = [Point(_("Estimate"))]
    if estimates:
        newest = estimates[0]
        until, expired = newest.valid_until_on, newest.is_expired(today) and not deal.won_at
        words = _("%(yen)s, valid until %(day)s") % {"yen": _yen(newest.amount_yen), "day": until and day_label(until)}
        points = [Point(_("Estimate"), words if until else _yen(newest.amount_yen), is_stale=expired)]
    points.append(Point(_("Competitor"), deal.competitor))
    if deal.closed_at:
        return points
    if not steps:
        return [*points, Point(_("Next step"))]
    step = steps[0]
    whose = step.assignee.get_short_name() if step.assignee else _("nobody's")
    words = f"{day_label(step.due_on)} {step.get_channel_display()} {step.title} ({whose})"
    return [*points, Point(_("Next step"), words, is_stale=step.due_on < today)]


def _of_person(customer, facts, rules, now) -> list[Point]:
    """What one knows of everybody, and how old it is; and what the house wants in every entry."""
    points = []
    for kind in ASKED[customer.kind]:
        fact = facts.get(kind)
        words = f"{_short(fact.text)} ({age_label(fact.confirmed_at, now)})" if fact else ""
        points.append(Point(str(kind.label), words, bool(fact) and now - fact.confirmed_at >= STALE))
    return [*points, *(Point(str(missing.label)) for missing in rules.missing_of(customer))]
