"""A store's rules for new leads as managers write them, and where one stands (REQUIREMENTS E6)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from customers.models import Deal
from followups.giving import give_leads
from followups.models import LeadRule
from tests.cast import at, contact, customer, lead

NOW = at("2026-11-22 14:00")


@pytest.fixture(autouse=True)
def sunday_afternoon(time_machine):
    time_machine.move_to(NOW, tick=False)


def address(store, *rule):
    name = "giving:retirement" if rule else "giving:rules"
    return reverse(name, args=[store.pk, *(one.pk for one in rule)])


def made(store, **fields):
    return LeadRule.objects.create(store=store, made_at=NOW, **{"prefer": "turn", **fields})


def late_entries(cast, number):
    who = customer(cast.hiratsuka, name="山田 花子")
    for minute in range(number):
        happened_at = NOW - timedelta(days=1, minutes=minute)
        contact(
            who, happened_at, entered_at=NOW, completed_at=NOW,
            counted_store=cast.hiratsuka, counted_staff=cast.sales,
        )  # fmt: skip


def test_a_manager_writes_a_rule_and_reads_what_it_does(client, cast):
    client.force_login(cast.manager)
    fields = {"sources": ["web", "phone"], "prefer": "load", "lowest_percent": "80"}
    assert client.post(address(cast.hiratsuka), fields).url == address(cast.hiratsuka)
    [rule] = LeadRule.objects.all()
    assert (rule.store, rule.sources, rule.prefer, rule.lowest_percent) == (
        cast.hiratsuka, ["web", "phone"], "load", 80,
    )  # fmt: skip
    assert (rule.made_by, rule.made_at) == (cast.manager, NOW)
    page = client.get(address(cast.hiratsuka)).content.decode()
    assert "入力率80％未満" in page
    assert address(cast.hiratsuka, rule) in page
    assert "佐藤 健太" in page


def test_how_many_wait_for_it_is_told_first(client, cast):
    for _number in range(3):
        lead(customer(cast.hiratsuka), NOW)
    client.force_login(cast.admin)
    response = client.post(address(cast.hiratsuka), {"prefer": "turn", "look": "1"})
    assert response.status_code == 200
    assert response.context["would_give"] == 3
    assert not LeadRule.objects.exists()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"lowest_percent": "0"}, "lowest_percent"),
        ({"lowest_percent": "101"}, "lowest_percent"),
        ({"prefer": "dice"}, "prefer"),
        ({"sources": ["pigeon"]}, "sources"),
        ({"sources": ["web", "phone"]}, "sources"),
        ({"sources": []}, "sources"),
    ],
)
def test_what_makes_no_sense_or_is_there_already_is_refused(client, cast, fields, wrong):
    made(cast.hiratsuka, sources=["web"])
    made(cast.hiratsuka)
    client.force_login(cast.manager)
    response = client.post(address(cast.hiratsuka), {"prefer": "turn", "sources": ["referral"], **fields})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [wrong]
    assert LeadRule.objects.count() == 2


def test_a_rule_is_stopped_and_gone_from_the_page(client, cast):
    rule = made(cast.hiratsuka)
    client.force_login(cast.manager)
    client.post(address(cast.hiratsuka, rule))
    rule.refresh_from_db()
    assert rule.retired_at == NOW
    assert not client.get(address(cast.hiratsuka)).context["rules"]


def test_who_may_not_is_told_so_and_another_store_is_not_there(client, cast):
    rule = made(cast.hiratsuka)
    for person, status in [(cast.sales, 403), (cast.assistant, 403), (cast.yokohama_manager, 404)]:
        client.force_login(person)
        for where in (address(cast.hiratsuka), address(cast.hiratsuka, rule)):
            assert client.post(where).status_code == status
    client.force_login(cast.yokohama_manager)
    assert client.post(address(cast.yokohama, rule)).status_code == 404
    rule.refresh_from_db()
    assert rule.retired_at is None


def test_the_stores_page_leads_there_for_who_may(client, cast):
    for person, shown in [(cast.manager, True), (cast.sales, False)]:
        client.force_login(person)
        page = client.get(reverse("stores:detail", args=[cast.hiratsuka.pk])).content.decode()
        assert (f'"{address(cast.hiratsuka)}"' in page) == shown
        assert reverse("giving:standing", args=[cast.hiratsuka.pk]) in page


def test_below_the_threshold_one_reads_why_and_the_way_back(client, cast):
    late_entries(cast, 10)
    made(cast.hiratsuka, lowest_percent=80)
    client.force_login(cast.sales)
    response = client.get(reverse("giving:standing", args=[cast.hiratsuka.pk]))
    page = response.content.decode()
    assert response.context["mine"].lowest == 80
    assert "遅れて入力: 10" in page
    assert page.count("山田 花子") == 10
    client.force_login(cast.sales2)
    response = client.get(reverse("giving:standing", args=[cast.hiratsuka.pk]))
    assert response.context["mine"].lowest is None
    assert "山田 花子" not in response.content.decode()


def test_a_rule_is_changed_by_another_that_takes_its_place(client, cast):
    old, other = made(cast.hiratsuka, sources=["web"], lowest_percent=70), made(cast.hiratsuka, sources=["phone"])
    client.force_login(cast.manager)
    page = client.get(address(cast.hiratsuka), {"change": old.pk})
    assert page.context["form"]["lowest_percent"].value() == 70
    fields = {"change": old.pk, "sources": ["web"], "prefer": "turn", "lowest_percent": "101"}
    assert client.post(address(cast.hiratsuka), fields).status_code == 422
    assert client.post(address(cast.hiratsuka), {**fields, "sources": ["phone"]}).status_code == 422
    assert set(LeadRule.objects.active()) == {old, other}
    client.post(address(cast.hiratsuka), {**fields, "lowest_percent": "80"})
    assert set(LeadRule.objects.active().values_list("lowest_percent", flat=True)) == {80, None}
    old.refresh_from_db()
    assert old.retired_at == NOW


def test_whether_anybody_could_get_one_is_told_first(client, cast):
    late_entries(cast, 10)
    cast.sales2.take_days_off([NOW.date()])
    client.force_login(cast.manager)
    page = client.post(address(cast.hiratsuka), {"prefer": "turn", "lowest_percent": "80", "look": "1"})
    assert page.context["fit"] == 0
    assert client.post(address(cast.hiratsuka), {"prefer": "turn", "look": "1"}).context["fit"] == 1


def test_who_gets_no_leads_reads_that(client, cast):
    client.force_login(cast.manager)
    response = client.get(reverse("giving:standing", args=[cast.hiratsuka.pk]))
    assert response.context["mine"] is None


def test_the_deal_and_its_row_lead_to_why_this_person(client, cast):
    deal = lead(customer(cast.hiratsuka), NOW)
    where = reverse("todo:lead-choice", args=[deal.pk])
    client.force_login(cast.manager)
    pages = [reverse("todo:deal", args=[deal.pk]), reverse("todo:board") + "?view=new&who=store"]
    assert not [page for page in pages if where in client.get(page).content.decode()]
    made(cast.hiratsuka)
    give_leads(NOW)
    assert [page for page in pages if where in client.get(page).content.decode()] == pages
    page = client.get(where).content.decode()
    assert "佐藤 健太" in page
    assert "順番" in page
    assert "森 翔" in page
    client.force_login(cast.sales2)
    page = client.get(where).content.decode()
    assert "順番" in page
    assert page.count("考慮しません") == 1, "of one's own rate alone"
    Deal.objects.update(staff=cast.sales2)
    assert "手動で森 翔さん" in client.get(where).content.decode()


@pytest.mark.parametrize("number", [1, 10])
def test_its_queries_do_not_grow_with_the_rules_and_entries(client, cast, number, django_assert_num_queries):
    for source in ["web", "phone", "walk_in", "referral", "repeat"][:number]:
        made(cast.hiratsuka, sources=[source], made_by=cast.manager)
    late_entries(cast, number)
    client.force_login(cast.manager)
    with django_assert_num_queries(14):
        client.get(address(cast.hiratsuka))
    client.force_login(cast.sales)
    with django_assert_num_queries(16):
        client.get(reverse("giving:standing", args=[cast.hiratsuka.pk]))
