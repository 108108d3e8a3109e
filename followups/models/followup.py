from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Deal, Vehicle
from stores.access import StoreQuerySet
from stores.models import Store

from .base import Base
from .move_reason import MoveReason
from .pattern import ALWAYS_STOPS, Pattern, PatternVersion, StopWhen
from .step import Step


class EndReason(models.TextChoices):
    DONE = "done", _("All steps done")
    STOPPED = "stopped", _("Stopped by hand")
    SPOKEN = "spoken", _("The customer was spoken to")
    REPLIED = "replied", _("The customer replied")
    APPOINTED = "appointed", _("An appointment was made")
    REPLACED = "replaced", _("Another pattern was chosen")
    WON = "won", _("The deal was won")
    LOST = "lost", _("The deal was lost")
    CONTACTED = "contacted", _("There was a contact")
    RENEWED = "renewed", _("The car's date was renewed")
    CLOSED = "closed", _("The customer or the car is no longer looked after")
    RESTARTED = "restarted", _("Restarted from another day")
    OPTED_OUT = "opted_out", _("The customer wants no more contact")


WAITING = Q(ended_at__isnull=True, expanded_at__isnull=True, failed_at__isnull=True)
PAUSED = Q(ended_at__isnull=True, paused_at__isnull=False)
TO_ADJUST = Q(
    adjust_at__isnull=False, ended_at__isnull=True, paused_at__isnull=True, failed_at__isnull=True,
    expanded_at__isnull=False,
)  # fmt: skip


class FollowUpQuerySet(StoreQuerySet):
    def running(self):
        return self.filter(ended_at__isnull=True)

    def waiting(self):
        """Chosen, and their tasks not yet made by the worker; what rests waits for its pause to end."""
        return self.filter(WAITING, paused_at__isnull=True)

    def for_planning(self):
        """Only what their tasks are placed by (followups.known)."""
        return self.select_related("customer", "deal", "version").only(
            "store", "customer", "deal", "version", "base_on", "base_at", "started_at", "shift_days", "spread",
            "past_steps", "adjust_reason", "version__base", "deal__staff", "customer__owner", "customer__rank",
            "customer__refused_channels", "customer__convenient_weekdays", "customer__convenient_from",
            "customer__convenient_until",
        )  # fmt: skip

    def begun_by_people(self):
        return self.filter(rule__isnull=True)

    def in_turn(self):
        """What a person chose first: they look at the page. What rules began comes after it."""
        return self.order_by(F("rule").asc(nulls_first=True), "pk")

    def to_adjust(self):
        """Something they were planned by has changed (the adjust pass)."""
        return self.filter(TO_ADJUST)

    def ask_to_adjust(self, reason, now) -> int:
        """Have the worker look at these again; gives how many. The first reason stays until it has.

        They are locked in the order in which everybody locks them: many may be asked for while a person stops some.
        """
        asked = self.running().filter(adjust_at__isnull=True).order_by("pk").values("pk")
        held = asked.select_for_update(no_key=True, of=("self",))
        with transaction.atomic(savepoint=False):
            return self.model.objects.filter(pk__in=held).update(adjust_at=now, adjust_reason=reason)

    def move_base(self, day, now, *, at=None) -> int:
        """The day they count from was put right; their open tasks follow. `at`: the moment, where it is known."""
        return self.running().update(base_on=day, base_at=at, adjust_at=now, adjust_reason=MoveReason.BASE)

    def restartable(self):
        """Those that count from an event: the others count from a date that stands elsewhere."""
        return self.filter(version__base__in=[base for base in Base if base.is_event])

    def ending_when(self, condition):
        """Those that this ends: as their version says, else as its base has it."""
        own = Q(version__stop_when__contains=[condition])
        if condition in ALWAYS_STOPS or condition == StopWhen.WON:
            return self.filter(own | Q(version__stop_when__isnull=True))
        pursuit = [base for base in Base if base.is_pursuit]
        return self.filter(own | Q(version__stop_when__isnull=True, version__base__in=pursuit))

    def paused(self):
        return self.filter(PAUSED)

    def paused_until(self, day):
        """Those whose pause is over on that day, the longest over first."""
        return self.paused().filter(paused_until_on__lte=day).order_by("paused_until_on", "pk")

    def paused_until_a_day(self):
        """Their tasks come back by themselves; of the others nobody knows when."""
        return self.paused().filter(paused_until_on__isnull=False)

    def failed(self):
        """The worker could not plan them."""
        return self.filter(ended_at__isnull=True, failed_at__isnull=False)

    def with_open_tasks(self):
        """With `open_tasks`, how many of their tasks are open."""
        open_task = Q(tasks__done_at__isnull=True, tasks__cancelled_at__isnull=True, tasks__isnull=False)
        return self.annotate(open_tasks=models.Count("tasks", filter=open_task))

    def with_work_left(self):
        """Running, with open tasks (`open_tasks` says how many) or with tasks still to be made."""
        return self.running().with_open_tasks().filter(Q(open_tasks__gt=0) | Q(expanded_at__isnull=True))

    def resting_or_with_work_left(self):
        work = Q(open_tasks__gt=0) | Q(expanded_at__isnull=True) | Q(paused_at__isnull=False)
        return self.running().with_open_tasks().filter(work)

    def at_work(self):
        """As `with_work_left`, uncounted: for asking whether there is one."""
        tasks = self.model.tasks.rel.related_model.objects.open().filter(follow_up=models.OuterRef("pk"))
        return self.running().filter(Q(expanded_at__isnull=True) | models.Exists(tasks))

    def with_open_work(self):
        """Running, with a task that is open."""
        tasks = self.model.tasks.rel.related_model.objects.open().filter(follow_up=models.OuterRef("pk"))
        return self.running().filter(models.Exists(tasks))

    def finished(self):
        """Running, but expanded and with no open task left: done, though nobody has said so yet."""
        tasks = self.model.tasks.rel.related_model.objects.open().filter(follow_up=models.OuterRef("pk"))
        settled = {"expanded_at__isnull": False, "adjust_at__isnull": True, "paused_at__isnull": True}
        return self.running().filter(~models.Exists(tasks), **settled)

    def with_pattern(self):
        return self.select_related("pattern", "version")

    def of_pattern(self, pattern):
        return self.filter(pattern=pattern)

    def not_of_version(self, version):
        """Those that run by another version of the pattern."""
        return self.running().filter(pattern=version.pattern_id).exclude(version=version)

    def planned(self):
        """Running, with tasks that the worker has made and that are not put away for a pause."""
        return self.running().filter(expanded_at__isnull=False, paused_at__isnull=True, failed_at__isnull=True)

    def unplanned(self):
        """Of those that run, the others: being prepared, or at rest."""
        return self.running().exclude(expanded_at__isnull=False, paused_at__isnull=True, failed_at__isnull=True)

    def of_base(self, base):
        return self.filter(version__base=base)

    def not_of_base(self, base):
        return self.exclude(version__base=base)

    def beyond(self, pk):
        """Those that came after that one, in their order."""
        return self.filter(pk__gt=pk).order_by("pk")

    def switch_to(self, version, now) -> int:
        """Have these run by that version from now on; their open tasks follow with the next adjustment."""
        reason = models.Case(
            models.When(adjust_at__isnull=True, then=models.Value(MoveReason.VERSION)), default="adjust_reason"
        )
        return self.running().update(
            version=version, failed_at=None, adjust_at=Coalesce("adjust_at", models.Value(now)), adjust_reason=reason
        )

    def for_page(self):
        """What is running first, only what its line shows.

        `step_count` is how many steps its version has, `done_count` how many of its tasks are done.
        """
        steps = Step.objects.filter(version=models.OuterRef("version")).order_by().values("version")
        count = models.Subquery(steps.annotate(n=models.Count("pk")).values("n"))
        tasks = self.model.tasks.rel.related_model.objects.done().filter(follow_up=models.OuterRef("pk"))
        done = models.Subquery(tasks.order_by().values("follow_up").annotate(n=models.Count("pk")).values("n"))
        rows = self.select_related("pattern", "version", "deal", "ended_by").only(
            "customer", "occurrence_key", "base_on", "base_at", "expanded_at", "failed_at", "past_steps",
            "adjust_at", "started_at", "paused_at", "paused_until_on", "ended_at", "end_reason", "pattern__name",
            "version__number", "version__base", "deal__goods", "deal__kind", "ended_by__name", "ended_by__username",
        )  # fmt: skip
        return rows.annotate(step_count=Coalesce(count, 0), done_count=Coalesce(done, 0)).order_by(
            F("ended_at").desc(nulls_first=True), "-started_at", "-pk"
        )

    def count_by_pattern(self) -> dict[int, int]:
        return dict(self.order_by().values_list("pattern").annotate(n=models.Count("*")))

    def count_by_version(self) -> dict[int, int]:
        return dict(self.order_by().values_list("version").annotate(n=models.Count("*")))

    def between(self, first, last):
        return self.filter(pk__range=(first, last))

    def begun_together(self, key):
        """What one choice for many began (followups.starting.start_many)."""
        return self.filter(occurrence_key=key)

    def count_states(self) -> dict[str, int]:
        """`begun`, of them `prepared` by the worker or ended, and `ended`."""
        over = Q(ended_at__isnull=False)
        return self.aggregate(
            begun=models.Count("pk"),
            prepared=models.Count("pk", filter=over | Q(expanded_at__isnull=False) | Q(failed_at__isnull=False)),
            ended=models.Count("pk", filter=over),
        )

    def ended_by_hand(self):
        return self.filter(end_reason=EndReason.STOPPED)

    def of_customer(self, customer):
        return self.filter(customer=customer)

    def about(self, *, customer, deal=None):
        """Those of a deal when it is about one, else all of the customer's."""
        return self.filter(customer=customer) if deal is None else self.filter(deal=deal)


class FollowUp(models.Model):
    """One pattern at work for one customer, deal or vehicle, from one base date (DESIGN.md "Rows")."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="follow_ups")
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="follow_ups", null=True, blank=True)
    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="follow_ups", null=True, blank=True)
    pattern = models.ForeignKey(Pattern, models.PROTECT, related_name="follow_ups")
    version = models.ForeignKey(PatternVersion, models.PROTECT, related_name="follow_ups")
    occurrence_key = models.CharField(max_length=40)
    base_on = models.DateField(_("base date"))
    base_at = models.DateTimeField(null=True, blank=True)
    base_chosen_at = models.DateTimeField(null=True, blank=True)
    """Whoever began it counts from another day than the one known: it stays when that one is put right."""
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    started_with = models.ForeignKey(
        "followups.Contact", models.SET_NULL, related_name="started_follow_ups", null=True, blank=True, db_index=False
    )
    rule = models.ForeignKey("followups.StartRule", models.SET_NULL, related_name="+", null=True, db_index=False)
    expanded_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    past_steps = models.PositiveSmallIntegerField(default=0)
    adjust_at = models.DateTimeField(null=True, blank=True)
    adjust_reason = models.CharField(max_length=12, blank=True)
    shift_days = models.SmallIntegerField(default=0)
    spread = models.JSONField(default=dict, db_default=models.Value({}, output_field=models.JSONField()), blank=True)
    """{step's id: days it falls later, or earlier where negative}, so that a day doesn't overflow"""
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_until_on = models.DateField(null=True, blank=True)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=10, choices=EndReason.choices, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    ended_with = models.ForeignKey(
        "followups.Contact", models.SET_NULL, related_name="ended_follow_ups", null=True, blank=True
    )

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pattern", "customer", "deal", "vehicle", "occurrence_key"],
                name="follow_up_once_per_occurrence",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["pattern", "customer", "deal", "vehicle"],
                name="follow_up_one_open_by_hand",
                condition=Q(ended_at__isnull=True) & (Q(occurrence_key__startswith="hand:") | Q(occurrence_key="deal")),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(end_reason=""), name="follow_up_ended_with_a_reason"
            ),
        ]
        indexes = [
            models.Index(F("rule").asc(nulls_first=True), "id", name="follow_up_waiting", condition=WAITING),
            models.Index(fields=["id"], name="follow_up_to_adjust", condition=TO_ADJUST),
            models.Index(fields=["paused_until_on", "id"], name="follow_up_paused", condition=PAUSED),
            models.Index(fields=["deal"], name="follow_up_running_deal", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["customer"], name="follow_up_running_customer", condition=Q(ended_at__isnull=True)),
            models.Index(
                fields=["started_with"], name="follow_up_started_with", condition=Q(started_with__isnull=False)
            ),
            models.Index(
                fields=["store", "pattern", "version"], name="follow_up_running", condition=Q(ended_at__isnull=True)
            ),
        ]

    def __str__(self):
        return f"{self.pattern} {self.base_on}"

    @property
    def base(self):
        """The base for the schedule: an aware datetime where the time is known, else the day."""
        return self.base_at or self.base_on

    def planned_tasks(self):
        """Its tasks in the order of their steps."""
        return self.tasks.select_related("step", "assignee").order_by("step__position", "pk")

    @property
    def ends_when_spoken_to(self):
        """Proposed to be closed once the customer was spoken to."""
        return StopWhen.SPOKEN in self.version.stop_conditions

    @property
    def may_restart(self):
        """See `restartable`."""
        return Base(self.version.base).is_event

    @property
    def may_move_base(self):
        """Its base is its own: an event's, or a day that whoever began it by hand chose."""
        own = Base(self.version.base) in {Base.YEARLY, Base.EVERY} and self.occurrence_key.startswith("hand:")
        return self.may_restart or own

    @property
    def is_paused(self):
        return self.paused_at is not None and self.ended_at is None

    @property
    def cannot_be_planned(self):
        return self.failed_at is not None and self.ended_at is None

    @property
    def is_being_prepared(self):
        return self._is_at_work and self.expanded_at is None

    @property
    def is_being_adjusted(self):
        """Its tasks are there, and the worker has still to look whether they stay where they are (see TO_ADJUST)."""
        return self._is_at_work and self.expanded_at is not None and self.adjust_at is not None

    @property
    def _is_at_work(self):
        return self.ended_at is None and self.paused_at is None and self.failed_at is None
