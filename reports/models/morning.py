"""The report of a morning, who gets it by mail, who has read it (REQUIREMENTS E5)."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from stores.access import StoreQuerySet
from stores.models import Store

TRIES = 5
LEASE = timedelta(minutes=10)
"""Whoever has claimed a mail and said nothing for so long was stopped: it is claimed anew."""
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
"""How long is waited after each failure."""


class MorningReportQuerySet(StoreQuerySet):
    def visible_to(self, staff):
        """All of the stores one manages; of the others one works in, what was shared."""
        if staff.is_admin:
            return self.all()
        shared = Q(store__in=staff.store_ids, shared_at__isnull=False)
        return self.filter(Q(store__in=staff.managed_store_ids) | shared)

    def on_day(self, day):
        return self.filter(on=day)

    def unshared(self):
        return self.filter(shared_at__isnull=True)

    def shared_since(self, moment):
        return self.filter(shared_at__gt=moment)

    def latest_first(self):
        return self.order_by("-on", "-pk")

    def before(self, report):
        return self.filter(on__lt=report.on).latest_first()

    def after(self, report):
        return self.filter(on__gt=report.on).order_by("on", "pk")

    def for_page(self):
        return self.select_related("store", "shared_by")


class MorningReport(models.Model):
    """Of one store and morning: what happened from `first_on` to `last_on`, and what the day begins with.

    Its figures stay as they were counted; the rows behind them are looked up when somebody opens them.
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", db_index=False)
    on = models.DateField()
    first_on = models.DateField()
    last_on = models.DateField()
    made_at = models.DateTimeField()
    figures = models.JSONField()
    note = models.TextField(_("A word to everybody"), blank=True)
    shared_at = models.DateTimeField(null=True)
    shared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False
    )

    objects = MorningReportQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["store", "on"], name="morning_report_once"),
            models.CheckConstraint(
                condition=Q(first_on__lte=F("last_on"), last_on__lt=F("on")), name="morning_is_after"
            ),
        ]

    def __str__(self):
        return f"{self.store} {self.on}"

    def read(self, by, now) -> bool:
        """`by` says that they have read it; once is enough."""
        return MorningRead.objects.get_or_create(report=self, staff=by, defaults={"at": now})[1]


class MorningMailQuerySet(models.QuerySet):
    def due(self, now):
        """To be sent, or tried again; also what somebody claimed and never finished."""
        return self.filter(sent_at__isnull=True, attempts__lt=TRIES, due_at__lte=now)

    def of_report(self, report):
        return self.filter(report=report)

    def failed(self):
        return self.filter(sent_at__isnull=True, attempts__gte=TRIES)

    def for_page(self):
        return self.select_related("staff").order_by("staff__kana", "staff__name", "pk")


class MorningMail(models.Model):
    """A report on its way to one person: claimed before it is sent, so that two workers send it once."""

    report = models.ForeignKey(MorningReport, models.CASCADE, related_name="mails", db_index=False)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)
    """The kind of error of the last try: the words of a mail server may name people."""

    objects = MorningMailQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["report", "staff"], name="morning_mail_once")]
        indexes = [models.Index(fields=["due_at"], name="morning_mail_unsent", condition=Q(sent_at__isnull=True))]

    def __str__(self):
        return f"{self.report} → {self.staff}"

    @property
    def has_failed(self) -> bool:
        """No further try is made unless somebody asks for it."""
        return self.sent_at is None and self.attempts >= TRIES

    def next_try(self, now):
        """After a failure, the attempt being counted already."""
        return now + PAUSES[min(self.attempts, len(PAUSES)) - 1]


class MorningRead(models.Model):
    """Somebody said that they have read it."""

    report = models.ForeignKey(MorningReport, models.CASCADE, related_name="reads", db_index=False)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["report", "staff"], name="morning_read_once")]

    def __str__(self):
        return f"{self.staff} {self.at}"
