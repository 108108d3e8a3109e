"""Ranks: what they are given by, what the rules come to for each customer, and who changed whose when (C5)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from stores.access import StoreQuerySet
from stores.models import Store

UNDO_FOR = timedelta(days=1)
FEWEST, MOST = 3, 5
"""So many ranks a group has."""
STEP = 30
"""Between two ranks, where nobody has said from how many points on they are given."""


class RankQuerySet(models.QuerySet):
    def current(self):
        """Those that the rules give."""
        return self.filter(retired_at__isnull=True)


class Rank(models.Model):
    """How much care a customer gets; the first is the highest."""

    code = models.CharField(_("rank"), max_length=4, unique=True)
    position = models.PositiveSmallIntegerField(unique=True)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)
    """Since then the rules give it no more; who still has it keeps it until another is confirmed."""

    objects = RankQuerySet.as_manager()

    class Meta:
        ordering = ["position"]

    def __str__(self):
        return self.code


def _points(label, default):
    limits = [MinValueValidator(-1000), MaxValueValidator(1000)]
    return models.SmallIntegerField(label, default=default, validators=limits)


class RankRules(models.Model):
    """What ranks are given by. Each change is a new row, and the newest counts; without one, as it is shipped."""

    years = models.PositiveSmallIntegerField(
        _("years that are looked back"), default=5, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )
    visit_months = models.PositiveSmallIntegerField(
        _("months that visits are counted"), default=12, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    purchase = _points(_("for each car they bought"), 20)
    million_yen = _points(_("for each full million yen they spent on cars"), 4)
    other_deal = _points(_("for each other deal that was won"), 5)
    referral = _points(_("for each person they sent who ordered"), 15)
    cash = _points(_("for paying in cash"), 5)
    loan = _points(_("for paying by loan"), 5)
    late = _points(_("for having paid late"), -20)
    vehicle = _points(_("for each car under management"), 10)
    visit = _points(_("for each visit"), 3)
    thresholds = models.JSONField(default=dict, blank=True)
    """From how many points on a rank is given, by its code; the lowest has none."""
    made_at = models.DateTimeField(editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, editable=False)

    WEIGHTS = ("purchase", "million_yen", "other_deal", "referral", "cash", "loan", "late", "vehicle", "visit")

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.made_at:%Y-%m-%d}" if self.made_at else "–"

    @classmethod
    def current(cls) -> "RankRules":
        return cls.objects.select_related("made_by").first() or cls()

    def scale(self) -> list[tuple[str, int | None]]:
        """(code, from how many points on it is given), the highest first; the last takes everybody else."""
        codes = [rank.code for rank in Rank.objects.current()]
        shipped = {code: STEP * number for number, code in enumerate(reversed(codes))}
        steps = [(code, self.thresholds.get(code, shipped[code])) for code in codes[:-1]]
        return [*steps, *((code, None) for code in codes[-1:])]


class RankDecisionQuerySet(models.QuerySet):
    def made_by(self, staff):
        """Whoever decided may take it back."""
        return self.filter(by=staff)

    def lately(self, now):
        """Those that can still be taken back, and those that are being taken back just now."""
        return self.filter(Q(undone_at__isnull=True, at__gt=now - UNDO_FOR) | Q(done_at__isnull=True))

    def take_one(self):
        """The first that has something left to do and is in no other worker's hands; None without one."""
        held = self.filter(done_at__isnull=True).select_for_update(of=("self",), skip_locked=True, no_key=True)
        return held.order_by("pk").first()


class RankDecision(models.Model):
    """Proposals that somebody confirmed or dismissed together; taken back together, for a day."""

    class Kind(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        DISMISSED = "dismissed", _("Dismissed")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    number = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    at = models.DateTimeField()
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    undone_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    """Since when nothing of it, or of taking it back, is left to do."""

    objects = RankDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["id"], name="rank_decision_to_do", condition=Q(done_at__isnull=True))]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}"

    def may_be_undone(self, now) -> bool:
        return self.undone_at is None and self.at > now - UNDO_FOR

    @property
    def words(self) -> str:
        texts = {
            self.Kind.CONFIRMED: ngettext_lazy("%(n)d rank is changed.", "%(n)d ranks are changed.", self.number),
            self.Kind.DISMISSED: ngettext_lazy("%(n)d proposal dismissed.", "%(n)d proposals dismissed.", self.number),
        }
        return texts[self.kind] % {"n": self.number}


class RankStandingQuerySet(StoreQuerySet):
    def open(self):
        """Proposals that nobody has decided about."""
        has_it = Q(customer__rank=F("rank"))
        return self.filter(proposed_at__isnull=False, decision__isnull=True, customer__closed_at__isnull=True).filter(
            Q(customer__rank__isnull=True) | ~has_it
        )

    def from_rank(self, code):
        """'none': who has no rank yet."""
        return self.filter(customer__rank__isnull=True) if code == "none" else self.filter(customer__rank__code=code)

    def to_rank(self, code):
        return self.filter(rank__code=code)

    def of_customers(self, ids):
        return self.filter(customer__in=ids)

    def most_points_first(self):
        return self.order_by("-points", "pk")

    def for_list(self):
        return self.select_related("customer__rank", "customer__owner", "store", "rank").defer("customer__search")

    def count_moves(self) -> list[tuple[str | None, str, int, datetime]]:
        """(from, to, how many, when the latest of them was proposed): by the rank proposed, the highest first."""
        groups = self.order_by("rank__position", "customer__rank__position")
        groups = groups.values_list("customer__rank__code", "rank__code")
        return list(groups.annotate(number=models.Count("pk"), latest=models.Max("proposed_at")))

    def proposed_until(self, moment):
        """Another rank proposed is another proposal, and as old as that."""
        return self.filter(proposed_at__lte=moment)

    def count_up_to(self, most: int) -> int:
        return self.order_by().values("pk")[:most].count()


class RankStanding(models.Model):
    """What the rules come to for one customer, as of the last night; a proposal where that isn't the rank they have."""

    customer = models.OneToOneField("customers.Customer", models.CASCADE, related_name="standing")
    store = models.ForeignKey(Store, models.PROTECT, related_name="+", db_index=False)
    points = models.IntegerField()
    figures = models.JSONField()
    rank = models.ForeignKey(Rank, models.CASCADE, related_name="+", db_index=False)
    computed_at = models.DateTimeField()
    proposed_at = models.DateTimeField(null=True)
    decision = models.ForeignKey(RankDecision, models.SET_NULL, related_name="standings", null=True)

    objects = RankStandingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["store", "-points", "id"],
                name="rank_proposed",
                condition=Q(proposed_at__isnull=False, decision__isnull=True),
            ),
        ]

    def __str__(self):
        return f"{self.rank} {self.points}"


class RankChangeQuerySet(models.QuerySet):
    def for_history(self):
        return self.select_related("by").order_by("-at", "-pk")


class RankChange(models.Model):
    """A customer's rank was changed. The codes as they were then: ranks come and go."""

    class Reason(models.TextChoices):
        CONFIRMED = "confirmed", _("Proposal confirmed")
        BY_HAND = "by_hand", _("Set by hand")
        TAKEN_BACK = "taken_back", _("Taken back")
        IMPORTED = "imported", _("From a list")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="rank_changes")
    before = models.CharField(max_length=4, blank=True)
    after = models.CharField(max_length=4, blank=True)
    reason = models.CharField(max_length=10, choices=Reason.choices)
    note = models.CharField(max_length=200, blank=True)
    points = models.IntegerField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    decision = models.ForeignKey(RankDecision, models.SET_NULL, related_name="changes", null=True)
    taken_back_at = models.DateTimeField(null=True)

    objects = RankChangeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.before or '–'} → {self.after or '–'}"


class RankHoldQuerySet(models.QuerySet):
    def ended(self, today):
        return self.filter(until_on__lt=today)

    def of_customer(self, customer):
        """None without one."""
        return self.filter(customer=customer).select_related("by").first()


class RankHold(models.Model):
    """A rank that somebody set by hand: nothing is proposed for that customer until it ends."""

    customer = models.OneToOneField("customers.Customer", models.CASCADE, related_name="rank_hold")
    reason = models.CharField(_("reason"), max_length=200)
    until_on = models.DateField(_("until"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    at = models.DateTimeField()

    objects = RankHoldQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="rank_hold_has_a_reason")]

    def __str__(self):
        return self.reason
