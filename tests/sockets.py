"""Nothing leaves this machine: sockets open to loopback addresses and Unix sockets only."""

import ipaddress
import socket
from typing import Any

import pytest


class LeftTheMachine(AssertionError):
    """A test tried to reach something beyond this machine."""


def _allow(family: int, address: Any) -> None:
    if family not in {socket.AF_INET, socket.AF_INET6}:
        return
    host = address[0].split("%")[0]
    try:
        inside = ipaddress.ip_address(host).is_loopback
    except ValueError:
        inside = host == "localhost"
    if not inside:
        raise LeftTheMachine(f"a test tried to reach {host}:{address[1]}")


class _ClosedSocket(socket.socket):
    """A socket that reaches this machine alone."""

    def connect(self, address: Any, /) -> None:
        _allow(self.family, address)
        super().connect(address)

    def connect_ex(self, address: Any, /) -> int:
        _allow(self.family, address)
        return super().connect_ex(address)

    def sendto(self, data: Any, *rest: Any) -> int:
        _allow(self.family, rest[-1])
        return super().sendto(data, *rest)


_look_up = socket.getaddrinfo


def _closed_look_up(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
    """Look up names of this machine only: a question to a name server leaves it too."""
    name = host.decode() if isinstance(host, bytes) else host
    if name not in {None, "", "localhost", "::", "0.0.0.0", socket.gethostname()}:
        _allow(socket.AF_INET, (name, port))
    return _look_up(host, port, *args, **kwargs)


@pytest.fixture(autouse=True, scope="session")
def _closed_sockets():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", _ClosedSocket)
        patch.setattr(socket, "getaddrinfo", _closed_look_up)
        yield
