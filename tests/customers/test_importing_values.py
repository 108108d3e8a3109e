from datetime import date

import pytest

from customers.importing import values
from customers.importing.values import Bad


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1947年7月10日", date(1947, 7, 10)),
        ("1941/02/16", date(1941, 2, 16)),
        ("1941-2-16", date(1941, 2, 16)),
        ("19670810", date(1967, 8, 10)),
        ("１９６７０８１０", date(1967, 8, 10)),
        ("S39.2.29", date(1964, 2, 29)),
        ("s44/07/11", date(1969, 7, 11)),
        ("昭和15年4月1日", date(1940, 4, 1)),
        ("昭和６４年１月７日", date(1989, 1, 7)),
        ("㍼64年1月7日", date(1989, 1, 7)),
        ("令和元年9月25日", date(2019, 9, 25)),
        ("R1.10.25", date(2019, 10, 25)),
        ("R05/09/27", date(2023, 9, 27)),
        ("平成35年3月1日", date(2023, 3, 1)),
        ("大正14年12月1日", date(1925, 12, 1)),
        ("M45.7.1", date(1912, 7, 1)),
        ("S440711", date(1969, 7, 11)),
        ("2023/02/01 0:00:00", date(2023, 2, 1)),
        ("2023年2月1日（水）", date(2023, 2, 1)),
    ],
)
def test_a_date_is_understood_in_every_usual_writing(text, expected):
    assert values.day(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "S38.2.29",
            "2027/02/30",
            "昭和70年13月45日",
            "昭和６５年1月1日",
            "R0.1.1",
            "65/12/24",
            "2023/02",
            "令和5年",
            "不明",
        ),
        *("0000/00/00", "20231301", "45210", "1823/01/01", "M1.1.1"),
    ],
)
def test_a_day_that_does_not_exist_is_no_date(text):
    with pytest.raises(Bad):
        values.day(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023/02", date(2023, 2, 1)),
        ("令和5年2月", date(2023, 2, 1)),
        ("H27.7", date(2015, 7, 1)),
        ("202302", date(2023, 2, 1)),
        ("2021/07/10", date(2021, 7, 10)),
    ],
)
def test_a_first_registration_may_be_a_month(text, expected):
    assert values.day_or_month(text) == expected


def test_a_birthday_or_the_day_of_a_mileage_is_not_in_the_future():
    parse = values.day_until(date(2026, 11, 22))
    assert parse("2026/11/22") == date(2026, 11, 22)
    with pytest.raises(Bad):
        parse("2026/11/23")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0463(50)7285", ["0463507285"]),
        ("０９０　９９６０３６５３", ["09099603653"]),
        ("0701768－4366", ["07017684366"]),
        ("+81 90-1234-5678", ["09012345678"]),
        ("9012345678", ["09012345678"]),
        ("0463-26-2956／090-1234-5678", ["0463262956", "09012345678"]),
    ],
)
def test_a_phone_number_becomes_its_digits(text, expected):
    assert values.phones(text) == expected


@pytest.mark.parametrize(
    "text", ["090-1234-567", "000-0000-0000", "090-0000-0000", "0120-ABC-DEF", "090-1234-5678(妻)", "なし", "12345"]
)
def test_what_cannot_be_dialled_is_no_phone_number(text):
    with pytest.raises(Bad):
        values.phones(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1080000円", 1080000),
        ("3070000", 3070000),
        ("4,080,000", 4080000),
        ("?2,430,000", 2430000),
        ("￥９８０，０００－", 980000),
        ("\\120,000", 120000),
        ("98万円", 980000),
        ("128.5万", 1285000),
        ("1500000.0", 1500000),
    ],
)
def test_yen_are_read_with_signs_commas_and_any_width(text, expected):
    assert values.yen(text) == expected


@pytest.mark.parametrize("text", ["百万", "-500", "2,430,000ドル", "99999999999", "1080千円"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(Bad):
        values.yen(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("湘南 580 せ ・・34-21", "湘南 580 せ 34-21"),
        ("湘南580せ3421", "湘南 580 せ 34-21"),
        ("湘南　５８０　せ　３４－２１", "湘南 580 せ 34-21"),
        ("品川 300 ゆ ・2-75", "品川 300 ゆ 2-75"),
        ("三河 33A て ・・12", "三河 33A て 12"),
        ("横浜 50 あ ・・･5", "横浜 50 あ 5"),
        ("富士山 500 あ 1-23", "富士山 500 あ 1-23"),
        ("１ 湘南　あ １２-３４", "1 湘南 あ 12-34"),
    ],
)
def test_a_plate_has_one_form(text, expected):
    assert values.plate(text) == expected


@pytest.mark.parametrize("text", ["湘南 580 せ", "仮ナンバー", "580 せ 34-21", "湘南 580 せ 12345"])
def test_what_is_no_plate_is_refused(text):
    with pytest.raises(Bad):
        values.plate(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ｻﾄｳ　ﾚｲ", "サトウ レイ"),
        ("さとう　たろう", "サトウ タロウ"),
        ("ヴァン・ダム", "ヴァン・ダム"),
        ("ｶ)ﾔﾏﾀﾞ", "カ)ヤマダ"),
    ],
)
def test_kana_become_full_width_katakana(text, expected):
    assert values.kana(text) == expected


def test_kanji_are_no_kana():
    with pytest.raises(Bad):
        values.kana("佐藤　ﾚｲ")


@pytest.mark.parametrize("text", ["2540012", "254-0012", "254－0811", "〒254-0035", "〒２５４　００３５"])
def test_a_post_code_has_seven_digits(text):
    assert values.postcode(text)[:4] == "254-"


def test_six_digits_are_no_post_code():
    with pytest.raises(Bad):
        values.postcode("600001")


def test_mails_become_small_letters_of_single_width():
    assert values.emails("ｓａｔｏ＠Example.com") == ["sato@example.com"]
    assert values.emails("a@example.com; b@example.com") == ["a@example.com", "b@example.com"]
    with pytest.raises(Bad):
        values.emails("not a mail")


@pytest.mark.parametrize("name", ["㈱前田商店", "有限会社山崎工務店", "(有)木村", "合同会社あおば", "医療法人 池田会"])
def test_a_company_is_known_by_its_form(name):
    assert values.is_company(name)
    assert not values.is_company("株本 有司")


def test_words_of_choice():
    assert values.payment("ﾛｰﾝ") == "loan"
    assert values.payment("延滞あり") == "late"
    assert not values.yes_or_no("不可")
    assert values.yes_or_no("○")
    with pytest.raises(Bad):
        values.yes_or_no("たぶん")
    with pytest.raises(Bad):
        values.payment("物々交換")


@pytest.mark.parametrize("text", ["", " ", "　", "-", "－", "ー", "―"])
def test_a_dash_is_nothing(text):
    assert values.is_blank(text)
