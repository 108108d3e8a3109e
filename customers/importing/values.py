"""What a cell means: eras, dates, kana, phones, mails, plates, yen. Pure; each raises Bad with a sentence."""

import re
import unicodedata
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _

from stores.inputs import FIRST_DAY, LAST_DAY

from ..models import Customer
from ..text import fold, full_width_kana, normalise_email, normalise_phone, read_plate, tidy

ERAS = {"M": (1868, 45), "T": (1912, 15), "S": (1926, 64), "H": (1989, 99), "R": (2019, 99)}
"""First year, and last year of the era. Papers printed before 2019 go on counting Heisei: 平成35年 is 2023."""
ERA_NAMES = {"明治": "M", "大正": "T", "昭和": "S", "平成": "H", "令和": "R"}
ERA_NAMES |= {name[0]: letter for name, letter in ERA_NAMES.items()}
ERA_YEAR = rf"(?P<era>{'|'.join(ERA_NAMES)}|[MTSHR])\.?(?P<era_year>\d{{1,2}}|元)"
WESTERN_YEAR = r"(?P<year>\d{4})"
SEPARATOR = r"[年/.\-]"
DAY_PATTERNS = [
    re.compile(rf"{year}{SEPARATOR}(?P<month>\d{{1,2}})[月/.\-](?P<day>\d{{1,2}})日?")
    for year in (WESTERN_YEAR, ERA_YEAR)
] + [
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"),
    re.compile(r"(?P<era>[MTSHR])(?P<era_year>\d{2})(?P<month>\d{2})(?P<day>\d{2})"),
]
MONTH_PATTERNS = [
    *(re.compile(rf"{year}{SEPARATOR}(?P<month>\d{{1,2}})月?") for year in (WESTERN_YEAR, ERA_YEAR)),
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})"),
]
YEAR_PATTERNS = [re.compile(rf"{year}年?(?:式|度)?") for year in (WESTERN_YEAR, ERA_YEAR)]
DASHES = str.maketrans(dict.fromkeys("‐‑–—―−ー", "-"))
PLATE = re.compile(r"([^\d\sA-Za-z-]{1,4})\s*([0-9][0-9A-Z]{0,2})\s*([ぁ-んァ-ヴA-Z])\s*([\d\s・･.\-]+)")
PHONE_SIGNS = re.compile(r"[\d\s+().\-]+")
BETWEEN_VALUES = re.compile(r"[/、,;；|\n]+")
COMPANY = re.compile(
    r"(株式|有限|合同|合資|合名)会社|\((株|有|同|資|名|医|福|学|社|財|宗)\)|(医療|学校|宗教|社会福祉|社団|財団|NPO)法人|協同組合"
)
YES_WORDS = "可 ○ 〇 ◯ OK 要 希望 希望する はい する 有 あり 1 送付可 発送可"
NO_WORDS = "不可 否 × ✕ NG 不要 拒否 停止 希望しない いいえ しない 無 なし 0 送付不可 発送不可"
YES, NO = ({fold(word) for word in words.split()} for words in (YES_WORDS, NO_WORDS))
WORDS_OF_PAYMENTS = {
    Customer.Payment.CASH: "現金 現金一括 一括 振込 銀行振込",
    Customer.Payment.LOAN: "ローン 分割 クレジット 残価 残クレ 残価設定ローン オートローン",
    Customer.Payment.LATE: "延滞あり 延滞有 延滞有り 延滞 遅延あり",
}
PAYMENTS = {word: way for way, words in WORDS_OF_PAYMENTS.items() for word in words.split()}


class Bad(ValueError):
    """The cell makes no sense; the message says in which way."""


def folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def is_blank(text: str) -> bool:
    """Nothing, or only a dash as people put one for nothing."""
    return not text.strip("-－‐‑–—―−ー \t\r\n\u3000")


def line(limit: int):
    """A parser of free text of one line, characters as they were typed."""

    def parse(text):
        text = tidy(text)
        if len(text) > limit:
            raise Bad(_("Longer than %(limit)d characters.") % {"limit": limit})
        return text

    return parse


def word(limit: int):
    """A parser of a word of catalogues, such as a car: in one width."""
    return lambda text: line(limit)(folded(text))


def kana(text: str) -> str:
    found = full_width_kana(text)
    if re.search("[一-龥々]", found):
        raise Bad(_("This is not kana."))
    return line(100)(found)


def phones(text: str) -> list[str]:
    return [_phone(part) for part in BETWEEN_VALUES.split(folded(text)) if part.strip()]


def phone(text: str) -> str:
    """One number."""
    found = phones(text)
    if len(found) != 1:
        raise Bad(_("This is not a phone number."))
    return found[0]


def _phone(text):
    signs = text.translate(DASHES)
    if not PHONE_SIGNS.fullmatch(signs):
        raise Bad(_("This is not a phone number."))
    try:
        return normalise_phone(signs)
    except ValueError:
        raise Bad(_("There is no such phone number.")) from None


def emails(text: str) -> list[str]:
    parts = [part for part in re.split(r"[\s/、,;；]+", normalise_email(text)) if part]
    if not all("@" in part for part in parts):
        raise Bad(_("This is not a mail address."))
    return [_email(part) for part in parts]


def _email(address):
    try:
        EmailValidator()(address)
    except ValidationError:
        raise Bad(_("This is not a mail address.")) from None
    return line(120)(address)


def postcode(text: str) -> str:
    digits = re.sub(r"[\s〒\-]", "", folded(text).translate(DASHES))
    if not re.fullmatch(r"\d{7}", digits):
        raise Bad(_("A post code has seven digits."))
    return f"{digits[:3]}-{digits[3:]}"


def code(text: str) -> str:
    return line(20)(folded(text))


def day(text: str) -> date:
    """A whole date; Japanese or western years, any of the usual separators."""
    return _date(text, DAY_PATTERNS)


def day_or_month(text: str) -> date:
    """A date, or the first of a month where only the month is known."""
    return _date(text, DAY_PATTERNS + MONTH_PATTERNS)


def year(text: str) -> int:
    return _date(text, YEAR_PATTERNS + MONTH_PATTERNS + DAY_PATTERNS).year


def _date(text, patterns) -> date:
    """Raises Bad, also for a day that the calendar lacks, such as 29 February 1963."""
    plain = folded(text).translate(DASHES).upper()
    plain = re.sub(r"\(.\)$|\s+\d{1,2}:\d{2}(:\d{2})?$", "", plain)
    plain = re.sub(r"\s", "", plain)
    for pattern in patterns:
        match = pattern.fullmatch(plain)
        if match:
            return _existing(match.groupdict())
    raise Bad(_("This is not a date."))


def _existing(parts) -> date:
    western = int(parts["year"]) if parts.get("year") else _western(parts["era"], parts["era_year"])
    try:
        found = date(western, int(parts.get("month") or 1), int(parts.get("day") or 1))
    except ValueError:
        raise Bad(_("There is no such day.")) from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise Bad(_("This year cannot be right."))
    return found


def _western(era, era_year) -> int:
    first, last = ERAS[ERA_NAMES.get(era, era)]
    number = 1 if era_year == "元" else int(era_year)
    if not 1 <= number <= last:
        raise Bad(_("There is no such year of this era."))
    return first + number - 1


def day_until(today: date):
    """Of what is past: a birthday, the day on which a mileage was read."""

    def parse(text):
        said = day(text)
        if said > today:
            raise Bad(_("This day is still to come."))
        return said

    return parse


def yen(text: str) -> int:
    """Whole yen: '?2,430,000' (a lost yen sign), '1080000円', '¥980,000-', '98万円'."""
    amount = re.sub(r"[\s,、]", "", folded(text).translate(DASHES))
    match = re.fullmatch(r"[?¥\\]?(\d+)(?:\.0+)?(?:円|-)?(?:\(?税[込抜別]\)?)?", amount)
    if match:
        return _within_column(int(match[1]))
    match = re.fullmatch(r"[?¥\\]?(\d{1,5}(?:\.\d{1,4})?)万円?", amount)
    if match:
        return _within_column(round(float(match[1]) * 10_000))
    raise Bad(_("This is not an amount in yen."))


def kilometres(text: str) -> int:
    match = re.fullmatch(r"(\d+)(?:km|キロ)?", re.sub(r"[\s,、]", "", folded(text)).lower())
    if not match:
        raise Bad(_("This is not a number of kilometres."))
    return _within_column(int(match[1]))


def _within_column(number):
    if number > 2_147_483_647:
        raise Bad(_("This number is too large."))
    return number


def plate(text: str) -> str:
    """'湘南 580 せ ・・34-21' and '湘南580せ3421' as '湘南 580 せ 34-21'; dots that only fill up are left out."""
    try:
        return read_plate(text)
    except ValueError:
        pass
    match = PLATE.fullmatch(folded(text).translate(str.maketrans(dict.fromkeys("‐‑–—―−", "-"))))
    digits = re.sub(r"\D", "", match[4]) if match else ""
    if not 1 <= len(digits) <= 4:
        raise Bad(_("This is not a number plate."))
    area, kind, letter = match.groups()[:3]
    number = f"{digits[:-2]}-{digits[-2:]}" if len(digits) > 2 else digits
    return f"{area} {kind} {letter} {number}"


def chassis_number(text: str) -> str:
    number = re.sub(r"\s", "", folded(text).translate(DASHES)).upper()
    if not re.fullmatch(r"[0-9A-Z-]{4,30}", number):
        raise Bad(_("This is not a chassis number."))
    return number


def payment(text: str) -> str:
    try:
        return PAYMENTS[folded(text)]
    except KeyError:
        raise Bad(_("This is not one of the ways to pay that we know.")) from None


def yes_or_no(text: str) -> bool:
    answer = fold(text)
    if answer not in YES | NO:
        raise Bad(_("This is neither yes nor no."))
    return answer in YES


def written_payment(way: str) -> str:
    """As `payment` reads it."""
    return WORDS_OF_PAYMENTS[way].split()[0] if way else ""


def is_company(name: str) -> bool:
    return bool(COMPANY.search(folded(name)))


def kind(text: str) -> str:
    answer = folded(text)
    if answer not in {"個人", "法人", "会社"}:
        raise Bad(_("This is neither 個人 nor 法人."))
    return Customer.Kind.PERSON.value if answer == "個人" else Customer.Kind.COMPANY.value


def choice(choices, message):
    """A parser of what is called so here, in the language of whoever imports."""
    by_label = {fold(str(label)): value for value, label in choices}

    def parse(text):
        try:
            return by_label[fold(text)]
        except KeyError:
            raise Bad(message) from None

    return parse
