"""manage.py erasures: those of people in stories (stories.erasing) and, beside them, those of givers."""

from typing import Any

from portal import erased_again
from stories.management.commands import erasures


class Command(erasures.Command):
    """List erasures, or apply both lists to a restored database."""

    def handle(self, *, what: str, **options: Any) -> None:
        """Do it."""
        super().handle(what=what, **options)
        if what == "apply":
            self.stdout.write(f"{erased_again.apply_list()} givers forgotten again.")
