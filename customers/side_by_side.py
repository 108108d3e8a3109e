"""Two customers beside each other: what each says, which of it is kept, and what is kept of both (REQUIREMENTS C7)."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from .models import Customer

TOGETHER = {
    "address": ("postcode", "address"),
    "convenience": ("convenient_weekdays", "convenient_from", "convenient_until", "free_days"),
}
"""Columns that mean something only together; everything else is chosen by itself."""
LABELS = {"address": _("address"), "convenience": _("When it suits them")}
UNITED = ("phones", "emails", "refused_channels", "note", "also_called")
"""What is kept of both."""
DERIVED = frozenset({
    "id", "store", "created_at", "updated_at", "edited_at", "edited_by", "closed_at", "merged_into",
    "last_contacted_at", "last_negotiated_at", "search",
})  # fmt: skip
"""What follows from the rest, and what belongs to the row and not to the person."""


@dataclass(frozen=True)
class Line:
    """One thing that both may say. `first`, `second`: how it reads on either side."""

    key: str
    label: str
    columns: tuple[str, ...]
    first: str
    second: str

    @property
    def is_asked(self) -> bool:
        """Both say something, and not the same."""
        return bool(self.first and self.second and self.first != self.second)


def groups() -> dict[str, tuple[str, ...]]:
    """Names of fields, by what is chosen together: every field of a customer that isn't derived or kept of both."""
    grouped = {name: key for key, names in TOGETHER.items() for name in names}
    found: dict[str, tuple] = {}
    for field in Customer._meta.concrete_fields:
        if field.name not in DERIVED and field.name not in UNITED:
            key = grouped.get(field.name, field.name)
            found[key] = (*found.get(key, ()), field.name)
    return found


def lines(first, second, me=None) -> list[Line]:
    """`me`: who reads them; of a customer whom they may not see no word stands there."""
    return [
        Line(key, _label(key, names), names, _words(first, key, names, me), _words(second, key, names, me))
        for key, names in groups().items()
    ]


def chosen_values(winner, loser, taken) -> dict:
    """By field: what the customer says who is left. `taken`: keys of which the loser's is kept.

    Where only one of them says something, that is kept.
    """
    values = {}
    for line in lines(winner, loser):
        of = loser if (line.key in taken or not line.first) and line.second else winner
        values |= {name: getattr(of, name) for name in line.columns}
    values["phones"] = _both(winner.phones, loser.phones)
    values["emails"] = _both(winner.emails, loser.emails)
    values["refused_channels"] = _both(winner.refused_channels, loser.refused_channels)
    values["note"] = "\n".join(_both(*([one.note] if one.note else [] for one in (winner, loser))))
    return values


def also_called(winner, loser, values) -> list[str]:
    """Under which other names and codes people may look for them."""
    names = [getattr(one, name) for one in (winner, loser) for name in ("name", "kana", "contact_name", "code")]
    said = {values[name] for name in ("name", "kana", "contact_name", "code")}
    return [name for name in _both(winner.also_called, loser.also_called, names) if name and name not in said]


def _both(*lists) -> list:
    return list(dict.fromkeys(one for some in lists for one in some))


def _label(key, names) -> str:
    return str(LABELS.get(key) or Customer._meta.get_field(names[0]).verbose_name)


def _words(customer, key, names, me) -> str:
    if key == "convenience":
        return customer.convenient_label
    return " ".join(filter(None, (_word(customer, name, me) for name in names)))


def _word(customer, name, me) -> str:
    field = Customer._meta.get_field(name)
    value = getattr(customer, name)
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, Customer) and me and not me.may_see(value.store_id):
        return str(_("A customer of another store"))
    if field.choices:
        return str(getattr(customer, f"get_{name}_display")())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if field.get_internal_type() == "DateField":
        return date_format(value, "Y/n/j")
    return str(value)
