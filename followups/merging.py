"""What follow-ups, tasks and contacts do when two customers become one, or one goes to another store (C7).

Registered with customers.pointing, which locks the rows first.
"""

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from customers.models import Deal
from customers.pointing import Fate, Relation, Verbs, register
from stores.models import Membership

from .assignment import assign_customer
from .models import Contact, EndReason, FollowUp, MoveReason, Task
from .stopping import stop

RELATIONS = {
    "followups.FollowUp.customer": Relation(Fate.MOVES, _("Patterns at work and done"), turn=0),
    "followups.Task.customer": Relation(Fate.MOVES, _("Tasks"), turn=1),
    "followups.Contact.customer": Relation(Fate.MOVES, _("Contacts"), turn=4),
    "followups.CheckCall.customer": Relation(Fate.MOVES),
    "followups.ActedOn.customer": Relation(Fate.STAYS),
    "followups.BatchRow.customer": Relation(Fate.STAYS),
}


def enter():
    register(RELATIONS, Verbs(foresee, before, join, settle))


def foresee(winner, loser) -> list[str]:
    number = _doubles(_of_themselves(winner), _of_themselves(loser)).count()
    words = ngettext(
        "%(n)d pattern is at work for both: the one of the second customer ends.",
        "%(n)d patterns are at work for both: those of the second customer end.",
        number,
    )
    return [words % {"n": number}] if number else []


def before(winner, loser, by, now):
    """What runs for both runs once from now on: the winner's goes on."""
    _one_of_each(_of_themselves(winner), _of_themselves(loser), by=by, now=now)


def join(kept, gone, by, now):
    """What runs for both cars runs once from now on: that of the kept one goes on."""
    of_kept, of_gone = (FollowUp.objects.filter(vehicle=car) for car in (kept, gone))
    _one_of_each(of_kept, of_gone, by=by, now=now)


def _one_of_each(staying, going, *, by, now):
    """Of one occurrence there is one."""
    stop(_doubles(staying, going), EndReason.REPLACED, by=by, now=now)
    same = {"pattern": OuterRef("pattern"), "occurrence_key": OuterRef("occurrence_key")}
    for follow_up in going.filter(Exists(staying.filter(**same))):
        rows = FollowUp.objects.filter(pk=follow_up.pk)
        stop(rows, EndReason.REPLACED, by=by, now=now)
        rows.update(occurrence_key=f"merged:{follow_up.pk}")


def _doubles(staying, going):
    return going.running().filter(pattern__in=staying.running().values("pattern"))


def _of_themselves(customer):
    """About no deal and no car: those are two still."""
    return FollowUp.objects.of_customer(customer).filter(deal__isnull=True, vehicle__isnull=True)


def settle(customer, owner, now, *, moved):
    """What goes along with whoever is in charge, and what somebody holds who doesn't work in the customer's store."""
    assign_customer(customer, owner)
    for rows, holder, more in (
        (Task.objects.open(), "assignee", {"covering_for": None, "assigned_by_hand_at": None}),
        (Deal.objects.open(), "staff", {}),
        (Contact.objects.waiting(), "for_staff", {}),
    ):
        here = Membership.objects.filter(store=customer.store_id, staff=OuterRef(holder), staff__is_active=True)
        elsewhere = rows.filter(~Exists(here), customer=customer, **{f"{holder}__isnull": False})
        elsewhere.update(**{holder: owner}, **more)
    if moved:
        FollowUp.objects.of_customer(customer).ask_to_adjust(MoveReason.CALENDAR, now)
