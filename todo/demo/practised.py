"""What the house has learnt: scripts that steps took their words from, a pattern improved, good examples, role-plays.

Draws nothing: what else the same seed makes stays as it is.
"""

from datetime import timedelta

from django.utils import timezone

from followups.models import (
    Contact,
    ContentKind,
    FollowUp,
    GoodExample,
    Outcome,
    Pattern,
    RolePlay,
    Script,
    ScriptVersion,
    Step,
    Task,
)
from stores.channels import Channel
from stores.models import Role, Staff

COACH = "sales"
BY_CALL = ["phone", "email"]
MOST_SCRIPTS = 8
BEFORE = "お世話になっております。お車の件でお電話しました。"
IMPROVED = "用件の前に、今お話しできるかを先に伺うようにした"
REMARKS = [
    "金額の前に、乗り換えの理由を先に伺っている。そのまま次の約束につながった。",
    "お断りのあとも、次にご連絡してよい時期を確かめて終えている。",
    "ご家族のご予定まで伺い、来店日をその場で決めている。",
    "要点を一つに絞った短いお電話。お客様の言葉がそのまま残っている。",
]
NOTED = [
    "最初の一言がよい。質問のあと、待つ間をもう少し長く。",
    "金額を聞かれたときの切り返しを練習。次回は下取りの話から。",
    "聞き役に徹していた。最後に次の日取りを決めるところまで。",
    "断られたあとの一言を二通り試した。短いほうが自然。",
]


IMPROVED_PATTERN = "standard-eight-touch"
IMPROVED_DAYS_AGO = 45
MORE_WORDS = "ご返信は一言だけでも構いません。"
STORES = 3


def add(places, now):
    """Of the whole house, and of the first stores."""
    scripts = _scripts(places[0].manager.id, now)
    _second_version(places, now)
    Staff.objects.filter(username=COACH).update(may_coach=True)
    for place in places[:STORES]:
        _examples(place, now)
        _role_plays(place, scripts, now)


def _scripts(by, now) -> list[Script]:
    """Of the steps' own words, so that what was done by them counts; the first was written anew once."""
    kind = ContentKind.objects.current().first()
    steps = Step.objects.filter(version__pattern__store=None, channel__in=BY_CALL).exclude(script="")
    made = []
    for step in steps.select_related("content_kind").order_by("-channel", "pk")[: MOST_SCRIPTS * 2 : 2]:
        head = {"name": step.title[:60], "purpose": step.content_kind or kind, "channel": step.channel, "by": None}
        script = Script.write(store=None, **head, text=step.script if made else BEFORE, now=now - timedelta(days=300))
        if not made:
            script.revise(text=step.script, note=IMPROVED, by=None, now=now - timedelta(days=120))
        Step.objects.filter(pk=step.pk).update(from_script=script.current_version)
        made.append(script)
    ScriptVersion.objects.update(made_by=by)
    return made


def _second_version(places, now):
    """One pattern was improved some weeks ago: what began since then, in the first stores, goes by the new words."""
    since = now - timedelta(days=IMPROVED_DAYS_AGO)
    pattern = Pattern.objects.get(store=None, slug=IMPROVED_PATTERN)
    first = pattern.current_version
    old, steps = list(first.steps.all()), list(first.steps.all())
    for step in steps:
        if step.channel == Channel.EMAIL:
            step.script = f"{step.script}\n{MORE_WORDS}".strip()
    by = Staff.objects.get(pk=places[0].manager.id)
    second = pattern.add_version(steps=steps, by=by, now=since, note="メールに一言添えた", **first.counting)
    begun = FollowUp.objects.filter(version=first, started_at__gte=since, store__in=[one.id for one in places[:STORES]])
    of_them = list(begun.values_list("pk", flat=True))
    FollowUp.objects.filter(pk__in=of_them).update(version=second)
    for before, after in zip(old, second.steps.all(), strict=True):
        Task.objects.filter(follow_up__in=of_them, step=before).update(step=after)


def _examples(place, now):
    """Some appointments of the last weeks, shared by the manager; the last one waits for them."""
    found = Contact.objects.standing().filter(store=place.id, outcome=Outcome.APPOINTMENT, done_by__isnull=False)
    found = found.exclude(details="").order_by("-happened_at", "pk")[: len(REMARKS)]
    for number, contact in enumerate(found):
        shared_at = None if number == 0 else min(now, contact.happened_at + timedelta(hours=20))
        GoodExample.objects.create(
            store_id=place.id, contact=contact, remark=REMARKS[number], proposed_by_id=contact.done_by_id,
            proposed_at=contact.entered_at, shared_by_id=place.manager.id if shared_at else None, shared_at=shared_at,
        )  # fmt: skip


def _role_plays(place, scripts, now):
    """Each week another two of those who sell; this week's are still to come."""
    today = timezone.localdate(now)
    sellers = [person.id for person in place.people if person.role == Role.SALESPERSON]
    if len(sellers) < 2 or not scripts:
        return
    rows = []
    for week in range(-1, 12):
        one, other = sellers[week % len(sellers)], sellers[(week + 1) % len(sellers)]
        day = place.calendar.next_open(today)
        done = {}
        if week >= 0:
            day = place.calendar.previous_open(today - timedelta(days=7 * week + 2))
            done = {"done_on": day, "remarks": NOTED[week % len(NOTED)], "recorded_by_id": one}
        rows.append(
            RolePlay(
                store_id=place.id, staff_id=one, partner_id=other, script=scripts[week % len(scripts)], planned_on=day,
                planned_by_id=place.manager.id, planned_at=now - timedelta(days=7 * max(week, 0) + 4),
                recorded_at=now - timedelta(days=7 * week + 1) if done else None, **done,
            )
        )  # fmt: skip
    RolePlay.objects.bulk_create(rows)
