from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from stores.models import Store
from stores.wake import wake

from .customer import Customer
from .deal_rows import LOST, OPEN, ORDERED, PAID, DealQuerySet
from .stage import DAY_OF_STAGE, DAYS, DAYS_OF_PURCHASE, DealKind, Stage, StageSetting
from .vehicle import Vehicle


class Source(models.TextChoices):
    APPRAISAL_SITE = "appraisal_site", _("Bulk appraisal site")
    WEB = "web", _("Web")
    PHONE = "phone", pgettext_lazy("source", "Phone")
    WALK_IN = "walk_in", _("Walk-in")
    REFERRAL = "referral", _("Referral")
    REPEAT = "repeat", _("Repeat")


class LostReason(models.TextChoices):
    COMPETITOR = "competitor", _("Decided for a competitor")
    PRICE = "price", _("Price")
    POSTPONED = "postponed", _("Put off")
    REFUSED = "refused", pgettext_lazy("reason", "Refused")
    UNREACHABLE = "unreachable", _("Could not be reached")
    OTHER = "other", pgettext_lazy("reason", "Other")


class Deal(models.Model):
    """One chance of business with a customer (REQUIREMENTS D1)."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="deals", verbose_name=_("store"))
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="deals", verbose_name=_("customer"))
    vehicle = models.ForeignKey(
        Vehicle, models.SET_NULL, related_name="deals", verbose_name=_("vehicle"), null=True, blank=True
    )
    kind = models.CharField(_("kind"), max_length=10, choices=DealKind.choices)
    source = models.CharField(_("source"), max_length=15, choices=Source.choices)
    goods = models.CharField(_("car or goods"), max_length=120, blank=True)
    note = models.TextField(_("what the customer asked for"), blank=True)
    amount_yen = models.PositiveIntegerField(_("amount (yen)"), null=True, blank=True)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="deals",
        verbose_name=_("person in charge"),
        null=True,
        blank=True,
    )
    stage = models.CharField(_("stage"), max_length=12, choices=Stage.choices, default=Stage.ENQUIRY)
    stage_changed_at = models.DateTimeField(default=timezone.now, editable=False)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    new_late_at = models.DateTimeField(editable=False)
    taken_at = models.DateTimeField(null=True, blank=True, editable=False)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, editable=False)
    estimate_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    ordered_on = models.DateField(_("ordered on"), null=True, blank=True)
    won_at = models.DateTimeField(null=True, blank=True, editable=False)
    promised_on = models.DateField(_("promised delivery"), null=True, blank=True)
    delivered_on = models.DateField(_("delivered on"), null=True, blank=True)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    lost_at = models.DateTimeField(null=True, blank=True, editable=False)
    lost_reason = models.CharField(_("reason"), max_length=12, choices=LostReason.choices, blank=True)
    competitor = models.CharField(_("competitor"), max_length=80, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_contacted_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_negotiated_at = models.DateTimeField(null=True, blank=True, editable=False)
    counted_store = models.ForeignKey(
        Store, models.PROTECT, related_name="+", null=True, editable=False, db_index=False
    )
    counted_staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        verbose_name=_("counted for"),
        null=True,
        blank=True,
        db_index=False,
    )
    """Whose the order was, kept by a trigger (migration 0018): figures read these, and a hand-over changes none."""

    objects = DealQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lost_at__isnull=True) | ~Q(lost_reason=""), name="deal_lost_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(lost_at__isnull=True) | Q(closed_at__isnull=False), name="deal_lost_is_closed"
            ),
            models.CheckConstraint(
                condition=Q(lost_at__isnull=True) | Q(won_at__isnull=True), name="deal_lost_is_not_won"
            ),
        ]
        indexes = [
            models.Index(
                fields=["store", "new_late_at"],
                name="deal_new",
                condition=Q(closed_at__isnull=True, taken_at__isnull=True),
            ),
            models.Index(
                fields=["store", "stage", "stage_changed_at", "id"], name="deal_open_of_store", condition=OPEN
            ),
            models.Index(fields=["stage", "stage_changed_at", "id"], name="deal_open_of_stage", condition=OPEN),
            models.Index(fields=["stage_changed_at", "id"], include=["store"], name="deal_open_by_age", condition=OPEN),
            models.Index(fields=["-closed_at", "-id"], include=["store"], name="deal_lost", condition=LOST),
            models.Index(fields=["-closed_at", "-id"], include=["store"], name="deal_paid", condition=PAID),
            models.Index(fields=["store", "received_at"], name="deal_received_in_store"),
            models.Index(fields=["lost_at"], name="deal_lost_lately", condition=Q(lost_at__isnull=False)),
            models.Index(fields=["won_at"], name="deal_won_lately", condition=Q(won_at__isnull=False)),
            models.Index(
                fields=["counted_store", "ordered_on"],
                include=["counted_staff", "amount_yen"],
                name="deal_ordered_in_store",
                condition=ORDERED,
            ),
            models.Index(
                fields=["counted_staff", "ordered_on"],
                include=["counted_store", "amount_yen"],
                name="deal_ordered_by_person",
                condition=ORDERED,
            ),
        ]

    def __str__(self):
        return f"{self.goods} {DealKind(self.kind).label}".strip()

    @classmethod
    def receive(cls, *, customer, now, received_at=None, **fields) -> "Deal":
        """A new lead for a customer: the limit until it is overdue counts the store's open minutes."""
        received_at = received_at or now
        store = customer.store
        late_at = store.calendar().after_open_minutes(received_at, store.new_limit_minutes)
        if fields.get("staff") is None:
            wake()  # The store may have a rule that gives it to somebody.
        return cls.objects.create(
            customer=customer,
            store=store,
            received_at=received_at,
            stage_changed_at=received_at,
            new_late_at=late_at,
            **fields,
        )

    def get_stage_display(self):
        """In the group's words for its kind, where they were asked for (`with_own_words`)."""
        return getattr(self, "own_stage_word", None) or Stage(self.stage).label_for(self.kind)

    @cached_property
    def stage_settings(self) -> dict:
        """What the group says of every stage."""
        return StageSetting.objects.by_stage()

    def word_for(self, stage) -> str:
        """What the group calls that stage of such a deal."""
        return self.stage_settings[Stage(stage)].label_for(self.kind)

    def days_ahead_of(self, stage) -> list[str]:
        """The names of the days that it loses when it goes back to that stage."""
        position = Stage(stage).position
        return [name for at, name in DAY_OF_STAGE.items() if position < at.position and getattr(self, name)]

    @property
    def day_labels(self) -> dict:
        """What its days are called, by column."""
        return DAYS_OF_PURCHASE if self.kind == DealKind.PURCHASE else DAYS

    @property
    def is_new(self):
        return self.taken_at is None and self.closed_at is None

    def take(self, by, now) -> bool:
        """Somebody has begun (first recorded contact, or assignment and pattern confirmed). False when begun before."""
        taken = Deal.objects.filter(pk=self.pk, taken_at__isnull=True).update(taken_at=now, taken_by=by)
        if taken:
            self.taken_at, self.taken_by = now, by
        return bool(taken)

    def move_to(self, stage: Stage, by, now, *, seen: Stage | None = None, **values) -> bool:
        """Change the stage and keep the step in its history. False when it stands there already and nothing changes.

        `seen`: where it stood when whoever moves it looked; False, and nothing changes, when it has gone elsewhere.
        `values`: ordered_on, promised_on, goods …, as the stage asks for them.
        Whoever takes back their own step finds it as long in its stage as before (`standing_since`).
        From the order on the deal is won; paid closes it; going back undoes either, with the days of the stages that
        are ahead again. A lost deal stays where it is: False, and `lost_at` tells.
        """
        with transaction.atomic():
            deal = Deal.objects.select_for_update(no_key=True).get(pk=self.pk)
            if deal.lost_at or (seen and deal.stage != seen):
                self.refresh_from_db()
                return False
            moved = deal.stage != stage
            if moved:
                StageChange.objects.create(deal=deal, before=deal.stage, after=stage, by=by, at=now)
                deal.stage, deal.stage_changed_at = stage, standing_since(deal.stage_changes.all(), deal.received_at)
            for name, value in values.items():
                setattr(deal, name, value)
            for name in deal.days_ahead_of(stage):
                setattr(deal, name, None)
            today = timezone.localdate(now)
            won = stage in Stage.won()
            deal.won_at = (deal.won_at or now) if won else None
            if won and not deal.ordered_on:
                deal.ordered_on = today
            if stage == Stage.ESTIMATE and not deal.estimate_sent_at:
                deal.estimate_sent_at = now
            if stage == Stage.PAID:
                deal.closed_at, deal.paid_on = deal.closed_at or now, deal.paid_on or today
            else:
                deal.closed_at = None
            deal.save()
        self.refresh_from_db()
        wake()
        return moved

    def lose(self, reason: str, by, now, *, competitor=None) -> bool:
        """Close the deal without business. False when it is closed already, or won: then it is moved back first.

        `competitor`: left out, whoever was known of stays.
        """
        against = self.competitor if competitor is None else competitor
        with transaction.atomic():
            lost = Deal.objects.filter(pk=self.pk, closed_at__isnull=True, won_at__isnull=True).update(
                lost_at=now, closed_at=now, lost_reason=reason, competitor=against
            )
            self.refresh_from_db()
            if lost:
                StageChange.objects.create(deal=self, before=self.stage, after=self.stage, lost=True, by=by, at=now)
                wake()
        return bool(lost)

    def reopen(self, by, now) -> bool:
        """Take back a loss. False when the deal isn't lost."""
        with transaction.atomic():
            reopened = Deal.objects.filter(pk=self.pk, lost_at__isnull=False).update(
                lost_at=None, closed_at=None, lost_reason="", competitor=""
            )
            self.refresh_from_db()
            if reopened:
                StageChange.objects.create(deal=self, before=self.stage, after=self.stage, by=by, at=now)
        return bool(reopened)


STEP_BACK = timedelta(days=1)
"""So long a step that the same person takes back was a slip of the hand."""


def standing_since(changes, received_at):
    """Since when a deal stands where these steps, the first of them first, have led it; a slip counts as never made."""
    since, way = received_at, []
    for step in changes:
        if step.before == step.after:
            continue
        last = way[-1][0] if way else None
        if last and (last.before, last.by_id) == (step.after, step.by_id) and step.at - last.at < STEP_BACK:
            since = way.pop()[1]
        else:
            way.append((step, since))
            since = step.at
    return since


class StageChange(models.Model):
    """One step of a deal's way, kept for ever."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="stage_changes")
    before = models.CharField(max_length=12, choices=Stage.choices)
    after = models.CharField(max_length=12, choices=Stage.choices)
    lost = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.before} → {self.after}"

    def get_before_display(self):
        return self.deal.word_for(self.before)

    def get_after_display(self):
        return self.deal.word_for(self.after)
