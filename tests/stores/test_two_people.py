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


def closed(store):
    return [(day.weekday, day.nth) for day in store.closing_days.all()]


def test_of_two_who_change_a_store_each_keeps_what_only_they_changed(client, cast):
    client.force_login(cast.manager)
    url = reverse("stores:edit", args=[cast.hiratsuka.pk])
    mine = sent(client.get(url), name="平塚本店")
    mine["call_windows"] = mine["call_windows"].replace("\n", "\r\n")
    assert client.post(url, sent(client.get(url), phone="0463-22-1111", weekdays=["1"])).status_code == 302
    assert client.post(url, mine).status_code == 302
    cast.hiratsuka.refresh_from_db()
    assert (cast.hiratsuka.name, cast.hiratsuka.phone, closed(cast.hiratsuka)) == (
        "平塚本店",
        "0463-22-1111",
        [(1, None)],
    )


def test_what_both_changed_of_a_store_is_shown_and_saved_when_sent_again(client, cast):
    client.force_login(cast.manager)
    url = reverse("stores:edit", args=[cast.hiratsuka.pk])
    mine = sent(client.get(url), name="平塚本店", weekdays=["3"])
    client.post(url, sent(client.get(url), name="平塚中央店", weekdays=["1"], phone="0463-22-1111"))
    response = client.post(url, mine)
    assert response.status_code == 409
    assert [str(label) for label, _words in response.context["form"].differing] == ["名前", "毎週の定休日"]
    assert "平塚中央店" in response.content.decode()
    assert client.post(url, sent(response)).status_code == 302
    cast.hiratsuka.refresh_from_db()
    assert (cast.hiratsuka.name, cast.hiratsuka.phone) == ("平塚本店", "0463-22-1111")
    assert closed(cast.hiratsuka) == [(3, None)]


def test_what_stands_in_other_tables_is_kept_as_well(client, cast):
    client.force_login(cast.manager)
    url = reverse("stores:edit", args=[cast.hiratsuka.pk])
    mine = sent(client.get(url), name="平塚本店")
    cast.hiratsuka.set_closing_days([2], [(1, 3)])
    cast.hiratsuka.contact_hours.create(channel=Channel.PHONE, starts="10:00", ends="18:00")
    assert client.post(url, mine).status_code == 302
    assert set(closed(cast.hiratsuka)) == {(2, None), (1, 3)}
    assert cast.hiratsuka.contact_hours.get().channel == Channel.PHONE


def test_weeks_of_the_month_that_both_changed_are_shown(client, cast):
    client.force_login(cast.manager)
    url = reverse("stores:edit", args=[cast.hiratsuka.pk])
    mine = sent(client.get(url), **{"nth-0-nth": "1", "nth-0-weekday": "4"})
    cast.hiratsuka.set_closing_days([2], [(1, 3)])
    response = client.post(url, mine)
    assert (response.status_code, list(response.context["form"].stands)) == (409, ["nth"])
    assert client.post(url, sent(response)).status_code == 302
    assert set(closed(cast.hiratsuka)) == {(2, None), (4, 1)}


def test_the_second_to_change_a_person_is_told(client, cast):
    client.force_login(cast.manager)
    url = reverse("stores:staff-edit", args=[cast.sales.pk])
    mine = sent(client.get(url), phone="090-1111-1111")
    Membership.objects.create(staff=cast.sales, store=cast.hiratsuka, role=Role.ASSISTANT)
    Staff.objects.filter(pk=cast.sales.pk).update(phone="090-2222-2222")
    response = client.post(url, mine)
    assert response.status_code == 409
    assert response.context["form"]["phone"].value() == "090-1111-1111"
    assert [words for _label, words in response.context["form"].differing] == ["090-2222-2222"]
    assert client.post(url, sent(response)).status_code == 302
    cast.sales.refresh_from_db()
    assert (cast.sales.phone, cast.sales.memberships.count()) == ("090-1111-1111", 2)


def test_a_role_given_meanwhile_stays_and_one_taken_away_does_not_come_back(client, cast):
    client.force_login(cast.manager)
    url = reverse("stores:staff-edit", args=[cast.sales.pk])
    mine = sent(client.get(url), phone="090-1111-1111")
    Membership.objects.create(staff=cast.sales, store=cast.hiratsuka, role=Role.ASSISTANT)
    cast.sales.memberships.filter(role=Role.SALESPERSON).delete()
    assert client.post(url, mine).status_code == 302
    assert [held.role for held in cast.sales.memberships.all()] == [Role.ASSISTANT]


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
