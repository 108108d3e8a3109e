import sys

from django.core.management.base import BaseCommand
from django.utils import timezone

from dealercrm.worker import is_well, run_cluster, watch


class Command(BaseCommand):
    help = "Runs the worker: django-q2's cluster, watched by its heartbeat."

    def add_arguments(self, parser):
        kind = parser.add_mutually_exclusive_group()
        kind.add_argument("--cluster", action="store_true", help="be the cluster itself, unwatched")
        kind.add_argument("--check", action="store_true", help="run nothing: end well if a worker was heard of lately")

    def handle(self, *, cluster, check, **options):
        if check:
            sys.exit(0 if is_well(timezone.now()) else "No worker was heard of for two minutes.")
        elif cluster:
            run_cluster()
        else:
            sys.exit(watch())
