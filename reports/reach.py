"""The customers one has, and which of them hear from us: rows with `place`, `person` (in charge) and `hit`.

They are looked at as they stand at the end of the days asked for; who was in charge then is not kept, so it is who is
now.
"""

from datetime import timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import Case, CharField, DateTimeField, Exists, F, OuterRef, Q, TextChoices, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Deal, Vehicle
from customers.models.deal import Source
from customers.models.stage import DealKind
from followups.input_rate import truth
from followups.models import Contact, Direction
from followups.models.contact import HEARD
from stores.wide import is_wide

from .asked import Asked
from .work import of_person

REACH_MONTHS, YEAR = 3, 12


class Met(TextChoices):
    US = "us", _("Contacted by us")
    THEY = "they", _("Only by them")
    NOBODY = "nobody", _("Nobody got in touch")


def net(asked: Asked, *, of=""):
    """Q of customers who were neither closed nor merged then."""
    still = Q(**{f"{of}closed_at__isnull": True}) | Q(**{f"{of}closed_at__gte": asked.until})
    if asked.customers is not None:
        still &= Q(**{f"{of}pk__in": asked.customers})
    return still & Q(**{f"{of}created_at__lt": asked.until, f"{of}store__in": asked.stores})


def customers(asked: Asked):
    """Net customers."""
    rows = Customer.objects.filter(net(asked)).annotate(place=F("store_id"), person=F("owner_id"))
    return of_person(rows.annotate(hit=truth(Q(pk__isnull=False))), asked)


def vehicles(asked: Asked):
    """Under management: not disposed of, of net customers."""
    kept = Q(disposed_on__isnull=True) | Q(disposed_on__gt=asked.as_of)
    rows = Vehicle.objects.filter(net(asked, of="customer__"), kept, created_at__lt=asked.until)
    rows = rows.annotate(place=F("customer__store_id"), person=F("customer__owner_id"), hit=truth(Q(pk__isnull=False)))
    return of_person(rows, asked)


def contacts_of_customer(asked: Asked, months: int):
    """That stand, up to the end, since so many months before it."""
    standing = Contact.objects.standing().filter(customer=OuterRef("pk"))
    return standing.filter(happened_at__gte=asked.back(months=months), happened_at__lt=asked.until)


def _marked(asked: Asked, condition: Q):
    return customers(asked).annotate(hit=truth(condition))


def reached(asked: Asked):
    return _marked(asked, Q(Exists(contacts_of_customer(asked, REACH_MONTHS).filter(outcome__in=HEARD))))


def is_silent(asked: Asked) -> Q:
    """Of customers those whom nobody has reached in so many months."""
    return ~Q(Exists(contacts_of_customer(asked, asked.silent_months).filter(outcome__in=HEARD)))


def silent(asked: Asked):
    """With `heard_at`, by which they are listed: of many stores by nothing, because that order has no index."""
    heard_at = Cast(None, DateTimeField()) if is_wide(asked.stores) else F("last_contacted_at")
    return _marked(asked, is_silent(asked)).annotate(heard_at=heard_at)


def _of_year(asked: Asked):
    """Of a customer the contacts within the year, and those that we began; an answer to what they wrote they began."""
    year = contacts_of_customer(asked, YEAR)
    answers = Contact.objects.filter(answered_with=OuterRef("pk"))
    return year, year.filter(direction=Direction.OUT).exclude(Q(task__isnull=True) & Q(Exists(answers)))


def only_inbound(asked: Asked):
    """In touch within the year, each time because they began."""
    year, ours = _of_year(asked)
    return _marked(asked, Q(Exists(year)) & ~Q(Exists(ours)))


def met(asked: Asked):
    """With `met`: who began within the year, we or only they, if anybody."""
    year, ours = _of_year(asked)
    who = Case(
        When(Exists(ours), then=Value(Met.US)),
        When(Exists(year), then=Value(Met.THEY)),
        default=Value(Met.NOBODY),
        output_field=CharField(),
    )
    return _marked(asked, Q(Exists(ours))).annotate(met=who)


def orders(asked: Asked):
    """Of the year that ends with the days asked for."""
    first = asked.as_of - relativedelta(months=YEAR) + timedelta(days=1)
    return Deal.objects.ordered_between(first, asked.as_of)


def replaced(asked: Asked):
    """Customers who ordered a car within the year and had one from us before."""
    sales = orders(asked).filter(kind=DealKind.SALE, customer=OuterRef("pk"))
    earlier = Deal.objects.ordered().filter(
        kind=DealKind.SALE, customer=OuterRef("customer"), ordered_on__lt=OuterRef("ordered_on")
    )
    return _marked(asked, Q(Exists(sales.filter(Q(source=Source.REPEAT) | Q(Exists(earlier))))))


def referred(asked: Asked):
    """Customers who sent somebody who ordered within the year."""
    return _marked(asked, Q(Exists(orders(asked).filter(customer__referrer=OuterRef("pk")))))


def cars_sold(asked: Asked):
    rows = orders(asked).filter(kind=DealKind.SALE, counted_store__in=asked.stores)
    rows = rows.annotate(place=F("counted_store_id"), person=F("counted_staff_id"), hit=truth(Q(pk__isnull=False)))
    return of_person(rows, asked)


def contacts_of_year(asked: Asked):
    """With net customers."""
    rows = Contact.objects.standing().in_stores(asked.stores).filter(net(asked, of="customer__"))
    rows = rows.filter(happened_at__gte=asked.back(months=YEAR), happened_at__lt=asked.until)
    rows = rows.annotate(place=F("store_id"), person=F("customer__owner_id"), hit=truth(Q(pk__isnull=False)))
    return of_person(rows, asked)
