from collections import Counter

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, Count, Exists, F, Func, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from stores.access import StoreQuerySet
from stores.channels import Channel
from stores.models import Store
from stores.models.store import Weekday

from ..text import display_phone, fold, phone_digits
from .rank import Rank

KANA = NullIf("kana", Value(""))
"""Nothing where there is no kana: that sorts last."""
LAST_SIGN = "\U0010ffff"
FOUND = 5001
"""What a list leafs through (stores.pages), and one more."""
SHORT = 2
"""Trigrams find nothing as short as this; most family names are."""
SHORT_PARTS = Func("search", arity=1, function="customer_short_parts", output_field=ArrayField(models.TextField()))
"""Every sign and every two signs of the search column: computed by the database, kept in an index only."""


class CustomerQuerySet(StoreQuerySet):
    def net(self):
        """Neither closed nor merged (DESIGN.md "Figures")."""
        return self.filter(closed_at__isnull=True)

    def closed(self):
        """No longer looked after, and part of nobody else."""
        return self.filter(closed_at__isnull=False, merged_into__isnull=True)

    def unmerged(self):
        return self.filter(merged_into__isnull=True)

    def search(self, text: str, *, most: int = FOUND):
        """Any part of a name, kana, phone, mail or plate, in any width or kana (REQUIREMENTS C9).

        Words are looked for each by itself and all must be found; numbers also across their hyphens and blanks.
        By kana, sorted once found: walking the book in its order would pass everybody else. Looked for no further than
        `most`: half of all people have a number with 090, and nobody is found among so many.
        """
        digits = phone_digits(text)
        found = self.alias(short_parts=SHORT_PARTS)
        for part in [digits] if digits else filter(None, map(fold, text.split())):
            found = found.filter(_holds(part))
        first = found.order_by().values("pk")[:most]
        return self.those(first).order_by(Coalesce(KANA, Value(LAST_SIGN)), "name", "pk")

    def beginning_with(self, text: str, *, most: int = FOUND):
        """Whose name, or a further word of theirs, begins with that: names first, for they are most likely meant.

        Trigrams know the beginning of a word also where it has one sign only. A number is looked for by `search`; so is
        a letter or two: input methods send them on the way to kana, and codes all begin with the same.
        """
        part = fold(text)
        if not part or phone_digits(text) or (part.isascii() and len(part) <= SHORT):
            return self.none()
        begins = Q(search__startswith=part) | Q(search__contains=f"\n{part}")
        first = self.filter(begins).order_by().values("pk")[:most]
        by_another = Case(When(Q(search__startswith=part) | Q(kana__startswith=part), then=0), default=1)
        return self.those(first).order_by(by_another, Coalesce(KANA, Value(LAST_SIGN)), "name", "pk")

    def in_kana_order(self):
        """The whole book by kana, as its index lists it; those without one come last."""
        return self.order_by(KANA.asc(), "name", "pk")

    def held_by(self, staff):
        return self.filter(owner=staff)

    def besides(self, customer):
        return self.exclude(pk=customer.pk)

    def with_code(self, code):
        return self.filter(code=code)

    def from_import(self, file):
        """Whom a list has brought in or changed."""
        return self.filter(pk__in=file.rows.came_in().values("customer"))

    def of_nobody(self):
        return self.filter(owner__isnull=True)

    def with_ids(self, ids):
        return self.filter(pk__in=ids)

    def of_rank(self, rank):
        """None: those without one."""
        return self.filter(rank=rank)

    def with_nothing_planned(self):
        """No task is open and no pattern at work: nobody would notice them being forgotten."""
        return self.filter(self._nothing_planned())

    def count_gaps(self, most: int) -> dict[str, int]:
        """What is still to be settled: `nobody` in charge, nothing `planned`, without a `rank`.

        One statement, and each is counted up to `most` only.
        """
        gaps = {"nobody": self.of_nobody(), "planned": self.with_nothing_planned(), "rank": self.of_rank(None)}
        found = [rows.order_by().values_list(Value(name))[:most] for name, rows in gaps.items()]
        counts = Counter(name for (name,) in found[0].union(*found[1:], all=True))
        return {name: counts[name] for name in gaps}

    def _nothing_planned(self) -> Q:
        """Tasks and follow-ups stand on a higher floor: they are known here by the names of their relations only."""
        tasks, follow_ups = (getattr(self.model, name).rel.related_model for name in ("tasks", "follow_ups"))
        open_task = tasks.objects.open().filter(customer=OuterRef("pk"))
        at_work = follow_ups.objects.running().filter(customer=OuterRef("pk"))
        return ~Q(Exists(open_task)) & ~Q(Exists(at_work))

    def for_list(self):
        return self.select_related("owner", "rank", "store")

    def for_page(self):
        """Of whoever referred them the name alone."""
        columns = {field.name for field in self.model._meta.concrete_fields} - {"id", "name", "store"}
        referrer = [f"referrer__{column}" for column in sorted(columns)]
        return self.select_related("owner", "rank", "store", "referrer").defer("search", *referrer)

    def with_vehicles(self):
        return self.prefetch_related("vehicles")

    def reached_by(self, phones, emails):
        """Who has one of these numbers or addresses, normalised."""
        return self.filter(Q(phones__overlap=list(phones)) | Q(emails__overlap=list(emails)))

    def with_kana(self):
        return self.exclude(kana="")

    def named_in_part(self, part: str):
        """Whose name has that part; looked up by the search column's index."""
        return self.alias(short_parts=SHORT_PARTS).filter(_holds(fold(part)), name__contains=part)

    def sent_by(self, referrers):
        return self.filter(referrer__in=referrers).order_by("pk")

    def with_order_count(self):
        """`order_count`: how many deals became orders."""
        return self.annotate(order_count=Count("deals", filter=Q(deals__won_at__isnull=False)))

    def household_of(self, customer, *, and_also=None):
        """Who lives with somebody: the same address or phone, in the same store; and one named already."""
        same = Q(pk__in=[])
        if customer.address:
            same |= Q(address=customer.address)
        if customer.phones:
            same |= Q(phones__overlap=customer.phones)
        near = self.net().filter(same, store=customer.store_id).exclude(pk=customer.pk)
        return self.filter(Q(pk=and_also) | Q(pk__in=near), store=customer.store_id).order_by("pk")

    def alike(self, *, names=(), phones=(), emails=()):
        """Who may be the same person: the same number or address first, then the same name or kana in any writing."""
        reached = Q(phones__overlap=list(phones)) | Q(emails__overlap=list(emails))
        rows = reached
        for name in names:
            if len(fold(name)) > 1:
                rows |= _holds(fold(name))
        return (
            self.alias(short_parts=SHORT_PARTS)
            .filter(rows)
            .annotate(same_reach=Case(When(reached, then=True), default=False))
            .order_by("-same_reach", F("last_contacted_at").desc(nulls_last=True), "pk")
        )

    def reindex(self) -> int:
        """Recompute the search column of these customers; call it after what is in it has changed. Gives how many."""
        changed = []
        for customer in self.prefetch_related("vehicles", "family"):
            text = customer.search_text()
            if text != customer.search:
                customer.search = text
                changed.append(customer)
        return self.model.objects.bulk_update(changed, ["search"], batch_size=1000)


def _holds(part: str) -> Q:
    """Whose search column holds that part, folded; needs the alias `short_parts`."""
    return Q(short_parts__contains=[part]) if len(part) <= SHORT else Q(search__contains=part)


class Customer(models.Model):
    """A person or a company the dealership looks after (REQUIREMENTS C1)."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        COMPANY = "company", _("Company")

    class Payment(models.TextChoices):
        CASH = "cash", _("Cash")
        LOAN = "loan", _("Loan")
        LATE = "late", _("Has been late")

    store = models.ForeignKey(Store, models.PROTECT, related_name="customers", verbose_name=_("store"))
    code = models.CharField(_("customer code"), max_length=20, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.PERSON)
    name = models.CharField(_("name"), max_length=100)
    kana = models.CharField(_("kana"), max_length=100, blank=True)
    representative = models.CharField(_("representative"), max_length=60, blank=True)
    website = models.CharField(_("web site"), max_length=200, blank=True)
    contact_name = models.CharField(_("contact person"), max_length=60, blank=True)
    contact_phone = models.CharField(_("phone of the contact person"), max_length=20, blank=True)
    phones = ArrayField(models.CharField(max_length=20), verbose_name=_("phones"), default=list, blank=True)
    emails = ArrayField(models.CharField(max_length=120), verbose_name=_("emails"), default=list, blank=True)
    line_id = models.CharField(_("LINE id"), max_length=60, blank=True)
    postcode = models.CharField(_("post code"), max_length=8, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    born_on = models.DateField(_("birthday"), null=True, blank=True)
    occupation = models.CharField(_("occupation"), max_length=60, blank=True)
    free_days = models.CharField(_("days off"), max_length=60, blank=True)
    convenient_weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday.choices),
        verbose_name=_("convenient days"),
        default=list,
        blank=True,
    )
    convenient_from = models.TimeField(_("convenient from"), null=True, blank=True)
    convenient_until = models.TimeField(_("convenient until"), null=True, blank=True)
    refused_channels = ArrayField(
        models.CharField(max_length=10, choices=Channel.choices),
        verbose_name=_("does not want"),
        default=list,
        blank=True,
    )
    payment = models.CharField(_("payment"), max_length=8, choices=Payment.choices, blank=True)
    note = models.TextField(_("note"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="customers",
        verbose_name=_("person in charge"),
        null=True,
        blank=True,
    )
    rank = models.ForeignKey(
        Rank, models.SET_NULL, related_name="customers", verbose_name=_("rank"), null=True, blank=True
    )
    referrer = models.ForeignKey(
        "self",
        models.SET_NULL,
        related_name="referred",
        verbose_name=_("referred by"),
        null=True,
        blank=True,
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, editable=False, db_index=False
    )
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, related_name="merged", null=True, blank=True, editable=False
    )
    also_called = ArrayField(models.TextField(), default=list, blank=True, editable=False)
    """Names, kana and codes of who was merged into them: found by those as well."""
    last_contacted_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_negotiated_at = models.DateTimeField(null=True, blank=True, editable=False)
    search = models.TextField(default="", editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "code"], name="customer_code_once_per_store", condition=~Q(code="")
            ),
            models.CheckConstraint(condition=~Q(name=""), name="customer_has_a_name"),
            models.CheckConstraint(
                condition=Q(convenient_from__isnull=True, convenient_until__isnull=True)
                | Q(convenient_from__lt=models.F("convenient_until")),
                name="customer_convenient_hours_in_order",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="customer_search", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["phones"], name="customer_phones"),
            GinIndex(fields=["emails"], name="customer_emails"),
            GinIndex(SHORT_PARTS, name="customer_search_short"),
            models.Index("store", KANA, "name", "id", name="customer_by_kana", condition=Q(closed_at__isnull=True)),
            models.Index(KANA, "name", "id", name="customer_by_kana_anywhere", condition=Q(closed_at__isnull=True)),
        ]

    def __str__(self):
        return self.name

    @property
    def phone(self) -> str:
        """The number to call first, digits only; empty without one."""
        return self.phones[0] if self.phones else ""

    @property
    def phone_display(self) -> str:
        return display_phone(self.phone) if self.phones else ""

    @property
    def phones_display(self) -> list[str]:
        return [display_phone(number) for number in self.phones]

    @property
    def email(self) -> str:
        return self.emails[0] if self.emails else ""

    @property
    def contact_phone_display(self) -> str:
        return display_phone(self.contact_phone) if self.contact_phone else ""

    @property
    def convenient_label(self) -> str:
        """'Tue, Fri 17:00–19:00'; empty where nothing is known."""
        days = ", ".join(str(WEEKDAYS_ABBR[day]) for day in sorted(self.convenient_weekdays))
        hours = ""
        if self.convenient_from and self.convenient_until:
            hours = f"{self.convenient_from:%H:%M}–{self.convenient_until:%H:%M}"
        return " ".join(part for part in (days, hours, self.free_days) if part)

    @property
    def refused_labels(self) -> list[str]:
        return [str(Channel(channel).label) for channel in self.refused_channels]

    def search_text(self, plates=None, family=None) -> str:
        """What the search column holds: the folded form of everything one looks a customer up by.

        `plates`: plates and chassis numbers of the vehicles; `family`: names of theirs. Where they are known without
        asking.
        """
        if plates is None:
            plates = [word for vehicle in self.vehicles.all() for word in vehicle.search_words]
        if family is None:
            members = self.family.all() if self.pk else []
            family = [word for member in members if not member.removed_at for word in member.search_words]
        names = [self.name, self.contact_name, self.representative, self.kana, self.code, self.line_id]
        parts = [*names, *self.emails, *plates, *family, *self.also_called]
        return "\n".join([*(fold(part) for part in parts if part), *filter(None, [*self.phones, self.contact_phone])])
