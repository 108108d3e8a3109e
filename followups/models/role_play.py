from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from stores.access import StoreQuerySet
from stores.models import Notification, NotificationKind, Store

from .script import Script

UNDO_WITHIN = timedelta(days=1)


class RolePlayQuerySet(StoreQuerySet):
    def visible_to(self, staff):
        """Managers all of their stores, others those they take part in."""
        if staff.is_admin:
            return self.all()
        return self.filter(Q(store_id__in=staff.managed_store_ids) | Q(staff=staff) | Q(partner=staff))

    def of(self, staff):
        return self.filter(Q(staff=staff) | Q(partner=staff))

    def standing(self):
        return self.filter(cancelled_at__isnull=True)

    def planned(self):
        """Still to be done, the earliest first."""
        return self.standing().filter(done_on__isnull=True).order_by("planned_on", "pk")

    def due(self, today):
        """Planned for today, or for an earlier day and still not in the log."""
        return self.planned().filter(planned_on__lte=today)

    def planned_for(self, day):
        """Of that day, whether it took place meanwhile or not."""
        return self.standing().filter(planned_on=day).order_by("pk")

    def done(self):
        return self.standing().filter(done_on__isnull=False)

    def latest_done(self):
        return self.done().order_by("-done_on", "-pk")

    def for_list(self):
        return self.select_related("store", "staff", "partner", "script", "recorded_by")

    def count_by_month(self, since) -> dict[tuple, int]:
        """{(person's id, first day of the month): how many they took part in}, of those done since that day."""
        done = self.done().filter(done_on__gte=since).annotate(month=TruncMonth("done_on")).order_by()
        found: dict[tuple, int] = {}
        for name in ("staff", "partner"):
            for person, month, number in done.values_list(name, "month").annotate(n=Count("pk")):
                found[person, month] = found.get((person, month), 0) + number
        return found


class RolePlay(models.Model):
    """Two people practise a script on each other: planned for a day, then what was noticed (REQUIREMENTS B14)."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", db_index=False)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="role_plays", verbose_name=_("who practises")
    )
    partner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="role_plays_with",
        verbose_name=_("who plays the customer"),
    )
    script = models.ForeignKey(
        Script, models.SET_NULL, related_name="role_plays", verbose_name=_("script"), null=True, blank=True
    )
    planned_on = models.DateField(_("day"))
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False
    )
    planned_at = models.DateTimeField()
    done_on = models.DateField(_("done on"), null=True, blank=True)
    remarks = models.TextField(_("what was noticed"), blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, db_index=False
    )
    recorded_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = RolePlayQuerySet.as_manager()

    class Meta:
        ordering = ["planned_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(staff=F("partner")), name="role_play_of_two"),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True, recorded_at__isnull=True)
                | Q(done_on__isnull=False, recorded_at__isnull=False),
                name="role_play_done_is_recorded",
            ),
        ]
        indexes = [models.Index(fields=["store", "-done_on"], name="role_play_of_store")]

    def __str__(self):
        return f"{self.staff} × {self.partner}"

    @classmethod
    def plan(cls, *, by, now, **fields) -> "RolePlay":
        """Both are told, but for whoever plans it."""
        made = cls.objects.create(planned_by=by, planned_at=now, **fields)
        day = f"{made.planned_on.month}/{made.planned_on.day}"
        told = {pk: {"role_play": made.pk, "day": day} for pk in {made.staff_id, made.partner_id} - {by.pk}}
        Notification.tell(NotificationKind.REMINDED, told, path=PATH, by=by, now=now)
        return made

    @classmethod
    def log(cls, *, done_on, remarks, by, now, **fields) -> "RolePlay":
        """One that took place without having been planned."""
        return cls.objects.create(
            planned_on=done_on, planned_by=by, planned_at=now, done_on=done_on, remarks=remarks, recorded_by=by,
            recorded_at=now, **fields,
        )  # fmt: skip

    def record(self, *, done_on, remarks, by, now) -> bool:
        """It took place. False when it is recorded or called off already."""
        rows = RolePlay.objects.planned().filter(pk=self.pk)
        return bool(rows.order_by().update(done_on=done_on, remarks=remarks, recorded_by=by, recorded_at=now))

    def take_back(self, now) -> bool:
        """Within a day of its record it is planned again, the remarks kept. False when that is over."""
        rows = RolePlay.objects.done().filter(pk=self.pk, recorded_at__gt=now - UNDO_WITHIN)
        return bool(rows.update(done_on=None, recorded_by=None, recorded_at=None))

    def call_off(self, now):
        RolePlay.objects.planned().filter(pk=self.pk).order_by().update(cancelled_at=now)

    def bring_back(self):
        RolePlay.objects.filter(pk=self.pk, cancelled_at__isnull=False).update(cancelled_at=None)

    def may_be_undone(self, now) -> bool:
        return self.recorded_at is not None and self.recorded_at > now - UNDO_WITHIN


PATH = "/scripts/role-plays/"
"""Where who is told of one finds it."""
