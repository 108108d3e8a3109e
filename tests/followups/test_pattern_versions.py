"""What differs between versions, back to an earlier one, and a store's copy beside the group's pattern (B7)."""

import pytest
from django.urls import reverse

from followups.models import FollowUp, Pattern, Step
from followups.starting import start
from tests.cast import at, customer, pattern
from tests.followups.pattern_forms import step, typed

NOW = at("2026-11-21 12:00")
CALL = {"title": "お礼のお電話", "script": "先日はありがとうございました。"}
MAIL = {"title": "ご案内", "channel": "email", "offset_days": 3, "script": "資料をお送りします。"}


def address(name, chosen, *numbers):
    return reverse(f"patterns:{name}", args=[chosen.pk, *numbers])


def add(chosen, *steps, by=None, **head):
    return chosen.add_version(steps=[Step(**fields) for fields in steps], by=by, now=NOW, **{"base": "chosen", **head})


@pytest.fixture
def ours(cast):
    """Hiratsuka's own pattern: two steps, then three, then one of them rewritten."""
    made = pattern("ours", [CALL, MAIL], store=cast.hiratsuka, by=cast.manager)
    add(made, CALL, MAIL, {"title": "ご来店のお誘い", "channel": "visit", "offset_days": 7}, by=cast.manager)
    add(made, CALL, {**MAIL, "script": "見積りをお送りします。"}, by=cast.manager, base="received", note="短くした")
    return made


@pytest.fixture
def copy(cast):
    """Hiratsuka's copy of the group's pattern, tuned; the group's has moved on since."""
    group = pattern("shared", [CALL, MAIL], by=cast.admin, name="共通")
    made = group.copy_to(cast.hiratsuka, by=cast.manager, now=NOW)
    add(made, {**CALL, "title": "平塚からのお電話"}, MAIL, by=cast.manager)
    add(group, CALL, {**MAIL, "offset_days": 5}, by=cast.admin, note="二日おそく")
    return made


def group_of(copy) -> Pattern:
    return Pattern.objects.get(pk=copy.copied_from_id)


def titles(chosen) -> list[str]:
    return [step.title for step in chosen.history().first().steps.all()]


def summary(comparison) -> list[str]:
    return [name for name, _words in comparison.summary]


# ---- What differs ----


def test_a_version_is_compared_with_the_one_before_it(client, cast, ours):
    client.force_login(cast.sales)
    response = client.get(address("differences", ours, 2))
    assert summary(response.context["comparison"]) == ["added"]
    assert "ご来店のお誘い" in response.content.decode()


def test_a_version_is_compared_with_any_earlier_one(client, cast, ours):
    client.force_login(cast.sales)
    response = client.get(address("differences", ours, 3), {"from": 1})
    assert response.context["old"].number == 1
    assert summary(response.context["comparison"]) == ["changed", "changed"]


def test_what_differs_within_a_script_is_shown_by_the_word(client, cast, ours):
    client.force_login(cast.sales)
    text = client.get(address("differences", ours, 3)).content.decode()
    assert "<del>資料</del><ins>見積り</ins>をお送りします。" in text
    assert "短くした" in text


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"window": "any"}, {"window": "fixed", "window_from": "17:00", "window_until": "19:00"}, "17:00–19:00"),
        ({"window": "soon", "soon_minutes": 30}, {"window": "soon", "soon_minutes": 60}, "60分以内"),
        ({"allowed_days": 0}, {"allowed_days": 2}, "<del>なし</del>"),
        ({"assignee_role": "assistant"}, {"assignee_role": ""}, "アシスタント"),
        ({"day_rule": "next"}, {"day_rule": "exact"}, "翌営業日"),
        ({"channel": "phone"}, {"channel": "line"}, "<ins>LINE</ins>"),
        ({"details_template": "ご不在"}, {"details_template": "ご不在でした"}, "<ins>でした</ins>"),
        ({"script": ""}, {"script": "まったく新しい台本"}, "<ins>まったく新しい台本</ins>"),
    ],
)
def test_every_field_is_told_in_words(client, cast, before, after, told):
    chosen = pattern("fields", [{**CALL, **before}], store=cast.hiratsuka)
    add(chosen, {**CALL, **after})
    client.force_login(cast.sales)
    response = client.get(address("differences", chosen, 2))
    assert told in response.content.decode()
    assert len(response.context["comparison"].lines[0].changes) == 1


def test_of_the_first_version_the_page_says_that_nothing_came_before(client, cast, ours):
    client.force_login(cast.sales)
    response = client.get(address("differences", ours, 1))
    assert response.context["comparison"] is None
    assert 'class="empty"' in response.content.decode()


@pytest.mark.parametrize("wanted", ["2", "3", "9", "0"])
def test_a_version_that_is_not_earlier_is_not_there(client, cast, ours, wanted):
    client.force_login(cast.sales)
    assert client.get(address("differences", ours, 2), {"from": wanted}).status_code == 404
    assert client.get(address("differences", ours, 9)).status_code == 404


def test_what_is_no_number_is_as_if_nothing_was_asked(client, cast, ours):
    client.force_login(cast.sales)
    for odd in ("²", "x", "-1", "9" * 50):
        assert client.get(address("differences", ours, 3), {"from": odd}).context["old"].number == 2


@pytest.mark.parametrize("times", [1, 10])
def test_a_comparison_costs_the_same_however_many_steps_differ(client, cast, times, django_assert_max_num_queries):
    chosen = pattern("long", [{"offset_days": n} for n in range(4 * times)], store=cast.hiratsuka)
    for version in range(times):
        add(chosen, *[{"title": f"{version} {n}", "offset_days": n} for n in range(4 * times)])
    client.force_login(cast.sales)
    with django_assert_max_num_queries(12):
        client.get(address("differences", chosen, 2))


# ---- Back to an earlier version ----


def test_an_earlier_version_is_made_the_current_one_again_as_a_new_one(client, cast, ours):
    client.force_login(cast.manager)
    page = client.get(address("version_return", ours, 2))
    assert summary(page.context["comparison"]) == ["changed", "added", "changed"]
    assert ours.versions.count() == 3
    data = {"began_from": 3, "note": "やはり前のほうがよい"}
    assert client.post(address("version_return", ours, 2), data).url == address("pattern", ours)
    newest = ours.history().first()
    assert (newest.number, newest.base, newest.note, newest.made_by) == (4, "chosen", data["note"], cast.manager)
    assert newest.taken_from == ours.versions.get(number=2)
    assert titles(ours) == ["お礼のお電話", "ご案内", "ご来店のお誘い"]
    assert [version.steps.count() for version in ours.versions.order_by("number")] == [2, 3, 2, 3]


def test_what_runs_keeps_its_version_when_one_goes_back(client, cast, ours):
    running = start(ours, customer=customer(cast.hiratsuka), by=cast.sales, now=NOW)
    client.force_login(cast.manager)
    assert client.get(address("version_return", ours, 1)).context["running"] == 1
    client.post(address("version_return", ours, 1), {"began_from": 3})
    assert FollowUp.objects.get(pk=running.pk).version.number == 3


def test_going_back_twice_makes_one_version(client, cast, ours):
    client.force_login(cast.manager)
    for _time in range(2):
        assert client.post(address("version_return", ours, 1), {"began_from": 3}).status_code == 302
    assert ours.versions.count() == 4


def test_going_back_to_the_version_in_use_changes_nothing(client, cast, ours):
    client.force_login(cast.manager)
    assert "<form" in client.get(address("version_return", ours, 3)).content.decode()
    assert client.post(address("version_return", ours, 3), {"began_from": 3}).status_code == 302
    assert ours.versions.count() == 3


def test_who_goes_back_while_somebody_saves_is_told_and_shown_what_would_change_now(client, cast, ours):
    add(ours, {**CALL, "title": "その間に"}, by=cast.admin, note="急ぎで")
    client.force_login(cast.manager)
    told = client.post(address("version_return", ours, 1), {"began_from": 3, "note": "戻したい理由"})
    text = told.content.decode()
    assert told.status_code == 409
    assert ours.versions.count() == 4
    assert [word in text for word in (cast.admin.name, "急ぎで", "戻したい理由", "その間に")] == [True] * 4
    began_from = told.context["form"]["began_from"].value()
    assert client.post(address("version_return", ours, 1), {"began_from": began_from}).status_code == 302
    assert ours.versions.count() == 5


@pytest.mark.parametrize("wrong", [{"began_from": "x"}, {"began_from": 3, "note": "長" * 201}])
def test_what_is_wrong_with_going_back_is_said_and_nothing_saved(client, cast, ours, wrong):
    client.force_login(cast.manager)
    assert client.post(address("version_return", ours, 1), wrong).status_code == 422
    assert ours.versions.count() == 3


@pytest.mark.parametrize(("who", "status"), [("sales", 403), ("assistant", 403), ("yokohama_manager", 404)])
def test_only_who_manages_the_pattern_goes_back(client, cast, ours, who, status):
    client.force_login(getattr(cast, who))
    assert client.get(address("version_return", ours, 1)).status_code == status
    assert client.post(address("version_return", ours, 1), {"began_from": 3}).status_code == status
    assert ours.versions.count() == 3


# ---- Two editors at once ----


def test_the_second_editor_is_shown_what_was_changed_meanwhile(client, cast, ours):
    add(ours, CALL, {**MAIL, "script": "見積りをお送りします。", "offset_days": 9}, by=cast.admin, base="received")
    client.force_login(cast.manager)
    told = client.post(address("edit", ours), typed(step(title="書きかけ"), began_from=3, base="received"))
    assert told.status_code == 409
    assert summary(told.context["meanwhile"]) == ["changed"]
    text = told.content.decode()
    assert "<ins>9日後</ins>" in text
    assert "書きかけ" in text
    assert ours.versions.count() == 4


@pytest.mark.parametrize("began_from", ["", "0", "77"])
def test_an_editor_that_began_nowhere_is_told_without_a_comparison(client, cast, ours, began_from):
    client.force_login(cast.manager)
    told = client.post(address("edit", ours), typed(step(title="書きかけ"), began_from=began_from))
    assert (told.status_code, told.context["meanwhile"]) == (409, None)


# ---- A store's copy and the group's pattern ----


def test_a_copy_says_that_the_group_has_moved_on_and_what_that_is(client, cast, copy):
    client.force_login(cast.manager)
    assert client.get(address("pattern", copy)).context["is_overtaken"]
    response = client.get(address("group", copy))
    assert summary(response.context["since"]) == ["changed"]
    assert "<ins>5日後</ins>" in response.content.decode()
    assert len(response.context["comparison"].lines) == 2


def test_a_copy_that_is_as_it_was_copied_is_compared_once(client, cast):
    group = pattern("shared", [CALL])
    copy = group.copy_to(cast.hiratsuka, by=cast.manager, now=NOW)
    add(group, CALL, MAIL)
    client.force_login(cast.manager)
    context = client.get(address("group", copy)).context
    assert (context["since"], summary(context["comparison"])) == (None, ["added"])


def test_the_groups_is_taken_over_as_a_new_version_of_the_copy(client, cast, copy):
    client.force_login(cast.manager)
    data = {"began_from": 2, "version": 2, "note": "本部に合わせた"}
    assert client.post(address("takeover", copy), data).url == address("pattern", copy)
    newest = copy.history().first()
    assert (newest.number, newest.note, newest.taken_from.pattern) == (3, "本部に合わせた", group_of(copy))
    assert titles(copy) == ["お礼のお電話", "ご案内"]
    assert not client.get(address("pattern", copy)).context["is_overtaken"]
    assert group_of(copy).versions.count() == 2


def test_taking_over_twice_makes_one_version(client, cast, copy):
    client.force_login(cast.manager)
    for _time in range(2):
        assert client.post(address("takeover", copy), {"began_from": 2, "version": 2}).status_code == 302
    assert copy.versions.count() == 3


@pytest.mark.parametrize("which", ["copy", "group"])
def test_who_takes_over_what_has_changed_meanwhile_is_told(client, cast, copy, which):
    add(copy if which == "copy" else group_of(copy), {**CALL, "title": "その間に"}, by=cast.admin)
    client.force_login(cast.manager)
    before = copy.versions.count()
    told = client.post(address("takeover", copy), {"began_from": 2, "version": 2, "note": "理由"})
    assert told.status_code == 409
    assert copy.versions.count() == before
    text = told.content.decode()
    assert cast.admin.name in text
    assert 'value="理由"' in text
    again = {name: told.context["form"][name].value() for name in ("began_from", "version")}
    assert client.post(address("takeover", copy), again).status_code == 302


def test_the_copy_stays_as_it_is_until_the_group_changes_again(client, cast, copy):
    client.force_login(cast.manager)
    client.post(address("keeping", copy), {"version": 2})
    assert copy.versions.count() == 2
    assert not client.get(address("pattern", copy)).context["is_overtaken"]
    add(group_of(copy), CALL)
    assert client.get(address("pattern", copy)).context["is_overtaken"]


def test_news_that_is_older_than_what_is_known_changes_nothing(client, cast, copy):
    client.force_login(cast.manager)
    client.post(address("keeping", copy), {"version": 2})
    client.post(address("keeping", copy), {"version": 1})
    copy.refresh_from_db()
    assert copy.seen_version.number == 2
    assert client.post(address("keeping", copy), {"version": 9}).status_code == 404


def test_the_groups_may_be_edited_before_it_is_taken_over(client, cast, copy):
    client.force_login(cast.manager)
    opened = client.get(address("edit", copy), {"group": 2})
    assert [form["offset_days"].value() for form in opened.context["editor"].steps] == [0, 5]
    save = opened.context["save_url"]
    arranged = client.post(opened.context["preview_url"], typed(step(), order="add", began_from=2))
    assert arranged.context["save_url"] == save
    client.post(save, typed(step(title="手直し"), began_from=2))
    assert titles(copy) == ["手直し"]
    assert not client.get(address("pattern", copy)).context["is_overtaken"]


def test_a_manager_lands_in_the_copy_and_reads_which_of_the_two_takes_effect(client, cast):
    group = pattern("shared", [CALL])
    client.force_login(cast.manager)
    landed = client.post(address("copies", group), {"store": "hiratsuka"}, follow=True)
    copy = Pattern.objects.get(slug="shared", store=cast.hiratsuka)
    for page in (landed, client.get(address("pattern", copy))):
        assert "平塚店のコピーです" in page.content.decode()
    assert client.get(address("pattern", group)).context["stand_in"] == copy
    client.force_login(cast.yokohama_sales)
    page = client.get(address("pattern", group))
    assert page.context["stand_in"] is None
    assert "平塚店" not in page.content.decode()


def test_retiring_the_copy_brings_the_groups_back_into_effect(client, cast, copy):
    client.force_login(cast.manager)
    text = client.get(address("retirement", copy)).content.decode()
    assert "全店舗共通の「共通」が再び使われます" in text
    client.post(address("retirement", copy))
    assert group_of(copy) in Pattern.objects.usable_in(cast.hiratsuka)
    assert not client.get(address("pattern", copy)).context["is_overtaken"]


def test_retiring_the_groups_names_the_stores_that_go_on_and_what_proposed_it(client, cast):
    group = Pattern.objects.get(slug="one-month-follow-up")
    group.copy_to(cast.hiratsuka, by=cast.manager, now=NOW)
    client.force_login(cast.admin)
    text = client.get(address("retirement", group)).content.decode()
    assert "平塚店は独自のコピーを使い続けます" in text
    assert "検討理由「今すぐではない」から提案されなくなります" in text


def test_the_list_says_which_copies_have_been_overtaken(client, cast, copy, django_assert_max_num_queries):
    client.force_login(cast.manager)
    with django_assert_max_num_queries(9):
        sections = dict(client.get(reverse("patterns:list")).context["sections"])
    assert [row.is_overtaken for row in sections[cast.hiratsuka]] == [True]
    assert not any(row.is_overtaken for row in sections[None])


@pytest.mark.parametrize("name", ["takeover", "keeping"])
@pytest.mark.parametrize(("who", "status"), [("sales", 403), ("yokohama_manager", 404)])
def test_only_who_manages_the_copy_decides(client, cast, copy, name, who, status):
    client.force_login(getattr(cast, who))
    assert client.post(address(name, copy), {"began_from": 2, "version": 2}).status_code == status
    copy.refresh_from_db()
    assert (copy.versions.count(), copy.seen_version.number) == (2, 1)


@pytest.mark.parametrize("times", [1, 10])
def test_the_copy_beside_the_groups_costs_the_same(client, cast, times, django_assert_max_num_queries):
    group = pattern("long", [{"offset_days": n} for n in range(4 * times)])
    copy = group.copy_to(cast.hiratsuka, by=cast.manager, now=NOW)
    for version in range(times):
        add(copy, *[{"title": f"{version} {n}"} for n in range(4 * times)])
        add(group, *[{"title": f"{version} {n}"} for n in range(4 * times)])
    client.force_login(cast.manager)
    with django_assert_max_num_queries(20):
        client.get(address("group", copy))
