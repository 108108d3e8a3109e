"""The editor: what makes a new version, what is refused, two people at once, arranging, with and without JavaScript."""

from datetime import date, time

import pytest

from followups.models import ContentKind, FollowUp, Pattern, PatternVersion
from followups.starting import start
from stores.models import ContactHours, Role
from tests.cast import at, customer, pattern, staff, store
from tests.followups.pattern_forms import step, typed, url

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def ours(cast):
    """Hiratsuka's own pattern of two steps, which its manager may edit."""
    return pattern("ours", [{"title": "お電話"}, {"title": "お便り", "offset_days": 3}], store=cast.hiratsuka)


@pytest.fixture
def edit(client, cast, ours):
    """`edit(*steps, **head)` saves as the store's manager, or as whoever `who` is."""

    def save(*steps, who=cast.manager, htmx=False, **head):
        client.force_login(who)
        return client.post(url("edit", ours), typed(*steps, **head), **(HTMX if htmx else {}))

    return save


def errors(response) -> dict:
    """{step number: its errors}"""
    forms = response.context["editor"].steps
    return {number: dict(form.errors) for number, form in enumerate(forms, start=1) if form.errors}


def titles(version: PatternVersion) -> list[str]:
    return [step.title for step in version.steps.all()]


# ---- Saving ----


def test_saving_makes_a_new_version_with_its_note_and_who_made_it(edit, cast, ours):
    response = edit(step(title="最初"), step(title="次", offset_days=2), base="received", note="一つ減らした")
    assert response.status_code == 302
    newest = ours.history().first()
    assert (newest.number, newest.base, newest.note, newest.made_by) == (2, "received", "一つ減らした", cast.manager)
    assert titles(newest) == ["最初", "次"]


def test_the_version_before_stays_as_it_was(edit, ours):
    edit(step(title="最初"))
    assert titles(ours.versions.get(number=1)) == ["お電話", "お便り"]


def test_running_follow_ups_keep_their_version_and_the_page_says_how_many(client, edit, cast, ours):
    running = start(ours, customer=customer(cast.hiratsuka), by=cast.sales, now=at("2026-11-21 12:00"))
    edit(step(title="最初"))
    assert FollowUp.objects.get(pk=running.pk).version.number == 1
    said = [str(message) for message in client.get(url("pattern", ours)).context["messages"]]
    assert any("1" in text and "2" in text for text in said)


def test_saving_without_a_change_makes_no_version(edit, ours):
    response = edit(step(title="お電話"), step(title="お便り", offset_days=3), note="何も")
    assert response.status_code == 302
    assert ours.versions.count() == 1


def test_the_line_ends_that_browsers_send_are_no_change(client, edit, cast):
    spoken = pattern("spoken", [{"title": "お電話", "script": "一行目\n二行目"}], store=cast.hiratsuka)
    client.force_login(cast.manager)
    client.post(url("edit", spoken), typed(step(script="一行目\r\n二行目")))
    assert spoken.versions.count() == 1


def test_everything_a_step_can_say_is_saved(edit, ours):
    full = step(
        offset_days=-90,
        channel="letter",
        title="ご案内",
        window="fixed",
        window_from="10:00",
        window_until="12:30",
        day_rule="previous",
        allowed_days=2,
        script="一行目\r\n二行目",
        details_template="送付した。",
        assignee_role="assistant",
    )
    edit(full)
    saved = ours.history().first().steps.get()
    assert (saved.offset_days, saved.allowed_days, saved.channel, saved.day_rule) == (-90, 2, "letter", "previous")
    assert (saved.window_from, saved.window_until) == (time(10), time(12, 30))
    assert (saved.script, saved.details_template) == ("一行目\n二行目", "送付した。")
    assert saved.assignee_role == "assistant"


def test_what_the_time_of_day_does_not_use_is_dropped_and_never_complained_about(edit, ours):
    edit(step(title="最初", window="any", window_from="18:00", window_until="09:00", soon_minutes="0"))
    saved = ours.history().first().steps.get()
    assert (saved.window_from, saved.window_until, saved.soon_minutes) == (None, None, None)


def test_htmx_is_sent_to_the_pattern_after_saving(edit, ours):
    response = edit(step(title="最初"), htmx=True)
    assert response.headers["HX-Redirect"] == url("pattern", ours)


# ---- Refusals: beside the field, everything kept, nothing saved ----


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "   "}, "title"),
        ({"title": "長" * 81}, "title"),
        ({"offset_days": ""}, "offset_days"),
        ({"offset_days": -401}, "offset_days"),
        ({"offset_days": 801}, "offset_days"),
        ({"offset_days": "明日"}, "offset_days"),
        ({"allowed_days": 61}, "allowed_days"),
        ({"allowed_days": -1}, "allowed_days"),
        ({"channel": "fax"}, "channel"),
        ({"window": "fixed", "window_from": "12:00", "window_until": "12:00"}, "window_until"),
        ({"window": "fixed", "window_from": "12:00", "window_until": "11:00"}, "window_until"),
        ({"window": "fixed", "window_from": "", "window_until": "11:00"}, "window_from"),
        ({"window": "fixed", "window_from": "25:00", "window_until": "11:00"}, "window_from"),
        ({"window": "soon", "soon_minutes": 0}, "soon_minutes"),
        ({"window": "soon", "soon_minutes": ""}, "soon_minutes"),
        ({"window": "soon", "soon_minutes": -5}, "soon_minutes"),
        ({"window": "fixed", "window_from": "07:00", "window_until": "09:00"}, "window_from"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(edit, ours, wrong, field):
    response = edit(step(), step(**wrong), htmx=True)
    assert response.status_code == 422
    assert list(errors(response)) == [2]
    assert list(errors(response)[2]) == [field]
    assert ours.versions.count() == 1


@pytest.mark.parametrize("right", [{"offset_days": -400}, {"offset_days": 800}, {"allowed_days": 60}])
def test_the_edges_are_allowed(edit, ours, right):
    assert edit(step(**right)).status_code == 302


def test_what_was_typed_is_kept_when_refused(edit):
    text = edit(step(title="", script="消えてはいけない"), note="理由").content.decode()
    assert "消えてはいけない" in text
    assert "理由" in text


def test_a_pattern_without_steps_is_refused(edit, ours):
    response = edit()
    assert response.status_code == 422
    assert response.context["editor"].problems
    assert ours.versions.count() == 1


def test_forty_steps_are_the_most(edit, ours):
    assert edit(*[step()] * 40).status_code == 302
    assert edit(*[step()] * 41, began_from=2).status_code == 422
    assert ours.versions.count() == 2


def test_a_form_without_its_count_of_steps_is_refused(client, cast, ours):
    client.force_login(cast.manager)
    assert client.post(url("edit", ours), {"base": "chosen"}).status_code == 422


def test_a_time_outside_the_channels_hours_is_refused_and_inside_them_allowed(edit, cast):
    ContactHours.objects.create(store=cast.hiratsuka, channel="line", starts=time(8), ends=time(9))
    wanted = {"window": "fixed", "window_from": "08:00", "window_until": "08:30"}
    assert edit(step(channel="line", **wanted)).status_code == 302
    response = edit(step(channel="phone", **wanted), began_from=2)
    assert "10:00–19:00" in errors(response)[1]["window_from"][0]


def test_the_groups_time_is_refused_only_when_no_store_is_in_touch_then(client, cast):
    early = typed(step(window="fixed", window_from="08:00", window_until="09:00"))
    group = Pattern.objects.get(slug="new-arrival")
    client.force_login(cast.admin)
    assert client.post(url("edit", group), early).status_code == 422
    ContactHours.objects.create(store=cast.yokohama, channel="phone", starts=time(8), ends=time(20))
    assert client.post(url("edit", group), early).status_code == 302


def test_a_store_that_never_opens_is_told_before_anything_is_saved(client, cast):
    closed = store("closed", name="休業店", closed_on=range(7))
    boss = staff("boss", Role.MANAGER, closed)
    theirs = pattern("theirs", [{}], store=closed)
    client.force_login(boss)
    response = client.post(url("edit", theirs), typed(step(title="新しい")))
    assert response.status_code == 422
    assert "休業店" in response.context["editor"].problems[0]
    assert theirs.versions.count() == 1


# ---- Two people at once ----


def test_the_second_is_told_who_saved_and_keeps_everything_typed(edit, cast, ours):
    edit(step(title="一人目"), note="先に直した")
    response = edit(step(title="二人目"), who=cast.admin, htmx=True)
    text = response.content.decode()
    assert response.status_code == 409
    assert cast.manager.name in text
    assert "先に直した" in text
    assert "二人目" in text
    assert ours.versions.count() == 2


def test_the_second_may_save_on_top_knowingly(edit, cast, ours):
    edit(step(title="一人目"))
    told = edit(step(title="二人目"), who=cast.admin)
    began_from = told.context["editor"].version["began_from"].value()
    assert edit(step(title="二人目"), who=cast.admin, began_from=began_from).status_code == 302
    assert titles(ours.history().first()) == ["二人目"]


def test_saving_the_same_twice_makes_one_version(edit, ours):
    edit(step(title="最初"))
    assert edit(step(title="最初")).status_code == 302
    assert ours.versions.count() == 2


# ---- Arranging and preview save nothing ----


@pytest.fixture
def arrange(client, cast, ours):
    def post(order, *steps, htmx=False, **head):
        client.force_login(cast.manager)
        headers = HTMX if htmx else {}
        return client.post(url("preview", ours), typed(*steps, order=order, **head), **headers)

    return post


def shown(response) -> list[str]:
    return [form["title"].value() for form in response.context["editor"].steps]


THREE = [step(title="一"), step(title="二"), step(title="三")]


@pytest.mark.parametrize(
    ("order", "after"),
    [
        ("up-1", ["二", "一", "三"]),
        ("down-1", ["一", "三", "二"]),
        ("remove-0", ["二", "三"]),
        ("up-0", ["一", "二", "三"]),
        ("down-2", ["一", "二", "三"]),
        ("up-9", ["一", "二", "三"]),
        ("sideways-1", ["一", "二", "三"]),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_steps_are_arranged_without_being_saved(arrange, ours, order, after, htmx):
    response = arrange(order, *THREE, htmx=htmx)
    assert response.status_code == 200
    assert shown(response) == after
    assert ours.versions.count() == 1
    assert ("<html" in response.content.decode()) is not htmx


def test_a_step_is_added_at_the_end_on_the_day_of_the_last_one(arrange):
    response = arrange("add", step(offset_days=7))
    last = response.context["editor"].steps[-1]
    assert (last["offset_days"].value(), last["title"].value()) == ("7", "")


def test_no_more_than_forty_are_added(arrange):
    assert len(shown(arrange("add", *[step()] * 40))) == 40


def test_nothing_is_complained_about_while_arranging_and_what_was_typed_stays(arrange, ours):
    steps = step(title="", offset_days="x", script="話す"), step(title="二")
    response = arrange("down-0", *steps, note="直した", **{"preview-store": ours.store_id})
    text = response.content.decode()
    assert 'aria-invalid="true"' not in text
    assert "話す" in text
    assert 'value="x"' in text
    assert "直した" in text


def test_the_moved_steps_button_keeps_the_focus(arrange):
    text = arrange("up-2", *THREE).content.decode()
    button = text[text.index('value="up-1"') :]
    assert " autofocus" in button[: button.index(">")]
    assert text.count(" autofocus") == 1


def test_the_dates_follow_what_is_typed_before_it_is_saved(arrange, ours):
    head = {"preview-on": "2026-11-21", "preview-at": "21:43", "preview-store": ours.store_id}
    response = arrange("", step(), step(offset_days=4), **head)
    assert [row.planned.due_on for row in response.context["editor"].outlook.rows] == [
        date(2026, 11, 22),
        date(2026, 11, 26),
    ]


def test_htmx_gets_the_dates_alone_so_that_nobodys_typing_is_disturbed(client, cast, ours):
    client.force_login(cast.manager)
    data = typed(step(title=""), **{"preview-store": ours.store_id})
    response = client.post(url("preview", ours), data, HTTP_HX_TARGET="dates", **HTMX)
    text = response.content.decode()
    assert "<form" not in text
    assert 'class="dates"' in text


def test_the_preview_says_which_step_is_wrong(arrange, ours):
    response = arrange("", step(), step(offset_days="x"), **{"preview-store": ours.store_id})
    outlook = response.context["editor"].outlook
    assert len(outlook.problems) == 1
    assert "2" in outlook.problems[0]


def test_another_stores_calendar_is_not_to_be_had(arrange, cast):
    response = arrange("", step(), **{"preview-store": cast.yokohama.pk})
    assert response.context["editor"].outlook.rows == []


# ---- Opening ----


def test_opening_the_editor_writes_nothing_and_shows_what_is_there(client, cast, ours):
    client.force_login(cast.manager)
    response = client.get(url("edit", ours))
    assert shown(response) == ["お電話", "お便り"]
    assert 'aria-invalid="true"' not in response.content.decode()
    assert ours.versions.count() == 1


def test_an_older_version_can_be_taken_up_again(client, cast, edit, ours):
    edit(step(title="最初"))
    response = client.get(url("edit", ours), {"version": 1})
    assert shown(response) == ["お電話", "お便り"]
    assert response.context["editor"].version["began_from"].value() == 2


def test_a_kind_of_content_that_is_no_longer_offered_stays_with_its_step(client, cast, ours):
    kind = ContentKind.objects.first()
    kept = ours.current_version.step_list[0]
    kept.content_kind = kind
    ours.add_version(base="chosen", steps=[kept], by=cast.manager, now=at("2026-11-02 10:00"))
    ContentKind.objects.update(retired_at=at("2026-11-03 10:00"))
    client.force_login(cast.manager)
    client.post(url("edit", ours), typed(step(title="変えた", kind=kind.pk), began_from=2))
    assert ours.history().first().steps.get().content_kind == kind


@pytest.mark.parametrize("times", [1, 10])
def test_the_editor_costs_the_same_however_many_steps_there_are(client, cast, times, django_assert_max_num_queries):
    chosen = pattern("long", [{}] * 4 * times, store=cast.hiratsuka)
    client.force_login(cast.manager)
    with django_assert_max_num_queries(23):
        client.get(url("edit", chosen))
