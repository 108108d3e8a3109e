from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

pytestmark = pytest.mark.django_db
PASSWORD = "a long one for tests"


@pytest.fixture(autouse=True)
def staff():
    return get_user_model().objects.create_user("suzuki", password=PASSWORD, name="鈴木 一郎")


def sign_in(client, password=PASSWORD, username="suzuki", address="192.0.2.1"):
    return client.post(reverse("account_login"), {"login": username, "password": password}, REMOTE_ADDR=address)


def test_the_right_password_opens_the_door(client):
    assert sign_in(client).status_code == 302
    assert "_auth_user_id" in client.session


def test_the_wrong_one_does_not_and_says_so(client):
    assert sign_in(client, "wrong").status_code == 200
    assert "_auth_user_id" not in client.session


def test_the_sixth_try_from_one_place_finds_the_door_locked_even_with_the_right_password(client):
    for _ in range(5):
        sign_in(client, "wrong")
    response = sign_in(client)
    assert response.status_code == 429
    assert "stores/locked_out.html" in [template.name for template in response.templates]
    assert "_auth_user_id" not in client.session


def test_a_lock_holds_for_that_name_at_that_place_only(client):
    get_user_model().objects.create_user("tanaka", password=PASSWORD, name="田中 花子")
    for _ in range(6):
        sign_in(client, "wrong")
    assert sign_in(client, username="tanaka").status_code == 302
    client.logout()
    assert sign_in(client, address="192.0.2.2").status_code == 302


def test_the_lock_opens_after_a_quarter_of_an_hour(client):
    for _ in range(6):
        sign_in(client, "wrong")
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        assert sign_in(client).status_code == 302


def test_many_names_tried_from_one_shop_lock_nobody_else_out(client):
    for number in range(40):
        sign_in(client, "wrong", username=f"nobody{number}")
    assert sign_in(client).status_code == 302


def test_nobody_signs_themselves_up():
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")


def test_the_password_is_changed_from_the_inside_only(client):
    page = reverse("account_change_password")
    assert client.get(page).url.startswith(reverse("account_login"))
    sign_in(client)
    assert client.get(page).status_code == 200


def test_every_page_forbids_scripts_and_styles_that_are_not_ours(client):
    policy = client.get(reverse("account_login")).headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy + ";"
    assert "unsafe" not in policy
