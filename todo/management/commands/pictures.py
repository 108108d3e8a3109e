from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from todo.demo import pictures


class Command(BaseCommand):
    help = (
        "Takes the pictures of the documents: board, customer, pattern editor, manager's desk, on a phone and a desk."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--to", type=Path, default=settings.BASE_DIR / "docs" / "pictures", help="a folder")

    def handle(self, *, to: Path, **options):
        if pictures.chromium() is None:
            raise CommandError("Pictures need Chromium: apt-get install chromium fonts-noto-cjk")
        for path in pictures.take(to):
            self.stdout.write(f"{path.name}  {path.stat().st_size // 1024} kB")
