"""Where running follow-ups may stand today: for every pattern and base date, which step is next and how it stands."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .patterns import BOUND_TO_A_MOMENT, Placed

ON_TIME, OVERDUE, UPCOMING, DONE_TODAY = "on_time", "overdue", "upcoming", "done_today"
TIMES = [(8, 47), (10, 52), (12, 34), (14, 18), (16, 41), (20, 9)]
WORKED_WITHIN = {
    "new-arrival": range(9),
    "standard-eight-touch": range(22),
    "one-month-follow-up": range(14, 50),
    "after-delivery": range(-14, 6),
    "inspection-care": range(-100, -5),
    "quarterly-contact": range(-5, 285),
}
"""How many days ago a base date may lie while its follow-up runs; negative when it lies ahead."""
WEIGHTS = {"new-arrival": 4, "standard-eight-touch": 4, "one-month-follow-up": 2, "after-delivery": 2}
"""How often a pattern is met, the others 1.5."""
CALLS = 4
"""How much more often than anything else a call is what was missed."""
YOUNGEST_OVERDUE = timedelta(minutes=40)


@dataclass(frozen=True, slots=True)
class Standing:
    """A follow-up whose steps before `done` are done, and how many of the others stand how."""

    slug: str
    base: date | datetime
    done: int
    on_time: int
    overdue: int
    upcoming: int


class Outlook:
    """The possible standings of one calendar, by what a board needs and by pattern."""

    def __init__(self, patterns, calendar_key: int, now, today: date, oldest_overdue: timedelta):
        self.patterns, self.now, self.today = patterns, now, today
        self.zone = patterns.calendars[calendar_key].zone
        self.bases = {slug: list(self._bases(slug)) for slug in WORKED_WITHIN}
        self.plans = {
            (slug, base): patterns.dates(slug, calendar_key, base)
            for slug, bases in self.bases.items()
            for base in bases
        }
        oldest = oldest_overdue
        while True:
            self.found = self._search(oldest)
            if self.found[OVERDUE] or oldest > timedelta(days=60):
                break
            oldest *= 2

    def _bases(self, slug):
        for days in WORKED_WITHIN[slug]:
            day = self.today - timedelta(days=days)
            if slug not in BOUND_TO_A_MOMENT:
                yield day
                continue
            for hour, minute in TIMES:
                base = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone)
                if base <= self.now - timedelta(minutes=10):
                    yield base

    def _search(self, oldest):
        found = {need: defaultdict(list) for need in (ON_TIME, OVERDUE, UPCOMING, DONE_TODAY)}
        for (slug, base), dates in self.plans.items():
            states = [self._state(placed) for placed in dates]
            for done, state in enumerate(states):
                if any(earlier == UPCOMING for earlier in states[:done]):
                    break
                today_before = sum(placed.at.due_on == self.today for placed in dates[:done])
                left = states[done:]
                standing = Standing(slug, base, done, left.count(ON_TIME), left.count(OVERDUE), left.count(UPCOMING))
                if standing.on_time + standing.overdue > 2:
                    continue
                if state == OVERDUE and not YOUNGEST_OVERDUE <= self.now - dates[done].at.late_at <= oldest:
                    continue
                if state == OVERDUE and done == 0 and slug == "after-delivery":
                    continue
                if state == UPCOMING and done == 0 and slug in BOUND_TO_A_MOMENT - {"one-month-follow-up"}:
                    continue
                if not today_before:
                    often = CALLS if state == OVERDUE and self.patterns[slug].steps[done].channel == "phone" else 1
                    found[state][slug] += [standing] * often
                elif today_before == 1 and states[done - 1] == ON_TIME and standing.overdue + standing.on_time == 0:
                    found[DONE_TODAY][slug].append(standing)
        if not found[DONE_TODAY]:
            found[DONE_TODAY] = self._caught_up(found[UPCOMING])
        return found

    def _caught_up(self, upcoming):
        """On a closed day nothing falls due: then what is done today is what was left from the days before."""
        since = self.today - timedelta(days=7)
        lately = defaultdict(list)
        for slug, standings in upcoming.items():
            for standing in standings:
                if standing.done and self.plans[slug, standing.base][standing.done - 1].at.due_on >= since:
                    lately[slug].append(standing)
        return lately

    def _state(self, placed: Placed) -> str:
        if placed.at.due_on > self.today:
            return UPCOMING
        return OVERDUE if placed.at.late_at <= self.now else ON_TIME

    def pick(self, rng, need: str, without=()) -> Standing | None:
        """One at random; `without`: patterns at work for that customer already."""
        slugs = [slug for slug in self.found[need] if slug not in without]
        if not slugs:
            return None
        slug = rng.choices(slugs, [WEIGHTS.get(slug, 1.5) for slug in slugs])[0]
        return rng.choice(self.found[need][slug])
