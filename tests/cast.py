"""The fixed cast of every test, and plain factories: no randomness, every default can be overridden by keyword.

Two stores of one group: Hiratsuka (closed on Wednesdays) and Yokohama (closed on Tuesdays).
"""

from dataclasses import dataclass
from datetime import date, datetime

from customers.models import Customer, Deal, DealKind, Source, Vehicle
from followups.models import Contact, Direction, Outcome, Pattern, Step, Task
from stores.channels import Channel
from stores.models import Membership, Role, Staff, Store


@dataclass
class Cast:
    hiratsuka: Store
    yokohama: Store
    sales: Staff
    sales2: Staff
    assistant: Staff
    manager: Staff
    yokohama_sales: Staff
    yokohama_manager: Staff
    admin: Staff


def at(text: str) -> datetime:
    """'2026-11-21 21:43' as that moment in Japan."""
    return datetime.fromisoformat(f"{text}+09:00")


def store(slug, *, closed_on=(), **fields) -> Store:
    made = Store.objects.create(slug=slug, **{"name": slug, **fields})
    for weekday in closed_on:
        made.closing_days.create(weekday=weekday)
    return made


def staff(username, role=None, store=None, **fields) -> Staff:
    """A person whose password is their user name."""
    made = Staff.objects.create_user(username, password=username, **{"name": username, **fields})
    if role:
        Membership.objects.create(staff=made, store=store, role=role)
    return made


def everybody() -> Cast:
    hiratsuka = store("hiratsuka", name="平塚店", closed_on=[2])
    yokohama = store("yokohama", name="横浜店", closed_on=[1])
    return Cast(
        hiratsuka=hiratsuka,
        yokohama=yokohama,
        sales=staff("sales", Role.SALESPERSON, hiratsuka, name="佐藤 健太", kana="サトウ ケンタ"),
        sales2=staff("sales2", Role.SALESPERSON, hiratsuka, name="森 翔", kana="モリ ショウ"),
        assistant=staff("assistant", Role.ASSISTANT, hiratsuka, name="石井 彩", kana="イシイ アヤ"),
        manager=staff("manager", Role.MANAGER, hiratsuka, name="大塚 誠", kana="オオツカ マコト"),
        yokohama_sales=staff("sales-yokohama", Role.SALESPERSON, yokohama, name="川口 蓮", kana="カワグチ レン"),
        yokohama_manager=staff("manager-yokohama", Role.MANAGER, yokohama, name="吉田 恵", kana="ヨシダ メグミ"),
        admin=staff("admin", Role.ADMIN, None, name="本部 太郎", kana="ホンブ タロウ"),
    )


def customer(store, **fields) -> Customer:
    made = Customer.objects.create(
        store=store, **{"name": "中村 美咲", "kana": "ナカムラ ミサキ", "phones": ["09012345678"], **fields}
    )
    Customer.objects.filter(pk=made.pk).reindex()
    return made


def vehicle(customer, **fields) -> Vehicle:
    made = Vehicle.objects.create(customer=customer, store=customer.store, **{"model": "アクア", **fields})
    Customer.objects.filter(pk=customer.pk).reindex()
    return made


def lead(customer, now, **fields) -> Deal:
    """A deal that has just come in."""
    return Deal.receive(
        customer=customer,
        now=now,
        **{"kind": DealKind.PURCHASE, "source": Source.APPRAISAL_SITE, "goods": "アクア 平成29年", **fields},
    )


def task(customer, due_on: date, **fields) -> Task:
    """An open call for that day, without a pattern."""
    calendar = customer.store.calendar()
    closing = calendar.closing(due_on)
    return Task.objects.create(
        **{
            "store": customer.store,
            "customer": customer,
            "assignee": customer.owner,
            "channel": Channel.PHONE,
            "title": "お電話",
            "due_on": due_on,
            "due_from": calendar.moment(due_on, calendar.hours.starts),
            "due_until": closing,
            "late_at": closing,
            "first_late_at": closing,
            "created_at": closing,
            **fields,
        }
    )


def contact(customer, happened_at, **fields) -> Contact:
    return Contact.objects.create(
        **{
            "store": customer.store,
            "customer": customer,
            "direction": Direction.OUT,
            "channel": Channel.PHONE,
            "outcome": Outcome.SPOKE,
            "details": "ご検討中。",
            "happened_at": happened_at,
            "entered_at": happened_at,
            **fields,
        }
    )


def reply(customer, happened_at, late_at, **fields) -> Contact:
    """The customer wrote, and waits for an answer until `late_at`."""
    fields = {"channel": Channel.EMAIL, "for_staff": customer.owner, **fields}
    return contact(
        customer, happened_at, direction=Direction.IN, outcome=Outcome.MESSAGE, answer_late_at=late_at, **fields
    )


def pattern(slug, steps, *, store=None, base="chosen", by=None, now=None, **fields) -> Pattern:
    """A pattern of one version. `steps`: dicts of Step fields."""
    made = Pattern.objects.create(store=store, slug=slug, **{"name": slug, **fields})
    unsaved = [Step(**{"title": f"step {number}", **step}) for number, step in enumerate(steps, start=1)]
    made.add_version(base=base, steps=unsaved, by=by, now=now or at("2026-11-01 10:00"))
    return made
