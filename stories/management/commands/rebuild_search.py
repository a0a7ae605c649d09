"""`manage.py rebuild_search`: make search and lists anew from the live snapshots."""

from typing import Any

from django.core.management.base import BaseCommand

from stories import search


class Command(BaseCommand):
    """Rebuild; readers see the old answers until it is done."""

    help = "Make all that search and lists read anew from the live snapshots."

    def handle(self, **options: Any) -> None:
        """Rebuild and say how many stories there are."""
        self.stdout.write(f"{search.rebuild()} stories")
