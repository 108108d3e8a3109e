from collections import Counter

from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils import timezone

from customers.models import Customer, Rank
from customers.ranking import propose
from followups import shipped, shipped_care
from followups.models import Contact
from stores.models import Staff
from todo.demo.amounts import Amounts
from todo.demo.dealership import SLICE, Dealership
from todo.demo.stores import PASSWORD
from todo.demo.words import MORNING_NOTE

OURS = ("stores", "customers", "followups", "todo")


class Command(BaseCommand):
    help = "Fills an empty database with a made-up dealership, all of it or nothing. Only in the demonstration."

    def add_arguments(self, parser):
        parser.add_argument("--customers", type=int, default=2000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--fresh", action="store_true", help="empty our tables first")

    def handle(self, *, customers, seed, fresh, **options):
        if not settings.DEMONSTRATION:
            raise CommandError("This is not the demonstration: nothing was changed.")
        if customers < 1:
            raise CommandError("At least one customer, please.")
        now = timezone.now()
        with transaction.atomic():
            if fresh:
                empty()
            elif Staff.objects.exists() or Customer.objects.exists():
                raise CommandError("There are people in this database already. --fresh empties it first.")
            dealership = Dealership(Amounts.of(customers), seed, now, self._progress)
            dealership.make()
            propose(now, visits_since=Contact.objects.visits_since)
            call_command("summaries")
            call_command("mornings", note=MORNING_NOTE)
        self._report(dealership)

    def _progress(self, number, total):
        """One line that is written over at a terminal; elsewhere a line for every tenth."""
        done = "; indexes …" if number == total else ""
        line = f"{number:,} of {total:,} customers{done}"
        if self.stderr.isatty():
            self.stderr.write(f"\r{line}", ending="\n" if done else "")
            self.stderr.flush()
        elif done or number * 10 // total > (number - SLICE) * 10 // total:
            self.stderr.write(line)

    def _report(self, dealership):
        made = Counter({str(table.model._meta.verbose_name_plural): table.made for table in dealership.tables.all()})
        people = [person for place in dealership.places for person in place.people]
        amounts = ", ".join(f"{number:,} {name}" for name, number in made.items())
        self.stdout.write(f"{len(dealership.places)} stores, {len(people) + 1} people, {amounts}.")
        named = [person.username for place in dealership.places[:3] for person in place.people]
        self.stdout.write(f"Accounts (password {PASSWORD}): {', '.join(named)}, admin")


def empty():
    """Empty all tables of ours, and put back what every dealership starts with."""
    connection.check_constraints()
    models = [model for label in OURS for model in apps.get_app_config(label).get_models() if model is not Rank]
    names = ", ".join(f'"{model._meta.db_table}"' for model in models)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    call_command("summaries", empty=True)
    shipped.ensure(lambda name: apps.get_model("followups", name))
    shipped.ship(shipped_care.PATTERNS, lambda name: apps.get_model("followups", name))
