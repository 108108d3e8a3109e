"""Kana for a name, from the same names elsewhere in the book: how this region's people are called, no dictionary."""

from collections import Counter

from .models import Customer

LOOKED_AT = 300
PROPOSED = 3


def proposed_kana(customers, name: str) -> list[str]:
    """The likeliest kana of a name, most often seen first; empty where the book knows none of its parts.

    `customers`: the book one may look into. Family and given name are looked up apart where they stand apart.
    """
    parts = name.split()
    if not parts or len(parts) > 2:
        return []
    found = [_kana_of(customers, part, place) for place, part in enumerate(parts)]
    if not found[0]:
        return []
    family = found[0][:PROPOSED]
    if len(parts) == 1 or not found[1]:
        return family
    return [f"{one} {found[1][0]}" for one in family]


def _kana_of(customers, part, place) -> list[str]:
    """Where name and kana have the same number of words, the word at that place."""
    seen = Counter()
    rows = customers.with_kana().named_in_part(part)[:LOOKED_AT].values_list("name", "kana")
    for name, kana in rows:
        names, kanas = name.split(), kana.split()
        if len(names) == len(kanas) and len(names) > place and names[place] == part:
            seen[kanas[place]] += 1
    return [kana for kana, _number in seen.most_common()]


def propose(me, name: str) -> list[str]:
    return proposed_kana(Customer.objects.visible_to(me), name)
