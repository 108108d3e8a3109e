from django.core.management.base import BaseCommand
from django.utils import timezone

from dealercrm.schedules import write_schedules


class Command(BaseCommand):
    help = "Writes the worker's schedules to the database and removes those that are no longer wanted."

    def handle(self, **options):
        write_schedules(timezone.now())
