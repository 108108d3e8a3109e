"""Every address × every role × GET and POST: who gets in, who is refused, and how (DESIGN.md "Who sees what").

A new address fails `test_every_address_stands_in_the_table` until it has its line in `TABLE`.
"""

from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, include, path, reverse
from django.utils import timezone

from stores.models import Staff
from tests.cast import staff
from tests.everything import one_of_each

OURS = ("sales", "assistant", "manager", "admin")
THEIRS = ("sales-yokohama", "manager-yokohama")
OUTSIDE = ("visitor", "nobody")
PEOPLE = OURS + THEIRS + OUTSIDE

# address, the rows it is about | GET | POST with nothing filled in; several lines where it depends on the row.
# An answer is "ours / theirs / outside". Ours, of Hiratsuka, whose rows these are: salesperson, assistant, manager,
# admin. Theirs, of Yokohama: salesperson, manager; where left out, as ours. Outside: a visitor, and a person signed in
# who works nowhere; where left out, "door 403": the door is the page for signing in. One word stands for all of a
# group; 405 alone stands for everybody, but whoever is outside may be stopped at the door before.
TABLE = """
# The way in
health                                             | 200 / 200 / 200                  | 405
account_login                                      | 302 / 302 / 200 302              | 302 / 302 / 200 302
account_logout                                     | 200 / 200 / door 200             | door / door / door
account_change_password                            | 200 / 200 / door 200             | 200 / 200 / door 200
set_language                                       | 302 / 302 / 302                  | 302 / 302 / 302
setup                                              | 404 / 404 / 404                  | 404 / 404 / door
# Stores and people
stores:list                                        | 200                              | 405
stores:new                                         | 403 403 403 200 / 403            | 403 403 403 422 / 403
stores:detail pk=store                             | 200 / 404                        | 405
stores:edit pk=store                               | 403 403 200 200 / 404            | 403 403 422 422 / 404
stores:dates-add pk=store                          | 405                              | 403 403 422 422 / 404
stores:dates-remove pk=store                       | 405                              | 403 403 302 302 / 404
stores:staff                                       | 200                              | 405
stores:staff-new                                   | 403 403 200 200 / 403 200        | 403 403 422 422 / 403 422
stores:staff-detail pk=colleague                   | 200 / 404                        | 405
stores:staff-detail pk=owner                       | 200 / 404                        | 405
stores:staff-detail pk=admin                       | 404 404 404 200 / 404            | 405
stores:staff-edit pk=colleague                     | 403 403 200 200 / 404            | 403 403 422 422 / 404
stores:staff-edit pk=owner                         | 403 403 200 200 / 404            | 403 403 422 422 / 404
stores:staff-edit pk=admin                         | 404 404 404 200 / 404            | 404 404 404 422 / 404
stores:staff-password pk=colleague                 | 403 403 200 200 / 404            | 403 403 422 422 / 404
stores:staff-password pk=owner                     | 403 403 200 200 / 404            | 403 403 422 422 / 404
stores:staff-unlocking pk=colleague                | 405                              | 403 403 302 302 / 404
stores:staff-unlocking pk=admin                    | 405                              | 404 404 404 302 / 404
stores:staff-leaving pk=colleague                  | 403 403 200 200 / 404            | 403 403 302 302 / 404
stores:staff-leaving pk=admin                      | 404 404 404 422 / 404            | 404 404 404 422 / 404
stores:staff-leaving pk=manager                    | 403 403 422 200 / 404            | 403 403 422 302 / 404
stores:staff-return pk=colleague                   | 405                              | 403 403 302 302 / 404
stores:days-off-add pk=colleague                   | 405                              | 403 403 422 422 / 404
stores:days-off-add pk=owner                       | 405                              | 422 403 422 422 / 404
stores:days-off-remove pk=colleague                | 405                              | 403 403 302 302 / 404
stores:days-off-remove pk=owner                    | 405                              | 302 403 302 302 / 404
# House rules: read by everybody, changed by administrators
house:rules                                        | 200                              | 405
house:fields                                       | 403 403 403 405 / 403            | 403 403 403 302 / 403
house:add name=content-kinds                       | 403 403 403 405 / 403            | 403 403 403 422 / 403
house:edit name=content-kinds pk=kind              | 403 403 403 200 / 403            | 403 403 403 422 / 403
house:edit name=nothing pk=kind                    | 403 403 403 404 / 403            | 403 403 403 404 / 403
house:position name=content-kinds pk=kind          | 403 403 403 405 / 403            | 403 403 403 302 / 403
house:retirement name=content-kinds pk=kind        | 403 403 403 405 / 403            | 403 403 403 302 / 403
house:return name=content-kinds pk=kind            | 403 403 403 405 / 403            | 403 403 403 302 / 403
# The customer book
customers:list                                     | 200                              | 405
customers:new-lead                                 | 200                              | 422
customers:alike                                    | 200                              | 405
customers:edit pk=customer                         | 200 / 404                        | 422 / 404
customers:new-vehicle customer_pk=customer         | 200 / 404                        | 422 / 404
customers:import                                   | 403 200 200 200 / 403 200        | 403 422 422 422 / 403 422
customers:import-file pk=import_file               | 403 200 200 200 / 404            | 405
customers:import-file pk=import_working            | 403 200 200 200 / 404            | 405
customers:import-file pk=import_failed             | 403 200 200 200 / 404            | 405
customers:import-file pk=import_unusable           | 403 200 200 200 / 404            | 405
customers:import-file pk=import_saved              | 403 200 200 200 / 404            | 405
customers:import-file pk=import_undone             | 403 200 200 200 / 404            | 405
customers:import-file pk=import_nameless           | 403 302 302 302 / 404            | 405
customers:import-progress pk=import_working        | 403 200 200 200 / 404            | 405
customers:import-progress pk=import_file           | 403 302 302 302 / 404            | 405
customers:import-columns pk=import_file            | 403 200 200 200 / 404            | 403 422 422 422 / 404
customers:import-columns pk=import_nameless        | 403 200 200 200 / 404            | 403 422 422 422 / 404
customers:import-columns pk=import_saved           | 403 409 409 409 / 404            | 403 409 409 409 / 404
customers:import-people pk=import_file             | 405                              | 403 302 302 302 / 404
customers:import-people pk=import_saved            | 405                              | 403 409 409 409 / 404
customers:import-decision pk=import_file number=3  | 405                              | 403 404 404 404 / 404
customers:import-decision pk=import_file number=3 &decision=skip | 405 | 403 302 302 302 / 404
customers:import-decisions pk=import_file &decision=skip | 405                              | 403 302 302 302 / 404
customers:import-to-mend pk=import_file kind=csv   | 403 200 200 200 / 404            | 405
customers:import-to-mend pk=import_file kind=xlsx  | 403 200 200 200 / 404            | 405
customers:import-to-mend pk=import_file kind=nothing | 403 404 404 404 / 404            | 405
customers:import-saving pk=import_file             | 405                              | 403 409 409 409 / 404
customers:import-saving pk=import_file &seen=import_file.fingerprint | 405 | 403 302 302 302 / 404
customers:import-again pk=import_file              | 405                              | 403 409 409 409 / 404
customers:import-again pk=import_failed            | 405                              | 403 302 302 302 / 404
customers:import-removal pk=import_file            | 405                              | 403 302 302 302 / 404
customers:import-removal pk=import_saved           | 405                              | 403 409 409 409 / 404
customers:import-undoing pk=import_saved           | 403 200 200 200 / 404            | 403 302 302 302 / 404
customers:import-undoing pk=import_file            | 403 409 409 409 / 404            | 403 409 409 409 / 404
customers:edit-vehicle pk=vehicle                  | 200 / 404                        | 422 / 404
# Patterns: a store's own, and the group's
patterns:list                                      | 200                              | 405
patterns:new                                       | 403 403 200 200 / 403 200        | 403 403 422 422 / 403 422
patterns:preview_new                               | 403 403 405 405 / 403 405        | 403 403 200 200 / 403 200
patterns:pattern pk=pattern                        | 200 / 404                        | 405
patterns:pattern pk=group_pattern                  | 200                              | 405
patterns:edit pk=pattern                           | 403 403 200 200 / 404            | 403 403 422 422 / 404
patterns:edit pk=group_pattern                     | 403 403 403 200 / 403            | 403 403 403 422 / 403
patterns:preview pk=pattern                        | 405                              | 403 403 200 200 / 404
patterns:preview pk=group_pattern                  | 405                              | 403 403 403 200 / 403
patterns:version pk=pattern number=1               | 200 / 404                        | 405
patterns:version pk=group_pattern number=1         | 200                              | 405
patterns:differences pk=pattern number=1           | 200 / 404                        | 405
patterns:differences pk=pattern number=2           | 404                              | 405
patterns:differences pk=copy number=2              | 200 / 404                        | 405
patterns:differences pk=group_pattern number=1     | 200                              | 405
patterns:version_return pk=pattern number=1        | 403 403 200 200 / 404            | 403 403 302 302 / 404
patterns:version_return pk=copy number=1           | 403 403 200 200 / 404            | 403 403 409 409 / 404
patterns:version_return pk=pattern number=2        | 403 403 404 404 / 404            | 403 403 404 404 / 404
patterns:version_return pk=group_pattern number=1  | 403 403 403 200 / 403            | 403 403 403 302 / 403
patterns:history pk=pattern                        | 200 / 404                        | 405
patterns:history pk=copy                           | 200 / 404                        | 405
patterns:history pk=group_pattern                  | 200                              | 405
patterns:history pk=copied_pattern                 | 200                              | 405
patterns:pattern pk=copied_pattern                 | 200                              | 405
patterns:retirement pk=copied_pattern              | 403 403 403 200 / 403            | 403 403 403 302 / 403
patterns:group pk=copy                             | 200 / 404                        | 405
patterns:group pk=pattern                          | 404                              | 405
patterns:group pk=group_pattern                    | 404                              | 405
patterns:takeover pk=copy                          | 405                              | 403 403 422 422 / 404
patterns:takeover pk=pattern                       | 405                              | 403 403 404 404 / 404
patterns:takeover pk=group_pattern                 | 405                              | 403 403 403 404 / 403
patterns:keeping pk=copy &version=1                | 405                              | 403 403 302 302 / 404
patterns:keeping pk=copy                           | 405                              | 403 403 404 404 / 404
patterns:keeping pk=pattern &version=1             | 405                              | 403 403 404 404 / 404
patterns:name pk=pattern                           | 403 403 200 200 / 404            | 403 403 422 422 / 404
patterns:name pk=group_pattern                     | 403 403 403 200 / 403            | 403 403 403 422 / 403
patterns:copies pk=pattern &store=hiratsuka        | 405                              | 403 / 404
patterns:copies pk=group_pattern &store=hiratsuka  | 405                              | 403 403 302 302 / 404
patterns:copies pk=group_pattern &store=yokohama   | 405                              | 404 404 404 302 / 403 302
patterns:retirement pk=pattern                     | 403 403 200 200 / 404            | 403 403 302 302 / 404
patterns:retirement pk=group_pattern               | 403 403 403 200 / 403            | 403 403 403 302 / 403
patterns:rule_new pk=pattern                       | 403 403 200 200 / 404            | 403 403 422 422 / 404
patterns:rule_new pk=group_pattern                 | 403 403 403 200 / 403            | 403 403 403 422 / 403
patterns:rule_retirement pk=pattern rule_pk=rule   | 405                              | 403 403 302 302 / 404
patterns:pattern pk=copy                           | 200 / 404                        | 405
patterns:retirement pk=copy                        | 403 403 200 200 / 404            | 403 403 302 302 / 404
patterns:comeback pk=pattern                       | 405                              | 403 403 302 302 / 404
patterns:comeback pk=group_pattern                 | 405                              | 403 403 403 302 / 403
# The board, customers and deals
todo:home                                          | 302                              | 405
todo:board                                         | 200                              | 405
todo:counts                                        | 200                              | 405
todo:keys                                          | 200                              | 405
todo:keys-setting                                  | 405                              | 302
todo:task pk=task                                  | 200 / 404                        | 405
todo:task-result pk=task                           | 405                              | 422 / 404
todo:task-contact pk=task                          | 405                              | 422 / 404
todo:task-assignee pk=task                         | 405                              | 302 / 404
todo:task-cancellation pk=task                     | 405                              | 422 / 404
todo:reply pk=reply                                | 200 / 404                        | 405
todo:reply-answer pk=reply                         | 405                              | 422 / 404
todo:reply-contact pk=reply                        | 405                              | 422 / 404
todo:reply-closing pk=reply                        | 405                              | 422 / 404
todo:lead-settle pk=lead                           | 405                              | 422 / 404
todo:lead-settle pk=deal                           | 405                              | 302 / 404
todo:lead-unsettle pk=lead                         | 405                              | 302 / 404
todo:prepared pk=follow_up                         | 200 / 404                        | 405
todo:act pk=act                                    | 200 404 404 404 / 404            | 405
todo:search                                        | 200                              | 405
todo:customers-follow-ups                          | 302                              | 302
todo:customers-begun signed=none                   | 404                              | 405
todo:customers-begun-undo signed=none              | 405                              | 404
todo:customer pk=customer                          | 200 / 404                        | 405
todo:customer-assign pk=customer                   | 200 403 200 200 / 404            | 302 403 302 302 / 404
todo:customer-contact customer_pk=customer         | 200 / 404                        | 422 / 404
todo:customer-inbound customer_pk=customer         | 200 / 404                        | 422 / 404
todo:customer-appointment customer_pk=customer     | 200 / 404                        | 422 / 404
todo:customer-follow-up customer_pk=customer       | 200 / 404                        | 422 / 404
todo:deals                                         | 200                              | 405
todo:deal pk=deal                                  | 200 / 404                        | 405
todo:deal-assign pk=deal                           | 200 403 200 200 / 404            | 302 403 302 302 / 404
todo:deal-assign pk=lead                           | 200 / 404                        | 302 / 404
todo:deal-stage pk=deal stage=estimate             | 200 / 404                        | 302 / 404
todo:deal-stage pk=deal stage=order                | 200 / 404                        | 422 / 404
todo:deal-stage pk=deal stage=nothing              | 404                              | 404
todo:deal-facts pk=deal                            | 200 / 404                        | 422 / 404
todo:deal-facts pk=lost_deal                       | 403 403 200 200 / 404            | 403 403 422 422 / 404
todo:deal-lose pk=deal                             | 200 / 404                        | 422 / 404
todo:deal-reopen pk=deal                           | 405                              | 302 / 404
todo:deal-reopen pk=lost_deal                      | 405                              | 302 / 404
todo:deal-contact deal_pk=deal                     | 200 / 404                        | 422 / 404
todo:deal-inbound deal_pk=deal                     | 200 / 404                        | 422 / 404
todo:deal-appointment deal_pk=deal                 | 200 / 404                        | 422 / 404
todo:deal-follow-up deal_pk=deal                   | 200 / 404                        | 422 / 404
# The manager's desk, and what people are told
todo:desk                                          | 403 403 200 200 / 403 200        | 405
todo:desk-rows what=tasks                          | 403 403 200 200 / 403 200        | 405
todo:desk-rows what=leads                          | 403 403 200 200 / 403 200        | 405
todo:desk-rows what=replies                        | 403 403 200 200 / 403 200        | 405
todo:desk-rows what=deals                          | 403 403 200 200 / 403 200        | 405
todo:desk-rows what=nothing                        | 403 403 404 404 / 403 404        | 405
todo:desk-hand-over what=tasks                     | 405                              | 403 403 302 302 / 403 302
todo:desk-hand-over what=tasks &row=task           | 405                              | 403 403 200 200 / 403 302
todo:desk-pattern what=tasks                       | 405                              | 403 403 302 302 / 403 302
todo:desk-pattern what=tasks &row=task             | 405                              | 403 403 200 200 / 403 302
todo:desk-reminder what=replies                    | 405                              | 403 403 302 302 / 403 302
todo:desk-reminder what=replies &row=reply         | 405                              | 403 403 200 200 / 403 302
todo:desk-act pk=act                               | 403 403 200 404 / 403 404        | 405
todo:desk-undo pk=act                              | 405                              | 403 403 302 404 / 403 404
notifications:list                                 | 200                              | 405
notifications:read-all                             | 405                              | 302
notifications:open pk=notification                 | 405                              | 302 404 404 404 / 404
todo:contact-correct pk=contact                    | 200 403 200 200 / 404            | 422 403 422 422 / 404
todo:contact-correct pk=reply                      | 403 403 200 200 / 404            | 403 403 422 422 / 404
todo:contact-complete pk=unfinished                | 200 / 404                        | 422 / 404
todo:contact-undo pk=contact                       | 405                              | 302 403 302 302 / 404
todo:follow-up-preparing pk=follow_up              | 200 / 404                        | 405
todo:follow-up-stop pk=follow_up                   | 405                              | 302 / 404
todo:follow-up-resume pk=follow_up                 | 405                              | 302 / 404
"""


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


@pytest.fixture
def rows(cast):
    cast.nobody = staff("nobody", name="無 所属")
    made = one_of_each(cast.hiratsuka, cast.sales, timezone.now())
    return {**made, "manager": cast.manager, "admin": cast.admin}


@pytest.fixture
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
    assert not missing, f"Say in TABLE of tests/test_access.py who may open: {', '.join(sorted(missing))}"


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
