"""Icons and the list of places for templates: `{% icon "phone" %}`, `{% icon_sprite %}`, `{% places as items %}`."""

import re
from functools import lru_cache

from django import template
from django.template.base import FilterExpression, Node, TextNode
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from lucide.templatetags.lucide import lucide

from stores.channels import ICONS as ICON_OF_CHANNEL
from stores.days import day_label, stamp
from stores.pages import up_to

register = template.Library()

# Every icon that a page may use. One drawing in the sprite serves all rows.
ICONS = (
    "arrow-down",
    "arrow-up",
    "award",
    "bell",
    "briefcase",
    "building-2",
    "calendar",
    "calendar-days",
    "calendar-plus",
    "car",
    "chart-column",
    "check",
    "chevron-left",
    "chevron-right",
    "circle-alert",
    "circle-check",
    "clipboard-list",
    "clock",
    "coffee",
    "copy",
    "download",
    "file-text",
    "handshake",
    "history",
    "inbox",
    "info",
    "key-round",
    "keyboard",
    "languages",
    "list-todo",
    "loader-circle",
    "lock",
    "log-out",
    "mail",
    "map-pin",
    "menu",
    "message-circle",
    "message-square",
    "pause",
    "pencil",
    "phone",
    "phone-incoming",
    "phone-missed",
    "play",
    "plus",
    "reply",
    "route",
    "search",
    "sparkles",
    "star",
    "store",
    "target",
    "trash-2",
    "triangle-alert",
    "undo-2",
    "upload",
    "user-round",
    "users",
    "x",
)
KNOWN = frozenset(ICONS)

# Where the rail leads: URL name, words, icon.
PLACES = (
    ("todo:board", _("ToDo"), "list-todo"),
    ("todo:desk", _("Manager's desk"), "clipboard-list"),
    ("customers:list", _("Customers"), "users"),
    ("todo:deals", _("Deals"), "handshake"),
    ("deals:targets", _("Targets"), "target"),
    ("reports:figures", _("Figures"), "chart-column"),
    ("patterns:list", _("Follow-up patterns"), "route"),
    ("stores:list", _("Stores and staff"), "store"),
)
FOR_MANAGERS = {"todo:desk"}

KEYS = {
    "todo:board": "t",
    "todo:desk": "m",
    "customers:list": "c",
    "todo:deals": "d",
    "deals:targets": "a",
    "reports:figures": "z",
    "patterns:list": "p",
    "stores:list": "s",
}
"""Pressed after g (static/js/keys.js). Taken by the board's views: n o l r u f."""


def _use(name: str) -> str:
    return f'<svg class="icon" aria-hidden="true"><use href="#i-{name}"></use></svg>'


class IconNode(Node):
    """An icon whose name is only known when the page is rendered; one that the sprite lacks becomes "info"."""

    def __init__(self, name: FilterExpression):
        self.name = name

    def render(self, context):
        name = str(self.name.resolve(context))
        return _use(name if name in KNOWN else "info")


@register.tag
def icon(parser, token):
    """`{% icon "phone" %}` costs nothing at render time; a misspelt name fails when the template is compiled."""
    try:
        _tag, name = token.split_contents()
    except ValueError as error:
        raise template.TemplateSyntaxError("icon takes one name") from error
    if name[0] in "'\"":
        name = name.strip("'\"")
        if name not in KNOWN:
            raise template.TemplateSyntaxError(f"{name!r} is not in ICONS (stores/templatetags/ui.py)")
        return TextNode(_use(name))
    return IconNode(parser.compile_filter(name))


@register.simple_tag
@lru_cache(maxsize=1)
def icon_sprite():
    """All drawings of the icon package that we use, once per page, made once per process."""
    symbols = []
    for name in ICONS:
        drawing = re.sub(r"\s+", " ", lucide(name))
        inside = drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")].strip()
        symbols.append(f'<symbol id="i-{name}" viewBox="0 0 24 24">{inside}</symbol>')
    return mark_safe(f'<svg class="icon-sprite" aria-hidden="true">{"".join(symbols)}</svg>')  # noqa: S308


@register.filter
def channel_icon(channel):
    """The icon of a channel: `{% icon step.channel|channel_icon %}`."""
    return ICON_OF_CHANNEL.get(channel, "info")


# A number with its unit, a range of hours, a day with its weekday: never broken at the end of a line.
TOGETHER = re.compile(
    r"(?<![\w&#])\d[\d:/.,–〜~-]*(?:時台|時|分|日後|日目|日|件|回|人|台|年|月|歳|円|万円|km)?"
    r"(?:\([月火水木金土日](?:・祝)?\))?"
)


register.filter(day_label)
register.filter(stamp)
register.filter(up_to)


@register.filter
def unbroken(text):
    """Text whose "17–19時" or "11/19(木)" stays on one line: `{{ task.reason|unbroken }}`."""
    return mark_safe(TOGETHER.sub(r'<span class="keep">\g<0></span>', conditional_escape(text)))  # noqa: S308


@register.simple_tag(takes_context=True)
def places(context):
    """The rail's entries for the person of this request: `url`, `label`, `icon`, `current`, `key`."""
    request, found = context.get("request"), []
    for name, label, drawing in PLACES:
        if name in FOR_MANAGERS and not context["user"].is_manager:
            continue
        url = reverse(name)
        current = bool(request) and request.path.startswith(url)
        key = KEYS.get(name, "")
        found.append({"url": url, "label": label, "icon": drawing, "current": current, "name": name, "key": key})
    return found
