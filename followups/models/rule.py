from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import DealKind, Rank, Source, Stage
from stores.channels import Channel
from stores.models import Store

from .act import UNDO
from .pattern import Pattern


class StartRuleQuerySet(models.QuerySet):
    def visible_to(self, staff):
        """Those of patterns one sees, as far as they are about one's own stores."""
        if staff.is_admin:
            return self.all()
        mine = Q(store__isnull=True) | Q(store_id__in=staff.store_ids)
        return self.filter(mine, pattern__in=Pattern.objects.visible_to(staff))

    def active(self):
        return self.filter(retired_at__isnull=True, pattern__retired_at__isnull=True)

    def of_pattern(self, pattern):
        return self.filter(pattern=pattern)

    def not_looked_at(self, today):
        """Those whose full look of the day is still to come."""
        return self.filter(Q(looked_on__isnull=True) | Q(looked_on__lt=today))

    def take_one(self):
        """The first that no other worker has in hand, held until the transaction ends; None without one."""
        held = self.select_for_update(of=("self",), skip_locked=True, no_key=True)
        return held.select_related("pattern").order_by("pk").first()

    def for_page(self):
        return self.filter(retired_at__isnull=True).select_related("store", "made_by").prefetch_related("ranks")

    def for_list(self):
        return self.select_related("pattern__store", "store", "made_by").prefetch_related("ranks")


class StartRule(models.Model):
    """A pattern that begins by itself: whenever its base date comes, for whom the rule names (REQUIREMENTS B9).

    An empty filter lets everybody through. Changed or retired, it touches nothing that was started.
    """

    pattern = models.ForeignKey(Pattern, models.CASCADE, related_name="rules")
    store = models.ForeignKey(Store, models.CASCADE, related_name="+", verbose_name=_("store"), null=True, blank=True)
    sources = ArrayField(
        models.CharField(max_length=15, choices=Source.choices), verbose_name=_("sources"), default=list, blank=True
    )
    deal_kinds = ArrayField(
        models.CharField(max_length=10, choices=DealKind.choices),
        verbose_name=_("kinds of deal"),
        default=list,
        blank=True,
    )
    stages = ArrayField(
        models.CharField(max_length=12, choices=Stage.choices), verbose_name=_("stages"), default=list, blank=True
    )
    ranks = models.ManyToManyField(Rank, related_name="+", verbose_name=_("ranks"), blank=True)
    channel_allowed = models.CharField(_("only who agrees to"), max_length=10, choices=Channel.choices, blank=True)
    before_holiday_days = models.PositiveSmallIntegerField(
        _("only in so many days ahead of a long holiday"), null=True, blank=True
    )
    from_on = models.DateField(_("for dates from"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    made_at = models.DateTimeField()
    looked_on = models.DateField(null=True, blank=True, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = StartRuleQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.pattern} {self.from_on}"

    @property
    def words(self) -> str:
        """'From 2026/11/22. Sale, Web. Rank A, B.'"""
        kinds = [str(DealKind(kind).label) for kind in self.deal_kinds]
        sources = [str(Source(source).label) for source in self.sources]
        stages = [str(Stage(stage).label) for stage in self.stages]
        parts = [
            "・".join(kinds),
            "・".join(sources),
            "・".join(stages),
            "・".join(rank.code for rank in self.ranks.all()),
        ]
        if self.channel_allowed:
            parts.append(_("only who agrees to %(channel)s") % {"channel": Channel(self.channel_allowed).label})
        if self.before_holiday_days:
            parts.append(_("within %(days)d days ahead of a long holiday") % {"days": self.before_holiday_days})
        parts.append(_("from %(day)s") % {"day": f"{self.from_on:%Y/%m/%d}"})
        return "、".join(part for part in parts if part)

    def look(self, today):
        """Everybody has been looked at today."""
        StartRule.objects.filter(pk=self.pk).update(looked_on=today)

    def retire(self, now):
        """It starts nothing more; what it started goes on. Saying it twice is harmless."""
        StartRule.objects.filter(pk=self.pk, retired_at__isnull=True).update(retired_at=now)

    def bring_back(self, now) -> bool:
        """The same rule begins again, and looks at everybody anew. False when it is a day too late for that."""
        stopped = StartRule.objects.filter(pk=self.pk, retired_at__gt=now - UNDO)
        return bool(stopped.update(retired_at=None, looked_on=None))
