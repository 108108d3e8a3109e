"""The page on which running follow-ups are moved to a version: offered, previewed, done, and the way back."""

import pytest

from followups import batches, moving
from followups.batches import work_on_batches
from followups.expansion import expand
from followups.models import Batch, FollowUp, Pattern, Step
from followups.starting import start
from tests.cast import at, customer, pattern

NOW = at("2026-11-22 10:00")
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def own(cast):
    return pattern(
        "own", [{"title": "お礼"}, {"title": "ご様子伺い", "offset_days": 7}], store=cast.hiratsuka, name="見守り"
    )


@pytest.fixture
def group(cast):
    return pattern("group", [{"title": "お礼"}], name="全店の見守り")


@pytest.fixture
def me(client, cast):
    client.force_login(cast.manager)
    return client


def begin(made, *stores):
    for store in stores:
        start(made, customer=customer(store), by=None, now=NOW)
    expand(NOW)


def revise(made, days=9):
    steps = [Step(title="お礼"), Step(title="ご様子伺い", offset_days=days)]
    return made.add_version(base="chosen", steps=steps, by=None, now=NOW)


def address(version):
    return f"/patterns/{version.pattern_id}/versions/{version.number}/moving/"


def test_the_pattern_and_its_history_offer_it_where_running_ones_use_another_version(me, cast, own):
    begin(own, cast.hiratsuka, cast.hiratsuka)
    places = (f"/patterns/{own.pk}/", f"/patterns/{own.pk}/history/")
    link = f"/patterns/{own.pk}/versions/2/moving/"
    assert [link in me.get(place).content.decode() for place in places] == [False, False]
    version = revise(own)
    for place in places:
        content = me.get(place).content.decode()
        assert link in content
        assert "2件" in content
    FollowUp.objects.update(version=version)
    assert [link in me.get(place).content.decode() for place in places] == [False, False]
    assert "/versions/1/moving/" in me.get(f"/patterns/{own.pk}/versions/1/").content.decode()


def test_who_may_not_edit_the_pattern_is_not_offered_it(client, cast, own):
    begin(own, cast.hiratsuka)
    version = revise(own)
    client.force_login(cast.sales)
    assert "/moving/" not in client.get(f"/patterns/{own.pk}/").content.decode()
    assert "/moving/" not in client.get(f"/patterns/{own.pk}/history/").content.decode()
    assert (client.get(address(version)).status_code, client.post(address(version)).status_code) == (403, 403)


def test_the_preview_says_how_many_and_shows_before_and_after(me, cast, own):
    begin(own, cast.hiratsuka, cast.hiratsuka)
    content = me.get(address(revise(own))).content.decode()
    for words in (">11/29(日)<", ">12/1(火)<", "2件を移す"):
        assert words in content
    assert set(FollowUp.objects.values_list("version__number", flat=True)) == {1}


def test_it_counts_on_by_itself_until_all_is_looked_at_and_only_then_offers_it(me, cast, own, monkeypatch):
    monkeypatch.setattr(moving, "SLICE", 2)
    monkeypatch.setattr("followups.views.moving.SECONDS", 0)
    begin(own, *[cast.hiratsuka] * 5)
    place = address(revise(own))
    page = me.get(place)
    assert (page.context["outlook"].looked_at, 'name="key"' in page.content.decode()) == (2, False)
    for looked_at in (4, 5):
        page = me.get(place, {"seen": page.context["seen"]}, headers=HTMX)
        assert page.context["outlook"].looked_at == looked_at
        assert page.content.decode().lstrip().startswith('<div id="outlook"')
    assert (page.context["outlook"].move, 'name="key"' in page.content.decode()) == (5, True)


def test_go_makes_a_batch_and_pressed_twice_it_is_one(me, cast, own, monkeypatch):
    monkeypatch.setattr(batches, "AT_ONCE", -1)
    begin(own, cast.hiratsuka, cast.hiratsuka)
    version = revise(own)
    key = me.get(address(version)).context["key"]
    first, second = (me.post(address(version), {"key": key}).url for _n in range(2))
    assert first == second == f"/batches/{Batch.objects.get().pk}/"
    assert first in me.get(address(version)).content.decode()
    assert me.post(address(version)).url == first
    work_on_batches(NOW)
    work_on_batches(NOW)
    assert "2件を移しました" in me.get(first).content.decode()
    assert set(FollowUp.objects.values_list("version", flat=True)) == {version.pk}
    assert me.post(address(version)).url == f"/patterns/{own.pk}/"


def test_the_page_of_the_batch_names_the_way_back_and_it_is_one(me, cast, own):
    begin(own, cast.hiratsuka)
    old = own.current_version
    page = me.get(me.post(address(revise(own))).url)
    assert f'href="/patterns/{own.pk}/"' in page.content.decode()
    assert "以前の版に移して" in page.content.decode()
    me.post(address(old))
    assert FollowUp.objects.get().version == old


def test_a_manager_moves_their_stores_and_an_administrator_the_groups(client, cast, own, group):
    begin(group, cast.hiratsuka, cast.yokohama)
    begin(own, cast.hiratsuka)
    versions = {made: revise(made) for made in (own, group)}
    statuses = {}
    for who in (cast.yokohama_manager, cast.manager, cast.admin):
        client.force_login(who)
        statuses[who] = [client.post(address(version)).status_code for version in versions.values()]
    assert statuses == {cast.yokohama_manager: [404, 403], cast.manager: [302, 403], cast.admin: [302, 302]}
    assert not FollowUp.objects.exclude(version__in=versions.values()).exists()
    of_group = Batch.objects.get(pattern=group)
    client.force_login(cast.manager)
    assert (of_group.store, client.get(f"/batches/{of_group.pk}/").status_code) == (None, 404)


def test_of_what_counts_from_something_else_it_says_that_it_stays(me, cast, own):
    begin(own, cast.hiratsuka)
    version = own.add_version(base="birthday", steps=[Step(title="お祝い")], by=None, now=NOW)
    page = me.get(address(version))
    assert (page.context["number"], page.context["of_other_bases"]) == (0, 1)
    assert "disabled" in page.content.decode()


@pytest.mark.parametrize("number", [1, 10])
def test_its_queries_do_not_grow_with_the_follow_ups(me, cast, own, number, django_assert_num_queries):
    begin(own, *[cast.hiratsuka] * number)
    version = revise(own)
    with django_assert_num_queries(26):
        me.get(address(version))


def test_an_unknown_version_is_not_there(me, cast, own):
    assert me.get(f"/patterns/{own.pk}/versions/9/moving/").status_code == 404
    assert Pattern.objects.filter(pk=own.pk).exists()
