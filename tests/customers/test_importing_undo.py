"""A list taken back as a whole: the book is as before, but for what people did since."""

from datetime import timedelta

import pytest
import time_machine

from customers.importing import slices, uploads
from customers.jobs import forget_import_files
from customers.merging import merge
from customers.models import Customer, Duplicate, ImportFile, ImportRow, RankStanding, Vehicle
from followups.jobs import propose_ranks
from tests.cast import at, customer, lead, vehicle

from .lists import many, row
from .test_importing_slices import NOW, Killed, fresh, imported, received, run


@pytest.fixture
def small_slices(monkeypatch):
    monkeypatch.setattr(slices, "ROWS", 4)


def book():
    return [list(model.objects.order_by("pk").values()) for model in (Customer, Vehicle)]


def undone(cast, file):
    assert uploads.undo(file, by=cast.manager, now=NOW)
    return run(file)


def filled_book(cast):
    """Five customers with cars, as the office's list knows them, otherwise."""
    for number in range(5):
        known = customer(
            cast.hiratsuka,
            name=f"田中 {number}",
            code=str(5000 + number),
            phones=["0463111110"],
            note="猫\r\n犬",
            updated_at=at("2026-01-05 10:00") + timedelta(microseconds=123_457),
        )
        vehicle(known, model="ハリアー", chassis_number=f"ZSU60-{number:07d}")
    Customer.objects.all().reindex()


def test_everything_is_as_before(cast, small_slices):
    filled_book(cast)
    before = book()
    rows = [*many(12, 担当者="森", 車検満了日="R9.3.6", 備考="鳥", ＤＭ可否="不可", 職業="医師")]
    rows[1]["紹介者コード"], rows[10]["紹介者コード"], rows[0]["車台番号"] = "5011", "5000", "NEW-1"
    rows.append(row(顧客コード="77", 氏名="田中の妻", 携帯電話="090-2000-0001", 電話番号="0463-22-2222"))
    rows.append(row(顧客コード="78", 氏名="田中の母", 携帯電話="090-2000-0008", 電話番号="0463-22-3333"))
    file = run(received(cast, rows))
    uploads.decide(file, uploads.ALL, "same")
    uploads.confirm(file, by=cast.manager, now=NOW)
    file = run(file)
    assert (file.report["new"], file.report["updated"]) == (7, 7)
    assert book() != before
    file = undone(cast, file)
    assert book() == before
    assert (file.state, file.report["deleted"], file.report["kept"]) == ("undone", 7, 0)
    assert not ImportRow.objects.exists()


def test_a_worker_killed_while_taking_back_goes_on(cast, small_slices, monkeypatch):
    filled_book(cast)
    before = book()
    file = imported(cast, many(12))
    monkeypatch.setattr(uploads, "QUICK_SECONDS", 0)
    uploads.undo(file, by=cast.manager, now=NOW)
    slices.one_slice(NOW, only=file)
    original = slices.undo

    def killed(*given):
        original(*given)
        raise Killed

    monkeypatch.setattr(slices, "undo", killed)
    with pytest.raises(Killed):
        slices.one_slice(NOW, only=file)
    monkeypatch.setattr(slices, "undo", original)
    run(file)
    assert book() == before


def worked_with_deal(made):
    lead(made, NOW)


def worked_with_name(made):
    Customer.objects.filter(pk=made.pk).update(name="別の名前")


def worked_with_car(made):
    made.vehicles.update(mileage_km=5)


def worked_with_further_car(made):
    vehicle(made, model="プリウス")


def worked_with_move(made):
    from tests.cast import store

    Customer.objects.filter(pk=made.pk).update(store=store("odawara"))


@pytest.mark.parametrize(
    "work", [worked_with_deal, worked_with_name, worked_with_car, worked_with_further_car, worked_with_move]
)
def test_whom_somebody_has_worked_with_stays_with_their_car_and_is_listed(cast, work):
    file = imported(cast, many(3))
    made = Customer.objects.get(code="5001")
    work(made)
    file = undone(cast, file)
    assert list(Customer.objects.values_list("pk", flat=True)) == [made.pk]
    assert made.vehicles.filter(chassis_number="ZSU60-0000001").exists()
    kept = file.rows.kept().get()
    assert (kept.customer_id, bool(kept.kept), kept.record, kept.cells) == (made.pk, True, {}, [])
    assert (file.report["deleted"], file.report["kept"]) == (2, 1)


def test_what_people_changed_since_of_a_known_customer_stays_and_the_rest_is_restored(cast):
    known = customer(cast.hiratsuka, code="101", name="田中 花子", phones=["0463111111"], occupation="教員")
    file = imported(cast, [row(職業="医師", 住所１="平塚市1-1")])
    Customer.objects.filter(pk=known.pk).update(occupation="画家")
    file = undone(cast, file)
    known.refresh_from_db()
    assert (known.occupation, known.address, known.phones) == ("画家", "", ["0463111111"])
    assert "09011112222" not in known.search
    assert file.rows.kept().get().customer == known


def test_a_day_later_nothing_is_taken_back_and_only_counts_are_left(cast):
    file = imported(cast, [*many(3), row(担当者="誰か")])
    with time_machine.travel(NOW + timedelta(hours=23)):
        forget_import_files()
        assert fresh(file).rows.count() == 4
        assert fresh(file).can_be_undone(NOW + timedelta(hours=23))
    assert not uploads.undo(file, by=cast.manager, now=NOW + timedelta(hours=25))
    with time_machine.travel(NOW + timedelta(hours=25)):
        forget_import_files()
    left = fresh(file)
    assert (left.state, left.report["new"], left.forgotten_at is not None) == ("saved", 4, True)
    assert (ImportRow.objects.count(), bytes(ImportFile.objects.get().content)) == (0, b"")
    assert "誰か" not in str(left.report)
    assert Customer.objects.count() == 4


def test_taking_back_is_asked_for_once(cast):
    file = imported(cast, many(2))
    assert uploads.undo(file, by=cast.manager, now=NOW)
    assert not uploads.undo(file, by=cast.manager, now=NOW)
    assert fresh(file).state == "undone"


def test_a_list_that_is_not_saved_is_not_taken_back(cast):
    file = received(cast, many(2))
    assert not uploads.undo(file, by=cast.manager, now=NOW)


def test_a_dropped_list_leaves_nothing(cast):
    file = received(cast, many(2))
    assert uploads.drop(file)
    assert not ImportFile.objects.exists()
    assert not ImportRow.objects.exists()


def test_the_same_list_comes_in_again_after_it_was_taken_back(cast):
    file = undone(cast, imported(cast, many(3)))
    assert file.state == "undone"
    assert imported(cast, many(3)).report["new"] == 3


def stopped_midway(cast, monkeypatch):
    """Ten rows, of which the first four are in the book."""
    monkeypatch.setattr(slices, "ROWS", 4)
    monkeypatch.setattr(uploads, "QUICK_SECONDS", 0)
    file = run(received(cast, many(10)))
    uploads.confirm(file, by=cast.manager, now=NOW)
    slices.one_slice(NOW, only=file)

    def failing(*given):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setitem(slices.STEPS, "save", failing)
        slices.one_slice(NOW, only=file)
    assert (fresh(file).state, Customer.objects.count()) == ("failed", 4)
    return fresh(file)


def test_a_list_that_stopped_while_it_was_saved_is_taken_back(cast, monkeypatch):
    file = undone(cast, stopped_midway(cast, monkeypatch))
    assert (file.state, file.failed_at, file.report["deleted"]) == ("undone", None, 4)
    assert not Customer.objects.exists()
    assert not uploads.again(file, NOW)


def test_a_list_that_stopped_while_it_was_saved_goes_on_after_all(cast, monkeypatch):
    file = stopped_midway(cast, monkeypatch)
    assert uploads.again(file, NOW)
    file = run(file)
    assert (file.state, file.report["new"], Customer.objects.count()) == ("saved", 10, 10)


def test_a_stopped_list_whose_rows_are_forgotten_neither_goes_on_nor_back(cast, monkeypatch):
    file = stopped_midway(cast, monkeypatch)
    later = NOW + timedelta(hours=25)
    assert not uploads.undo(file, by=cast.manager, now=later)
    uploads.forget_old(later)
    assert not uploads.again(file, later)
    file = fresh(file)
    assert (file.state, file.report["new"], Customer.objects.count()) == ("failed", 10, 4)


def test_a_list_that_stopped_while_it_was_checked_has_nothing_to_take_back(cast):
    file = received(cast, many(2))
    ImportFile.objects.filter(pk=file.pk).update(failed_at=NOW)
    assert not uploads.undo(file, by=cast.manager, now=NOW)


def test_whom_another_list_rests_on_stays(cast):
    first = imported(cast, many(3))
    imported(cast, many(2))
    received(cast, many(3))  # only looked at: nothing rests on it
    first = undone(cast, first)
    assert set(Customer.objects.values_list("code", flat=True)) == {"5000", "5001"}
    assert (first.report["deleted"], first.report["kept"]) == (1, 2)


def test_who_only_another_list_that_was_taken_back_had_goes(cast):
    first = imported(cast, many(3))
    undone(cast, imported(cast, many(3)))
    assert undone(cast, first).report["deleted"] == 3


def test_whom_somebody_else_names_as_referrer_stays(cast):
    file = imported(cast, many(3))
    other = customer(cast.hiratsuka, name="山本", referrer=Customer.objects.get(code="5001"))
    file = undone(cast, file)
    other.refresh_from_db()
    assert other.referrer.code == "5001"
    assert (file.report["deleted"], file.report["kept"]) == (2, 1)


def test_what_the_house_finds_out_by_itself_at_night_is_nobodys_work(cast):
    before = book()
    file = imported(cast, many(2))
    propose_ranks()
    one, other = Customer.objects.order_by("pk")
    Duplicate.objects.create(one=one, other=other, why=["phone"], found_at=NOW)
    assert RankStanding.objects.count() == 2
    undone(cast, file)
    assert book() == before


def test_who_was_merged_since_stays(cast):
    file = imported(cast, many(2))
    merge(*Customer.objects.order_by("pk"), by=cast.manager, now=NOW)
    undone(cast, file)
    assert Customer.objects.count() == 2
