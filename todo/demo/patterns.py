"""The patterns at work in the demonstration: the shipped ones and two more of this dealership, with their dates."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from followups.models import ContentKind, Pattern, PatternVersion, Step
from followups.schedule import NO_PREFERENCE, Planned, plan

TOPICS = {
    "new-arrival": "new",
    "standard-eight-touch": "new",
    "one-month-follow-up": "wait",
    "after-delivery": "delivered",
    "inspection-care": "inspection",
    "quarterly-contact": "care",
}
OF_THIS_HOUSE = [
    {
        "slug": "inspection-care",
        "name": "車検前のご案内",
        "description": "満了日の3か月前から。基準日に車検の満了日を選ぶ。",
        "steps": [
            (-90, "letter", "車検のご案内はがき", "満了日と早期予約の特典を書き添える。", "車検の案内はがきを投函。", 7),
            (-60, "phone", "ご予約のお伺い", "車検の時期が近づきました。お預かりの日と代車のご希望はございますか。", "予約伺いの電話、応答なし。", 5),
            (-30, "phone", "ご予約の確認", "ひと月前になりました。乗り換えをお考えの場合も、今なら下取りに間に合います。", "予約確認の電話、応答なし。", 5),
            (-10, "sms", "お預かり日のご確認", "お預かりの日時と、お持ちいただく書類をお知らせする。", "お預かり日の確認をSMSで送信。", 3),
        ],
    },
    {
        "slug": "quarterly-contact",
        "name": "3か月ごとのご連絡",
        "description": "用件がなくても3か月に一度。お車とご家族の近況を伺う。",
        "steps": [
            (0, "phone", "近況のお伺い", "お車の調子はいかがですか。最近変わったことがあればお聞かせください。", "近況伺いの電話、応答なし。", 6),
            (90, "email", "季節の点検のご案内", "季節の変わり目の点検と、店のお知らせを短くまとめる。", "季節の点検の案内メールを送信。", 6),
            (180, "phone", "半年のご様子伺い", "前回から半年になりました。タイヤと消耗品のご様子を伺う。", "ご様子伺いの電話、応答なし。", 6),
            (270, "letter", "ごあいさつのはがき", "担当の近況を一言添える。売り込みは書かない。", "ごあいさつのはがきを投函。", 6),
        ],
    },
]  # fmt: skip
BOUND_TO_A_MOMENT = {"new-arrival", "standard-eight-touch", "one-month-follow-up"}
"""These count from a moment (a lead received, a negotiation); the others from a day."""


@dataclass(frozen=True)
class AtWork:
    """A pattern's current version with its steps, as values."""

    slug: str
    id: int
    version_id: int
    steps: list[Step]
    specs: list

    @property
    def topic(self) -> str:
        return TOPICS[self.slug]


@dataclass(frozen=True, slots=True)
class Placed:
    """A planned step with its reason as the table keeps it."""

    at: Planned
    reason: str

    @classmethod
    def of(cls, planned: Planned) -> "Placed":
        return cls(planned, json.dumps(planned.reason))


class Patterns:
    """The patterns by slug, and their dates: equal questions are planned once."""

    def __init__(self, now):
        self._add_ours(now)
        written_at = now - timedelta(days=1000)
        Pattern.objects.filter(store=None, slug__in=TOPICS).update(created_at=written_at)
        PatternVersion.objects.filter(pattern__store=None, number=1).update(made_at=written_at)
        self.by_slug = {}
        for pattern in Pattern.objects.filter(store=None, slug__in=TOPICS):
            steps = list(pattern.current_version.steps.all())
            self.by_slug[pattern.slug] = AtWork(
                pattern.slug, pattern.pk, pattern.current_version.pk, steps, [step.spec() for step in steps]
            )
        self.calendars = {}

    def _add_ours(self, now):
        kind = ContentKind.objects.current().last()
        for ours in OF_THIS_HOUSE:
            if Pattern.objects.filter(store=None, slug=ours["slug"]).exists():
                continue
            pattern = Pattern.objects.create(slug=ours["slug"], name=ours["name"], description=ours["description"])
            names = ("offset_days", "channel", "title", "script", "details_template", "allowed_days")
            steps = [Step(content_kind=kind, **dict(zip(names, step, strict=True))) for step in ours["steps"]]
            for step in steps:
                step.window = "rotating" if step.channel == "phone" else "any"
            pattern.add_version(base="chosen", steps=steps, by=None, now=now)

    def __getitem__(self, slug) -> AtWork:
        return self.by_slug[slug]

    @lru_cache(maxsize=30_000)  # noqa: B019 - one object for one run
    def dates(self, slug: str, calendar_key: int, base: date | datetime, preference=NO_PREFERENCE) -> list[Placed]:
        """The steps of that pattern placed in time. Give moments by the minute, so that many agree."""
        planned = plan(base, self.by_slug[slug].specs, self.calendars[calendar_key], preference)
        return [Placed.of(one) for one in planned]
