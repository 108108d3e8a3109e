from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ..access import StoreQuerySet
from .store import Store


class Role(models.TextChoices):
    SALESPERSON = "salesperson", _("Salesperson")
    ASSISTANT = "assistant", _("Assistant")
    MANAGER = "manager", _("Store manager")
    ADMIN = "admin", _("Administrator")

    @classmethod
    def of_stores(cls):
        """As choices; an administrator belongs to no store."""
        return [(role.value, role.label) for role in cls if role != cls.ADMIN]


class StaffQuerySet(models.QuerySet):
    def visible_to(self, staff):
        """Oneself, and whoever works in one of one's stores."""
        if staff.is_admin:
            return self.all()
        return self.filter(Q(memberships__store_id__in=staff.store_ids) | Q(pk=staff.pk)).distinct()

    def working_in(self, stores):
        members = Membership.objects.filter(staff=OuterRef("pk"), store__in=stores)
        return self.filter(Exists(members), is_active=True)

    def working_in_or_with_ids(self, stores, ids):
        """Who works in these stores (`works_here`), and these people besides."""
        members = Exists(Membership.objects.filter(staff=OuterRef("pk"), store__in=stores))
        people = self.annotate(works_here=members & Q(is_active=True))
        return people.filter(Q(works_here=True) | Q(pk__in=ids))

    def other_than(self, pk):
        return self.exclude(pk=pk)

    def off_on(self, day):
        return self.filter(Exists(DayOff.objects.filter(staff=OuterRef("pk"), on=day)))

    def with_off_on(self, day):
        """`is_off`: whether that day is a day off."""
        return self.annotate(is_off=Exists(DayOff.objects.filter(staff=OuterRef("pk"), on=day)))

    def active(self):
        return self.filter(is_active=True)

    def inactive(self):
        return self.filter(is_active=False)

    def of_store(self, store):
        return self.filter(Exists(Membership.objects.filter(staff=OuterRef("pk"), store=store)))

    def named(self, username):
        return self.filter(username__iexact=username)

    def admins(self):
        return self.filter(Exists(Membership.objects.filter(staff=OuterRef("pk"), role=Role.ADMIN)))

    def matching(self, text):
        return self.filter(Q(name__icontains=text) | Q(kana__icontains=text) | Q(username__icontains=text))

    def with_roles(self):
        return self.prefetch_related("memberships__store")

    def with_days_off(self, first, last):
        """`days_off_count`: how many days off between these days."""
        within = Q(days_off__on__range=(first, last))
        return self.annotate(days_off_count=Count("days_off", filter=within, distinct=True))

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
    daily_tasks = models.PositiveSmallIntegerField(_("tasks one can do in a day"), default=20)
    may_coach = models.BooleanField(_("shows the others how"), default=False)
    """Sees the best seller's way and the others' open deals to help with: a permission, whatever the role (D5)."""
    morning_mail = models.BooleanField(_("morning report by mail"), default=True)

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
        """All memberships with their stores, and how many notifications are unread: one query, once per request."""
        unread = Subquery(self.notifications.unread().count_of_staff())
        return list(self.memberships.select_related("store").annotate(unread=unread))

    @property
    def unread(self) -> int:
        """How many notifications wait, for the head of every page."""
        return next((row.unread or 0 for row in self.roles), 0)

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

    def works_in(self, store) -> bool:
        return store.pk in self.store_ids

    def visible_stores(self):
        return Store.objects.visible_to(self)

    def colleagues(self):
        """Everybody in one's stores, oneself included."""
        return Staff.objects.working_in(self.visible_stores())

    def may_see(self, store_id) -> bool:
        """For a row that another one led to; what is asked for comes from `visible_to`, which says the same."""
        return self.is_admin or store_id in self.store_ids

    @property
    def managed_store_ids(self):
        return {row.store_id for row in self.roles if row.role == Role.MANAGER}

    @property
    def is_manager(self):
        return self.is_admin or bool(self.managed_store_ids)

    def may_manage(self, store_id) -> bool:
        """Admins everywhere, managers in their stores; `None` is the whole group, which only admins manage."""
        return self.is_admin or (store_id is not None and store_id in self.managed_store_ids)

    def may_edit(self, other) -> bool:
        """Admins everybody; managers, of who isn't an admin, whoever works in no other store than theirs."""
        if self.is_admin:
            return True
        return bool(other.store_ids) and not other.is_admin and other.store_ids <= self.managed_store_ids

    def may_plan_for(self, other) -> bool:
        """Whose days off one may enter: one's own, and as a manager those of everybody in one's stores."""
        return self == other or self.is_admin or bool(other.store_ids & self.managed_store_ids)

    def take_days_off(self, days, note=""):
        """Enter days off; a day that was one already gets the new note."""
        DayOff.objects.bulk_create(
            [DayOff(staff=self, on=day, note=note) for day in days],
            update_conflicts=True,
            unique_fields=["staff", "on"],
            update_fields=["note"],
        )

    def give_up_days_off(self, first, last) -> int:
        """At work again on these days; how many were days off."""
        return self.days_off.filter(on__range=(first, last)).delete()[0]

    def wish_morning_mail(self, *, wished: bool):
        """Whether the morning report comes by mail as well."""
        Staff.objects.filter(pk=self.pk).update(morning_mail=wished)

    @property
    def role_label(self):
        """The highest role one holds, for the foot of the page."""
        held = {row.role for row in self.roles}
        for role in (Role.ADMIN, Role.MANAGER, Role.SALESPERSON, Role.ASSISTANT):
            if role in held:
                return role.label
        return ""


class MembershipQuerySet(StoreQuerySet):
    def of_active_staff(self):
        return self.filter(staff__is_active=True).order_by("staff__kana", "staff__name", "staff__pk")


class Membership(models.Model):
    """A role of a person in a store. An administrator's has no store: it is for all of them."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="memberships")
    store = models.ForeignKey(Store, models.CASCADE, related_name="memberships", null=True, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

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

    def since(self, day):
        return self.filter(on__gte=day)


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
