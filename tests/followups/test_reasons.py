"""Every reason that the engine can give for a day, an hour or a way is a sentence somebody can read (A5, B8)."""

import ast
import re
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

from followups import known, placing, reasons, schedule
from followups.expansion import expand
from followups.models import Task
from followups.reasons import explain
from followups.starting import start
from tests.cast import at, customer, pattern

NOW = at("2026-11-22 10:00")


def codes_in(module) -> set[str]:
    """The first word of every list that begins with a word, in modules that give reasons."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    lists = (node for node in ast.walk(tree) if isinstance(node, ast.List) and node.elts)
    firsts = (node.elts[0] for node in lists)
    return {first.value for first in firsts if isinstance(first, ast.Constant) and isinstance(first.value, str)}


CODES = sorted(codes_in(schedule) | codes_in(known) | codes_in(placing))
VALUES = {
    "base": ("2026-11-21T12:00+09:00",),
    "offset": (3, 2),
    "paused": (4,),
    "spread": (-2,),
    "second_channel": ("phone",),
    "no_consent": ("sms",),
    "after_holiday": ("お盆", "2026-08-13", "2026-08-16"),
    "within": (2,),
    "soon": (30,),
    "outside_contactable": ("phone", "10:00–19:00"),
}
DAYS = {"base_closed", "base_after_closing", "moved", "insists", "closed_then"}
HOURS = {
    *("customer_hours", "customer_hours_out_of_reach", "window", "window_passed", "window_outside_opening"),
    *("window_out_of_reach", "rotating"),
}


def values_of(code):
    if code in DAYS:
        return ("2026-11-25",)
    return ("12:00–13:00",) if code in HOURS else VALUES.get(code, ())


def test_the_source_gives_the_reasons_that_the_schedule_is_known_to_give():
    assert {"base", "offset", "moved", "rotating", "no_consent", "second_channel", "by_hand"} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_reason_in_the_source_has_a_sentence_in_both_languages(code):
    said = {}
    for language in ("ja", "en"):
        with translation.override(language):
            (said[language],) = explain([[code, *values_of(code)]])
        assert said[language].strip().endswith(("。", ".", ")"))
    assert said["ja"] != said["en"]
    assert code not in said["ja"]


def test_no_sentence_is_left_of_a_reason_that_nothing_gives():
    assert set(reasons._SAY) == set(CODES)


class TestWithoutConsent:
    @pytest.fixture(autouse=True)
    def sunday_morning(self, time_machine):
        time_machine.move_to(NOW)

    def tasks(self, cast, refused, steps):
        person = customer(cast.hiratsuka, owner=cast.sales, refused_channels=refused)
        follow_up = start(pattern("care", steps), customer=person, by=cast.manager, now=NOW)
        expand(NOW)
        return list(Task.objects.filter(follow_up=follow_up).order_by("step__position"))

    def read(self, client, cast, task):
        client.force_login(cast.sales)
        return client.get(f"/todo/tasks/{task.pk}/").content.decode()

    def test_the_second_way_is_taken_and_the_owner_reads_why(self, client, cast):
        steps = [{"channel": "sms", "second_channel": "letter", "offset_days": 1}]
        (task,) = self.tasks(cast, ["sms"], steps)
        assert (task.channel, task.assignee, task.due_on) == ("letter", cast.sales, date(2026, 11, 23))
        with translation.override("ja"):
            sentence = explain([["second_channel", "sms"]])[0]
        assert sentence in self.read(client, cast, task)

    @pytest.mark.parametrize("second", ["", "letter"])
    def test_where_no_way_is_left_the_owner_is_asked_to_decide_whoever_the_step_is_for(self, client, cast, second):
        steps = [{"channel": "sms", "second_channel": second, "assignee_role": "assistant", "offset_days": 1}]
        (task,) = self.tasks(cast, ["sms", "letter"], steps)
        assert (task.channel, task.assignee) == ("sms", cast.sales)
        with translation.override("ja"):
            sentence = explain([["no_consent", "sms"]])[0]
        assert sentence in self.read(client, cast, task)
        row = next(
            row for row in client.get("/todo/?view=upcoming").context["rows"].rows if row["id"] == f"task-{task.pk}"
        )
        with translation.override("ja"):
            assert translation.gettext("way not wanted: decide how") in row["origin"]

    def test_who_agrees_gets_it_the_steps_own_way_without_a_word(self, cast):
        (task,) = self.tasks(cast, [], [{"channel": "sms", "second_channel": "letter"}])
        assert task.channel == "sms"
        assert not {"no_consent", "second_channel"} & {code for code, *_values in task.reason}


@pytest.mark.parametrize(
    ("base", "said"), [("2026-12-31", "12/31(木)"), ("2027-07-20", "2027/7/20(火)"), ("2025-12-31", "2025/12/31(水)")]
)
def test_a_day_in_another_year_says_which(base, said, time_machine):
    time_machine.move_to(NOW, tick=False)
    with translation.override("ja"):
        (sentence,) = explain([["base", base]])
    assert re.search(rf"(?<![\d/]){re.escape(said)}", sentence)
