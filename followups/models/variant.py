from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Rank
from stores.channels import Channel

from .pattern import Step


class StepVariant(models.Model):
    """How a step differs for the customers of one rank; empty where it doesn't (REQUIREMENTS C6)."""

    step = models.ForeignKey(Step, models.CASCADE, related_name="variants")
    rank = models.ForeignKey(Rank, models.CASCADE, related_name="+")
    left_out = models.BooleanField(_("left out"), default=False)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, blank=True)
    title = models.CharField(_("title"), max_length=80, blank=True)
    script = models.TextField(_("script"), blank=True)
    cost_yen = models.PositiveIntegerField(_("cost (yen)"), null=True, blank=True)

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["step", "rank"], name="step_variant_once_per_rank"),
            models.CheckConstraint(
                condition=Q(left_out=False) | Q(channel="", title="", script="", cost_yen__isnull=True),
                name="step_variant_left_out_says_nothing_else",
            ),
        ]

    def __str__(self):
        return f"{self.step} {self.rank}"

    @property
    def content(self) -> tuple:
        return (self.rank_id, self.left_out, self.channel, self.title, self.script, self.cost_yen)
