"""One row of every kind that belongs to a store, for tests that walk every address."""

import io
from datetime import date, timedelta

from PIL import Image

from customers import cards
from customers.importing import uploads
from customers.merging import merge
from customers.models import (
    BusinessCard,
    Consent,
    Deal,
    DealKind,
    Duplicate,
    Estimate,
    Export,
    Fact,
    ImportFile,
    LostReason,
    Rank,
    RankDecision,
    RankStanding,
    Source,
    Stage,
)
from customers.rank_decisions import hold
from followups.expansion import expand
from followups.models import (
    Act,
    ActKind,
    Batch,
    BatchKind,
    CheckCall,
    Contact,
    ContentKind,
    EscalateTo,
    EscalationRule,
    GoodExample,
    LeadRule,
    Pattern,
    RolePlay,
    Script,
    StartRule,
    Step,
)
from followups.starting import start
from reports.models import MorningReport
from stores.models import DayOff, Notification, NotificationKind, Role, Staff
from tests.cast import contact, customer, lead, pattern, reply, staff, task, vehicle
from tests.customers.lists import csv_of, row


def one_of_each(store, owner, now, *, word="", digits="0000"):
    """By name, for the addresses of tests/test_access.py. `word` stands in every text, `digits` in every number."""
    today = now.date()
    person = _customer(store, owner, word, digits)
    car = vehicle(
        person, maker=f"メーカー{word}", model=f"車種{word}", plate=f"湘南 300 {word} {digits}", chassis_number=word
    )
    made = pattern(
        f"own-{store.slug}",
        [
            {"title": f"件名{word}", "script": f"台本{word}", "details_template": f"ひな形{word}"},
            {"title": f"便り{word}", "offset_days": 3, "channel": "email", "script": f"台本{word}"},
        ],
        store=store,
        name=f"パターン{word}",
        description=f"説明{word}",
        by=owner,
        now=now,
    )
    made.versions.update(note=f"変更点{word}")
    copy = Pattern.objects.of_group().get(slug="after-delivery").copy_to(store, by=owner, now=now)
    Pattern.objects.filter(pk=copy.pk).update(name=f"写し{word}", description=f"写しの説明{word}")
    rewritten = [Step(title=f"書き直し{word}", script=f"書き直した台本{word}", offset_days=5)]
    copy.add_version(base="delivered", steps=rewritten, by=owner, now=now, note=f"写しの変更点{word}")
    deal = lead(person, now - timedelta(days=2), goods=f"商品{word}", note=f"要望{word}", staff=owner, vehicle=car)
    deal.take(owner, now)
    deal.move_to(Stage.MET, owner, now)
    lost = lead(person, now - timedelta(days=9), goods=f"失注{word}", staff=owner, kind=DealKind.SALE)
    lost.lose(LostReason.COMPETITOR, owner, now, competitor=f"競合{word}")
    estimate = Estimate.make(deal, amount_yen=123_000, note=f"見積り{word}", by=owner, now=now)
    running = start(made, customer=person, deal=deal, by=owner, now=now)
    expand(now)
    new_person = _customer(store, owner, word, digits, second=True)
    new = lead(new_person, now - timedelta(minutes=5), goods=f"新着{word}", note=f"要望{word}", source=Source.WEB)
    overdue = task(person, today - timedelta(days=3), title=f"遅延{word}", deal=deal)
    done = task(person, today, title=f"済み{word}", done_at=now, done_by=owner)
    outbound = contact(person, now, task=done, details=f"内容{word}", done_by=owner, entered_by=owner, deal=deal)
    unfinished = contact(person, now, details=f"途中{word}", done_by=owner, entered_by=owner)
    Contact.objects.filter(pk=outbound.pk).update(completed_at=now)
    inbound = reply(person, now - timedelta(hours=1), now + timedelta(hours=1), details=f"返信{word}", deal=deal)
    store.calendar_dates.create(on=today + timedelta(days=4), note=f"休み{word}")
    colleague = staff(
        f"colleague-{store.slug}",
        Role.SALESPERSON,
        store,
        name=f"同僚 {word}",
        kana=f"ドウリョウ {word}",
        phone=f"090-1111-{digits}",
        email=f"{store.slug}@{word.lower() or 'example'}.test",
    )
    DayOff.objects.create(staff=colleague, on=today, note=f"通院{word}")
    manager = Staff.objects.of_store(store).get(memberships__role=Role.MANAGER)
    act = Act.objects.create(kind=ActKind.REMINDED, work="task", by=manager, at=now, note=f"依頼{word}")
    act.rows.create(task=overdue, before=owner, after=owner)
    told = {person.pk: {"n": 1, "note": f"依頼{word}"} for person in (owner, manager)}
    Notification.tell(NotificationKind.REMINDED, told, path="/todo/", by=manager, now=now)
    return {
        "store": store,
        "customer": person,
        "vehicle": car,
        "deal": deal,
        "lost_deal": lost,
        "offer": estimate,
        "lead": new,
        "pattern": made,
        "copy": copy,
        "copied_pattern": copy.copied_from,
        "group_pattern": Pattern.objects.of_group().get(slug="new-arrival"),
        "rule": StartRule.objects.create(pattern=made, from_on=today, made_by=owner, made_at=now),
        "follow_up": running,
        "batch": _batch(store, owner, made, person, now),
        "escalation_rule": EscalationRule.objects.create(
            store=store, after_hours=99, to=EscalateTo.MANAGER, made_by=owner, made_at=now
        ),
        "lead_rule": LeadRule.objects.create(store=store, lowest_percent=1, made_by=owner, made_at=now),
        "task": overdue,
        "reply": inbound,
        "contact": outbound,
        "unfinished": unfinished,
        "colleague": colleague,
        "act": act,
        "notification": Notification.objects.visible_to(owner).get(),
        **_judged(person, deal, owner, manager, word, now),
        **_morning(store, outbound, owner, manager, word, now),
        "owner": owner,
        **_import_files(store, owner, person, word, digits, now),
        "kind": ContentKind.objects.first(),
        "duplicate": Duplicate.objects.create(one=person, other=new_person, why=["phone"], found_at=now),
        "merge": _merge(store, owner, word, digits, now),
        "second_customer": new_person,
        **_cards(store, owner, person, word, now),
        **_known(person, owner, word, now),
        **_scripts(made, owner, manager, colleague, (outbound, unfinished), word, now),
        "rank_decision": _ranks(person, new_person, manager, word, now),
    }


def _judged(person, deal, owner, manager, word, now):
    """A deal's review by its manager, and a satisfaction call that is to be checked."""
    review = deal.reviews.create(kind="comment", text=f"所見{word}", by=manager, at=now)
    Deal.objects.filter(pk=deal.pk).update(last_contacted_at=now)
    call = task(person, now.date(), title=f"満足の確認{word}", done_at=now, done_by=owner, deal=deal)
    contact(person, now, task=call, details=f"満足{word}", done_by=owner, entered_by=owner, completed_at=now)
    check = CheckCall.objects.create(store=person.store, customer=person, task=call, told_by=owner, made_at=now)
    return {"review": review, "check": check}


def _morning(store, heard, owner, manager, word, now):
    """A morning's report that is shared, and what was heard from a customer."""
    heard.heard_marks.create(kind="complaint", by=owner, at=now)
    heard.heard_settled.create(note=f"済み{word}", by=owner, at=now)
    heard.entry_reasons.create(text=f"遅れた訳{word}", by=owner, at=now)
    yesterday = now.date() - timedelta(days=1)
    figures = {"people": [{"who": owner.pk, "due": 2, "done": 1, "overdue": 1, "member": 1}], "leads": {}, "heard": {}}
    report = MorningReport.objects.create(
        store=store, on=now.date(), first_on=yesterday, last_on=yesterday, made_at=now, figures=figures,
        note=f"ひとこと{word}", shared_at=now, shared_by=manager,
    )  # fmt: skip
    report.mails.create(staff=manager, due_at=now, sent_at=now)
    return {"morning": report}


def _scripts(made, owner, manager, colleague, contacts, word, now) -> dict:
    """A script that steps took their words from, one of the group, two examples, a role-play planned and one done."""
    head = {"purpose": ContentKind.objects.first(), "channel": "phone", "now": now}
    script = Script.write(store=made.store, name=f"台本名{word}", text=f"台本の文{word}", by=owner, **head)
    version = script.revise(text=f"改めた文{word}", note=f"台本の変更点{word}", by=owner, now=now)
    Step.objects.filter(version__pattern=made).update(from_script=version)
    role_play = {"store": made.store, "staff": owner, "partner": colleague, "script": script, "by": manager, "now": now}
    RolePlay.log(**role_play, done_on=now.date(), remarks=f"練習{word}")
    example = GoodExample.mark(contacts[0], f"見本{word}", by=manager, now=now)
    return {
        "script": script,
        "group_script": Script.write(store=None, name="共通の台本", text="…", by=None, **head),
        "example": example,
        "proposal": GoodExample.mark(contacts[1], f"提案{word}", by=owner, now=now),
        "role_play": RolePlay.plan(**role_play, planned_on=now.date(), remarks=f"予定{word}"),
    }


def _ranks(person, other, manager, word, now):
    """A proposal, a rank set by hand, and a decision."""
    figures = {"purchases": 0, "yen": 0, "others": 0, "referrals": 0, "payment": "", "vehicles": 3, "visits": 0}
    fields = {"points": 30, "figures": figures, "computed_at": now, "store": person.store, "rank": Rank.objects.last()}
    RankStanding.objects.create(customer=person, proposed_at=now, **fields)
    hold(other, Rank.objects.first(), reason=f"理由{word}", until_on=None, by=manager, now=now)
    return RankDecision.objects.create(kind="dismissed", number=1, by=manager, at=now, done_at=now)


def _known(person, owner, word, now) -> dict:
    """What we know beside the entry: facts that stand and one that doesn't, the family, what was said about mails."""
    over = Fact.note(person, Fact.Kind.HOBBY, f"趣味は{word}", by=owner, now=now - timedelta(days=300))
    over.end(now=now)
    member = person.family.create(relation="child", name=f"子{word}", kana=word, note=f"小学生{word}")
    Consent.record(person, "line", "given", how="paper", said_on=now.date(), note=f"用紙{word}", by=owner, now=now)
    fact = Fact.note(person, Fact.Kind.JOB, f"仕事は{word}", by=owner, now=now - timedelta(days=250))
    return {"fact": fact, "ended_fact": over, "family_member": member}


def _cards(store, owner, person, word, now) -> dict:
    """One that waits with its picture, and one that was typed in, whose picture is forgotten; and a list taken out."""
    photo = io.BytesIO()
    Image.new("RGB", (8, 5)).save(photo, "PNG")
    waiting = cards.keep(photo.getvalue(), store=store, owner=owner, note=f"名刺{word}", by=owner, now=now)
    typed = BusinessCard.objects.create(
        store=store, owner=owner, note=f"名刺{word}", taken_by=owner, taken_at=now, typed_by=owner, typed_at=now,
        customer=person,
    )  # fmt: skip
    Export.objects.create(
        by=owner, at=now, what="customers", form="xlsx", asked=[f"検索: {word}"], rows=1, store_ids=[store.pk]
    )
    return {"card": waiting, "typed_card": typed}


def _merge(store, owner, word, digits, now):
    """Of two who differ in everything."""
    two = [
        customer(store, name=f"{side}{word}", phones=[f"0{number}0{digits}{digits}"], note=f"メモ{word}", owner=owner)
        for number, side in ((7, "併合先"), (6, "併合元"))
    ]
    return merge(*two, by=owner, now=now)


def _batch(store, owner, made, person, now):
    """One that is over, with its list."""
    batch = Batch.objects.create(
        kind=BatchKind.BEGIN, pattern=made, store=store, key=f"of {store.slug}", made_by=owner, made_at=now,
        finished_at=now,
    )  # fmt: skip
    batch.rows.create(customer=person, done_at=now, why="running")
    return batch


def _customer(store, owner, word, digits, *, second=False):
    number = 2 if second else 1
    return customer(
        store,
        name=f"顧客{number} {word}",
        kana=f"コキャク {word}",
        contact_name=f"担当{word}",
        code=f"{number}-{digits}-{store.slug}",
        phones=[f"0{number + 7}0{digits}{digits}"],
        emails=[f"customer{number}@{word.lower() or store.slug}.test"],
        address=f"住所{word}",
        occupation=f"職業{word}",
        free_days=f"休日{word}",
        note=f"メモ{word}",
        born_on=date(1980, 2, 29),
        rank=Rank.objects.first(),
        owner=owner,
    )


def _import_files(store, owner, person, word, digits, now) -> dict:
    """One list in each state that has a page of its own, with names, numbers and remarks."""
    rows = [
        row(氏名=f"取込{word}", 携帯電話=f"0901111{digits}", 生年月日=f"値{word}", 担当者=f"宛名{word}"),
        row(顧客コード="7", 氏名=f"重複{word}", 携帯電話=f"0901111{digits}"),
        {"顧客コード": "8", "備考": f"備考{word}"},
    ]
    checked = uploads.receive(csv_of(rows), name=f"一覧{word}.csv", store=store, by=owner, now=now)
    told = {**checked.report, "deleted": 1, "restored": 1, "kept": 1}
    saved = {"step": "", "checked_at": now, "confirmed_at": now, "confirmed_by": owner, "saved_at": now, "report": told}
    made = {
        "import_file": checked,
        "import_nameless": uploads.receive(
            csv_of([[f"甲{word}", "1"]], headings=[f"列{word}", "電話"]), name="n.csv", store=store, by=owner, now=now
        ),
        "import_working": _import_file(store, owner, word, now, rows_total=9, rows_done=3),
        "import_failed": _import_file(store, owner, word, now, failed_at=now),
        "import_unusable": _import_file(store, owner, word, now, unusable=f"理由{word}"),
        "import_saved": _import_file(store, owner, word, now, **saved),
        "import_undone": _import_file(
            store, owner, word, now, **saved, undo_asked_at=now, undo_asked_by=owner, undone_at=now
        ),
    }
    for name in ("import_saved", "import_undone"):
        made[name].rows.create(number=2, cells=[f"値{word}"], outcome="updated", customer=person, kept=f"残す{word}")
    return made


def _import_file(store, owner, word, now, **state):
    return ImportFile.objects.create(
        store=store, uploaded_by=owner, name=f"一覧{word}.csv", content=b"x", created_at=now, **state
    )
