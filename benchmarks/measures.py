"""What was measured, as rows of one table: for people, and for programs as JSON."""

import json
import statistics
from dataclasses import asdict, dataclass

from .bars import Bar

COLUMNS = ("name", "size", "value", "unit", "against", "ratio", "bar", "ok")


@dataclass(frozen=True)
class Measure:
    """One figure. `ratio`: how many times `against`; `bar`: None where it is for information only."""

    name: str
    size: str
    value: float
    unit: str
    against: str = ""
    ratio: float | None = None
    bar: Bar | None = None

    @property
    def ok(self) -> bool:
        return self.bar is None or self.bar.holds(self.value, self.ratio)

    def as_dict(self) -> dict:
        return {
            "name": self.name,
            "size": self.size,
            "value": round(self.value, 3),
            "unit": self.unit,
            "against": self.against or None,
            "ratio": None if self.ratio is None else round(self.ratio, 2),
            "bar": str(self.bar) if self.bar else None,
            "ok": self.ok,
        }


def hand_over(measures, path):
    """Write them for the process that waits for them; `taken_over` reads them."""
    path.write_text(json.dumps([asdict(measure) for measure in measures]))


def taken_over(path) -> list[Measure]:
    rows = json.loads(path.read_text())
    return [Measure(**{**row, "bar": row["bar"] and Bar(**row["bar"])}) for row in rows]


def median(values) -> float:
    return statistics.median(values)


def p95(values) -> float:
    """What 95 of 100 stay below; the largest where there are only a few."""
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]


def as_table(measures) -> str:
    rows = [COLUMNS, *([_shown(value) for value in measure.as_dict().values()] for measure in measures)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _shown(value) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "ok" if value else "MISSED"
    return f"{value:,.10g}" if isinstance(value, float | int) else value


def report(measures, path, say) -> bool:
    """Show the table and write the JSON; False when a bar is missed."""
    path.write_text(json.dumps([measure.as_dict() for measure in measures], ensure_ascii=False, indent=1) + "\n")
    say(as_table(measures))
    missed = [measure.name for measure in measures if not measure.ok]
    say(f"Missed: {'; '.join(missed)}" if missed else "Every bar is held.")
    return not missed
