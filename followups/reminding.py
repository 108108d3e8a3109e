"""Reminding people of what they have in hand, each of a row at most once an hour (REQUIREMENTS A6)."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction

from stores.locks import one_at_a_time
from stores.models import Membership

from .models import Act, ActedOn, ActKind, Left
from .work import Held, Work

PAUSE = timedelta(hours=1)


def remind(work: Work, rows: Iterable[Held], *, by, now, note="") -> Act:
    """Note who is reminded of what; telling them is the caller's. One reminder at a time, so that none goes twice."""
    with transaction.atomic():
        one_at_a_time("remind")
        rows = list(rows)
        still_open = dict(work.open().filter(pk__in=[row.pk for row in rows]).values_list("pk", work.holder))
        rows = [Held(row.pk, still_open.get(row.pk), None, row.store_id, row.pk in still_open) for row in rows]
        left = not_to_remind(work, rows, by=by, now=now)
        act = Act.objects.create(kind=ActKind.REMINDED, work=work.name, by=by, at=now, note=note)
        ActedOn.objects.bulk_create(
            ActedOn(
                act=act,
                before_id=row.holder_id,
                after_id=None if row.pk in left else row.holder_id,
                why=left.get(row.pk, ""),
                **{f"{work.name}_id": row.pk},
            )
            for row in rows
        )
    return act


def not_to_remind(work: Work, rows: list[Held], *, by, now) -> dict[int, Left]:
    """Of which rows nobody is reminded now, and why."""
    lately = set(ActedOn.objects.reminded_since(work, [row.pk for row in rows], now - PAUSE))
    holders = {row.holder_id for row in rows if row.holder_id}
    places = set(
        Membership.objects.filter(staff__in=holders, staff__is_active=True).values_list("store_id", "staff_id")
    )
    left = {row.pk: Left.LATELY for row in rows if row.pk in lately}
    left |= {row.pk: Left.AWAY for row in rows if (row.store_id, row.holder_id) not in places}
    left |= {row.pk: Left.OWN for row in rows if row.holder_id == by.pk}
    left |= {row.pk: Left.NOBODYS for row in rows if row.holder_id is None}
    return left | {row.pk: Left.DONE for row in rows if not row.is_open}
