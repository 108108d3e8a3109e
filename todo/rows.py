"""One row of the board as a plain dict: what the template shows, with nothing left to compute or to fetch."""

from functools import lru_cache

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from customers.models import DealKind, Source
from stores.channels import ICONS, Channel
from stores.days import day_label

from .access import may_change
from .labels import clock, elapsed_label, is_any_time, late_label, moment_label, window_label

SAID = (
    "customer", "customer_url", "rank", "phone", "email",
    "where", "mark", "mark_class", "outcome", "message", "undo_url",
)  # fmt: skip
EMPTY = {**dict.fromkeys(SAID, ""), "polite": False, "is_lead": False, "is_reply": False}
"""Every row has all of these: a template that looks for what is missing takes long to give up."""


def task_row(task, view, now, *, mine=False, me=None) -> dict:
    """A task: when, whom, what, and where it comes from.

    `mine`: a list of one's own need not say whose; `me`: who may be offered to take a record back.
    """
    row = _begun(task.customer)
    passed = (
        view == "on-time" and task.late_at > now >= task.due_until and not is_any_time(task.due_from, task.due_until)
    )
    when, where = _task_when(task, view, now, passed=passed)
    whose = _whose(task.assignee, mine)
    record = task.standing[0] if view == "done" and task.standing else None
    row.update(
        id=f"task-{task.pk}",
        state="done" if view == "done" else "overdue" if task.late_at <= now else "on-time passed" if passed else view,
        when=when,
        where=where,
        since=task.late_at,
        icon=ICONS[task.channel],
        channel=Channel(task.channel).label,
        title=task.title,
        origin=_joined(*_source(task), _moved(task), _covers(task), _unwanted(task), whose),
        url=_address("todo:task") % task.pk,
        whose=whose,
        mark=_("promised") if task.promised_at else "",
        mark_class="chip",
        outcome=record.get_outcome_display() if record else "",
        undo_url=_address("todo:contact-undo") % record.pk if record and me and may_change(record, me) else "",
        incomplete=bool(record) and record.completed_at is None,
    )
    return row


def lead_row(deal, view, now, *, mine=False) -> dict:
    """A new lead: settled in its row."""
    row = _begun(deal.customer)
    source, whose = Source(deal.source).label, _whose(deal.staff, mine)
    row.update(
        id=f"lead-{deal.pk}",
        pk=deal.pk,
        is_lead=True,
        mark=pgettext("view", "New"),
        mark_class="state new",
        state=view,
        when=elapsed_label(deal.received_at, now),
        where=moment_label(deal.received_at, now),
        since=deal.new_late_at,
        source=source,
        origin=_joined(source, whose),
        title=deal.goods or DealKind(deal.kind).label,
        channel=DealKind(deal.kind).label,
        icon="inbox",
        note=deal.note,
        url=_address("todo:deal") % deal.pk,
        staff_id=deal.staff_id,
        store_id=deal.store_id,
        has_choices=getattr(deal, "has_choices", False),
        whose=whose,
    )
    return row


def deal_row(deal, now, *, since=None) -> dict:
    """A deal that has been begun, by the time since then, else since it stands still: needs `with_stood_since`."""
    since = since or deal.stood_since
    return {
        **lead_row(deal, "", now),
        "is_lead": False,
        "mark": deal.get_stage_display(),
        "mark_class": "chip",
        "when": elapsed_label(since, now),
        "where": moment_label(since, now),
        "since": since,
        "icon": "handshake",
    }


def check_row(check, now) -> dict:
    """A satisfaction call that the manager makes, too; needs `for_board`."""
    row, told = _begun(check.customer), check.told
    row.update(
        id=f"check-{check.pk}",
        state="",
        when=elapsed_label(check.made_at, now),
        where=moment_label(check.made_at, now),
        since=check.made_at,
        icon=ICONS[check.task.channel],
        channel=Channel(check.task.channel).label,
        title=check.task.title,
        origin=_joined(check.task.deal, _whose(check.told_by, mine=False)),
        message=told.details if told else "",
        url=_address("todo:check") % check.pk,
    )
    return row


def reply_row(contact, view, now, *, mine=False) -> dict:
    """A customer who wrote or called and waits for an answer."""
    row, whose = _begun(contact.customer), _whose(contact.for_staff, mine)
    row.update(
        id=f"reply-{contact.pk}",
        is_reply=True,
        mark=pgettext("view", "Replied"),
        mark_class="state replied",
        state=view,
        when=elapsed_label(contact.happened_at, now),
        where=moment_label(contact.happened_at, now),
        since=contact.answer_late_at or contact.happened_at,
        icon=ICONS[contact.channel],
        channel=Channel(contact.channel).label,
        title=str(contact.deal) if contact.deal else "",
        origin=whose,
        message=contact.details,
        url=_address("todo:reply") % contact.pk,
    )
    return row


@lru_cache
def _address(name: str) -> str:
    """The address of a kind of page, to be completed with the id: looked up once, not for every row."""
    return reverse(name, args=[0]).replace("/0/", "/%d/")


def link(rows, address: str):
    """Give each row its `link`: where it leads, with the list it is opened from."""
    for row in rows:
        row["link"] = f"{row['url']}?{address}"


def _begun(customer) -> dict:
    """A row with nothing in it yet but who it is about."""
    if customer is None:
        return dict(EMPTY)
    return {
        **EMPTY,
        "customer": customer.name,
        "customer_url": _address("todo:customer") % customer.pk,
        "rank": customer.rank.code if customer.rank else "",
        "phone": customer.phone,
        "email": customer.email,
        "polite": customer.kind == "person",
    }


def _whose(person, mine) -> str:
    if person is None:
        return _("nobody's")
    return "" if mine else person.get_short_name()


def _task_when(task, view, now, *, passed) -> tuple[str, str]:
    """The bold word and what stands below it. `passed`: the window is over, the day is not."""
    if task.promised_at:
        window = pgettext("promised at", "promised %(time)s") % {"time": clock(timezone.localtime(task.promised_at))}
    else:
        window = window_label(task.due_from, task.due_until)
    if view == "done":
        return moment_label(task.done_at, now), ""
    if task.late_at <= now:
        return late_label(task.late_at, now), f"{day_label(task.due_on)} {window}"
    if view == "upcoming":
        return day_label(task.due_on), window
    since = _("since %(day)s") % {"day": day_label(task.due_on)} if task.due_on < timezone.localdate(now) else ""
    return window, _joined(since, _("time has passed") if passed else "")


def _source(task) -> list[str]:
    """Where a task comes from: '1か月後フォロー 2/5', 'アクア 買取'."""
    parts = []
    if task.pattern_name and task.step_position:
        parts.append(_("%(pattern)s, step %(n)d") % {"pattern": task.pattern_name, "n": task.step_position})
    if task.deal_id:
        parts.append(str(task.deal))
    return parts


def _moved(task) -> str:
    return _("moved %(n)d×") % {"n": task.moves} if task.moves else ""


def _covers(task) -> str:
    return _("for who is off") if task.covering_for_id else ""


def _unwanted(task) -> str:
    """The customer wants nothing by that channel any more, and there was no second one."""
    refused = task.customer.refused_channels if task.customer else ()
    return _("way not wanted: decide how") if task.channel in refused and task.is_open else ""


def _joined(*parts) -> str:
    return " · ".join(str(part) for part in parts if part)
