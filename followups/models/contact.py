from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.models import Customer, Deal
from stores.access import StoreQuerySet
from stores.channels import Channel
from stores.models import Store

from .followup import FollowUp
from .task import Task

MESSAGE_DUE = timedelta(minutes=30)
"""Calls and messages are entered in time within so long of the event (DESIGN.md "Figures")."""


class Direction(models.TextChoices):
    OUT = "out", _("From us")
    IN = "in", _("From the customer")


class Outcome(models.TextChoices):
    NO_ANSWER = "no_answer", pgettext_lazy("outcome", "No answer")
    SPOKE = "spoke", pgettext_lazy("outcome", "Spoke")
    VOICEMAIL = "voicemail", pgettext_lazy("outcome", "Voicemail")
    APPOINTMENT = "appointment", pgettext_lazy("outcome", "Appointment")
    REFUSED = "refused", pgettext_lazy("outcome", "Refused")
    WRONG_NUMBER = "wrong_number", pgettext_lazy("outcome", "Wrong number")
    SENT = "sent", pgettext_lazy("outcome", "Sent")
    UNDELIVERED = "undelivered", pgettext_lazy("outcome", "Undelivered")
    MESSAGE = "message", pgettext_lazy("outcome", "Message from the customer")

    @classmethod
    def for_channel(cls, channel):
        """The results one chooses from, the most common first (REQUIREMENTS A4)."""
        if channel == Channel.PHONE:
            return [cls.NO_ANSWER, cls.SPOKE, cls.VOICEMAIL, cls.APPOINTMENT, cls.REFUSED, cls.WRONG_NUMBER]
        if channel == Channel.VISIT:
            return [cls.SPOKE, cls.NO_ANSWER, cls.APPOINTMENT, cls.REFUSED]
        return [cls.SENT, cls.SPOKE, cls.APPOINTMENT, cls.REFUSED, cls.UNDELIVERED]


CONVERSATIONS = frozenset({Outcome.SPOKE, Outcome.APPOINTMENT, Outcome.REFUSED})
"""The two of them exchanged words."""
REACHED = CONVERSATIONS | {Outcome.SENT}
"""The customer got something from us: it answers what they had written."""
HEARD = REACHED | {Outcome.MESSAGE}
"""They spoke to us or got something, or it came from them. Calls nobody answered are not among it."""
TWO_WAY = Q(direction=Direction.IN) | Q(outcome__in=REACHED)
"""What sets the day of the last contact."""
UNANSWERED = frozenset({Outcome.NO_ANSWER, Outcome.VOICEMAIL})


class House(models.QuerySet):
    def current(self):
        return self.filter(retired_at__isnull=True)

    def retired(self):
        return self.filter(retired_at__isnull=False)

    def other_than(self, names):
        return self.exclude(name__in=names)

    def current_or(self, ids):
        """What is offered, and those that are in use though no longer offered."""
        return self.filter(Q(retired_at__isnull=True) | Q(pk__in=[pk for pk in ids if pk]))


class ContentKind(models.Model):
    """What a contact was about; the house's own list (REQUIREMENTS E1)."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = House.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self):
        return self.name


class WaitReasonQuerySet(House):
    def proposing(self, pattern):
        return self.current().filter(pattern_slug=pattern.slug)


class WaitReason(models.Model):
    """Why a customer wants to wait; it proposes a pattern by its slug (REQUIREMENTS B12)."""

    name = models.CharField(_("reason"), max_length=40, unique=True)
    pattern_slug = models.SlugField(_("pattern proposed"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = WaitReasonQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self):
        return self.name


class TextTemplate(models.Model):
    """A sentence proposed for a contact's details, for one outcome or for all (REQUIREMENTS A4)."""

    outcome = models.CharField(_("result"), max_length=12, choices=Outcome.choices, blank=True)
    text = models.CharField(_("text"), max_length=200)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = House.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self):
        return self.text


class HouseRules(models.Model):
    """Which fields a contact needs to be complete; one row (REQUIREMENTS E1)."""

    class Field(models.TextChoices):
        CONTENT_KIND = "content_kind", _("Kind of content")
        DETAILS = "details", _("Details")
        WAIT_REASON = "wait_reason", _("Reason for waiting, after a conversation")

    required_fields = ArrayField(
        models.CharField(max_length=20, choices=Field.choices),
        verbose_name=_("required"),
        default=list,
        blank=True,
    )

    class Meta:
        constraints = [models.UniqueConstraint(Value(1), name="house_rules_once")]

    def __str__(self):
        return ", ".join(self.required_fields)

    @classmethod
    def load(cls) -> "HouseRules":
        return cls.objects.first() or cls(required_fields=[cls.Field.CONTENT_KIND, cls.Field.DETAILS])


class ContactQuerySet(StoreQuerySet):
    def standing(self):
        """Neither taken back nor superseded."""
        return self.filter(voided_at__isnull=True)

    def two_way(self):
        return self.standing().filter(TWO_WAY)

    def waiting(self):
        """The customer wrote or called, and nobody has answered (REQUIREMENTS A1)."""
        return self.filter(direction=Direction.IN, answered_at__isnull=True, voided_at__isnull=True)

    def waiting_late(self, now):
        return self.waiting().filter(answer_late_at__lte=now)

    def for_person(self, staff):
        """Replies that are that person's to answer, and nobody's."""
        return self.filter(Q(for_staff=staff) | Q(for_staff__isnull=True))

    def calls_out(self):
        """Calls we made."""
        return self.standing().filter(direction=Direction.OUT, channel=Channel.PHONE)

    def calls_of_today(self, now):
        """Calls we made since midnight."""
        midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return self.calls_out().filter(happened_at__gte=midnight)

    def beginning(self):
        """What takes a new deal: anything from us, and a conversation that the customer began."""
        return self.standing().filter(Q(direction=Direction.OUT) | Q(outcome__in=CONVERSATIONS))

    def inbound(self):
        return self.filter(direction=Direction.IN)

    def held_by(self, staff):
        return self.filter(for_staff=staff)

    def for_nobody(self):
        return self.filter(for_staff__isnull=True)

    def longest_waiting(self):
        """By the time their answer is due, which the order of arrival follows within a store."""
        return self.order_by("answer_late_at", "happened_at", "pk")

    def of_customer(self, customer):
        return self.filter(customer=customer)

    def visits_since(self, since):
        """(customer, how often we met since then)."""
        met = self.standing().filter(channel=Channel.VISIT, outcome__in=CONVERSATIONS, happened_at__gte=since)
        return met.order_by().values_list("customer").annotate(models.Count("pk"))

    def same_as(self, contact, *, since):
        """Those that stand and say what `contact` says, of the same person, entered since then."""
        names = ("customer", "deal", "channel", "outcome", "details", "entered_by")
        said = {name: getattr(contact, name) for name in names}
        return self.standing().filter(entered_at__gte=since, task__isnull=True, **said)

    def for_history(self):
        return self.select_related("done_by", "content_kind")

    def for_timeline(self):
        """Newest first, those taken back or corrected included; only what an entry shows.

        `is_example`: whether it is shared as a good one; `checked`: of a manager's check call, what came of it.
        """
        people = ("done_by", "entered_by", "answered_by", "voided_by", "completed_by")
        names = [f"{person}__{column}" for person in people for column in ("name", "username")]
        rows = self.select_related("deal", "content_kind", "wait_reason", *people).only(
            "store", "customer", "direction", "channel", "outcome", "details", "negotiated", "happened_at",
            "entered_at", "completed_at", "answered_at", "answer_note", "voided_at", "supersedes",
            "deal__goods", "deal__kind", "content_kind__name", "wait_reason__name", *names,
        )  # fmt: skip
        examples = self.model.good_examples.rel.related_model.objects.shared().filter(contact=models.OuterRef("pk"))
        checks = self.model.checks.rel.related_model.objects.filter(contact=models.OuterRef("pk"))
        told = {"is_example": models.Exists(examples), "checked": models.Subquery(checks.values("result")[:1])}
        return rows.annotate(**told).order_by("-happened_at", "-pk")

    def for_list(self):
        return self.select_related("customer__rank", "deal", "for_staff", "done_by", "content_kind", "task")

    def for_board(self):
        """Only what a row shows."""
        return self.select_related("customer__rank", "deal", "for_staff").only(
            "channel", "details", "happened_at", "answer_late_at",
            "customer__name", "customer__kind", "customer__phones", "customer__emails", "customer__rank__code",
            "deal__goods", "deal__kind", "for_staff__name", "for_staff__username",
        )  # fmt: skip


class Contact(models.Model):
    """What happened between us and the customer (REQUIREMENTS E1, E2). Corrections supersede, nothing is deleted."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts", db_index=False)
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="contacts", null=True, blank=True)
    task = models.ForeignKey(Task, models.SET_NULL, related_name="contacts", null=True, blank=True)
    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.OUT)
    channel = models.CharField(_("method"), max_length=10, choices=Channel.choices)
    outcome = models.CharField(_("result"), max_length=12, choices=Outcome.choices)
    content_kind = models.ForeignKey(
        ContentKind,
        models.PROTECT,
        related_name="+",
        verbose_name=_("kind of content"),
        null=True,
        blank=True,
        db_index=False,
    )
    details = models.TextField(_("details"), blank=True)
    negotiated = models.BooleanField(_("this was a negotiation"), default=False)
    wait_reason = models.ForeignKey(
        WaitReason,
        models.PROTECT,
        related_name="+",
        verbose_name=_("reason for waiting"),
        null=True,
        blank=True,
        db_index=False,
    )
    happened_at = models.DateTimeField(_("when"))
    entered_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, db_index=False
    )
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, db_index=False
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, db_index=False
    )
    for_staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, db_index=False
    )
    answer_late_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, db_index=False
    )
    answered_with = models.ForeignKey("self", models.SET_NULL, related_name="answers", null=True, blank=True)
    answer_note = models.CharField(_("why no answer is needed"), max_length=200, blank=True)
    supersedes = models.OneToOneField("self", models.SET_NULL, related_name="superseded_by", null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, db_index=False
    )
    effects = models.JSONField(default=dict, blank=True)
    counted_store = models.ForeignKey(Store, models.PROTECT, related_name="+", null=True, db_index=False)
    counted_staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["task"], name="contact_one_standing_per_task", condition=Q(voided_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True)
                | ~Q(answer_note="")
                | Q(answered_with__isnull=False)
                | Q(direction="in", outcome__in=["spoke", "appointment", "refused"]),
                name="contact_answered_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-happened_at"], name="contact_of_customer"),
            models.Index(
                fields=["store", "answer_late_at"],
                name="contact_waiting",
                condition=Q(direction="in", answered_at__isnull=True, voided_at__isnull=True),
            ),
            models.Index(fields=["store", "-happened_at"], name="contact_of_store"),
            models.Index(
                fields=["content_kind", "happened_at"],
                name="contact_of_content",
                condition=Q(content_kind__isnull=False, voided_at__isnull=True),
            ),
            models.Index(
                Coalesce("counted_store", "store"),
                "happened_at",
                name="contact_without_task",
                condition=Q(task__isnull=True, voided_at__isnull=True),
            ),
            models.Index(
                fields=["customer", "happened_at"],
                name="contact_heard_of_customer",
                condition=Q(voided_at__isnull=True, outcome__in=sorted(outcome.value for outcome in HEARD)),
            ),
            models.Index(
                fields=["customer", "happened_at"],
                include=["outcome"],
                name="contact_from_customer",
                condition=Q(direction="in", voided_at__isnull=True),
            ),
            models.Index(
                Coalesce("counted_store", "store"),
                "happened_at",
                name="contact_call",
                condition=Q(direction="out", channel="phone", voided_at__isnull=True),
            ),
        ]

    def __str__(self):
        return f"{self.get_channel_display()} {self.get_outcome_display()}"

    @property
    def left_running(self):
        """Patterns that it proposed and that were at work already: they went on as they were."""
        return FollowUp.objects.with_ids(self.effects.get("runs_on", [])).select_related("pattern")

    @property
    def minutes_until_entered(self) -> int:
        """How long after the event it was entered (REQUIREMENTS E2)."""
        return max(0, int((self.entered_at - self.happened_at).total_seconds() // 60))

    def missing_fields(self, rules: HouseRules) -> list[str]:
        """Which of the required fields are still empty."""
        empty = {
            HouseRules.Field.CONTENT_KIND: self.content_kind_id is None,
            HouseRules.Field.DETAILS: not self.details.strip(),
            HouseRules.Field.WAIT_REASON: self.outcome == Outcome.SPOKE and self.wait_reason_id is None,
        }
        return [name for name in rules.required_fields if empty[name]]
