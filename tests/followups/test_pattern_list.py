from datetime import date

import pytest
from django.urls import reverse

from followups.models import Pattern
from followups.starting import start
from tests.cast import at, customer, pattern

LIST = reverse("patterns:list")


def page(client, pattern, **query):
    return client.get(reverse("patterns:pattern", args=[pattern.pk]), query)


def group(slug="new-arrival") -> Pattern:
    return Pattern.objects.get(slug=slug, store=None)


def run(chosen, cast, count=1):
    for number in range(count):
        person = customer(cast.hiratsuka, phones=[f"0900000{number:04}"])
        start(chosen, customer=person, by=cast.sales, now=at("2026-11-21 12:00"))


@pytest.mark.parametrize("who", ["sales", "assistant", "manager", "yokohama_sales", "admin"])
def test_everybody_reads_the_groups_patterns(client, cast, who):
    client.force_login(getattr(cast, who))
    text = client.get(LIST).content.decode()
    assert "1か月後フォロー" in text
    assert "納車後のフォロー" in text


def test_a_stores_own_pattern_is_only_for_its_people(client, cast):
    ours = pattern("ours", [{}], store=cast.hiratsuka, name="平塚の夏")
    client.force_login(cast.sales)
    assert "平塚の夏" in client.get(LIST).content.decode()
    assert page(client, ours).status_code == 200
    client.force_login(cast.yokohama_manager)
    assert "平塚の夏" not in client.get(LIST).content.decode()
    assert page(client, ours).status_code == 404


def test_who_is_not_signed_in_is_led_to_the_door(client, cast):
    assert client.get(LIST).url.startswith(reverse("account_login"))


@pytest.mark.parametrize(
    ("who", "offered"), [("sales", False), ("assistant", False), ("manager", True), ("admin", True)]
)
def test_a_new_pattern_is_offered_to_those_who_may_write_one(client, cast, who, offered):
    client.force_login(getattr(cast, who))
    assert (reverse("patterns:new") in client.get(LIST).content.decode()) is offered


def test_running_follow_ups_are_counted_in_ones_own_stores(client, cast):
    run(group(), cast, 3)
    for who, running in [(cast.sales, 3), (cast.yokohama_sales, 0), (cast.admin, 3)]:
        client.force_login(who)
        rows = {row.slug: row for _store, rows in client.get(LIST).context["sections"] for row in rows}
        assert rows["new-arrival"].running == running


def test_the_group_says_when_ones_store_has_its_own(client, cast):
    copy = group().copy_to(cast.hiratsuka, by=cast.manager, now=at("2026-11-21 12:00"))
    client.force_login(cast.sales)
    sections = dict(client.get(LIST).context["sections"])
    assert next(row for row in sections[None] if row.slug == copy.slug).stand_in == copy


def test_those_no_longer_used_are_folded_away(client, cast):
    group().retire(at("2026-11-21 12:00"))
    client.force_login(cast.sales)
    context = client.get(LIST).context
    assert [row.slug for row in context["retired"]] == ["new-arrival"]
    assert "new-arrival" not in {row.slug for row in dict(context["sections"])[None]}


def test_an_empty_house_is_told_what_a_pattern_is_for(client, cast):
    Pattern.objects.all().delete()
    client.force_login(cast.manager)
    response = client.get(LIST)
    assert response.context["sections"] == []
    assert 'class="empty"' in response.content.decode()


@pytest.mark.parametrize("times", [1, 10])
def test_the_list_costs_the_same_however_many_there_are(client, cast, times, django_assert_max_num_queries):
    for number in range(times):
        pattern(f"extra-{number}", [{}, {}], store=cast.hiratsuka)
    client.force_login(cast.sales)
    with django_assert_max_num_queries(9):
        client.get(LIST)


def test_a_pattern_is_read_with_its_days_channels_and_scripts(client, cast):
    client.force_login(cast.sales)
    text = page(client, group()).content.decode()
    assert "最初のお電話" in text
    assert "お問い合わせありがとうございます。" in text
    assert "お問い合わせや査定依頼が届いたら、その日から。" in text


def test_the_dates_are_shown_from_any_day_in_ones_store(client, cast):
    client.force_login(cast.sales)
    response = page(client, group(), **{"preview-on": "2026-11-21", "preview-at": "21:43"})
    days = [row.planned.due_on for row in response.context["outlook"].rows]
    assert days == [date(2026, 11, day) for day in (22, 22, 23, 23, 24)]


def test_a_date_that_is_none_is_said_and_the_page_stays(client, cast):
    client.force_login(cast.sales)
    response = page(client, group(), **{"preview-on": "2026-02-31"})
    assert response.status_code == 200
    assert response.context["outlook"].problems


def test_another_stores_dates_are_not_shown(client, cast):
    client.force_login(cast.sales)
    response = page(client, group(), **{"preview-store": cast.yokohama.pk})
    assert response.context["outlook"].rows == []


def test_an_older_version_stays_readable(client, cast):
    chosen = pattern("ours", [{"title": "前の件名"}], store=cast.hiratsuka, by=cast.manager)
    chosen.add_version(base="chosen", steps=[], by=cast.manager, now=at("2026-11-02 10:00"), note="整理した")
    client.force_login(cast.sales)
    text = client.get(reverse("patterns:version", args=[chosen.pk, 1])).content.decode()
    assert "前の件名" in text
    assert "整理した" in text
    assert client.get(reverse("patterns:version", args=[chosen.pk, 3])).status_code == 404


@pytest.mark.parametrize("versions", [1, 10])
def test_a_pattern_costs_the_same_however_many_versions_it_has(client, cast, versions, django_assert_max_num_queries):
    chosen = pattern("ours", [{}, {}], store=cast.hiratsuka)
    for _version in range(versions):
        chosen.add_version(
            base="chosen", steps=chosen.current_version.step_list, by=cast.manager, now=at("2026-11-02 10:00")
        )
    run(chosen, cast, versions)
    client.force_login(cast.sales)
    with django_assert_max_num_queries(17):
        page(client, chosen)
