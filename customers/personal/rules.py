"""What becomes of every table and every field when a person's data is erased, or its time is over.

A field that holds words, days, lists or pictures stands here, erased or kept; tests/customers/test_personal_rules.py
fails on one that does not. Keys, numbers, moments and choices count and say nothing by themselves: they stay, unless
they are named here. A history kept by triggers follows the table that it is of. Tables of higher floors are known by
their names.
"""

from dataclasses import dataclass, field
from enum import Enum

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Kept(Enum):
    """How long the rows of a table are kept."""

    PERSON = _("With the customer, and emptied with them; what is counted stays")
    PERIOD = _("So long as the period says")
    SHORT = _("A day or less")
    STAFF = _("While the person's work counts in figures")
    HOUSE = _("Always: nothing personal of customers")
    RECORD = _("Always: the record of what was taken out and erased")


@dataclass(frozen=True)
class Table:
    kept: Kept
    erased: frozenset[str] = frozenset()
    stays: frozenset[str] = frozenset()
    belongs_by: frozenset[str] = field(default_factory=frozenset)
    """Keys by which a row is the customer's although it outlives them; those that go with them belong anyway."""
    removed: bool = False
    """The rows go altogether: nothing of them is counted."""


def _table(kept, erased="", stays="", *, by="", removed=False):
    return Table(kept, *(frozenset(names.split()) for names in (erased, stays, by)), removed=removed)


REPLACED = frozenset(
    {
        "customers.Customer.name",
        "customers.RankHold.reason",
        "followups.CheckCall.note",
        "followups.Contact.answer_note",
        "followups.DealReview.text",
        "followups.Task.title",
    }
)
"""What must not be empty where it is filled says that it was erased."""

TABLES: dict[str, Table] = {
    "customers.Customer": _table(
        Kept.PERSON,
        "code name kana representative website contact_name contact_phone phones emails line_id postcode address "
        "born_on occupation free_days convenient_weekdays convenient_from convenient_until payment note also_called "
        "search",
        "refused_channels",
        by="merged_into",
    ),
    "customers.Vehicle": _table(
        Kept.PERSON,
        "plate chassis_number user_name",
        "maker model mileage_on first_registered_on inspection_expires_on check_due_on insurance_expires_on "
        "delivered_on disposed_on",
    ),
    "customers.FamilyMember": _table(Kept.PERSON, "name kana born_on note", removed=True),
    "customers.Fact": _table(Kept.PERSON, "text", removed=True),
    "customers.Consent": _table(Kept.PERSON, "note", "said_on"),
    "customers.BookRules": _table(Kept.HOUSE, "", "person_fields company_fields"),
    "customers.Deal": _table(Kept.PERSON, "note", "goods ordered_on promised_on delivered_on paid_on competitor"),
    "customers.StageChange": _table(Kept.PERSON),
    "customers.Estimate": _table(Kept.PERSON, "note", "valid_until_on"),
    "customers.RankStanding": _table(Kept.PERSON, "", "figures"),
    "customers.RankChange": _table(Kept.PERSON, "note", "before after"),
    "customers.RankHold": _table(Kept.PERSON, "reason", "until_on"),
    "customers.Duplicate": _table(Kept.PERSON, removed=True, erased="why"),
    "customers.Merge": _table(Kept.PERSON),
    "customers.MergedRow": _table(Kept.PERSON, "before after", "model", removed=True),
    "customers.StoreMove": _table(Kept.PERSON),
    "customers.BusinessCard": _table(Kept.PERSON, "note", by="customer"),
    "customers.CardPicture": _table(Kept.PERIOD, "content", removed=True),
    "customers.ImportRow": _table(Kept.SHORT, "cells record keys problems before kept", by="customer", removed=True),
    "customers.ImportFile": _table(Kept.SHORT, "content people report", "language name columns unusable"),
    "customers.ImportColumns": _table(Kept.HOUSE, "", "headings_key fields"),
    "customers.Mark": _table(Kept.SHORT),
    "customers.Export": _table(Kept.RECORD, "", "asked store_ids"),
    "customers.Erasure": _table(Kept.RECORD, "", "reason counts"),
    "customers.RetentionPeriod": _table(Kept.HOUSE),
    "customers.Rank": _table(Kept.HOUSE, "", "code"),
    "customers.RankRules": _table(Kept.HOUSE, "", "thresholds"),
    "customers.RankDecision": _table(Kept.HOUSE),
    "customers.StageSetting": _table(Kept.HOUSE, "", "labels needed"),
    "customers.EvaluationPeriod": _table(Kept.HOUSE),
    "customers.Target": _table(Kept.HOUSE, "", "begins_on"),
    "followups.FollowUp": _table(Kept.PERSON, "", "occurrence_key base_on adjust_reason spread paused_until_on"),
    "followups.Task": _table(Kept.PERSON, "title cancel_note", "reason due_on"),
    "followups.TaskMove": _table(Kept.PERSON, "", "from_on from_window to_on to_window"),
    "followups.Escalation": _table(Kept.PERSON),
    "followups.LeadChoice": _table(Kept.PERSON, "", "reasons"),
    "followups.Contact": _table(Kept.PERSON, "details answer_note", "effects"),
    "followups.CheckCall": _table(Kept.PERSON, "note"),
    "followups.DealReview": _table(Kept.PERSON, "text"),
    "followups.ActedOn": _table(Kept.PERSON, "why"),
    "followups.BatchRow": _table(Kept.PERSON, "", "spread why"),
    "followups.Act": _table(Kept.HOUSE, "", "work note"),
    "followups.Batch": _table(Kept.HOUSE, "", "base_on key"),
    "followups.Pattern": _table(Kept.HOUSE, "", "slug name description"),
    "followups.PatternVersion": _table(Kept.HOUSE, "", "stop_when note"),
    "followups.Step": _table(Kept.HOUSE, "", "title script details_template by_rank"),
    "followups.StartRule": _table(Kept.HOUSE, "", "sources deal_kinds stages from_on looked_on"),
    "followups.EscalationRule": _table(Kept.HOUSE, "", "channels"),
    "followups.LeadRule": _table(Kept.HOUSE, "", "sources prefer"),
    "followups.GoodExample": _table(Kept.PERSON, "remark"),
    "followups.RolePlay": _table(Kept.STAFF, "", "planned_on done_on remarks"),
    "followups.Script": _table(Kept.HOUSE, "", "name"),
    "followups.ScriptVersion": _table(Kept.HOUSE, "", "text note"),
    "followups.ContentKind": _table(Kept.HOUSE, "", "name"),
    "followups.WaitReason": _table(Kept.HOUSE, "", "name pattern_slug"),
    "followups.TextTemplate": _table(Kept.HOUSE, "", "text"),
    "followups.HouseRules": _table(Kept.HOUSE, "", "required_fields"),
    "reports.HeardContent": _table(Kept.HOUSE),
    "reports.HeardMark": _table(Kept.PERSON),
    "reports.HeardSettled": _table(Kept.PERSON, "note"),
    "reports.EntryReason": _table(Kept.PERSON, "text"),
    "reports.MorningReport": _table(Kept.HOUSE, "", "on first_on last_on figures note"),
    "reports.MorningMail": _table(Kept.HOUSE, "", "problem"),
    "reports.MorningRead": _table(Kept.HOUSE),
    "reports.SummedUp": _table(Kept.HOUSE, "", "begins_on first_on last_on"),
    "reports.DaySum": _table(Kept.HOUSE, "", "on"),
    "reports.TouchedDay": _table(Kept.HOUSE, "", "on"),
    "reports.Story": _table(Kept.PERSON, "", "born_on bought replaced sent"),
    "reports.TouchedCustomer": _table(Kept.SHORT),
    "stores.Notification": _table(Kept.PERIOD, "", "values path"),
    "stores.Staff": _table(Kept.STAFF, "", "password username email name kana phone"),
    "stores.DayOff": _table(Kept.STAFF, "", "on note"),
    "stores.Membership": _table(Kept.STAFF),
    "stores.Store": _table(Kept.HOUSE, "", "slug name phone call_windows long_holidays"),
    "stores.ClosingDay": _table(Kept.HOUSE),
    "stores.CalendarDate": _table(Kept.HOUSE, "", "on note"),
    "stores.ContactHours": _table(Kept.HOUSE),
    "stores.CalendarMark": _table(Kept.SHORT),
    "stores.Heartbeat": _table(Kept.SHORT, "", "name"),
    "stores.WakeUp": _table(Kept.SHORT, "", "name"),
}

WORDS = {
    "customers.Customer": _("The customer's entry"),
    "customers.Vehicle": _("Cars"),
    "customers.FamilyMember": _("Family"),
    "customers.Fact": _("What we know about them"),
    "customers.Consent": _("Consents"),
    "customers.Deal": _("Deals"),
    "customers.StageChange": _("Stages of deals"),
    "customers.Estimate": _("Estimates"),
    "customers.RankStanding": _("Figures of the rank"),
    "customers.RankChange": _("Changes of the rank"),
    "customers.RankHold": _("Ranks set by hand"),
    "customers.Duplicate": _("Possible duplicates"),
    "customers.Merge": _("Merged entries"),
    "customers.MergedRow": _("What merging changed"),
    "customers.StoreMove": _("Moves to another store"),
    "customers.BusinessCard": _("Business cards"),
    "customers.CardPicture": _("Pictures of business cards"),
    "customers.ImportRow": _("Rows of imported lists"),
    "customers.ImportFile": _("Imported lists"),
    "customers.Export": _("Lists taken out"),
    "customers.Erasure": _("Erasures"),
    "followups.FollowUp": _("Follow-ups"),
    "followups.Task": _("Tasks"),
    "followups.TaskMove": _("Moves of tasks"),
    "followups.Escalation": _("Overdue tasks that moved on"),
    "followups.LeadChoice": _("Who could get the lead"),
    "followups.Contact": _("Contacts"),
    "followups.CheckCall": _("Calls that managers checked"),
    "followups.DealReview": _("Reviews of deals"),
    "followups.ActedOn": _("What managers did"),
    "followups.BatchRow": _("What was chosen for many"),
    "followups.GoodExample": _("Good examples"),
    "followups.RolePlay": _("Role-plays"),
    "reports.HeardMark": _("Needs, complaints and offers that were heard"),
    "reports.HeardSettled": _("What was done about them"),
    "reports.EntryReason": _("Why entries were missing or late"),
    "reports.Story": _("Days that figures are read from"),
    "stores.Notification": _("What people were told in the app"),
    "stores.Staff": _("Staff"),
    "stores.DayOff": _("Days off"),
    "stores.Membership": _("Roles"),
}
"""What people call the tables that hold personal data."""

HISTORY = frozenset({"pgh_label", "pgh_context", "pgh_context_id"})
SAYS_NOTHING = (
    *(models.ForeignKey, models.AutoField, models.BooleanField, models.IntegerField, models.DateTimeField),
    models.TimeField,
)


def table_of(model: type[models.Model]) -> Table | None:
    """Of a history: that of the table it is of. None: nobody has said."""
    tracked = getattr(model, "pgh_tracked_model", None)
    return TABLES.get((tracked or model)._meta.label)


def words_of(model: type[models.Model]) -> str:
    """What its rows are called."""
    tracked = getattr(model, "pgh_tracked_model", None)
    words = str(WORDS.get((tracked or model)._meta.label, model._meta.verbose_name))
    return _("%(rows)s: history") % {"rows": words} if tracked else words


def says_nothing(field: models.Field) -> bool:
    """By its type alone."""
    one = field.base_field if isinstance(field, ArrayField) else field
    return bool(one.choices) or isinstance(one, SAYS_NOTHING)


def unsaid() -> list[str]:
    """Tables and fields without a rule."""
    missing = []
    for model in ours():
        table = table_of(model)
        if table is None:
            missing.append(model._meta.label)
            continue
        said = table.erased | table.stays | HISTORY
        missing += [str(one) for one in model._meta.local_fields if not says_nothing(one) and one.name not in said]
    return missing


def left_over() -> list[str]:
    """Rules about what no longer exists."""
    found = {model._meta.label: {one.name for one in model._meta.get_fields()} for model in ours()}
    gone = [label for label in TABLES if label not in found]
    for label, table in TABLES.items():
        names = table.erased | table.stays | table.belongs_by
        gone += [f"{label}.{name}" for name in names if label in found and name not in found[label]]
    return gone


def ours() -> list[type[models.Model]]:
    """Every table of the house's own apps."""
    own = {label.partition(".")[0] for label in TABLES}
    return [model for model in apps.get_models() if model._meta.app_label in own]
