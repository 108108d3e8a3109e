"""Which pages are asked for, as whom: looked at once in a process of their own, which knows the data."""

from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.models import Customer
from followups.models import Task
from stores.models import Role, Staff

from .views import ROWS

BARE, REFERENCE = "bare view", "reference page"
HOST = "localhost"
CLIENTS = 8
DEEP = 20
CROWD = ("/todo/", "/todo/?view=overdue", "/todo/?view=upcoming", "/todo/?view=on-time&who=store")
"""What the crowd asks for in turns, each of its own list."""


@dataclass
class Page:
    """One address as one person.

    `kind`: which bars it is held to. An administrator's look at all stores ("wide") is not held to the board's: it
    shows more people and stores, where a person's and a store's list do not grow with the group.
    """

    name: str
    path: str
    person: Staff
    kind: str = ""
    cookie: str = ""
    rows: int = 0
    statements: list = field(default_factory=list)

    def look(self):
        """Ask once in this process, to know what it does."""
        client = Client(SERVER_NAME=HOST)
        client.force_login(self.person)
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        client.get(self.path)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(self.path)
        if response.status_code != 200:
            raise AssertionError(f"{self.path} answers {response.status_code}")
        self.statements = [query["sql"] for query in captured.captured_queries]
        self.rows = response.content.count(b" data-row")

    def as_dict(self) -> dict:
        return {**vars(self), "person": self.person.username}


def look() -> dict:
    """Everything that is asked for, as the salesperson with the fullest list, and what a crowd of such people asks."""
    sellers = _fullest(Task.objects.on_time(timezone.now()))
    found = [
        *_boards(sellers[0]),
        *_others(sellers[0]),
        *_searches(sellers[0]),
        *_of_all_stores(),
        *_reports(sellers[0]),
    ]
    for page in found:
        page.look()
    crowd = [Page(f"client {number}", CROWD[0], seller) for number, seller in enumerate(sellers)]
    for one in crowd:
        one.look()
    customers, tasks = Customer.objects.count(), Task.objects.count()
    return {
        "size": f"{customers:,} customers, {tasks:,} tasks, {Staff.objects.count()} users",
        "pages": [page.as_dict() for page in found],
        "crowd": [one.cookie for one in crowd],
    }


def _boards(seller):
    views = {"on time": "on-time", "overdue": "overdue", "upcoming": "upcoming"}
    further = {"new": "new", "replied": "replied", "done today": "done"}
    for view, key in {**views, **further}.items():
        yield Page(f"board, own, {view}", f"/todo/?view={key}", seller, "board")
    for view, key in views.items():
        yield Page(f"board, store, {view}", f"/todo/?view={key}&who=store", seller, "board")
    if Task.objects.visible_to(seller).upcoming(timezone.now()).count() > DEEP * ROWS:
        yield Page(f"board, store, upcoming, page {DEEP}", f"/todo/?view=upcoming&who=store&page={DEEP}", seller)


def _others(seller):
    customer = _customer_of(seller)
    manager = Staff.objects.filter(memberships__role=Role.MANAGER, memberships__store=customer.store).first()
    return [
        Page(BARE, "/bench/bare/", seller),
        Page(REFERENCE, "/bench/reference/", seller),
        Page("customer list", "/customers/", seller),
        Page("customer page", f"/customers/{customer.pk}/", seller, "customer"),
        Page("deals", "/deals/", seller),
        Page("pattern list", "/patterns/", seller),
        Page("manager's desk", "/desk/", manager),
    ]


def _searches(seller):
    admin, customer = _admin(), _customer_of(seller)
    plate = customer.vehicles.exclude(plate="").values_list("plate", flat=True).first()
    typed = {
        "one sign of a name": "林",
        "two signs of a name": customer.name[:2],
        "kana": customer.kana[:3],
        "end of a phone number": customer.phone[-4:],
        "beginning of a phone number": customer.phone[:3],
        "plate": plate,
        "mail": customer.email,
        "two words": "はやし けん",
    }
    for what, text in typed.items():
        yield Page(f"search, {what}", f"/search/?q={quote(text)}", seller, "search")
        yield Page(f"search, {what}, all stores", f"/search/?q={quote(text)}", admin, "search")


def _of_all_stores():
    admin = _admin()
    for view in ("on-time", "overdue", "upcoming", "replied"):
        yield Page(f"board, all stores, {view}", f"/todo/?view={view}&who=store", admin, "wide")
    for name, path in {
        "customer list": "/customers/",
        "customer list, last page": "/customers/?page=100000",
        "deals": "/deals/",
        "lost deals": "/deals/?tab=lost",
        "pattern list": "/patterns/",
        "stores": "/stores/",
        "manager's desk": "/desk/",
    }.items():
        yield Page(f"{name}, all stores", path, admin)


def _reports(seller):
    """As their manager and as an administrator, who sees all stores; none of them is asked for in turns by a crowd."""
    today = timezone.localdate(timezone.now())
    year = f"span=days&on={today - timedelta(days=365)}&until={today}"
    manager = _manager_of(seller)
    for name, path in {
        "figures of a month": "?span=month&who=store",
        "figures of a year": f"?{year}&who=store",
        "figures, reach by month": "?span=month&figure=reach&who=store",
        "reach": "reach/?span=month&who=store",
        "rows, input of a month": "rows/input/?span=month&who=store",
        "rows, not reached": "rows/silent/?months=6&only=yes&who=store",
        "rows, whom nobody met": "rows/met/?only=nobody&cut=rank&group=none&who=store",
        "pattern results": "patterns/",
        "execution and outcome": "outcome/",
        "the best seller's way": "way/",
    }.items():
        yield Page(f"{name}, a store", f"/reports/{path}", manager, "report")
        yield Page(f"{name}, all stores", f"/reports/{path}", _admin(), "report")
    yield Page("morning report", "/reports/morning/", manager, "report")
    yield Page("figures of a month, own", "/reports/?span=month", seller, "report")


def _manager_of(seller) -> Staff:
    stores = seller.memberships.values("store")
    return Staff.objects.filter(memberships__role=Role.MANAGER, memberships__store__in=stores).order_by("pk").first()


def _admin() -> Staff:
    return Staff.objects.filter(memberships__role=Role.ADMIN).first()


def _customer_of(seller) -> Customer:
    """The one with most to show."""
    theirs = Customer.objects.visible_to(seller).net().filter(owner=seller).exclude(kana="").exclude(phones=[])
    cars = theirs.exclude(emails=[]).exclude(vehicles=None).annotate(n=Count("contacts"))
    return cars.order_by("-n", "pk").first()


def _fullest(tasks) -> list[Staff]:
    """As many salespeople as the crowd has clients, those with the fullest lists; the fullest first."""
    sellers = Staff.objects.filter(memberships__role=Role.SALESPERSON)
    fullest = tasks.filter(assignee__in=sellers).order_by().values("assignee").annotate(n=Count("pk"))
    picked = [row["assignee"] for row in fullest.order_by("-n", "assignee")[:CLIENTS]]
    found = sellers.in_bulk(picked)
    return [found[pk] for pk in picked]
