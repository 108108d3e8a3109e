"""Doing something about many rows, and telling whom it concerns; the way back takes the news back as well."""

from django.db import transaction
from django.urls import reverse

from followups.handing_over import hand_over
from followups.models import Act, ActKind, Left
from followups.passing_on import pass_on
from followups.reminding import remind
from followups.starting import WhyNot
from followups.taking_back import take_back
from followups.work import CUSTOMERS, DEALS, IN_ORDER, TASKS
from stores.models import Notification, NotificationKind

from .kinds import LEADS, OVERDUE, REPLIES_WAITING, STANDING_STILL

REASONS = {**dict(Left.choices), **dict(WhyNot.choices)}
"""Why a row was left alone, in words."""
NEWS = {ActKind.HANDED_OVER: NotificationKind.HANDED_OVER, ActKind.REMINDED: NotificationKind.REMINDED}


def hand_over_and_tell(work, ids, share, *, by, now) -> Act:
    with transaction.atomic():
        act = hand_over(work, ids, share, by=by, now=now)
        _tell(act)
    return act


def pass_on_and_tell(handover, *, by, now) -> Act | None:
    with transaction.atomic():
        act = pass_on(handover, by=by, now=now)
        if act:
            _tell(act)
    return act


def remind_and_tell(work, rows, *, by, now, note) -> Act:
    with transaction.atomic():
        act = remind(work, rows, by=by, now=now, note=note)
        _tell(act)
    return act


def take_back_and_tell(act: Act, now) -> tuple[int, int]:
    """As `take_back`; who hasn't read the news yet need not."""
    with transaction.atomic():
        counted = take_back(act, now)
        Notification.objects.take_back(_path(act), act.by)
    return counted


def work_of(act: Act):
    return next(work for work in IN_ORDER if work.name == act.work)


def _path(act: Act) -> str:
    return reverse("todo:act", args=[act.pk])


def _tell(act: Act):
    people = act.rows.done().of_work(work_of(act)).count_by_person()
    values = {staff_id: {"n": n, "note": act.note} for staff_id, n in people if staff_id != act.by_id}
    Notification.tell(NEWS[act.kind], values, path=_path(act), by=act.by, now=act.at)


CUSTOMERS_SHOWN = 200


def customer_rows(customers) -> list[dict]:
    """By kana, each with where its page is."""
    rows = customers.net().in_kana_order().select_related("rank")[:CUSTOMERS_SHOWN]
    return [{"customer": row, "url": reverse("todo:customer", args=[row.pk])} for row in rows]


def rows_for(act: Act, me, now) -> list[dict]:
    """What the act is about for `me` and is still open, as rows of a list."""
    work = work_of(act)
    rows = work.open().visible_to(me).filter(acts__in=act.rows.done().for_person(me))
    if work is CUSTOMERS:
        return customer_rows(rows)
    if work is not DEALS:
        kind = OVERDUE if work is TASKS else REPLIES_WAITING
        return kind.to_rows(list(kind.in_order(rows).values_list("pk", flat=True)), me, now)
    ids = rows.longest_waiting().values_list("pk", flat=True)
    new = set(rows.new().values_list("pk", flat=True))
    return [
        *LEADS.to_rows([pk for pk in ids if pk in new], me, now),
        *STANDING_STILL.to_rows([pk for pk in ids if pk not in new], me, now),
    ]
