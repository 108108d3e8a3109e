"""What one lead's row offers, out of the choices read once for all rows."""

from django import template
from django.utils.html import format_html_join

from ..leads import OPTION

register = template.Library()


@register.simple_tag
def choices_of(row, choices, user):
    """Options of the row's store; chosen is who has the lead, else oneself where one works there."""
    given = choices.get(row["store_id"], {"people": {}, "pattern_options": ""})
    people = given["people"]
    chosen = row["staff_id"] if row["staff_id"] in people else user.pk if user.pk in people else None
    return {
        "chosen": chosen,
        "chosen_name": people.get(chosen, ""),
        "people": format_html_join("", OPTION, ((pk, name) for pk, name in people.items() if pk != chosen)),
        "patterns": given["pattern_options"],
    }
