"""What is too large is refused before it is read, also from who is not signed in."""

from io import BytesIO

import pytest
from django.test import RequestFactory

from customers.importing.reading import MAX_BYTES
from dealercrm.oversize import MOST_BYTES, OversizeMiddleware

pytestmark = pytest.mark.django_db


class Unread(BytesIO):
    def read(self, *_size):
        raise AssertionError("somebody read the body")


def announcing(length):
    """What a request to the sign-in page says of itself that announces a body of that length and sends none."""
    return {
        "CONTENT_LENGTH": str(length),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "wsgi.input": Unread(),
    }


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_body_that_is_too_large_is_refused_unread_in_the_users_language(client, language):
    client.cookies["django_language"] = language
    response = client.post("/accounts/login/", **announcing(MOST_BYTES + 1))
    assert response.status_code == 413
    assert ("This is too large" in response.content.decode()) == (language == "en")
    assert "30" in response.content.decode()
    assert response.headers["Content-Language"] == language


@pytest.mark.parametrize("length", ["", "0", "many", str(MOST_BYTES)])
def test_one_that_is_not_passes(length):
    request = RequestFactory().generic("POST", "/", CONTENT_LENGTH=length)
    assert OversizeMiddleware(lambda _request: "passed")(request) == "passed"


def test_the_largest_file_that_may_be_brought_in_passes():
    assert MAX_BYTES + 1024**2 < MOST_BYTES
