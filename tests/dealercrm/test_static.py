"""Static files as a real web server sends them: compressed, and kept by the browser for ever (issue 3, 4)."""

import gzip
import re

import pytest

pytestmark = [pytest.mark.slow]
YEAR = 365 * 24 * 60 * 60


def test_a_page_names_its_files_by_what_is_in_them_and_they_are_sent_small_and_kept_for_ever(web, cast):
    page = web.get("/accounts/login/")[2].decode()
    files = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', page)
    assert len(files) >= 2
    for file in files:
        assert re.search(r"\.[0-9a-f]{12}\.(css|js)$", file), file
        status, headers, plain = web.get(file)
        assert status == 200
        kept = headers["Cache-Control"]
        assert "immutable" in kept
        assert int(re.search(r"max-age=(\d+)", kept)[1]) >= YEAR
        _, headers, small = web.get(file, **{"Accept-Encoding": "gzip, br"})
        assert headers["Vary"] == "Accept-Encoding"
        if headers["Content-Encoding"] == "gzip":
            assert gzip.decompress(small) == plain
            assert len(small) < len(plain)
        else:
            assert len(plain) < 1000, f"{file} is sent as it is"


def test_a_page_itself_is_never_kept_by_anybody(web, cast):
    assert "no-store" in web.get("/accounts/login/")[1]["Cache-Control"]


def test_a_file_that_is_not_there_is_not_found(web):
    assert web.get("/static/css/nothing.0123456789ab.css")[0] == 404
