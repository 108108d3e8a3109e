"""Two customers who are the same become one with everything kept, and two again within a month (REQUIREMENTS C7)."""

from datetime import date, timedelta

import pytest
from django.apps import apps

from customers.merging import forget_old, merge, undo, why_not_undone
from customers.models import Customer, Deal, Duplicate, Merge, MergedRow, Rank, RankHold, Vehicle
from customers.personal.disclosing import everything
from customers.pointing import RELATIONS, name_of, pointing
from customers.side_by_side import DERIVED, UNITED, groups, lines
from customers.store_moves import NotPossible
from followups.expansion import expand
from followups.models import Contact, EndReason, FollowUp, Task
from followups.noticing import notice
from followups.starting import start
from tests.cast import at, contact, customer, lead, pattern, reply, task, vehicle

NOW = at("2026-11-21 12:00")
LATER = at("2026-11-24 12:00")
TODAY = date(2026, 11, 21)
NOT_COMPARED = {"customers.Merge", "customers.MergedRow", "customers.Mark", "stores.WakeUp"}
"""What tells of the merge itself, and what only rings the bell."""


def book(cast, **second):
    """Two who are the same: with deals, cars, follow-ups and contacts each."""
    one = customer(cast.hiratsuka, owner=cast.sales, code="100", emails=["a@example.test"], note="紅茶")
    fields = {"name": "中村 みさき", "phones": ["09012345678", "0463211111"], "owner": cast.sales2, "code": "200"}
    other = customer(cast.hiratsuka, **{**fields, "born_on": date(1980, 2, 29), "note": "犬", **second})
    steps = [{"title": "お電話", "offset_days": 1}, {"title": "お便り", "offset_days": 9, "channel": "email"}]
    both = pattern("both", steps, by=cast.manager)
    for person in (one, other):
        deal = lead(person, NOW, staff=person.owner, vehicle=vehicle(person))
        start(both, customer=person, by=cast.manager, now=NOW)
        start(both, customer=person, deal=deal, by=cast.manager, now=NOW)
        done = task(person, TODAY, done_at=NOW, done_by=person.owner)
        contact(person, NOW, task=done, deal=deal, done_by=person.owner)
        reply(person, NOW, LATER, deal=deal)
        task(person, TODAY, title="来店")
    expand(NOW)
    return one, other


def dump() -> dict:
    """Every row of every table, by its model and id."""
    return {
        (model._meta.label, row["pk"]): row
        for model in apps.get_models()
        if model._meta.label not in NOT_COMPARED and model._meta.app_label != "pghistory"
        for row in model._base_manager.order_by("pk").values("pk", *(f.attname for f in model._meta.concrete_fields))
    }


def of(person) -> dict:
    """How many rows point at somebody, by name."""
    found = {
        name_of(field): field.model._base_manager.filter(**{field.name: person.pk}).count() for field in pointing()
    }
    return {name: number for name, number in found.items() if number}


def test_whoever_was_merged_by_mistake_is_not_in_the_others_file(cast):
    one, other = book(cast)
    row = merge(one, other, by=cast.manager, now=LATER)
    assert "中村 みさき" in str(everything(one))
    undo(row, by=cast.manager, now=LATER)
    told = str(everything(Customer.objects.get(pk=one.pk)))
    assert "中村 美咲" in told
    assert "中村 みさき" not in told


def test_nothing_points_at_a_customer_that_nobody_has_thought_about():
    assert {name_of(field) for field in pointing()} == set(RELATIONS)


def test_every_field_of_a_customer_is_chosen_united_or_derived():
    chosen = [name for names in groups().values() for name in names]
    assert sorted([*chosen, *UNITED, *DERIVED]) == sorted(field.name for field in Customer._meta.concrete_fields)


def test_the_winner_has_everything_afterwards(cast):
    one, other = book(cast)
    RankHold.objects.create(customer=other, reason="紹介者", by=cast.manager, at=NOW)
    referred = customer(cast.hiratsuka, name="紹介 花", phones=[], referrer=other)
    before = of(one), of(other)
    merge(one, other, by=cast.manager, now=LATER)
    stays = {"customers.Merge.loser": 1}
    assert of(other) == stays
    both = {name: sum(rows.get(name, 0) for rows in before) for name in before[0] | before[1]}
    assert of(one) == both | {"customers.Merge.winner": 1, "customers.Customer.merged_into": 1}
    one.refresh_from_db()
    other.refresh_from_db()
    referred.refresh_from_db()
    assert referred.referrer == one
    assert (one.name, one.code, one.born_on) == ("中村 美咲", "100", date(1980, 2, 29))
    assert one.phones == ["09012345678", "0463211111"]
    assert one.note == "紅茶\n犬"
    assert (other.merged_into, other.closed_at) == (one, LATER)


def test_what_is_taken_from_the_other_replaces_the_winners(cast):
    one, other = book(cast)
    merge(one, other, {"name", "code", "owner"}, by=cast.manager, now=LATER)
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.name, one.code, one.owner, other.code) == ("中村 みさき", "200", cast.sales2, "")
    mine = Task.objects.open().filter(customer=one, deal__isnull=True)
    assert set(mine.values_list("assignee", flat=True)) == {cast.sales2.pk}
    assert set(Deal.objects.filter(customer=one).values_list("staff", flat=True)) == {cast.sales.pk, cast.sales2.pk}


@pytest.mark.parametrize("text", ["中村 みさき", "200", "0463211111", "美咲"])
def test_searching_for_either_finds_the_winner(cast, text):
    one, other = book(cast)
    merge(one, other, by=cast.manager, now=LATER)
    assert list(Customer.objects.net().search(text)) == [one]
    Customer.objects.filter(pk=one.pk).reindex()
    assert list(Customer.objects.net().search(text)) == [one]


def test_a_pattern_at_work_for_both_goes_on_once(cast):
    one, other = book(cast)
    merge(one, other, by=cast.manager, now=LATER)
    of_themselves = FollowUp.objects.filter(customer=one, deal=None)
    assert list(of_themselves.order_by("pk").values_list("end_reason", flat=True)) == ["", EndReason.REPLACED]
    assert Task.objects.open().filter(follow_up__in=of_themselves.filter(end_reason="replaced")).count() == 0
    assert FollowUp.objects.running().filter(customer=one).exclude(deal=None).count() == 2


def test_the_same_occurrence_of_both_is_kept_twice_but_runs_once(cast):
    one, other = book(cast)
    FollowUp.objects.filter(deal=None).update(occurrence_key="year:2026")
    merge(one, other, by=cast.manager, now=LATER)
    rows = FollowUp.objects.filter(customer=one, deal=None).order_by("pk")
    assert [(row.occurrence_key.split(":")[0], row.end_reason) for row in rows] == [
        ("year", ""),
        ("merged", "replaced"),
    ]


def test_two_merges_undone_leave_every_row_as_it_was(cast):
    one, other = book(cast)
    third = customer(cast.hiratsuka, name="中村", phones=["09012345678"], owner=cast.sales, referrer=other)
    vehicle(third)
    RankHold.objects.create(customer=other, reason="紹介者", by=cast.manager, at=NOW)
    Customer.objects.filter(pk=one.pk).update(rank=Rank.objects.first(), referrer=third)
    before = dump()
    first = merge(one, other, {"code", "name"}, by=cast.manager, now=LATER)
    second = merge(third, one, {"owner"}, by=cast.manager, now=LATER + timedelta(hours=1))
    assert dump() != before
    undo(second, by=cast.manager, now=LATER + timedelta(days=2))
    undo(first, by=cast.manager, now=LATER + timedelta(days=3))
    after = dump()
    assert {key: (before.get(key), row) for key, row in after.items() if before.get(key) != row} == {}
    assert set(after) == set(before)


def test_across_stores_the_other_comes_along_and_goes_back(cast):
    one, _other = book(cast)
    there = customer(cast.yokohama, owner=cast.yokohama_sales, code="100")
    deal = lead(there, NOW, staff=cast.yokohama_sales, vehicle=vehicle(there))
    task(there, TODAY, deal=deal)
    reply(there, NOW, LATER)
    before = dump()
    merged = merge(one, there, by=cast.admin, now=LATER)
    deal.refresh_from_db()
    assert (deal.store, deal.staff, deal.customer) == (cast.hiratsuka, cast.sales, one)
    for model in (Task, Contact, Vehicle, FollowUp):
        assert set(model.objects.filter(customer=one).values_list("store", flat=True)) == {cast.hiratsuka.pk}
    assert set(Task.objects.open().filter(deal=deal).values_list("assignee", flat=True)) == {cast.sales.pk}
    undo(merged, by=cast.admin, now=LATER)
    assert dump() == before


def test_what_came_since_stays_with_what_it_is_about(cast):
    one, other = book(cast)
    deal = Deal.objects.get(customer=other)
    merged = merge(one, other, by=cast.manager, now=LATER)
    one.refresh_from_db()
    about_the_deal = contact(one, LATER, deal=deal)
    about_nothing = contact(one, LATER)
    Customer.objects.filter(pk=one.pk).update(phones=["0311112222"])
    undo(merged, by=cast.manager, now=LATER)
    about_the_deal.refresh_from_db()
    about_nothing.refresh_from_db()
    one.refresh_from_db()
    assert (about_the_deal.customer, about_nothing.customer) == (other, one)
    assert one.phones == ["0311112222"]
    assert one.note == "紅茶"


def test_what_somebody_went_on_with_is_left_as_it_is(cast):
    one, other = book(cast)
    merged = merge(one, other, by=cast.manager, now=LATER)
    deal = Deal.objects.filter(customer=one).order_by("pk").last()
    third = customer(cast.hiratsuka, name="別人", phones=[])
    Deal.objects.filter(pk=deal.pk).update(customer=third)
    undo(merged, by=cast.manager, now=LATER)
    deal.refresh_from_db()
    assert deal.customer == third


def test_the_engine_takes_a_merge_as_it_is(cast):
    one, other = book(cast)
    merge(one, other, by=cast.manager, now=LATER)
    running = set(FollowUp.objects.running().values_list("pk", flat=True))
    while notice(LATER):
        pass
    assert set(FollowUp.objects.running().values_list("pk", flat=True)) == running


def test_nobody_sends_themselves(cast):
    one, other = book(cast)
    between = customer(cast.hiratsuka, name="間の人", phones=[], referrer=other)
    Customer.objects.filter(pk=one.pk).update(referrer=between)
    merge(one, other, by=cast.manager, now=LATER)
    one.refresh_from_db()
    between.refresh_from_db()
    assert (one.referrer, between.referrer) == (None, one)


def test_who_was_merged_is_not_merged_again(cast):
    one, other = book(cast)
    merge(one, other, by=cast.manager, now=LATER)
    for pair in ((one, other), (other, one), (one, one)):
        with pytest.raises(NotPossible):
            merge(*pair, by=cast.manager, now=LATER)
    assert Merge.objects.count() == 1


def test_who_is_still_looked_after_is_kept(cast):
    one, other = book(cast)
    Customer.objects.filter(pk=one.pk).update(closed_at=NOW)
    with pytest.raises(NotPossible):
        merge(one, other, by=cast.manager, now=LATER)


def test_the_way_back_is_open_for_a_month_and_from_the_last_on(cast):
    one, other = book(cast)
    third = customer(cast.hiratsuka, name="中村", phones=["09012345678"])
    first = merge(one, other, by=cast.manager, now=LATER)
    second = merge(one, third, by=cast.manager, now=LATER)
    with pytest.raises(NotPossible):
        undo(first, by=cast.manager, now=LATER)
    undo(second, by=cast.manager, now=LATER)
    assert why_not_undone(first, LATER + timedelta(days=29)) == ""
    with pytest.raises(NotPossible):
        undo(first, by=cast.manager, now=LATER + timedelta(days=30))
    with pytest.raises(NotPossible):
        undo(second, by=cast.manager, now=LATER)


def test_how_it_was_before_is_forgotten_with_the_way_back(cast):
    one, other = book(cast)
    merge(one, other, by=cast.manager, now=LATER)
    assert MergedRow.objects.exists()
    assert forget_old(LATER + timedelta(days=29)) == 0
    forget_old(LATER + timedelta(days=30))
    assert not MergedRow.objects.exists()


def test_a_pair_that_was_merged_is_no_longer_shown(cast):
    one, other = book(cast)
    Duplicate.objects.create(one=one, other=other, why=["phone"], found_at=NOW)
    merged = merge(one, other, by=cast.manager, now=LATER)
    assert not Duplicate.objects.open().exists()
    undo(merged, by=cast.manager, now=LATER)
    assert Duplicate.objects.open().exists()


def test_only_what_both_say_differently_is_asked(cast):
    one, other = book(cast)
    asked = {line.key for line in lines(one, other) if line.is_asked}
    assert asked == {"name", "code", "owner"}
