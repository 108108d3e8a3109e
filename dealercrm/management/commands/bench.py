import sys

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = (
        "Measures pages, engine and import against the bars of benchmarks/bars.py, in a house of 200 thousand tasks "
        "and in one of 2 million; fails when one is missed. About a quarter of an hour, and four minutes more when "
        "the data of the week are made. --size=200000 alone takes six minutes."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        from benchmarks.run import CUSTOMERS, PARTS

        parser.add_argument("--size", choices=[*CUSTOMERS, "both"], default="both", help="how many tasks there are")
        parser.add_argument("--customers", type=int, nargs="+", help="houses of so many customers instead")
        parser.add_argument("--rounds", type=int, default=150, help="how often each page is asked for")
        parser.add_argument("--seconds", type=float, default=20, help="how long eight clients ask at once")
        parser.add_argument("--follow-ups", type=int, default=10_000, help="how many are expanded at a time")
        parser.add_argument("--rows", type=int, default=50_000, help="how many rows are imported")
        parser.add_argument("--inside", choices=PARTS, help="only that part, on the database that was named")
        parser.add_argument("--house", default="", help="how large the house of that part is")

    def handle(self, *, size, customers, rounds, seconds, follow_ups, rows, inside, house, **options):
        from benchmarks import run

        if inside:
            run.inside(inside, follow_ups=follow_ups, rows=rows, house=house, say=self._say)
            return
        sizes = customers or [number for tasks, number in run.CUSTOMERS.items() if size in {tasks, "both"}]
        amounts = {"rounds": rounds, "seconds": seconds, "follow_ups": follow_ups, "rows": rows}
        sys.exit(0 if run.run(sorted(sizes), **amounts, say=self._say) else 1)

    def _say(self, line):
        self.stdout.write(line)
        self.stdout.flush()
