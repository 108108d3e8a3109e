"""The ways a dealership and a customer reach each other."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Channel(models.TextChoices):
    PHONE = "phone", pgettext_lazy("channel", "Phone")
    EMAIL = "email", pgettext_lazy("channel", "Email")
    SMS = "sms", pgettext_lazy("channel", "SMS")
    LINE = "line", pgettext_lazy("channel", "LINE")
    VISIT = "visit", pgettext_lazy("channel", "Visit")
    LETTER = "letter", pgettext_lazy("channel", "Letter")


LIVE_CHANNELS = frozenset({Channel.PHONE, Channel.VISIT})
"""Channels on which two people meet at the same moment: the customer's convenient days count for them."""

ICONS = {
    Channel.PHONE: "phone",
    Channel.EMAIL: "mail",
    Channel.SMS: "message-square",
    Channel.LINE: "message-circle",
    Channel.VISIT: "map-pin",
    Channel.LETTER: "file-text",
}
