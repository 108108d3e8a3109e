"""How the code is written, as far as a machine can tell (STYLE.md)."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

BASE = Path(__file__).resolve().parent.parent
APPS = ["stores", "customers", "followups", "todo", "reports"]
OURS = [*APPS, "dealercrm", "tests", "benchmarks"]
BARE_WORDS_OF_TIME = {"on", "at"}
LONG_FOR_A_REASON = {"tests/addresses.py": "One table: a line for every address."}
"""Files of more than 400 lines, and why."""


def sources(*folders, pattern="*.py"):
    found = [path for folder in folders for path in (BASE / folder).rglob(pattern)]
    assert found
    return [path for path in found if "migrations" not in path.parts]


def our_fields():
    return [
        field for app in APPS for model in apps.get_app_config(app).get_models() for field in model._meta.local_fields
    ]


def inherited(field):
    """Django's own columns keep Django's names."""
    return field.name in {"last_login", "date_joined"}


def test_moments_end_in_at_and_days_in_on():
    for field in our_fields():
        if inherited(field) or field.name in BARE_WORDS_OF_TIME:
            continue
        if isinstance(field, models.DateTimeField):
            # A window has two ends, which are moments as well.
            assert field.name.endswith("_at") or field.name in {"due_from", "due_until"}, field
        elif isinstance(field, models.DateField):
            assert field.name.endswith("_on"), field
        else:
            assert not field.name.endswith(("_at", "_on")), field


def test_every_constraint_and_index_is_named_by_what_it_is_for():
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            for one in [*model._meta.constraints, *model._meta.indexes]:
                assert one.name.islower(), one
                assert "%" not in one.name, one


def test_no_file_is_longer_than_400_lines_without_a_reason():
    long = {
        str(path.relative_to(BASE)): len(path.read_text().splitlines())
        for path in [*sources(*OURS), *sources("static", pattern="*.css"), *sources("static", pattern="*.js")]
        if len(path.read_text().splitlines()) > 400
    }
    assert set(long) <= set(LONG_FOR_A_REASON), long


def test_no_module_is_named_after_nothing():
    nothing = {"services", "service", "utils", "util", "helpers", "helper", "managers", "constants", "common", "misc"}
    assert not [path for path in sources(*APPS, "dealercrm") if path.stem in nothing]


def test_no_signals_and_no_save_for_behaviour():
    for path in sources(*APPS):
        text = path.read_text()
        assert "django.db.models.signals" not in text, path
        assert "@receiver" not in text, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef) and any("Model" in ast.unparse(base) for base in node.bases):
                own = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
                is_form = any("Form" in ast.unparse(base) for base in node.bases)
                assert is_form or not own & {"save", "delete"}, f"{path}: {node.name}"


def views():
    return [path for path in sources(*APPS) if "views" in path.parts or path.stem == "views"]


@pytest.mark.parametrize("path", views(), ids=lambda path: str(path.relative_to(BASE)))
def test_a_view_finds_things_by_words_of_their_models(path):
    """`Model.objects.filter(…)` in a view is a question that belongs in the model's file (STYLE.md 5)."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            asked = node.func.attr in {"filter", "exclude", "get", "all", "raw", "extra"}
            of_objects = isinstance(node.func.value, ast.Attribute) and node.func.value.attr == "objects"
            of_rows = node.func.attr in {"filter", "exclude"} and "objects" in ast.unparse(node.func.value)
            unworded = of_rows or (asked and of_objects)
            assert not unworded, f"{path}:{node.lineno}"


PURE = ["followups/schedule.py", "followups/differences.py", "stores/calendar.py", "customers/text.py"]
TAKES_NOW = ["schedule", "starting", "expansion", "stopping", "overdue", "recording", "assignment", "reasons"]


@pytest.mark.parametrize("path", [f"followups/{name}.py" for name in TAKES_NOW] + ["stores/calendar.py"])
def test_the_engine_never_looks_at_the_clock(path):
    """`now` is read once, at the edge, and handed inward (STYLE.md 13)."""
    for node in ast.walk(ast.parse((BASE / path).read_text())):
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"now", "today", "utcnow", "monotonic"}, f"{path}:{node.lineno}"
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("localdate", "localtime")):
            assert node.args, f"{path}:{node.lineno}"


@pytest.mark.parametrize("path", views(), ids=lambda path: str(path.relative_to(BASE)))
def test_a_view_reads_the_clock_once(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            reads = [
                call
                for call in ast.walk(node)
                if isinstance(call, ast.Call) and "timezone.now" in ast.unparse(call.func)
            ]
            assert len(reads) <= 1, f"{path}: {node.name}"


def test_what_is_pure_knows_no_database():
    for name in PURE:
        text = (BASE / name).read_text()
        assert ".objects" not in text, name
        assert "connection" not in text, name
