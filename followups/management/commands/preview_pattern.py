import json
from datetime import date, datetime

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from followups.foresight import foresee
from followups.models import Pattern
from stores.calendar import NoOpenDay
from stores.models import Store


def parse_base(text: str) -> date | datetime:
    """'2026-11-21' as a day, '2026-11-21T21:43' as a moment; without an offset it is the stores' own time."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text!r} is no date: give 2026-11-21 or 2026-11-21T21:43+09:00.") from None
    return timezone.make_aware(at) if timezone.is_naive(at) else at


class Command(BaseCommand):
    help = "Shows when the steps of a pattern would fall, and why, without starting it."
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("slug", help="the pattern's short name; the store's own copy goes before the group's")
        parser.add_argument("--base", required=True, help="a day, or a moment such as 2026-11-21T21:43+09:00")
        parser.add_argument("--store", required=True, help="the store's short name")
        parser.add_argument("--json", action="store_true", help="a JSON list instead of a table")

    def handle(self, *, slug, base, store, json: bool, **options):
        base = parse_base(base)
        store = self._store(store)
        version = self._pattern(slug, store).current_version
        with translation.override(settings.LANGUAGE_CODE):
            try:
                rows = foresee(version.step_list, base, store.calendar(), fixed_base=version.is_fixed)
            except NoOpenDay:
                raise CommandError(f"{store} has no open day from {base} on: see its opening calendar.") from None
            except OverflowError:
                raise CommandError(f"{base} is out of the calendar's reach.") from None
            self.stdout.write(as_json(rows) if json else as_table(rows))

    def _store(self, slug) -> Store:
        store = Store.objects.with_calendar().filter(slug=slug).first()
        if store is None:
            raise CommandError(f"No store {slug!r}. There are: {_listed(Store.objects.all())}.")
        return store

    def _pattern(self, slug, store) -> Pattern:
        usable = Pattern.objects.usable_in(store)
        pattern = usable.filter(slug=slug).first()
        if pattern is None:
            raise CommandError(f"No pattern {slug!r} in {store.slug}. There are: {_listed(usable)}.")
        return pattern


def as_json(rows) -> str:
    return json.dumps([row.as_json() for row in rows], ensure_ascii=False, indent=2)


def as_table(rows) -> str:
    lines = []
    for row in rows:
        lines.append(f"{row.number:>2}  {row.when}  {row.step.get_channel_display()}  {row.step.title}")
        lines.append(f"    {row.reason}")
    return "\n".join(lines)


def _listed(rows) -> str:
    return ", ".join(sorted(row.slug for row in rows)) or "none"
