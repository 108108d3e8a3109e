"""What is known beside the entry, as cells say it and back: facts, family, consent (REQUIREMENTS C1, C10).

What is written here is read here, in Japanese whatever language its reader speaks. What reads a cell raises Bad.
"""

import re
import unicodedata
from collections import Counter
from datetime import date

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from stores.channels import Channel

from ..models import Consent, FamilyMember
from ..text import fold, tidy
from . import values

PARTS = frozenset({"fact", "family", "consent"})
"""Their fields are named "fact.hobby", "family.name", "consent.phone"."""
MEMBER = ("relation", "name", "kana", "born_on", "note")
DATED = re.compile(
    r"(?P<text>.*\S)\s*[(\uff08](?P<noted>[^()\uff08\uff09・、]+)"
    r"(?:[・、]\s*確認\s*(?P<confirmed>[^()\uff08\uff09・、]+))?[)\uff09]"
)
RELATIONS = {
    FamilyMember.Relation.SPOUSE: "配偶者 妻 夫 奥様 ご主人 主人",
    FamilyMember.Relation.CHILD: "子 長男 次男 二男 三男 長女 次女 二女 三女 息子 娘 子供 子ども お子様",
    FamilyMember.Relation.PARENT: "親 父 母 両親 義父 義母",
    FamilyMember.Relation.SIBLING: "兄弟姉妹 兄弟 姉妹 兄 弟 姉 妹",
    FamilyMember.Relation.GRANDCHILD: "孫",
    FamilyMember.Relation.OTHER: "その他 祖父 祖母 同居人",
}
ANSWERS = {
    Consent.Answer.GIVEN: "同意 承諾 許可 可 ○ 〇 ◯ OK はい",
    Consent.Answer.REFUSED: "拒否 不可 × ✕ NG いいえ 停止",
}
WAYS = {
    Consent.How.VERBALLY: "口頭 電話 対面",
    Consent.How.PAPER: "書面 紙 申込書",
    Consent.How.WEB: "ウェブ WEB ホームページ",
    Consent.How.LINK: "メールのリンク リンク",
    Consent.How.OTHER: "その他",
}


def _reading(words) -> dict[str, str]:
    return {fold(word): choice.value for choice, listed in words.items() for word in listed.split()}


RELATION_OF, ANSWER_OF, WAY_OF = map(_reading, (RELATIONS, ANSWERS, WAYS))


def _written(words, choice) -> str:
    return words[choice].split()[0]


def fact(text: str, today: date) -> dict:
    """One line: what we know, and in brackets since when, and when somebody last said that it is so."""
    match = DATED.fullmatch(text)
    try:
        noted = match and values.day(match["noted"])
        confirmed = match and match["confirmed"] and values.day(match["confirmed"])
    except values.Bad:
        match = None  # brackets that hold no day are words like others
    if not match:
        return {"text": values.line(300)(text)}
    if max(filter(None, (noted, confirmed))) > today:
        raise values.Bad(_("This day is still to come."))
    said = {"text": values.line(300)(match["text"]), "noted_on": noted}
    return {**said, "confirmed_on": confirmed} if confirmed else said


def written_facts(facts, kind: str) -> str:
    return "\n".join(_written_fact(one) for one in facts if one.kind == kind)


def _written_fact(one) -> str:
    noted, confirmed = localdate(one.noted_at), localdate(one.confirmed_at)
    again = f"・確認{confirmed:%Y/%m/%d}" if confirmed > noted else ""
    return f"{tidy(one.text)}({noted:%Y/%m/%d}{again})"


def relation(text: str) -> str:
    try:
        return RELATION_OF[fold(text)]
    except KeyError:
        raise values.Bad(_("This is not one of the relations that we know.")) from None


def written_member(member, name: str) -> str:
    """One of MEMBER."""
    if name == "relation":
        return _written(RELATIONS, member.relation)
    value = getattr(member, name)
    return f"{value:%Y/%m/%d}" if isinstance(value, date) else value or ""


def consent(text: str, today: date) -> dict:
    """'同意 書面 2026/04/01', and words about it behind; all but the first word may be missing."""
    answer, *rest = re.split(r"[\s、,]+", text.strip(), maxsplit=3)
    try:
        said = {"answer": ANSWER_OF[fold(answer)]}
    except KeyError:
        raise values.Bad(_("This neither agrees nor refuses, such as 同意 書面 2026/04/01.")) from None
    if rest and fold(rest[0]) in WAY_OF:
        said["how"] = WAY_OF[fold(rest.pop(0))]
    if rest and re.match(r"\d|[MTSHR]\d|明|大|昭|平|令", values.folded(rest[0])):
        said["said_on"] = values.day_until(today)(rest.pop(0))
    return {**said, "note": values.line(200)(" ".join(rest))}


def written_consent(customer, consents, channel: str) -> str:
    """The latest word on that way; empty where it isn't what counts now, or nobody knows when it was said."""
    said = [one for one in consents if one.channel == channel]
    latest = max(said, key=lambda one: (one.said_on, one.at, one.pk), default=None)
    if latest is None or latest.is_given == (channel in customer.refused_channels):
        return ""
    words = [_written(ANSWERS, latest.answer), _written(WAYS, latest.how), f"{latest.said_on:%Y/%m/%d}"]
    return " ".join([*words, tidy(latest.note)]).strip()


class Gathering:
    """What the cells of a row say beside the entry. `today`: nothing was said later, and nobody is born later."""

    def __init__(self, columns, today: date):
        self.columns, self.today = columns, today
        self.members = _members(columns.fields)
        self.parsers = {
            "relation": relation,
            "name": values.line(100),
            "kana": values.kana,
            "born_on": values.day_until(today),
            "note": values.line(200),
        }

    def read(self, record, family: dict, index: int, heading: str, field: str, text: str):
        """What makes no sense goes to the record. `family`: gains the members, by their number."""
        part, _dot, name = field.partition(".")
        if part == "fact":
            self._read_facts(record, heading, name, text)
        elif part == "consent":
            self._read_consent(record, heading, name, text)
        else:
            member = family.setdefault(self.members[index], {"cells": []})
            member["cells"].append((heading, text))
            self._read_member(record, member, heading, name, text)

    def _read_facts(self, record, heading, kind, text):
        for line in filter(None, map(tidy, text.splitlines())):
            try:
                record.facts.append({"kind": kind, **fact(line, self.today)})
            except values.Bad as bad:
                record.keep(heading, line, bad)

    def _read_consent(self, record, heading, channel, text):
        try:
            record.consents[channel] = {**consent(text, self.today), "cell": (heading, tidy(text))}
        except values.Bad as bad:
            record.keep(heading, text, bad)

    def _read_member(self, record, member, heading, name, text):
        try:
            member[name] = self.parsers[name](text)
        except values.Bad as bad:
            record.keep(heading, text, bad)
        else:
            if name == "relation" and fold(text) != fold(_written(RELATIONS, member[name])):
                member["called"] = tidy(text)

    def settle(self, record, family: dict):
        """Once all cells are read. What a member is called more exactly stays as a note: an eldest son is a child."""
        for number in sorted(family):
            member = family[number]
            cells, called = member.pop("cells"), member.pop("called", "")
            if not member.get("name"):
                for heading, text in cells:
                    record.keep(heading, text, _("This member of the family has no name."))
                continue
            if called and not member.get("note"):
                member["note"] = called
            record.family.append(member)
        refused = {*record.customer.get("refused_channels", ()), *([Channel.LETTER] if record.no_letters else ())}
        for channel in [one for one in record.consents if one in refused]:
            if record.consents[channel]["answer"] == Consent.Answer.GIVEN:
                told = record.consents.pop(channel)
                record.keep(*told["cell"], _("Another cell of the row says that the customer refuses this way."))


def _members(fields) -> dict[int, int]:
    """Which member of the family a column is about: by the number in its heading, else in the order of the columns."""
    counts, found, taken = Counter(), {}, set()
    for index, heading, field in fields:
        if field.startswith("family."):
            counts[field] += 1
            number = re.search(r"\d{1,3}", unicodedata.normalize("NFKC", heading))
            which = int(number[0]) if number else counts[field]
            while (which, field) in taken:
                which += 1000
            taken.add((which, field))
            found[index] = which
    return found
