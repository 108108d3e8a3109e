"""Patterns are made, renamed, copied into a store, retired and brought back; and who may do so."""

import pytest

from followups.forms.pattern import NameForm
from followups.models import FollowUp, Pattern
from followups.starting import start
from tests.cast import at, customer, pattern
from tests.followups.pattern_forms import step, typed, url


@pytest.fixture
def ours(cast):
    """Hiratsuka's own pattern of two steps, which its manager may edit."""
    return pattern("ours", [{"title": "お電話"}, {"title": "お便り", "offset_days": 3}], store=cast.hiratsuka)


def test_a_new_pattern_gets_a_slug_of_its_own_and_its_first_version(client, cast):
    client.force_login(cast.manager)
    for _time in range(2):
        data = typed(step(), name="Summer Fair", description="夏に", store=cast.hiratsuka.pk, began_from=0)
        assert client.post(url("new"), data).status_code == 302
    made = list(Pattern.objects.filter(name="Summer Fair"))
    assert [row.slug for row in made] == ["summer-fair", "summer-fair-2"]
    assert {(row.store, row.current_version.number) for row in made} == {(cast.hiratsuka, 1)}


def test_a_japanese_name_gets_a_slug_too_and_an_admins_is_for_all_stores(client, cast):
    client.force_login(cast.admin)
    client.post(url("new"), typed(step(), name="夏の点検", store="", began_from=0))
    made = Pattern.objects.get(name="夏の点検")
    assert (made.slug, made.store) == ("pattern", None)


@pytest.mark.parametrize("for_store", ["", "yokohama"])
def test_a_manager_writes_for_their_store_only(client, cast, for_store):
    chosen = cast.yokohama.pk if for_store else ""
    client.force_login(cast.manager)
    response = client.post(url("new"), typed(step(), name="夏の点検", store=chosen, began_from=0))
    assert response.status_code == 422
    assert "store" in response.context["editor"].name.errors
    assert not Pattern.objects.filter(name="夏の点検").exists()


def test_a_new_pattern_needs_a_name(client, cast):
    client.force_login(cast.manager)
    response = client.post(url("new"), typed(step(), name="", store=cast.hiratsuka.pk, began_from=0))
    assert response.status_code == 422
    assert "name" in response.context["editor"].name.errors


def test_a_new_pattern_is_arranged_and_previewed_too(client, cast):
    client.force_login(cast.manager)
    data = typed(step(title="一"), name="夏", store=cast.hiratsuka.pk, order="add", began_from=0)
    response = client.post(url("preview_new"), data)
    assert len(response.context["editor"].steps) == 2
    assert 'value="夏"' in response.content.decode()
    assert not Pattern.objects.filter(name="夏").exists()


def test_renaming_makes_no_version(client, cast, ours):
    client.force_login(cast.manager)
    assert client.post(url("name", ours), {"name": "新しい名前", "description": "いつ"}).status_code == 302
    ours.refresh_from_db()
    assert (ours.name, ours.description, ours.versions.count()) == ("新しい名前", "いつ", 1)
    assert client.post(url("name", ours), {"name": ""}).status_code == 422


def test_a_manager_copies_the_groups_into_their_store_once(client, cast):
    group = Pattern.objects.get(slug="new-arrival")
    client.force_login(cast.manager)
    for _time in range(2):
        response = client.post(url("copies", group), {"store": "hiratsuka"})
        copy = Pattern.objects.get(slug="new-arrival", store=cast.hiratsuka)
        assert response.url == url("edit", copy)
    assert copy.current_version.says_the_same(base="received", steps=group.current_version.step_list)


def test_a_copy_no_longer_used_comes_back_by_copying_again(client, cast):
    group = Pattern.objects.get(slug="new-arrival")
    copy = group.copy_to(cast.hiratsuka, by=cast.manager, now=at("2026-11-01 10:00"))
    copy.retire(at("2026-11-02 10:00"))
    client.force_login(cast.manager)
    client.post(url("copies", group), {"store": "hiratsuka"})
    copy.refresh_from_db()
    assert copy.retired_at is None


def test_nobody_copies_into_a_store_they_do_not_manage(client, cast):
    group = Pattern.objects.get(slug="new-arrival")
    for who, slug, status in [
        (cast.sales, "hiratsuka", 403),
        (cast.manager, "yokohama", 404),
        (cast.manager, "nowhere", 404),
    ]:
        client.force_login(who)
        assert client.post(url("copies", group), {"store": slug}).status_code == status
    assert not Pattern.objects.filter(store__isnull=False).exists()


def test_a_stores_own_pattern_is_not_copied_on(client, cast, ours):
    client.force_login(cast.manager)
    assert client.post(url("copies", ours), {"store": "hiratsuka"}).status_code == 403


def test_a_retired_pattern_can_no_longer_be_chosen_and_what_runs_goes_on(client, cast, ours):
    running = start(ours, customer=customer(cast.hiratsuka), by=cast.sales, now=at("2026-11-21 12:00"))
    client.force_login(cast.manager)
    assert client.get(url("retirement", ours)).context["running"] == 1
    ours.refresh_from_db()
    assert ours.retired_at is None
    client.post(url("retirement", ours))
    assert ours not in Pattern.objects.usable_in(cast.hiratsuka)
    assert FollowUp.objects.get(pk=running.pk).ended_at is None
    client.post(url("comeback", ours))
    assert ours in Pattern.objects.usable_in(cast.hiratsuka)


# ---- Who may ----


WRITING = ["edit", "preview", "name", "retirement", "comeback"]


@pytest.mark.parametrize("name", WRITING)
@pytest.mark.parametrize("who", ["sales", "assistant"])
def test_who_only_reads_is_refused(client, cast, ours, name, who):
    client.force_login(getattr(cast, who))
    assert client.post(url(name, ours), typed(step(title="x"))).status_code == 403
    assert ours.versions.count() == 1


@pytest.mark.parametrize("name", WRITING)
def test_another_stores_pattern_is_not_there(client, cast, ours, name):
    client.force_login(cast.yokohama_manager)
    assert client.post(url(name, ours), typed(step(title="x"))).status_code == 404
    assert ours.versions.count() == 1


@pytest.mark.parametrize("name", WRITING)
def test_the_groups_pattern_is_the_administrators(client, cast, name):
    group = Pattern.objects.get(slug="new-arrival")
    client.force_login(cast.manager)
    assert client.post(url(name, group), typed(step(title="x"))).status_code == 403
    client.force_login(cast.admin)
    assert client.post(url(name, group), typed(step(title="x"), name="x")).status_code in {200, 302}


@pytest.mark.parametrize("name", ["new", "preview_new"])
def test_writing_a_new_one_is_for_managers(client, cast, name):
    data = typed(step(), name="夏", store=cast.hiratsuka.pk, began_from=0)
    client.force_login(cast.sales)
    assert client.post(url(name), data).status_code == 403
    client.force_login(cast.manager)
    assert client.post(url(name), data).status_code in {200, 302}


@pytest.mark.parametrize("name", ["preview", "comeback", "copies"])
def test_what_only_acts_is_not_opened(client, cast, ours, name):
    client.force_login(cast.manager)
    assert client.get(url(name, ours)).status_code == 405


def test_renaming_does_not_bring_back_a_pattern_retired_meanwhile(cast, ours):
    form = NameForm({"name": "新しい名", "description": ""}, instance=Pattern.objects.get(pk=ours.pk))
    assert form.is_valid()
    ours.retire(at("2026-11-21 12:00"))
    form.save()
    ours.refresh_from_db()
    assert (ours.name, ours.retired_at is None) == ("新しい名", False)


ODD = ["²", "９", "9" * 5000, "-1", "\0"]


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_number_among_what_is_posted_is_no_number(client, cast, ours, odd):
    client.force_login(cast.admin)
    data = typed(step(title="最初"), step(title="次"), name="新しい", store="", began_from=0)
    for name in ("up", "down", "remove"):
        response = client.post(url("preview", ours), {**data, "order": f"{name}-{odd}"})
        assert [form["title"].value() for form in response.context["editor"].steps] == ["最初", "次"]
    for field in ("store", "steps-TOTAL_FORMS", "began_from", "preview-store"):
        for order in ("add", ""):
            assert client.post(url("preview_new"), {**data, field: odd, "order": order}).status_code == 200
    for field in ("store", "steps-TOTAL_FORMS"):
        assert client.post(url("new"), {**data, field: odd}).status_code == 422
    assert client.post(url("copies", ours), {"store": odd}).status_code == 404


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_preview_from_a_day_that_nobody_means_says_so(client, cast, ours, day):
    client.force_login(cast.manager)
    response = client.get(url("pattern", ours), {"preview-on": day})
    assert "on" in response.context["preview"].errors
    assert response.context["outlook"].problems


def test_a_step_is_done_by_a_role_of_a_store(client, cast, ours):
    client.force_login(cast.manager)
    refused = client.post(url("edit", ours), typed(step(assignee_role="admin")))
    assert "assignee_role" in refused.context["editor"].steps[0].errors
    assert client.post(url("edit", ours), typed(step(assignee_role="assistant"))).status_code == 302
