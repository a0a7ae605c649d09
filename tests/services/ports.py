"""Free ports, and waiting until something listens on one."""

import http.client
import socket
import time
from collections.abc import Callable


def free_port() -> int:
    """Return a port of this machine that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(answers: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Return as soon as `answers()` is true; raises TimeoutError naming `what` after so many seconds."""
    end = time.monotonic() + seconds
    while not answers():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come up within {seconds:g} s")
        time.sleep(0.05)


def listens(port: int) -> bool:
    """Return whether something accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers_http(port: int, path: str) -> bool:
    """Return whether the path answers 200 over plain HTTP."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
