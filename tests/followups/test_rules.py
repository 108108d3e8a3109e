"""A pattern that begins by itself, written on its page (REQUIREMENTS B9)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from followups.models import Base, FollowUp, StartRule
from followups.occurrences import start_due
from tests.cast import at, customer, pattern

NOW = at("2026-11-22 10:00")


@pytest.fixture
def birthday(cast):
    return pattern("own", [{}], base=Base.BIRTHDAY)


def address(made, name="rule_new", *more):
    return reverse(f"patterns:{name}", args=[made.pk, *more])


@pytest.fixture
def today(time_machine):
    time_machine.move_to(NOW, tick=False)


def test_an_admin_writes_a_rule_and_the_pattern_begins(client, cast, birthday, today):
    customer(cast.hiratsuka, name="林", born_on=date(1984, 12, 1))
    client.force_login(cast.admin)
    answer = client.post(address(birthday), {"from_on": "2026-11-22"}, follow=True)
    assert "以後" in answer.content.decode()
    assert start_due(NOW)
    assert FollowUp.objects.get().rule == StartRule.objects.get()


def test_looking_first_counts_and_begins_nothing(client, cast, birthday, today):
    for name in ("林", "森"):
        customer(cast.hiratsuka, name=name, born_on=date(1984, 12, 1))
    client.force_login(cast.admin)
    answer = client.post(address(birthday), {"from_on": "2026-11-22", "look": "1"})
    assert answer.context["ahead"].count == 2
    assert answer.context["ahead"].most_on == date(2026, 12, 1)
    assert not StartRule.objects.exists()
    assert not FollowUp.objects.exists()


def test_a_filter_that_makes_no_sense_for_the_base_is_not_offered(client, cast, birthday):
    client.force_login(cast.admin)
    fields = client.get(address(birthday)).context["form"].fields
    assert {"sources", "stages", "before_holiday_days"} & set(fields) == set()
    received = pattern("leads", [{}], base=Base.RECEIVED)
    assert "sources" in client.get(address(received)).context["form"].fields


def test_without_a_day_nothing_is_saved_and_what_was_chosen_stays(client, cast, birthday):
    client.force_login(cast.admin)
    answer = client.post(address(birthday), {"from_on": "", "channel_allowed": "email"})
    assert answer.status_code == 422
    assert answer.context["form"]["channel_allowed"].value() == "email"
    assert not StartRule.objects.exists()


def test_a_pattern_counted_from_the_choice_cannot_begin_by_itself(client, cast):
    client.force_login(cast.admin)
    made = pattern("own", [{}])
    assert client.get(address(made)).context["begins_by_hand_only"]
    client.post(address(made), {"from_on": "2026-11-22"})
    assert not StartRule.objects.exists()


def test_a_manager_writes_rules_for_their_stores_copy_and_not_for_the_group(client, cast, birthday):
    copy = birthday.copy_to(cast.hiratsuka, by=cast.manager, now=NOW)
    client.force_login(cast.manager)
    assert client.post(address(birthday), {"from_on": "2026-11-22"}).status_code == 403
    assert client.post(address(copy), {"from_on": "2026-11-22"}).status_code == 302
    assert StartRule.objects.get().pattern == copy


def test_a_retired_rule_stands_no_longer_on_the_page(client, cast, birthday):
    client.force_login(cast.admin)
    rule = StartRule.objects.create(pattern=birthday, from_on=NOW.date(), made_at=NOW)
    client.post(address(birthday, "rule_retirement", rule.pk))
    assert not client.get(reverse("patterns:pattern", args=[birthday.pk])).context["rules"]
    assert StartRule.objects.get().retired_at


def test_a_stopped_rule_is_brought_back_as_the_same_rule_for_a_day(client, cast, birthday, time_machine):
    client.force_login(cast.admin)
    time_machine.move_to(NOW, tick=False)
    rule = StartRule.objects.create(pattern=birthday, from_on=NOW.date(), made_at=NOW, looked_on=NOW.date())
    page = client.post(address(birthday, "rule_retirement", rule.pk), follow=True).content.decode()
    back = address(birthday, "rule_comeback", rule.pk)
    assert back in page
    client.post(back)
    (same,) = StartRule.objects.all()
    assert (same.pk, same.retired_at, same.looked_on) == (rule.pk, None, None)
    client.post(address(birthday, "rule_retirement", rule.pk))
    time_machine.move_to(NOW + timedelta(days=1), tick=False)
    client.post(back)
    assert StartRule.objects.get().retired_at == NOW


def test_what_is_left_empty_says_so_in_words(client, cast, birthday):
    client.force_login(cast.admin)
    for place in (address(birthday), reverse("patterns:edit", args=[birthday.pk])):
        assert "---" not in client.get(place).content.decode().replace("-->", "").replace("<!--", "")
