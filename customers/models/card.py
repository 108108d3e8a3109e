"""Business cards on their way into the book: photographed, typed in beside the picture, completed (REQUIREMENTS C8)."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from stores.access import StoreQuerySet
from stores.models import Role, Store

from .customer import Customer

WAITING = Q(typed_at__isnull=True, dropped_at__isnull=True)
TYPING_FOR = timedelta(minutes=15)
"""So long a card counts as being typed in by whoever has opened it; then others are offered it again."""

TO_TYPE_IN = """
    EXISTS (
        SELECT FROM stores_membership AS mine
        WHERE mine.staff_id = %s AND mine.store_id = customers_businesscard.store_id
        AND (mine.role = %s OR NOT EXISTS (
            SELECT FROM stores_membership AS other JOIN stores_staff ON stores_staff.id = other.staff_id
            WHERE other.store_id = mine.store_id AND other.role = %s AND stores_staff.is_active
            AND NOT EXISTS (SELECT FROM stores_dayoff AS off WHERE off.staff_id = other.staff_id AND off."on" = %s)
        ))
    )
"""
"""Written by hand: the board asks it every time, and Django takes longer to word it than the database to answer."""


class CardQuerySet(StoreQuerySet):
    def waiting(self):
        return self.filter(WAITING)

    def to_type_in_by(self, staff, day):
        """Those that wait where they assist, and where no assistant is at work that day: then everybody is a deputy."""
        values = (staff.pk, Role.ASSISTANT, Role.ASSISTANT, day)
        return self.waiting().filter(RawSQL(TO_TYPE_IN, values, models.BooleanField()))  # noqa: S611 - a constant

    def settled(self):
        return self.exclude(WAITING)

    def for_list(self):
        return self.select_related("store", "owner", "taken_by", "typing_by", "typed_by", "dropped_by", "customer")

    def oldest_first(self):
        return self.order_by("taken_at", "pk")

    def latest_settled(self):
        return self.order_by("-typed_at", "-dropped_at", "-pk")

    def next_for(self, staff, now):
        """The oldest that nobody else is typing in."""
        others = Q(typing_at__gt=now - TYPING_FOR) & ~Q(typing_by=staff)
        return self.waiting().exclude(others).oldest_first().first()

    def with_picture(self):
        return self.filter(picture__isnull=False)


class BusinessCard(models.Model):
    """A photographed card. Whose customer it becomes is `owner`, as whoever took the picture said."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name=_("store"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, verbose_name=_("person in charge")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    taken_at = models.DateTimeField()
    typing_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    typing_at = models.DateTimeField(null=True)
    typed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    typed_at = models.DateTimeField(null=True)
    customer = models.ForeignKey(Customer, models.SET_NULL, related_name="cards", null=True)
    dropped_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    dropped_at = models.DateTimeField(null=True)

    objects = CardQuerySet.as_manager()

    class Meta:
        ordering = ["taken_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(typed_at__isnull=True) | Q(dropped_at__isnull=True), name="card_typed_or_dropped"
            )
        ]
        indexes = [models.Index(fields=["store", "taken_at"], name="card_waiting", condition=WAITING)]

    def __str__(self):
        return f"{self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.typed_at is None and self.dropped_at is None

    def is_typed_by_another(self, staff, now) -> bool:
        """Somebody else has opened it just now."""
        return bool(self.typing_by_id not in {None, staff.pk} and self.typing_at and self.typing_at > now - TYPING_FOR)

    def begin_typing(self, by, now) -> bool:
        """Others are not offered it for a while. False when it is settled, or somebody else is at it."""
        free = Q(typing_at__isnull=True) | Q(typing_at__lte=now - TYPING_FOR) | Q(typing_by=by)
        mine = BusinessCard.objects.waiting().filter(free, pk=self.pk)
        return bool(mine.update(typing_by=by, typing_at=now))

    def drop(self, by, now) -> bool:
        """No card, or one that is in the book already. False when it is settled."""
        return bool(BusinessCard.objects.waiting().filter(pk=self.pk).update(dropped_by=by, dropped_at=now))

    def take_back(self) -> bool:
        """A dropped one waits again, while its picture is there."""
        dropped = BusinessCard.objects.filter(pk=self.pk, dropped_at__isnull=False, picture__isnull=False)
        return bool(dropped.update(dropped_by=None, dropped_at=None))


class CardPicture(models.Model):
    """The picture, in a table of its own: lists never read it, and forgetting it leaves the card's line."""

    card = models.OneToOneField(BusinessCard, models.CASCADE, related_name="picture")
    content = models.BinaryField()
    """JPEG, made anew from what was sent: nothing of the camera's own data is in it."""

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return str(self.card_id)
