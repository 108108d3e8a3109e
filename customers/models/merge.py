"""The same person twice in the book: who may be, who was made one, and how it was before (REQUIREMENTS C7)."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from stores.models import Store

from ..text import display_phone
from .customer import Customer

UNDO_MERGE = timedelta(days=30)
"""How long a merge can be taken back."""
OPEN = Q(dismissed_at__isnull=True)


class Alike(models.TextChoices):
    """What two customers have in common."""

    PHONE = "phone", pgettext_lazy("alike", "Same phone number")
    EMAIL = "email", pgettext_lazy("alike", "Same mail address")
    BIRTHDAY = "birthday", pgettext_lazy("alike", "Same kana and birthday")


class DuplicateQuerySet(models.QuerySet):
    def visible_to(self, staff):
        """Where one may see both: of two stores, whoever works in both, and administrators."""
        if staff.is_admin:
            return self.all()
        return self.filter(one__store__in=staff.store_ids, other__store__in=staff.store_ids)

    def managed_by(self, staff):
        seen = self.visible_to(staff)
        managed = staff.managed_store_ids
        return seen if staff.is_admin else seen.filter(one__store__in=managed, other__store__in=managed)

    def of_net_customers(self):
        """One of two that was closed or merged meanwhile is nobody's double."""
        return self.filter(one__closed_at__isnull=True, other__closed_at__isnull=True)

    def open(self):
        return self.of_net_customers().filter(OPEN)

    def dismissed(self):
        return self.of_net_customers().exclude(OPEN)

    def about(self, customer):
        """`customer` may be an OuterRef."""
        return self.filter(Q(one=customer) | Q(other=customer))

    def between(self, *two):
        """The pair of these two, whichever is older; None where nobody noticed."""
        return self.filter(one__in=two, other__in=two).first()

    def surest_first(self):
        """Those with most in common, then the latest found."""
        return self.order_by(F("why__len").desc(nulls_last=True), "-found_at", "pk")

    def for_list(self):
        people = [f"{side}__{name}" for side in ("one", "other") for name in ("store", "owner")]
        return self.select_related(*people, "dismissed_by").defer("one__search", "other__search")


class Duplicate(models.Model):
    """Two customers who may be the same; `one` is the older row. Found by customers.duplicates, settled by people."""

    one = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    other = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    why = ArrayField(models.CharField(max_length=8, choices=Alike.choices))
    found_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)

    objects = DuplicateQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="duplicate_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="duplicate_older_first"),
        ]
        indexes = [models.Index(fields=["-found_at", "id"], name="duplicate_open", condition=OPEN)]

    def __str__(self):
        return f"{self.one_id} = {self.other_id}"

    @property
    def reasons(self) -> list[str]:
        """With what it is that they share, where that isn't plain from their names."""
        shared = {
            Alike.PHONE: [display_phone(number) for number in self.one.phones if number in self.other.phones],
            Alike.EMAIL: [address for address in self.one.emails if address in self.other.emails],
        }
        return [" ".join([str(Alike(why).label), *shared.get(why, [])]) for why in self.why]

    def dismiss(self, by, now) -> bool:
        """Not the same. Remembered for ever. False when somebody has said so already."""
        open_still = Duplicate.objects.filter(OPEN, pk=self.pk)
        return bool(open_still.update(dismissed_at=now, dismissed_by=by))

    def reopen(self) -> bool:
        """They may be the same after all."""
        dismissed = Duplicate.objects.exclude(OPEN).filter(pk=self.pk)
        return bool(dismissed.update(dismissed_at=None, dismissed_by=None))


class MergeQuerySet(models.QuerySet):
    def visible_to(self, staff):
        return self if staff.is_admin else self._where(staff.store_ids)

    def managed_by(self, staff):
        seen = self.visible_to(staff)
        return seen if staff.is_admin else seen._where(staff.managed_store_ids)

    def _where(self, stores):
        """Once they are two again, whoever sees both of them."""
        both = Q(undone_at__isnull=True) | Q(loser__store__in=stores)
        return self.filter(both, winner__store__in=stores)

    def standing(self):
        return self.filter(undone_at__isnull=True)

    def about(self, *customers):
        """Those that one of them took part in."""
        return self.filter(Q(winner__in=customers) | Q(loser__in=customers))

    def into(self, customer):
        """Who became part of that customer."""
        return self.filter(winner=customer)

    def after(self, merge):
        return self.filter(pk__gt=merge.pk)

    def of_last_month(self, now):
        return self.filter(at__gt=now - UNDO_MERGE)

    def for_list(self):
        return self.select_related("winner", "loser", "by", "undone_by").order_by("-at", "-pk")


class Merge(models.Model):
    """Two customers became one: `loser` is closed and leads to `winner`. Its rows keep how each was before."""

    winner = models.ForeignKey(Customer, models.CASCADE, related_name="merges")
    loser = models.ForeignKey(Customer, models.CASCADE, related_name="merges_away")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False
    )

    objects = MergeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.loser_id} → {self.winner_id}"

    @property
    def undo_until(self):
        return self.at + UNDO_MERGE

    def is_in_time(self, now) -> bool:
        return self.undone_at is None and self.at > now - UNDO_MERGE


class MergedRow(models.Model):
    """One row that a merge changed. `before` and `after`: the columns that differ, as the database writes them."""

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="rows", db_index=False)
    model = models.CharField(max_length=60)
    row_id = models.BigIntegerField()
    before = models.JSONField(encoder=DjangoJSONEncoder)
    after = models.JSONField(encoder=DjangoJSONEncoder, null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["merge", "model", "row_id"], name="merged_row_once")]

    def __str__(self):
        return f"{self.model} {self.row_id}"


class StoreMoveQuerySet(models.QuerySet):
    def visible_to(self, staff):
        return self.all() if staff.is_admin else self.filter(customer__store__in=staff.store_ids)

    def of_customer(self, customer):
        return self.filter(customer=customer).select_related("from_store", "to_store", "by").order_by("-at", "-pk")

    def since(self, moment):
        return self.filter(at__gt=moment)


class StoreMove(models.Model):
    """A customer went to another store, with everything of theirs."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="store_moves", verbose_name=_("customer"))
    from_store = models.ForeignKey(Store, models.PROTECT, related_name="+", db_index=False)
    to_store = models.ForeignKey(Store, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False)
    at = models.DateTimeField()

    objects = StoreMoveQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.from_store} → {self.to_store}"
