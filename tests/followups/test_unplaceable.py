"""Steps that can't be placed are refused on saving, with why, beside the step; a warning where some stores can."""

from datetime import date, time

import pytest
from django.utils import timezone

from customers.models import Rank
from followups.expansion import expand
from followups.models import Pattern
from followups.starting import start
from stores.models import ContactHours, Store
from tests.cast import at, customer, pattern
from tests.followups.pattern_forms import step, typed, url

NOW = at("2026-11-22 10:00")
EARLY = {"window": "fixed", "window_from": "08:00", "window_until": "09:00"}


@pytest.fixture
def ours(cast):
    return pattern("ours", [{"title": "お電話"}], store=cast.hiratsuka)


@pytest.fixture
def group(cast):
    return Pattern.objects.get(slug="event-letter", store=None)


@pytest.fixture
def save(client, cast, ours):
    """`save(*steps)` as the store's manager; `group=` as an administrator for all stores."""

    def saved(*steps, group=None, **head):
        client.force_login(cast.admin if group else cast.manager)
        return client.post(url("edit", group or ours), typed(*steps, **head), follow=True)

    return saved


def errors(response) -> dict:
    """{step number: {field: why}}"""
    forms = response.context["editor"].steps
    return {
        number: {name: found[0] for name, found in form.errors.items()}
        for number, form in enumerate(forms, start=1)
        if form.errors
    }


def told(response) -> list[str]:
    return [str(message) for message in response.context["messages"] if message.level_tag == "warning"]


def refused(response, number, field) -> str:
    """The reason; nothing was saved, and it is said beside that field of that step alone."""
    assert response.status_code == 422
    found = errors(response)
    assert list(found) == [number]
    assert list(found[number]) == [field]
    return found[number][field]


class TestHours:
    def test_a_fixed_time_when_nobody_may_be_reached_by_a_ranks_own_way(self, save, cast):
        rank = Rank.objects.first()
        ContactHours.objects.create(store=cast.hiratsuka, channel="line", starts=time(8), ends=time(9))
        good = step(channel="line", **EARLY)
        assert save(good).status_code == 200
        why = refused(save(good, step(channel="line", **EARLY, **{f"way_{rank.pk}": "phone"})), 2, f"way_{rank.pk}")
        assert "10:00–19:00" in why

    def test_calls_at_changing_times_without_a_calling_window_in_reach(self, save, cast):
        Store.objects.filter(pk=cast.hiratsuka.pk).update(call_windows=["08:00-09:00", "20:00-21:00"])
        assert "平塚店" in refused(save(step(), step(window="rotating", offset_days=1)), 2, "window")

    def test_or_with_none_at_all(self, save, cast):
        Store.objects.filter(pk=cast.hiratsuka.pk).update(call_windows=[])
        refused(save(step(window="rotating")), 1, "window")

    def test_one_calling_window_is_enough(self, save, cast):
        Store.objects.filter(pk=cast.hiratsuka.pk).update(call_windows=["08:00-09:00", "18:00-21:00"])
        assert save(step(window="rotating")).redirect_chain


class TestDays:
    def test_after_a_long_holiday_where_none_is_known(self, save, cast):
        Store.objects.filter(pk=cast.hiratsuka.pk).update(long_holidays=[])
        assert "平塚店" in refused(save(step(day_rule="after_holiday")), 1, "day_rule")

    def test_a_step_beyond_the_last_day_on_which_the_store_opens(self, save, cast):
        cast.hiratsuka.set_closing_days(range(7), [])
        cast.hiratsuka.set_dates([timezone.localdate()], cast.hiratsuka.hours)
        assert save(step()).redirect_chain
        assert "平塚店" in refused(save(step(), step(offset_days=500), began_from=2), 2, "offset_days")

    def test_on_that_very_day_it_needs_no_open_one(self, save, cast):
        cast.hiratsuka.set_closing_days(range(7), [])
        cast.hiratsuka.set_dates([timezone.localdate()], cast.hiratsuka.hours)
        assert save(step(offset_days=500, day_rule="exact")).redirect_chain

    def test_dates_beyond_the_calendar_are_said_and_break_nothing(self, client, cast):
        client.force_login(cast.manager)
        far = {**typed(step(offset_days=800)), "preview-on": "2199-12-31", "preview-store": cast.hiratsuka.pk}
        assert client.post(url("preview_new"), far).status_code == 200


class TestOrder:
    def test_a_step_that_is_always_earlier_than_the_one_above_it(self, save):
        assert "2" in refused(save(step(), step(offset_days=5), step(offset_days=3)), 3, "offset_days")

    @pytest.mark.parametrize(
        ("above", "below"),
        [
            ({"offset_days": 3}, {"offset_days": 3}),
            ({"offset_days": 30}, {"offset_months": 1}),
            ({"offset_months": 1}, {"offset_days": 30}),
            ({"offset_days": -5}, {"offset_days": -2}),
        ],
    )
    def test_on_one_day_or_about_a_month_apart_is_in_order(self, save, above, below):
        assert save(step(**above), step(**below)).redirect_chain

    @pytest.mark.parametrize(
        ("above", "below"), [({"offset_months": 2}, {"offset_days": 30}), ({}, {"offset_months": -1})]
    )
    def test_whole_months_count(self, save, above, below):
        refused(save(step(**above), step(**below)), 2, "offset_days")

    @pytest.mark.parametrize("base", ["received", "negotiated", "estimate_sent", "ordered"])
    def test_nothing_is_done_ahead_of_what_nobody_knows_before_it_happens(self, save, base):
        refused(save(step(offset_days=-1), base=base), 1, "offset_days")

    @pytest.mark.parametrize("base", ["delivered", "inspection", "birthday", "chosen"])
    def test_but_ahead_of_what_is_planned(self, save, base):
        assert save(step(offset_days=-1), base=base).redirect_chain


class TestGroup:
    """Refused where no store could keep it, a warning where some can't."""

    def test_some_stores_are_not_in_touch_then(self, save, cast, group):
        ContactHours.objects.create(store=cast.yokohama, channel="phone", starts=time(8), ends=time(20))
        response = save(step(), step(**EARLY), group=group)
        assert response.redirect_chain
        (warning,) = told(response)
        assert "平塚店" in warning
        assert "2" in warning

    def test_no_store_is(self, save, group):
        assert "10:00–19:00" in refused(save(step(**EARLY), group=group), 1, "window_from")

    def test_a_store_that_never_opens_is_a_warning_while_another_one_does(self, save, cast, group):
        cast.yokohama.set_closing_days(range(7), [])
        assert any("横浜店" in text for text in told(save(step(title="新しい"), group=group)))
        cast.hiratsuka.set_closing_days(range(7), [])
        response = save(step(title="別の"), group=group, began_from=2)
        assert response.status_code == 422
        assert len(response.context["editor"].problems) == 2

    def test_the_warning_stands_above_the_dates_before_anything_is_saved(self, client, cast, group):
        ContactHours.objects.create(store=cast.yokohama, channel="phone", starts=time(8), ends=time(20))
        client.force_login(cast.admin)
        data = {**typed(step(**EARLY)), "preview-store": cast.yokohama.pk}
        shown = client.post(url("preview", group), data, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="dates")
        assert "平塚店" in shown.content.decode()
        assert shown.context["outlook"].rows

    def test_where_every_store_keeps_it_nothing_is_said(self, save, group):
        assert told(save(step(), step(offset_days=3), group=group)) == []


class TestFarPast:
    """A base date long ago makes no avalanche."""

    def test_its_steps_are_counted_and_not_made_and_the_page_says_how_many(self, client, cast):
        person = customer(cast.hiratsuka, owner=cast.sales)
        care = pattern("care", [{"offset_days": day, "channel": "letter"} for day in range(0, 400, 10)])
        row = start(care, customer=person, by=cast.sales, now=NOW, base=date(2020, 1, 1))
        expand(NOW)
        row.refresh_from_db()
        assert (row.past_steps, row.tasks.count()) == (40, 0)
        client.force_login(cast.sales)
        (shown,) = client.get(f"/customers/{person.pk}/").context["running"]
        assert "40" in shown["past_words"]
