"""manage.py load_demo: fill an empty site with the Stories of Hope."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from stories.demo.loading import DemoLoader
from stories.models import Story


class Command(BaseCommand):
    """Load the demo stories; whatever is there already stays as it is."""

    help = "Load the demo stories with their pictures and clips."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --if-empty."""
        parser.add_argument("--if-empty", action="store_true", help="Do nothing when there is any story.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, saying what is done."""
        if options["if_empty"] and Story.objects.exists():
            return
        DemoLoader(report=self.stdout.write).load()
