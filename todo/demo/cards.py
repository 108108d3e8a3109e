"""Business cards, so that their queue has something to type in: drawn as simply as can be, in Latin letters.

Fonts with Japanese signs are not on every machine, and many cards have such a side.
"""

import io
from datetime import time, timedelta

import jaconv
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from customers.cards import keep
from customers.models import BusinessCard, Customer
from customers.text import display_phone
from stores.models import Role, Staff, Store

SIZE, INK, LINE = (910, 550), "#1f2933", "#2f5d8a"
WAITING = [
    (
        ("SAGAMI SEKKEI CO., LTD.", "Design Department", "MORI KENICHI", "0463-00-0151", "mori@sekkei.example"),
        "モーターショーでご挨拶。社用車の入替えをご検討中",
        timedelta(minutes=25),
    ),
    (
        ("SHONAN FLOWERS", "Owner", "ISHII NATSUMI", "0463-00-0152", "ishii@flowers.example"),
        "配達用の軽バンをお探し",
        timedelta(hours=3),
    ),
]
"""(what stands on the card, the note with it, how long ago it was photographed)"""


def add(places, now):
    """Two of the first store wait, photographed by its salesperson; one more the assistant has typed in."""
    place = places[0]
    store, seller = Store.objects.get(pk=place.id), Staff.objects.get(pk=place.people[0].id)
    for lines, note, age in WAITING:
        keep(drawn(lines), store=store, owner=seller, note=note, by=seller, now=now - age)
    day = place.calendar.previous_open(timezone.localdate(now) - timedelta(days=1))
    taken_at = place.calendar.moment(day, time(11, 20))
    people = Customer.objects.filter(store=store, owner=seller, kind=Customer.Kind.PERSON, closed_at=None)
    known = people.filter(created_at__lt=taken_at).exclude(kana="").order_by("-created_at", "pk").first()
    if known:
        name = jaconv.kana2alphabet(jaconv.kata2hira(known.kana)).upper()
        reach = [display_phone(phone) for phone in known.phones[:1]] + known.emails[:1]
        card = keep(drawn(("", "", name, *reach)), store=store, owner=seller, note="", by=seller, now=taken_at)
        by = next((person.id for person in place.people if person.role == Role.ASSISTANT), seller.pk)
        typed = {"typed_by": by, "typed_at": taken_at + timedelta(minutes=50), "customer": known}
        BusinessCard.objects.filter(pk=card.pk).update(**typed)


def drawn(lines) -> bytes:
    """A card of these lines: company, position, name, and how to reach them."""
    company, position, name, *reach = lines
    picture = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 24, SIZE[1]), fill=LINE)
    for text, top, size in ((company, 70, 34), (position, 190, 24), (name, 230, 52)):
        draw.text((80, top), text, fill=INK, font=ImageFont.load_default(size))
    for number, text in enumerate(reach):
        draw.text((80, 380 + 45 * number), text, fill=INK, font=ImageFont.load_default(28))
    made = io.BytesIO()
    picture.save(made, "JPEG")
    return made.getvalue()
