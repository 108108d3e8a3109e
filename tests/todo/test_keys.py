"""The keys: the list of them, and the switch that keeps single signs from being heard (WCAG 2.1.4)."""

import pytest
from django.urls import reverse

from tests.cast import at, customer, lead, task

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def sales(client, cast):
    client.force_login(cast.sales)
    return client


def test_the_keys_are_a_page_of_their_own_without_javascript_and_a_sheet_with_it(sales):
    page, sheet = sales.get(reverse("todo:keys")), sales.get(reverse("todo:keys"), **HTMX)
    assert "<h1>" in page.content.decode()
    assert "<html" not in sheet.content.decode()
    for response in (page, sheet):
        assert "キー操作" in response.content.decode()


def test_only_places_that_one_may_open_have_a_key_in_the_list(sales, client, cast):
    def shown():
        return client.get(reverse("todo:keys"), **HTMX).content.decode()

    assert "<kbd>c</kbd>" in shown()
    assert "<kbd>g</kbd> <kbd>m</kbd>" not in shown()
    client.force_login(cast.manager)
    assert "<kbd>g</kbd> <kbd>m</kbd>" in shown()


def test_single_signs_are_switched_off_and_on_again_in_this_browser(sales):
    assert "data-keys" not in sales.get(reverse("todo:keys")).content.decode()
    response = sales.post(reverse("todo:keys-setting"))
    assert response.headers["Location"] == reverse("todo:keys")
    assert response.cookies["keys"]["httponly"]
    assert "<body hx-headers" in (off := sales.get(reverse("todo:keys")).content.decode())
    assert 'data-keys="off"' in off
    assert 'value="on" checked' not in off
    sales.post(reverse("todo:keys-setting"), {"keys": "on"})
    assert "data-keys" not in (on := sales.get(reverse("todo:keys")).content.decode())
    assert 'value="on" checked' in on


def test_the_switch_tells_the_open_page(sales):
    response = sales.post(reverse("todo:keys-setting"), {}, **HTMX)
    assert response.headers["HX-Trigger"] == '{"keys-set": {"value": "off"}}'
    assert 'value="on" checked' not in response.content.decode()


def test_the_counts_of_every_page_are_those_of_the_board(sales, cast, django_assert_max_num_queries, time_machine):
    now = at("2026-11-22 14:00")
    time_machine.move_to(now, tick=False)
    for number in range(3):
        task(customer(cast.hiratsuka, name=f"顧客{number}", owner=cast.sales), now.date())
    lead(customer(cast.hiratsuka, owner=cast.sales), now, staff=cast.sales)
    task(customer(cast.yokohama, owner=cast.yokohama_sales), now.date())
    with django_assert_max_num_queries(4):
        counts = sales.get(reverse("todo:counts"), **HTMX)
    assert counts.context["counts"] == sales.get(reverse("todo:board")).context["counts"]
    assert counts.context["counts"] == {"new": 1, "on_time": 3, "overdue": 0, "replied": 0}
    assert '<nav class="views" id="views" hx-swap-oob="true"' in counts.content.decode()
    assert 'id="todo-count" hx-swap-oob="true">3<' in counts.content.decode()


def test_every_view_and_every_place_of_the_rail_has_its_key(sales):
    page = sales.get(reverse("todo:board")).content.decode()
    for key in ("g n", "g o", "g l", "g r", "g u", "g f", "g t", "g c", "g d", "g p", "g s", "/", "?", "n", "w"):
        assert f'data-key="{key}"' in page, key
