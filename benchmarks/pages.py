"""The pages, asked in turns over one connection: what one takes is compared with the others of the same minute."""

import http.client
import random
import time
from dataclasses import dataclass, field
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.models import Customer
from dealercrm.environment import FOR_SHORT_STATEMENTS
from followups.models import Task
from stores.models import Role, Staff

from .bars import BOARD_QUERIES, BOARD_TO_REFERENCE_PAGE
from .measures import Measure, median, p95
from .views import ROWS

BARE, REFERENCE = "bare view", "reference page"
WARM_UP = 20
HOST = "localhost"


@dataclass
class Page:
    """One address as one person; `times` in milliseconds.

    `barred`: held to the board's bar once it shows a full page. An administrator's look at all stores is not: it grows
    with the group, where a person's and a store's list do not.
    """

    name: str
    path: str
    person: Staff
    board: bool = False
    barred: bool = True
    times: list = field(default_factory=list)
    cookie: str = ""
    queries: int = 0
    rows: int | None = None
    statements: list = field(default_factory=list)

    def look(self):
        """Ask once in this process, to know what it does."""
        client = Client(SERVER_NAME=HOST)
        client.force_login(self.person)
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        client.get(self.path)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            response = client.get(self.path)
        if response.status_code != 200:
            raise AssertionError(f"{self.path} answers {response.status_code}")
        self.statements = [query["sql"] for query in captured.captured_queries]
        self.queries = len(self.statements)
        if self.board:
            self.rows = response.content.count(b" data-row")


class Web:
    """One client with a connection that is kept."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, page) -> float:
        """How many milliseconds the whole answer took."""
        headers = {"Host": HOST, "Cookie": page.cookie}
        began = time.perf_counter()
        self.connection.request("GET", page.path, headers=headers)
        response = self.connection.getresponse()
        response.read()
        took = (time.perf_counter() - began) * 1000
        if response.status != 200:
            raise AssertionError(f"{page.path} answers {response.status}")
        return took


class BareStatements:
    """A page's own statements by psycopg alone, as far as they only read."""

    def __init__(self, url, page):
        self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=None, options=FOR_SHORT_STATEMENTS)
        self.page = page
        self.statements = [sql for sql in page.statements if sql.startswith(("SELECT", "(SELECT"))]
        self.times = []

    def ask(self) -> float:
        began = time.perf_counter()
        for sql in self.statements:
            self.connection.execute(sql).fetchall()
        return (time.perf_counter() - began) * 1000


def pages() -> list[Page]:
    """Everything that is asked for, as the salesperson with the fullest list."""
    now = timezone.now()
    seller = _fullest(Task.objects.on_time(now))
    admin = Staff.objects.filter(memberships__role=Role.ADMIN).first()
    customer = Customer.objects.visible_to(seller).net().filter(owner=seller).exclude(kana="").exclude(phones=[])
    customer = customer.annotate(n=Count("contacts")).order_by("-n", "pk").first()
    found = [
        Page(BARE, "/bench/bare/", seller),
        Page(REFERENCE, "/bench/reference/", seller),
        Page("board, own, on time", "/todo/?view=on-time", seller, board=True),
        Page("board, own, overdue", "/todo/?view=overdue", seller, board=True),
        Page("board, own, upcoming", "/todo/?view=upcoming", seller, board=True),
        Page("board, own, new", "/todo/?view=new", seller, board=True),
        Page("board, own, replied", "/todo/?view=replied", seller, board=True),
        Page("board, own, done today", "/todo/?view=done", seller, board=True),
        Page("board, store, on time", "/todo/?view=on-time&who=store", seller, board=True),
        Page("board, store, overdue", "/todo/?view=overdue&who=store", seller, board=True),
        Page("board, all stores, overdue", "/todo/?view=overdue&who=store", admin, board=True, barred=False),
        Page("board, all stores, upcoming", "/todo/?view=upcoming&who=store", admin, board=True, barred=False),
        Page("customer list", "/customers/", seller),
        Page("customer page", f"/customers/{customer.pk}/", seller),
        Page("deals", "/deals/", seller),
        Page("pattern list", "/patterns/", seller),
        Page("search, two signs of a name", f"/search/?q={quote(customer.name[:2])}", seller),
        Page("search, kana", f"/search/?q={quote(customer.kana[:3])}", seller),
        Page("search, end of a phone number", f"/search/?q={customer.phone[-4:]}", seller),
    ]
    for page in found:
        page.look()
    return found


def _fullest(tasks) -> Staff:
    sellers = Staff.objects.filter(memberships__role=Role.SALESPERSON)
    fullest = tasks.filter(assignee__in=sellers).order_by().values("assignee").annotate(n=Count("pk"))
    return sellers.get(pk=fullest.order_by("-n", "assignee").first()["assignee"])


def measure(port, *, rounds: int, size: str) -> list[Measure]:
    """So many rounds of every page, each round in another order."""
    asked, web = pages(), Web(port)
    sql = BareStatements(settings.DATABASE_URL, next(page for page in asked if page.board))
    turns = [(page.times, lambda page=page: web.ask(page)) for page in asked] + [(sql.times, sql.ask)]
    order = random.Random(1)
    for number in range(WARM_UP + rounds):
        order.shuffle(turns)
        for times, ask in turns:
            took = ask()
            if number >= WARM_UP:
                times.append(took)
    return _measures(asked, sql, size)


def _measures(asked, sql, size) -> list[Measure]:
    reference = median(next(page for page in asked if page.name == REFERENCE).times)
    found = []
    for page in asked:
        full = page.board and page.barred and page.rows >= ROWS
        name = f"{page.name} ({page.rows} rows)" if page.board else page.name
        bar = BOARD_TO_REFERENCE_PAGE if full else None
        p50 = median(page.times)
        found += [
            Measure(f"{name}, p50", size, p50, "ms", REFERENCE, p50 / reference, bar),
            Measure(f"{name}, p95", size, p95(page.times), "ms", REFERENCE, p95(page.times) / reference),
        ]
        if page.name != BARE:
            found.append(
                Measure(f"{name}, queries", size, page.queries, "queries", bar=BOARD_QUERIES if page.board else None)
            )
    p50, alone = median(sql.page.times), median(sql.times)
    name = sql.page.name
    return [
        *found,
        Measure(f"{name}: its statements by psycopg alone, p50", size, alone, "ms", REFERENCE, alone / reference),
        Measure(f"{name}, p50", size, p50, "ms", "its statements by psycopg alone", p50 / alone),
    ]
