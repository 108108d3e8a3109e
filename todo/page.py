"""What the customer's and the deal's page show (REQUIREMENTS A5, C1, D1): everything of one in one screen."""

from datetime import timedelta

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.knowing import ConsentsCard, FactsCard, FamilyCard, missing_of, sent_count, twins_of
from customers.known_forms import ConsentForm, FactForm, FamilyForm
from customers.models import Erasure, Stage, Vehicle
from customers.parts import parts_of

from .at_work import ended_row, running_row
from .rows import task_row
from .stages import next_in_use, way_of, with_days
from .subject import Subject
from .timeline import timeline, with_reviews

EXPIRES_SOON = timedelta(days=90)
SHOWN = 3
"""How many tasks are in sight at least; what is due today always is, the others are folded."""
ENDED_SHOWN = 5
RUNNING_SHOWN = 20


def page_context(me, subject: Subject, now, *, everything=False) -> dict:
    """Everything the page's partial needs. `everything`: the whole timeline."""
    customer, deal = subject.customer, subject.deal
    about = deal or customer
    tasks = list(about.tasks.open().for_board().by_urgency())
    most = None if everything else RUNNING_SHOWN + ENDED_SHOWN
    follow_ups = list(about.follow_ups.for_page()[:most])
    ended = [row for row in follow_ups if row.ended_at]
    more_ended = not everything and len(ended) > ENDED_SHOWN
    ended = ended[:ENDED_SHOWN] if more_ended else ended
    entries, older = timeline(about.contacts, me, now, query=subject.query, everything=everything)
    rows = [_row(task, now) for task in tasks]
    shown = max(SHOWN, sum(task.due_on <= timezone.localdate(now) for task in tasks))
    context = {
        "subject": subject,
        "customer": customer,
        "deal": deal,
        "now": now,
        "tasks": rows[:shown],
        "later": rows[shown:],
        "open_count": len(rows),
        "next_step": rows[0] if rows else None,
        "running": [running_row(row, tasks, subject) for row in follow_ups if row.ended_at is None],
        "ended": [ended_row(row) for row in ended],
        "more_ended": more_ended,
        "entries": entries,
        "waiting": [entry for entry in entries if entry.answer_url],
        "older": older,
    }
    context.update(_deal_part(deal, me, now) if deal else _customer_part(customer, me, now))
    if erasure := Erasure.objects.last_of(customer):
        context |= {"erasure": erasure, "may_assign": False, "may_put_right": False, "review_url": ""}
    if deal:
        context["entries"] = with_reviews(entries, deal.reviews.for_timeline(), me, now, older=older)
    return context


def show(request, subject: Subject, now, *, sheet="", status=200, **context):
    """The page, with a form open beside it; only the form for htmx."""
    if sheet and request.htmx:
        return render(request, sheet, {"subject": subject, "customer": subject.customer, **context}, status=status)
    everything = request.GET.get("history") == "all"
    context = {**page_context(request.user, subject, now, everything=everything), "sheet": sheet, **context}
    return render(request, f"todo/{subject.kind}.html", context, status=status)


def changed(request, subject: Subject, now, text, *, undo_url="", level="success", back=""):
    """After something was done: the page's new state for htmx, which closes the form; else back to the page."""
    if not request.htmx:
        messages.add_message(request, messages.DEFAULT_LEVELS[level.upper()], text, extra_tags=undo_url)
        return redirect(back or subject.url)
    context = page_context(request.user, subject, now)
    return render(request, "todo/_changed.html", {**context, "text": text, "undo_url": undo_url, "level": level})


def turned_away(request, subject: Subject, now, *, of_closed=False):
    """The answer to what is sent about somebody erased, or with `of_closed` about whom nobody looks after; else None.

    Nothing is written then: it would be there again, or wait for nobody.
    """
    if request.method != "POST" or not subject.customer.closed_at:
        return None
    text = _("Nothing is changed: nobody looks after this customer any more.") if of_closed else ""
    if Erasure.objects.last_of(subject.customer):
        text = _("Nothing is changed: the data of this customer has been erased.")
    return changed(request, subject, now, text, level="warning") if text else None


def _row(task, now) -> dict:
    """A row of the board without what the page says already."""
    view = "on-time" if task.due_on <= timezone.localdate(now) else "upcoming"
    row = task_row(task, view, now)
    return {**row, "link": row["url"], "customer": "", "rank": "", "phone": "", "email": ""}


def _customer_part(customer, me, now) -> dict:
    today = timezone.localdate(now)
    vehicles = list(Vehicle.objects.driven_or_owned_by(customer))
    for vehicle in vehicles:
        vehicle.inspection_state = _urgency(vehicle.inspection_expires_on, today)
        vehicle.insurance_state = _urgency(vehicle.insurance_expires_on, today)
    return {
        "vehicles": [vehicle for vehicle in vehicles if not vehicle.disposed_on],
        "past_vehicles": [vehicle for vehicle in vehicles if vehicle.disposed_on],
        "parts": parts_of(customer),
        "missing": [] if customer.closed_at else missing_of(customer),
        "twins": twins_of(customer, me),
        "facts": FactsCard(customer, now, FactForm()),
        "family": FamilyCard(customer, FamilyForm(today=today)),
        "consents": ConsentsCard(customer, ConsentForm(today=today)),
        "referrer": customer.referrer if customer.referrer and me.may_see(customer.referrer.store_id) else None,
        "sent_count": sent_count(customer, me),
        "deals": list(customer.deals.for_cards().open_first()[:20]),
        "may_assign": may_assign(me, customer, customer.owner_id) and not customer.closed_at,
        "may_manage": me.may_manage(customer.store_id),
    }


def _urgency(day, today) -> str:
    """The colour of a day that comes, or has passed."""
    if not day or day > today + EXPIRES_SOON:
        return ""
    return "overdue" if day < today else "replied"


def _deal_part(deal, me, now) -> dict:
    today = timezone.localdate(now)
    with_days([deal], deal.stage_settings, now)
    estimates = list(deal.estimates.standing().for_page())
    for estimate in estimates:
        estimate.expired = estimate.is_expired(today)
    return {
        "stages": way_of(deal),
        "next_stage": next_in_use(Stage(deal.stage), deal.stage_settings),
        "stage_changes": list(deal.stage_changes.select_related("by")),
        "estimates": estimates,
        "may_assign": may_assign(me, deal, deal.staff_id),
        "may_put_right": may_put_right(me, deal),
        "review_url": reverse("todo:deal-review", args=[deal.pk]) if me.may_manage(deal.store_id) else "",
    }


def may_assign(me, row, holder_id) -> bool:
    """Whoever has it now passes it on, anybody takes what is nobody's, managers decide."""
    return holder_id in {None, me.pk} or me.may_manage(row.store_id)


def may_put_right(me, deal) -> bool:
    """Whoever sees an open deal; a closed one is counted, and managers put it right."""
    return deal.closed_at is None or me.may_manage(deal.store_id)
