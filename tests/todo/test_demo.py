import re
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from customers.models import BusinessCard, Customer, Deal, Stage, StageChange
from dealercrm.supervisor import DEMONSTRATION_ACCOUNTS
from followups.models import Contact, FollowUp, Pattern, Task
from followups.models.contact import REACHED
from reports.models import MorningReport
from stores.models import DayOff, Staff, Store
from tests.cast import at, store

pytestmark = pytest.mark.django_db
SMALL = 60
MOMENTS = {
    "a Sunday afternoon": "2026-11-22 14:05",
    "a Wednesday, when Hiratsuka is closed": "2026-11-18 13:00",
    "a Tuesday, when the others are closed": "2026-11-24 11:10",
    "before opening": "2026-11-20 08:30",
    "at night, just after midnight": "2026-11-20 00:20",
    "after closing": "2026-11-20 22:40",
    "the third day of the year": "2027-01-03 12:00",
}


def make(moment="2026-11-22 14:05", **options):
    with time_machine.travel(at(moment), tick=False):
        call_command("demo", **{"customers": SMALL, **options})
    return at(moment)


def everything():
    """What the same seed must make again, ids left out."""
    return (
        list(Customer.objects.order_by("pk").values_list("name", "kana", "phones", "owner__username", "rank__code")),
        list(Task.objects.order_by("pk").values_list("title", "late_at", "done_at", "assignee__username", "reason")),
        list(Contact.objects.order_by("pk").values_list("outcome", "details", "happened_at", "entered_at")),
        list(Deal.objects.order_by("pk").values_list("goods", "stage", "received_at", "lost_reason")),
        list(DayOff.objects.order_by("pk").values_list("staff__username", "on")),
    )


def test_the_same_seed_makes_the_same_dealership_again_and_another_seed_another():
    for number in range(3):
        store(f"gone-{number}").delete()  # with other ids
    make(seed=5)
    first = everything()
    make(seed=5, fresh=True)
    assert everything() == first
    make(seed=6, fresh=True)
    assert everything() != first


def test_it_refuses_outside_the_demonstration(settings):
    settings.DEMONSTRATION = False
    with pytest.raises(CommandError, match="not the demonstration"):
        call_command("demo", customers=SMALL, fresh=True)
    assert not Staff.objects.exists()


def test_it_refuses_a_database_with_people_in_it_and_changes_nothing(cast):
    with pytest.raises(CommandError, match="--fresh"):
        call_command("demo", customers=SMALL)
    assert Store.objects.count() == 2
    assert not Customer.objects.exists()


def test_customers_without_any_staff_are_not_written_over():
    shop = Store.objects.create(slug="shop", name="店")
    Customer.objects.create(store=shop, name="先に来た人")
    with pytest.raises(CommandError, match="--fresh"):
        call_command("demo", customers=SMALL)
    assert Customer.objects.count() == 1


def test_interrupted_midway_it_leaves_nothing_behind(monkeypatch):
    from todo.demo.rows import Tables

    def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(Tables, "finish", interrupted)
    with pytest.raises(KeyboardInterrupt):
        call_command("demo", customers=SMALL)
    assert not Staff.objects.exists()
    assert not Customer.objects.exists()
    monkeypatch.undo()
    call_command("demo", customers=SMALL)
    assert Customer.objects.count() == SMALL


def catalogue():
    """Every index and constraint of the database, as it would be made again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")
        # A list of values is worded anew each time it is read back: brackets and casts say nothing.
        indexes = [re.sub(r"[()]|::[a-z ]+(\[\])?", "", row) for (row,) in cursor.fetchall()]
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"
        )
        return indexes, cursor.fetchall()


def test_indexes_and_foreign_keys_are_there_again_afterwards():
    before = catalogue()
    make()
    assert catalogue() == before
    make(fresh=True)
    assert catalogue() == before


def test_a_row_that_points_at_nothing_is_refused_in_the_end(monkeypatch):
    from todo.demo.dealership import Dealership

    def pointing_at_nothing(self):
        self.tables.vehicles.waiting[0]["customer_id"] = 10**9

    monkeypatch.setattr(Dealership, "_index", pointing_at_nothing)
    with pytest.raises(IntegrityError, match="vehicle"):
        call_command("demo", customers=SMALL)
    assert not Customer.objects.exists()


def test_progress_is_told_in_tenths_where_nobody_watches(capsys):
    make(customers=2500)
    told = [line for line in capsys.readouterr().err.splitlines() if "customers" in line]
    assert told == ["1,000 of 2,500 customers", "2,000 of 2,500 customers", "2,500 of 2,500 customers; indexes …"]


def test_every_account_can_sign_in_with_the_password_demo(client):
    make()
    for username in DEMONSTRATION_ACCOUNTS:
        answer = client.post(reverse("account_login"), {"login": username, "password": "demo"})
        assert answer.status_code == 302, username
        client.logout()


def test_rows_can_be_added_afterwards():
    now = make()
    customer = Customer.objects.create(store=Store.objects.first(), name="後から来た人")
    assert Customer.objects.latest("pk") == customer
    Deal.receive(customer=customer, now=now, kind="sale", source="web")


def test_someone_of_hiratsuka_is_off_today_with_open_tasks_but_not_the_one_we_show():
    now = make()
    off = Staff.objects.filter(days_off__on=timezone.localdate(now), memberships__store__slug="hiratsuka")
    assert off.exists()
    assert not off.filter(username="sales").exists()
    assert Task.objects.open().filter(assignee__in=off).exists()


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_at_any_hour_every_view_of_sales_has_something_and_nothing_contradicts_itself(moment):
    now = make(moment)
    sales = Staff.objects.get(username="sales")
    views = {
        "new": Deal.objects.visible_to(sales).new().of(sales),
        "on time": Task.objects.on_time(now).of(sales),
        "overdue": Task.objects.overdue(now).of(sales),
        "replied": Contact.objects.visible_to(sales).waiting().for_person(sales),
        "upcoming": Task.objects.upcoming(now).of(sales),
        "done": Task.objects.done_today(now).filter(done_by=sales),
    }
    assert [name for name, rows in views.items() if not rows.exists()] == []
    assert {name: rows.count() for name, rows in contradictions(now).items() if rows.exists()} == {}


def contradictions(now):
    """What the engine would never have left behind."""
    standing = Count("contacts", filter=Q(contacts__voided_at__isnull=True))
    closed = (
        Q(customer__closed_at__isnull=False) | Q(follow_up__ended_at__isnull=False) | Q(deal__closed_at__isnull=False)
    )
    answer = Contact.objects.standing().filter(
        customer=OuterRef("customer"), direction="out", outcome__in=REACHED, entered_at__gt=OuterRef("entered_at")
    )
    return {
        "done without its one contact": Task.objects.filter(done_at__isnull=False).annotate(n=standing).exclude(n=1),
        "a result of a task that is not done": Contact.objects.filter(task__isnull=False, task__done_at__isnull=True),
        "open though over": Task.objects.open().filter(closed),
        "running for a lost deal": FollowUp.objects.running().filter(deal__closed_at__isnull=False),
        "running though won since": FollowUp.objects.running().filter(started_at__lt=F("deal__won_at")),
        "not expanded": FollowUp.objects.waiting(),
        "recorded in the future": Contact.objects.filter(Q(happened_at__gt=now) | Q(entered_at__gt=now)),
        "entered before it happened": Contact.objects.filter(entered_at__lt=F("happened_at")),
        "done in the future": Task.objects.filter(Q(done_at__gt=now) | Q(cancelled_at__gt=now)),
        "done before it was there": Task.objects.filter(done_at__lt=F("created_at")),
        "moved in the future": StageChange.objects.filter(at__gt=now),
        "begun before it came": Deal.objects.filter(taken_at__lt=F("received_at")),
        "recorded before the deal came": Contact.objects.filter(happened_at__lt=F("deal__received_at")),
        "begun in the future": FollowUp.objects.filter(Q(started_at__gt=now) | Q(ended_at__gt=now)),
        "ended before it began": FollowUp.objects.filter(ended_at__lt=F("started_at")),
        "late and long not flagged": Task.objects.to_flag(now - timedelta(minutes=2)),
        "answered but waiting": Contact.objects.waiting().filter(Exists(answer)),
        "wrong last contact": wrong_dates(),
    }


def wrong_dates():
    two_way = Q(contacts__direction="in") | Q(contacts__outcome__in=REACHED)
    return Customer.objects.annotate(
        contacted=Max("contacts__happened_at", filter=two_way),
        negotiated=Max("contacts__happened_at", filter=Q(contacts__negotiated=True)),
    ).exclude(
        (Q(contacted=F("last_contacted_at")) | Q(contacted=None, last_contacted_at=None))
        & (Q(negotiated=F("last_negotiated_at")) | Q(negotiated=None, last_negotiated_at=None))
    )


def test_the_check_itself_finds_what_is_wrong():
    now = make()
    done = Task.objects.filter(done_at__isnull=False)
    Contact.objects.filter(task=done.first()).update(voided_at=now)
    Customer.objects.filter(last_contacted_at__isnull=False).update(last_contacted_at=now)
    found = {name for name, rows in contradictions(now).items() if rows.exists()}
    assert {"done without its one contact", "wrong last contact"} <= found


def test_the_search_column_is_what_the_model_makes_it():
    make()
    for customer in Customer.objects.prefetch_related("vehicles"):
        assert customer.search == customer.search_text()


def test_deals_stand_in_every_stage_and_some_are_lost():
    make(customers=800)
    assert set(Deal.objects.values_list("stage", flat=True)) == set(Stage.values)
    assert Deal.objects.filter(lost_at__isnull=False).exists()


@pytest.mark.parametrize("moment", ["2026-11-20 00:20", "2026-11-22 14:05"])
def test_the_last_morning_is_reported_and_shared_and_todays_where_it_is_time(moment):
    today = timezone.localdate(make(moment))
    earlier = MorningReport.objects.filter(on__lt=today)
    assert earlier.count() == Store.objects.count()
    assert all(report.shared_at and report.note and report.reads.exists() for report in earlier)
    assert MorningReport.objects.filter(on=today).exists() == (moment[-5:] > "08:30")


def test_some_were_sent_by_older_customers_and_ordered():
    make()
    sent = Customer.objects.filter(referrer__isnull=False)
    assert sent.filter(deals__ordered_on__isnull=False).exists()
    assert all(one.referrer_id < one.pk and one.referrer.store_id == one.store_id for one in sent)


def test_cards_wait_to_be_typed_in_and_one_is():
    make()
    waiting = BusinessCard.objects.waiting().with_picture()
    assert (waiting.count(), BusinessCard.objects.settled().get().customer.name != "") == (2, True)
    assert all(bytes(card.picture.content).startswith(b"\xff\xd8") for card in waiting)


def test_of_one_pattern_two_versions_can_be_held_against_each_other():
    make()
    versions = Pattern.objects.get(store=None, slug="standard-eight-touch").versions.all()
    assert [version.number for version in versions] == [2, 1]
    for version in versions:
        tasks = Task.objects.filter(follow_up__version=version)
        assert tasks.filter(step__version=version).count() == tasks.filter(step__isnull=False).count() > 10
