"""Which step of a version has become which of another, and what differs within a text (REQUIREMENTS B7)."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from followups.differences import Kind, apply, compare, within

CALL = {"title": "お礼のお電話", "channel": "phone", "offset_days": 0, "script": "お問い合わせありがとうございます。"}
MAIL = {"title": "概算のご案内", "channel": "email", "offset_days": 1, "script": "概算をお送りします。"}
VISIT = {"title": "ご来店のお誘い", "channel": "visit", "offset_days": 7, "script": ""}
LETTER = {"title": "季節のご挨拶", "channel": "letter", "offset_days": 30, "script": "いかがお過ごしですか。"}


def told(old, new) -> list[tuple]:
    """(place before, place after, what it is, the fields that differ) of each row that isn't the same."""
    words = []
    for row in compare(old, new):
        kind = "added" if row.is_added else "removed" if row.is_removed else "moved" if row.is_moved else "changed"
        if not row.is_same:
            words.append((row.old, row.new, kind, set() if row.is_added else set(row.changes)))
    return words


# ---- As a person would say it ----


def test_the_same_steps_differ_in_nothing():
    assert told([CALL, MAIL, VISIT], [CALL, MAIL, VISIT]) == []


def test_a_step_put_in_front_is_the_only_difference():
    assert told([CALL, MAIL, VISIT], [LETTER, CALL, MAIL, VISIT]) == [(None, 0, "added", set())]


def test_a_step_taken_out_is_the_only_difference_and_stands_where_it_was():
    assert told([CALL, MAIL, VISIT], [CALL, VISIT]) == [(1, None, "removed", set())]
    assert [row.old for row in compare([CALL, MAIL, VISIT], [CALL, VISIT])] == [0, 1, 2]


def test_a_step_put_elsewhere_is_moved_and_the_others_are_not():
    assert told([CALL, MAIL, VISIT, LETTER], [MAIL, VISIT, LETTER, CALL]) == [(0, 3, "moved", set())]
    assert told([CALL, MAIL, VISIT, LETTER], [LETTER, CALL, MAIL, VISIT]) == [(3, 0, "moved", set())]


def test_a_step_that_is_moved_and_rewritten_is_one_step():
    later = {**CALL, "offset_days": 14}
    assert told([CALL, MAIL, VISIT], [MAIL, VISIT, later]) == [(0, 2, "moved", {"offset_days"})]


def test_a_new_day_title_or_script_is_a_change_of_that_alone():
    for name, value in [("offset_days", 3), ("title", "別の件名"), ("script", "まったく別の話"), ("channel", "sms")]:
        assert told([CALL, MAIL], [CALL, {**MAIL, name: value}]) == [(1, 1, "changed", {name})]


def test_a_step_that_has_nothing_in_common_is_another_one():
    assert told([CALL], [LETTER]) == [(None, 0, "added", set()), (0, None, "removed", set())]


def test_of_two_that_are_alike_the_nearer_one_is_meant():
    again = {**CALL, "offset_days": 3}
    assert told([CALL, again], [CALL, {**again, "script": ""}]) == [(1, 1, "changed", {"script"})]


def test_of_several_that_are_the_same_one_is_added_or_removed():
    assert len(told([CALL] * 3, [CALL] * 4)) == 1
    assert len(told([CALL] * 4, [CALL] * 3)) == 1


def test_everything_written_anew_is_said_so():
    assert told([], [CALL]) == [(None, 0, "added", set())]
    assert told([CALL], []) == [(0, None, "removed", set())]


# ---- Whatever the steps ----

whatever = settings(derandomize=True, max_examples=200, deadline=None)

steps = some.lists(
    some.fixed_dictionaries(
        {
            "title": some.sampled_from(["お電話", "お礼のお電話", "ご案内", "ご来店のお誘い"]),
            "channel": some.sampled_from(["phone", "email", "visit"]),
            "offset_days": some.integers(-3, 9),
            "script": some.sampled_from(["", "話す", "詳しく話す", "x"]),
            "window_from": some.none() | some.times(),
        }
    ),
    max_size=8,
)


@whatever
@given(steps, steps)
def test_the_old_with_what_differs_is_the_new(old, new):
    assert apply(old, compare(old, new)) == new


@whatever
@given(steps)
def test_equal_versions_differ_in_nothing(same):
    assert all(row.is_same for row in compare(same, same))


@whatever
@given(steps, steps)
def test_every_step_of_both_stands_in_exactly_one_row(old, new):
    rows = compare(old, new)
    assert sorted(row.old for row in rows if not row.is_added) == list(range(len(old)))
    assert [row.new for row in rows if not row.is_removed] == list(range(len(new)))


@whatever
@given(steps, some.integers(0, 8), some.data())
def test_one_step_more_or_less_is_one_difference(old, at, data):
    added = data.draw(steps.filter(bool))[0]
    new = [*old[:at], added, *old[at:]]
    assert sum(not row.is_same for row in compare(old, new)) == 1
    assert sum(not row.is_same for row in compare(new, old)) == 1


orders = some.lists(some.integers(0, 40), unique=True, max_size=9)


@whatever
@given(orders.flatmap(lambda order: some.tuples(some.just(order), some.permutations(order))))
def test_what_only_stands_elsewhere_is_moved_and_no_more_than_needed(numbers):
    before, after = ([{**CALL, "offset_days": n} for n in order] for order in numbers)
    rows = compare(before, after)
    assert not any(row.changes or row.is_added or row.is_removed for row in rows)
    stayed = [row.old for row in rows if not row.is_moved]
    assert stayed == sorted(stayed)
    assert not before or stayed


def test_forty_steps_rewritten_are_compared_in_no_time():
    old = [{**CALL, "offset_days": n, "title": f"{n}回目のお電話", "script": f"{n}番 " * 400} for n in range(40)]
    new = [{**step, "title": step["title"] + "(改)", "script": step["script"] + "以上"} for step in old[::-1]]
    began = time.process_time()
    compare(old, new)
    assert time.process_time() - began < 1


# ---- Within a text ----


def text(pieces, *kinds) -> str:
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


@whatever
@given(some.text(max_size=60), some.text(max_size=60))
def test_the_pieces_give_both_texts(before, after):
    pieces = within(before, after)
    assert text(pieces, Kind.KEPT, Kind.GONE) == before
    assert text(pieces, Kind.KEPT, Kind.NEW) == after


@whatever
@given(some.text(max_size=60))
def test_a_text_that_is_the_same_is_one_piece(same):
    assert [piece.kind for piece in within(same, same)] == [Kind.KEPT] * bool(same)


def test_only_the_word_that_was_exchanged_differs():
    pieces = within("来週の土曜日にお電話します。", "来週の日曜日にお電話します。")
    assert [(piece.kind, piece.text) for piece in pieces] == [
        ("kept", "来週の"),
        ("gone", "土曜日"),
        ("new", "日曜日"),
        ("kept", "にお電話します。"),
    ]


def test_a_text_is_not_cut_into_crumbs():
    pieces = within("お車の調子はいかがですか", "点検の時期はいかがですか")
    assert len(pieces) <= 4


@pytest.mark.parametrize("times", [1, 3])
def test_very_long_texts_are_compared_by_the_line_and_in_no_time(times):
    line = "お問い合わせありがとうございます。" * 4
    before = "\n".join(f"{n} {line}" for n in range(1500 * times))
    after = before.replace("700 ", "七百 ", 1)
    began = time.process_time()
    pieces = within(before, after)
    assert time.process_time() - began < 2
    assert text(pieces, Kind.KEPT, Kind.GONE) == before
    assert text(pieces, Kind.KEPT, Kind.NEW) == after
