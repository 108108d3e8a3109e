import sys

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Measures pages and engine against the bars of benchmarks/bars.py; fails when one is missed."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--customers", type=int, default=20_000)
        parser.add_argument("--rounds", type=int, default=300, help="how often each page is asked for")
        parser.add_argument("--follow-ups", type=int, default=10_000, help="how many are expanded at a time")
        parser.add_argument("--inside", action="store_true", help="measure on the database that was named")

    def handle(self, *, customers, rounds, follow_ups, inside, **options):
        from benchmarks import run

        if inside:
            held = run.measure(customers=customers, rounds=rounds, follow_ups=follow_ups, say=self._say)
        else:
            held = run.run(customers=customers, rounds=rounds, follow_ups=follow_ups, say=self._say)
        sys.exit(0 if held else 1)

    def _say(self, line):
        self.stdout.write(line)
        self.stdout.flush()
