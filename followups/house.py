"""The house's own lists: added to, renamed, put in order, retired and brought back. Nothing is deleted (E1)."""

from django.db import transaction
from django.db.models import Max

from .models import ContentKind, TextTemplate, WaitReason

LISTS = {"content-kinds": ContentKind, "wait-reasons": WaitReason, "text-templates": TextTemplate}


class LastOne(Exception):
    """Without it there would be nothing to choose from, and no contact could be complete."""


def siblings(entry):
    """The current entries among which it has its place: templates stand in the order of their result."""
    rows = type(entry).objects.current()
    return rows.filter(outcome=entry.outcome) if isinstance(entry, TextTemplate) else rows


def add(entry):
    """At the end of its list; a kind of content ahead of the last, which counts where nobody chose one."""
    with transaction.atomic():
        _hold(type(entry))
        entry.position = (siblings(entry).aggregate(last=Max("position"))["last"] or 0) + 1
        entry.save()
        if isinstance(entry, ContentKind):
            _move(entry, -1)


def move(entry, *, up: bool):
    """One place up or down; at the edge nothing happens."""
    with transaction.atomic():
        _hold(type(entry))
        _move(entry, -1 if up else 1)


def retire(entry, now):
    """Not offered any more; what was recorded with it stays. Raises LastOne for the last kind of content."""
    with transaction.atomic():
        _hold(type(entry))
        if isinstance(entry, ContentKind) and not siblings(entry).exclude(pk=entry.pk).exists():
            raise LastOne
        type(entry).objects.current().filter(pk=entry.pk).update(retired_at=now)


def bring_back(entry):
    type(entry).objects.filter(pk=entry.pk).update(retired_at=None)


def _move(entry, places):
    order = list(siblings(entry))
    old = order.index(entry)
    new = old + places
    if 0 <= new < len(order):
        order.insert(new, order.pop(old))
    for position, row in enumerate(order, start=1):
        row.position = position
    type(entry).objects.bulk_update(order, ["position"])


def _hold(model):
    """One change of a list at a time."""
    list(model.objects.order_by("pk").select_for_update().values_list("pk", flat=True))
