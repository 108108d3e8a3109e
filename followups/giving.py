"""The pass that gives leads without a person to one, as the store's rules say (REQUIREMENTS E6).

Given is not taken: the lead stays new until its person begins. What a rule has given once it never gives again, so a
hand that gives the lead to another one, or back to nobody, has the last word. Where nobody fits, the reasons are kept
once and the next sweep looks again.
"""

from collections import Counter

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from customers.models import Deal
from stores.locks import one_at_a_time
from stores.models import Membership, Notification, NotificationKind, Role, Staff

from .allocation import Candidate, decide, fitting
from .assignment import assign_deal
from .duty import on_duty
from .handing_over import hold_customers
from .input_rate import JUDGED_OVER, Rate, input_rates
from .models import LeadChoice, LeadRule, Task
from .work import DEALS

SLICE = 50


def give_leads(now, *, limit: int = SLICE) -> int:
    """Give out up to `limit` leads of each store, each store in a transaction of its own; gives how many."""
    stores = LeadRule.objects.active().order_by().values_list("store").distinct()
    waiting = waiting_leads().in_stores(stores).order_by().values_list("store", flat=True).distinct()
    return sum(_give_in(store_id, now, limit) for store_id in list(waiting))


def waiting_for(rule: LeadRule, *, instead_of: LeadRule | None = None) -> int:
    """How many leads a rule that is not at work yet would give out if somebody fits."""
    others = LeadRule.objects.in_store(rule.store).active().exclude(pk=instead_of and instead_of.pk)
    named = others.values_list("sources", flat=True)
    leads = waiting_leads().in_store(rule.store)
    if rule.sources:
        return leads.filter(source__in=rule.sources).count()
    return leads.exclude(source__in=[source for sources in named for source in sources]).count()


def candidates(store_id: int, now) -> list[Candidate]:
    """The store's salespeople, without any everybody, with what speaks for and against them."""
    members = Membership.objects.of_active_staff().in_stores([store_id])
    roles = list(members.values_list("staff", "role"))
    sellers = [pk for pk, role in roles if role == Role.SALESPERSON]
    people = list(dict.fromkeys(sellers or [pk for pk, _role in roles]))
    duty = on_duty([store_id], now)
    there = {pk for role in Role.values for pk in duty.of(store_id, role)}
    load = Counter(Task.objects.reached(now).of_people(people).count_by_person())
    load.update(dict(Deal.objects.new().filter(staff__in=people).order_by().values_list("staff").annotate(Count("pk"))))
    rates = input_rates([store_id], now - JUDGED_OVER, now)
    turns = LeadChoice.objects.last_turns(store_id)
    found = []
    for pk in people:
        rate = rates.get((store_id, pk), Rate())
        found.append(Candidate(pk, pk in there, load[pk], rate.due, rate.hits, turns.get(pk, 0)))
    return found


def waiting_leads():
    """New, nobody's, and not given out by a rule before."""
    given = LeadChoice.objects.chosen().filter(deal=OuterRef("pk"))
    return Deal.objects.new().of_nobody().filter(~Exists(given))


def _give_in(store_id, now, limit) -> int:
    with transaction.atomic():
        one_at_a_time("giving leads", store_id)
        rules = LeadRule.objects.in_store(store_id).by_source()
        if not waiting_leads().in_store(store_id).filter(source__in=list(rules)).exists():
            return 0
        people = candidates(store_id, now)
        fit = {source for source, rule in rules.items() if fitting(people, rule.lowest_percent)}
        rows = _keep_that_nobody_fits(store_id, rules, set(rules) - fit, people, now, limit)
        ids = waiting_leads().in_store(store_id).filter(source__in=fit).longest_waiting().values_list("pk", flat=True)
        ids = list(ids[:limit])
        hold_customers({DEALS: ids})
        leads = waiting_leads().with_ids(ids).select_related("customer__owner").longest_waiting()
        rows += _give(list(leads.select_for_update(of=("self",), no_key=True)), rules, people, now)
        given = Counter(row.staff_id for row in rows if row.chosen)
        _tell_who_is_below(store_id, rows, now)
        if given:
            path = reverse("todo:board") + "?view=new"
            Notification.tell_by_rule(NotificationKind.HANDED_OVER, given, path=path, now=now, said="lead_by_rule")
    return given.total()


def _give(leads, rules, people, now) -> list[LeadChoice]:
    """One after the other, each knowing what the one before has got; for and against everybody."""
    by_id, rows = {one.staff_id: one for one in people}, []
    turn = max((one.turn for one in people), default=0)
    staff = Staff.objects.in_bulk(list(by_id)) if leads else {}
    for lead in leads:
        rule = rules[lead.source]
        decision = decide(list(by_id.values()), rule.criteria, rule.lowest_percent)
        assign_deal(lead, staff[decision.chosen])
        turn += 1
        by_id[decision.chosen] = by_id[decision.chosen].given(turn)
        rows += choices(lead.pk, rule, decision, now)
    LeadChoice.objects.filter(deal__in=leads).delete()
    LeadChoice.objects.bulk_create(rows)
    return rows


def _tell_who_is_below(store_id, rows, now):
    """Whoever is there and gets none for their input rate, with the way back; once in the days it is taken over."""
    below = {}
    for row in rows:
        said = {reason["code"]: reason for reason in row.reasons}
        if "below" in said and "off" not in said:
            below[row.staff_id] = {"n": said["below"]["asked"], "below": True}
    if not below:
        return
    path = reverse("giving:standing", args=[store_id])
    told = Notification.objects.filter(path=path, staff__in=below, created_at__gt=now - JUDGED_OVER)
    for pk in told.values_list("staff", flat=True):
        below.pop(pk, None)
    Notification.tell(NotificationKind.REMINDED, below, path=path, by=None, now=now)


def _keep_that_nobody_fits(store_id, rules, sources, people, now, limit) -> list[LeadChoice]:
    seen = LeadChoice.objects.is_kept()
    leads = waiting_leads().in_store(store_id).filter(~Q(seen), source__in=sources).longest_waiting()
    rows = []
    for pk, source in leads.values_list("pk", "source")[:limit]:
        rule = rules[source]
        rows += choices(pk, rule, decide(people, rule.criteria, rule.lowest_percent), now)
    LeadChoice.objects.bulk_create(rows, ignore_conflicts=True)
    return rows


def choices(deal_id, rule, decision, now) -> list[LeadChoice]:
    """What is kept of a decision, not saved yet."""
    return [
        LeadChoice(
            deal_id=deal_id, rule=rule, staff_id=pk, chosen=pk == decision.chosen, reasons=decision.reasons[pk], at=now
        )
        for pk in decision.reasons
    ]
