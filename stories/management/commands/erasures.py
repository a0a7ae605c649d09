"""manage.py erasures: who was erased, and erasing them again after a backup was restored."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from safeguarding.models import Erasure
from stories import erasing


class Command(BaseCommand):
    """List erasures, or apply the list to a restored database."""

    help = "apply: erase again everybody on the list whom a restored backup has brought back. list: say when was erased."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do."""
        parser.add_argument("what", choices=["apply", "list"])

    def handle(self, *, what: str, **options: Any) -> None:
        """Do it."""
        if what == "apply":
            self.stdout.write(f"{erasing.apply_list()} erased again.")
            return
        for erasure in Erasure.objects.order_by("at"):
            self.stdout.write(f"{erasure.at:%Y-%m-%d %H:%M} {erasure.contributor}")
