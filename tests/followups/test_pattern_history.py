"""Who changed what of a pattern, and when: kept by the database, shown to whoever may see it (B7, H2)."""

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from followups.chronicle import Kind
from followups.models import Pattern, Step
from tests.cast import at, pattern
from tests.followups.pattern_forms import step, typed, url

NOW = at("2026-11-21 12:00")


@pytest.fixture
def ours(cast):
    return pattern("ours", [{"title": "お電話"}], store=cast.hiratsuka, by=cast.manager, name="夏")


@pytest.fixture
def group(cast):
    return pattern("shared", [{"title": "お電話"}], by=cast.admin)


def told(client, chosen, **query) -> list[tuple]:
    """(what happened, who did it), the latest first."""
    page = client.get(reverse("patterns:history", args=[chosen.pk]), query)
    return [(entry.kind, entry.who) for entry in page.context["page"]]


@pytest.mark.django_db(transaction=True)
def test_everything_that_was_done_is_told_with_who_did_it(client, cast, ours):
    client.force_login(cast.manager)
    client.post(url("edit", ours), typed(step(title="新しい"), note="見直し"))
    client.force_login(cast.admin)
    seen = client.get(url("name", ours)).context["form"]["seen"].value()
    client.post(url("name", ours), {"name": "秋", "description": "涼しくなったら", "seen": seen})
    client.post(url("retirement", ours))
    client.force_login(cast.manager)
    client.post(url("comeback", ours))
    entries = told(client, ours)
    assert set(entries) == {
        (Kind.MADE, cast.manager),
        (Kind.SAVED, cast.manager),
        (Kind.RENAMED, cast.admin),
        (Kind.DESCRIBED, cast.admin),
        (Kind.RETIRED, cast.admin),
        (Kind.BROUGHT_BACK, cast.manager),
    }
    assert entries[0] == (Kind.BROUGHT_BACK, cast.manager)
    text = client.get(reverse("patterns:history", args=[ours.pk])).content.decode()
    assert [word in text for word in ("<del>夏</del>", "<ins>秋</ins>", "見直し", "1件変更")] == [True] * 4


def test_saying_it_twice_is_told_once(client, cast, ours):
    client.force_login(cast.manager)
    for name in ("retirement", "retirement", "comeback", "comeback"):
        client.post(url(name, ours))
    kinds = [kind for kind, _who in told(client, ours)]
    assert kinds.count(Kind.RETIRED) == kinds.count(Kind.BROUGHT_BACK) == 1


def test_going_back_and_taking_over_say_from_where(client, cast, group):
    copy = group.copy_to(cast.hiratsuka, by=cast.manager, now=NOW)
    client.force_login(cast.manager)
    client.post(url("edit", copy), typed(step(title="平塚の")))
    client.post(reverse("patterns:version_return", args=[copy.pk, 1]), {"began_from": 2})
    group.add_version(base="chosen", steps=[Step(title="本部の")], by=cast.admin, now=NOW)
    client.post(url("takeover", copy), {"began_from": 3, "version": 2})
    group.add_version(base="chosen", steps=[Step(title="また本部の")], by=cast.admin, now=NOW)
    client.post(url("keeping", copy), {"version": 3})
    kinds = [kind for kind, _who in told(client, copy)]
    assert sorted(kinds) == sorted([Kind.STAYED_APART, Kind.SAVED, Kind.SAVED, Kind.SAVED, Kind.MADE])
    text = client.get(url("history", copy)).content.decode()
    assert "第1版の内容に戻しました" in text
    assert "共通パターンの第2版の内容です" in text
    assert "共通パターンの第3版を見たうえで" in text


def test_what_the_system_brought_along_names_nobody(client, cast):
    client.force_login(cast.sales)
    shipped = Pattern.objects.get(slug="new-arrival")
    assert told(client, shipped) == [(Kind.MADE, None)]


def test_nobody_learns_of_another_stores_copy(client, cast, group):
    for store, who in [(cast.hiratsuka, cast.manager), (cast.yokohama, cast.yokohama_manager)]:
        group.copy_to(store, by=who, now=NOW)
    for who, makers in [
        (cast.sales, {cast.manager}),
        (cast.yokohama_sales, {cast.yokohama_manager}),
        (cast.admin, {cast.manager, cast.yokohama_manager}),
    ]:
        client.force_login(who)
        page = client.get(url("history", group))
        assert {entry.who for entry in page.context["page"] if entry.kind == Kind.COPIED} == makers
    client.force_login(cast.yokohama_sales)
    text = client.get(url("history", group)).content.decode()
    assert "横浜店" in text
    assert "平塚店" not in text
    assert cast.manager.name not in text


@pytest.mark.parametrize("times", [1, 10])
def test_the_history_costs_the_same_however_long_it_is(client, cast, group, times, django_assert_max_num_queries):
    for number in range(times):
        group.add_version(base="chosen", steps=[Step(title=f"{number}")], by=cast.admin, now=NOW)
        Pattern.objects.filter(pk=group.pk).update(name=f"名前{number}")
    group.copy_to(cast.hiratsuka, by=cast.manager, now=NOW)
    client.force_login(cast.admin)
    with django_assert_max_num_queries(15):
        assert client.get(url("history", group)).status_code == 200


def test_a_long_history_is_leafed_through(client, cast, ours):
    for number in range(40):
        Pattern.objects.filter(pk=ours.pk).update(name=f"名前{number}")
    client.force_login(cast.sales)
    assert len(told(client, ours)) == 30
    assert told(client, ours, page=2)[-1] == (Kind.MADE, cast.manager)
    assert told(client, ours, page="x") == told(client, ours)


# ---- Kept by the database ----


def test_whatever_way_a_pattern_is_changed_the_database_keeps_it(cast, ours):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE followups_pattern SET name = 'x' WHERE id = %s", [ours.pk])
    Pattern.objects.filter(pk=ours.pk).update(name="y")
    events = Pattern.events.rel.related_model.objects.filter(pgh_obj_id=ours.pk)
    ours.delete()
    kept = list(events.order_by("pgh_id").values_list("pgh_label", "name"))
    assert kept == [("insert", "夏"), ("update", "x"), ("update", "y"), ("delete", "y")]


def test_what_changes_nothing_is_not_kept(cast, ours):
    Pattern.objects.filter(pk=ours.pk).update(name="夏")
    assert ours.events.count() == 1


@pytest.mark.parametrize("rewrite", [lambda rows: rows.update(name="別名"), lambda rows: rows.delete()])
def test_the_history_is_never_rewritten(cast, ours, rewrite):
    with pytest.raises(ProgrammingError), transaction.atomic():
        rewrite(ours.events.all())
    assert ours.events.get().name == "夏"


def test_the_history_keeps_no_address_and_no_words_of_who_changed_it(client, cast, ours):
    client.force_login(cast.manager)
    client.post(url("retirement", ours))
    assert ours.events.last().pgh_context == {"user": cast.manager.pk}


def test_reading_says_nothing_of_who_reads_to_the_database(client, cast, ours):
    client.force_login(cast.manager)
    with CaptureQueriesContext(connection) as asked:
        client.get(url("pattern", ours))
    assert not any("pghistory" in query["sql"] for query in asked)
    with CaptureQueriesContext(connection) as asked:
        client.post(url("retirement", ours))
    assert any("pghistory" in query["sql"] for query in asked)


@pytest.mark.django_db
def test_every_kept_table_keeps_who_and_is_never_rewritten():
    """A model under `@pghistory.track()` needs no more than that line."""
    kept = [model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]
    assert Pattern in {model.pgh_tracked_model for model in kept}
    with connection.cursor() as cursor:
        for model in kept:
            if not model._meta.managed or model._meta.proxy:
                continue
            assert {"pgh_context", "pgh_obj"} <= {field.name for field in model._meta.fields}
            assert model._meta.pk.get_internal_type() == "BigAutoField", model
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", [model._meta.db_table])
            assert any("append_only" in name for (name,) in cursor.fetchall()), model
