"""What the panel beside the board shows of a task or a reply (REQUIREMENTS A5)."""

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from customers.knowing import FactsCard
from followups.models import ActedOn, Contact, MoveReason, Outcome, TextTemplate
from followups.models.contact import CONVERSATIONS
from followups.reasons import explain

from .forms.recording import CancelForm, NoAnswerForm
from .labels import moment_label
from .rows import reply_row, task_row

HISTORY = 5


@dataclass
class Panel:
    """One task or reply with everything a person needs at the phone."""

    row: dict
    customer: object
    deal: object
    form: object
    save_url: str
    outcomes: list
    history: list
    task: object = None
    reply: object = None
    why: list = field(default_factory=list)
    script: str = ""
    step_count: int = 0
    texts: list = field(default_factory=list)
    told: str = ""
    beside_url: str = ""
    cancel_form: object = None
    no_answer_form: object = None
    acts: list = field(default_factory=list)
    moves: list = field(default_factory=list)
    escalations: list = field(default_factory=list)
    asking: list = field(default_factory=list)
    """What the conversation should ask for, because it was never noted or may have changed (C10)."""

    @classmethod
    def of_task(cls, task, form, now) -> "Panel":
        return cls(
            row=task_row(task, "on-time", now),
            customer=task.customer,
            deal=task.deal,
            form=form,
            save_url=reverse("todo:task-result", args=[task.pk]),
            outcomes=form.fields["outcome"].choices,
            history=_history(task.customer, now),
            asking=FactsCard(task.customer, now).ask_next() if task.customer else [],
            acts=list(ActedOn.objects.about(task=task)),
            moves=list(task.times_moved.for_panel()),
            escalations=list(task.escalations.for_panel()) if task.overdue_at else [],
            task=task,
            beside_url=reverse("todo:task-contact", args=[task.pk]) if task.customer_id else "",
            why=[*([_("Placed by hand.")] if task.placed_by_hand_at else []), *explain(task.reason)],
            script=task.step.script if task.step else "",
            step_count=len(task.follow_up.version.step_list) if task.follow_up and task.step else 0,
            texts=_texts(form),
            cancel_form=CancelForm(),
        )

    @classmethod
    def of_reply(cls, reply, form, now) -> "Panel":
        return cls(
            row=reply_row(reply, "replied", now),
            customer=reply.customer,
            deal=reply.deal,
            form=form,
            save_url=reverse("todo:reply-answer", args=[reply.pk]),
            outcomes=form.fields["outcome"].choices,
            history=_history(reply.customer, now),
            asking=FactsCard(reply.customer, now).ask_next(),
            acts=list(ActedOn.objects.about(contact=reply)),
            reply=reply,
            beside_url=reverse("todo:reply-contact", args=[reply.pk]),
            texts=_texts(form),
            no_answer_form=NoAnswerForm(),
        )

    @property
    def outcome(self) -> str:
        """What was pressed, in words."""
        return dict(self.outcomes).get(self.form["outcome"].value(), "")

    @property
    def is_open(self) -> bool:
        return self.task.is_open if self.task else self.reply.answered_at is None and self.reply.voided_at is None

    @property
    def wishes(self) -> int:
        """How often it was moved because the customer wished so."""
        return sum(move.reason == MoveReason.WISH for move in self.moves)

    @property
    def wants_more(self) -> bool:
        """The form came back with errors, or with words: its further fields are shown unfolded."""
        return self.form.is_bound


def _history(customer, now) -> list:
    if customer is None:
        return []
    contacts = list(Contact.objects.of_customer(customer).standing().for_history()[:HISTORY])
    for contact in contacts:
        contact.when = moment_label(contact.happened_at, now)
    return contacts


def _texts(form) -> list:
    """Sentences for the details, those of a conversation first: the others need none."""
    allowed = {value for value, _label in form.fields["outcome"].choices}
    texts = [text for text in TextTemplate.objects.current() if not text.outcome or text.outcome in allowed]
    return sorted(texts, key=lambda text: text.outcome not in CONVERSATIONS | {Outcome.MESSAGE, ""})
