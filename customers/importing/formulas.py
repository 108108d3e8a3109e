"""Cells that Excel would calculate: they leave with a sign in front, and come back without it."""

QUOTE = "'"
FORMULA_SIGNS = tuple("=+-@＝＋－＠\t\r")
"""What Excel takes for the beginning of a calculation, also in full width."""


def guarded(cell: str) -> str:
    """A cell that Excel won't calculate; `bare` gives it back as it was."""
    return QUOTE + cell if cell.startswith(FORMULA_SIGNS) or _looks_guarded(cell) else cell


def bare(cell: str) -> str:
    return cell[1:] if _looks_guarded(cell) else cell


def _looks_guarded(cell):
    return cell.startswith(QUOTE) and cell.lstrip(QUOTE).startswith(FORMULA_SIGNS)
