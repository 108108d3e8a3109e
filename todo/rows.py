"""One row of the board as a plain dict: what the template shows, with nothing left to compute or to fetch."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from stores.channels import ICONS

from .labels import clock, day_label, elapsed_label, late_label, moment_label, window_label


def task_row(task, view, now) -> dict:
    """A task: when, whom, what, and where it comes from."""
    row = _customer_part(task.customer)
    when, where = _task_when(task, view, now)
    record = task.standing[0] if view == "done" and task.standing else None
    row.update(
        id=f"task-{task.pk}",
        kind="task",
        state="done" if view == "done" else "overdue" if task.late_at <= now else view,
        when=when,
        where=where,
        since=task.late_at,
        icon=ICONS[task.channel],
        channel=task.get_channel_display(),
        title=task.title,
        source=_source(task),
        url=reverse("todo:task", args=[task.pk]),
        assignee=task.assignee.get_short_name() if task.assignee else "",
        promised=bool(task.promised_at),
        outcome=record.get_outcome_display() if record else "",
        undo_url=reverse("todo:contact-undo", args=[record.pk]) if record else "",
        incomplete=bool(record) and record.completed_at is None,
    )
    return row


def lead_row(deal, view, now) -> dict:
    """A new lead: settled in its row."""
    row = _customer_part(deal.customer)
    row.update(
        id=f"lead-{deal.pk}",
        pk=deal.pk,
        kind="lead",
        state=view,
        when=elapsed_label(deal.received_at, now),
        where=moment_label(deal.received_at, now),
        since=deal.new_late_at,
        source=deal.get_source_display(),
        title=deal.goods or deal.get_kind_display(),
        channel=deal.get_kind_display(),
        icon="inbox",
        note=deal.note,
        url=reverse("todo:deal", args=[deal.pk]),
        staff_id=deal.staff_id,
        store_id=deal.store_id,
        assignee=deal.staff.get_short_name() if deal.staff else "",
    )
    return row


def reply_row(contact, view, now) -> dict:
    """A customer who wrote or called and waits for an answer."""
    row = _customer_part(contact.customer)
    row.update(
        id=f"reply-{contact.pk}",
        kind="reply",
        state=view,
        when=elapsed_label(contact.happened_at, now),
        where=moment_label(contact.happened_at, now),
        since=contact.answer_late_at or contact.happened_at,
        icon=ICONS[contact.channel],
        channel=contact.get_channel_display(),
        title=str(contact.deal) if contact.deal else "",
        source="",
        message=contact.details,
        url=reverse("todo:reply", args=[contact.pk]),
        assignee=contact.for_staff.get_short_name() if contact.for_staff else "",
    )
    return row


def _customer_part(customer) -> dict:
    if customer is None:
        return {"customer": "", "customer_url": "", "rank": "", "phone": "", "email": "", "company": False}
    return {
        "customer": customer.name,
        "customer_url": reverse("todo:customer", args=[customer.pk]),
        "rank": customer.rank.code if customer.rank else "",
        "phone": customer.phone,
        "email": customer.email,
        "company": customer.kind == "company",
    }


def _task_when(task, view, now) -> tuple[str, str]:
    """The bold word and what stands below it."""
    promised = pgettext("promised at", "promised %(time)s")
    if task.promised_at:
        window = promised % {"time": clock(timezone.localtime(task.promised_at))}
    else:
        window = window_label(task.due_from, task.due_until)
    if view == "done":
        return moment_label(task.done_at, now), ""
    if task.late_at <= now:
        return late_label(task.late_at, now), f"{day_label(task.due_on)} {window}"
    if view == "upcoming":
        return day_label(task.due_on), window
    if task.due_on < timezone.localdate(now):
        return window, _("since %(day)s") % {"day": day_label(task.due_on)}
    return window, ""


def _source(task) -> str:
    """Where a task comes from: '1か月後フォロー 2/5・アクア 買取'."""
    parts = []
    if task.follow_up_id and task.step_id:
        parts.append(_("%(pattern)s, step %(n)d") % {"pattern": task.follow_up.pattern.name, "n": task.step.position})
    if task.deal_id:
        parts.append(str(task.deal))
    return " · ".join(parts)
