"""Every table and every field has its rule: what happens to it when a person's data is erased (REQUIREMENTS H3)."""

from django.db import models

from customers.personal import rules
from customers.personal.rules import REPLACED, SAYS_NOTHING, TABLES, Kept, left_over, ours, table_of, unsaid


def test_every_table_and_every_field_has_a_rule():
    assert not unsaid(), (
        f"Say in customers/personal/rules.py what becomes of these when a person's data is erased: {unsaid()}"
    )


def test_no_rule_is_about_what_is_gone():
    assert not left_over()


def test_a_field_that_nobody_thought_of_is_found(monkeypatch):
    table = TABLES["followups.Contact"]
    without = {**TABLES, "followups.Contact": rules._table(table.kept, "answer_note", "effects")}
    del without["customers.Estimate"]
    monkeypatch.setattr(rules, "TABLES", without)
    assert unsaid() == ["customers.Estimate", "followups.Contact.details"]


def test_a_rule_that_is_left_over_is_found(monkeypatch):
    monkeypatch.setattr(rules, "TABLES", {**TABLES, "customers.Rank": rules._table(Kept.HOUSE, "", "code colour")})
    assert left_over() == ["customers.Rank.colour"]


def test_nothing_is_both_erased_and_kept():
    assert not [label for label, table in TABLES.items() if table.erased & table.stays]


def test_what_holds_personal_data_has_a_name_that_people_understand():
    silent = {Kept.HOUSE}
    marks = {"customers.Mark", "stores.CalendarMark", "stores.Heartbeat", "stores.WakeUp", "reports.TouchedCustomer"}
    assert {label for label, table in TABLES.items() if table.kept not in silent} - marks == set(rules.WORDS)


def test_every_row_of_a_person_is_kept_with_them():
    """Whatever a key leads to from a customer, and goes along with them, is emptied with them."""
    for model in ours():
        for field in model._meta.local_fields:
            belongs = isinstance(field, models.ForeignKey) and field.remote_field.on_delete is models.CASCADE
            if belongs and table_of(field.related_model).kept is Kept.PERSON:
                assert table_of(model).kept in {Kept.PERSON, Kept.PERIOD}, field


def test_only_keys_numbers_and_moments_say_nothing():
    assert models.CharField not in SAYS_NOTHING
    assert models.DateField not in SAYS_NOTHING


def test_what_is_replaced_is_erased():
    for name in REPLACED:
        label, _dot, field = name.rpartition(".")
        assert field in TABLES[label].erased
