"""How names, kana, phones and mails are folded, so that what looks alike to people is alike to the machine."""

import codecs
import re
import unicodedata
from functools import lru_cache

import jaconv
import phonenumbers

VARIANTS = str.maketrans(
    {
        "髙": "高",
        "﨑": "崎",
        "嵜": "崎",
        "碕": "崎",
        "邊": "辺",
        "邉": "辺",
        "齋": "斎",
        "齊": "斎",
        "斉": "斎",
        "濵": "浜",
        "濱": "浜",
        "澤": "沢",
        "櫻": "桜",
        "廣": "広",
        "𠮷": "吉",
        "嶋": "島",
        "嶌": "島",
        "國": "国",
        "眞": "真",
        "德": "徳",
        "惠": "恵",
        "瀨": "瀬",
        "龍": "竜",
        "冨": "富",
        "栁": "柳",
        "桒": "桑",
        "曾": "曽",
        "彌": "弥",
        "嶽": "岳",
        "會": "会",
    }
)


JAPANESE_NUMBER = re.compile(r"0[5-9]0\d{8}|0(?![5-9]0)[1-9]\d{8}")
"""Mobile and internet phones have eleven digits, all others ten."""


def tidy(text: str) -> str:
    """White space at the ends cut and inner runs made one; characters as they were typed."""
    return " ".join(text.split())


def fold(text: str) -> str:
    """The search form: NFKC, lower case, hiragana as katakana, variant characters as one, no white space or hyphens."""
    text = unicodedata.normalize("NFKC", text).lower().translate(VARIANTS)
    text = jaconv.hira2kata(text)
    return "".join(char for char in text if not char.isspace() and char not in "-‐‑–—―−・·")


SUBSTITUTE = "〓"
"""What printers have always put for a letter they lack."""
SISTERS = str.maketrans("〜−—‖¢£¬¥", "～－―∥￠￡￢￥")
"""Letters that Shift_JIS has under another number."""


def _put_substitute(error):
    return SUBSTITUTE * (error.end - error.start), error.end


codecs.register_error("substitute", _put_substitute)


def in_shift_jis(text: str) -> bytes:
    return text.translate(SISTERS).encode("cp932", errors="substitute")


def is_left_of(stored: str, said: str) -> bool:
    """Whether that is what a list in Shift_JIS holds of it, which lacks some of its letters."""
    if stored.isascii():
        return False
    left = in_shift_jis(stored).decode("cp932")
    return left != stored and fold(left) == fold(said)


def alike(stored: str, said: str) -> bool:
    """The same to people, or what a list has left of it."""
    return fold(stored) == fold(said) or is_left_of(stored, said)


def full_width_kana(text: str) -> str:
    """Kana as full-width katakana, one space between the names."""
    return tidy(jaconv.hira2kata(unicodedata.normalize("NFKC", text)))


PLATE = re.compile(
    r"(?P<region>[^\W\d_]{1,4}) ?(?P<number>\d[0-9ACFHKLMPXY]{0,2}) ?"
    r"(?P<sign>[あ-んA-Z]) ?(?P<serial>[1-9]\d?-\d\d|[・.]{0,3}[1-9]\d{0,2}|[1-9]\d{3})"
)
"""Region, class, sign and serial number; since 2018 a class may have letters."""
MOTORCYCLE = re.compile(r"(?P<number>\d)? ?(?P<region>[^\W\d_]{1,4}) ?(?P<sign>[あ-んA-Z]) ?(?P<serial>[1-9]\d?-\d\d)")
UNUSED_SIGNS = frozenset("おしへん")
"""No plate bears these."""


def read_plate(text: str) -> str:
    """A plate in one writing: '湘南 500 あ 12-34', its serial number without dots. ValueError when it is none."""
    folded = _plain_plate(text)
    match = PLATE.fullmatch(folded) or MOTORCYCLE.fullmatch(folded)
    if not match or match["sign"] in UNUSED_SIGNS:
        raise ValueError(text)
    serial = match["serial"].lstrip("・.")
    if serial.isdecimal() and len(serial) == 4:
        serial = f"{serial[:2]}-{serial[2:]}"
    parts = (match["region"], match["number"], match["sign"], serial)
    if match.re is MOTORCYCLE:
        parts = (match["number"], match["region"], match["sign"], serial)
    return " ".join(filter(None, parts))


def normalise_plate(text: str) -> str:
    """A plate in one writing; what is none stays, in digits and hyphens of single width."""
    try:
        return read_plate(text)
    except ValueError:
        return _plain_plate(text)


def shown_plate(plate: str) -> str:
    """As it stands on the plate: dots before a serial number of less than four digits."""
    rest, _gap, serial = plate.rpartition(" ")
    return f"{rest} {serial:・>4}" if rest.count(" ") == 2 and serial.isdecimal() and len(serial) < 4 else plate


def _plain_plate(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).replace("･", "・")
    for dash in "‐‑–—―−":
        folded = folded.replace(dash, "-")
    return tidy(folded)


def normalise_postcode(text: str) -> str:
    """'254-0035' of seven digits in any writing; empty where they aren't seven."""
    digits = "".join(char for char in unicodedata.normalize("NFKC", text) if char.isdecimal())
    return f"{digits[:3]}-{digits[3:]}" if len(digits) == 7 else ""


def normalise_email(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


def normalise_phone(text: str) -> str:
    """Digits of a Japanese number ('09012345678'), '+…' of a foreign one. ValueError when it is no phone number."""
    folded = unicodedata.normalize("NFKC", text).strip()
    for dash in "‐‑–—―−ー":
        folded = folded.replace(dash, "-")
    if any(char.isalpha() for char in folded):
        raise ValueError(text)
    try:
        number = phonenumbers.parse(folded, "JP")
    except phonenumbers.NumberParseException:
        raise ValueError(text) from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError(text)
    if number.country_code == 81:
        national = phonenumbers.national_significant_number(number)
        if not JAPANESE_NUMBER.fullmatch("0" + national) or set(national[2:]) == {"0"}:
            raise ValueError(text)
        return "0" + national
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=8192)
def display_phone(number: str) -> str:
    """'090-1234-5678' for '09012345678'."""
    try:
        parsed = phonenumbers.parse(number, "JP")
    except phonenumbers.NumberParseException:
        return number
    if parsed.country_code == 81:
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def phone_digits(text: str) -> str:
    """The digits of a search text that may be a part of a phone number or plate; empty when it has anything else.

    A number of Japan written with its country code is looked for as it is dialled at home.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    digits = "".join(char for char in folded if char.isdigit())
    rest = "".join(char for char in folded if not char.isdigit() and char not in "+-()‐‑–—―−ー ・.")
    if rest:
        return ""
    return "0" + digits[2:].removeprefix("0") if folded.startswith("+81") else digits
