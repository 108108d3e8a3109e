"""Stores with their calendars, the people who work there, and their days off."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta

from django.contrib.auth.hashers import make_password

from stores.calendar import OpeningCalendar
from stores.models import CalendarDate, ClosingDay, ContactHours, DayOff, Membership, Role, Staff, Store

from . import people

PASSWORD = "demo"  # noqa: S105 - the accounts of the demonstration are for everybody
TUESDAY, WEDNESDAY = 1, 2
CALENDARS = [
    {"closed": [(WEDNESDAY, None)], "opens": time(10), "closes": time(19), "open_on_holidays": False},
    {"closed": [(TUESDAY, None)], "opens": time(10), "closes": time(19), "open_on_holidays": False},
    {
        "closed": [(TUESDAY, None), (WEDNESDAY, 1), (WEDNESDAY, 3)],
        "opens": time(9, 30),
        "closes": time(18, 30),
        "open_on_holidays": True,
        "closes_for_new_year": True,
    },
]
CONTACT_HOURS = {
    "phone": (time(10), time(19)),
    "sms": (time(10), time(18)),
    "line": (time(9), time(20)),
    "email": (time(8), time(20)),
}
NAMED = [("hiratsuka", "平塚店"), ("yokohama", "横浜店"), ("sagamihara", "相模原店")]
FURTHER = [
    pair.split()
    for pair in """
fujisawa 藤沢;chigasaki 茅ヶ崎;odawara 小田原;atsugi 厚木;hadano 秦野;isehara 伊勢原;ebina 海老名;zama 座間;yamato 大和;
ayase 綾瀬;kamakura 鎌倉;zushi 逗子;yokosuka 横須賀;miura 三浦;kawasaki 川崎;musashi-kosugi 武蔵小杉;noborito 登戸;
shin-yokohama 新横浜;totsuka 戸塚;kohoku 港北;aobadai 青葉台;konan 港南;kanazawa 金沢文庫;tsurumi 鶴見;hodogaya 保土ケ谷;
asahi 旭;seya 瀬谷;izumi 泉;sakae 栄;hashimoto 橋本;sagami-ono 相模大野;machida 町田;hachioji 八王子;tachikawa 立川;
chofu 調布;fuchu 府中;hino 日野;tama 多摩;inagi 稲城;ninomiya 二宮;oiso 大磯;samukawa 寒川;matsuda 松田;kaisei 開成;
minamiashigara 南足柄;yugawara 湯河原;hakone 箱根
""".replace("\n", "")
    .strip(";")
    .split(";")
]
HIRATSUKA = ["sales", "sales2", "sales3", "sales4", "assistant", "manager"]
YOKOHAMA = ["sales-yokohama", "sales2-yokohama", "sales3-yokohama", "assistant-yokohama", "manager-yokohama"]
SAGAMIHARA = ["sales-sagamihara", "sales2-sagamihara", "manager-sagamihara"]
TEAM = {
    "sales": ("佐々木 健太", "ササキ ケンタ"),
    "sales2": ("髙橋 彩", "タカハシ アヤ"),
    "sales3": ("渡邊 隆", "ワタナベ タカシ"),
    "sales4": ("﨑山 葵", "サキヤマ アオイ"),
    "manager": ("大塚 誠", "オオツカ マコト"),
}
"""Hiratsuka's own people bear the names that its customer lists have for whoever is in charge."""
OFF_TODAY = "sales3"
AT_WORK_TODAY = {*HIRATSUKA, "sales-yokohama", "manager-yokohama"}
SHARES = {Role.SALESPERSON: 1.0, Role.ASSISTANT: 0.25, Role.MANAGER: 0.15}
"""How many customers a person has in charge, compared with a salesperson."""


@dataclass
class Person:
    id: int
    username: str
    role: str
    place: "Place"


@dataclass
class Place:
    """A store as the making of the demonstration needs it; stores with the same `calendar_key` open alike."""

    id: int
    slug: str
    calendar_key: int
    calendar: OpeningCalendar
    new_limit_minutes: int
    reply_limit_minutes: int
    people: list[Person] = field(default_factory=list)

    @property
    def manager(self) -> Person:
        return next(person for person in self.people if person.role == Role.MANAGER)


def make(amounts, rng, now, today: date) -> list[Place]:
    """Stores, staff, memberships and days off; the places with their people."""
    names = NAMED + [(slug, f"{name}店") for slug, name in FURTHER[: amounts.stores - len(NAMED)]]
    places = [_place(slug, name, number, now, today) for number, (slug, name) in enumerate(names)]
    teams = [HIRATSUKA, YOKOHAMA, SAGAMIHARA] + [
        [f"sales-{place.slug}", f"manager-{place.slug}"] for place in places[3:]
    ]
    accounts = [(place, username) for place, team in zip(places, teams, strict=True) for username in team]
    for extra in range(amounts.staff - len(accounts) - 1):
        place = places[-1 - extra % len(places)]
        accounts.append((place, f"sales{5 + extra // len(places)}-{place.slug}"))
    _people(accounts, rng, now)
    _days_off(places, rng, today)
    return places


def _place(slug, name, number, now, today) -> Place:
    rules = CALENDARS[number % len(CALENDARS)]
    store = Store.objects.create(
        slug=slug,
        name=name,
        phone=f"04630001{number:02d}",
        opens=rules["opens"],
        closes=rules["closes"],
        open_on_holidays=rules["open_on_holidays"],
        created_at=now - timedelta(days=2000),
    )
    ClosingDay.objects.bulk_create(
        ClosingDay(store=store, weekday=weekday, nth=nth) for weekday, nth in rules["closed"]
    )
    ContactHours.objects.bulk_create(
        ContactHours(store=store, channel=channel, starts=starts, ends=ends)
        for channel, (starts, ends) in CONTACT_HOURS.items()
    )
    if "closes_for_new_year" in rules:
        CalendarDate.objects.bulk_create(
            CalendarDate(store=store, on=day, note="年末年始休業") for day in _new_year(today)
        )
    return Place(
        store.pk,
        slug,
        number % len(CALENDARS),
        store.calendar(),
        store.new_limit_minutes,
        store.reply_limit_minutes,
    )


def _new_year(today: date) -> list[date]:
    """30 December to 3 January, of the turns of the year around today."""
    return [
        day
        for year in range(today.year - 2, today.year + 2)
        for day in [date(year, 12, 30), date(year, 12, 31), *(date(year + 1, 1, number) for number in (1, 2, 3))]
    ]


def _role(username: str) -> str:
    for role, beginning in ((Role.MANAGER, "manager"), (Role.ASSISTANT, "assistant")):
        if username.startswith(beginning):
            return role
    return Role.SALESPERSON


def _people(accounts, rng, now):
    """Everybody has the same password, hashed once."""
    password = make_password(PASSWORD)
    usernames = [username for _place, username in accounts] + ["admin"]
    taken = {name.split()[0] for name, _kana in TEAM.values()}
    names = []
    while len(names) < len(usernames):
        name, kana = people.name(rng)
        if name.split()[0] not in taken or len(accounts) > 100:
            taken.add(name.split()[0])
            names.append(TEAM.get(usernames[len(names)], (name, kana)))
    unsaved = [
        Staff(
            username=username,
            password=password,
            name=name,
            kana=kana,
            email=f"{username}@example.jp",
            phone=people.mobile(rng),
            date_joined=now - timedelta(days=rng.randint(200, 1900)),
        )
        for username, (name, kana) in zip(usernames, names, strict=True)
    ]
    made = Staff.objects.bulk_create(unsaved)
    memberships = [Membership(staff=made[-1], store=None, role=Role.ADMIN, created_at=now)]
    for staff, (place, username) in zip(made, accounts, strict=False):
        role = _role(username)
        place.people.append(Person(staff.pk, username, role, place))
        memberships.append(Membership(staff=staff, store_id=place.id, role=role, created_at=staff.date_joined))
    Membership.objects.bulk_create(memberships)


def _days_off(places, rng, today):
    """Besides the closing days everybody is off about once a week; of Hiratsuka one person is off today."""
    rows = []
    for place in places:
        for person in place.people:
            off = set()
            for week in range(-4, 5):
                day = today + timedelta(days=week * 7 + rng.randrange(7))
                if place.calendar.is_open(day) and not (day == today and person.username in AT_WORK_TODAY):
                    off.add(day)
            if person.username == OFF_TODAY:
                off.add(today)
            rows += [
                DayOff(staff_id=person.id, on=day, note=rng.choice(("公休", "公休", "有休"))) for day in sorted(off)
            ]
    DayOff.objects.bulk_create(rows)
