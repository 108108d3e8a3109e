from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from stores.access import StoreQuerySet
from stores.channels import Channel
from stores.models import Store

from .act import UNDO
from .task import Task


class EscalateTo(models.TextChoices):
    """Whose an overdue task becomes."""

    COLLEAGUE = "colleague", _("A colleague on duty, whoever has least to do")
    TEAM = "team", _("The whole store: whoever has a moment")
    BACK_OFFICE = "back_office", _("The assistants")
    MANAGER = "manager", _("The store manager")


class EscalationRuleQuerySet(StoreQuerySet):
    def active(self):
        return self.filter(retired_at__isnull=True)

    def saying(self, after_hours, to, channels):
        """Word for word the same."""
        return self.filter(after_hours=after_hours, to=to, channels=channels)

    def for_page(self):
        """Those at work, the first to act on top."""
        return self.active().select_related("store", "made_by").order_by("after_hours", "pk")


class EscalationRule(models.Model):
    """Work of a store that has been overdue for so many open hours moves on by itself (REQUIREMENTS A7).

    Retired, it moves nothing more; what it moved stays.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="escalation_rules")
    after_hours = models.PositiveSmallIntegerField(
        _("open hours overdue"), default=4, validators=[MinValueValidator(1)]
    )
    to = models.CharField(_("goes to"), max_length=12, choices=EscalateTo.choices)
    channels = ArrayField(
        models.CharField(max_length=10, choices=Channel.choices), verbose_name=_("channels"), default=list, blank=True
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = EscalationRuleQuerySet.as_manager()

    class Meta:
        ordering = ["store", "after_hours", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(after_hours__gt=0), name="escalation_after_some_time"),
        ]

    def __str__(self):
        return f"{self.store} {self.after_hours} {self.get_to_display()}"

    @property
    def words(self) -> str:
        """'Phone, Email: overdue for 4 open hours, it goes to: The store manager'"""
        text = ngettext(
            "%(what)s: overdue for %(n)d open hour, it goes to: %(to)s",
            "%(what)s: overdue for %(n)d open hours, it goes to: %(to)s",
            self.after_hours,
        )
        what = ", ".join(str(Channel(channel).label) for channel in self.channels) or _("Every task")
        return text % {"what": what, "n": self.after_hours, "to": self.get_to_display()}

    def retire(self, now):
        """It moves nothing more; what it moved stays. Saying it twice is harmless."""
        EscalationRule.objects.active().filter(pk=self.pk).update(retired_at=now)

    def bring_back(self, now) -> bool:
        """The same rule moves work again. False when it is a day too late, or another one says the same by now."""
        alike = EscalationRule.objects.in_store(self.store).active().saying(self.after_hours, self.to, self.channels)
        stopped = EscalationRule.objects.filter(pk=self.pk, retired_at__gt=now - UNDO)
        return not alike.exists() and bool(stopped.update(retired_at=None))


class EscalationQuerySet(models.QuerySet):
    def for_panel(self):
        return self.select_related("rule", "before", "after").order_by("-at", "-pk")


class Escalation(models.Model):
    """A rule has moved a task on: when, from whom, to whom (None: the store's pool). Once for each task and rule."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="escalations", db_index=False)
    rule = models.ForeignKey(EscalationRule, models.CASCADE, related_name="moved")
    at = models.DateTimeField()
    before = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False)
    after = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["task", "rule"], name="escalation_once_per_rule")]

    def __str__(self):
        return f"{self.task} → {self.after or '—'}"
