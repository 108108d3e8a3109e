from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dealercrm import backup
from dealercrm.archive import BackupError


class Command(BaseCommand):
    help = "Writes everything into one new file, and reads it back; people may go on working."

    def add_arguments(self, parser):
        parser.add_argument("file")

    def handle(self, *, file, **options):
        try:
            about = backup.write(file, timezone.now())
        except BackupError as error:
            raise CommandError(str(error)) from None
        counted = about["rows"].values()
        self.stdout.write(f"{file}: {sum(counted):,} rows of {len(counted)} tables, read back and whole.")
