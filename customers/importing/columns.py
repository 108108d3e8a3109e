"""What a heading means: many spellings in many offices' lists, one field of ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..text import fold
from .reading import UNREADABLE, Row, Unusable

NAME_FIELDS = frozenset({"name", "family_name"})
LOOK_AT_ROWS = 20
"""Titles and dates of printing may stand above the headings."""

SPELLINGS = {
    "code": (
        "顧客コード 顧客番号 顧客NO 顧客ID 顧客CD お客様番号 お客様コード お客様NO お客様ID お客様CD 会員番号 "
        "会員NO 得意先コード 得意先番号 管理番号 コード 顧客管理番号 ID customer_code customer_id"
    ),
    "name": (
        "氏名 お名前 名前 ご氏名 顧客名 顧客氏名 お客様名 お客様氏名 お客様 顧客 名称 氏名(漢字) 漢字氏名 姓名 "
        "氏名・名称 氏名又は名称 氏名または名称 会社名 法人名 得意先名 顧客名称 契約者名 契約者 使用者名 name "
        "customer_name full_name"
    ),
    "family_name": "姓 苗字 名字 氏 姓(漢字) last_name family_name",
    "given_name": "名 名(漢字) first_name given_name",
    "kana": (
        "フリガナ カナ カナ氏名 カナ名 氏名カナ 氏名フリガナ 氏名(フリガナ) 氏名ヨミ 名前カナ お名前カナ "
        "お名前フリガナ 顧客名カナ 顧客名フリガナ 顧客カナ お客様名カナ お客様名フリガナ お客様カナ 読み 読みがな "
        "読み仮名 ヨミ ヨミガナ 振り仮名 姓名カナ kana"
    ),
    "family_kana": "姓カナ 姓フリガナ カナ姓 フリガナ姓 姓(カナ) セイ 姓ヨミ",
    "given_kana": "名カナ 名フリガナ カナ名(名) フリガナ名 名(カナ) メイ 名ヨミ",
    "kind": "個人法人区分 個人・法人 個人/法人 法人区分",
    "contact_name": "先方担当者 先方担当者名 ご担当者 ご担当者名 お客様担当者 窓口担当者 窓口 連絡担当者",
    "contact_phone": "先方担当者電話 先方担当者電話番号 窓口電話番号",
    "representative": "代表者 代表者名 代表者氏名",
    "website": "ホームページ ウェブサイト サイトURL HP website",
    "line_id": "LINE_ID LINEのID LINE",
    "postcode": "郵便番号 〒 郵便 郵便NO 郵便番号(自宅) 自宅郵便番号 zip zipcode postcode postal_code",
    "address": (
        "住所 ご住所 現住所 自宅住所 住所(自宅) 所在地 都道府県 県 都道府県名 市区町村 市区町村名 市区郡 町名 町域 "
        "町名番地 番地 丁目番地 町名・番地 建物 建物名 建物名等 建物名・部屋番号 ビル名 マンション名 アパート名 "
        "方書 番地以下 以降の住所 住所詳細 住所(建物) address"
    ),
    "phones": (
        "電話番号 電話 お電話番号 お電話 自宅電話 自宅電話番号 ご自宅電話番号 電話(自宅) 電話番号(自宅) 固定電話 "
        "固定電話番号 自宅TEL TEL(自宅) 携帯 携帯電話 携帯電話番号 携帯番号 携帯TEL 電話(携帯) 電話番号(携帯) "
        "TEL(携帯) モバイル 勤務先電話 勤務先電話番号 勤務先TEL 電話(勤務先) 電話番号(勤務先) 会社電話 "
        "会社電話番号 連絡先 ご連絡先 連絡先電話番号 連絡先TEL 日中連絡先 代表電話 TEL TEL番号 phone mobile "
        "telephone tel_no"
    ),
    "emails": (
        "メールアドレス メール Eメール Eメールアドレス 電子メール 電子メールアドレス メアド メールアドレス(PC) "
        "メールアドレス(携帯) PCメール 携帯メール 携帯メールアドレス PCメールアドレス メール(PC) メール(携帯) "
        "email e-mail mail mail_address email_address e-mailアドレス mailアドレス"
    ),
    "born_on": "生年月日 誕生日 お誕生日 ご生年月日 生年月日(和暦) 生年月日(西暦) birthday birth_date date_of_birth",
    "occupation": "職業 ご職業 業種 職種 occupation",
    "free_days": "休み お休み 休日 定休日 公休 公休日 休業日",
    "convenient_weekdays": "連絡しやすい曜日 希望曜日 連絡希望曜日",
    "convenient_hours": "連絡しやすい時間 連絡希望時間 希望時間帯 連絡希望時間帯",
    "refused_channels": "希望しない連絡方法 連絡不可 連絡NG",
    "rank_id": "ランク 顧客ランク お客様ランク rank",
    "owner": (
        "担当者 担当 担当者名 営業担当 営業担当者 営業担当者名 担当営業 担当営業者 担当スタッフ 販売担当 "
        "販売担当者 主担当 主担当者 営業マン 自社担当 自社担当者"
    ),
    "referrer": (
        "紹介者コード 紹介者 紹介者番号 紹介者NO 紹介者ID 紹介者CD 紹介元コード 紹介元 紹介者顧客コード "
        "紹介者お客様番号"
    ),
    "payment": "支払 支払い 支払方法 支払い方法 支払区分 お支払 お支払い お支払方法 お支払い方法 決済方法 payment",
    "letters": (
        "DM可否 DM DM区分 DM希望 DM発送 DM送付 DM発送可否 DM送付可否 DM要否 DM可 ダイレクトメール ダイレクトメール可否"
    ),
    "note": "備考 備考欄 メモ 特記事項 特記 コメント 摘要 注意事項 その他 note notes memo remarks",
    "fact.family": "情報(家族・世帯) 家族構成 世帯構成",
    "fact.job": "情報(仕事) 勤務先 勤務先名 お勤め先",
    "fact.car_use": "情報(車の使いみち) 車の用途 使用用途",
    "fact.hours": "情報(休日・時間帯)",
    "fact.hobby": "情報(趣味) 趣味 ご趣味",
    "fact.likes": "情報(好きなもの)",
    "fact.dislikes": "情報(苦手なもの)",
    "fact.talked": "情報(話したこと)",
    "fact.other": "情報(その他)",
    "family.relation": "家族続柄 続柄 ご家族続柄 家族の続柄",
    "family.name": "家族氏名 家族名 ご家族氏名 家族の氏名 家族のお名前",
    "family.kana": "家族フリガナ 家族カナ 家族氏名カナ ご家族フリガナ",
    "family.born_on": "家族生年月日 家族誕生日 ご家族生年月日 ご家族誕生日",
    "family.note": "家族備考 家族メモ ご家族備考",
    "consent.phone": "連絡同意(電話)",
    "consent.email": "連絡同意(メール)",
    "consent.sms": "連絡同意(SMS)",
    "consent.line": "連絡同意(LINE)",
    "consent.visit": "連絡同意(訪問)",
    "consent.letter": "連絡同意(手紙) 連絡同意(DM)",
    "vehicle.maker": "メーカー メーカー名 メーカ 車両メーカー maker",
    "vehicle.model": (
        "車名 車種 車種名 車両名 車両 通称名 所有車 お車 愛車 保有車両 所有車両 車名・グレード model car"
    ),
    "vehicle.plate": (
        "登録番号 ナンバー 登録ナンバー 車両番号 車両ナンバー 車番 ナンバープレート プレート プレート番号 登録NO "
        "車両登録番号 自動車登録番号 plate"
    ),
    "vehicle.chassis_number": "車台番号 車体番号 フレーム番号 フレームNO 車台NO シャシー番号 シャーシ番号 VIN",
    "vehicle.user_name": "車両使用者 主な使用者 運転者",
    "vehicle.used_by": "車両使用者コード 主な使用者コード 運転者コード 車両使用者顧客コード",
    "vehicle.mileage_on": "走行距離確認日 走行距離記録日",
    "vehicle.year": "年式 year",
    "vehicle.mileage_km": "走行距離 走行距離(km) 走行 走行km",
    "vehicle.first_registered_on": (
        "初度登録年月 初度登録 初度登録年月日 初度登録日 初年度登録 初年度登録年月 初年度 初度検査年月 初登録 初度"
    ),
    "vehicle.inspection_expires_on": (
        "車検満了日 車検満了 車検満了年月日 車検満期 車検満期日 車検有効期限 車検有効期間 車検期限 車検期日 車検日 "
        "次回車検 次回車検日 車検 有効期間満了日 有効期間の満了する日 満了日 車検有効期間満了日"
    ),
    "vehicle.insurance_expires_on": (
        "保険満期日 保険満期 保険満了日 任意保険満期 任意保険満期日 任意保険満了日 保険期限"
    ),
    "vehicle.check_due_on": "法定点検期限 次回点検日 次回点検 点検期日",
    "vehicle.bought_here": "自社販売 自社購入 当店購入",
    "vehicle.disposed_on": "手放した日 売却日 廃車日",
    "vehicle.delivered_on": "納車日 納車 納車年月日 納車月日 ご納車日 納車完了日",
    "vehicle.price_yen": (
        "購入金額 購入価格 購入額 ご購入金額 販売金額 販売価格 車両価格 車両金額 車両本体価格 売価 金額 価格 売上金額"
    ),
    "deal.kind": "商談種別 案件種別 取引種別 商談区分",
    "deal.source": "きっかけ 来店きっかけ 流入元 反響元 反響媒体",
    "deal.goods": "商談内容 成約車種 成約車両 注文車種 受注車種 案件内容",
    "deal.amount_yen": "受注金額 成約金額 契約金額 受注額 成約額 契約額",
    "deal.staff": "商談担当者 案件担当者 受注担当者 成約担当者",
    "deal.stage": "商談段階 案件段階 商談ステージ 案件ステージ",
    "deal.received_on": "商談受付日 反響日 問合せ日 問い合わせ日",
    "deal.ordered_on": "受注日 受注年月日 成約日 成約年月日 契約日 契約年月日 注文日",
    "deal.promised_on": "納車予定日 納車予定",
    "deal.delivered_on": "受注納車日 商談納車日 案件納車日",
    "deal.paid_on": "入金日 入金完了日 入金済日",
    "deal.lost_on": "失注日 敗戦日",
    "deal.lost_reason": "失注理由 敗戦理由",
    "deal.note": "商談メモ 案件メモ ご要望",
}


def key(heading: str) -> str:
    """A heading without what differs from office to office: widths, kana, blanks, brackets, stars."""
    return re.sub(r"[()\[\]【】<>〈〉「」:：＊*※#._/,、'\"\ufeff]", "", fold(heading))


KNOWN = {key(spelling): field for field, spellings in SPELLINGS.items() for spelling in spellings.split()}
MANY = frozenset({"address", "phones", "emails", "note"}) | {
    name for name in SPELLINGS if name.startswith(("fact.", "family."))
}
"""Fields that may stand in several columns."""
NUMBERED = re.compile(r"^(ゴ?家族)\d{1,3}")
"""A group of columns for each member of the family."""
REASON_HEADINGS = ("取り込めない理由", "Why this row was refused")
"""The column that our own file of refused rows has in front (`refused`): never read, never asked about."""
NOT_TAKEN = ""
"""What a person chooses for a column that is left alone."""


def field_of(heading: str) -> str | None:
    """The field of a heading; '住所２' is one of several '住所', '家族2 氏名' one of several '家族氏名'."""
    plain = NUMBERED.sub(r"\1", key(heading))
    return KNOWN.get(plain) or KNOWN.get(plain.rstrip("0123456789"))


def heading_of(field: str) -> str:
    """A heading that is read as this field."""
    return SPELLINGS[field].split()[0]


def heading_of_member(field: str, number: int) -> str:
    """Of the columns of one member of the family: '家族2 氏名'."""
    return heading_of(field).replace("家族", f"家族{number} ", 1)


@dataclass(frozen=True, slots=True)
class Columns:
    row_number: int
    headings: list[str]
    fields: list[tuple[int, str, str]]
    """(index of the cell, heading, field)"""
    widths: frozenset[int]
    """How many cells a row may have: as many as headings, with or without blank headings at the end."""

    @property
    def has_name(self) -> bool:
        return any(field in NAME_FIELDS for _index, _heading, field in self.fields)

    @property
    def listed(self) -> list[tuple[int, str, str]]:
        """(index, heading, field or NOT_TAKEN) of every column that a person may choose a field for."""
        found = {index: field for index, _heading, field in self.fields}
        return [
            (index, heading, found.get(index, NOT_TAKEN))
            for index, heading in enumerate(self.headings[: min(self.widths)])
            if heading not in REASON_HEADINGS
        ]

    @property
    def ignored(self) -> list[str]:
        return [heading for _index, heading, field in self.listed if heading and not field]

    def heading_for(self, *fields) -> str:
        """The heading of the first of these fields that the file has."""
        found = {field: heading for _index, heading, field in reversed(self.fields)}
        return next((found[field] for field in fields if field in found), "")


class NoName(Unusable):
    """No column is the name. A person may say which one is: `columns` is what the file has."""

    def __init__(self, columns: Columns):
        self.columns = columns
        shown = [heading[:40] for heading in columns.headings if heading][:30]
        message = _("No column for the name was found. The first row has these headings: %(headings)s")
        super().__init__(message % {"headings": "、".join(shown)})


def known_in(cells) -> int:
    return sum(field_of(cell) is not None for cell in cells)


def find_columns(rows: list[Row], chosen: Mapping[int, str] | None = None) -> Columns:
    """The headings, and what each means. `chosen`: by index of the cell, what a person said; the rest is recognised.

    Raises NoName when no column is the name, neither by a heading near the top nor by choice; Unusable when these are
    no headings at all.
    """
    columns = _columns(_with_the_row_below(_heading_row(rows[:LOOK_AT_ROWS]), rows[:LOOK_AT_ROWS]), chosen or {})
    if not columns.has_name:
        if any(UNREADABLE in heading for heading in columns.headings):
            raise Unusable(_("This is not a text file. Please choose the list saved as CSV."))
        raise NoName(columns)
    return columns


def _heading_row(rows) -> Row:
    """The first row with a name and more among its headings, else with a name, else the one most is known of."""
    named = [row for row in rows if any(field_of(cell) in NAME_FIELDS for cell in row.cells)]
    if named:
        return next((row for row in named if known_in(row.cells) > 1), named[0])
    return max(rows, key=lambda row: known_in(row.cells))


def _with_the_row_below(row, rows) -> Row:
    """Headings of two rows, where cells were joined: '連絡先' above '電話' and 'メール'. The lower word counts."""
    below = next((one for one in rows if one.number > row.number), None)
    if below is None or len(below.cells) > len(row.cells):
        return row
    words = [cell for cell in below.cells if cell.strip()]
    is_named = any(field_of(row.cells[index]) in NAME_FIELDS for index, cell in enumerate(below.cells) if cell.strip())
    if is_named or known_in(words) < max(1, len(words) - 1):
        return row
    padded = [*below.cells, *[""] * (len(row.cells) - len(below.cells))]
    return Row(below.number, [low or high for high, low in zip(row.cells, padded, strict=True)])


def _columns(row, chosen) -> Columns:
    headings = [" ".join(cell.split()) for cell in row.cells]
    filled = max((index for index, heading in enumerate(headings, start=1) if heading), default=0)
    taken = set(chosen.values())
    fields = []
    for index, heading in enumerate(headings[:filled]):
        field = chosen[index] if index in chosen else field_of(heading)
        if field and (field in MANY or index in chosen or field not in taken):
            fields.append((index, heading, field))
            taken.add(field)
    return Columns(row.number, headings, fields, frozenset({filled, len(headings)}))
