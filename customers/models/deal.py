from collections import Counter

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from stores.access import StoreQuerySet
from stores.models import Store
from stores.wake import wake

from .customer import Customer
from .vehicle import Vehicle

OPEN = Q(closed_at__isnull=True)
LOST = Q(lost_at__isnull=False)
PAID = Q(closed_at__isnull=False, lost_at__isnull=True)


class DealKind(models.TextChoices):
    PURCHASE = "purchase", _("Purchase from the customer")
    SALE = "sale", pgettext_lazy("deal", "Sale")
    SERVICE = "service", _("Inspection or service")
    INSURANCE = "insurance", _("Insurance")


class Source(models.TextChoices):
    APPRAISAL_SITE = "appraisal_site", _("Bulk appraisal site")
    WEB = "web", _("Web")
    PHONE = "phone", pgettext_lazy("source", "Phone")
    WALK_IN = "walk_in", _("Walk-in")
    REFERRAL = "referral", _("Referral")
    REPEAT = "repeat", _("Repeat")


class Stage(models.TextChoices):
    """Where a deal stands, in order (REQUIREMENTS D1)."""

    ENQUIRY = "enquiry", _("Enquiry")
    APPOINTMENT = "appointment", pgettext_lazy("stage", "Appointment")
    MET = "met", pgettext_lazy("stage", "Met")
    ESTIMATE = "estimate", pgettext_lazy("stage", "Estimate sent")
    ORDER = "order", pgettext_lazy("stage", "Order")
    ORDERED = "ordered", _("Ordered from supplier")
    DELIVERY = "delivery", pgettext_lazy("stage", "Delivery")
    PAID = "paid", pgettext_lazy("stage", "Paid")

    @property
    def position(self) -> int:
        return list(Stage).index(self)

    def label_for(self, kind):
        """As people say it of such a deal: a car that is bought from the customer is appraised, collected, paid out."""
        return OF_PURCHASE.get(self, self.label) if kind == DealKind.PURCHASE else self.label

    @property
    def of_purchase(self):
        """Its words in a purchase, where these are others."""
        return OF_PURCHASE.get(self, "")

    @classmethod
    def choices_for(cls, kind):
        return [(stage.value, stage.label_for(kind)) for stage in cls]

    @classmethod
    def won(cls):
        """The stages from the order on."""
        return [stage for stage in cls if stage.position >= cls.ORDER.position]


OF_PURCHASE = {
    Stage.MET: _("Appraised"),
    Stage.ESTIMATE: _("Price offered"),
    Stage.ORDER: _("Agreed"),
    Stage.ORDERED: _("Papers being collected"),
    Stage.DELIVERY: _("Car collected"),
    Stage.PAID: _("Paid out"),
}
"""The stages of a purchase from the customer that have words of their own."""

DAYS_OF_PURCHASE = {
    "ordered_on": _("Agreed on"),
    "promised_on": _("Promised collection"),
    "delivered_on": _("Collected on"),
    "paid_on": _("Paid out on"),
}
DAYS = {
    "ordered_on": _("Ordered on"),
    "promised_on": _("Promised delivery"),
    "delivered_on": _("Delivered on"),
    "paid_on": _("Paid on"),
}

DAY_OF_STAGE = {Stage.ORDER: "ordered_on", Stage.DELIVERY: "delivered_on", Stage.PAID: "paid_on"}
"""The day that a deal has from that stage on, and not before."""


class LostReason(models.TextChoices):
    COMPETITOR = "competitor", _("Decided for a competitor")
    PRICE = "price", _("Price")
    POSTPONED = "postponed", _("Put off")
    REFUSED = "refused", pgettext_lazy("reason", "Refused")
    UNREACHABLE = "unreachable", _("Could not be reached")
    OTHER = "other", pgettext_lazy("reason", "Other")


class DealQuerySet(StoreQuerySet):
    def open(self):
        return self.filter(OPEN)

    def new(self):
        """Received and nobody has begun (REQUIREMENTS A1)."""
        return self.filter(closed_at__isnull=True, taken_at__isnull=True)

    def new_late(self, now):
        """New for longer than the store allows: these stand in overdue as well."""
        return self.new().filter(new_late_at__lte=now)

    def of(self, staff):
        """That person's, and those that are nobody's yet."""
        return self.filter(Q(staff=staff) | Q(staff__isnull=True))

    def held_by(self, staff):
        return self.filter(staff=staff)

    def of_nobody(self):
        return self.filter(staff__isnull=True)

    def longest_waiting(self):
        return self.order_by("received_at", "pk")

    def longest_late(self):
        return self.order_by("new_late_at", "pk")

    def for_list(self):
        return self.select_related("customer__rank", "staff", "store", "vehicle")

    def for_board(self):
        """Only what a row shows."""
        return self.select_related("customer__rank", "staff").only(
            "store", "source", "kind", "goods", "note", "received_at", "new_late_at",
            "customer__name", "customer__kind", "customer__phones", "customer__emails", "customer__rank__code",
            "staff__name", "staff__username",
        )  # fmt: skip

    def for_cards(self):
        """Only what a card of the stage board or a line of a list shows."""
        return self.select_related("customer", "staff").only(
            "kind", "goods", "source", "stage", "received_at", "stage_changed_at", "taken_at", "closed_at",
            "lost_at", "lost_reason",
            "customer__name", "staff__name", "staff__username",
        )  # fmt: skip

    def for_page(self):
        return self.select_related(
            "customer__rank", "customer__owner", "customer__store", "staff", "vehicle", "taken_by"
        )

    def open_first(self):
        return self.order_by(F("closed_at").desc(nulls_first=True), "-received_at", "-pk")

    def in_stage(self, stage):
        return self.filter(stage=stage)

    def with_stood_since(self):
        """`stood_since`: when the stage last changed or the customer was last reached, whichever is later."""
        return self.annotate(stood_since=Greatest("stage_changed_at", "last_contacted_at"))

    def longest_in_stage(self):
        return self.order_by("stage_changed_at", "pk")

    def latest_closed(self):
        return self.order_by("-closed_at", "-pk")

    def lost(self):
        return self.filter(LOST)

    def paid(self):
        return self.filter(PAID)

    def first_of_each_stage(self, n):
        """The `n` that have stood longest in each stage; each stage is read no further in its index."""
        first = [self.in_stage(stage).longest_in_stage().values("pk")[:n] for stage in Stage.values]
        return self.those(first[0].union(*first[1:], all=True))

    def count_by_stage(self, most: int) -> dict[str, int]:
        """How many stand in each stage, counted up to `most`."""
        stages = [self.in_stage(stage).order_by().values_list("stage")[:most] for stage in Stage.values]
        return Counter(stage for (stage,) in stages[0].union(*stages[1:], all=True))


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
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_contacted_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_negotiated_at = models.DateTimeField(null=True, blank=True, editable=False)

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
            models.Index(fields=["lost_at"], name="deal_lost_lately", condition=Q(lost_at__isnull=False)),
            models.Index(fields=["won_at"], name="deal_won_lately", condition=Q(won_at__isnull=False)),
        ]

    def __str__(self):
        return f"{self.goods} {DealKind(self.kind).label}".strip()

    @classmethod
    def receive(cls, *, customer, now, received_at=None, **fields) -> "Deal":
        """A new lead for a customer: the limit until it is overdue counts the store's open minutes."""
        received_at = received_at or now
        store = customer.store
        late_at = store.calendar().after_open_minutes(received_at, store.new_limit_minutes)
        return cls.objects.create(
            customer=customer,
            store=store,
            received_at=received_at,
            stage_changed_at=received_at,
            new_late_at=late_at,
            **fields,
        )

    def get_stage_display(self):
        """In the words of its kind."""
        return Stage(self.stage).label_for(self.kind)

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

    def move_to(self, stage: Stage, by, now, **dates) -> bool:
        """Change the stage and keep the step in its history. False when it stands there already and nothing changes.

        `dates`: ordered_on, promised_on, delivered_on, paid_on, as the stage asks for them.
        From the order on the deal is won; paid closes it; going back undoes either, with the days of the stages that
        are ahead again. A lost deal stays where it is: False, and `lost_at` tells.
        """
        with transaction.atomic():
            deal = Deal.objects.select_for_update(no_key=True).get(pk=self.pk)
            if deal.lost_at:
                self.refresh_from_db()
                return False
            moved = deal.stage != stage
            if moved:
                StageChange.objects.create(deal=deal, before=deal.stage, after=stage, by=by, at=now)
                deal.stage, deal.stage_changed_at = stage, now
            for name, value in dates.items():
                setattr(deal, name, value)
            for reached, name in DAY_OF_STAGE.items():
                if Stage(stage).position < reached.position:
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

    def lose(self, reason: str, by, now) -> bool:
        """Close the deal without business. False when it is closed already, or won: then it is moved back first."""
        with transaction.atomic():
            lost = Deal.objects.filter(pk=self.pk, closed_at__isnull=True, won_at__isnull=True).update(
                lost_at=now, closed_at=now, lost_reason=reason
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
                lost_at=None, closed_at=None, lost_reason=""
            )
            self.refresh_from_db()
            if reopened:
                StageChange.objects.create(deal=self, before=self.stage, after=self.stage, by=by, at=now)
        return bool(reopened)


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
        return Stage(self.before).label_for(self.deal.kind)

    def get_after_display(self):
        return Stage(self.after).label_for(self.deal.kind)
