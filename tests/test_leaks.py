"""The canary: a word in every text of Yokohama that nobody of Hiratsuka is ever shown (DESIGN.md "Who sees what")."""

import io
import logging
from itertools import islice
from urllib.parse import unquote, urlencode

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer, ImportFile
from dealercrm.log import ToStandardError
from stores.access import StoreQuerySet
from stores.models import Staff, Store
from tests.customers.lists import csv_of, row
from tests.everything import one_of_each
from tests.test_access import LINES, Line

WORD, DIGITS = "カナリア", "8642"
SONGS = (WORD, DIGITS * 2, f"{DIGITS}-{DIGITS}")
"""What is never to be heard: the word, and the telephone number with and without its hyphen."""
SEARCHED = {"todo:search", "merging:find", "todo:board", "todo:deals", "todo:desk-rows"}
SEARCHED |= {"customers:referrals", "customers:vehicles", "customers:list", "customers:import-file"}
"""Pages that take a word to look for, or are leafed through."""
SILENT = {"health", "account_login", "account_logout", "account_change_password", "todo:prepared", "todo:card-picture"}
SILENT |= {"customers:import-progress", "customers:postcode", "todo:counts", "rank_rules:rules"}
SILENT |= {"reports:trend-file", "reports:patterns-file"}
"""Pages without a text of a store's rows: figures, states, a picture."""
HTMX = {"HX-Request": "true", "HX-Target": "panel"}


@pytest.fixture
def both(cast):
    """(ours, theirs): one row of every kind of Hiratsuka and of Yokohama, where everything bears the word."""
    Store.objects.filter(pk=cast.yokohama.pk).update(name=f"横浜店{WORD}", phone=f"045-{DIGITS}-{DIGITS}")
    for person in (cast.yokohama_sales, cast.yokohama_manager):
        Staff.objects.filter(pk=person.pk).update(name=f"{person.name} {WORD}", kana=WORD)
    cast.yokohama.refresh_from_db()
    cast.yokohama_sales.refresh_from_db()
    now = timezone.now()
    ours = one_of_each(cast.hiratsuka, cast.sales, now)
    theirs = one_of_each(cast.yokohama, cast.yokohama_sales, now, word=WORD, digits=DIGITS)
    Customer.objects.filter(pk=ours["customer"].pk).update(referrer=theirs["customer"])
    chiefs = [{"manager": manager, "admin": cast.admin} for manager in (cast.manager, cast.yokohama_manager)]
    return ours | chiefs[0], theirs | chiefs[1]


def questions(name, theirs) -> list[dict]:
    """What is asked of a page besides its bare address; a part of the word, because pages repeat what was typed."""
    place, person, chosen = theirs["store"].pk, theirs["owner"].pk, theirs["pattern"].pk
    found = [{"store": place, "owner": person, "at": "deal"}]
    if name in SEARCHED:
        found += [{"q": WORD[:3]}, {"q": DIGITS}, {"page": 2}]
    if name == "todo:board":
        people = ("me", "store", "pool", person)
        views = ("new", "on-time", "overdue", "replied", "upcoming", "done")
        found += [{"view": view, "who": who} for view in views for who in people]
    if name == "todo:deals":
        found += [{"tab": tab, "as": "list", "store": place} for tab in ("open", "lost", "paid")]
        found += [
            {"as": "list", "still": "on"},
            {"tab": "ordered", "shop": place},
            {"tab": "ordered", "seller": person},
        ]
    if name == "deals:targets":
        found += [{"store": place, "who": person}, {"who": person, "of": "amount", "month": "2026-10"}]
    if name == "todo:desk-rows":
        found += [{"who": person}, {"who": "nobody"}, {"open": "today", "who": person}]
        found += [{"stage": "met"}]
    if name == "customers:alike":
        person = theirs["customer"]
        found += [
            {"name": person.name[:-1]},
            {"kana": person.kana[:-1]},
            {"phone": person.phone},
            {"email": person.email},
        ]
    if name == "customers:kana":
        found += [{"name": theirs["customer"].name}]
    if name.startswith("reports:"):
        found += [{"who": "store"}, {"who": person}, {"span": "month", "who": "store", "store": place}, {"page": 2}]
        found += [{"part": "contacts", "span": "month", "who": "store"}, {"figure": "reach", "only": "no"}]
        found += [{"who": "store", "cut": cut, "group": "none"} for cut in ("rank", "age", "bought")]
        found += [{"pattern": chosen, "number": 1, "activity": f"pattern:{chosen}", "who": "store"}]
    if name == "handover:handover":
        found += [{"person": person, "preview": "yes", "what": "customer", "to": person, "store": place}]
    if name == "customers:list":
        found += [{"import": theirs["import_saved"].pk}]
        found += [{"among": f"reports:customers?who={person}&store={place}"}]
    if name == "customers:import-file":
        found += [{"rows": rows} for rows in ("all", "remarks", "duplicates", "refused")]
    if name.startswith("patterns:"):
        found += [{"preview-store": place, "preview-on": "2026-11-21"}, {"version": 1}]
    if name.endswith("follow-up"):
        found += [{"pattern": chosen, "base_on": "2026-11-21"}]
    if name.startswith("todo:") and name.endswith(("task", "reply")):
        found += [{"view": "overdue", "who": person}]
    return [{}, *found]


def heard(response) -> list[str]:
    """Which songs are in an answer: its page, its headers, where it leads."""
    headers = " ".join(f"{name}: {unquote(value)}" for name, value in response.items())
    cookies = response.cookies.output()
    cookies += cookies.encode().decode("unicode_escape")
    text = f"{response.content.decode(errors='replace')} {headers} {cookies}"
    return [song for song in SONGS if song in text]


def walk(client, rows, theirs, most=None, *, besides=None):
    """Every page of the table, with the rows' ids and all the questions, or so many: (status, address, songs).

    `besides`: rows with which all of it was asked before; pages that bear no id are the same.
    """
    for line in LINES:
        if besides is None or line.address(rows) != line.address(besides):
            yield from islice(ask(client, line, rows, theirs), most)


def ask(client, line, rows, theirs):
    """Who does not get a page is asked no further: its view ends where it looks for the row, before what is asked."""
    for number, question in enumerate(questions(line.name, theirs)):
        response = client.get(f"{line.address(rows)}?{urlencode(question)}")
        if response.status_code == 405:
            return
        yield response.status_code, f"{line.name} {question}", heard(response)
        if number == 0:
            is_refused = response.status_code in {403, 404}
        elif is_refused:
            return


@pytest.mark.slow
@pytest.mark.parametrize(("who", "most"), [("sales", None), ("assistant", 2), ("manager", None)])
def test_no_page_of_one_store_ever_shows_anything_of_another(client, cast, both, who, most):
    """An assistant sees the rows that a salesperson sees: of them each page is asked plainly and for another store."""
    ours, theirs = both
    client.force_login(getattr(cast, who))
    own = list(walk(client, ours, theirs, most))
    foreign = list(walk(client, theirs, theirs, most, besides=ours))
    assert len(foreign) > 100
    assert sum(status == 200 for status, *_rest in own) > 150
    assert {status for status, *_rest in own + foreign} <= {200, 302, 403, 404, 409, 422}
    assert [address for _status, address, songs in own + foreign if songs] == []


@pytest.mark.slow
def test_in_its_own_store_the_canary_is_heard_wherever_rows_are_shown(client, cast, both):
    """Else silence would prove nothing."""
    _ours, theirs = both
    client.force_login(cast.yokohama_manager)
    singing = {line.name for line in LINES if any(songs for *_answer, songs in ask(client, line, theirs, theirs))}
    silent = {line.name for line in LINES if line.expected("GET")["manager"] == {"200"}} - singing
    assert silent <= SILENT


def test_without_its_guard_the_canary_is_heard_in_the_other_store(client, cast, both, monkeypatch):
    ours, theirs = both
    client.force_login(cast.sales)
    monkeypatch.setattr(StoreQuerySet, "visible_to", lambda self, staff: self.all())
    for rows in (ours, theirs):
        assert any(songs for _status, _address, songs in walk(client, rows, theirs))


def crossings(cast) -> list[str]:
    """Rows of Hiratsuka that point at a row or a person of Yokohama; the referrer of the fixture apart."""
    people = Staff.objects.working_in([cast.yokohama])
    found = []
    for model in apps.get_models():
        names = {field.name for field in model._meta.fields}
        if "store" not in names:
            continue
        for field in model._meta.fields:
            other = field.related_model
            if other is Staff:
                foreign = {f"{field.name}__in": people}
            elif other and field.name != "referrer" and any(one.name == "store" for one in other._meta.fields):
                foreign = {f"{field.name}__store": cast.yokohama}
            else:
                continue
            if model._default_manager.filter(store=cast.hiratsuka, **foreign).exists():
                found.append(f"{model.__name__}.{field.name}")
    return found


# Who posts, where in Hiratsuka, what: "theirs.owner" is the id of that row of Yokohama, and the answer.
SPOKE = {"outcome": "spoke", "details": "…"}
FOREIGN = [
    ("manager", "todo:customer-assign pk=customer", {"staff": "theirs.owner"}, 422),
    ("manager", "todo:deal-assign pk=deal", {"staff": "theirs.owner"}, 422),
    ("sales", "todo:lead-settle pk=lead", {"staff": "theirs.owner"}, 422),
    ("sales", "todo:lead-settle pk=lead", {"staff": "ours.owner", "pattern": "theirs.pattern"}, 422),
    ("sales", "todo:lead-unsettle pk=lead", {}, 302),
    ("sales", "todo:customer-follow-up customer_pk=customer", {"pattern": "theirs.pattern"}, 422),
    (
        "sales",
        "todo:customer-follow-up customer_pk=customer",
        {"pattern": "ours.group_pattern", "deal": "theirs.deal"},
        422,
    ),
    (
        "sales",
        "todo:deal-follow-up deal_pk=deal",
        {"pattern": "ours.group_pattern", "close": "theirs.follow_up"},
        422,
    ),
    ("sales", "todo:customer-contact customer_pk=customer", {**SPOKE, "deal": "theirs.deal"}, 422),
    ("sales", "todo:customer-contact customer_pk=customer", {**SPOKE, "stop": "theirs.follow_up"}, 302),
    ("sales", "todo:customer-inbound customer_pk=customer", {**SPOKE, "restart": "theirs.follow_up"}, 302),
    (
        "sales",
        "todo:customer-appointment customer_pk=customer",
        {"on": "2099-01-05", "title": "…", "channel": "phone", "deal": "theirs.deal"},
        422,
    ),
    ("sales", "todo:task-result pk=task", {**SPOKE, "restart": "theirs.follow_up"}, 302),
    ("sales", "todo:task-result pk=task", {**SPOKE, "who": "theirs.owner"}, 302),
    ("sales", "todo:reply-answer pk=reply", {**SPOKE, "stop": "theirs.follow_up"}, 302),
    ("sales", "customers:new-lead", {"name": "新規", "only_customer": "on", "staff": "theirs.owner"}, 422),
    ("sales", "customers:new-lead", {"name": "新規", "only_customer": "on", "same_as": "theirs.customer"}, 404),
    ("sales", "customers:new-lead", {"name": "新規", "only_customer": "on", "store": "theirs.store"}, 302),
    (
        "manager",
        "customers:edit pk=customer",
        {"name": "変更", "kind": "person", "owner": "theirs.owner", "store": "theirs.store"},
        302,
    ),
    ("manager", "customers:edit-vehicle pk=vehicle", {"model": "変更", "customer": "theirs.customer"}, 302),
    ("manager", "patterns:copies pk=group_pattern", {"store": "yokohama"}, 404),
    ("manager", "patterns:copies pk=group_pattern", {"store": "theirs.store"}, 404),
    ("manager", "patterns:new", {"name": "新規", "store": "theirs.store"}, 422),
    ("manager", "patterns:preview pk=pattern", {"preview-store": "theirs.store"}, 200),
    ("manager", "stores:staff-edit pk=colleague", {"name": "…", "username": "x1", "roles": "theirs.store"}, 422),
    ("manager", "todo:desk-hand-over what=tasks", {"row": "theirs.task"}, 302),
    ("manager", "todo:desk-hand-over what=tasks", {"ids": "theirs.task", "to": "ours.owner", "confirmed": "yes"}, 302),
    ("manager", "todo:desk-hand-over what=tasks", {"ids": "ours.task", "to": "theirs.owner", "confirmed": "yes"}, 422),
    ("manager", "todo:desk-hand-over what=leads", {"ids": "theirs.lead", "to": "ours.owner", "confirmed": "yes"}, 302),
    (
        "manager",
        "todo:desk-hand-over what=replies",
        {"ids": "theirs.reply", "to": "ours.owner", "confirmed": "yes"},
        302,
    ),
    ("manager", "todo:desk-pattern what=tasks", {"ids": "ours.task", "pattern": "theirs.pattern", "preview": "1"}, 422),
    (
        "manager",
        "todo:desk-pattern what=leads",
        {"ids": "theirs.lead", "pattern": "ours.group_pattern", "confirmed": "yes"},
        302,
    ),
    ("manager", "todo:desk-reminder what=tasks", {"ids": "theirs.task", "confirmed": "yes"}, 302),
    ("manager", "todo:desk-undo pk=act", {}, 302),
    ("manager", "todo:desk-review what=reviews", {"row": "theirs.deal"}, 302),
]


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_rows_of_another_store_cannot_be_put_into_a_form(client, cast, both, htmx):
    """Each post on the same rows, and taken back before the next."""
    wrong = []
    for who, where, fields, status in FOREIGN:
        with transaction.atomic():
            troubles = _put_in(client, cast, both, who, where, fields, status, htmx)
            wrong += [(who, where, fields, trouble) for trouble in troubles]
            transaction.set_rollback(True)
    assert wrong == []


def _put_in(client, cast, both, who, where, fields, status, htmx) -> list[str]:
    """What is wrong with the answer, and with the rows after it."""
    ours, theirs = both
    given = {"ours": ours, "theirs": theirs}
    posted = {}
    for name, value in fields.items():
        side, _dot, row_name = value.partition(".")
        posted[name] = given[side][row_name].pk if side in given and row_name else value
    for fate in {"stop", "restart"} & set(posted):
        posted[f"running-{posted.pop(fate)}"] = fate
    if posted.pop("roles", None):
        posted[f"roles_{theirs['store'].pk}"] = ["manager"]
    client.force_login(getattr(cast, who))
    before = as_it_is(theirs)
    response = client.post(Line(where).address(ours), posted, headers=HTMX if htmx else {})
    wrong = [f"heard {song}" for song in heard(response)]
    if (not htmx or status in {404, 422}) and response.status_code != status:
        wrong.append(f"{response.status_code} instead of {status}")
    if response.status_code == 302:
        wrong += [f"heard {song} afterwards" for song in heard(client.get(response.url))]
    wrong += [f"{crossing} points over there" for crossing in crossings(cast)]
    return wrong if as_it_is(theirs) == before else [*wrong, "their rows changed"]


def as_it_is(rows) -> dict:
    """The rows of a store as the database has them."""
    return {name: type(row)._default_manager.filter(pk=row.pk).values().get() for name, row in rows.items()}


def test_the_way_back_of_a_lead_stops_no_pattern_and_takes_no_person_of_another_store(client, cast, both):
    ours, theirs = both
    client.force_login(cast.sales)
    query = urlencode({"follow_up": theirs["follow_up"].pk, "staff": theirs["owner"].pk})
    before = as_it_is(theirs)
    client.post(f"{reverse('todo:lead-unsettle', args=[ours['lead'].pk])}?{query}")
    assert crossings(cast) == []
    assert as_it_is(theirs) == before


def test_a_manager_gives_nobody_a_role_in_another_store(client, cast, both):
    ours, theirs = both
    client.force_login(cast.manager)
    fields = {"name": "…", "username": "x1", f"roles_{ours['store'].pk}": ["salesperson"]}
    fields[f"roles_{theirs['store'].pk}"] = ["manager"]
    assert client.post(reverse("stores:staff-edit", args=[ours["colleague"].pk]), fields).status_code == 302
    assert set(ours["colleague"].memberships.values_list("store", flat=True)) == {ours["store"].pk}


def test_a_new_customer_is_not_compared_with_those_of_another_store(client, cast, both):
    _ours, theirs = both
    client.force_login(cast.sales)
    typed = {"name": "新規", "only_customer": "on", "phone": theirs["customer"].phone}
    response = client.post(reverse("customers:new-lead"), typed)
    made = Customer.objects.get(name="新規")
    assert response.url == reverse("todo:customer", args=[made.pk])
    assert WORD not in client.get(response.url).content.decode()


def test_a_list_brought_in_finds_nobody_of_another_store(client, cast, both):
    """Neither as a double, nor as the person in charge, nor as who referred somebody."""
    _ours, theirs = both
    known = theirs["customer"]
    rows = [
        row(
            顧客コード=known.code,
            携帯電話=known.phone,
            担当者=theirs["owner"].username,
            紹介者コード=known.code,
            車台番号=theirs["vehicle"].chassis_number[:3],
        )
    ]
    client.force_login(cast.manager)
    list_of_ours = SimpleUploadedFile("一覧.csv", csv_of(rows))
    client.post(reverse("customers:import"), {"file": list_of_ours, "store": theirs["store"].pk})
    file = ImportFile.objects.filter(uploaded_by=cast.manager).get()
    page = client.get(reverse("customers:import-file", args=[file.pk]))
    assert (file.store, file.report["new"], file.report["duplicates"]) == (cast.hiratsuka, 1, 0)
    assert WORD not in page.content.decode()
    client.post(reverse("customers:import-saving", args=[file.pk]), {"seen": file.fingerprint()})
    made = Customer.objects.get(name="田中 花子")
    assert (made.store, made.owner, made.referrer) == (cast.hiratsuka, None, None)


@pytest.fixture
def log(monkeypatch):
    """What our own handler would have written."""
    written = io.StringIO()
    ours = [handler for handler in logging.getLogger().handlers if isinstance(handler, ToStandardError)]
    assert ours
    for handler in ours:
        monkeypatch.setattr(handler, "stream", written)
    return written


@pytest.mark.parametrize("error", [RuntimeError, IntegrityError, ValueError])
def test_an_error_shows_no_trace_and_logs_nobody(client, cast, both, log, monkeypatch, error):
    _ours, theirs = both
    person = theirs["customer"]

    def fail(*args, **kwargs):
        raise error(f"Key (phone, name)=({person.phone}, {person.name}) already exists.")

    monkeypatch.setattr("todo.views.customer.find_subject", fail)
    client.force_login(cast.yokohama_sales)
    client.raise_request_exception = False
    response = client.get(f"/customers/{person.pk}/?q={WORD}&phone={person.phone}")
    assert response.status_code == 500
    assert heard(response) == []
    assert "Traceback" not in response.content.decode()
    said = log.getvalue()
    assert f"/customers/{person.pk}/" in said
    assert error.__name__ in said
    assert "in fail" in said
    assert not [song for song in SONGS if song in unquote(said)]


def test_what_is_typed_in_is_not_logged_when_saving_it_fails(client, cast, log, monkeypatch):
    monkeypatch.setattr("customers.views.leads.enter", lambda *lead, **words: 1 / 0)
    client.force_login(cast.sales)
    client.raise_request_exception = False
    typed = {"name": f"顧客 {WORD}", "phone": f"080{DIGITS}{DIGITS}", "only_customer": "on"}
    response = client.post(reverse("customers:new-lead"), typed)
    assert response.status_code == 500
    assert heard(response) == []
    assert "ZeroDivisionError" in log.getvalue()
    assert not [song for song in SONGS if song in log.getvalue()]
