import pytest

from customers.models import Customer
from customers.text import fold, normalise_phone, normalise_plate, phone_digits
from tests.cast import customer, vehicle


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("湘南 500 あ 12-34", "湘南500ア1234"),
        ("５００　あ", "500ア"),
        ("･・·  ‐−", ""),
        ("髙橋", "高橋"),
        ("ﾅｶﾑﾗ", "ナカムラ"),
        ("なかむら", "ナカムラ"),
        ("ＡＢＣ", "abc"),
    ],
)
def test_what_looks_alike_folds_alike(typed, kept):
    assert fold(typed) == kept


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("090-1234", "0901234"),
        ("０９０（１２３４）", "0901234"),
        ("12-34", "1234"),
        ("12・34", "1234"),
        ("+81 90 1234 5678", "09012345678"),
        ("500 あ", ""),
        ("中村", ""),
    ],
)
def test_a_search_for_digits_is_told_from_one_for_words(typed, digits):
    assert phone_digits(typed) == digits


def test_a_plate_is_kept_in_single_width():
    assert normalise_plate("湘南　５００　あ　１２－３４") == "湘南 500 あ 12-34"


def test_a_phone_may_be_typed_with_the_long_vowel_sign():
    assert normalise_phone("０９０ー１２３４ー５６７８") == "09012345678"


@pytest.mark.parametrize(
    "typed",
    ["高橋", "髙橋", "たかはし", "ﾀｶﾊｼ", "090-1234", "1234-56", "０９０１２３４", "12-34", "500 あ", "湘南 500"],
)
def test_a_customer_is_found_by_any_part(cast, typed):
    found = customer(
        cast.hiratsuka,
        name="髙橋 花子",
        kana="タカハシ ハナコ",
        phones=["09012345678"],
        emails=["hanako@example.com"],
    )
    vehicle(found, plate="湘南 500 あ 12-34")
    customer(cast.hiratsuka, name="森 一", kana="モリ ハジメ", phones=["0463111111"])
    assert list(Customer.objects.search(typed)) == [found]


def test_signs_that_a_database_takes_for_wildcards_find_nobody(cast):
    customer(cast.hiratsuka)
    assert not Customer.objects.search("%").exists()
    assert not Customer.objects.search("_").exists()
