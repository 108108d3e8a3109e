from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from reports.mailing import address
from reports.models import MorningReport
from reports.morning import make_due, make_last
from reports.sharing import address_of, readers, share
from stores.models import Membership, Role

SENT_AFTER, SHARED_AFTER, READ_AFTER = timedelta(minutes=1), timedelta(minutes=15), timedelta(minutes=25)


class Command(BaseCommand):
    help = "Makes every store's report of its last open day, and today's where it is time. --note shares the former."

    def add_arguments(self, parser):
        parser.add_argument(
            "--note",
            default="",
            help="a word from each store's manager, as if it had been mailed, shared and read by half of the people",
        )

    def handle(self, *, note, **options):
        now = timezone.now()
        make_last(now)
        if note:
            self._pretend(note, timezone.localdate(now))
        while make_due(now):
            pass

    def _pretend(self, note, today):
        """As if the morning had gone by: mailed, shared, read."""
        managers = Membership.objects.of_active_staff().filter(role=Role.MANAGER).select_related("staff")
        manager_of = {one.store_id: one.staff for one in managers.order_by("-pk")}
        for report in MorningReport.objects.unshared().filter(on__lt=today, store__in=manager_of).for_page():
            address([report], report.made_at)
            report.mails.update(sent_at=report.made_at + SENT_AFTER, attempts=1)
            share(report, note, by=manager_of[report.store_id], now=report.made_at + SHARED_AFTER)
            for person in list(readers(report))[::2]:
                at = report.made_at + READ_AFTER
                report.read(person, at)
                person.notifications.filter(path=address_of(report)).mark_read(at)
