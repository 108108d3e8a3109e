"""A list that still knows two customers where the book has made one of them (REQUIREMENTS C7)."""

import pytest

from customers.merging import merge
from customers.models import Customer
from tests.cast import at, customer

from .lists import row
from .test_importing_choices import decide
from .test_importing_page import confirm, sent

NOW = at("2026-11-21 12:00")


@pytest.fixture
def whole(client, cast):
    """田中 花子 with the code 100, whom 田中 はな with 200 has become part of."""
    one = customer(cast.hiratsuka, name="田中 花子", code="100", phones=["09011112222"])
    other = customer(cast.hiratsuka, name="田中 はな", code="200", phones=["09033334444"])
    merge(one, other, by=cast.manager, now=NOW)
    client.force_login(cast.manager)
    return one


def test_the_row_of_the_one_is_known_and_no_double_of_who_is_no_more(client, whole):
    file = sent(client, [row(顧客コード="100", 氏名="田中 花子", 携帯電話="090-3333-4444", 職業="医師")])
    assert not file.rows.doubles().exists()
    confirm(client, file)
    whole.refresh_from_db()
    assert whole.occupation == "医師"


def test_the_row_with_the_old_code_is_asked_about_and_goes_to_the_one(client, whole):
    file = sent(client, [row(顧客コード="200", 氏名="田中 はな", 携帯電話="090-5555-6666", 職業="医師")])
    assert file.rows.doubles().get().other_customer == whole
    decide(client, file, 2, "same")
    confirm(client, file)
    whole.refresh_from_db()
    assert (whole.code, whole.occupation) == ("100", "医師")
    assert "09055556666" in whole.phones
    assert Customer.objects.count() == 2


def test_somebody_else_with_the_old_code_comes_in_without_it(client, whole):
    file = sent(client, [row(顧客コード="200", 氏名="小林 直樹", 携帯電話="090-5555-6666")])
    decide(client, file, 2, "another")
    confirm(client, file)
    made = Customer.objects.net().get(name="小林 直樹")
    assert made.code == ""
