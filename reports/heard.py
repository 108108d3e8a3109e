"""Contacts in which a customer said what the store should hear (REQUIREMENTS C11).

What one was about says so by itself where the house says that it does; any other may be marked by hand.
"""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from followups.models import Contact
from stores.access import OneOf

from .models import Heard, HeardContent, HeardMark, HeardSettled


def said(kind: str) -> Q:
    """Of contacts: that kind was heard."""
    return Q(content_kind__heard__kind=kind) | Exists(HeardMark.objects.filter(contact=OuterRef("pk"), kind=kind))


def heard(store_ids, since, until):
    """By where the customers are today, as the list of a store is for whoever looks after them. `is_settled`.

    The few that there are are looked up, instead of asking all contacts of these days.
    """
    settled = Exists(HeardSettled.objects.filter(contact=OuterRef("pk")))
    rows = Contact.objects.standing().in_stores(store_ids).filter(happened_at__gte=since, happened_at__lt=until)
    about = rows.filter(OneOf(F("content_kind_id"), ArraySubquery(HeardContent.objects.values("content_kind"))))
    marked = rows.filter(pk__in=HeardMark.objects.values("contact"))
    return rows.those(about.values("pk").union(marked.values("pk"))).annotate(is_settled=settled)


def listed(form):
    """What a HeardFilter asks for, the latest first."""
    asked, chosen = form.asked, form.cleaned_data
    rows = heard(asked.stores, asked.begins, asked.until)
    if asked.staff is not None:
        rows = rows.filter(done_by=asked.staff or None)
    if chosen.get("kind"):
        rows = rows.filter(said(chosen["kind"]))
    if chosen.get("state"):
        rows = rows.filter(is_settled=chosen["state"] == form.SETTLED)
    return rows.order_by("-happened_at", "-pk")


@dataclass(frozen=True)
class Row:
    """A contact, what was heard in it, and what became of it, if anything."""

    contact: Contact
    kinds: list[Heard]
    settled: HeardSettled | None

    @property
    def url(self) -> str:
        return reverse("reports:heard-contact", args=[self.contact.pk])


def rows_for(picked) -> list[Row]:
    contacts = list(picked.for_list())
    kinds, ids = kinds_of(contacts), [contact.pk for contact in contacts]
    settled = {row.contact_id: row for row in HeardSettled.objects.filter(contact__in=ids).select_related("by")}
    return [Row(contact, kinds[contact.pk], settled.get(contact.pk)) for contact in contacts]


def kinds_of(contacts) -> dict[int, list[Heard]]:
    """By contact, in the order of the kinds."""
    by_content = dict(HeardContent.objects.values_list("content_kind", "kind"))
    found = {contact.pk: {by_content.get(contact.content_kind_id)} for contact in contacts}
    for contact_id, kind in HeardMark.objects.filter(contact__in=list(found)).values_list("contact", "kind"):
        found[contact_id].add(kind)
    return {pk: [kind for kind in Heard if kind in kinds] for pk, kinds in found.items()}


def by_content(contact: Contact) -> Heard | None:
    """What it says by what it was about; that is no mark, and goes with correcting the record."""
    row = HeardContent.objects.filter(content_kind=contact.content_kind_id).first()
    return Heard(row.kind) if row else None


def marks_of(contact: Contact) -> list[str]:
    return list(contact.heard_marks.values_list("kind", flat=True))


def settled_of(contact: Contact) -> HeardSettled | None:
    return contact.heard_settled.select_related("by").first()


def mark(contact: Contact, kinds, *, by, now):
    """These and no others; who put those that stay is kept."""
    with transaction.atomic():
        HeardMark.objects.filter(contact=contact).exclude(kind__in=kinds).delete()
        HeardMark.objects.bulk_create(
            [HeardMark(contact=contact, kind=kind, by=by, at=now) for kind in kinds], ignore_conflicts=True
        )


def settle(contact: Contact, note: str, *, by, now) -> bool:
    """It was dealt with. False when somebody said so before."""
    return HeardSettled.objects.get_or_create(contact=contact, defaults={"note": note, "by": by, "at": now})[1]


def reopen(contact: Contact) -> bool:
    return bool(HeardSettled.objects.filter(contact=contact).delete()[0])


def write_contents(chosen: dict[int, str]):
    """By the id of a kind of content what it says; empty: nothing."""
    with transaction.atomic():
        HeardContent.objects.filter(content_kind__in=chosen).delete()
        HeardContent.objects.bulk_create(
            HeardContent(content_kind_id=pk, kind=kind) for pk, kind in chosen.items() if kind
        )
