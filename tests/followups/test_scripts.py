"""The library of scripts: who writes them, their versions, steps that take their words, what came of them (B11)."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from followups.models import Contact, ContentKind, Outcome, Script, ScriptVersion, Step
from followups.models.script import Rewritten
from followups.recording import Result, record
from followups.script_use import Use, uses_of
from tests.cast import at, customer, pattern, task
from tests.followups.pattern_forms import step, typed
from tests.followups.pattern_forms import url as pattern_url

NOW = at("2026-11-22 15:00")


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def url(name, *args):
    return reverse(f"scripts:{name}", args=args)


def script(store=None, **fields) -> Script:
    head = {
        "name": "お礼の電話",
        "purpose": ContentKind.objects.first(),
        "channel": "phone",
        "text": "ありがとうございます。",
    }
    return Script.write(store=store, **{**head, "by": None, "now": NOW, **fields})


def typed_script(**fields) -> dict:
    purpose = ContentKind.objects.first().pk
    return {"name": "初回のお電話", "purpose": purpose, "channel": "phone", "text": "はじめまして。", **fields}


def test_a_manager_writes_one_for_the_store_and_only_an_administrator_for_all(client, cast):
    client.force_login(cast.manager)
    refused = client.post(url("new"), typed_script())
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"store"}
    assert client.post(url("new"), typed_script(store=cast.yokohama.pk)).status_code == 422
    assert not Script.objects.exists()
    assert client.post(url("new"), typed_script(store=cast.hiratsuka.pk)).status_code == 302
    made = Script.objects.get()
    assert (made.store, made.current_version.text, made.current_version.made_by) == (
        cast.hiratsuka,
        "はじめまして。",
        cast.manager,
    )
    client.force_login(cast.admin)
    assert client.post(url("new"), typed_script(name="共通")).status_code == 302
    assert Script.objects.get(name="共通").store is None


def test_a_change_is_a_new_version_and_the_earlier_ones_stay_readable(client, cast):
    made = script(cast.hiratsuka)
    client.force_login(cast.manager)
    client.post(url("edit", made.pk), {"text": "一行目\r\n二行目", "note": "長くした", "began_from": 1})
    newest = made.versions.first()
    assert (newest.number, newest.text, newest.note, newest.made_by) == (2, "一行目\n二行目", "長くした", cast.manager)
    client.post(url("edit", made.pk), {"text": "一行目\n二行目", "note": "", "began_from": 2})
    assert made.versions.count() == 2
    client.force_login(cast.sales)
    assert "ありがとうございます。" in client.get(url("version", made.pk, 1)).content.decode()
    assert client.get(url("version", made.pk, 3)).status_code == 404
    assert client.post(url("edit", made.pk), {"text": "…", "began_from": 2}).status_code == 403


def test_two_who_edit_at_once_never_undo_each_other_unknowingly(client, cast):
    made = script(cast.hiratsuka)
    made.revise(text="先の人の言葉", note="", began_from=1, by=cast.admin, now=NOW)
    with pytest.raises(Rewritten):
        made.revise(text="後の人の言葉", note="", began_from=1, by=cast.manager, now=NOW)
    client.force_login(cast.manager)
    response = client.post(url("edit", made.pk), {"text": "後の人の言葉", "note": "", "began_from": 1})
    assert response.status_code == 409
    page = response.content.decode()
    assert "先の人の言葉" in page
    assert "後の人の言葉" in page
    again = client.post(url("edit", made.pk), {"text": "後の人の言葉", "note": "", "began_from": 2})
    assert again.status_code == 302
    assert made.versions.first().text == "後の人の言葉"


def test_back_to_an_earlier_version_makes_a_new_one_and_loses_nothing(client, cast):
    made = script(cast.hiratsuka)
    made.revise(text="二つ目", note="", began_from=1, by=cast.manager, now=NOW)
    client.force_login(cast.manager)
    client.post(url("version-return", made.pk, 1))
    assert [row.text for row in made.versions.order_by("number")] == [
        "ありがとうございます。",
        "二つ目",
        "ありがとうございます。",
    ]
    assert made.versions.first().taken_from.number == 1
    client.post(url("version-return", made.pk, 1))
    assert made.versions.count() == 3


def test_one_no_longer_offered_comes_back(client, cast):
    made = script(cast.hiratsuka)
    client.force_login(cast.manager)
    client.post(url("retirement", made.pk))
    assert list(ScriptVersion.objects.offered(cast.hiratsuka.pk)) == []
    client.post(url("comeback", made.pk))
    assert list(ScriptVersion.objects.offered(cast.hiratsuka.pk)) == [made.current_version]


# ---- Steps of patterns ----


def test_a_step_takes_the_words_of_a_script_and_keeps_the_link(client, cast):
    ours, own, shared = pattern("ours", [{}], store=cast.hiratsuka), script(cast.hiratsuka), script(name="共通")
    theirs = script(cast.yokohama)
    client.force_login(cast.manager)
    chosen = step(from_script=own.current_version.pk)
    taken = client.post(pattern_url("preview", ours), typed({**chosen, "script": "前の言葉"}, order="script-0"))
    assert taken.context["editor"].data["steps-0-script"] == own.current_version.text
    client.post(pattern_url("edit", ours), typed(chosen, step(from_script=shared.current_version.pk, script="手直し")))
    first, second = ours.versions.first().steps.all()
    assert (first.script, first.from_script.script) == ("ありがとうございます。", own)
    assert (second.script, second.from_script.script) == ("手直し", shared)
    refused = client.post(pattern_url("edit", ours), typed(step(from_script=theirs.current_version.pk), began_from=2))
    assert refused.status_code == 422
    assert ours.versions.count() == 2


def test_a_newer_version_changes_no_step_that_took_an_earlier_one(client, cast):
    ours, own = pattern("ours", [{}], store=cast.hiratsuka), script(cast.hiratsuka)
    took = {"from_script": own.current_version, "script": own.current_version.text}
    Step.objects.filter(version__pattern=ours).update(**took)
    before = ours.current_version.pk
    own.revise(text="新しい言葉", note="", by=cast.manager, now=NOW)
    client.force_login(cast.manager)
    taken = ours.current_version.steps.get()
    assert client.get(url("script", own.pk)).context["steps"] == [(ours, taken, 1)], "and who wrote it sees where"
    page = client.get(pattern_url("pattern", ours)).content.decode()
    assert "ありがとうございます。" in page
    assert reverse("scripts:version", args=[own.pk, 1]) in page
    data = client.get(pattern_url("edit", ours)).context["editor"].data
    again = {name: "" if value is None else value for name, value in data.items()}
    assert client.post(pattern_url("edit", ours), again).status_code == 302
    assert ours.versions.get().pk == before


# ---- What came of them ----


def used(own, cast, outcome, *, owner=None, due=date(2026, 11, 20), version=None):
    made = pattern(f"p{Step.objects.count()}", [{"from_script": version or own.current_version}])
    person = customer(cast.hiratsuka, owner=owner or cast.sales)
    done = task(person, due, step=made.current_version.steps.get())
    record(done, Result(outcome=outcome, details="…"), by=person.owner, now=at("2026-11-20 12:00"))
    return Contact.objects.get(task=done)


def test_figures_equal_a_plain_count_of_the_records(client, cast):
    own, other = script(), script(name="別")
    outcomes = ["spoke", "no_answer", "appointment", "refused", "voicemail", "spoke", "appointment"]
    for outcome in outcomes:
        used(own, cast, Outcome(outcome))
    struck = used(own, cast, Outcome.SPOKE)
    Contact.objects.filter(pk=struck.pk).update(voided_at=NOW)
    used(own, cast, Outcome.SPOKE, due=date(2025, 11, 20))
    used(other, cast, Outcome.SPOKE)
    spoke = sum(outcome in {"spoke", "appointment", "refused"} for outcome in outcomes)
    expected = Use(len(outcomes), spoke, outcomes.count("appointment"))
    assert uses_of([own.pk], [cast.hiratsuka.pk], NOW) == {own.pk: {own.current_version.pk: expected}}
    client.force_login(cast.sales)
    shown = client.get(url("script", own.pk)).context["use"]
    assert (shown, shown.spoke_rate.percent, shown.appointment_rate.percent) == (expected, 71, 29)


def test_each_number_of_a_script_leads_to_its_records(client, cast):
    own = script()
    first, second = own.current_version, own.revise(text="二つ目", note="", by=cast.admin, now=NOW)
    for outcome in (Outcome.SPOKE, Outcome.APPOINTMENT, Outcome.NO_ANSWER):
        used(own, cast, outcome, version=first)
    used(own, cast, Outcome.SPOKE, version=second)
    used(script(name="別"), cast, Outcome.SPOKE)

    def rows(slug, query):
        return client.get(f"/reports/rows/{slug}/?{query}").context["page"].paginator.count

    client.force_login(cast.sales)
    assert f"/reports/rows/script-spoke/?{own.rows_query}" in client.get(url("script", own.pk)).content.decode()
    assert (rows("script-spoke", own.rows_query), rows("script-spoke", f"{own.rows_query}&only=yes")) == (4, 3)
    assert rows("script-appointment", f"{own.rows_query}&only=yes") == 1
    assert (rows("script-spoke", first.rows_query), rows("script-spoke", second.rows_query)) == (3, 1)
    assert client.get("/reports/rows/script-spoke/").status_code == 404
    client.force_login(cast.yokohama_sales)
    assert rows("script-spoke", own.rows_query) == 0


@pytest.mark.parametrize("part", ["scripts", "use"])
def test_of_many_stores_what_came_of_it_follows_the_page(client, cast, monkeypatch, part):
    one = script()
    address = url("list") if part == "scripts" else url("script", one.pk)
    client.force_login(cast.admin)
    at_once = client.get(address)
    monkeypatch.setattr("stores.wide.WIDE", 2)
    page = client.get(address)
    assert (at_once.context["follow"], page.context["follow"]) == (False, True)
    assert f'id="{part}" hx-get="{address}" hx-trigger="load" hx-select="#{part}"' in page.content.decode()
    for whole in (
        client.get(address, headers={"HX-Request": "true", "HX-Target": part}),
        client.get(address, {"whole": "yes"}),
    ):
        assert not whole.context["follow"]
        assert 'hx-trigger="load"' not in whole.content.decode()


def test_each_version_is_counted_apart_and_another_stores_records_are_not_counted(client, cast):
    own = script()
    first = own.current_version
    second = own.revise(text="二つ目", note="", by=cast.admin, now=NOW)
    used(own, cast, Outcome.SPOKE, version=first)
    used(own, cast, Outcome.NO_ANSWER, version=second)
    found = uses_of([own.pk], [cast.hiratsuka.pk], NOW)[own.pk]
    assert found == {first.pk: Use(1, 1, 0), second.pk: Use(1, 0, 0)}
    client.force_login(cast.yokohama_sales)
    assert client.get(url("script", own.pk)).context["use"] == Use()
    client.force_login(cast.admin)
    assert client.get(url("script", own.pk)).context["use"] == Use(2, 1, 0)


@pytest.mark.parametrize("number", [1, 10])
def test_the_queries_of_the_list_do_not_grow_with_the_scripts(client, cast, number, django_assert_num_queries):
    for turn in range(number):
        used(script(cast.hiratsuka, name=f"台本{turn}"), cast, Outcome.SPOKE)
    client.force_login(cast.sales)
    client.get(url("list"))
    with django_assert_num_queries(9):
        response = client.get(url("list"))
    assert len(response.context["sections"][0][1]) == number


def test_the_list_is_narrowed_by_purpose_and_channel(client, cast):
    first, second = ContentKind.objects.all()[:2]
    call, mail = script(purpose=first), script(name="お礼のメール", purpose=second, channel="email")
    client.force_login(cast.sales)

    def found(**asked):
        sections = client.get(url("list"), asked).context["sections"]
        return [one for _store, rows in sections for one in rows]

    assert found() == [call, mail]
    assert found(purpose=second.pk) == [mail]
    assert found(channel="phone") == [call]
    assert found(channel="nothing", purpose="x") == [call, mail]
