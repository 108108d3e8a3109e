"""A person's way as the fields of the pattern editor: nothing is saved before whoever looks at it does."""

from datetime import date

from django.utils.translation import gettext as _

from followups.models import Base, DayRule, Window
from stores.channels import Channel
from stores.models import Store

from .way import Touch

LONGEST_NAME = 60


def fields_of(found: list[Touch], person, store: Store | None, today: date) -> list[tuple[str, object]]:
    """As the editor would post them; `store`: whose pattern it would be, None: the group's."""
    name = (_("The way of %(name)s") % {"name": person})[:LONGEST_NAME]
    head = {
        "name": name,
        "description": _("Made of %(n)d orders; each step is what at least half of them had.") % {"n": found[0].orders},
        "store": store.pk if store else "",
        "base": Base.RECEIVED.value,
        "began_from": 0,
        "preview-on": today.isoformat(),
        "steps-TOTAL_FORMS": len(found),
        "steps-INITIAL_FORMS": 0,
        "order": "as-typed",
    }
    if store:
        head["preview-store"] = store.pk
    steps = {}
    for number, touch in enumerate(found):
        step = {
            "offset_days": touch.day,
            "channel": touch.channel,
            "title": _("%(channel)s no. %(n)d") % {"channel": Channel(touch.channel).label, "n": touch.number},
            "window": Window.ANY.value,
            "day_rule": DayRule.NEXT.value,
        }
        steps |= {f"steps-{number}-{name}": value for name, value in step.items()}
    return [*head.items(), *steps.items()]
