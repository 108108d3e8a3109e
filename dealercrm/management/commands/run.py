from django.conf import settings
from django.core.management.base import BaseCommand

from dealercrm.supervisor import Supervisor


class Command(BaseCommand):
    help = "Runs everything: database, web and worker together, until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--empty", action="store_true", help="leave an empty database empty: the first page sets the house up"
        )

    def handle(self, *, empty, **options):
        Supervisor(self._say, demonstrate=settings.DEMONSTRATION and not empty).run()

    def _say(self, line):
        self.stdout.write(line)
        self.stdout.flush()
