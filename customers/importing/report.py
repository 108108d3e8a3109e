"""The plan in plain values: for JSON, for the page, and for the person at the terminal."""

from dataclasses import asdict

from django.utils.translation import gettext as _

from ..text import display_phone
from .checking import Plan

COUNTS = ("rows", "new", "updated", "unchanged", "duplicates", "refused")


def report(plan: Plan, *, saved: bool) -> dict:
    """rows = new + updated + unchanged + duplicates + refused; `row` counts as Excel counts."""
    return {
        "store": plan.store.slug,
        "saved": saved,
        **plan.counts(),
        "problems": [asdict(problem) for problem in plan.problems],
        "duplicate_rows": [_duplicate(one) for one in plan.duplicates],
        "refused_rows": [record.row for record in plan.records if record.refused],
        "columns": [heading for _index, heading, _field in plan.columns.fields],
        "ignored_columns": plan.columns.ignored,
    }


def _duplicate(duplicate):
    record = duplicate.record
    return {
        "row": record.row,
        "code": record.code,
        "name": record.name,
        "phones": [display_phone(number) for number in record.phones],
        "other": {
            "row": duplicate.row,
            "customer": duplicate.customer,
            "code": duplicate.code,
            "name": duplicate.name,
            "phones": [display_phone(number) for number in duplicate.phones],
        },
    }


def words(count_name: str) -> str:
    """What a count is called."""
    return {
        "rows": _("rows"),
        "new": _("new customers"),
        "updated": _("changed customers"),
        "unchanged": _("unchanged"),
        "duplicates": _("there already, not saved"),
        "refused": _("unusable, not saved"),
    }[count_name]


def lines(told: dict) -> list[str]:
    """The report as lines to read."""
    found = [_("Saved.") if told["saved"] else _("A trial: nothing has been saved.")]
    found += [f"{told[name]:>7,}  {words(name)}" for name in COUNTS]
    if told["ignored_columns"]:
        found.append(
            _("Columns that are not taken over: %(columns)s") % {"columns": "、".join(told["ignored_columns"])}
        )
    if told["problems"]:
        found.append(_("%(count)d remarks:") % {"count": len(told["problems"])})
    for problem in told["problems"]:
        where = " ".join(part for part in (_("row %(row)d") % problem, problem["column"]) if part)
        value = "「{}」".format(problem["value"].replace("\n", " ")) if problem["value"] else ""
        found.append(f"  {where}{value}: {problem['message']}")
    return found
