"""Two people who save at the same time: nobody's words are lost, and who comes second is told (STYLE.md 11)."""

import pytest
from django.urls import reverse

from stores.channels import Channel
from stores.forms.saving import save_or_tell
from stores.forms.staff import NewStaffForm, StaffForm
from stores.forms.store import StoreForm
from stores.models import Membership, Role, Staff, Store
from stores.staffing import deactivate
from tests.pages import filled

from .test_staff import kept, newcomer
from .test_stores import NEW

pytestmark = pytest.mark.django_db


def sent(response, **changes):
    """What the page's form sends when only `changes` are typed."""
    form = response.context["form"]
    data = filled(form)
    for more in getattr(form, "nths", ()):
        data |= filled(more)
    if hasattr(form, "nths"):
        data |= filled(form.nths.management_form)
    return {name: value for name, value in {**data, **changes}.items() if value is not None}


def test_the_second_to_change_a_store_is_told_and_keeps_what_was_typed(client, cast):
    client.force_login(cast.manager)
    url = reverse("stores:edit", args=[cast.hiratsuka.pk])
    mine = sent(client.get(url), name="平塚本店")
    mine["call_windows"] = mine["call_windows"].replace("\n", "\r\n")
    assert client.post(url, sent(client.get(url), phone="0463-22-1111", weekdays=["1"])).status_code == 302
    response = client.post(url, mine)
    assert response.status_code == 409
    content = response.content.decode()
    assert "平塚本店" in content
    assert {str(label) for label, _words in response.context["form"].differing} == {"名前", "電話", "毎週の定休日"}
    cast.hiratsuka.refresh_from_db()
    assert (cast.hiratsuka.name, cast.hiratsuka.phone) == ("平塚店", "0463-22-1111")
    again = {**mine, "seen": response.context["form"]["seen"].value()}
    assert client.post(url, again).status_code == 302
    cast.hiratsuka.refresh_from_db()
    assert (cast.hiratsuka.name, cast.hiratsuka.phone) == ("平塚本店", "")


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.set_closing_days([2], [(1, 3)]),
        lambda store: store.contact_hours.create(channel=Channel.PHONE, starts="10:00", ends="18:00"),
    ],
)
def test_what_stands_in_other_tables_counts_as_well(client, cast, change):
    client.force_login(cast.manager)
    url = reverse("stores:edit", args=[cast.hiratsuka.pk])
    mine = sent(client.get(url), name="平塚本店")
    change(cast.hiratsuka)
    response = client.post(url, mine)
    assert response.status_code == 409
    assert response.context["form"].differing


def test_the_second_to_change_a_person_is_told(client, cast):
    client.force_login(cast.manager)
    url = reverse("stores:staff-edit", args=[cast.sales.pk])
    mine = sent(client.get(url), phone="090-1111-1111")
    Membership.objects.create(staff=cast.sales, store=cast.hiratsuka, role=Role.ASSISTANT)
    response = client.post(url, mine)
    assert response.status_code == 409
    assert "090-1111-1111" in response.content.decode()
    assert cast.sales.memberships.count() == 2
    again = {**mine, "seen": response.context["form"]["seen"].value()}
    assert client.post(url, again).status_code == 302
    assert cast.sales.memberships.count() == 1


def test_an_edit_does_not_bring_back_who_was_deactivated_meanwhile(cast):
    person = Staff.objects.get(pk=cast.sales.pk)
    form = StaffForm(kept(person, name="新しい名"), instance=person, by=cast.manager)
    assert form.is_valid()
    deactivate(cast.sales)
    assert save_or_tell(form)
    person = Staff.objects.get(pk=person.pk)
    assert (person.name, person.is_active) == ("新しい名", False)


def test_a_user_name_taken_meanwhile_is_told_beside_its_field(cast):
    form = NewStaffForm(newcomer(cast.hiratsuka), by=cast.manager)
    assert form.is_valid()
    Staff.objects.create_user("arai", password="x", name="先の人")
    assert not save_or_tell(form)
    assert set(form.errors) == {"username"}
    assert not Staff.objects.filter(name="新井 花").exists()


def test_a_short_name_taken_meanwhile_is_told_beside_its_field(cast):
    form = StoreForm(NEW)
    assert form.is_valid()
    Store.objects.create(slug="odawara", name="先の店")
    assert not save_or_tell(form)
    assert set(form.errors) == {"slug"}
    assert not Store.objects.filter(name="小田原店").exists()
