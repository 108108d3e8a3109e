import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.importing.at_once import check, save
from customers.importing.reading import Unusable
from customers.importing.report import lines
from stores.models import Store


class Command(BaseCommand):
    help = "Takes over a store's customers from an office's list (CSV in CP932 or UTF-8, or Excel)."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--store", required=True, metavar="SLUG", help="the store that gets the customers")
        parser.add_argument("--dry-run", action="store_true", help="only show what would be done")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON and nothing else")

    def handle(self, *, file, store, dry_run, as_json, **options):
        place, data, now = self._store(store), self._read(file), timezone.now()
        try:
            told = check(data, place, now, name=file.name) if dry_run else save(data, place, now, name=file.name)
        except Unusable as unusable:
            raise CommandError(str(unusable)) from None
        text = json.dumps(told, ensure_ascii=False, indent=1) if as_json else "\n".join(lines(told))
        self.stdout.write(text)

    def _read(self, file):
        try:
            return file.read_bytes()
        except OSError as error:
            raise CommandError(_("The file cannot be read: %(error)s") % {"error": error.strerror}) from None

    def _store(self, slug):
        try:
            return Store.objects.get(slug=slug)
        except Store.DoesNotExist:
            known = ", ".join(Store.objects.values_list("slug", flat=True))
            raise CommandError(
                _("There is no store %(slug)s. There are: %(known)s") % {"slug": slug, "known": known}
            ) from None
