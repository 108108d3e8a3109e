from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from customers.models import Rank
from stores.calendar import Hours
from stores.channels import Channel
from stores.models import Role

from ..schedule import DayRule, StepSpec, Window


class Step(models.Model):
    """One thing to do at an offset from the base date (REQUIREMENTS B1)."""

    version = models.ForeignKey("followups.PatternVersion", models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    offset_days = models.SmallIntegerField(_("days after the base date"), default=0)
    offset_months = models.SmallIntegerField(_("months after the base date"), default=0)
    allowed_days = models.PositiveSmallIntegerField(_("days it may take"), default=0)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, default=Channel.PHONE)
    title = models.CharField(_("title"), max_length=80)
    script = models.TextField(_("script"), blank=True)
    from_script = models.ForeignKey(
        "followups.ScriptVersion",
        models.SET_NULL,
        related_name="steps",
        verbose_name=_("from the library"),
        null=True,
        blank=True,
    )
    """Whose words it took over. `script` is its own all the same: what a version says never changes (B7)."""
    details_template = models.CharField(_("text proposed for the record"), max_length=200, blank=True)
    content_kind = models.ForeignKey(
        "followups.ContentKind",
        models.SET_NULL,
        related_name="+",
        verbose_name=_("kind of content"),
        null=True,
        blank=True,
    )
    day_rule = models.CharField(_("on a closed day"), max_length=13, choices=DayRule.choices, default=DayRule.NEXT)
    window = models.CharField(_("time of day"), max_length=10, choices=Window.choices, default=Window.ANY)
    window_from = models.TimeField(_("from"), null=True, blank=True)
    window_until = models.TimeField(_("until"), null=True, blank=True)
    soon_minutes = models.PositiveSmallIntegerField(_("minutes after the event"), null=True, blank=True)
    assignee_role = models.CharField(_("done by"), max_length=12, choices=Role.choices, blank=True)
    second_channel = models.CharField(_("otherwise by"), max_length=10, choices=Channel.choices, blank=True)
    flex_days = models.PositiveSmallIntegerField(_("days it may be moved by"), default=0)
    cost_yen = models.PositiveIntegerField(_("cost (yen)"), default=0)
    is_check = models.BooleanField(_("satisfaction call: the manager calls, too"), default=False)
    by_rank = models.JSONField(_("by rank"), default=dict, blank=True)
    """How it differs by rank: {rank's id: {"left_out": true} or some of channel, title, script, cost_yen}."""

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="step_position_once"),
            models.CheckConstraint(condition=~Q(title=""), name="step_has_a_title"),
            models.CheckConstraint(
                condition=~Q(window="fixed") | Q(window_from__lt=F("window_until")),
                name="step_fixed_window_in_order",
            ),
            models.CheckConstraint(condition=~Q(window="soon") | Q(soon_minutes__gt=0), name="step_soon_has_minutes"),
        ]

    def __str__(self):
        return f"{self.position}. {self.title}"

    @property
    def content(self) -> dict:
        """Everything a person wrote into it, by column; its place and its version apart."""
        apart = {"id", "version", "position"}
        return {field.attname: getattr(self, field.attname) for field in self._meta.fields if field.name not in apart}

    @property
    def when_label(self) -> str:
        """'On the day', '20 days after', '3 months 5 days before'."""
        if not (self.offset_months or self.offset_days):
            return _("On the day")
        months, days = abs(self.offset_months), abs(self.offset_days)
        parts = []
        if months:
            parts.append(ngettext("%(months)d month", "%(months)d months", months) % {"months": months})
        if days:
            parts.append(ngettext("%(days)d day", "%(days)d days", days) % {"days": days})
        before = (self.offset_months or self.offset_days) < 0
        return (_("%(time)s before") if before else _("%(time)s after")) % {"time": " ".join(parts)}

    @property
    def by_rank_label(self) -> str:
        """'A: Visit Card and cake / C: left out'; empty where it is the same for every rank."""
        ranks = Rank.objects.all() if self.by_rank else []
        return " / ".join(f"{rank}: {_own_way(own)}" for rank in ranks if (own := self.by_rank.get(str(rank.pk))))

    @property
    def window_label(self) -> str:
        if self.window == Window.FIXED:
            return str(Hours(self.window_from, self.window_until))
        if self.window == Window.SOON:
            minutes = self.soon_minutes
            return ngettext("Within %(minutes)d minute", "Within %(minutes)d minutes", minutes) % {"minutes": minutes}
        return self.get_window_display()

    @property
    def library_label(self) -> str:
        """'Thanks for asking, version 2'; empty where it was written here."""
        if self.from_script is None:
            return ""
        return _("%(script)s, version %(number)d") % {
            "script": self.from_script.script,
            "number": self.from_script.number,
        }

    @property
    def check_label(self) -> str:
        """Empty where nobody but the person calls."""
        return _("the manager calls, too") if self.is_check else ""

    @property
    def allowed_label(self) -> str:
        """'or within 2 days after', empty where it is for its day alone."""
        if not self.allowed_days:
            return ""
        days = self.allowed_days
        return ngettext("may take %(days)d day longer", "may take %(days)d days longer", days) % {"days": days}

    def spec(self) -> StepSpec:
        """What the schedule needs to know, as a value."""
        fixed = self.window == Window.FIXED
        return StepSpec(
            channel=self.channel,
            offset_days=self.offset_days,
            offset_months=self.offset_months,
            allowed_days=self.allowed_days,
            day_rule=self.day_rule,
            window=self.window,
            hours=Hours(self.window_from, self.window_until) if fixed else None,
            soon_minutes=self.soon_minutes or 0,
        )


def _own_way(own: dict) -> str:
    if own.get("left_out"):
        return _("left out")
    words = [Channel(own["channel"]).label] if own.get("channel") else []
    words += [own["title"]] if own.get("title") else []
    words += [_("%(yen)d yen") % {"yen": own["cost_yen"]}] if own.get("cost_yen") is not None else []
    return " ".join(map(str, words))
