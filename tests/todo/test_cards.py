"""Business cards: photographed, typed in beside the picture, completed by their owner (REQUIREMENTS C8)."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from customers.cards import keep
from customers.models import BusinessCard, Customer
from customers.pictures import NoPicture, cleaned
from followups.forgetting import erase
from followups.models import Task
from stores.models import DayOff, Notification
from tests.cast import at, customer

NOW = at("2026-11-22 10:00")
CARDS = "/cards/"


def photo(kind="JPEG", *, size=(60, 40), **how) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "navy").save(made, kind, **how)
    return made.getvalue()


def from_phone() -> bytes:
    """Turned on its side, with the place where it was taken, and a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Phone of Sato"
    exif.get_ifd(0x8825)[1] = "N"
    return photo(exif=exif, comment=b"hidden")


def card(cast, **fields):
    fields = {"store": cast.hiratsuka, "owner": cast.sales, "note": "展示会", "by": cast.sales, **fields}
    return keep(photo(), now=NOW, **fields)


def typed(**fields):
    return {
        "customer_kind": "company", "name": "相模運送", "kana": "サガミウンソウ", "contact_name": "関 一郎",
        "phone": "0463-11-1222", "phone2": "090-1234-9999", "email": "seki@example.test", "address": "平塚市1-1",
        "occupation": "部長", "note": "展示会", "staff": "", **fields,
    }  # fmt: skip


@pytest.fixture
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


def test_a_photo_goes_into_the_queue(client, cast, now):
    client.force_login(cast.sales)
    sent = {"picture": SimpleUploadedFile("card.jpg", from_phone()), "owner": cast.sales.pk, "note": "展示会"}
    assert client.post(CARDS, sent).status_code == 302
    kept = BusinessCard.objects.get()
    assert (kept.store, kept.owner, kept.taken_by, kept.taken_at) == (cast.hiratsuka, cast.sales, cast.sales, NOW)
    assert "展示会" in client.get(CARDS).content.decode()


def test_the_camera_opens_on_a_phone(client, cast):
    client.force_login(cast.sales)
    assert 'accept="image/*" capture="environment"' in client.get(CARDS).content.decode()


def test_only_the_picture_itself_is_kept_upright():
    found = cleaned(from_phone())
    assert b"Phone of Sato" not in found
    assert b"hidden" not in found
    picture = Image.open(io.BytesIO(found))
    assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (40, 60), {})


def test_a_large_photo_is_made_smaller():
    assert max(Image.open(io.BytesIO(cleaned(photo(size=(5000, 3000))))).size) == 2000


def test_what_was_transparent_is_white():
    made = io.BytesIO()
    Image.new("RGBA", (5, 5), (0, 0, 0, 0)).save(made, "PNG")
    assert Image.open(io.BytesIO(cleaned(made.getvalue()))).getpixel((2, 2)) == (255, 255, 255)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7",
        photo()[:200],
        photo("GIF"),
        photo("TIFF"),
        b"\xff\xd8\xff" + b"x" * 100,
    ],
    ids=["empty", "svg", "pdf", "cut off", "gif", "tiff", "only its beginning"],
)
def test_what_is_no_photo_is_refused_beside_the_field(client, cast, data):
    with pytest.raises(NoPicture):
        cleaned(data)
    client.force_login(cast.sales)
    response = client.post(CARDS, {"picture": SimpleUploadedFile("card.jpg", data), "note": "残る"})
    assert response.status_code == 422
    assert response.context["form"].errors["picture"]
    assert "残る" in response.content.decode()
    assert not BusinessCard.objects.exists()


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
def test_who_sends_a_photo_in_the_iphones_own_format_is_told_what_to_do(client, cast, brand):
    client.force_login(cast.sales)
    sent = SimpleUploadedFile("IMG_0001.HEIC", b"\0\0\0\x18ftyp" + brand + b"\0" * 90)
    response = client.post(CARDS, {"picture": sent, "note": "残る"})
    assert response.status_code == 422
    (said,) = response.context["form"].errors["picture"]
    assert "HEIC" in said
    assert "互換性優先" in said
    assert not BusinessCard.objects.exists()


def test_a_photo_of_more_than_20_mb_is_refused_before_it_is_read(client, cast, monkeypatch):
    monkeypatch.setattr("customers.pictures.MOST_BYTES", 10)
    client.force_login(cast.sales)
    response = client.post(CARDS, {"picture": SimpleUploadedFile("card.jpg", photo())})
    assert response.status_code == 422
    assert "MB" in str(response.context["form"].errors["picture"])


@pytest.mark.parametrize("how", [{}, {"kind": "PNG"}, {"kind": "WEBP"}, {"progressive": True}])
def test_a_picture_that_says_it_is_endless_is_refused(monkeypatch, how):
    assert cleaned(photo(**how))
    monkeypatch.setattr("customers.pictures.MOST_PIXELS", dict.fromkeys(["JPEG", "PNG", "WEBP"], 100))
    monkeypatch.setattr("customers.pictures.MOST_PROGRESSIVE", 100)
    with pytest.raises(NoPicture):
        cleaned(photo(**how))


def test_the_picture_is_served_as_a_picture_and_nothing_else(client, cast):
    made = card(cast)
    client.force_login(cast.assistant)
    response = client.get(reverse("todo:card-picture", args=[made.pk]))
    assert response.content == bytes(made.picture.content)
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    client.force_login(cast.yokohama_manager)
    assert client.get(reverse("todo:card-picture", args=[made.pk])).status_code == 404


def test_anybody_of_the_store_types_a_card_in_and_its_owner_is_told_and_has_an_entry_due(client, cast, now):
    made = card(cast)
    client.force_login(cast.assistant)
    response = client.post(reverse("todo:card", args=[made.pk]), typed(staff=cast.sales.pk))
    assert response.url == reverse("todo:cards")
    found = Customer.objects.get()
    assert (found.kind, found.name, found.contact_name, found.owner) == ("company", "相模運送", "関 一郎", cast.sales)
    assert (found.phones, found.address) == (["0463111222", "09012349999"], "平塚市1-1")
    assert "09012349999" in found.search
    made.refresh_from_db()
    assert (made.typed_by, made.typed_at, made.customer) == (cast.assistant, NOW, found)
    task = Task.objects.get()
    assert (task.assignee, task.customer, task.due_on, task.follow_up) == (cast.sales, found, NOW.date(), None)
    told = Notification.objects.get()
    assert (told.staff, told.made_by, told.path) == (
        cast.sales,
        cast.assistant,
        reverse("todo:customer", args=[found.pk]),
    )
    assert "相模運送" in told.text


def test_what_was_told_of_a_card_is_forgotten_with_the_person(client, cast, now):
    client.force_login(cast.assistant)
    for name in ("相模運送", "湘南商事"):
        client.post(
            reverse("todo:card", args=[card(cast).pk]), {**typed(staff=cast.sales.pk, name=name), "another": "yes"}
        )
    assert Notification.objects.count() == 2
    erase(Customer.objects.get(name="相模運送"), by=cast.manager, now=NOW)
    assert "湘南商事" in Notification.objects.get().text


def test_who_types_in_their_own_card_is_not_told_of_it(client, cast, now):
    made = card(cast)
    client.force_login(cast.sales)
    client.post(reverse("todo:card", args=[made.pk]), typed(staff=cast.sales.pk))
    assert not Notification.objects.exists()
    assert Task.objects.get().assignee == cast.sales


def test_after_a_card_comes_the_next_that_nobody_is_typing_in(client, cast, now):
    first, second, third = (card(cast) for _ in range(3))
    assert second.begin_typing(cast.sales2, NOW)
    client.force_login(cast.assistant)
    response = client.post(reverse("todo:card", args=[first.pk]), typed())
    assert response.url == reverse("todo:card", args=[third.pk])


def test_somebody_we_know_is_asked_about_and_taken_when_said_so(client, cast, now):
    known = customer(cast.hiratsuka, phones=["0463111222"], owner=cast.sales2, address="秦野市1")
    made = card(cast)
    client.force_login(cast.assistant)
    address = reverse("todo:card", args=[made.pk])
    asked = client.post(address, typed())
    assert (asked.status_code, list(asked.context["doubles"])) == (409, [known])
    assert not Task.objects.exists()
    assert client.post(address, typed(same_as=known.pk, staff=cast.sales.pk)).status_code == 302
    found = Customer.objects.get()
    assert (found.name, found.address, found.phones) == ("中村 美咲", "秦野市1", ["0463111222", "09012349999"])
    assert found.emails == ["seki@example.test"]
    assert Task.objects.get().assignee == cast.sales


def test_somebody_of_another_store_is_neither_shown_nor_taken(client, cast, now):
    theirs = customer(cast.yokohama, phones=["0463111222"])
    made = card(cast)
    client.force_login(cast.assistant)
    address = reverse("todo:card", args=[made.pk])
    assert client.post(address, typed(same_as=theirs.pk)).status_code == 404
    assert client.post(address, typed(staff=cast.yokohama_sales.pk)).status_code == 422
    assert client.post(address, typed()).status_code == 302
    assert Customer.objects.filter(store=cast.hiratsuka).count() == 1


def test_a_card_becomes_one_customer_however_often_it_is_sent(client, cast, now):
    made = card(cast)
    client.force_login(cast.assistant)
    address = reverse("todo:card", args=[made.pk])
    assert client.post(address, typed()).status_code == 302
    assert client.post(address, typed(name="別人", phone="", phone2="", email="x@example.test")).status_code == 409
    assert Customer.objects.count() == Task.objects.count() == 1


def test_a_company_needs_somebody_to_speak_to_and_anybody_a_way_to_be_reached(client, cast):
    made = card(cast)
    client.force_login(cast.assistant)
    nothing = {"contact_name": "", "phone": "", "phone2": "", "email": "", "address": ""}
    response = client.post(reverse("todo:card", args=[made.pk]), typed(**nothing))
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"contact_name", "phone"}
    assert "相模運送" in response.content.decode()


def test_a_card_laid_aside_comes_back(client, cast, now):
    made = card(cast)
    client.force_login(cast.assistant)
    client.post(reverse("todo:card-drop", args=[made.pk]))
    assert not BusinessCard.objects.waiting().exists()
    client.post(reverse("todo:card-comeback", args=[made.pk]))
    assert BusinessCard.objects.waiting().get().dropped_by is None


def test_while_one_types_a_card_in_others_are_told(client, cast, now):
    made = card(cast)
    client.force_login(cast.assistant)
    assert client.post(reverse("todo:card-typing", args=[made.pk])).status_code == 204
    client.force_login(cast.sales2)
    assert client.get(reverse("todo:card", args=[made.pk])).context["is_taken"]
    assert not made.begin_typing(cast.sales2, NOW)
    assert made.begin_typing(cast.sales2, at("2026-11-22 10:15"))


@pytest.mark.parametrize(
    ("who", "away", "says"),
    [
        *[("assistant", False, True), ("sales", False, False), ("sales", True, True), ("yokohama_sales", True, False)],
        ("admin", True, False),
    ],
)
def test_the_board_says_that_cards_wait_to_the_assistant_and_to_all_while_they_are_off(
    client, cast, now, who, away, says
):
    card(cast)
    BusinessCard.objects.update(taken_at=at("2026-11-21 17:00"))
    if away:
        DayOff.objects.create(staff=cast.assistant, on=NOW.date())
    client.force_login(getattr(cast, who))
    text = client.get("/todo/").content.decode()
    assert ("入力待ちの名刺が1枚あります" in text and "うち1枚は昨日まで" in text) is says


def test_the_queue_costs_the_same_for_ten_cards_as_for_one(client, cast):
    card(cast)
    client.force_login(cast.sales)
    client.get(CARDS)
    with CaptureQueriesContext(connection) as few:
        client.get(CARDS)
    for _ in range(9):
        card(cast)
    with CaptureQueriesContext(connection) as many:
        client.get(CARDS)
    assert len(few) == len(many)
    assert not any("content" in query["sql"] for query in many)
