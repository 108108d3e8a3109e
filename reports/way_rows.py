"""The deals and contacts behind the numbers of one person's way and the others' (REQUIREMENTS D5).

Each list is made by the statement that counts it (reports.way), so the two cannot differ.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import DurationField, ExpressionWrapper, F, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from customers.models import Deal, Stage, StageChange
from followups.input_rate import truth
from followups.models import Contact

from .day import ALWAYS
from .figures import CONTACT, LEAD, Figure, Part
from .people import rows_url
from .way import CONTACTED, DEALS, LEFT, STOOD, THERE, TOUCH, TOUCHED, Scope, ids, place_of


@dataclass(frozen=True)
class WayAsked:
    """`own`: of the person, else of everybody else; `channel`: empty for all, `number`: the how manieth by it."""

    stores: tuple[int, ...]
    kind: str
    now: datetime
    person: int
    own: bool
    stage: Stage
    channel: str = ""
    number: int = 1

    @property
    def scope(self) -> Scope:
        return Scope(self.stores, self.kind, self.now)

    def ids(self, statement, **more):
        return ids(
            statement, self.scope, self.person, own=self.own, only_own=self.own, place=place_of(self.stage), **more
        )


def _deals(asked: WayAsked, statement):
    rows = Deal.objects.filter(pk__in=asked.ids(statement))
    return rows.annotate(person=Coalesce(F("counted_staff_id"), F("staff_id")))


def reached(asked: WayAsked):
    """All deals of that side; `hit`: those that went into the stage or beyond."""
    return _deals(asked, DEALS).annotate(hit=truth(Q(pk__in=asked.ids(THERE))))


def stood(asked: WayAsked):
    return _deals(asked, STOOD).annotate(hit=truth(ALWAYS))


def left(asked: WayAsked):
    """Deals that stood there and went on, with `stayed`: how long that took. Nothing comes after the last stage."""
    if asked.stage == list(Stage)[-1]:
        return _deals(asked, LEFT).annotate(hit=truth(ALWAYS))
    began = F("received_at") if asked.stage == Stage.ENQUIRY else _into(asked, asked.stage)
    stayed = ExpressionWrapper(_into(asked, _next(asked.stage)) - began, DurationField())
    return _deals(asked, LEFT).annotate(hit=truth(ALWAYS), stayed=stayed)


def contacts(asked: WayAsked):
    """What happened while a deal stood there."""
    return _contacts(asked.ids(CONTACTED, channel=asked.channel))


def touch(asked: WayAsked):
    """The so manieth contact by a channel, of each order that had it."""
    values = {"order": Stage.ORDER.value, "zone": settings.TIME_ZONE, "channel": asked.channel, "number": asked.number}
    values["only_own"] = True
    return _contacts(ids(TOUCHED + TOUCH, asked.scope, asked.person, **values))


def _contacts(found):
    return Contact.objects.filter(pk__in=found).annotate(person=F("counted_staff_id"), hit=truth(ALWAYS))


def _next(stage):
    return list(Stage)[place_of(stage)]


def _into(asked, stage):
    """When the deal went into the stage or beyond."""
    further = list(Stage)[place_of(stage) - 1 :]
    moves = StageChange.objects.filter(deal=OuterRef("pk"), lost=False, at__lt=asked.now, after__in=further)
    return Subquery(moves.order_by().values("deal").annotate(first=Min("at")).values("first"))


def _of_deals(rows):
    return (Part("deals", _("Deals"), LEAD, rows, ("received_at", "pk")),)


def _of_contacts(rows):
    return (Part("contacts", _("Contacts"), CONTACT, rows, ("happened_at", "pk")),)


WAY = {
    figure.slug: figure
    for figure in (
        Figure(
            "way-reached",
            _("Reached it"),
            _("Deals received in the last 12 months; counted are those that went into the stage or beyond."),
            _of_deals(reached),
        ),
        Figure(
            "way-left",
            _("Days there"),
            _("Deals that stood in the stage and went on. Half of them stood there no longer than the table says."),
            _of_deals(left),
            is_rate=False,
        ),
        Figure(
            "way-stood",
            _("Stood there"),
            _("Deals that stood in the stage, whether they went on or not. One that was passed over did not."),
            _of_deals(stood),
            is_rate=False,
        ),
        Figure(
            "way-contacts",
            _("Contacts there"),
            _("Contacts of either direction while a deal stood in the stage."),
            _of_contacts(contacts),
            is_rate=False,
        ),
        Figure(
            "way-touch",
            _("Typical contacts until the order"),
            _("The contact by this channel that stands at this place, of each order that had one."),
            _of_contacts(touch),
            is_rate=False,
        ),
    )
}


def url_of(slug: str, query: dict, **more) -> str:
    """`query`: what the page was asked for, and whose side."""
    return rows_url(WAY[slug], query, **more)
