from django.db import models
from django.utils.translation import gettext_lazy as _


class MoveReason(models.TextChoices):
    """Why an open task was given another time."""

    BY_HAND = "by_hand", _("Moved by hand")
    WISH = "wish", _("The customer wished it")
    BASE = "base", _("The base date moved")
    CALENDAR = "calendar", _("The store's calendar changed")
    CUSTOMER = "customer", _("What suits the customer changed")
    UNANSWERED = "unanswered", _("A call went unanswered")
    VERSION = "version", _("The pattern has a new version")
    RESUMED = "resumed", _("It went on after a pause")
    SPREAD = "spread", _("Spread over days with less to do")
