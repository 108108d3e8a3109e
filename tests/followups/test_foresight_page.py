"""The page that says what a pattern would come to for a group (REQUIREMENTS B8)."""

from datetime import date

import pytest
from django.urls import reverse

from customers.models import Rank
from followups.models import Base, FollowUp, StartRule
from stores.models import Staff
from tests.cast import at, customer, pattern

NOW = at("2026-11-22 10:00")


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def letters(cast):
    """Everybody gets one at once: three in Hiratsuka, two in Yokohama."""
    for number in range(3):
        customer(cast.hiratsuka, name=f"平塚{number}", owner=cast.sales)
    for number in range(2):
        customer(cast.yokohama, name=f"横浜{number}", owner=cast.yokohama_sales)
    return pattern("letters", [{"channel": "letter", "cost_yen": 85, "flex_days": 2}])


def address(made):
    return reverse("patterns:foresight", args=[made.pk])


def see(client, person, made, **query):
    client.force_login(person)
    return client.get(address(made), query)


def test_a_manager_sees_their_own_stores_and_an_admin_all(client, cast, letters):
    found = {}
    for person in (cast.manager, cast.yokohama_manager, cast.admin):
        found[person] = see(client, person, letters).context["foresight"]
    assert {person: (one.targets, one.yen) for person, one in found.items()} == {
        cast.manager: (3, 255),
        cast.yokohama_manager: (2, 170),
        cast.admin: (5, 425),
    }
    assert FollowUp.objects.count() == 0


def test_colleagues_of_the_other_store_are_not_named(client, cast, letters):
    assert "川口" not in see(client, cast.manager, letters).content.decode()
    assert "川口" in see(client, cast.admin, letters).content.decode()


@pytest.mark.parametrize("who", ["sales", "assistant"])
def test_who_manages_nothing_does_not_see_it(client, cast, letters, who):
    assert see(client, getattr(cast, who), letters).status_code == 403
    client.force_login(getattr(cast, who))
    assert address(letters) not in client.get(reverse("patterns:pattern", args=[letters.pk])).content.decode()


def test_the_way_there_is_on_the_patterns_page(client, cast, letters):
    client.force_login(cast.manager)
    assert address(letters) in client.get(reverse("patterns:pattern", args=[letters.pk])).content.decode()


def test_a_pattern_of_another_store_is_not_there(client, cast):
    theirs = pattern("theirs", [{}], store=cast.yokohama)
    assert see(client, cast.manager, theirs).status_code == 404


def test_one_store_or_one_rank(client, cast, letters):
    rank = Rank.objects.create(code="Z", position=50)
    customer(cast.hiratsuka, rank=rank)
    whole = see(client, cast.admin, letters, store=cast.yokohama.pk).context["foresight"]
    assert whole.targets == 2
    ranked = see(client, cast.admin, letters, whom=f"rank-{rank.pk}").context["foresight"]
    assert (ranked.targets, [row.name for row in ranked.ranks]) == (1, ["Z"])


def test_another_stores_name_is_refused(client, cast, letters):
    answer = see(client, cast.manager, letters, store=cast.yokohama.pk)
    assert (answer.context["foresight"], bool(answer.context["form"].errors["store"])) == (None, True)


@pytest.mark.parametrize("months", ["0", "25", "", "x"])
def test_months_that_cannot_be_are_said_beside_the_field(client, cast, letters, months):
    answer = see(client, cast.manager, letters, months=months)
    assert answer.context["foresight"] is None
    assert answer.context["form"].errors["months"]
    assert 'aria-invalid="true"' in answer.content.decode()


def test_its_rules_are_proposed_and_each_can_be_chosen(client, cast):
    made = pattern("own-birthday", [{"channel": "letter"}], base=Base.BIRTHDAY)
    rank = Rank.objects.create(code="Z", position=50)
    for chosen in (rank, None):
        customer(cast.hiratsuka, rank=chosen, born_on=date(1980, 3, 3))
    rule = StartRule.objects.create(pattern=made, from_on=NOW.date(), made_at=NOW)
    rule.ranks.add(rank)
    assert see(client, cast.manager, made).context["foresight"].tasks == 1
    assert see(client, cast.manager, made, whom="everybody").context["foresight"].tasks == 2
    assert see(client, cast.manager, made, whom=f"rule-{rule.pk}").context["foresight"].tasks == 1
    client.force_login(cast.manager)
    page = client.get(reverse("patterns:pattern", args=[made.pk])).content.decode()
    assert f"{address(made)}?whom=rule-{rule.pk}" in page


def test_a_rule_that_is_being_written_is_foreseen_and_not_saved(client, cast):
    made = pattern("own-birthday", [{"channel": "letter"}], base=Base.BIRTHDAY)
    customer(cast.hiratsuka, born_on=date(1980, 3, 3))
    client.force_login(cast.admin)
    answer = client.post(reverse("patterns:rule_new", args=[made.pk]), {"from_on": "2026-11-22", "look": "months"})
    assert answer.context["foresight"].tasks == 1
    assert "<svg" in answer.content.decode()
    assert StartRule.objects.count() == 0


def test_too_much_is_said_and_can_be_spread(client, cast, letters):
    Staff.objects.filter(pk=cast.sales.pk).update(daily_tasks=1)
    answer = see(client, cast.manager, letters)
    assert answer.context["foresight"].over == 2
    assert answer.context["foresight"].can_spread
    spread = see(client, cast.manager, letters, spreads="on").context["foresight"].spreading
    assert (spread.moved, spread.over_after) == (2, 0)
    assert spread.summary in client.get(address(letters), {"spreads": "on"}).content.decode()


@pytest.mark.parametrize("number", [1, 10])
def test_it_takes_as_many_statements_for_many_customers(client, cast, number, django_assert_num_queries):
    made = pattern("letters", [{"channel": "letter"}])
    for place in range(number):
        customer(cast.hiratsuka, name=f"顧客{place}", owner=cast.sales)
    client.force_login(cast.manager)
    with django_assert_num_queries(30):
        client.get(address(made))


class TestWhatAPersonCanDo:
    def post(self, client, by, person, **fields):
        client.force_login(by)
        url = reverse("stores:staff-edit", args=[person.pk])
        form = client.get(url).context["form"]
        data = {name: form[name].value() for name in ("name", "kana", "username", "email", "phone")}
        roles = {f"roles_{store.pk}": [role for held, role in form.held if held == store.pk] for store in form.stores}
        return client.post(url, {**{k: v or "" for k, v in data.items()}, **roles, **fields})

    def test_a_manager_says_how_many_tasks_somebody_can_do(self, client, cast):
        assert self.post(client, cast.manager, cast.sales, daily_tasks=35).status_code == 302
        assert Staff.objects.get(pk=cast.sales.pk).daily_tasks == 35

    @pytest.mark.parametrize("typed", ["-1", "501", "x"])
    def test_what_nobody_can_do_is_refused(self, client, cast, typed):
        answer = self.post(client, cast.manager, cast.sales, daily_tasks=typed)
        assert (answer.status_code, "daily_tasks" in answer.context["form"].errors) == (422, True)
        assert Staff.objects.get(pk=cast.sales.pk).daily_tasks == 20

    def test_left_empty_it_stays(self, client, cast):
        Staff.objects.filter(pk=cast.sales.pk).update(daily_tasks=7)
        assert self.post(client, cast.manager, cast.sales, daily_tasks="").status_code == 302
        assert Staff.objects.get(pk=cast.sales.pk).daily_tasks == 7
