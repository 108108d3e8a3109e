"""Facts, families, consents, drivers and ranks that come with a list, and their way back (REQUIREMENTS C1, C5, C7)."""

from datetime import date, timedelta

import pytest

from customers.importing import uploads
from customers.importing.beside import Gathering, consent, fact
from customers.importing.columns import find_columns
from customers.importing.reading import Row
from customers.importing.values import Bad
from customers.models import (
    Consent,
    Customer,
    Fact,
    FamilyMember,
    ImportRow,
    Rank,
    RankChange,
    Vehicle,
)
from customers.rank_decisions import hold
from tests.cast import customer, vehicle

from .lists import HEADINGS, row
from .test_importing_slices import NOW, received, run
from .test_importing_undo import undone

TODAY = NOW.date()
FURTHER = [
    *("情報(趣味)", "家族構成", "家族1 続柄", "家族1 氏名", "家族1 生年月日", "家族2 続柄", "家族2 氏名"),
    *("連絡同意(電話)", "連絡同意(SMS)", "ランク", "車両使用者コード"),
]
ALL = {"headings": [*HEADINGS, *FURTHER]}


def told(**cells):
    """A row of somebody of whom everything is known."""
    given = {
        "情報(趣味)": "ゴルフ(2025/03/02)\n海釣り(R6.1.5・確認2026/05/06)", "家族構成": "ご両親と同居",
        "家族1 続柄": "妻", "家族1 氏名": "田中　桃", "家族1 生年月日": "S55.2.29",
        "家族2 続柄": "子", "家族2 氏名": "田中　凜",
        "連絡同意(電話)": "同意 書面 2026/02/01 申込書", "連絡同意(SMS)": "拒否", "ランク": "A",
    }  # fmt: skip
    return row(**given | cells)


def brought_in(cast, rows):
    file = run(received(cast, rows, **ALL))
    uploads.confirm(file, by=cast.manager, now=NOW)
    return run(file)


def everything():
    models = (Customer, Vehicle, Fact, FamilyMember, Consent, RankChange)
    return [list(model.objects.order_by("pk").values()) for model in models]


def remarks(file):
    return {one["column"]: one["message"] for found in file.rows.values_list("problems", flat=True) for one in found}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ゴルフ", {"text": "ゴルフ"}),
        ("息子(大学生)", {"text": "息子(大学生)"}),
        ("息子(大学生)(2026/4/1)", {"text": "息子(大学生)", "noted_on": date(2026, 4, 1)}),
        (
            "釣り（R6.1.5、確認2026年5月6日）",
            {"text": "釣り", "noted_on": date(2024, 1, 5), "confirmed_on": date(2026, 5, 6)},
        ),
    ],
)
def test_a_line_is_a_fact_with_its_day(text, said):
    assert fact(text, TODAY) == said


def test_a_consent_needs_no_more_than_its_first_word():
    assert consent("○", TODAY) == {"answer": "given", "note": ""}
    assert consent("不可、口頭", TODAY) == {"answer": "refused", "how": "verbally", "note": ""}
    said = {"answer": "given", "how": "web", "said_on": date(2026, 4, 1), "note": "来店時 に"}
    assert consent("同意　ウェブ　R8.4.1 来店時 に", TODAY) == said
    for text in ("たぶん", "同意 2026/13/01", "同意 2030/01/01"):
        with pytest.raises(Bad):
            consent(text, TODAY)


@pytest.mark.parametrize(
    ("headings", "members"),
    [
        (["氏名", "家族2 氏名", "家族２　続柄", "家族1氏名", "家族1 続柄"], {1: 2, 2: 2, 3: 1, 4: 1}),
        (["氏名", "続柄", "家族氏名", "続柄", "家族氏名"], {1: 1, 2: 1, 3: 2, 4: 2}),
    ],
)
def test_the_columns_of_a_family_belong_together_by_their_number_or_their_order(headings, members):
    assert Gathering(find_columns([Row(1, headings)]), TODAY).members == members


def test_everything_that_is_known_comes_in(cast):
    file = brought_in(cast, [told()])
    assert (file.report["new"], remarks(file)) == (1, {})
    made = Customer.objects.get()
    facts = made.facts.order_by("pk").values_list("kind", "text", "noted_at__date", "confirmed_at__date")
    assert sorted(facts) == [
        ("family", "ご両親と同居", TODAY, TODAY),
        ("hobby", "ゴルフ", date(2025, 3, 2), date(2025, 3, 2)),
        ("hobby", "海釣り", date(2024, 1, 5), date(2026, 5, 6)),
    ]
    family = made.family.order_by("pk").values_list("relation", "name", "born_on", "note")
    assert list(family) == [
        ("spouse", "田中 桃", date(1980, 2, 29), "妻"),
        ("child", "田中 凜", None, ""),
    ]
    assert Customer.objects.search("田中桃").get() == made
    consents = made.consents.order_by("channel").values_list("channel", "answer", "how", "said_on", "note", "by")
    assert list(consents) == [
        ("phone", "given", "paper", date(2026, 2, 1), "申込書", cast.manager.pk),
        ("sms", "refused", "other", TODAY, "", cast.manager.pk),
    ]
    assert made.refused_channels == ["sms"]
    change = made.rank_changes.get()
    assert (change.before, change.after, change.reason, change.by, change.at) == (
        "", "A", "imported", cast.manager, NOW,
    )  # fmt: skip


def test_the_same_list_once_more_doubles_nothing(cast):
    brought_in(cast, [told()])
    before = everything()
    assert brought_in(cast, [told()]).report["unchanged"] == 1
    assert everything() == before


def test_what_is_known_already_is_filled_and_what_was_ended_is_not_brought_back(cast):
    known = customer(cast.hiratsuka, code="101", name="田中 花子", phones=["09011112222"])
    FamilyMember.objects.create(customer=known, relation="other", name="田中桃", note="ピアノ")
    FamilyMember.objects.create(customer=known, relation="child", name="田中 凜", removed_at=NOW)
    Fact.note(known, "hobby", "ゴルフ", by=cast.sales, now=NOW - timedelta(days=9))
    Fact.objects.get().end(now=NOW)
    Consent.record(
        known, "sms", "given", how="web", said_on=TODAY - timedelta(days=9), by=cast.sales, now=NOW - timedelta(days=9)
    )
    before = everything()
    file = brought_in(cast, [told()])
    assert set(known.facts.standing().values_list("text", flat=True)) == {"ご両親と同居", "海釣り"}
    member = known.family.standing().get()
    assert (member.relation, member.born_on, member.note) == ("other", date(1980, 2, 29), "ピアノ")
    known.refresh_from_db()
    assert known.refused_channels == ["sms"]
    undone(cast, file)
    assert everything() == before


def test_cells_that_make_no_sense_are_explained_before_and_kept_in_the_note(cast):
    wrong = told(**{
        "情報(趣味)": f"ゴルフ\n{'長' * 301}", "家族1 続柄": "友人", "家族2 氏名": "", "連絡同意(電話)": "たぶん",
        "連絡同意(SMS)": "同意 2030/01/01", "車両使用者コード": "999", "車名": "アクア",
    })  # fmt: skip
    file = run(received(cast, [wrong], **ALL))
    said = {"情報(趣味)", "家族1 続柄", "家族2 続柄", "連絡同意(電話)", "連絡同意(SMS)", "車両使用者コード"}
    assert set(remarks(file)) == said
    assert not Customer.objects.exists()
    uploads.confirm(file, by=cast.manager, now=NOW)
    run(file)
    made = Customer.objects.get()
    assert all(f"{heading}: " in made.note for heading in said)
    assert list(made.family.values_list("relation", "name")) == [("other", "田中 桃")]
    assert not made.consents.exists()


def test_whoever_refuses_is_not_asked_again_because_a_list_says_so(cast):
    known = customer(cast.hiratsuka, code="101", name="田中 花子", phones=["09011112222"], refused_channels=["phone"])
    file = brought_in(cast, [told(**{"連絡同意(SMS)": ""})])
    assert set(remarks(file)) == {"連絡同意(電話)"}
    known.refresh_from_db()
    assert (known.refused_channels, known.consents.exists()) == (["phone"], False)


def test_what_a_row_says_against_itself_counts_as_a_refusal(cast):
    contradictory = told(**{"DM可否": "不可", "連絡同意(手紙)": "同意"})
    file = run(received(cast, [contradictory], headings=[*ALL["headings"], "連絡同意(手紙)"]))
    assert set(remarks(file)) == {"連絡同意(手紙)"}
    uploads.confirm(file, by=cast.manager, now=NOW)
    run(file)
    assert set(Customer.objects.get().refused_channels) == {"letter", "sms"}
    assert not Consent.objects.filter(channel="letter").exists()


def test_taking_back_leaves_everything_as_before(cast):
    known = customer(cast.hiratsuka, code="101", name="田中 花子", phones=["09011112222"], rank=Rank.objects.last())
    vehicle(known, model="アクア")
    Fact.note(known, "job", "教員", by=cast.sales, now=NOW)
    before = everything()
    rows = [
        told(車名="アクア", 車両使用者コード="102"),
        told(顧客コード="102", 氏名="田中 桃", 携帯電話="090-3333-4444", 車名="ノート"),
    ]
    file = brought_in(cast, rows)
    assert known.vehicles.get().used_by == Customer.objects.get(code="102")
    assert RankChange.objects.count() == 2
    file = undone(cast, file)
    assert everything() == before
    assert (file.report["deleted"], file.report["kept"]) == (1, 0)
    assert not ImportRow.objects.exists()


def confirmed(made, by):
    made.facts.first().confirm(by=by, now=NOW)


def noted(made, by):
    Fact.note(made, "job", "教員", by=by, now=NOW)


def renamed(made, by):
    made.family.filter(name="田中 桃").update(name="田中 もも")


def ranked(made, by):
    hold(made, Rank.objects.last(), reason="紹介が多い", until_on=None, by=by, now=NOW)


@pytest.mark.parametrize("work", [confirmed, noted, renamed, ranked])
def test_of_whom_somebody_has_noted_something_since_stays(cast, work):
    file = brought_in(cast, [told()])
    made = Customer.objects.get()
    work(made, cast.sales)
    file = undone(cast, file)
    assert Customer.objects.get() == made
    assert made.facts.count() >= 3
    assert file.report["kept"] == 1


def test_a_rank_set_by_hand_stays_and_the_list_is_told_so(cast):
    known = customer(cast.hiratsuka, code="101", name="田中 花子", phones=["09011112222"])
    hold(known, Rank.objects.last(), reason="紹介が多い", until_on=None, by=cast.manager, now=NOW)
    file = brought_in(cast, [told()])
    assert "ランク" in remarks(file)
    known.refresh_from_db()
    assert known.rank == Rank.objects.last()
    assert not known.rank_changes.filter(reason="imported").exists()


def test_a_rank_that_stays_as_it_is_writes_no_history(cast):
    known = customer(cast.hiratsuka, code="101", name="田中 花子", phones=["09011112222"], rank=Rank.objects.first())
    brought_in(cast, [told(ランク=known.rank.code)])
    assert not known.rank_changes.exists()
