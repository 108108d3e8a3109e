import sys

from django.core.management.base import BaseCommand, CommandError

from dealercrm.archive import BackupError
from dealercrm.restore import Restoring, look_into


class Command(BaseCommand):
    help = "Puts what a backup holds in place of everything there is. Web and worker have to be stopped."

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?")
        parser.add_argument("--yes", action="store_true", help="ask nothing")
        parser.add_argument("--forget", action="store_true", help="remove what was there before earlier restores")

    def handle(self, *, file, yes, forget, **options):
        if bool(file) == forget:
            raise CommandError("Name the file, or say --forget.")
        try:
            if forget:
                self._forget(Restoring())
            else:
                self._restore(file, Restoring(), yes=yes)
        except BackupError as error:
            raise CommandError(str(error)) from None

    def _restore(self, file, restoring, *, yes):
        about = look_into(file)
        restoring.refuse_company()
        self.stdout.write(f"{file}: {sum(about['rows'].values()):,} rows, written at {about['written_at']}.")
        if not yes:
            self._ask(restoring.name)
        restoring.restore(file)
        self.stdout.write(
            f"Restored. What was there before is kept as database {restoring.before}; --forget removes it for good."
        )

    def _ask(self, name):
        if not sys.stdin.isatty():
            raise CommandError("Nobody is there to be asked: --yes replaces the data without asking.")
        if input(f"Everything in {name} is replaced by this. Type {name} to go on: ").strip() != name:
            raise CommandError("Nothing was changed.")

    def _forget(self, restoring):
        there = restoring.forget()
        self.stdout.write("\n".join(f"{name} was removed." for name in there) or "There was nothing to remove.")
