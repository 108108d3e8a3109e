"""Small lists as an office's program writes them: CP932, CR LF, every cell as given."""

import csv
import io
import unicodedata

HEADINGS = [
    *(
        "顧客コード",
        "氏名",
        "フリガナ",
        "郵便番号",
        "住所１",
        "住所２",
        "電話番号",
        "携帯電話",
        "メールアドレス",
        "生年月日",
    ),
    *("職業", "休み", "車名", "登録番号", "車台番号", "初度登録年月", "車検満了日", "納車日", "購入金額", "担当者"),
    *("紹介者コード", "支払", "ＤＭ可否", "備考"),
]


def row(**cells) -> dict:
    """A customer who can be reached; other cells by heading."""
    return {"顧客コード": "101", "氏名": "田中　花子", "携帯電話": "090-1111-2222", **cells}


def many(count, **cells) -> list[dict]:
    """So many different customers, each with a car."""
    return [
        row(
            顧客コード=str(5000 + number),
            氏名=f"田中　{number}",
            携帯電話=f"090-2{number // 10000:03d}-{number % 10000:04d}",
            車名="ﾊﾘｱｰ",
            車台番号=f"ZSU60-{number:07d}",
            生年月日="S44.7.1１",
            **cells,
        )
        for number in range(count)
    ]


def csv_of(rows, *, headings=HEADINGS, encoding="cp932", delimiter=",") -> bytes:
    """`rows`: dicts by heading, or lists of cells as they stand."""
    plain = [unicodedata.normalize("NFKC", heading) for heading in headings]  # as Python spells keywords
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(headings)
    for one in rows:
        writer.writerow([one.get(heading, "") for heading in plain] if isinstance(one, dict) else one)
    return text.getvalue().encode(encoding)
