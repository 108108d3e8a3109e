from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Deal
from stores.access import StoreQuerySet
from stores.models import Store

from .followup import FollowUp
from .pattern import Pattern, PatternVersion


class BatchKind(models.TextChoices):
    BEGIN = "begin", _("Choose a pattern for many")
    MOVE = "move", _("Move running follow-ups to a version")


class BatchQuerySet(models.QuerySet):
    def visible_to(self, staff):
        """One's own, and as a manager those about one's stores."""
        if staff.is_admin:
            return self.all()
        here = Q(store__isnull=True) | Q(store__in=staff.store_ids)
        return self.filter(here & Q(made_by=staff) | Q(store__in=staff.managed_store_ids))

    def in_work(self):
        """Those with something left to do, or to take back; what was paused waits."""
        return self.filter(Q(paused_at__isnull=True) | Q(cancelled_at__isnull=False), finished_at__isnull=True)

    def in_their_turn(self):
        return self.order_by("pk")

    def unfinished(self):
        """Neither done nor broken off."""
        return self.filter(finished_at__isnull=True, cancelled_at__isnull=True)

    def moving(self, pattern):
        """Those on their way that move running follow-ups of that pattern."""
        return self.unfinished().filter(kind=BatchKind.MOVE, pattern=pattern)

    def take(self, pk):
        """That one, held until the transaction ends; None when somebody else has it in hand."""
        held = self.filter(pk=pk).select_for_update(of=("self",), skip_locked=True, no_key=True)
        return held.select_related("pattern", "version", "made_by").first()

    def hold(self, pk):
        """That one, after whoever has it in hand."""
        return self.filter(pk=pk).select_for_update(of=("self",), no_key=True).first()

    def for_page(self):
        return self.select_related("pattern__store", "version", "store", "made_by")

    def newest_first(self):
        return self.order_by("-made_at", "-pk")


class Batch(models.Model):
    """Something done to many customers or follow-ups by the worker, slice by slice (REQUIREMENTS B7, B8).

    Its rows are the work and, afterwards, the list of who got what and who not and why. Paused it waits, cancelled it
    leaves what is not done undone; what is done stays. `finished_at`: there is nothing left to do, also because it was
    cancelled; `cancelled_at`: it was broken off, or is taken back, which is work again until it is finished.
    """

    kind = models.CharField(max_length=6, choices=BatchKind.choices)
    pattern = models.ForeignKey(Pattern, models.PROTECT, related_name="batches")
    version = models.ForeignKey(PatternVersion, models.PROTECT, related_name="+", null=True)
    """The version that running follow-ups move to."""
    store = models.ForeignKey(Store, models.CASCADE, related_name="+", null=True)
    """The store all of it is about; None where it is about several."""
    base_on = models.DateField(null=True, blank=True)
    spreads = models.BooleanField(default=False)
    """Whether steps that may be moved by some days are spread over days with less to do."""
    key = models.CharField(max_length=40, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="batches", null=True)
    made_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(
                fields=["id"],
                name="batch_unfinished",
                condition=Q(finished_at__isnull=True, cancelled_at__isnull=True),
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.pattern}"

    @property
    def begins(self) -> bool:
        return self.kind == BatchKind.BEGIN

    @property
    def is_in_work(self) -> bool:
        return self.finished_at is None

    @property
    def is_paused(self) -> bool:
        return self.is_in_work and self.paused_at is not None and self.cancelled_at is None


class BatchRowQuerySet(StoreQuerySet):
    def visible_to(self, staff):
        """Those of customers one sees."""
        return self if staff.is_admin else self.filter(customer__store__in=staff.store_ids)

    def of_batch(self, batch):
        return self.filter(batch=batch)

    def to_do(self):
        return self.filter(done_at__isnull=True)

    def done(self):
        """Those that got it."""
        return self.filter(done_at__isnull=False, why="")

    def left(self, why):
        return self.filter(done_at__isnull=False, why=why)

    def left_out(self):
        """Those that didn't get it, or had it taken back."""
        return self.filter(done_at__isnull=False).exclude(why="")

    def with_targets(self):
        """With what a slice needs of them."""
        return self.select_related("deal__customer", "customer").prefetch_related("customer__vehicles").order_by("pk")

    def for_list(self):
        return self.select_related("customer__store", "deal").only(
            "batch", "done_at", "why", "customer__name", "customer__store__name", "deal__goods", "deal__kind"
        )

    def in_order(self):
        return self.order_by("pk")

    def tally(self) -> list[tuple[int, str, bool, int]]:
        """(batch, why, whether it is done, how many)."""
        is_done = models.ExpressionWrapper(Q(done_at__isnull=False), models.BooleanField())
        rows = self.order_by().annotate(is_done=is_done).values_list("batch", "why", "is_done")
        return list(rows.annotate(models.Count("pk")))


class BatchRow(models.Model):
    """One customer, deal or running follow-up of a batch. `why`: why it was left out, empty where done."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rows", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="+", null=True, db_index=False)
    follow_up = models.ForeignKey(FollowUp, models.SET_NULL, related_name="+", null=True, db_index=False)
    """The one that is moved, or the one that was begun."""
    spread = models.JSONField(default=dict, blank=True)
    """{step's id: days it falls later, or earlier where negative}"""
    done_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=12, blank=True)

    objects = BatchRowQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["batch", "id"], name="batch_row_of_batch"),
            models.Index(fields=["batch", "id"], name="batch_row_to_do", condition=Q(done_at__isnull=True)),
            models.Index(fields=["customer"], name="batch_row_of_customer"),
            models.Index(fields=["deal"], name="batch_row_of_deal", condition=Q(deal__isnull=False)),
            models.Index(fields=["follow_up"], name="batch_row_of_follow_up", condition=Q(follow_up__isnull=False)),
        ]

    def __str__(self):
        return f"{self.batch} {self.customer}"
