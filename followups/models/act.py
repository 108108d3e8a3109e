from datetime import timedelta
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Func, Q
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .followup import FollowUp

UNDO = timedelta(days=1)
"""How long an act can be taken back."""
ROWS = ("task", "deal", "contact", "customer")
"""What an act is about: each of its rows points at one of these."""


class ActKind(models.TextChoices):
    HANDED_OVER = "handed_over", pgettext_lazy("act", "Handed over")
    STARTED = "started", pgettext_lazy("act", "Pattern chosen")
    REMINDED = "reminded", pgettext_lazy("act", "Reminded")
    REVIEWED = "reviewed", pgettext_lazy("act", "Reviewed")


class Left(models.TextChoices):
    """Why a row was left as it was; for a pattern also what followups.starting.WhyNot says."""

    DONE = "done", _("Done or closed meanwhile")
    SAME = "same", _("With that person already")
    NOBODY_ELSE = "nobody_else", _("Nobody else of that store is on duty today")
    NOBODYS = "nobodys", _("Nobody's: there is nobody to remind")
    OWN = "own", _("Your own")
    AWAY = "away", _("That person no longer works there: hand it over instead")
    LATELY = "lately", _("Reminded within the last hour")
    NO_CUSTOMER = "no_customer", _("It is about no customer")


class ActQuerySet(models.QuerySet):
    def of(self, staff):
        """Theirs, as far as they manage something of it still."""
        managed = ActedOn.objects.filter(act=models.OuterRef("pk")).managed_by(staff)
        return self.filter(models.Exists(managed), by=staff)

    def concerning(self, staff):
        """Those that gave that person something, or reminded them."""
        return self.filter(models.Exists(ActedOn.objects.done().filter(act=models.OuterRef("pk"), after=staff)))

    def standing(self):
        return self.filter(undone_at__isnull=True)

    def of_last_day(self, now):
        return self.filter(at__gt=now - UNDO)

    def newest_first(self):
        return self.order_by("-at", "-pk")

    def with_number(self):
        """With `number`, how many rows it was about and changed; what merely went along is not counted.

        `begun`: how many patterns it began, several rows of one customer being one.
        """
        own = Q(rows__why="") & (
            Q(work="task", rows__task__isnull=False)
            | Q(work="deal", rows__deal__isnull=False)
            | Q(work="contact", rows__contact__isnull=False)
            | Q(work="customer", rows__customer__isnull=False)
        )
        return self.annotate(number=Count("rows", filter=own), begun=Count("rows__follow_up", distinct=True))


class Act(models.Model):
    """What somebody did at once to many rows of work: who, when, what; the rows keep how it was before (A6, A7)."""

    kind = models.CharField(max_length=12, choices=ActKind.choices)
    work = models.CharField(max_length=8)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False)
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)
    pattern = models.ForeignKey("followups.Pattern", models.SET_NULL, related_name="+", null=True, db_index=False)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = ActQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["by", "-at"], name="act_of_person")]

    def __str__(self):
        return self.get_kind_display()

    def may_be_undone(self, now) -> bool:
        return self.undone_at is None and self.at > now - UNDO


class ActedOnQuerySet(models.QuerySet):
    def managed_by(self, staff):
        """Those of the stores that this person manages now."""
        if staff.is_admin:
            return self
        stores = [Q(**{f"{name}__store__in": staff.managed_store_ids}) for name in ROWS]
        return self.filter(reduce(or_, stores))

    def done(self):
        """Those that were changed, or whose person was reminded."""
        return self.filter(why="")

    def left(self):
        return self.exclude(why="")

    def of_work(self, work):
        return self.filter(**{f"{work.name}__isnull": False})

    def for_person(self, staff):
        return self.filter(after=staff)

    def about(self, **row):
        """`task=…`, `deal=…` or `contact=…`: what was done to one row, the latest first."""
        return self.done().filter(**row).select_related("act__by", "before", "after").order_by("-act__at", "-pk")

    def reminded_since(self, work, ids, since):
        """Ids of those rows that somebody was reminded of."""
        rows = self.done().filter(act__kind=ActKind.REMINDED, act__at__gt=since, act__undone_at__isnull=True)
        return rows.filter(**{f"{work.name}__in": ids}).values_list(work.name, flat=True)

    def count_by_person(self) -> list[tuple]:
        """(person's id, how many), whoever got most first."""
        return list(self.order_by().values_list("after").annotate(n=Count("pk")).order_by("-n", "after"))

    def count_begun(self) -> int:
        """How many patterns it began."""
        return self.exclude(follow_up=None).values("follow_up").distinct().count()

    def count_by_reason(self) -> dict[str, int]:
        return dict(self.order_by().values_list("why").annotate(Count("pk")))

    def for_list(self):
        """With the customer's `who` and `who_id`."""
        paths = ("task__customer", "deal__customer", "contact__customer", "customer")
        names = Coalesce(*(F(f"{path}__name") for path in paths))
        return self.annotate(who=names, who_id=Coalesce(*(F(f"{path}__pk") for path in paths))).order_by("why", "pk")


class ActedOn(models.Model):
    """One row that an act was about, or that went along: whose it was before and is since; `why` it was left alone."""

    act = models.ForeignKey(Act, models.CASCADE, related_name="rows")
    task = models.ForeignKey("followups.Task", models.CASCADE, related_name="acts", null=True, db_index=False)
    deal = models.ForeignKey("customers.Deal", models.CASCADE, related_name="acts", null=True, db_index=False)
    contact = models.ForeignKey("followups.Contact", models.CASCADE, related_name="acts", null=True, db_index=False)
    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="acts", null=True, db_index=False)
    follow_up = models.ForeignKey(FollowUp, models.SET_NULL, related_name="+", null=True, db_index=False)
    before = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False)
    after = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False)
    before_by_hand_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=12, blank=True)

    objects = ActedOnQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Exact(
                    Func(
                        "task",
                        "deal",
                        "contact",
                        "customer",
                        function="num_nonnulls",
                        output_field=models.IntegerField(),
                    ),
                    1,
                ),
                name="acted_on_one_row",
            )
        ]
        indexes = [
            models.Index(fields=[name], name=f"acted_on_{name}", condition=Q(**{f"{name}__isnull": False}))
            for name in (*ROWS, "follow_up")
        ]

    def __str__(self):
        return f"{self.before or '—'} → {self.after or '—'}"
