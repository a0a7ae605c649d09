"""manage.py env: print the table of environment variables that the README shows."""

from typing import Any

from django.core.management.base import BaseCommand

from hope_site.env import VARIABLES


class Command(BaseCommand):
    """Print every variable the site reads, as a Markdown table."""

    help = "Print the environment variables the site reads, as a Markdown table."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the table."""
        self.stdout.write(table())


def table() -> str:
    """Return the variables as a Markdown table: name, default, meaning."""
    rows = ["| variable | embedded default | meaning |", "|---|---|---|"]
    for variable in VARIABLES.values():
        default = f"`{variable.default}`" if variable.default else ""
        rows.append(f"| `{variable.name}` | {default} | {variable.meaning} |".replace("|  |", "| |"))
    return "\n".join(rows)
