"""One person's data as the person reads it: in words, in their order, without what only the machine needs."""

from collections import defaultdict
from datetime import date, datetime, time

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from ..models import Customer
from ..text import display_phone
from .rules import words_of
from .walk import rows_of

FIRST = ("Customer", "FamilyMember", "Fact", "Consent", "Vehicle", "Deal", "Estimate", "Contact", "Task", "FollowUp")
"""Tables in this order; all others follow."""
PHONES = frozenset({"phones", "contact_phone"})

COLUMNS = {
    "created_at": pgettext_lazy("data", "Entered"),
    "edited_at": pgettext_lazy("data", "Last changed"),
    "edited_by": pgettext_lazy("data", "Last changed by"),
    "closed_at": pgettext_lazy("data", "Closed on"),
    "also_called": pgettext_lazy("data", "Other names and codes"),
    "last_contacted_at": pgettext_lazy("data", "Last contact"),
    "last_negotiated_at": pgettext_lazy("data", "Last negotiation"),
    "at": pgettext_lazy("data", "When"),
    "by": pgettext_lazy("data", "By whom"),
    "noted_at": pgettext_lazy("data", "Noted"),
    "noted_by": pgettext_lazy("data", "Noted by"),
    "confirmed_at": pgettext_lazy("data", "Confirmed"),
    "confirmed_by": pgettext_lazy("data", "Confirmed by"),
    "ended_at": pgettext_lazy("data", "Ended"),
    "end_reason": pgettext_lazy("data", "Why it ended"),
    "removed_at": pgettext_lazy("data", "Taken out"),
    "taken_at": pgettext_lazy("data", "Taken up"),
    "taken_by": pgettext_lazy("data", "Taken up by"),
    "typed_at": pgettext_lazy("data", "Typed in"),
    "typed_by": pgettext_lazy("data", "Typed in by"),
    "won_at": pgettext_lazy("data", "Won"),
    "lost_at": pgettext_lazy("data", "Lost on"),
    "made_at": pgettext_lazy("data", "Made"),
    "made_by": pgettext_lazy("data", "Made by"),
    "sent_at": pgettext_lazy("data", "Sent"),
    "withdrawn_at": pgettext_lazy("data", "Withdrawn"),
    "before": pgettext_lazy("data", "Before"),
    "after": pgettext_lazy("data", "After"),
    "from_store": pgettext_lazy("data", "From store"),
    "to_store": pgettext_lazy("data", "To store"),
    "rank": pgettext_lazy("data", "Rank"),
    "points": pgettext_lazy("data", "Points"),
    "computed_at": pgettext_lazy("data", "Computed"),
    "deal": pgettext_lazy("data", "Deal"),
    "direction": pgettext_lazy("data", "Who began it"),
    "done_at": pgettext_lazy("data", "Done"),
    "done_by": pgettext_lazy("data", "Done by"),
    "entered_at": pgettext_lazy("data", "Entered at"),
    "entered_by": pgettext_lazy("data", "Entered by"),
    "answered_at": pgettext_lazy("data", "Answered"),
    "answered_by": pgettext_lazy("data", "Answered by"),
    "voided_at": pgettext_lazy("data", "Taken back"),
    "pattern": pgettext_lazy("data", "Pattern"),
    "started_at": pgettext_lazy("data", "Begun"),
    "started_by": pgettext_lazy("data", "Begun by"),
    "due_from": pgettext_lazy("data", "From"),
    "due_until": pgettext_lazy("data", "Until"),
    "assignee": pgettext_lazy("data", "For whom to do"),
    "cancelled_at": pgettext_lazy("data", "Called off"),
    "cancel_reason": pgettext_lazy("data", "Why it was called off"),
    "cancel_note": pgettext_lazy("data", "About calling it off"),
    "result": pgettext_lazy("data", "Result"),
    "kind": pgettext_lazy("data", "Kind"),
}
"""What columns are called that have no name of their own among the models; without one they are the machine's."""
UNSAID = frozenset({"counted_staff", "content", "search", "keys"})


def readable(customer: Customer) -> list[dict]:
    """By table: {"table": words, "rows": [[(words, said), …], …]}; columns that say nothing are left out."""
    found = sorted(rows_of(customer).items(), key=lambda entry: _turn(entry[0]))
    names = _Names(customer)
    tables = []
    for model, keys in found:
        columns = [(one, _words(one)) for one in model._meta.local_fields if _is_read(one)]
        rows = list(model._base_manager.filter(pk__in=keys).order_by("pk"))
        names.learn(rows, [one for one, _words in columns if one.is_relation])
        told = [[(words, said) for one, words in columns if (said := _said(one, row, names))] for row in rows]
        if told := [row for row in told if row]:
            tables.append({"table": words_of(model), "rows": told})
    return tables


def _turn(model):
    name = model.__name__
    return (FIRST.index(name) if name in FIRST else len(FIRST), model._meta.label)


def _words(field) -> str:
    own = str(field.verbose_name)
    return str(COLUMNS.get(field.name, "")) if _is_plain_name(field) else own


def _is_plain_name(field) -> bool:
    """Nobody has said what it is called."""
    return str(field.verbose_name) == field.name.replace("_", " ")


def _is_read(field) -> bool:
    if field.primary_key or field.name in UNSAID or isinstance(field, models.BinaryField | models.JSONField):
        return False
    return field.name in COLUMNS or not _is_plain_name(field)


def _said(field, row, names) -> str:
    value = getattr(row, field.attname)
    if value is None or value in ("", []):
        return ""
    if field.is_relation:
        return names.of(field, value)
    if isinstance(field, ArrayField):
        labels = dict(field.base_field.flatchoices)
        return "、".join(str(labels.get(one) or _one(field, one)) for one in value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _one(field, value)


def _one(field, value) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else ""
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "Y/n/j H:i")
    if isinstance(value, date):
        return date_format(value, "Y/n/j")
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return display_phone(value) if field.name in PHONES else str(value)


class _Names:
    """What rows are called that others point at; of other customers the number alone."""

    def __init__(self, customer):
        self.customer, self.known = customer, defaultdict(dict)

    def learn(self, rows, fields):
        for field in fields:
            model = field.related_model
            new = {getattr(row, field.attname) for row in rows} - self.known[model].keys() - {None}
            if new and model is not Customer:
                self.known[model] |= {pk: str(one) for pk, one in model._base_manager.in_bulk(new).items()}

    def of(self, field, pk) -> str:
        if field.related_model is Customer:
            return "" if pk == self.customer.pk else _("No. %(n)s") % {"n": pk}
        return self.known[field.related_model].get(pk, "")
