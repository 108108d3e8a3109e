"""What patterns are counted from (REQUIREMENTS B3)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Base(models.TextChoices):
    """What the steps are counted from."""

    RECEIVED = "received", _("Lead received")
    NEGOTIATED = "negotiated", _("Last negotiation")
    ESTIMATE_SENT = "estimate_sent", _("Estimate sent")
    ORDERED = "ordered", _("Order")
    DELIVERED = "delivered", pgettext_lazy("base", "Delivery")
    CHOSEN = "chosen", _("The day the pattern is chosen")
    INSPECTION = "inspection", _("Vehicle inspection expiry")
    PERIODIC_CHECK = "check", _("Periodic inspection due")
    INSURANCE = "insurance", _("Insurance expiry")
    BIRTHDAY = "birthday", pgettext_lazy("base", "Birthday")
    YEARLY = "yearly", _("A date every year")
    EVERY = "every", _("Every so many months")
    SILENCE = "silence", _("So many days without contact")

    @property
    def is_pursuit(self) -> bool:
        """Pursuit has reached its aim when the customer was spoken to; care, say after the sale, is meant to go on."""
        return self in {Base.RECEIVED, Base.NEGOTIATED, Base.ESTIMATE_SENT}

    @property
    def is_event(self) -> bool:
        """It happened once, is copied at the start, and moves only by a hand (DESIGN.md "The engine", pass 3)."""
        return self.is_pursuit or self in {Base.ORDERED, Base.CHOSEN}

    @property
    def is_of_deal(self) -> bool:
        """An event in a deal: a follow-up started by rule is about that deal."""
        return self in {Base.RECEIVED, Base.NEGOTIATED, Base.ESTIMATE_SENT, Base.ORDERED, Base.DELIVERED}

    @property
    def is_of_vehicle(self) -> bool:
        return self in CYCLE_DAYS

    @property
    def is_fixed(self) -> bool:
        """A date of the calendar: counted from whether the store is open that day or not."""
        return self in CYCLE_DAYS or self in {Base.BIRTHDAY, Base.YEARLY, Base.EVERY}


CYCLE_DAYS = {Base.INSPECTION: 180, Base.INSURANCE: 180, Base.PERIODIC_CHECK: 90}
"""A car's date that moved by more than so many days is the next term of it; by fewer, it was put right."""
