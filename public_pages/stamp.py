"""A stamp: eight bytes of memory that all processes of this machine share through a file."""

import mmap
import time
from pathlib import Path

_SIZE = 8


class Stamp:
    """Tell the processes of this machine that something changed.

    Reading is a look into memory: no system call, which would hand the interpreter to another thread and cost a
    kept page more than everything else about it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._memory: mmap.mmap | None = None

    def read(self) -> bytes:
        """Return the stamp as it is now; any difference from an earlier one means a change."""
        return (self._memory or self._map())[:_SIZE]

    def change(self) -> None:
        """Make every reader see another stamp."""
        (self._memory or self._map())[:_SIZE] = time.time_ns().to_bytes(_SIZE, "little")

    def _map(self) -> mmap.mmap:
        with self.path.open("ab+") as file:  # made where it is missing, never emptied
            if file.seek(0, 2) < _SIZE:
                file.truncate(_SIZE)
            self._memory = mmap.mmap(file.fileno(), _SIZE)
        return self._memory
