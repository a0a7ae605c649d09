"""manage.py env: print the table of environment variables that the README shows."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from hope_site.env import VARIABLES


class Command(BaseCommand):
    """Print every variable the site reads, as a Markdown table."""

    help = "Print the environment variables the site reads, as a Markdown table."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer --write."""
        parser.add_argument("--write", action="store_true", help="Put the table into README.md, between its env markers.")

    def handle(self, *, write: bool, **options: Any) -> None:
        """Print the table, or write it into the README."""
        if not write:
            self.stdout.write(table())
            return
        readme = Path(settings.BASE_DIR, "README.md")
        before, _, rest = readme.read_text().partition("<!-- env -->")
        after = rest.partition("<!-- /env -->")[2]
        readme.write_text(f"{before}<!-- env -->\n{table()}\n<!-- /env -->{after}")


def table() -> str:
    """Return the variables as a Markdown table: name, default, meaning."""
    rows = ["| variable | embedded default | meaning |", "|---|---|---|"]
    for variable in VARIABLES.values():
        default = f"`{variable.default}`" if variable.default else ""
        rows.append(f"| `{variable.name}` | {default} | {variable.meaning} |".replace("|  |", "| |"))
    return "\n".join(rows)
