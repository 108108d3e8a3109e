"""What a person is told in the app: only theirs, unread until looked at, counted in the head of every page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stores.models import Notification, NotificationKind
from tests.cast import at

NOW = at("2026-11-22 14:00")
LIST = "/notifications/"


@pytest.fixture(autouse=True)
def sunday_afternoon(time_machine):
    time_machine.move_to(NOW, tick=False)


def tell(cast, *people, path="/todo/", number=3, **values):
    told = {person.pk: {"n": number, **values} for person in people}
    Notification.tell(NotificationKind.REMINDED, told, path=path, by=cast.manager, now=NOW)
    return Notification.objects.order_by("pk").last()


def shown(client, address="/todo/"):
    """The number at the bell; None without one."""
    page = client.get(address).content.decode()
    bell = page[page.index('class="bell"') :][:600].split("</a>")[0]
    return bell.split('aria-hidden="true">')[-1].split("<")[0] if "count" in bell else None


def test_the_bell_counts_what_is_unread_of_ones_own_on_every_page(client, cast):
    client.force_login(cast.sales)
    assert shown(client) is None
    for _time in range(2):
        tell(cast, cast.sales, cast.sales2)
    assert {shown(client, address) for address in ("/todo/", "/customers/", "/stores/", LIST)} == {"2"}


def test_somebody_with_two_roles_is_told_once(client, cast):
    cast.sales.memberships.create(store=cast.yokohama, role="manager")
    tell(cast, cast.sales)
    client.force_login(cast.sales)
    assert shown(client) == "1"


def test_opening_one_leads_to_what_it_is_about_and_marks_it_read(client, cast):
    one = tell(cast, cast.sales, path="/customers/")
    client.force_login(cast.sales)
    assert client.get(LIST).status_code == 200
    assert shown(client) == "1", "looking at the list marks nothing"
    assert client.post(reverse("notifications:open", args=[one.pk])).url == "/customers/"
    one.refresh_from_db()
    assert one.read_at == NOW
    assert shown(client) is None


def test_all_are_marked_read_at_once_and_only_ones_own(client, cast):
    tell(cast, cast.sales, cast.sales2)
    client.force_login(cast.sales)
    assert client.post(reverse("notifications:read-all")).url == LIST
    assert list(Notification.objects.unread().values_list("staff", flat=True)) == [cast.sales2.pk]


def test_nobody_opens_anybody_elses_not_even_an_administrator(client, cast):
    one = tell(cast, cast.sales, note="内緒")
    for person in (cast.sales2, cast.manager, cast.admin):
        client.force_login(person)
        assert client.post(reverse("notifications:open", args=[one.pk])).status_code == 404
        assert "内緒" not in client.get(LIST).content.decode()
    one.refresh_from_db()
    assert one.read_at is None


def test_it_reads_in_the_language_of_its_reader(client, cast):
    tell(cast, cast.sales, number=12)
    client.force_login(cast.sales)
    assert "大塚 誠さんから対応の依頼があります(12件)" in client.get(LIST).content.decode()
    client.cookies["django_language"] = "en"
    assert "大塚 誠 asks you to see to some work: 12." in client.get(LIST).content.decode()


def test_a_note_is_shown_as_it_was_typed(client, cast):
    tell(cast, cast.sales, note="<b>50%</b> & %(n)s")
    client.force_login(cast.sales)
    assert "&lt;b&gt;50%&lt;/b&gt; &amp; %(n)s" in client.get(LIST).content.decode()


def test_of_somebody_who_is_gone_it_still_reads(client, cast):
    one = tell(cast, cast.sales)
    Notification.objects.update(made_by=None)
    one.refresh_from_db()
    assert "—" in one.text


@pytest.mark.parametrize("number", [1, 10])
def test_the_list_needs_as_many_queries_for_many_as_for_few(client, cast, number, django_assert_num_queries):
    for _time in range(number):
        tell(cast, cast.sales)
    client.force_login(cast.sales)
    with django_assert_num_queries(6):
        assert len(client.get(LIST).context["page"].object_list) == number


def test_the_bell_costs_no_statement_of_its_own(client, cast):
    client.force_login(cast.sales)
    with CaptureQueriesContext(connection) as before:
        client.get("/todo/")
    tell(cast, cast.sales)
    with CaptureQueriesContext(connection) as after:
        assert shown(client) == "1"
    assert len(after) == len(before) <= 8
    assert [query["sql"] for query in after if "notification" in query["sql"]] == [
        query["sql"] for query in after if "membership" in query["sql"] and "notification" in query["sql"]
    ]
