import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from followups.expansion import expand
from followups.models import Pattern
from followups.starting import start
from tests.cast import at, customer, lead, pattern, store


def preview(slug, **options):
    out = StringIO()
    call_command("preview_pattern", slug, **{"store": "hiratsuka", "json": True, **options}, stdout=out)
    return json.loads(out.getvalue())


def test_the_new_arrival_of_a_saturday_night_falls_on_the_days_that_follow(cast):
    rows = preview("new-arrival", base="2026-11-21T21:43+09:00")
    assert [(row["step"], row["channel"], row["due_on"]) for row in rows] == [
        (1, "phone", "2026-11-22"),
        (2, "email", "2026-11-22"),
        (3, "sms", "2026-11-23"),
        (4, "phone", "2026-11-23"),
        (5, "email", "2026-11-24"),
    ]


def test_a_row_has_exactly_the_promised_keys_and_moments_in_japan(cast):
    first = preview("new-arrival", base="2026-11-21T21:43+09:00")[0]
    assert set(first) == {"step", "title", "channel", "due_on", "due_from", "due_until", "late_at", "reason"}
    assert first["due_from"] == "2026-11-22T10:00:00+09:00"
    assert first["due_until"] == "2026-11-22T11:00:00+09:00"
    assert first["late_at"] == "2026-11-22T19:00:00+09:00"
    assert "21:43" in first["reason"]


def test_the_dates_are_those_that_the_engine_makes(cast):
    now = at("2026-11-21 21:43")
    deal = lead(customer(cast.hiratsuka), now)
    chosen = Pattern.objects.get(slug="standard-eight-touch", store=None)
    follow_up = start(chosen, customer=deal.customer, deal=deal, by=cast.sales, now=now)
    expand(now)
    made = [
        tuple(timezone.localtime(moment).isoformat() for moment in (task.due_from, task.due_until, task.late_at))
        for task in follow_up.tasks.order_by("step__position")
    ]
    rows = preview("standard-eight-touch", base=now.isoformat())
    assert made == [(row["due_from"], row["due_until"], row["late_at"]) for row in rows]


def test_a_moment_in_another_zone_is_the_same_moment(cast):
    assert preview("new-arrival", base="2026-11-21T12:43+00:00") == preview(
        "new-arrival", base="2026-11-21T21:43+09:00"
    )


def test_a_moment_without_a_zone_is_the_stores(cast):
    assert preview("new-arrival", base="2026-11-21T21:43") == preview("new-arrival", base="2026-11-21T21:43+09:00")


def test_a_bare_day_counts_from_that_day(cast):
    assert preview("new-arrival", base="2026-11-21")[0]["due_on"] == "2026-11-21"


def test_the_stores_own_copy_goes_before_the_groups_and_only_there(cast):
    pattern("new-arrival", [{"offset_days": 3, "title": "うちだけ"}], store=cast.hiratsuka)
    assert [row["title"] for row in preview("new-arrival", base="2026-11-21")] == ["うちだけ"]
    assert len(preview("new-arrival", base="2026-11-21", store="yokohama")) == 5


def test_a_copy_that_is_no_longer_used_leaves_the_groups(cast):
    pattern("new-arrival", [{"title": "うちだけ"}], store=cast.hiratsuka, retired_at=at("2026-11-01 10:00"))
    assert len(preview("new-arrival", base="2026-11-21")) == 5


def test_a_slug_that_is_not_there_is_told_with_those_that_are(cast):
    with pytest.raises(CommandError, match=r"'old-arrival'.*after-delivery.*new-arrival"):
        preview("old-arrival", base="2026-11-21")


def test_another_stores_copy_is_not_there(cast):
    pattern("ours", [{}], store=cast.yokohama)
    with pytest.raises(CommandError, match="'ours'"):
        preview("ours", base="2026-11-21")


def test_a_store_that_is_not_there_is_told_with_those_that_are(cast):
    with pytest.raises(CommandError, match=r"'kamakura'.*hiratsuka, yokohama"):
        preview("new-arrival", base="2026-11-21", store="kamakura")


@pytest.mark.parametrize("base", ["", "2026-02-30", "21:43", "tomorrow", "2026-11-21T25:00"])
def test_what_is_no_date_is_refused(cast, base):
    with pytest.raises(CommandError, match="is no date"):
        preview("new-arrival", base=base)


def test_a_store_that_never_opens_is_told(cast):
    store("closed", closed_on=range(7))
    with pytest.raises(CommandError, match="no open day"):
        preview("new-arrival", base="2026-11-21", store="closed")


def test_without_json_it_is_a_table_to_read(cast):
    out = StringIO()
    call_command("preview_pattern", "new-arrival", base="2026-11-21T21:43", store="hiratsuka", stdout=out)
    assert "10:00–11:00" in out.getvalue()
    assert "最初のお電話" in out.getvalue()
