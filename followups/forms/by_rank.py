"""How a step differs by rank, as fields of its form (REQUIREMENTS C6)."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from customers.models import Rank
from stores.channels import Channel

LEFT_OUT = "left_out"
PARTS = ("way", "title", "cost")


def names_for(ranks: list[Rank]) -> list[str]:
    return [f"{part}_{rank.pk}" for rank in ranks for part in PARTS]


def add_fields(form: forms.Form, ranks: list[Rank]):
    """For each rank: a way of its own (or none at all), a title, what it costs; empty where it is as for everybody."""
    ways = [("", _("As for all")), *Channel.choices, (LEFT_OUT, pgettext("by rank", "Left out"))]
    for rank in ranks:
        words = {"rank": rank}
        form.fields[f"way_{rank.pk}"] = forms.ChoiceField(
            label=_("Way for rank %(rank)s") % words, choices=ways, required=False
        )
        form.fields[f"title_{rank.pk}"] = forms.CharField(
            label=_("Title for rank %(rank)s") % words, max_length=80, required=False
        )
        form.fields[f"cost_{rank.pk}"] = forms.IntegerField(
            label=_("Yen for rank %(rank)s") % words, min_value=0, max_value=9_999_999, required=False
        )


def rows_of(form: forms.Form, ranks: list[Rank]) -> list[dict]:
    return [{"rank": rank, **{part: form[f"{part}_{rank.pk}"] for part in PARTS}} for rank in ranks]


def typed(by_rank: dict, ranks: list[Rank]) -> dict:
    """What stands in the fields of a step that is there already."""
    found = {}
    for rank in ranks:
        own = by_rank.get(str(rank.pk), {})
        found[f"way_{rank.pk}"] = LEFT_OUT if own.get("left_out") else own.get("channel", "")
        found[f"title_{rank.pk}"] = own.get("title", "")
        found[f"cost_{rank.pk}"] = own.get("cost_yen", "")
    return found


def read(clean: dict, ranks: list[Rank]) -> dict:
    """As a step keeps it (Step.by_rank)."""
    by_rank = {}
    for rank in ranks:
        way, title, cost = (clean.get(f"{part}_{rank.pk}") for part in PARTS)
        if way == LEFT_OUT:
            by_rank[str(rank.pk)] = {"left_out": True}
            continue
        own = {"channel": way, "title": title, "cost_yen": cost}
        own = {name: value for name, value in own.items() if value not in {"", None}}
        if own:
            by_rank[str(rank.pk)] = own
    return by_rank
