"""What a list would do or has done, in plain values: for the page, for JSON, and for the person at the terminal."""

from collections import Counter

from django.utils.translation import gettext as _

from ..models import ImportFile
from ..text import display_phone, fold
from .parsing import columns_of

COUNTS = ("rows", "new", "updated", "unchanged", "duplicates", "refused")
OUTCOMES = {name: name.removesuffix("s") for name in COUNTS[1:]}


def report(file: ImportFile) -> dict:
    """The counts; rows = new + updated + unchanged + duplicates + refused. The rows themselves stand in their table."""
    columns = columns_of(file)
    outcomes = file.rows.outcomes()
    return {
        "saved": file.confirmed_at is not None,
        "rows": sum(outcomes.values()),
        **{name: outcomes.get(outcome, 0) for name, outcome in OUTCOMES.items()},
        "undecided": file.rows.undecided().count(),
        "problem_columns": file.rows.problem_columns(),
        "people": _nobody(file),
        "columns": [heading for _index, heading, _field in columns.fields],
        "ignored_columns": columns.ignored,
    }


def report_undone(file: ImportFile) -> dict:
    """Without what names people: of a list that was taken back nothing is kept."""
    counts = {name: file.report[name] for name in COUNTS if name in file.report}
    return {"saved": True, **counts, **file.rows.undone_counts()}


def full_report(file: ImportFile) -> dict:
    """The counts and every row there is something to say about; `row` counts as Excel counts."""
    told = file.report
    problems = [
        {"row": number, **{name: problem[name] for name in ("column", "value", "message")}}
        for number, found in file.rows.with_problems().order_by("number").values_list("number", "problems")
        for problem in found
    ]
    return {
        "store": file.store.slug,
        "saved": told["saved"],
        **{name: told[name] for name in COUNTS},
        "problems": problems,
        "duplicate_rows": _duplicates(file),
        "refused_rows": list(file.rows.refused().order_by("number").values_list("number", flat=True)),
        "columns": told["columns"],
        "ignored_columns": told["ignored_columns"],
    }


def _duplicates(file):
    rows = list(file.rows.doubles().filter(outcome="duplicate").order_by("number"))
    above = {row.number: row for row in file.rows.filter(number__in=[row.other_row for row in rows if row.other_row])}
    return [_duplicate(row, row.other_customer or above.get(row.other_row)) for row in rows]


def _duplicate(row, other):
    return {
        "row": row.number,
        "code": row.code,
        "name": row.name,
        "phones": [display_phone(number) for number in row.phones],
        "other": {
            "row": row.other_row,
            "customer": row.other_customer_id,
            "code": other.code if other else "",
            "name": other.name if other else "",
            "phones": [display_phone(number) for number in other.phones] if other else [],
        },
    }


def _nobody(file) -> list[tuple[str, int]]:
    """Who is in charge but nobody we know: each name once, in its first writing, the most frequent first."""
    counts, spelt = Counter(), {}
    for name in file.rows.named_nobody():
        counts[spelt.setdefault(fold(name), name)] += 1
    return counts.most_common()


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
    """The full report as lines to read."""
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
