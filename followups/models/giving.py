from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Exists, Max, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Deal, Source
from stores.access import StoreQuerySet
from stores.models import Store

from ..allocation import Criterion


class Prefer(models.TextChoices):
    """Who of those that may get a lead comes first; where that leaves several, it goes round."""

    LOAD = "load", gettext_lazy("Least open work, then the better input rate, then in turn")
    RATE = "rate", gettext_lazy("The better input rate, then least open work, then in turn")
    TURN = "turn", gettext_lazy("Strictly in turn")

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return {
            Prefer.LOAD: (Criterion.LOAD, Criterion.RATE),
            Prefer.RATE: (Criterion.RATE, Criterion.LOAD),
            Prefer.TURN: (),
        }[self]


class LeadRuleQuerySet(StoreQuerySet):
    def active(self):
        return self.filter(retired_at__isnull=True)

    def for_page(self):
        """Those at work; the one for every other source comes last."""
        return self.active().select_related("store", "made_by").order_by("-sources", "pk")

    def by_source(self) -> dict[str, "LeadRule"]:
        """Which of one store's rules gives out leads of each source: one that names it before the one for all."""
        rules = {}
        for rule in self.active().order_by("pk"):
            for source in rule.sources or [""]:
                rules.setdefault(source, rule)
        found = {source: rules.get(source) or rules.get("") for source in Source.values}
        return {source: rule for source, rule in found.items() if rule}


class LeadRule(models.Model):
    """A lead of a store that came in without a person is given to one by itself (REQUIREMENTS E6).

    Without `sources` it is for all that no other rule of the store names. Retired, it gives out nothing more.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="lead_rules")
    sources = ArrayField(
        models.CharField(max_length=15, choices=Source.choices),
        verbose_name=gettext_lazy("sources"),
        default=list,
        blank=True,
    )
    prefer = models.CharField(
        gettext_lazy("who comes first"), max_length=4, choices=Prefer.choices, default=Prefer.LOAD
    )
    lowest_percent = models.PositiveSmallIntegerField(
        gettext_lazy("lowest input rate (%)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = LeadRuleQuerySet.as_manager()

    class Meta:
        ordering = ["store", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lowest_percent__isnull=True) | models.Q(lowest_percent__range=(1, 100)),
                name="lead_rule_percent",
            ),
        ]

    def __str__(self):
        return f"{self.store} {self.get_prefer_display()}"

    @property
    def source_words(self) -> str:
        named = ", ".join(str(Source(source).label) for source in self.sources)
        return named or _("Every source that no other rule names")

    @property
    def words(self) -> str:
        """'Web, Phone: Strictly in turn; nobody below an input rate of 80%'"""
        said = f"{self.source_words}: {self.get_prefer_display()}"
        if self.lowest_percent is None:
            return said
        return _("%(rule)s; nobody below an input rate of %(n)d%%") % {"rule": said, "n": self.lowest_percent}

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return Prefer(self.prefer).criteria

    def put_to_work(self, *, instead_of: "LeadRule | None", now):
        """It gives out leads from now on; the one that it changes gives out nothing more."""
        with transaction.atomic():
            if instead_of:
                instead_of.retire(now)
            self.save()

    def retire(self, now):
        """It gives out nothing more. Saying it twice is harmless."""
        LeadRule.objects.active().filter(pk=self.pk).update(retired_at=now)


class LeadChoiceQuerySet(models.QuerySet):
    def chosen(self):
        return self.filter(chosen=True)

    def is_kept(self):
        """For a queryset of deals: whether a rule has looked at the lead."""
        return Exists(self.filter(deal=OuterRef("pk")))

    def of_deal(self, deal):
        """Who got it, then the others."""
        return self.filter(deal=deal).select_related("staff", "rule").order_by("-chosen", "pk")

    def last_turns(self, store_id) -> dict[int, int]:
        """When each person of a store got their last lead, as a number that grows."""
        rows = self.chosen().filter(rule__store=store_id).order_by()
        return dict(rows.values_list("staff").annotate(Max("pk")))


class LeadChoice(models.Model):
    """Whether a rule gave a lead to a person, and what spoke for and against them (REQUIREMENTS E6).

    A row for everybody who came into question. It stays when somebody gives the lead to another one by hand.
    """

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="choices", db_index=False)
    rule = models.ForeignKey(LeadRule, models.CASCADE, related_name="choices")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    chosen = models.BooleanField(default=False)
    reasons = models.JSONField(default=list)
    at = models.DateTimeField()

    objects = LeadChoiceQuerySet.as_manager()

    class Meta:
        ordering = ["deal", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "staff"], name="lead_choice_once"),
            models.UniqueConstraint(fields=["deal"], name="lead_choice_one_chosen", condition=models.Q(chosen=True)),
        ]

    def __str__(self):
        return f"{self.deal} → {self.staff}"

    def sentences_for(self, reader, store_id) -> list[str]:
        """The reasons, in the reader's language.

        Somebody's rate is for themselves and their managers, as in the figures; why somebody got it, for everybody.
        """
        reasons = self.reasons
        if reader.pk != self.staff_id and not reader.may_manage(store_id):
            reasons = [reason for reason in reasons if reason["code"].startswith("won_")]
        return [str(SENTENCES[reason["code"]]) % reason for reason in reasons]


SENTENCES = {
    "off": gettext_lazy("Off today."),
    "below": gettext_lazy("Input rate %(percent)d%% of %(due)d entries due; the store asks for %(asked)d%%."),
    "rate": gettext_lazy("Input rate %(percent)d%% of %(due)d entries due."),
    "neutral": gettext_lazy("Only %(due)d entries due in 14 days: the input rate counts neither for nor against."),
    "load": gettext_lazy("Open today: %(n)d."),
    "won_load": gettext_lazy("Chosen for the least open work."),
    "won_rate": gettext_lazy("Chosen for the input rate."),
    "won_turn": gettext_lazy("Chosen because it was their turn."),
    "won_only": gettext_lazy("Chosen as the only one who could get it."),
    "lost_load": gettext_lazy("Another one had less open work."),
    "lost_rate": gettext_lazy("Another one had the better input rate."),
    "lost_turn": gettext_lazy("It was another one's turn."),
}
"""By the code that followups.allocation gives."""
