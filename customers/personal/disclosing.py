"""Everything that is known of a person as one file: for them to read, and for a machine (REQUIREMENTS H3)."""

import io
import json
import zipfile
from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.template.loader import render_to_string
from django.utils import timezone

from stores.models import Staff, Store

from ..models import CardPicture, Customer, Export
from .reading import readable
from .rules import words_of
from .walk import rows_of

LEFT_OUT = frozenset({"search", "keys", "pgh_context", "pgh_context_id", "reasons"})
"""Kept for the machine's sake alone, with nothing in them that does not stand elsewhere; and how well the staff work
(`LeadChoice.reasons`), which is not the customer's."""


def everything(customer: Customer) -> list[dict]:
    """By table: {"table": words, "name": label, "rows": [[(column, words, value), …], …]}.

    Of other customers the number alone.
    """
    found = []
    names = {model: {row.pk: str(row) for row in model.objects.all()} for model in (Staff, Store)}
    for model, keys in rows_of(customer).items():
        columns = [one for one in model._meta.local_fields if _is_told(one)]
        rows = model._base_manager.filter(pk__in=keys).order_by("pk")
        told = [
            [(one.name, str(one.verbose_name), _value(one, row, names)) for one in columns]
            for row in rows.iterator(1000)
        ]
        found.append({"table": words_of(model), "name": model._meta.label, "rows": told})
    return found


def _is_told(column) -> bool:
    return column.name not in LEFT_OUT and not isinstance(column, models.BinaryField)


def _value(column, row, names):
    value = getattr(row, column.attname)
    if column.is_relation and column.related_model in names:
        return names[column.related_model].get(value)
    if column.choices and value:
        return str(dict(column.flatchoices).get(value, value))
    return timezone.localtime(value).isoformat() if isinstance(value, datetime) else value


def as_zip(customer: Customer, now: datetime) -> bytes:
    """`data.json`, `data.html`, and the pictures of cards."""
    tables = everything(customer)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parts:
        told = {"customer": customer.pk, "made_at": timezone.localtime(now), "tables": _plain(tables)}
        parts.writestr("data.json", json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
        page = {"customer": customer, "now": now, "tables": readable(customer)}
        parts.writestr("data.html", render_to_string("customers/person_file.html", page))
        for picture in CardPicture.objects.filter(card__customer=customer):
            parts.writestr(f"card-{picture.card_id}.jpg", bytes(picture.content))
    return made.getvalue()


def _plain(tables):
    """As a machine reads it."""
    return {one["name"]: [{name: value for name, _words, value in row} for row in one["rows"]] for one in tables}


def put_on_record(customer: Customer, *, by, now) -> Export:
    return Export.objects.create(
        by=by,
        at=now,
        what=Export.What.PERSON,
        form=Export.Form.ZIP,
        rows=1,
        store_ids=[customer.store_id],
        customer_number=customer.pk,
    )
