"""`manage.py sweep`: finish and clear away, every minute, for as long as it runs."""

import logging
import signal
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from stories import sweep

TIDY_EVERY = 60 * 60.0  # seconds

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Sweep again and again; a stop signal ends it after giving back what is in hand."""

    help = "Finish what killed workers left behind, render anew after a deployment, clear away what belongs to no row."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer one sweep instead of many, and another pace."""
        parser.add_argument("--once", action="store_true", help="Sweep once and end.")
        parser.add_argument("--every", type=float, default=60.0, help="Seconds between two sweeps (default 60).")

    def handle(self, *, once: bool, every: float, **options: Any) -> None:
        """Sweep."""
        if once:
            self.stdout.write(str(sweep.sweep()))
            return
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
        tidied = 0.0
        while True:
            close_old_connections()
            tidy = not tidied or time.monotonic() - tidied > TIDY_EVERY
            done = sweep.sweep(tidy)
            tidied = time.monotonic() if tidy else tidied
            if any((done.pictures, done.clips, done.rendered, done.totals, done.cleared)):
                logger.info("Swept: %s", done)
            if done.rendered < sweep.RENDERED_AT_ONCE:  # else a deployment's work is not over yet
                time.sleep(every)
