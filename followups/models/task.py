from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Deal
from stores.access import StoreQuerySet
from stores.channels import Channel
from stores.models import Store

from .act import Act, ActKind
from .followup import FollowUp
from .step import Step

OPEN = Q(done_at__isnull=True, cancelled_at__isnull=True)


class CancelReason(models.TextChoices):
    FOLLOW_UP_ENDED = "ended", _("Its follow-up ended")
    NOT_NEEDED = "not_needed", _("Not needed any more")
    UNDONE = "undone", _("The record that made it was taken back")
    PAUSED = "paused", _("Its follow-up is paused")
    LEFT_OUT = "left_out", _("The pattern no longer has this step")


class TaskQuerySet(StoreQuerySet):
    def open(self):
        return self.filter(OPEN)

    def done(self):
        return self.filter(done_at__isnull=False)

    def reached(self, now):
        """Open, and their day has come: on-time and overdue together."""
        return self.filter(OPEN, due_on__lte=timezone.localdate(now))

    def on_time(self, now):
        return self.reached(now).filter(late_at__gt=now)

    def overdue(self, now):
        return self.reached(now).filter(late_at__lte=now)

    def upcoming(self, now):
        return self.filter(OPEN, due_on__gt=timezone.localdate(now))

    def done_today(self, now):
        midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return self.filter(done_at__gte=midnight)

    def of(self, staff):
        return self.filter(assignee=staff)

    def of_people(self, people):
        return self.filter(assignee__in=people)

    def count_by_person(self) -> dict[int | None, int]:
        return dict(self.order_by().values_list("assignee").annotate(models.Count("pk")))

    def single(self):
        """Appointments of their own, without a pattern."""
        return self.filter(follow_up__isnull=True)

    def of_nobody(self):
        """The store's pool."""
        return self.filter(assignee__isnull=True)

    def covered(self):
        """Open, and with somebody who does them for a person who is off."""
        return self.filter(OPEN, covering_for__isnull=False)

    def to_flag(self, now):
        """Late and not yet flagged (the flag pass)."""
        return self.filter(OPEN, overdue_at__isnull=True, late_at__lte=now)

    def with_origin(self):
        """With `pattern_name` and `step_position`, where it comes from a pattern."""
        return self.annotate(pattern_name=F("follow_up__pattern__name"), step_position=F("step__position"))

    def for_list(self):
        return self.with_origin().select_related(
            "customer__rank", "deal", "assignee", "step", "follow_up__pattern", "follow_up__version"
        )

    def for_board(self):
        """Only what a row shows: most of what a task and a customer know would be read for nothing."""
        return self.with_origin().select_related("customer__rank", "deal", "assignee").only(
            "channel", "title", "due_on", "due_from", "due_until", "late_at", "promised_at", "done_at", "moves",
            "covering_for", "follow_up", "customer__name", "customer__kind", "customer__phones", "customer__emails",
            "customer__rank__code", "customer__refused_channels", "cancelled_at",
            "deal__goods", "deal__kind", "assignee__name", "assignee__username",
        )  # fmt: skip

    def count_by_day(self) -> dict:
        return dict(self.order_by().values_list("due_on").annotate(models.Count("pk")))

    def by_channel(self, channel):
        return self.filter(channel=channel)

    def with_contacts(self):
        """With the records that stand, as `standing`."""
        standing = self.model.contacts.rel.related_model.objects.standing()
        return self.prefetch_related(models.Prefetch("contacts", standing, to_attr="standing"))

    def done_by_person(self, staff):
        return self.filter(done_by=staff)

    def latest_done(self):
        return self.order_by("-done_at", "-pk")

    def for_planning(self):
        """Only what planning anew compares (followups.adjustment), the oldest first; `step_version`: an id."""
        return self.annotate(step_version=F("step__version")).order_by("pk").only(
            "follow_up", "customer", "channel", "title", "reason", "due_on", "due_from", "due_until", "late_at",
            "done_at", "cancelled_at", "cancel_reason", "placed_by_hand_at", "step",
        )  # fmt: skip

    def for_panel(self):
        return self.for_list().select_related(
            "store",
            "customer__store",
            "customer__owner",
            "deal__staff",
            "done_by",
            "step__content_kind",
            "covering_for",
        )

    def by_day(self):
        return self.order_by("due_on", "due_from", "pk")

    def promised_first(self):
        """By urgency, but whoever was promised a time before all others."""
        return self.order_by(F("promised_at").asc(nulls_last=True), "late_at", "pk")

    def by_urgency(self):
        return self.order_by("late_at", "due_from", "pk")


class Task(models.Model):
    """One thing to do, with a window in time (DESIGN.md "Time")."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="tasks", null=True, blank=True)
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="tasks", null=True, blank=True)
    follow_up = models.ForeignKey(FollowUp, models.CASCADE, related_name="tasks", null=True, blank=True, db_index=False)
    step = models.ForeignKey(Step, models.PROTECT, related_name="+", null=True, blank=True, db_index=False)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    title = models.CharField(_("title"), max_length=80)
    reason = models.JSONField(default=list, blank=True)
    due_on = models.DateField(_("day"))
    due_from = models.DateTimeField()
    due_until = models.DateTimeField()
    late_at = models.DateTimeField()
    first_late_at = models.DateTimeField()
    promised_at = models.DateTimeField(null=True, blank=True)
    placed_by_hand_at = models.DateTimeField(null=True, blank=True)
    moves = models.PositiveSmallIntegerField(default=0)
    overdue_at = models.DateTimeField(null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="tasks", null=True, blank=True, db_index=False
    )
    assigned_by_hand_at = models.DateTimeField(null=True, blank=True)
    covering_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, db_index=False
    )
    """Who is off: the task goes back to them unless it is done by then."""
    created_at = models.DateTimeField()
    made_with = models.ForeignKey(
        "followups.Contact", models.SET_NULL, related_name="made_tasks", null=True, blank=True, db_index=False
    )
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, db_index=False
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, db_index=False
    )
    cancel_reason = models.CharField(max_length=12, choices=CancelReason.choices, blank=True)
    cancel_note = models.CharField(max_length=200, blank=True)
    counted_store = models.ForeignKey(Store, models.PROTECT, related_name="+", null=True, db_index=False)
    counted_staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["late_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["follow_up", "step"], name="task_once_per_step"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(cancelled_at__isnull=True),
                name="task_done_or_cancelled",
            ),
            models.CheckConstraint(
                condition=Q(due_from__lte=F("due_until"), due_until__lte=F("late_at")),
                name="task_window_in_order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["assignee", "due_on", "late_at"],
                include=["due_from", "store", "id"],
                name="task_open_of_person",
                condition=OPEN,
            ),
            models.Index(
                fields=["store", "due_on", "late_at"],
                include=["due_from", "id"],
                name="task_open_of_store",
                condition=OPEN,
            ),
            models.Index(
                fields=["late_at", "due_from", "id"],
                include=["due_on", "channel", "assignee", "store"],
                name="task_open_by_lateness",
                condition=OPEN,
            ),
            models.Index(
                fields=["due_on", "due_from", "id"],
                include=["late_at", "channel", "assignee", "store"],
                name="task_open_by_day",
                condition=OPEN,
            ),
            models.Index(fields=["deal"], name="task_open_of_deal", condition=OPEN & Q(deal__isnull=False)),
            models.Index(fields=["customer"], name="task_open_of_customer", condition=OPEN),
            models.Index(fields=["covering_for"], name="task_covered", condition=OPEN & Q(covering_for__isnull=False)),
            models.Index(fields=["late_at"], name="task_to_flag", condition=OPEN & Q(overdue_at__isnull=True)),
            models.Index(fields=["store", "-done_at"], name="task_done_of_store", condition=Q(done_at__isnull=False)),
            models.Index(Coalesce("counted_store", "store"), "first_late_at", "step", name="task_fell_due"),
            models.Index(fields=["made_with"], name="task_made_with", condition=Q(made_with__isnull=False)),
        ]

    def __str__(self):
        return self.title

    @property
    def is_open(self):
        return self.done_at is None and self.cancelled_at is None

    def is_late(self, now) -> bool:
        return self.is_open and self.late_at <= now

    def assign(self, to, by, now) -> bool:
        """Give an open task to somebody (or to the pool: None). It stays there when the owner changes."""
        with transaction.atomic():
            task = Task.objects.open().filter(pk=self.pk).select_for_update(no_key=True).first()
            if task is None:
                return False
            act = Act.objects.create(kind=ActKind.HANDED_OVER, work="task", by=by, at=now)
            act.rows.create(task=task, before_id=task.assignee_id, after=to, before_by_hand_at=task.assigned_by_hand_at)
            Task.objects.filter(pk=self.pk).update(assignee=to, assigned_by_hand_at=now, covering_for=None)
        return True

    def cancel(self, by, now, note) -> bool:
        """Not needed any more. False when it is done or cancelled already."""
        return bool(
            Task.objects.open()
            .filter(pk=self.pk)
            .update(cancelled_at=now, cancelled_by=by, cancel_reason=CancelReason.NOT_NEEDED, cancel_note=note)
        )
