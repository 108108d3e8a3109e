"""`make bench`: the table, the JSON, and what happens when a bar is missed."""

import json
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import call_command

from benchmarks import asking, bars, crowd, run
from benchmarks.bars import Bar
from benchmarks.measures import COLUMNS, Measure, as_table, hand_over, p95, report, taken_over
from benchmarks.pages import REFERENCE
from benchmarks.sites import Asked
from benchmarks.views import ROWS


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


def test_measures_are_handed_from_process_to_process_as_they_are(tmp_path):
    given = [
        Measure("board", "50 rows", 30.0, "ms", "reference page", 2.6, bars.BOARD_TO_REFERENCE_PAGE),
        Measure("memory", "2 processes", 80.0, "MiB"),
    ]
    hand_over(given, tmp_path / "engine.json")
    assert taken_over(tmp_path / "engine.json") == given


@pytest.mark.parametrize(
    ("options", "sizes"),
    [
        ({}, [20_000, 200_000]),
        ({"size": "200000"}, [20_000]),
        ({"size": "2000000"}, [200_000]),
        ({"customers": [9, 5]}, [5, 9]),
    ],
)
@pytest.mark.parametrize(("held", "code"), [(True, 0), (False, 1)])
def test_the_command_measures_the_sizes_asked_for_and_fails_when_a_bar_is_missed(
    monkeypatch, options, sizes, held, code
):
    asked = []
    monkeypatch.setattr(run, "run", lambda sizes, **amounts: asked.append(sizes) or held)
    with pytest.raises(SystemExit) as ended:
        call_command("bench", **options)
    assert (ended.value.code, asked) == (code, [sizes])


def site(size, **times):
    """A site whose pages took so many milliseconds; all boards show a full page."""
    pages = [
        Asked(name, "/", "sales", "board" if name.startswith("board") else "", "", ROWS, [], [took])
        for name, took in times.items()
    ]
    return SimpleNamespace(size=size, pages=pages, page=lambda name: next(one for one in pages if one.name == name))


def test_growth_is_told_as_such_and_each_against_its_reference_page():
    small = site("small", **{REFERENCE: 10.0, "board": 20.0, "deals": 20.0})
    large = site("large", **{REFERENCE: 12.0, "board": 27.0, "deals": 60.0})
    found = {(one.name, one.against): one for one in asking.growth(small, large)}
    as_such, relative = (one for key, one in found.items() if key[0] == "board, grown")
    assert (as_such.ratio, as_such.ok) == (1.35, False)
    assert (round(relative.ratio, 3), relative.ok) == (1.125, True)
    assert found["deals, grown", "the small house"].ok


def test_what_a_client_sees_as_an_error_is_counted(monkeypatch):
    """Of the reference page nothing fails, of the boards everything."""

    class Web:
        def __init__(self, port):
            self.connection = SimpleNamespace(port=port)

        def ask(self, path, cookie):
            if path != "/reference/":
                raise AssertionError(f"{path} answers 500")
            return 5.0

    monkeypatch.setattr(crowd, "Web", Web)
    page = SimpleNamespace(path="/reference/")
    house = SimpleNamespace(port=0, crowd=["one", "another"], size="small", page=lambda name: page)
    throughput, _slowest, errors = crowd.measure(house, seconds=0.02)
    assert errors.value > 0
    assert not errors.ok
    assert (throughput.value, throughput.ok) == (0, False)


@pytest.mark.slow
def test_a_tiny_run_measures_everything_from_data_to_json(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    lines = []
    held = run.run([60], rounds=1, seconds=0.3, follow_ups=20, rows=30, say=lines.append)
    rows = json.loads((tmp_path / "bench.json").read_text())
    assert all(tuple(row) == COLUMNS for row in rows)
    assert held == all(row["ok"] for row in rows)
    names = " ".join(row["name"] for row in rows)
    for expected in (
        "bare view", "reference page", "board, own, overdue", "all stores", "search", "8 clients", "expansion",
        "flag", "sweep", "night", "export", "import", "largest web process, PSS", "every worker process together, RSS",
    ):  # fmt: skip
        assert expected in names
    assert [row["ok"] for row in rows if row["unit"] in {"queries", "errors"}].count(False) == 0
    assert len([line for line in lines if line.startswith("Making")]) == 1
