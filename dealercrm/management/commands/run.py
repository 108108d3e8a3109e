from django.core.management.base import BaseCommand

from dealercrm.supervisor import Supervisor


class Command(BaseCommand):
    help = "Runs everything: database, web and worker together, until Ctrl-C."
    requires_system_checks = []

    def handle(self, **options):
        Supervisor(self._say).run()

    def _say(self, line):
        self.stdout.write(line)
        self.stdout.flush()
