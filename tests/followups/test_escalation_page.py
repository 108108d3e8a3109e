"""A store's rules by which overdue work moves on, as managers write them (REQUIREMENTS A7)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from followups.escalating import escalate
from followups.models import EscalationRule
from followups.overdue import flag
from tests.cast import at, customer, task

NOW = at("2026-11-22 14:00")


@pytest.fixture(autouse=True)
def sunday_afternoon(time_machine):
    time_machine.move_to(NOW, tick=False)


def address(store, *rule):
    name = "escalation:retirement" if rule else "escalation:rules"
    return reverse(name, args=[store.pk, *(one.pk for one in rule)])


def made(store, **fields):
    return EscalationRule.objects.create(store=store, made_at=NOW, **{"after_hours": 4, "to": "team", **fields})


def test_a_manager_writes_a_rule_and_reads_what_it_does(client, cast):
    client.force_login(cast.manager)
    fields = {"after_hours": "4", "to": "manager", "channels": ["phone", "email"]}
    assert client.post(address(cast.hiratsuka), fields).url == address(cast.hiratsuka)
    [rule] = EscalationRule.objects.all()
    assert (rule.store, rule.after_hours, rule.to, rule.channels) == (cast.hiratsuka, 4, "manager", ["phone", "email"])
    assert (rule.made_by, rule.made_at) == (cast.manager, NOW)
    page = client.get(address(cast.hiratsuka)).content.decode()
    assert "営業時間で4時間遅れたら" in page
    assert address(cast.hiratsuka, rule) in page


def test_how_many_it_would_move_right_now_is_told_first(client, cast):
    for _number in range(3):
        task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 21))
    client.force_login(cast.admin)
    response = client.post(address(cast.hiratsuka), {"after_hours": "4", "to": "team", "look": "1"})
    assert response.status_code == 200
    assert response.context["would_move"] == 3
    assert not EscalationRule.objects.exists()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"after_hours": ""}, "after_hours"),
        ({"after_hours": "0"}, "after_hours"),
        ({"after_hours": "501"}, "after_hours"),
        ({"to": "nobody"}, "to"),
        ({"channels": ["pigeon"]}, "channels"),
        ({"after_hours": "6"}, "__all__"),
    ],
)
def test_what_makes_no_sense_or_is_there_already_is_refused(client, cast, fields, wrong):
    made(cast.hiratsuka, after_hours=6)
    client.force_login(cast.manager)
    response = client.post(address(cast.hiratsuka), {"after_hours": "4", "to": "team", **fields})
    assert response.status_code == 422
    assert wrong in response.context["form"].errors
    assert EscalationRule.objects.count() == 1


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
        assert (address(cast.hiratsuka) in page) == shown


def test_the_panel_tells_who_it_was_moved_on_from(client, cast):
    call = task(customer(cast.hiratsuka, owner=cast.sales), date(2026, 11, 21))
    made(cast.hiratsuka, to="colleague")
    flag(NOW)
    assert escalate(NOW) == 1
    client.force_login(cast.sales2)
    page = client.get(reverse("todo:task", args=[call.pk])).content.decode()
    assert "佐藤 健太 → 森 翔" in page


@pytest.mark.parametrize("number", [1, 10])
def test_its_queries_do_not_grow_with_the_rules(client, cast, number, django_assert_max_num_queries):
    for hours in range(number):
        made(cast.hiratsuka, after_hours=hours + 1, made_by=cast.manager)
    client.force_login(cast.manager)
    with django_assert_max_num_queries(9):
        client.get(address(cast.hiratsuka))


class TestBringingBack:
    def stopped(self, client, cast, time_machine, later=timedelta(hours=1)):
        rule = made(cast.hiratsuka)
        client.force_login(cast.manager)
        back = reverse("escalation:comeback", args=[cast.hiratsuka.pk, rule.pk])
        assert back in client.post(address(cast.hiratsuka, rule), follow=True).content.decode()
        time_machine.move_to(NOW + later, tick=False)
        return rule, back

    def test_it_is_the_same_rule_again(self, client, cast, time_machine):
        rule, back = self.stopped(client, cast, time_machine)
        client.post(back)
        assert list(client.get(address(cast.hiratsuka)).context["rules"]) == [rule]

    def test_after_a_day_it_is_too_late(self, client, cast, time_machine):
        _rule, back = self.stopped(client, cast, time_machine, timedelta(days=1))
        client.post(back)
        assert not EscalationRule.objects.active().exists()

    def test_it_does_not_come_beside_one_that_says_the_same(self, client, cast, time_machine):
        _rule, back = self.stopped(client, cast, time_machine)
        other = made(cast.hiratsuka)
        client.post(back)
        assert EscalationRule.objects.active().get() == other
