"""A long list from the file to the last row saved, in a process of its own, so that its memory can be told."""

import csv
import io
import resource
import time

from django.utils import timezone

from customers.importing.at_once import save
from stores.models import Store

from .bars import IMPORT_MEBIBYTES, IMPORT_SECONDS
from .measures import Measure

HEADINGS = (
    "顧客コード", "氏名", "フリガナ", "郵便番号", "住所１", "携帯電話", "メールアドレス",
    "生年月日", "車名", "登録番号", "車台番号", "車検満了日", "備考",
)  # fmt: skip
FAMILIES = ("佐藤", "鈴木", "高橋", "田中", "渡辺", "伊藤", "山本", "中村", "小林", "加藤")
GIVEN = ("健太", "美咲", "翔", "彩", "大輔", "恵", "誠", "裕子", "浩", "千尋")
CARS = ("アクア", "プリウス", "ノート", "フィット", "タント")


def measure(*, rows: int) -> list[Measure]:
    store, data = Store.objects.order_by("pk").last(), _list(rows)
    before = _peak()
    began = time.perf_counter()
    report = save(data, store, timezone.now(), name="bench.csv")
    took = time.perf_counter() - began
    size = f"{rows:,} rows, {len(data) / 2**20:.1f} MiB"
    if report["new"] != rows:
        raise AssertionError(f"Of {rows} rows {report['new']} are new customers.")
    return [
        Measure("import, read and saved", size, took, "s", bar=IMPORT_SECONDS),
        Measure("import, peak memory (RSS)", size, _peak(), "MiB", bar=IMPORT_MEBIBYTES),
        Measure("import, memory before it", size, before, "MiB"),
    ]


def _list(rows) -> bytes:
    """As an office's program writes it: CP932, everybody with a number, a mail and a car of their own."""
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\r\n")
    sheet.writerow(HEADINGS)
    for number in range(rows):
        sheet.writerow(_row(number))
    return out.getvalue().encode("cp932")


def _row(number) -> list[str]:
    return [
        f"N{number:06d}",
        f"{FAMILIES[number % 10]}　{GIVEN[number // 10 % 10]}",
        "ｻﾄｳ ｹﾝﾀ",
        "254-0043",
        f"平塚市紅谷町{number % 30}-{number % 20}",
        f"080-1{number // 10000:03d}-{number % 10000:04d}",
        f"bench{number}@example.jp",
        "S55.4.1",
        CARS[number % 5],
        f"湘南 {300 + number % 600} さ {number % 99 + 1:02d}-{number // 99 % 100:02d}",
        f"BN{number % 97}-{number:07d}",
        "R9.3.31",
        "紹介で来店。",
    ]


def _peak() -> float:
    """The most this process has held in memory, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
