"""`manage.py giving`: notices, letters, receipts and the mop-up, for as long as it runs."""

import logging
import signal
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from donations.rounds import Rounds

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Go the rounds of giving; a stop signal ends it between two steps."""

    help = "Work on notices left behind, send letters, issue receipts that are due, look up pending gifts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer one round instead of many."""
        parser.add_argument("--once", action="store_true", help="Go one round and end.")

    def handle(self, *, once: bool, **options: Any) -> None:
        """Go the rounds."""
        rounds = Rounds()
        if once:
            self.stdout.write(str(rounds.go()))
            return
        stop: list[int] = []
        signal.signal(signal.SIGTERM, lambda number, frame: stop.append(number))
        while not stop:
            close_old_connections()
            if done := rounds.go():
                logger.info("Giving: %s", done)
            time.sleep(1)
        sys.exit(0)
