"""Two who enter at the same moment, on connections of their own (STYLE.md 22)."""

import pytest

from customers.entering import Lead, LikelyKnown, enter
from customers.models import Customer, Deal
from followups.models import Pattern, Step
from followups.writing import write
from stores.forms.store import StoreForm
from stores.models import Store
from tests.cast import at
from tests.followups.test_concurrency import at_once
from tests.stores.test_stores import NEW

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOW = at("2026-11-21 12:00")


def entering(cast, **who):
    lead = Lead(
        store=cast.hiratsuka,
        customer=None,
        staff=cast.sales,
        who={"name": "小林 直樹", "kana": "", "phone": "09011112222", "email": "", **who},
        note="",
        enquiry={"kind": "sale", "source": "phone", "goods": "プリウス"},
    )
    return lambda: enter(lead, now=NOW, unless_among=Customer.objects.net())


@pytest.mark.parametrize("phone", ["09011112222", ""])
def test_the_same_lead_twice_is_entered_once(cast, phone):
    answers = at_once(*[entering(cast, phone=phone)] * 3)
    assert len({deal.pk for _customer, deal in answers}) == 1
    assert (Customer.objects.count(), Deal.objects.count()) == (1, 1)


def test_two_people_with_one_phone_are_asked_about(cast):
    answers = at_once(entering(cast), entering(cast, name="小林 花"))
    assert sum(isinstance(answer, LikelyKnown) for answer in answers) == 1
    assert Customer.objects.count() == 1


def test_two_patterns_of_one_name_get_short_names_of_their_own(cast):
    def writing():
        step = {"title": "お電話"}
        words = {"name": "Winter", "description": "", "store": None, "base": "chosen", "note": ""}
        return write(**words, steps=[Step(**step)], by=cast.admin, now=NOW)

    made = at_once(writing, writing)
    assert {pattern.slug for pattern in made} == {"winter", "winter-2"}
    Pattern.objects.filter(slug__startswith="winter").delete()


def test_two_stores_of_one_name_get_short_names_of_their_own(cast):
    def adding():
        form = StoreForm({**NEW, "slug": ""})
        assert form.is_valid()
        return form.save()

    assert {store.slug for store in at_once(adding, adding)} == {"store", "store-2"}
    assert Store.objects.count() == 4
