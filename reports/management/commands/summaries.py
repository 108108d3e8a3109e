from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from reports.models import DaySum, Story, SummedUp, TouchedCustomer, TouchedDay
from reports.stories import tell_marked, tell_next
from reports.summed import begin, make_marked, make_next

OURS = (SummedUp, DaySum, TouchedDay, Story, TouchedCustomer)


class Command(BaseCommand):
    help = "Sums figures up to last night, as the worker does bit by bit. --empty forgets what was summed up."

    def add_arguments(self, parser):
        parser.add_argument("--empty", action="store_true", help="only forget it: the worker sums it up again")

    def handle(self, *, empty, **options):
        if empty:
            with connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {', '.join(model._meta.db_table for model in OURS)}")
            return
        begin()
        now = timezone.now()
        for one_pass in (make_next, tell_next, make_marked, tell_marked):
            while one_pass(now):
                pass
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {DaySum._meta.db_table}, {Story._meta.db_table}")
