"""`make bench`: the table, the JSON, and what happens when a bar is missed."""

import json

import pytest
from django.conf import settings
from django.core.management import call_command

from benchmarks import bars, run
from benchmarks.bars import Bar
from benchmarks.measures import COLUMNS, Measure, as_table, p95, report


def written(tmp_path, *measures):
    lines = []
    held = report(measures, tmp_path / "bench.json", lines.append)
    return held, json.loads((tmp_path / "bench.json").read_text()), "\n".join(lines)


def test_a_measure_is_written_with_all_that_was_promised(tmp_path):
    held, [row], shown = written(
        tmp_path, Measure("board", "50 rows", 21.25, "ms", "reference page", 2.0, bars.BOARD_TO_REFERENCE_PAGE)
    )
    assert held
    assert row == {
        "name": "board",
        "size": "50 rows",
        "value": 21.25,
        "unit": "ms",
        "against": "reference page",
        "ratio": 2.0,
        "bar": "ratio ≤ 2.5",
        "ok": True,
    }
    assert "Every bar is held." in shown


def test_what_has_no_bar_is_information(tmp_path):
    held, [row], _shown = written(tmp_path, Measure("memory", "2 processes", 80.0, "MiB"))
    assert (held, row["ok"], row["bar"], row["ratio"]) == (True, True, None, None)


def test_a_missed_bar_is_not_ok_and_is_named(tmp_path):
    held, rows, shown = written(
        tmp_path,
        Measure("queries", "", 9, "queries", bar=bars.BOARD_QUERIES),
        Measure("board", "", 30.0, "ms", "reference page", 2.6, bars.BOARD_TO_REFERENCE_PAGE),
        Measure("expansion", "", 4999, "tasks/s", bar=bars.EXPANSION_TASKS_PER_SECOND),
        Measure("fine", "", 8, "queries", bar=bars.BOARD_QUERIES),
    )
    assert not held
    assert [row["ok"] for row in rows] == [False, False, False, True]
    assert "Missed: queries; board; expansion" in shown


def test_a_bar_for_a_ratio_is_missed_when_there_is_nothing_to_compare_with():
    assert not Bar(2.5, of="ratio").holds(1.0, None)


def test_the_table_says_the_same_as_the_json():
    table = as_table([Measure("board", "50 rows", 21.25, "ms", "reference page", 2.0, Bar(1.5, of="ratio"))])
    assert table.splitlines()[0].split() == list(COLUMNS)
    assert "MISSED" in table


def test_the_95th_of_a_hundred_times():
    assert p95(list(range(100))) == 95
    assert p95([1, 2]) == 2


@pytest.mark.parametrize(("held", "code"), [(True, 0), (False, 1)])
def test_the_command_fails_when_a_bar_is_missed(monkeypatch, held, code):
    monkeypatch.setattr(run, "run", lambda **options: held)
    with pytest.raises(SystemExit) as ended:
        call_command("bench")
    assert ended.value.code == code


@pytest.mark.slow
@pytest.mark.xdist_group("bench")
def test_a_tiny_run_measures_everything_from_data_to_json(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    lines = []
    held = run.run(customers=60, rounds=2, follow_ups=20, say=lines.append)
    rows = json.loads((tmp_path / "bench.json").read_text())
    assert all(tuple(row) == COLUMNS for row in rows)
    assert held == all(row["ok"] for row in rows)
    names = " ".join(row["name"] for row in rows)
    for expected in (
        "bare view",
        "reference page",
        "board, own, overdue",
        "search",
        "expansion",
        "flag",
        "sweep",
        "memory",
    ):
        assert expected in names
    assert [row["ok"] for row in rows if row["unit"] == "queries"].count(False) == 0
