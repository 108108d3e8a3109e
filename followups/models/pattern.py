import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from stores.models import Store

from .base import Base
from .step import Step


class StopWhen(models.TextChoices):
    """What ends a follow-up, or proposes its end (REQUIREMENTS B6)."""

    REPLIED = "replied", _("The customer replies")
    SPOKEN = "spoken", _("The customer was spoken to")
    APPOINTMENT = "appointment", _("An appointment is made")
    WON = "won", _("The deal is won")
    LOST = "lost", _("The deal is lost")
    OPTED_OUT = "opted_out", _("The customer wants no more contact")


ALWAYS_STOPS = frozenset({StopWhen.LOST, StopWhen.OPTED_OUT})


class PatternQuerySet(models.QuerySet):
    def visible_to(self, staff):
        """The group's, and those of one's own stores."""
        if staff.is_admin:
            return self.all()
        return self.filter(Q(store__isnull=True) | Q(store_id__in=staff.store_ids))

    def usable_in(self, store):
        """What may be chosen in that store: its own, and the group's that it has no copy of."""
        own = self.filter(store=store, retired_at__isnull=True)
        return self.filter(retired_at__isnull=True).filter(
            Q(store=store) | Q(store__isnull=True) & ~Q(slug__in=own.values("slug"))
        )

    def usable_in_some(self, stores):
        """What may be chosen in at least one of them, each of its kind once: a store's own where it is the only one."""
        if len(stores) == 1:
            return self.usable_in(stores[0])
        current = self.filter(Q(store__isnull=True) | Q(store__in=stores), retired_at__isnull=True)
        once = current.order_by("slug", F("store").asc(nulls_first=True), "pk").distinct("slug")
        return self.filter(pk__in=once.values("pk"))

    def current(self):
        return self.filter(retired_at__isnull=True)

    def of_group(self):
        """Those every store may use."""
        return self.filter(store__isnull=True)

    def with_slug(self, slug):
        """The one of that slug, a store's own ahead of the group's; None without one."""
        return self.filter(slug=slug).order_by(F("store").asc(nulls_last=True)).first()

    def with_current_version(self):
        """Each with its newest version, who made it, and its steps: three statements for all of them."""
        newest = (
            PatternVersion.objects.order_by("pattern_id", "-number")
            .distinct("pattern_id")
            .select_related("made_by")
            .prefetch_related("steps")
        )
        return self.prefetch_related(models.Prefetch("versions", newest, to_attr="newest_versions"))

    def for_list(self):
        """The group's first, then store by store."""
        return self.with_current_version().select_related("store").order_by(F("store").asc(nulls_first=True), "pk")

    def of_stores(self):
        return self.filter(store__isnull=False)

    def same_as(self, pattern):
        """The group's and the stores' own, of one slug."""
        return self.filter(slug=pattern.slug).exclude(pk=pattern.pk)

    def for_reading(self):
        """With its store, and where it was copied from."""
        return self.select_related("store", "copied_from", "seen_version")

    def for_page(self):
        """Those in use, with their stores."""
        return self.current().select_related("store")

    def with_words_of(self, script):
        """Of which some version has a step that took its words from there."""
        return self.filter(Exists(Step.objects.filter(version__pattern=OuterRef("pk"), from_script__script=script)))

    def copies_of(self, pattern):
        """The stores' copies, no longer used ones too, each with its first version and who made it."""
        first = PatternVersion.objects.filter(number=1).select_related("made_by")
        prefetch = models.Prefetch("versions", first, to_attr="first_versions")
        return self.filter(copied_from=pattern).select_related("store").prefetch_related(prefetch)

    def for_leads(self):
        """Those a new lead may begin with, counted from its reception first; *new arrival* ahead of all."""
        latest = PatternVersion.objects.filter(pattern=models.OuterRef("pk")).order_by("-number").values("base")[:1]
        base = models.Subquery(latest)
        first = models.Case(models.When(slug="new-arrival", then=0), models.When(base=Base.RECEIVED, then=1), default=2)
        return self.current().annotate(base=base).order_by(first, "pk")


@pghistory.track()
class Pattern(models.Model):
    """How customers are looked after, written down once. With no store it is the group's (REQUIREMENTS B1)."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="patterns", null=True, blank=True)
    slug = models.SlugField(_("short name"), max_length=60)
    name = models.CharField(_("name"), max_length=60)
    description = models.CharField(_("when to use it"), max_length=200, blank=True)
    copied_from = models.ForeignKey(
        "self", models.SET_NULL, related_name="copies", null=True, blank=True, editable=False
    )
    seen_version = models.ForeignKey(
        "followups.PatternVersion", models.SET_NULL, related_name="+", null=True, blank=True, editable=False
    )
    """Of a store's copy: the group's version that it was copied from, has taken over since, or stays apart from."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PatternQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["store", "slug"], name="pattern_slug_once_per_store", nulls_distinct=False),
        ]

    def __str__(self):
        return self.name

    @cached_property
    def current_version(self) -> "PatternVersion":
        known = self.__dict__.pop("newest_versions", None)
        return known[0] if known else self.versions.order_by("-number").first()

    @property
    def group_pattern(self) -> "Pattern | None":
        """Of a store's copy: the group's, in whose place it stands."""
        source = self.copied_from if self.store_id and self.copied_from_id else None
        return source if source and source.store_id is None else None

    def has_been_overtaken_by(self, group: "Pattern | None") -> bool:
        """Its `group_pattern` has a version that this copy has neither taken over nor stayed apart from."""
        if group is None or group.retired_at or self.retired_at or not self.store_id:
            return False
        return group.current_version.pk != self.seen_version_id

    @property
    def first_version(self) -> "PatternVersion | None":
        """Of those that `copies_of` gave."""
        return self.first_versions[0] if self.first_versions else None

    def add_version(self, *, steps, by, now, note="", taken_from=None, **counting) -> "PatternVersion":
        """Save a new version; running follow-ups keep theirs (REQUIREMENTS B7).

        `steps`: unsaved Step objects in their order; positions are given here. `taken_from`: the version whose steps
        they are; `counting`: what it counts from and ends by, see PatternVersion.counting.
        """
        with transaction.atomic():
            Pattern.objects.select_for_update().get(pk=self.pk)
            last = self.versions.order_by("-number").values_list("number", flat=True).first() or 0
            version = PatternVersion.objects.create(
                pattern=self, number=last + 1, made_by=by, made_at=now, note=note, taken_from=taken_from, **counting
            )
            for position, step in enumerate(steps, start=1):
                step.pk, step.version, step.position = None, version, position
            Step.objects.bulk_create(steps)
        self.__dict__.pop("current_version", None)
        self.__dict__.pop("newest_versions", None)
        return version

    def history(self):
        """Its versions with who made them, the newest first."""
        return self.versions.select_related("made_by")

    def see(self, version: "PatternVersion"):
        """That version of the group's is known in this copy's store; older news changes nothing."""
        known = Q(seen_version__isnull=True) | Q(seen_version__number__lt=version.number)
        Pattern.objects.filter(known, pk=self.pk).update(seen_version=version)

    def retire(self, now):
        """It can no longer be chosen; what is running goes on. Saying it twice is harmless."""
        Pattern.objects.filter(pk=self.pk, retired_at__isnull=True).update(retired_at=now)

    def bring_back(self):
        Pattern.objects.filter(pk=self.pk, retired_at__isnull=False).update(retired_at=None)

    def copy_to(self, store, *, by, now) -> "Pattern":
        """A store's own copy, to be tuned there. The one that is there already, if so."""
        with transaction.atomic():
            version = self.current_version
            head = {"name": self.name, "description": self.description, "copied_from": self, "seen_version": version}
            copy, made = Pattern.objects.get_or_create(store=store, slug=self.slug, defaults=head)
            copy.bring_back()
            if made:
                steps = list(version.steps.all())
                copy.add_version(**version.counting, steps=steps, by=by, now=now, taken_from=version)
        return copy


class PatternVersionQuerySet(models.QuerySet):
    def numbered(self, number):
        """None when there is none of that number."""
        return self.filter(number=number).first()

    def newest(self):
        return self.select_related("made_by").order_by("-number").first()

    def earlier_than(self, number):
        return self.filter(number__lt=number)

    def after(self, number):
        """The one that followed it; None for the newest."""
        return self.filter(number__gt=number).order_by("number").first()

    def with_steps(self):
        """The newest first, each with its steps."""
        return self.prefetch_related("steps").order_by("-number")

    def with_origin(self):
        """Each with the version that it took over, and whose that is."""
        return self.select_related("taken_from__pattern")


COUNTING = ("base", "yearly_month", "yearly_day", "every_months", "silent_days", "stop_when")


class PatternVersion(models.Model):
    """A pattern as it was at one time; never changed once saved."""

    pattern = models.ForeignKey(Pattern, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    base = models.CharField(_("counted from"), max_length=15, choices=Base.choices, default=Base.CHOSEN)
    yearly_month = models.PositiveSmallIntegerField(_("month"), null=True, blank=True)
    yearly_day = models.PositiveSmallIntegerField(_("day"), null=True, blank=True)
    every_months = models.PositiveSmallIntegerField(_("every so many months"), null=True, blank=True)
    silent_days = models.PositiveSmallIntegerField(_("days without contact"), null=True, blank=True)
    stop_when = ArrayField(
        models.CharField(max_length=12, choices=StopWhen.choices), verbose_name=_("ends when"), null=True, blank=True
    )
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    made_at = models.DateTimeField()
    taken_from = models.ForeignKey("self", models.SET_NULL, related_name="+", null=True, blank=True)
    """Whose steps it took over as they were: the group's version, or an earlier one of its own."""

    objects = PatternVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["pattern", "number"], name="pattern_version_once"),
            models.CheckConstraint(
                condition=~Q(base="yearly") | Q(yearly_month__range=(1, 12), yearly_day__range=(1, 31)),
                name="pattern_version_yearly_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(base="every") | Q(every_months__range=(1, 60)), name="pattern_version_every_so_many_months"
            ),
            models.CheckConstraint(
                condition=~Q(base="silence") | Q(silent_days__range=(1, 1500)),
                name="pattern_version_silent_for_so_many_days",
            ),
        ]

    def __str__(self):
        return f"{self.pattern} v{self.number}"

    @cached_property
    def step_list(self) -> list["Step"]:
        return list(self.steps.all())

    @property
    def base_label(self) -> str:
        """'Birthday', 'Every year on 1/1', 'Every 3 months', '90 days without contact'."""
        if self.base == Base.YEARLY:
            return _("Every year on %(month)d/%(day)d") % {"month": self.yearly_month, "day": self.yearly_day}
        if self.base == Base.EVERY:
            months = self.every_months
            return ngettext("Every %(months)d month", "Every %(months)d months", months) % {"months": months}
        if self.base == Base.SILENCE:
            days = self.silent_days
            return ngettext("%(days)d day without contact", "%(days)d days without contact", days) % {"days": days}
        return self.get_base_display()

    @property
    def ends_label(self) -> str:
        """'The deal is won, the deal is lost'."""
        return "、".join(str(StopWhen(one).label) for one in StopWhen.values if one in self.stop_conditions)

    @property
    def is_fixed(self) -> bool:
        """Counted from a date of the calendar, see `schedule.plan`."""
        return Base(self.base).is_fixed

    @property
    def stop_conditions(self) -> frozenset[str]:
        """As chosen, else as its base has it: pursuit ends when the customer answers, care goes on."""
        if self.stop_when is not None:
            return frozenset(self.stop_when)
        return frozenset(StopWhen) if Base(self.base).is_pursuit else ALWAYS_STOPS | {StopWhen.WON}

    @property
    def counting(self) -> dict:
        """What it counts from and ends by."""
        return {name: getattr(self, name) for name in COUNTING}

    def says_the_same(self, *, steps, **counting) -> bool:
        """Whether a version that counts like that and has those steps would differ in nothing."""
        same = all(getattr(self, name) == counting.get(name) for name in COUNTING)
        return same and [step.content for step in self.step_list] == [step.content for step in steps]
