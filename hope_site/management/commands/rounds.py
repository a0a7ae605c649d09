"""`manage.py rounds`: letters, notices, receipts, mop-up and whatever else recurs, for as long as it runs."""

import logging
import signal
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from hope_site.rounds import Rounds

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Go the rounds; a stop signal ends it between two of them."""

    help = "Do what recurs in every app: send letters, work on notices left behind, issue receipts, look up pending gifts."

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
                logger.info("Rounds: %s", done)
            time.sleep(1)
        sys.exit(0)
