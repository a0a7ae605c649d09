"""Load by wrk: one thread, sixteen connections kept alive."""

import re
import shutil
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field

CONNECTIONS = 16


@dataclass(frozen=True)
class Target:
    """An address to load, with the headers to send."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)


def wrk() -> str:
    """Return the path of wrk; raises RuntimeError saying how to get it."""
    found = shutil.which("wrk")
    if not found:
        raise RuntimeError("wrk is missing and loads the servers here: install it (Debian: apt-get install wrk)")
    return found


def rate(target: Target, seconds: int) -> float:
    """Return the requests answered a second; raises RuntimeError when any answer was an error."""
    headers = [part for name, value in target.headers.items() for part in ("-H", f"{name}: {value}")]
    command = [wrk(), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", *headers, target.url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{target.url} answered with errors under load:\n{said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if not found:
        raise RuntimeError(f"wrk said no rate:\n{said}")
    return float(found[1])


def ratio(subject: Target, limit: Target, rounds: int, seconds: int) -> tuple[float, Sequence[float], Sequence[float]]:
    """Return the subject's rate as a share of the limit's, and both lists of rates.

    Each round measures one right after the other, and who goes first alternates, so that a machine that slows down
    or speeds up meanwhile does so for both; the result is the median of the rounds' ratios.
    """
    rate(subject, 1), rate(limit, 1)  # caches, connections and branch predictors warm
    pairs = []
    for number in range(rounds):
        if number % 2:
            bound = rate(limit, seconds)
            pairs.append((rate(subject, seconds), bound))
        else:
            pairs.append((rate(subject, seconds), rate(limit, seconds)))
    return statistics.median(ours / bound for ours, bound in pairs), [ours for ours, _ in pairs], [bound for _, bound in pairs]
