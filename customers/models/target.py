"""What a store and its people are to reach, and from which day to which a month is counted (REQUIREMENTS D6)."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from stores.access import StoreQuerySet
from stores.models import Store

from ..periods import Rule

DAY_OF_MONTH = [MinValueValidator(1), MaxValueValidator(31)]


class Figure(models.TextChoices):
    ORDERS = "orders", pgettext_lazy("figure", "Orders")
    AMOUNT = "amount", _("Amount (yen)")


class Span(models.TextChoices):
    MONTH = "month", _("Month")
    YEAR = "year", pgettext_lazy("span", "Year")


class EvaluationPeriod(models.Model):
    """From which day to which a month is counted, for the whole group: one row at most (`load`).

    A day that a month lacks is its last. `begins_before`: it begins in the month before the one it is named after;
    `ends_after`: it ends in the month after.
    """

    begins_day = models.PositiveSmallIntegerField(_("first day"), default=1, validators=DAY_OF_MONTH)
    begins_before = models.BooleanField(_("of the month before"), default=False)
    ends_day = models.PositiveSmallIntegerField(_("last day"), default=31, validators=DAY_OF_MONTH)
    ends_after = models.BooleanField(_("of the month after"), default=False)
    first_month = models.PositiveSmallIntegerField(
        _("first month of the year"), default=4, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(begins_day__range=(1, 31), ends_day__range=(1, 31), first_month__range=(1, 12)),
                name="evaluation_period_of_real_days",
            ),
        ]

    def __str__(self):
        return f"{self.begins_day}–{self.ends_day}"

    @classmethod
    def load(cls) -> "EvaluationPeriod":
        """The group's; calendar months, from April, until somebody says otherwise."""
        return cls.objects.order_by("pk").first() or cls()

    @property
    def rule(self) -> Rule:
        return Rule(
            begins_day=self.begins_day,
            begins_in=-1 if self.begins_before else 0,
            ends_day=self.ends_day,
            ends_in=1 if self.ends_after else 0,
            first_month=self.first_month,
        )


class TargetQuerySet(StoreQuerySet):
    def of_figure(self, figure):
        return self.filter(figure=figure)

    def of_year(self, months):
        """Those of these months, and of the year that begins with the first of them."""
        return self.filter(Q(span=Span.MONTH, begins_on__in=months) | Q(span=Span.YEAR, begins_on=months[0]))

    def beginning(self, span, begins_on):
        return self.filter(span=span, begins_on=begins_on)


class Target(models.Model):
    """What a store, or one person in it, is to reach in a month or in a year.

    `begins_on`: the first of the month it is named after, of a year its first month's. Where a year has none of its
    own, the sum of its months counts; where a store has none, the sum of its people's.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="targets")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="targets", null=True, blank=True)
    span = models.CharField(max_length=5, choices=Span.choices, default=Span.MONTH)
    begins_on = models.DateField()
    figure = models.CharField(max_length=6, choices=Figure.choices)
    value = models.PositiveBigIntegerField()

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "span", "begins_on", "figure", "staff"],
                name="target_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(begins_on__day=1), name="target_begins_with_a_month"),
        ]

    def __str__(self):
        return f"{self.store} {self.staff or ''} {self.begins_on} {self.figure} {self.value}"

    @classmethod
    def set_all(cls, store, span, begins_on, values: dict):
        """Replace a store's targets of that month or year. `values`: {(staff pk or None, figure): value or None}."""
        with transaction.atomic():
            Store.objects.select_for_update(no_key=True).get(pk=store.pk)
            people = {staff for staff, _figure in values}
            of_people = Q(staff__in=people - {None})
            if None in people:
                of_people |= Q(staff__isnull=True)
            cls.objects.in_store(store).beginning(span, begins_on).filter(of_people).delete()
            cls.objects.bulk_create(
                cls(store=store, span=span, begins_on=begins_on, staff_id=staff, figure=figure, value=value)
                for (staff, figure), value in values.items()
                if value is not None
            )
