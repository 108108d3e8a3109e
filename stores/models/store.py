from datetime import time
from itertools import chain, count

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from ..calendar import Hours, OpeningCalendar, YearlyStretch
from ..channels import Channel


def parse_window(text: str) -> Hours:
    """'12:00-13:00' as Hours. ValueError when it is not one."""
    starts, _sep, ends = text.partition("-")
    hours = Hours(time.fromisoformat(starts.strip()), time.fromisoformat(ends.strip()))
    if hours.starts >= hours.ends:
        raise ValueError(text)
    return hours


def validate_window(text: str):
    try:
        parse_window(text)
    except ValueError:
        raise ValidationError(
            _("“%(value)s” is not a stretch of time such as 12:00-13:00."), params={"value": text}
        ) from None


def default_call_windows():
    """Lunch, the afternoon break, after work, the morning break (REQUIREMENTS B4)."""
    return ["12:00-13:00", "15:00-16:00", "17:00-19:00", "10:00-11:00"]


def default_long_holidays():
    """The three that the trade plans around (DESIGN.md "Time"), as [name, first month, day, last month, day]."""
    return [["ゴールデンウィーク", 4, 29, 5, 6], ["お盆", 8, 13, 8, 16], ["年末年始", 12, 29, 1, 3]]


class Cover(models.TextChoices):
    """What becomes of the tasks of people who are off."""

    TEAM = "team", _("They show for the whole store")
    ROTATE = "rotate", _("They go round among those on duty")


class StoreQuerySet(models.QuerySet):
    def visible_to(self, staff):
        return self.all() if staff.is_admin else self.filter(pk__in=staff.store_ids)

    def managed_by(self, staff):
        return self.all() if staff.is_admin else self.filter(pk__in=staff.managed_store_ids)

    def other_than(self, store):
        return self.exclude(pk=store.pk)

    def only_or_all(self, pk):
        """That one; all of them for None."""
        return self if pk is None else self.filter(pk=pk)

    def with_calendar(self):
        return self.prefetch_related("closing_days", "calendar_dates", "contact_hours")

    def with_staff_count(self):
        """`staff_count`: the people who work there now."""
        people = Count("memberships__staff", filter=Q(memberships__staff__is_active=True), distinct=True)
        return self.annotate(staff_count=people)

    def free_slug(self, name: str) -> str:
        """A short name nobody has, from the name where it has Latin letters."""
        wish = slugify(name)[:40] or "store"
        taken = set(self.filter(slug__startswith=wish).values_list("slug", flat=True))
        candidates = chain([wish], (f"{wish}-{number}" for number in count(2)))
        return next(slug for slug in candidates if slug not in taken)


class Store(models.Model):
    """A place with opening days and hours."""

    slug = models.SlugField(_("short name in addresses"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    opens = models.TimeField(_("opens"), default=time(10))
    closes = models.TimeField(_("closes"), default=time(19))
    open_on_holidays = models.BooleanField(_("open on public holidays even on a closing day"), default=False)
    call_windows = ArrayField(
        models.CharField(max_length=11, validators=[validate_window]),
        verbose_name=_("calling windows, in the order they are tried"),
        default=default_call_windows,
    )
    long_holidays = models.JSONField(_("long holidays"), default=default_long_holidays, blank=True)
    new_limit_minutes = models.PositiveSmallIntegerField(_("open minutes until a new lead is overdue"), default=60)
    reply_limit_minutes = models.PositiveSmallIntegerField(
        _("open minutes until an unanswered reply is overdue"), default=120
    )
    cover = models.CharField(_("tasks of who is off"), max_length=6, choices=Cover.choices, default=Cover.TEAM)
    morning_report_time = models.TimeField(_("morning report at"), default=time(8, 30))
    check_call_percent = models.PositiveSmallIntegerField(
        _("satisfaction calls that the manager checks (%)"), default=100, validators=[MaxValueValidator(100)]
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = StoreQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(opens__lt=F("closes")), name="store_opens_before_it_closes"),
            models.CheckConstraint(condition=Q(check_call_percent__lte=100), name="store_check_call_percent"),
        ]

    def __str__(self):
        return self.name

    @property
    def hours(self) -> Hours:
        return Hours(self.opens, self.closes)

    def set_closing_days(self, weekdays, nth_weekdays):
        """Replace the regular closing days: weekdays of every week, and (weekday, n) of the month."""
        wanted = {(weekday, None) for weekday in weekdays} | set(nth_weekdays)
        with transaction.atomic():
            self.closing_days.all().delete()
            ClosingDay.objects.bulk_create(
                ClosingDay(store=self, weekday=weekday, nth=nth)
                for weekday, nth in sorted(wanted, key=lambda pair: (pair[0], pair[1] or 0))
            )

    def set_contact_hours(self, hours_by_channel):
        """Replace the contactable hours of these channels; None where it is as the store opens."""
        with transaction.atomic():
            self.contact_hours.filter(channel__in=hours_by_channel).delete()
            ContactHours.objects.bulk_create(
                ContactHours(store=self, channel=channel, starts=hours.starts, ends=hours.ends)
                for channel, hours in hours_by_channel.items()
                if hours
            )

    def set_dates(self, days, hours: Hours | None, note=""):
        """These days are closed (`hours` None) or open at hours of their own, whatever was said of them before."""
        CalendarDate.objects.bulk_create(
            [
                CalendarDate(store=self, on=day, opens=hours and hours.starts, closes=hours and hours.ends, note=note)
                for day in days
            ],
            update_conflicts=True,
            unique_fields=["store", "on"],
            update_fields=["opens", "closes", "note"],
        )

    def clear_dates(self, first, last) -> int:
        """These days follow the rule again; how many there were."""
        return self.calendar_dates.filter(on__range=(first, last)).delete()[0]

    def calendar(self) -> OpeningCalendar:
        """The calendar as a value; three queries unless the store came from `with_calendar()`."""
        closing_days = list(self.closing_days.all())
        return OpeningCalendar(
            zone=timezone.get_default_timezone(),
            hours=self.hours,
            weekdays=frozenset(day.weekday for day in closing_days if day.nth is None),
            nth_weekdays=frozenset((day.weekday, day.nth) for day in closing_days if day.nth is not None),
            open_on_holidays=self.open_on_holidays,
            dates={row.on: row.hours for row in self.calendar_dates.all()},
            contactable={row.channel: Hours(row.starts, row.ends) for row in self.contact_hours.all()},
            call_windows=tuple(parse_window(text) for text in self.call_windows),
            long_holidays=tuple(
                YearlyStretch(name, (month, day), (last_month, last_day))
                for name, month, day, last_month, last_day in self.long_holidays
            ),
        )


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class ClosingDay(models.Model):
    """A weekday on which the store is regularly closed: every week, or as the nth of the month."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="closing_days")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    nth = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["weekday", "nth"]
        constraints = [
            models.UniqueConstraint(fields=["store", "weekday", "nth"], name="closing_day_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(weekday__lte=6) & (Q(nth__isnull=True) | Q(nth__range=(1, 5))),
                name="closing_day_is_a_weekday",
            ),
        ]

    def __str__(self):
        return f"{self.store} {self.get_weekday_display()} {self.nth or ''}".rstrip()

    @property
    def label(self):
        """'Every Wednesday', 'Tuesday no. 2 of the month'."""
        weekday = self.get_weekday_display()
        if self.nth is None:
            return _("Every %(weekday)s") % {"weekday": weekday}
        return _("%(weekday)s no. %(nth)s of the month") % {"weekday": weekday, "nth": self.nth}


class CalendarDate(models.Model):
    """One day that differs from the rule: closed, or open with hours of its own."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="calendar_dates")
    on = models.DateField(_("day"))
    opens = models.TimeField(_("opens"), null=True, blank=True)
    closes = models.TimeField(_("closes"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=60, blank=True)

    class Meta:
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(fields=["store", "on"], name="calendar_date_once"),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(opens__lt=F("closes")),
                name="calendar_date_closed_or_with_hours",
            ),
        ]

    def __str__(self):
        return f"{self.store} {self.on}"

    @property
    def hours(self) -> Hours | None:
        return Hours(self.opens, self.closes) if self.opens else None


class ContactHours(models.Model):
    """The hours in which customers may be reached by a channel."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="contact_hours")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["store", "channel"], name="contact_hours_once"),
            models.CheckConstraint(condition=Q(starts__lt=F("ends")), name="contact_hours_in_order"),
        ]

    def __str__(self):
        return f"{self.store} {self.channel} {self.starts:%H:%M}–{self.ends:%H:%M}"
