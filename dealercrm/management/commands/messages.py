from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dealercrm.catalogue import Catalogue, clashes


class Command(BaseCommand):
    help = "Collects texts to translate into locale/ and compiles them; --check only tells what is missing."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="change nothing, fail when a text is missing")
        parser.add_argument("--compile", action="store_true", help="only compile what is there")

    def handle(self, *, check, compile, **options):
        catalogues = [Catalogue(settings.BASE_DIR, path.name) for path in settings.LOCALE_PATHS]
        if check:
            problems = [problem for catalogue in catalogues for problem in catalogue.problems()]
            self._complain([*problems, *clashes(catalogues)])
        for catalogue in catalogues:
            if not check and not compile and catalogue.write():
                self.stdout.write(f"changed: {catalogue.path.relative_to(settings.BASE_DIR)}")
            catalogue.compile()

    def _complain(self, problems):
        if problems:
            raise CommandError("\n".join([*problems, f"{len(problems)} texts need attention."]))
