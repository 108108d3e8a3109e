"""What a deal is and where it stands, and how a group of dealerships has arranged its stages (REQUIREMENTS D1)."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DealKind(models.TextChoices):
    PURCHASE = "purchase", _("Purchase from the customer")
    SALE = "sale", pgettext_lazy("deal", "Sale")
    SERVICE = "service", _("Inspection or service")
    INSURANCE = "insurance", _("Insurance")


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

ALWAYS_USED = {Stage.ENQUIRY, Stage.ORDER, Stage.PAID}
"""Where a deal begins, what figures count, and where it ends."""

ALWAYS_NEEDED = {
    Stage.ORDER: ("goods", "ordered_on", "promised_on"),
    Stage.ORDERED: ("promised_on",),
    Stage.DELIVERY: ("delivered_on",),
    Stage.PAID: ("paid_on",),
}
"""What these need whatever the group says: patterns count from these days (REQUIREMENTS D3)."""

ALSO_ASKED = {Stage.ESTIMATE: ("estimate",), Stage.ORDER: ("amount_yen",)}
"""What these ask for besides; it may stay empty."""


class Needed(models.TextChoices):
    """What a group may ask to be filled in at a stage."""

    GOODS = "goods", _("Car or goods")
    VEHICLE = "vehicle", _("Vehicle")
    NOTE = "note", _("What the customer asked for")
    STAFF = "staff", _("Person in charge")
    ESTIMATE = "estimate", pgettext_lazy("needed", "An estimate")
    AMOUNT = "amount_yen", _("Amount (yen)")
    PROMISED = "promised_on", _("Promised delivery")


STILL_AFTER_DAYS = {
    Stage.ENQUIRY: 3,
    Stage.APPOINTMENT: 7,
    Stage.MET: 7,
    Stage.ESTIMATE: 5,
    Stage.ORDER: 30,
    Stage.ORDERED: 30,
    Stage.DELIVERY: 14,
    Stage.PAID: 30,
}
"""After how many days without a contact a deal stands still, until the group says otherwise."""


class StageSettingQuerySet(models.QuerySet):
    def by_stage(self) -> dict:
        """What the group says of every stage, in order; what nobody has touched is as it ships."""
        kept = {row.stage: row for row in self}
        return {stage: kept.get(stage) or StageSetting.shipped(stage) for stage in Stage}

    def as_choices(self) -> list[tuple[str, str]]:
        """Those in use, in order, as the group calls them."""
        stages = self.by_stage()
        return [(stage.value, row.label_for(DealKind.SALE)) for stage, row in stages.items() if not row.skipped]

    def skips(self, stage) -> bool:
        return self.filter(stage=stage, skipped=True).exists()


class StageSetting(models.Model):
    """What the group says of one stage. Their order is fixed: figures and the engine read it."""

    stage = models.CharField(max_length=12, choices=Stage.choices, unique=True)
    skipped = models.BooleanField(default=False)
    labels = models.JSONField(default=dict, blank=True)
    needed = ArrayField(models.CharField(max_length=12, choices=Needed.choices), default=list, blank=True)
    still_after_days = models.PositiveSmallIntegerField(
        _("stands still after (days)"), default=7, validators=[MinValueValidator(1)]
    )

    objects = StageSettingQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(skipped=False) | ~models.Q(stage__in=sorted(ALWAYS_USED)),
                name="stage_always_used_is_not_skipped",
            ),
        ]

    def __str__(self):
        return str(Stage(self.stage).label)

    @classmethod
    def shipped(cls, stage) -> "StageSetting":
        return cls(stage=stage, still_after_days=STILL_AFTER_DAYS[stage])

    def label_for(self, kind) -> str:
        """In the group's own words for such a deal, else as the stage is called everywhere."""
        return self.labels.get(kind) or str(Stage(self.stage).label_for(kind))

    @property
    def needs(self) -> list[str]:
        """What must be filled in at the stage; at one that is skipped, nothing."""
        if self.skipped:
            return []
        return list(dict.fromkeys([*ALWAYS_NEEDED.get(self.stage, ()), *self.needed]))
