"""The tables of one person's way as files. No database, no clock."""

from django.utils.translation import gettext as _

from stores.channels import Channel

from .way import Touch


def stages_sheet(rows: list[dict], names: dict[str, str]):
    """Rows of cells, the headings first; `rows` of the page, `names` of its two sides."""
    used = [
        channel
        for channel in Channel
        if any(row[side]["stood"].by_channel.get(channel) for row in rows for side in names)
    ]
    yield [_("Stage"), *(f"{name}: {text}" for name in names.values() for text in _headings(used))]
    for row in rows:
        yield [str(row["label"]), *(text for side in names for text in _texts(row[side]["stood"], used))]


def _headings(used) -> list[str]:
    return [
        f"{_('Reached it')} (%)", _("Reached it"), _("Deals"), _("Days there"), _("went on"), _("Stood there"),
        _("Contacts there"), _("per deal"), *(str(channel.label) for channel in used),
    ]  # fmt: skip


def _texts(stood, used) -> list[str]:
    days = None if stood.days is None else round(stood.days, 1)
    found = [
        stood.share, stood.reached, stood.deals, days, stood.left, stood.stood, stood.contacts, stood.per_deal,
        *(stood.by_channel.get(channel, 0) for channel in used),
    ]  # fmt: skip
    return ["" if one is None else str(one) for one in found]


def touches_sheet(found: list[Touch]):
    yield [_("Day after the reception"), _("Channel"), _("No."), _("Orders with it"), _("Orders")]
    for one in found:
        yield [str(one.day), str(Channel(one.channel).label), str(one.number), str(one.deals), str(one.orders)]
