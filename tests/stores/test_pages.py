"""Leafing: a page's rows and a bounded count, whatever the list."""

import pytest

from customers.models import Customer
from customers.models.customer import CustomerQuerySet
from stores import pages
from stores.pages import Pages, up_to
from tests.cast import customer


@pytest.fixture
def book(cast, monkeypatch):
    """Seven customers, of whom two pages of three can be leafed to."""
    monkeypatch.setattr(pages, "LAST", 2)
    for number in range(7):
        customer(cast.hiratsuka, name=f"{number}", kana=f"カナ{number}")
    return Customer.objects.in_kana_order()


def leaf(rows, number):
    page = Pages(rows, 3, show=CustomerQuerySet.for_list).get_page(number)
    return [one.name for one in page], page


def test_every_page_has_its_rows_in_their_order(book):
    assert leaf(book, 1)[0] == ["0", "1", "2"]
    assert leaf(book, 2)[0] == ["3", "4", "5"]


def test_it_is_counted_and_leafed_no_further_than_the_last_page(book):
    names, page = leaf(book, 99)
    assert names == ["3", "4", "5"]
    assert (page.number, page.has_next(), page.paginator.count, page.paginator.has_more) == (2, False, 6, True)


def test_a_list_that_fits_is_counted_exactly(book):
    page = leaf(book.filter(name__in="012345"), 1)[1]
    assert (page.paginator.count, page.paginator.has_more, page.has_next()) == (6, False, True)


@pytest.mark.parametrize("asked", [None, "", "no number", "0", "-3"])
def test_what_is_no_page_is_the_first_or_the_last(book, asked):
    assert leaf(book, asked)[1].number in {1, 2}


def test_nothing_found_is_one_empty_page(book):
    names, page = leaf(book.none(), 1)
    assert (names, page.number, page.paginator.count) == ([], 1, 0)


@pytest.mark.parametrize("number", [1, 10])
def test_a_page_takes_two_statements_however_many_rows(cast, number, django_assert_num_queries):
    for n in range(number):
        customer(cast.hiratsuka, name=f"{n}", owner=cast.sales)
    with django_assert_num_queries(2):
        page = Pages(Customer.objects.in_kana_order(), 50, show=CustomerQuerySet.for_list).get_page(1)
        assert [one.owner for one in page] == [cast.sales] * number
        assert page.paginator.num_pages == 1


def test_a_figure_that_was_counted_up_to_its_limit_says_so():
    assert (up_to(3), up_to(1000), up_to(1001)) == ("3", "1000", "1000+")
    assert (up_to(25, 20), up_to(1001, 20)) == ("5", "980+")


def test_the_customer_list_says_that_there_are_more(client, book, cast):
    client.force_login(cast.sales)
    pages.LAST = 0.1
    answer = client.get("/customers/").content.decode()
    assert "5" in answer
    assert "人以上" in answer
    assert "検索" in answer
