"""The pictures of the documents: there, of the right width, and every one used or named."""

import struct

import pytest
from django.conf import settings

from todo.demo.pictures import SUBJECTS, WIDTHS

FOLDER = settings.BASE_DIR / "docs" / "pictures"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", [name for name, _who, _lead in SUBJECTS])
def test_every_subject_is_there_at_every_width(name, width):
    head = (FOLDER / f"{name}-{width}.png").read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    assert struct.unpack(">II", head[16:24]) == (width, WIDTHS[width])


def test_the_readme_shows_pictures_that_exist():
    text = (settings.BASE_DIR / "README.md").read_text()
    shown = [part.split(")")[0] for part in text.split("](docs/pictures/")[1:]]
    assert shown
    assert all((FOLDER / name).exists() for name in shown)
