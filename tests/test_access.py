"""Every address × every role × GET and POST: who gets in, who is refused, and how (DESIGN.md "Who sees what").

A new address fails `test_every_address_stands_in_the_table` until it has its line in `TABLE`.
"""

from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection, reset_queries, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, include, path, reverse
from django.utils import timezone

from stores.models import Staff
from tests.addresses import TABLE
from tests.cast import everybody, staff
from tests.everything import one_of_each

OURS = ("sales", "assistant", "manager", "admin")
THEIRS = ("sales-yokohama", "manager-yokohama")
OUTSIDE = ("visitor", "nobody")
PEOPLE = OURS + THEIRS + OUTSIDE


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    text: str

    @property
    def name(self) -> str:
        return self._parts[0].split()[0]

    @property
    def _parts(self):
        return [part.strip() for part in self.text.split("|")]

    def address(self, rows) -> str:
        return reverse(self.name, kwargs=self._given("", rows))

    def posted(self, rows) -> str:
        """What every form sends, and the words with "&"."""
        return urlencode({"csrfmiddlewaretoken": "none", **self._given("&", rows)})

    def _given(self, sign, rows) -> dict:
        words = [word.split("=") for word in self._parts[0].split()[1:]]
        found = {key.removeprefix("&"): value for key, value in words if key.startswith("&") == bool(sign)}
        return {key: self._value(value, rows) for key, value in found.items()}

    def _value(self, value, rows):
        """Of "row" its key, of "row.word" what the row says to it."""
        name, _, word = value.partition(".")
        if name not in rows:
            return value
        return getattr(rows[name], word)() if word else rows[name].pk

    def expected(self, method) -> dict[str, set[str]]:
        """By person: the answers that are right."""
        text = self._parts[1 if method == "GET" else 2]
        if text == "405":
            return {person: {"405"} for person in OURS + THEIRS} | {
                "visitor": {"405", "door"},
                "nobody": {"405", "403"},
            }
        ours, theirs, outside = (*(part.split() for part in text.split("/")), None, None)[:3]
        theirs = theirs or ours[:1] * (len(set(ours)) == 1)
        answers = {}
        for people, words in ((OURS, ours), (THEIRS, theirs), (OUTSIDE, outside or ["door", "403"])):
            assert len(words) in {1, len(people)}, f"Not an answer for each of {people}: {self.text}"
            answers |= dict(zip(people, words * len(people) if len(words) == 1 else words, strict=False))
        return {person: {answer} for person, answer in answers.items()}


LINES = [Line(text) for text in TABLE.strip().splitlines() if not text.startswith("#")]
KNOWN = list(dict.fromkeys(line.name for line in LINES))


@pytest.fixture(scope="module")
def rows(django_db_setup, django_db_blocker):
    """The same for all addresses: what a request changes is taken back (`answer`)."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast = everybody()
        staff("nobody", name="無 所属")
        made = one_of_each(cast.hiratsuka, cast.sales, timezone.now())
        yield {**made, "manager": cast.manager, "admin": cast.admin}
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def clients(rows):
    """A browser for everybody of the table."""
    made = {"visitor": Client(raise_request_exception=False)}
    for username in PEOPLE:
        if username != "visitor":
            made[username] = Client(raise_request_exception=False)
            made[username].force_login(Staff.objects.get(username=username))
    return made


def answer(client, method, address, posted="") -> str:
    """The status, "door" for being led to sign in; "writes" when a GET changed something."""
    cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
    reset_queries()
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        response = client.generic(method, address, posted, content_type="application/x-www-form-urlencoded")
        transaction.set_rollback(True)
    client.cookies = cookies
    if response.status_code == 302 and response.url.startswith(reverse(settings.LOGIN_URL)):
        return "door"
    if method == "GET" and any(query["sql"].startswith(("INSERT", "UPDATE", "DELETE")) for query in asked):
        return f"{response.status_code} writes"
    return str(response.status_code)


def wrong_answers(line, rows, clients, method) -> list[str]:
    """What the line says and what is so, of everybody who gets another answer."""
    address = line.address(rows)
    posted = line.posted(rows) if method == "POST" else ""
    expected = line.expected(method)
    given = {person: answer(clients[person], method, address, posted) for person in PEOPLE}
    return [
        f"{person}: {method} {address} gave {given[person]}, not {' or '.join(sorted(expected[person]))}"
        for person in PEOPLE
        if given[person] not in expected[person]
    ]


def addresses(resolver, namespace="") -> dict[str, str]:
    """Every address by its name; one without a name by its pattern."""
    found = {}
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            found[f"{namespace}{one.name}" if one.name else str(one.pattern)] = str(one.pattern)
        else:
            found |= addresses(one, f"{namespace}{one.namespace}:" if one.namespace else namespace)
    return found


@pytest.mark.parametrize("name", KNOWN)
def test_everybody_gets_the_answer_of_the_table(rows, clients, name):
    lines = [line for line in LINES if line.name == name]
    wrong = [
        text for line in lines for method in ("GET", "POST") for text in wrong_answers(line, rows, clients, method)
    ]
    assert not wrong, "\n".join(wrong)


def test_a_form_without_its_token_is_refused_everywhere(rows, clients):
    """Every address that takes a POST from an administrator."""
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = clients["admin"].cookies
    taking = [line for line in LINES if line.expected("POST")["admin"] != {"405"}]
    assert len(taking) > 40
    assert {line.name: answer(browser, "POST", line.address(rows)) for line in taking} == {
        line.name: "403" for line in taking
    }


def test_every_address_stands_in_the_table():
    missing = unknown_addresses()
    assert not missing, f"Say in TABLE of tests/addresses.py who may open: {', '.join(sorted(missing))}"


def test_no_line_of_the_table_is_left_over():
    gone = set(KNOWN) - set(addresses(get_resolver()))
    assert not gone, f"These addresses are gone; take their lines out of TABLE: {', '.join(sorted(gone))}"


def unknown_addresses() -> set[str]:
    return set(addresses(get_resolver())) - set(KNOWN)


def unguarded(request, pk=None):
    """What somebody might write in a hurry: everybody gets it."""
    return HttpResponse("…")


hurried = ([path("customers/<int:pk>/", unguarded, name="customer"), path("new/", unguarded)], "hurried")
urlpatterns = [path("hurried/", include(hurried)), path("", include("dealercrm.urls"))]


@pytest.mark.urls(__name__)
def test_an_address_that_nobody_wrote_down_is_found_and_one_without_a_name_too():
    assert unknown_addresses() == {"hurried:customer", "new/"}


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_view_without_a_guard_is_found(rows, clients, method):
    line = Line("hurried:customer pk=customer | 200 / 404 | 422 / 404")
    people = {text.partition(":")[0] for text in wrong_answers(line, rows, clients, method)}
    assert people == {*THEIRS, *OUTSIDE} | ({*OURS} if method == "POST" else set())


@pytest.mark.urls(__name__)
def test_the_same_line_finds_nothing_wrong_with_a_guarded_view(rows, clients):
    assert not wrong_answers(Line("todo:customer pk=customer | 200 / 404 | 405"), rows, clients, "GET")
