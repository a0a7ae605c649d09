"""manage.py vault: make a key, or seal everything anew with the first one."""

import base64
import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from safeguarding import vault


class Command(BaseCommand):
    """Make a key for VAULT_KEYS, say how far a rotation is, or rotate."""

    help = "key: print a new key. rotate: seal all entries and files with the first of VAULT_KEYS. state: say what is left."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do."""
        parser.add_argument("what", choices=["key", "rotate", "state"])

    def handle(self, *, what: str, **options: Any) -> None:
        """Do it; a rotation that was stopped goes on where it was."""
        if what == "key":
            self.stdout.write(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
            return
        if what == "rotate":
            total = 0
            while done := vault.rotate():
                total += done
            self.stdout.write(f"{total} sealed anew.")
        left = vault.sealed_by_old_keys()
        self.stdout.write(f"{left} still sealed by an older key." if left else "Everything is sealed by the first key.")
