"""Recording what happened: a verb for a task's result, one for a contact of its own, one for a reply.

The way back is in `correcting.py`. REQUIREMENTS A4, B6, B12, E1, E2; DESIGN.md "Rows".
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.db.models.functions import Coalesce

from customers.models import Deal, LostReason, Stage, StageSetting
from stores.channels import Channel
from stores.locks import one_at_a_time
from stores.wake import wake

from .models import (
    Base,
    CheckCall,
    Contact,
    ContentKind,
    Direction,
    EndReason,
    FollowUp,
    HouseRules,
    MoveReason,
    Outcome,
    StopWhen,
    Task,
)
from .models.contact import CONVERSATIONS, REACHED, TWO_WAY, UNANSWERED
from .placing import Wanted, placed_by_hand
from .restarting import restart
from .starting import AlreadyRunning, start
from .stopping import end_finished, hold, lose_deal, move_deal, stop

JUST_NOW = timedelta(minutes=1)
"""The same words sent again within so long are the same record: a button pressed twice."""


class AlreadyRecorded(Exception):
    """Somebody else was first; `task` tells who and when."""

    def __init__(self, task):
        super().__init__(task)
        self.task = task


class AlreadyAnswered(Exception):
    """Somebody else answered first; `reply` tells who and when."""

    def __init__(self, reply):
        super().__init__(reply)
        self.reply = reply


@dataclass
class NextAppointment:
    """A single appointment (REQUIREMENTS B12). Without a time it is for the whole day."""

    on: date
    at: time | None = None
    channel: str = "phone"
    title: str = ""


@dataclass
class Result:
    """What the person says happened, and what becomes of running follow-ups.

    `close`: those that end with it; `restart`: those that begin anew; `keep`: those that go on although their version
    says they end.
    """

    outcome: str
    details: str = ""
    content_kind: object = None
    negotiated: bool = False
    wait_reason: object = None
    happened_at: datetime | None = None
    next: NextAppointment | None = None
    pattern: object = None
    close: list = field(default_factory=list)
    restart: list = field(default_factory=list)
    keep: list = field(default_factory=list)


def record(task: Task, result: Result, *, by, now) -> Contact | None:
    """The result of a task, once; None for a task about no customer, which is only done.

    Raises AlreadyRecorded when it isn't open any more.
    """
    with transaction.atomic():
        if task.customer_id:
            hold(FollowUp.objects.of_customer(task.customer_id))
        claimed = (
            Task.objects.open()
            .filter(pk=task.pk)
            .update(done_at=now, done_by=by, counted_store=Coalesce("counted_store", "store"))
        )
        task.refresh_from_db()
        if not claimed:
            raise AlreadyRecorded(task)
        covers = Task.objects.filter(pk=task.pk, counted_staff__isnull=True).update(counted_staff=by)
        if task.customer is None:
            return None
        contact = _keep(result, task.customer, task.deal, task.channel, by=by, now=now, task=task)
        contact.effects.update({"counted": True} if covers else {})
        _fill_from_step(contact, task.step)
        _settle(contact, result, by=by, now=now)
        CheckCall.enlist(contact, now)
        end_finished(now, among=FollowUp.objects.filter(pk=task.follow_up_id))
    return contact


def record_contact(customer, deal, channel, result: Result, *, by, now) -> Contact:
    """Something that happened without a task: a call one made, a visit, a mail sent."""
    with transaction.atomic():
        hold(FollowUp.objects.of_customer(customer))
        contact = _keep(result, customer, deal, channel, by=by, now=now)
        _settle(contact, result, by=by, now=now)
    return contact


def record_beside(about: Task | Contact, channel, result: Result, *, by, now) -> Contact:
    """What somebody did about a task or a reply that another one had recorded before: a contact of its own.

    Sent twice within JUST_NOW, it is the one that is there.
    """
    with transaction.atomic():
        hold(FollowUp.objects.of_customer(about.customer_id))
        one_at_a_time("contact", about.customer_id, by.pk)
        contact = _keep(result, about.customer, about.deal, channel, by=by, now=now)
        _fill_from_step(contact, about.step if isinstance(about, Task) else None)
        if again := Contact.objects.same_as(contact, since=now - JUST_NOW).first():
            return again
        _settle(contact, result, by=by, now=now)
    return contact


def answer(reply: Contact, channel, result: Result, *, by, now) -> Contact:
    """Answer what a customer wrote; a call that finds nobody leaves it waiting. Raises AlreadyAnswered."""
    with transaction.atomic():
        hold(FollowUp.objects.of_customer(reply.customer_id))
        list(Deal.objects.filter(pk=reply.deal_id).select_for_update(no_key=True))
        reply = Contact.objects.select_for_update(of=("self",)).select_related("answered_by").get(pk=reply.pk)
        if reply.answered_at or reply.voided_at:
            raise AlreadyAnswered(reply)
        return record_contact(reply.customer, reply.deal, channel, result, by=by, now=now)


def receive(customer, deal, channel, result: Result, *, by, now) -> Contact:
    """The customer called or wrote. A conversation is born answered, a message waits for its answer."""
    with transaction.atomic():
        hold(FollowUp.objects.of_customer(customer))
        contact = _keep(result, customer, deal, channel, by=by, now=now)
        contact.direction = Direction.IN
        contact.for_staff = (deal and deal.staff) or customer.owner
        await_answer(contact, by, now)
        _settle(contact, result, by=by, now=now)
    return contact


def need_no_answer(contact: Contact, reason: str, *, by, now) -> bool:
    """Say why a message needs no answer. False when it is answered already."""
    return bool(
        Contact.objects.waiting().filter(pk=contact.pk).update(answered_at=now, answered_by=by, answer_note=reason)
    )


def closable(customer, deal=None):
    """Running follow-ups that a conversation may end: the deal's, else all of the customer's. None that rest."""
    running = FollowUp.objects.about(customer=customer, deal=deal).filter(paused_at__isnull=True)
    return running.with_work_left().select_related("pattern", "version")


def replaceable(customer, deal=None):
    """Those that may make way for another pattern, also from their rest."""
    running = FollowUp.objects.about(customer=customer, deal=deal)
    return running.resting_or_with_work_left().select_related("pattern", "version")


def refresh_last_contact(customer, deal=None):
    """Recompute the days that patterns count from, out of the contacts that stand."""
    for thing, rows in ((customer, Q(customer=customer)), (deal, Q(deal=deal))):
        if thing is None:
            continue
        last = (
            Contact.objects.standing()
            .filter(rows)
            .aggregate(
                contacted=Max("happened_at", filter=TWO_WAY),
                negotiated=Max("happened_at", filter=Q(negotiated=True)),
            )
        )
        type(thing).objects.filter(pk=thing.pk).update(
            last_contacted_at=last["contacted"], last_negotiated_at=last["negotiated"]
        )


def _keep(result, customer, deal, channel, *, by, now, task=None) -> Contact:
    """The contact as the person states it, not saved yet."""
    conversation = result.outcome in CONVERSATIONS
    return Contact(
        store=customer.store,
        customer=customer,
        deal=deal,
        task=task,
        channel=channel,
        outcome=result.outcome,
        content_kind=result.content_kind,
        details=result.details,
        negotiated=result.negotiated and conversation,
        wait_reason=result.wait_reason,
        happened_at=min(result.happened_at or now, now),
        entered_at=now,
        done_by=by,
        entered_by=by,
        counted_store=customer.store,
        counted_staff=by,
    )


def _fill_from_step(contact: Contact, step):
    """The step supplies what "no answer" and "sent" need to be complete; a conversation's line is written by hand."""
    if contact.content_kind_id is None:
        contact.content_kind = (step and step.content_kind) or ContentKind.objects.current().last()
    if not contact.details and contact.outcome not in CONVERSATIONS:
        contact.details = (step and step.details_template) or contact.get_outcome_display()


def _settle(contact: Contact, result: Result, *, by, now):
    """Save the contact and everything that follows from it."""
    stamp_complete(contact, by, now)
    contact.save(force_insert=True)
    _touch_deal(contact, by, now)
    answer_waiting(contact, by, now)
    if contact.outcome in UNANSWERED:
        turn_windows(contact, now)
    _settle_running(contact, result, by=by, now=now)
    if contact.outcome == Outcome.REFUSED and "lost" not in contact.effects:
        stop(_asked(contact), EndReason.SPOKEN, by=by, now=now, contact=contact)
    if result.next:
        appoint(contact.customer, contact.deal, result.next, by=by, now=now, contact=contact)
    if result.pattern:
        _start_proposed(contact, result.pattern, by, now)
    Contact.objects.filter(pk=contact.pk).update(effects=contact.effects)
    refresh_last_contact(contact.customer, contact.deal)


def turn_windows(contact: Contact, now):
    """What was tried in vain is other hours now: the calls that are left turn to the next ones."""
    if contact.channel == Channel.PHONE:
        FollowUp.objects.of_customer(contact.customer).with_open_work().ask_to_adjust(MoveReason.UNANSWERED, now)
        wake()


def _settle_running(contact: Contact, result: Result, *, by, now):
    """What runs ends, begins anew or goes on: as the person says; where they say nothing, as its version has it."""
    running = FollowUp.objects.of_customer(contact.customer)
    said = {*result.close, *result.restart, *result.keep}
    about = running.filter(Q(deal=contact.deal) | Q(deal__isnull=True)) if contact.deal_id else running
    reason = EndReason.SPOKEN if contact.outcome in CONVERSATIONS else EndReason.REPLIED
    stop(running.filter(pk__in=result.close), reason, by=by, now=now, contact=contact)
    for condition, why in _conditions_met(contact, reason):
        stop(about.ending_when(condition).exclude(pk__in=said), why, by=by, now=now, contact=contact)
    if result.restart:
        restart(running.filter(pk__in=result.restart), by=by, now=now, contact=contact)


def _conditions_met(contact: Contact, reason: EndReason) -> list[tuple[StopWhen, EndReason]]:
    """What ends by itself, and what it says then; `reason`: what a conversation or a reply says."""
    met = [(StopWhen.REPLIED, reason)] if contact.direction == Direction.IN else []
    if contact.outcome == Outcome.APPOINTMENT:
        met.append((StopWhen.APPOINTMENT, EndReason.APPOINTED))
    return met


def answer_waiting(contact: Contact, by, now):
    """What reached the customer answers what they had written before, about the same deal or none."""
    if contact.outcome not in REACHED:
        return
    waiting = Contact.objects.waiting().filter(customer=contact.customer, happened_at__lte=contact.happened_at)
    if contact.deal_id:
        waiting = waiting.filter(Q(deal=contact.deal_id) | Q(deal__isnull=True))
    waiting.exclude(pk=contact.pk).update(answered_at=now, answered_by=by, answered_with=contact)


def _asked(contact: Contact):
    """The follow-up whose task this was."""
    return FollowUp.objects.filter(pk=contact.task.follow_up_id if contact.task else None)


def _base_of_conversation(contact: Contact, pattern) -> datetime | None:
    """A pattern that counts from the last negotiation, chosen in a conversation, counts from this one."""
    counts_from_it = contact.outcome in CONVERSATIONS and pattern.current_version.base == Base.NEGOTIATED
    return contact.happened_at if counts_from_it else None


def appoint(customer, deal, appointment: NextAppointment, *, by, now, contact=None) -> Task:
    """A single task on a day, or at a time promised to the customer: then it is late when the hour is over."""
    wanted = Wanted(appointment.on, appointment.at, wish=True)
    placed = placed_by_hand(wanted, appointment.channel, customer.store.calendar(), now)
    return Task.objects.create(
        store=customer.store,
        customer=customer,
        deal=deal,
        channel=appointment.channel,
        title=appointment.title,
        reason=placed.reason,
        due_on=placed.due_on,
        due_from=placed.due_from,
        due_until=placed.due_until,
        late_at=placed.late_at,
        first_late_at=placed.late_at,
        promised_at=placed.due_from if appointment.at else None,
        assignee=(deal and deal.staff) or customer.owner or by,
        created_at=now,
        made_with=contact,
    )


def _start_proposed(contact: Contact, pattern, by, now):
    """The pattern a waiting reason proposes; one that is at work already goes on as it is, and the page says so.

    With the deal lost, it is begun for the customer: who refused today and wants a call in spring is not forgotten.
    """
    base = _base_of_conversation(contact, pattern)
    deal = contact.deal if contact.deal and not contact.deal.lost_at else None
    try:
        follow_up = start(pattern, customer=contact.customer, deal=deal, by=by, now=now, base=base)
    except AlreadyRunning as running:
        contact.effects["runs_on"] = [running.follow_up.pk]
    else:
        contact.effects["started"] = [follow_up.pk]


def _touch_deal(contact: Contact, by, now):
    """The first contact takes the deal; an appointment and a refusal move it. What was done is kept to be undone.

    A deal that is won isn't lost by a refusal, say of a call after delivery: then only what asked ends.
    """
    deal = contact.deal
    if deal is None:
        return
    if (contact.direction == Direction.OUT or contact.outcome in CONVERSATIONS) and deal.take(by, now):
        contact.effects["took"] = True
    before, after = Stage(deal.stage), None
    if contact.outcome == Outcome.APPOINTMENT:
        after = Stage.APPOINTMENT
    elif contact.negotiated:
        after = Stage.MET
    is_ahead = after and before.position < after.position and not StageSetting.objects.skips(after)
    if is_ahead and move_deal(deal, after, by, now, by_record=True):
        contact.effects["moved"] = [before, after]
    if contact.outcome == Outcome.REFUSED and lose_deal(deal, LostReason.REFUSED, by, now, contact=contact):
        contact.effects["lost"] = True


def await_answer(contact: Contact, by, now):
    """A conversation is born answered; a message waits, and is late by the store's limit."""
    store = contact.store
    if contact.outcome in CONVERSATIONS:
        contact.answered_at, contact.answered_by, contact.answer_late_at = now, by, None
    else:
        late_at = store.calendar().after_open_minutes(contact.happened_at, store.reply_limit_minutes)
        contact.answered_at, contact.answered_by, contact.answer_late_at = None, None, late_at


def stamp_complete(contact: Contact, by, now):
    """When the record had all that the house asks for, and thanks to whom."""
    if contact.missing_fields(HouseRules.load()):
        contact.completed_at = contact.completed_by = None
    elif contact.completed_at is None:
        contact.completed_at, contact.completed_by = now, by
