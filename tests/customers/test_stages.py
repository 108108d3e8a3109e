"""The stages as a group arranges them (REQUIREMENTS D1)."""

import pytest
from django.db import IntegrityError

from customers.asking import asked
from customers.models import Deal, Estimate, Stage, StageSetting
from tests.cast import at, customer, lead

NOW = at("2026-11-20 11:00")
URL = "/deals/stages/"


@pytest.fixture
def deal(cast):
    return lead(customer(cast.hiratsuka), NOW, staff=cast.sales, kind="sale", goods="")


def sent(client, **changes) -> dict:
    """What the page sends, with `changes` by the names of its fields; None takes one away."""
    forms = client.get(URL).context["stages"]
    data = {"seen": forms.seen}
    for form in forms.forms:
        for field in form:
            value = field.value()
            if isinstance(value, bool):
                value = "on" if value else None
            data[field.html_name] = "" if value is None and not field.html_name.endswith("used") else value
    data |= {name.replace("__", "-"): value for name, value in changes.items()}
    return {name: value for name, value in data.items() if value is not None}


def test_an_administrator_skips_names_and_asks(client, cast, deal):
    client.force_login(cast.admin)
    changes = {"appointment__used": None, "met__label_sale": "ご来店", "met__needed": ["vehicle", "amount_yen"]}
    assert client.post(URL, sent(client, **changes, estimate__still_after_days="3")).status_code == 302
    settings = StageSetting.objects.by_stage()
    assert settings[Stage.APPOINTMENT].skipped
    assert settings[Stage.MET].label_for("sale") == "ご来店"
    assert str(settings[Stage.MET].label_for("purchase")) == "査定"
    assert asked(Deal.objects.get(), Stage.MET) == {"vehicle": True, "amount_yen": True}
    assert settings[Stage.ESTIMATE].still_after_days == 3
    assert Deal.objects.for_cards().get().get_stage_display() == "問い合わせ"
    deal.move_to(Stage.MET, cast.sales, NOW)
    assert Deal.objects.for_cards().get().get_stage_display() == "ご来店"
    assert [change.get_after_display() for change in deal.stage_changes.all()] == ["ご来店"]


@pytest.mark.parametrize("who", ["sales", "assistant", "manager"])
def test_nobody_else_arranges_them(client, cast, who):
    client.force_login(getattr(cast, who))
    assert client.get(URL).status_code == 403
    assert client.post(URL, {}).status_code == 403
    assert not StageSetting.objects.exists()


def test_what_makes_no_sense_is_said_beside_its_field_and_nothing_is_saved(client, cast):
    client.force_login(cast.admin)
    response = client.post(URL, sent(client, met__label_sale="ご来店", order__still_after_days="0"))
    assert response.status_code == 422
    assert "ご来店" in response.content.decode()
    assert not StageSetting.objects.exists()


def test_of_two_administrators_the_second_is_told(client, cast):
    client.force_login(cast.admin)
    first = sent(client, met__label_sale="面会")
    second = sent(client, met__label_sale="ご来店")
    client.post(URL, first)
    told = client.post(URL, second)
    assert told.status_code == 409
    assert StageSetting.objects.by_stage()[Stage.MET].labels == {"sale": "面会"}
    page = told.content.decode()
    assert 'value="ご来店"' in page
    assert page.count('class="stands"') == 1
    assert next(form for form in told.context["stages"].forms if form.stage == Stage.MET).has_words
    assert client.post(URL, {**second, "seen": told.context["stages"].seen}).status_code == 302
    assert StageSetting.objects.by_stage()[Stage.MET].labels == {"sale": "ご来店"}


@pytest.mark.parametrize("stage", [Stage.ENQUIRY, Stage.ORDER, Stage.PAID])
def test_where_a_deal_begins_is_ordered_and_ends_cannot_be_left_out(client, cast, stage):
    client.force_login(cast.admin)
    client.post(URL, sent(client, **{f"{stage}__used": None}))
    assert not StageSetting.objects.by_stage()[stage].skipped
    with pytest.raises(IntegrityError, match="stage_always_used"):
        StageSetting.objects.update_or_create(stage=stage, defaults={"skipped": True})


def test_what_a_skipped_stage_needs_is_not_asked_later_either(deal):
    StageSetting.objects.create(stage=Stage.DELIVERY, skipped=True)
    StageSetting.objects.create(stage=Stage.MET, needed=["note"], skipped=True)
    assert asked(deal, Stage.PAID) == {"goods": True, "ordered_on": True, "promised_on": True, "paid_on": True}


def test_the_day_the_goods_and_the_promise_of_an_order_are_needed_whatever_the_group_says(deal):
    StageSetting.objects.create(stage=Stage.ORDER, needed=[])
    needed = [name for name, required in asked(deal, Stage.ORDER).items() if required]
    assert needed == ["goods", "ordered_on", "promised_on"]


def test_an_estimate_that_is_needed_is_asked_for_until_there_is_one(cast, deal):
    StageSetting.objects.create(stage=Stage.ESTIMATE, needed=["estimate"])
    assert asked(deal, Stage.ESTIMATE) == {"estimate": True}
    made = Estimate.make(deal, amount_yen=1_000_000, by=cast.sales, now=NOW)
    assert asked(deal, Stage.ESTIMATE) == {}
    made.withdraw(cast.sales, NOW)
    assert asked(deal, Stage.ESTIMATE) == {"estimate": True}


def test_the_page_costs_the_same_with_all_settings_kept(client, cast, django_assert_max_num_queries):
    client.force_login(cast.admin)
    client.post(URL, sent(client))
    assert StageSetting.objects.count() == len(Stage)
    with django_assert_max_num_queries(6):
        client.get(URL)
