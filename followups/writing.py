"""Writing patterns: a new one, and new versions of one that is there (REQUIREMENTS B1, B7)."""

from django.db import transaction
from django.utils.text import slugify

from stores.locks import one_at_a_time

from .models import Pattern, PatternVersion

SLUG_LENGTH = 50


class Superseded(Exception):
    """Somebody saved a newer version than the one this was begun from; `version` is theirs."""

    def __init__(self, version):
        super().__init__(version)
        self.version = version


def write(*, name, description, store, by, now, **content) -> Pattern:
    """A new pattern with its first version. Its slug is made from the name, and is nobody else's.

    `content`: steps, note and what is counted from, as for Pattern.add_version.
    """
    with transaction.atomic():
        one_at_a_time("slug of a pattern")
        pattern = Pattern.objects.create(store=store, slug=_free_slug(name), name=name, description=description)
        pattern.add_version(**content, by=by, now=now)
    return pattern


def revise(pattern, *, steps, note, began_from, by, now, taken_from=None, **counting) -> PatternVersion | None:
    """Save what was edited as a new version; None when it says the same as the newest.

    `began_from`: the number of the version that was edited; `taken_from`: as in Pattern.add_version. Raises Superseded
    when there is a newer one, so that two people never undo each other unknowingly.
    """
    with transaction.atomic():
        newest = Pattern.objects.select_for_update(of=("self",)).get(pk=pattern.pk).current_version
        if newest.says_the_same(steps=steps, **counting):
            return None
        if newest.number != began_from:
            raise Superseded(newest)
        return pattern.add_version(steps=steps, by=by, now=now, note=note, taken_from=taken_from, **counting)


def take(pattern, version, *, note, began_from, by, now) -> PatternVersion | None:
    """Make the steps of `version` the pattern's own, in a new version: an earlier one again, or the group's.

    None when they are that already. Raises Superseded as `revise` does.
    """
    steps = list(version.steps.all())
    with transaction.atomic():
        made = revise(
            pattern,
            **version.counting,
            steps=steps,
            note=note,
            began_from=began_from,
            by=by,
            now=now,
            taken_from=version,
        )
        if version.pattern_id != pattern.pk:
            pattern.see(version)
    return made


def _free_slug(name: str) -> str:
    """Taken by no store either: a store's pattern of the same slug stands in for the group's."""
    stem = slugify(name)[:SLUG_LENGTH].strip("-") or "pattern"
    taken = set(Pattern.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug, number = stem, 1
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug
