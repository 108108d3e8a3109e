"""A list on its way into the book, and its rows while they are worked on (REQUIREMENTS C7)."""

import json
from collections import Counter
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg.types.json import Jsonb

from stores.access import StoreQuerySet
from stores.models import Store

from .customer import Customer

KEPT_FOR = timedelta(days=1)
"""Lists hold personal data: so long may one wait to be confirmed, and so long can what it did be undone."""

NAMING = ~Q(record__referrer=None) | ~Q(record__driver=None)


class ImportFileQuerySet(StoreQuerySet):
    def without_content(self):
        """As a page needs it: the file itself may be large."""
        return self.defer("content")

    def for_page(self):
        return self.without_content().select_related("store", "uploaded_by", "confirmed_by", "undo_asked_by")

    def latest_first(self):
        return self.order_by("-created_at", "-pk")

    def confirmed(self):
        """What is kept for good, as a line of history."""
        return self.filter(confirmed_at__isnull=False)

    def in_work(self):
        """Those with something left to do, the one asked first before the others."""
        checking = Q(checked_at__isnull=True)
        saving = Q(confirmed_at__isnull=False, saved_at__isnull=True)
        undoing = Q(undo_asked_at__isnull=False, undone_at__isnull=True)
        waiting = self.filter(checking | saving | undoing, unusable="", failed_at__isnull=True)
        return waiting.exclude(step="").order_by("created_at", "pk")

    def never_confirmed(self, now):
        return self.filter(created_at__lt=now - KEPT_FOR, confirmed_at__isnull=True)

    def to_forget(self, now):
        """Those that nobody can undo any more, or that are undone, and whose rows are still there."""
        day_ago = now - KEPT_FOR
        over = Q(saved_at__lt=day_ago, undo_asked_at__isnull=True) | Q(undone_at__lt=day_ago) | Q(failed_at__lt=day_ago)
        return self.filter(over, forgotten_at__isnull=True)


class ImportFile(models.Model):
    """A list from its upload to the day after it was saved; then only who, when and how many remain.

    The browser is not trusted to bring the same file again, and may be closed at any time: the rows carry the work.
    `step` and `at_row` say where the next slice goes on.
    """

    class State(models.TextChoices):
        UNUSABLE = "unusable", _("cannot be used")
        FAILED = "failed", _("stopped")
        CHECKING = "checking", _("being checked")
        NAMELESS = "nameless", _("waits for the column of the name")
        CHECKED = "checked", _("checked, not saved yet")
        SAVING = "saving", _("being saved")
        SAVED = "saved", _("saved")
        UNDOING = "undoing", _("being taken back")
        UNDONE = "undone", _("taken back")

    class Step(models.TextChoices):
        READ = "read"
        PARSE = "parse"
        SORT = "sort"
        LOOK = "look"
        SAVE = "save"
        REFER = "refer"
        UNDO = "undo"
        NONE = "", ""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    language = models.CharField(max_length=10, default="ja")
    name = models.CharField(max_length=200)
    content = models.BinaryField(default=bytes)
    heading_row = models.PositiveIntegerField(default=0)
    columns = models.JSONField(default=list)
    """As the file has them: [{"heading": "携帯電話", "field": "phones"}, …]; no field: not taken over."""
    people = models.JSONField(default=dict)
    """Who is meant by a name in the owner column: {name as written: staff id, or null for nobody}."""
    report = models.JSONField(default=dict)
    step = models.CharField(max_length=8, choices=Step.choices, default=Step.READ, blank=True)
    at_row = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    unusable = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    saved_at = models.DateTimeField(null=True, editable=False)
    undo_asked_at = models.DateTimeField(null=True, editable=False)
    undo_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    undone_at = models.DateTimeField(null=True, editable=False)
    failed_at = models.DateTimeField(null=True, editable=False)
    forgotten_at = models.DateTimeField(null=True, editable=False)

    objects = ImportFileQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self):
        return self.name

    @property
    def state(self) -> "ImportFile.State":
        for reached, state in (
            (self.unusable, self.State.UNUSABLE),
            (self.failed_at, self.State.FAILED),
            (self.undone_at, self.State.UNDONE),
            (self.undo_asked_at, self.State.UNDOING),
            (self.saved_at, self.State.SAVED),
            (self.confirmed_at, self.State.SAVING),
            (self.checked_at, self.State.CHECKED),
        ):
            if reached:
                return state
        return self.State.CHECKING if self.step else self.State.NAMELESS

    @property
    def is_in_work(self) -> bool:
        return self.state in {self.State.CHECKING, self.State.SAVING, self.State.UNDOING}

    @property
    def percent(self) -> int:
        """How far the work is that is going on; 0 while the file is still being read."""
        return min(100, 100 * self.rows_done // self.rows_total) if self.rows_total else 0

    def fingerprint(self, decided=None) -> str:
        """Of all that people chose and decided about it: who confirms sends along what they were looking at.

        `decided`: its decisions, where they are at hand.
        """
        decided = self.rows.decisions() if decided is None else decided
        chosen = [self.checked_at and self.checked_at.timestamp(), self.columns, sorted(self.people.items()), decided]
        return sha256(json.dumps(chosen).encode()).hexdigest()

    @property
    def has_stopped_while_saving(self) -> bool:
        """Then part of it may be in the book."""
        return self.state == self.State.FAILED and self.confirmed_at is not None and self.undo_asked_at is None

    @property
    def undo_until_at(self):
        done_at = self.saved_at or self.failed_at
        return done_at and done_at + KEPT_FOR

    def can_be_undone(self, now) -> bool:
        over = self.state == self.State.SAVED or self.has_stopped_while_saving
        return over and self.forgotten_at is None and now < self.undo_until_at


class ImportRowQuerySet(models.QuerySet):
    def of(self, file):
        return self.filter(file=file).order_by("number")

    def light(self):
        """Without what only the engine needs."""
        return self.defer("keys", "before")

    def with_keys(self, keys):
        """Rows that one of these keys recognises, asked without an index of keys."""
        matching = RawSQL(
            "EXISTS (SELECT FROM unnest(customers_importrow.keys) AS key WHERE key = ANY (%s))",
            [list(keys)],
            output_field=models.BooleanField(),
        )
        return self.filter(matching)

    def above(self, number, keys):
        """Of less than this number."""
        return self.with_keys(keys).filter(number__lt=number)

    def keep(self, file, numbered):
        """Many new rows, (number, cells), as fast as the database takes them."""
        fresh = ImportRow(file=file)
        fields = [field for field in self.model._meta.concrete_fields if not field.primary_key]
        given = {field.column: field.get_db_prep_save(getattr(fresh, field.attname), connection) for field in fields}
        columns = ", ".join(given)
        copying = f"COPY customers_importrow ({columns}) FROM STDIN"
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(copying) as rows:
            for number, cells in numbered:
                rows.write_row({**given, "number": number, "cells": Jsonb(cells)}.values())

    def with_codes(self, codes):
        return self.filter(record__customer__code__in=list(codes))

    def to_look_at(self):
        """Known customers, and rows that name who referred them or drives their car."""
        return self.filter(Q(customer__isnull=False) | NAMING)

    def naming_senders(self):
        """Of rows that name who sent them: number, who they are, and the cell."""
        naming = self.filter(~Q(record__referrer=None)).order_by("number")
        return naming.values_list("number", "customer_id", "record__referrer")

    def referred(self):
        """Saved rows that name who referred them or drives their car."""
        return self.filter(NAMING, customer__isnull=False).exclude(before={})

    def forget_what_is_undone(self):
        """Only who stayed, and why, is left of a list that was taken back."""
        self.filter(kept="").delete()
        self.update(cells=[], record={}, keys=[], problems=[], before={}, other_customer=None)

    def with_problems(self, column=None):
        """`column`: only those with a remark on this heading ('' is a heading too)."""
        if column is None:
            return self.exclude(problems=[])
        return self.filter(problems__contains=[{"column": column}])

    def doubles(self):
        """Rows for which a person has to say, or has said, whether they are somebody we know."""
        return self.filter(is_double=True).select_related("other_customer", "customer")

    def undecided(self):
        return self.filter(is_double=True, decision="")

    def decisions(self) -> list[tuple[int, str]]:
        """What was decided about doubles, by row."""
        decided = self.filter(is_double=True).exclude(decision="").order_by("number")
        return list(decided.values_list("number", "decision"))

    def others_meant(self) -> int:
        """How many customers doubles go to who are not new or changed by a row of their own."""
        own = ImportRow.objects.filter(file=models.OuterRef("file"), number=models.OuterRef("other_row"))
        counted = own.filter(outcome__in=[ImportRow.Outcome.NEW, ImportRow.Outcome.UPDATED])
        same = self.filter(is_double=True, decision=ImportRow.Decision.SAME).exclude(models.Exists(counted))
        return same.order_by().values("other_row", "other_customer").distinct().count()

    def refused(self):
        return self.with_outcome(ImportRow.Outcome.REFUSED)

    def with_outcome(self, outcome):
        return self.filter(outcome=outcome)

    def numbered(self, numbers):
        return self.filter(number__in=numbers)

    def with_cars_of_others(self):
        """Of doubles: the cars of who is there already."""
        return self.prefetch_related("other_customer__vehicles")

    def outcomes(self) -> dict[str, int]:
        return dict(self.order_by().values_list("outcome").annotate(models.Count("pk")))

    def problem_columns(self) -> list[tuple[str, int]]:
        """(heading, remarks), the most first."""
        found = self.with_problems().values_list("problems", flat=True).iterator(2000)
        return Counter(problem["column"] for problems in found for problem in problems).most_common()

    def named_nobody(self):
        """The name in the owner column of each row whose owner was not found."""
        return self.exclude(record__nobody="").filter(record__has_key="nobody").values_list("record__nobody", flat=True)

    def undone_counts(self) -> dict[str, int]:
        """Of rows that were saved and then taken back."""
        gone, made = Q(customer__isnull=True), Q(before__made=True)
        return self.exclude(before={}).aggregate(
            deleted=models.Count("pk", filter=made & gone),
            restored=models.Count("pk", filter=~made & Q(kept="", outcome=ImportRow.Outcome.UPDATED)),
            kept=models.Count("pk", filter=~Q(kept="")),
        )

    def rested_on(self, customers, *, but) -> set[int]:
        """Which of these customers another list has found, changed or made, and has not given back."""
        saved = self.filter(customer__in=customers).exclude(file=but).exclude(before={})
        return set(saved.values_list("customer", flat=True))

    def came_in(self):
        """Saved rows that made or changed somebody."""
        return self.filter(outcome__in=[ImportRow.Outcome.NEW, ImportRow.Outcome.UPDATED], customer__isnull=False)

    def kept(self):
        """What undoing left alone; `kept` says why."""
        return self.exclude(kept="").select_related("customer")


class ImportRow(models.Model):
    """One row of a list, while it is worked on and until it can't be undone any more."""

    class Outcome(models.TextChoices):
        NEW = "new", _("new")
        UPDATED = "updated", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        DUPLICATE = "duplicate", _("there already")
        REFUSED = "refused", _("cannot be used")
        NONE = "", ""

    class Decision(models.TextChoices):
        SAME = "same", _("the same person")
        ANOTHER = "another", _("somebody else")
        SKIP = "skip", _("leave out")
        NONE = "", ""

    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    cells = models.JSONField(default=list)
    record = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    keys = ArrayField(models.TextField(), default=list)
    """What it can be recognised by: 'code:101', 'phone:09011112222', …"""
    problems = models.JSONField(default=list)
    """[{"column": heading, "value": cell, "message": sentence}, …]"""
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default="", blank=True)
    is_double = models.BooleanField(default=False)
    decision = models.CharField(max_length=8, choices=Decision.choices, default="", blank=True)
    customer = models.ForeignKey(Customer, models.SET_NULL, related_name="import_rows", null=True)
    """The known customer that this row is; once saved, the one that it made or changed."""
    other_customer = models.ForeignKey(Customer, models.SET_NULL, related_name="+", null=True)
    other_row = models.PositiveIntegerField(null=True)
    """Of a double: who has the code or number already, somebody stored or a row above."""
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    """What saving changed, to take it back."""
    kept = models.TextField(default="", blank=True)

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="import_row_once_per_file")]

    def __str__(self):
        return f"{self.file_id}/{self.number}"

    @property
    def name(self) -> str:
        return self.record.get("name", "")

    @property
    def code(self) -> str:
        return self.record.get("customer", {}).get("code", "")

    @property
    def phones(self) -> list[str]:
        return self.record.get("customer", {}).get("phones", [])
