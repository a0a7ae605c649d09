"""Keep a few processes running and leave none behind: what `manage.py start` is made of.

Each child leads a process group of its own. One that ends is started again, later each time. When the supervisor is
told to stop, each leader gets SIGTERM and what is left of the groups after GRACE seconds SIGKILL. When it is killed
outright, its guard (this file run by itself) sees the pipe between them close and does the same; on Linux the kernel
tells the leaders besides. Only leaders are asked: they know how to end what they have begun.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

GRACE = 8.0  # seconds between asking and killing: everything is gone within ten
LONGEST_WAIT = 30.0  # seconds between two starts of a child that keeps ending
SETTLED = 60.0  # a child that ran so long is healthy again: the next wait is short
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


@dataclass
class Child:
    """One process to keep: what it is called in messages and its command line."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0  # time.monotonic() of its next start

    def ended(self) -> bool:
        """Return whether the child's process is over, or was never begun."""
        return self.process is None or self.process.poll() is not None


class Supervisor:
    """Run children until told to stop."""

    def __init__(self, children: list[Child], say: Callable[[str], object] = print) -> None:
        self.children = children
        self.say = say
        self.stopping = False
        self._guard: subprocess.Popen[bytes] | None = None

    def run(self, every_round: Callable[[], None] = lambda: None) -> None:
        """Start the children and keep them until a stop signal comes, then end them all; a round takes 0.2 s."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._stop)
        self._guard = subprocess.Popen(
            [sys.executable, "-ISu", __file__, str(GRACE)],
            stdin=subprocess.PIPE,
            start_new_session=True,
            env={"PATH": os.defpath},
        )
        try:
            while not self.stopping:
                self._keep()
                every_round()
                time.sleep(0.2)
        finally:
            self._end()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self.stopping:  # asked twice: no more patience
            for child in self.children:
                _signal_group(child, signal.SIGKILL)
        self.stopping = True

    def _keep(self) -> None:
        """Start what is due, notice what has ended."""
        for child in self.children:
            if self.stopping:
                return
            now = time.monotonic()
            if child.process is not None and child.ended():
                self._tell_guard(f"-{child.process.pid}")
                _signal_group(child, signal.SIGKILL)  # what it may have left behind
                child.failures = 1 if now - child.started > SETTLED else child.failures + 1
                wait = min(LONGEST_WAIT, 2.0 ** (child.failures - 1))
                self.say(f"{child.name} ended ({_ending(child.process.returncode)}); starting it again in {wait:g} s")
                child.process, child.due = None, now + wait
            if child.process is None and now >= child.due:
                child.started = now
                child.process = subprocess.Popen(
                    child.command,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                    preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509  one thread
                )
                self._tell_guard(f"+{child.process.pid}")

    def _tell_guard(self, line: str) -> None:
        if self._guard and self._guard.stdin:
            try:
                self._guard.stdin.write(f"{line}\n".encode())
                self._guard.stdin.flush()
            except BrokenPipeError:
                self._guard = None  # somebody ended the guard: on Linux the kernel still watches

    def _end(self) -> None:
        for child in self.children:
            if child.process is not None:
                child.process.send_signal(signal.SIGTERM)
        end = time.monotonic() + GRACE
        while time.monotonic() < end and not all(child.ended() for child in self.children):
            time.sleep(0.05)
        for child in self.children:
            _signal_group(child, signal.SIGKILL)
            if child.process is not None:
                child.process.wait()
        if self._guard and self._guard.stdin:
            self._guard.stdin.close()
            self._guard.wait()


def _signal_group(child: Child, number: int) -> None:
    if child.process is not None:
        _signal({child.process.pid}, number, os.killpg)


def _signal(leaders: set[int], number: int, send: Callable[[int, int], None]) -> set[int]:
    """Send a signal to processes or groups and return those that were there to get it."""
    reached = set()
    for leader in leaders:
        try:
            send(leader, number)
        except (ProcessLookupError, PermissionError):  # macOS: no permission for a group whose members have ended
            continue
        reached.add(leader)
    return reached


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit {code}"


_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """Ask Linux to send this process SIGTERM when the supervisor ends, however it ends."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def guard(grace: float) -> None:
    """Note the groups told on standard input; when it closes, end those that are left after `grace` seconds."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    leaders: set[int] = set()
    for line in sys.stdin:
        if line.startswith("+"):
            leaders.add(int(line[1:]))
        else:
            leaders.discard(int(line[1:]))
    end = time.monotonic() + grace
    _signal(leaders, signal.SIGTERM, os.kill)
    while _signal(leaders, 0, os.kill) and time.monotonic() < end:
        time.sleep(0.1)
    _signal(leaders, signal.SIGKILL, os.killpg)


if __name__ == "__main__":
    guard(float(sys.argv[1]))
