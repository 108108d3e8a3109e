import sys

from django.core.management.base import BaseCommand

from dealercrm.worker import run_cluster, watch


class Command(BaseCommand):
    help = "Runs the worker: django-q2's cluster, watched by its heartbeat."

    def add_arguments(self, parser):
        parser.add_argument("--cluster", action="store_true", help="be the cluster itself, unwatched")

    def handle(self, *, cluster, **options):
        if cluster:
            run_cluster()
        else:
            sys.exit(watch())
