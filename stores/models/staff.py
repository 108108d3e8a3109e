from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .store import Store


class Role(models.TextChoices):
    SALESPERSON = "salesperson", _("Salesperson")
    ASSISTANT = "assistant", _("Assistant")
    MANAGER = "manager", _("Store manager")
    ADMIN = "admin", _("Administrator")


class StaffQuerySet(models.QuerySet):
    def visible_to(self, staff):
        """Oneself, and whoever works in one of one's stores."""
        if staff.is_admin:
            return self.all()
        return self.filter(Q(memberships__store_id__in=staff.store_ids) | Q(pk=staff.pk)).distinct()

    def working_in(self, stores):
        return self.filter(is_active=True, memberships__store__in=stores).distinct()

    def by_name(self):
        return self.order_by("kana", "name", "pk")


class StaffManager(UserManager.from_queryset(StaffQuerySet)):
    """Django's user manager with our words."""


class Staff(AbstractUser):
    """A person who signs in. What they may do follows from their memberships."""

    first_name = None
    last_name = None
    name = models.CharField(_("name"), max_length=60)
    kana = models.CharField(_("kana"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)

    objects = StaffManager()
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["kana", "name", "pk"]

    def __str__(self):
        return self.name or self.username

    def get_full_name(self):
        return str(self)

    def get_short_name(self):
        """The family name, as colleagues say it."""
        return str(self).split()[0]

    @cached_property
    def roles(self):
        """All memberships with their stores: one query, once per request."""
        return list(self.memberships.select_related("store"))

    @property
    def is_admin(self):
        return any(row.role == Role.ADMIN for row in self.roles)

    @property
    def store_ids(self):
        return {row.store_id for row in self.roles if row.store_id}

    @property
    def stores(self):
        """The stores one works in, without doubles, in their order."""
        return sorted({row.store for row in self.roles if row.store_id}, key=lambda store: store.pk)

    @property
    def managed_store_ids(self):
        return {row.store_id for row in self.roles if row.role == Role.MANAGER}

    @property
    def is_manager(self):
        return self.is_admin or bool(self.managed_store_ids)

    def may_manage(self, store_id) -> bool:
        """Admins everywhere, managers in their stores; `None` is the whole group, which only admins manage."""
        return self.is_admin or (store_id is not None and store_id in self.managed_store_ids)

    @property
    def role_label(self):
        """The highest role one holds, for the foot of the page."""
        held = {row.role for row in self.roles}
        for role in (Role.ADMIN, Role.MANAGER, Role.SALESPERSON, Role.ASSISTANT):
            if role in held:
                return role.label
        return ""


class Membership(models.Model):
    """A role of a person in a store. An administrator's has no store: it is for all of them."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="memberships")
    store = models.ForeignKey(Store, models.CASCADE, related_name="memberships", null=True, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["staff", "store", "role"], name="membership_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(role=Role.ADMIN, store__isnull=True) | (~Q(role=Role.ADMIN) & Q(store__isnull=False)),
                name="membership_admin_without_store",
            ),
        ]

    def __str__(self):
        return f"{self.staff} {self.store or ''} {self.role}"


class DayOffQuerySet(models.QuerySet):
    def visible_to(self, staff):
        return self.filter(staff__in=Staff.objects.visible_to(staff))


class DayOff(models.Model):
    """A day on which a person is not at work."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="days_off")
    on = models.DateField(_("day"))
    note = models.CharField(_("note"), max_length=60, blank=True)

    objects = DayOffQuerySet.as_manager()

    class Meta:
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["staff", "on"], name="day_off_once")]
        indexes = [models.Index(fields=["on"], name="day_off_by_day")]

    def __str__(self):
        return f"{self.staff} {self.on}"
