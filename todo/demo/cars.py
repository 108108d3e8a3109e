"""Cars with plates, and dates that agree: inspection three years after the first registration, then every two."""

from datetime import date, timedelta

CARS = [
    ("トヨタ", ["アクア", "プリウス", "ヤリス", "シエンタ", "アルファード", "ハリアー", "カローラ", "ノア", "ライズ"]),
    ("日産", ["ノート", "セレナ", "デイズ", "エクストレイル", "キューブ", "ルークス"]),
    ("ホンダ", ["フィット", "N-BOX", "フリード", "ヴェゼル", "ステップワゴン"]),
    ("スズキ", ["ワゴンR", "スペーシア", "ハスラー", "ジムニー", "スイフト", "アルト"]),
    ("ダイハツ", ["タント", "ムーヴ", "ミライース", "ハイゼット", "ロッキー"]),
    ("マツダ", ["デミオ", "CX-5", "MAZDA3"]),
    ("スバル", ["フォレスター", "インプレッサ", "レヴォーグ"]),
    ("三菱", ["デリカD:5", "アウトランダー", "eKワゴン"]),
]
REGIONS = ["湘南", "湘南", "横浜", "相模", "川崎"]
KANA = "さすせそたちつてとなにぬねのはひふほまみむめもやゆよらりるろ"


def plate(rng) -> str:
    return (
        f"{rng.choice(REGIONS)} {rng.choice((300, 301, 330, 500, 501, 580, 581))} {rng.choice(KANA)} "
        f"{rng.randint(10, 99)}-{rng.randint(0, 99):02d}"
    )


def car(rng) -> tuple[str, str]:
    """Maker and model."""
    maker, models = rng.choice(CARS)
    return maker, rng.choice(models)


def era(year: int) -> str:
    """'平成29年', as people say it."""
    if year >= 2019:
        return f"令和{'元' if year == 2019 else year - 2018}年"
    return f"平成{'元' if year == 1989 else year - 1988}年"


def goods(car: dict) -> str:
    """A customer's car as the thing a deal is about."""
    return f"{car['model']} {era(car['year'])}"


def wanted(rng, today: date) -> str:
    """What a lead is about: a car with its year."""
    return f"{car(rng)[1]} {era(today.year - rng.randint(2, 14))}"


def vehicle(rng, today: date, expires_on: date | None = None) -> dict:
    """The columns of Vehicle; `expires_on` where the inspection must fall on a certain day."""
    maker, model = car(rng)
    age = rng.randint(1, 14)
    expires = expires_on or today + timedelta(days=rng.randint(5, 720))
    first = _first_registration(expires, today, age)
    bought_here = rng.random() < 0.55
    return {
        "maker": maker,
        "model": model,
        "year": first.year,
        "plate": plate(rng),
        "chassis_number": f"{rng.choice(('ZA', 'NH', 'DB', 'GK', 'MK'))}{rng.randint(10, 99)}-{rng.randrange(10**7):07d}",
        "mileage_km": max(1, today.year - first.year) * rng.randint(40, 130) * 100,
        "first_registered_on": first,
        "inspection_expires_on": expires,
        "insurance_expires_on": today + timedelta(days=rng.randint(10, 364)) if rng.random() < 0.6 else None,
        "bought_here": bought_here,
        "price_yen": rng.randint(40, 380) * 10_000 if bought_here else None,
        "delivered_on": min(first + timedelta(days=rng.randint(0, 20)), today) if bought_here else None,
    }


def _first_registration(expires: date, today: date, age: int) -> date:
    """A day from which three years and then steps of two lead to that expiry."""
    year = expires.year - 3
    while today.year - year < age or date(year, expires.month, min(expires.day, 28)) > today:
        year -= 2
    return date(year, expires.month, min(expires.day, 28))
