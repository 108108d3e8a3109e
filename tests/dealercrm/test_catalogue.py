import polib
import pytest

from dealercrm.catalogue import Catalogue, clashes


@pytest.fixture
def house(tmp_path):
    """A small app with one text in Python and two in a template."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "views.py").write_text('from x import gettext as _\n_("Call %(name)s back")\n')
    (tmp_path / "templates" / "shop").mkdir(parents=True)
    (tmp_path / "templates" / "shop" / "page.html").write_text(
        '{% load i18n %}{% translate "Today" %}'
        "{% blocktranslate count n=n %}{{ n }} task{% plural %}{{ n }} tasks{% endblocktranslate %}"
    )
    return Catalogue(tmp_path, "shop")


def translate(catalogue, **texts):
    file = polib.pofile(str(catalogue.path))
    for entry in file:
        text = texts[entry.msgid.split()[0]]
        if entry.msgid_plural:
            entry.msgstr_plural = {0: text}
        else:
            entry.msgstr = text
    catalogue.path.write_text(str(file))


def complete(catalogue):
    catalogue.write()
    translate(catalogue, **{"Call": "%(name)sさんに折り返す", "Today": "今日", "%(n)s": "%(n)s件"})


def test_texts_come_from_python_and_from_templates(house):
    texts = {text for _context, text, _plural in house.collected()}
    assert texts == {"Call %(name)s back", "Today", "%(n)s task"}


def test_a_complete_catalogue_has_no_problems_and_is_left_alone(house):
    complete(house)
    assert list(house.problems()) == []
    assert house.write() is False


def test_a_text_that_is_not_collected_yet_is_a_problem(house):
    complete(house)
    (house.base / "shop" / "more.py").write_text('_("Later")\n')
    assert any("not up to date" in problem for problem in house.problems())


def test_a_text_without_japanese_is_a_problem(house):
    house.write()
    assert any("not translated: 'Today'" in problem for problem in house.problems())


def test_an_unsure_translation_is_a_problem(house):
    complete(house)
    file = polib.pofile(str(house.path))
    file.find("Today").flags.append("fuzzy")
    house.path.write_text(str(file))
    assert any("unsure: 'Today'" in problem for problem in house.problems())


def test_a_placeholder_lost_in_translation_is_a_problem(house):
    house.write()
    translate(house, **{"Call": "折り返す", "Today": "今日", "%(n)s": "%(n)s件"})
    assert any("other placeholders" in problem for problem in house.problems())


def test_a_percent_sign_that_breaks_the_placeholders_is_a_problem(house):
    complete(house)
    translate(house, **{"Call": "%(name)sさんに95%の確率で", "Today": "50%の日", "%(n)s": "%(n)s件、95%%"})
    (problem,) = house.problems()
    assert "Call %(name)s back" in problem


def test_what_is_no_longer_said_is_dropped_and_the_rest_kept(house):
    complete(house)
    (house.base / "shop" / "views.py").write_text("")
    house.write()
    assert {entry.msgid: entry.msgstr for entry in polib.pofile(str(house.path))}["Today"] == "今日"
    assert "Call" not in house.path.read_text()


def test_writing_twice_gives_the_same_bytes_without_dates_or_line_numbers(house):
    house.write()
    first = house.path.read_bytes()
    house.write()
    assert house.path.read_bytes() == first
    assert b"views.py" not in first
    assert b"Date" not in first


def test_what_is_compiled_is_what_django_reads(house):
    complete(house)
    house.compile()
    compiled = polib.mofile(str(house.path.with_suffix(".mo")))
    assert {entry.msgid: entry.msgstr for entry in compiled}["Today"] == "今日"


def test_one_text_said_in_two_ways_is_a_clash(house, tmp_path):
    complete(house)
    (tmp_path / "yard").mkdir()
    (tmp_path / "yard" / "views.py").write_text('from x import gettext as _\n_("Today")\n')
    other = Catalogue(tmp_path, "yard")
    other.write()
    translate(other, Today="今日")
    assert list(clashes([house, other])) == []
    translate(other, Today="本日")
    [problem] = clashes([house, other])
    assert "'今日' in shop" in problem
