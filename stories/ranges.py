"""Parts of a file: what a Range header asks for (RFC 9110, section 14)."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.http import parse_http_date_safe

_BYTES = re.compile(r"bytes[ \t]*=[ \t]*(\d{0,18})[ \t]*-[ \t]*(\d{0,18})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """A part of a file, in bytes from its start."""

    start: int
    length: int


class NotSatisfiable(Exception):
    """The file ends before the part begins: the answer is 416."""


def wanted_part(header: str, size: int) -> Part | None:
    """Return the one part that a Range header asks of a file of `size` bytes, or None for the whole file.

    A header of several parts, another unit or no sense asks for the whole. Raises NotSatisfiable.
    """
    match = _BYTES.fullmatch(header.strip())
    if not match or not (match[1] or match[2]):
        return None
    if not match[1]:  # the last so many bytes
        length = min(int(match[2]), size)
        if not length:
            raise NotSatisfiable
        return Part(size - length, length)
    start = int(match[1])
    last = int(match[2]) if match[2] else size - 1
    if match[2] and last < start:
        return None
    if start >= size:
        raise NotSatisfiable
    return Part(start, min(last, size - 1) - start + 1)


def still_the_same(if_range: str, etag: str, modified: datetime) -> bool:
    """Return whether a part may be sent: the If-Range header is empty or names this very version (strong comparison)."""
    if_range = if_range.strip()
    if not if_range:
        return True
    if if_range.startswith(('"', "W/")):
        return if_range == etag
    return parse_http_date_safe(if_range) == int(modified.timestamp())
