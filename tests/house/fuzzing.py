"""Requests nobody would send: every address of the site, drawn with what it is known by and with nonsense, in every role.

All of it follows from a seed: a request that broke something is drawn again by its number.
"""

import html
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.apps import apps
from django.db import transaction
from django.test import Client
from django.test.client import encode_multipart
from django.urls import URLResolver, get_resolver

METHODS = ("GET", "GET", "GET", "POST", "POST", "POST", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "FOO")
ODD = [
    "", " ", "\x00", "a\x00b", "\ud800", "x\udfff", "\ufeff", "\u202e", "0", "-0", "-1", "1.5", "1e9", "NaN", "inf", "9" * 19, "9" * 30, "9" * 5000,
    "²", "١٢", "１２", "1_000", "0x10", "2147483648", "9223372036854775808", "true", "None", "null", "[]", "{}", '{"a":', "'", '"', "\\", "%", "%s", "%00",
    "{}{0.__class__}", "{{7*7}}", "<script>", "../../etc/passwd", "//evil.example", "javascript:x", "a" * 300, "a" * 70_000, "é" * 200, "🎂" * 100,
    "a@b.c", "a@b", "@", "x@" + "a" * 300 + ".org", "a\r\nBcc: x@y.z", "\n" * 50, "0000-00-00", "9999-12-31", "2026-02-30", "10000-01-01", "2026-13",
    "24:00", "2026-03-29T01:30", "GBP", "gbp", "XXX", "en", "xx", "on", "sandbox", "A" * 22, "A" * 43, "a:b:c", "a.b.c",
]  # fmt: skip
NAMES = (
    "q", "page", "p", "o", "e", "all", "next", "year", "month", "day", "place", "theme", "appeal", "story", "amount", "frequency", "currency", "state",
    "_popup", "_to_field", "_changelist_filters", "term", "app_label", "model_name", "field_name", "ids", "action", "_selected_action", "email", "code", "seen",
    "token", "created_at__gte", "id__exact", "pk__in", "state__exact", "created_at__month", "country", "before", "after", "version", "with",
)  # fmt: skip
HEADERS = (
    "Range", "If-Range", "If-None-Match", "If-Modified-Since", "Accept", "Accept-Language", "Accept-Encoding", "Referer", "Origin", "Cookie", "User-Agent",
    "Authorization", "X-Forwarded-For", "X-Forwarded-Host", "X-Requested-With", "Stripe-Signature", "Sandbox-Signature", "X-CSRFToken", "Content-Language",
)  # fmt: skip
TYPES = (
    "application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded; charset=utf-7",
    "application/x-www-form-urlencoded; charset=nonsense", "", "\xff", "image/svg+xml",
)  # fmt: skip
BODIES = (b"", b"{", b"[]", b"null", b"{}", b"[" * 5000, b"\xff\xfe\x00", b"a=%ff%fe&b=%00", b"--x\r\n\r\n", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb",
          b"&=&=&", b"x" * 100_000, b'{"email": {"a": [1]}, "amount": 1e999}', b"1", b'"a"')  # fmt: skip
FIELD = re.compile(r"<(input|select|textarea|button)\b([^>]*)>")
NAME, VALUE, OPTION = re.compile(r'\bname="([^"]+)"'), re.compile(r'\bvalue="([^"]*)"'), re.compile(r'<option value="([^"]*)"')


@dataclass
class Request:
    """One request as it is sent."""

    role: str
    method: str
    path: str
    body: bytes = b""
    content_type: str = "application/x-www-form-urlencoded"
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.role}: {self.method} {self.path[:300]} {self.body[:500]!r} {self.content_type} {self.headers}"[:1500]


def addresses(resolver: URLResolver | None = None, before: str = "/") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Return every address as a format string with the names that stand in it."""
    resolver = resolver or get_resolver()
    for key in resolver.reverse_dict:
        for possibilities, *_ in resolver.reverse_dict.getlist(key):
            yield from ((before + written, tuple(names)) for written, names in possibilities)
    for prefix, inner in resolver.namespace_dict.values():
        yield from addresses(inner, before + prefix)


class Fuzzer:
    """Draw requests and send them; `known` holds, for names in addresses, what the site's things are known by."""

    def __init__(self, seed: int, roles: dict[str, Client], known: dict[str, Sequence[Any]]) -> None:
        self.seed, self.roles, self.known = seed, roles, known
        self.addresses = sorted(
            {*addresses(), *((f"/es{path}", names) for path, names in addresses() if path.startswith("/stories"))}
        )
        self.forms: dict[tuple[str, str], list[tuple[str, str]]] = {}

    def draw(self, number: int) -> Request:
        """Return the request of a number."""
        dice = random.Random(f"{self.seed}:{number}")
        written, names = self.addresses[number % len(self.addresses)]
        role = dice.choice([*self.roles]) if dice.random() < 0.4 else _fitting(written)
        path = written % {name: quote(self._word(dice, name, written), safe="/:-_~.") for name in names}
        if dice.random() < 0.05:
            path = dice.choice(
                [path + "x", path.rstrip("/"), "/" + path, path.upper(), path + "%00", path + "%ff", path.replace("/", "//")]
            )
        request = Request(role, dice.choice(METHODS), path)
        if dice.random() < (0.5 if request.method == "GET" else 0.1):
            request.path += "?" + "&".join(
                _pair(dice, dice.choice(NAMES), dice.choice(ODD)[:3000]) for _ in range(dice.randint(1, 3))
            )
        if dice.random() < 0.2:
            request.headers = {
                dice.choice(HEADERS): re.sub(r"[^\x20-\x7e]", "?", dice.choice(ODD))[:2000] for _ in range(dice.randint(1, 3))
            }
        if request.method not in {"GET", "HEAD"}:
            self._fill(dice, request)
        return request

    def send(self, request: Request) -> Any:
        """Send a request, undo what it did, and return its response with everything it streams read."""
        client = self.roles[request.role]
        cookies = client.cookies.copy()
        around = transaction.savepoint()
        response = client.generic(
            request.method, request.path, request.body, content_type=request.content_type, headers=request.headers
        )
        if response.streaming:
            for _ in response.streaming_content:
                pass
        transaction.set_rollback(False)
        transaction.savepoint_rollback(around)
        client.cookies = cookies
        return response

    def _word(self, dice: random.Random, name: str, written: str) -> str:
        known = self.known.get(name) or self.known["*"]
        if name == "object_id" and (page := re.match("/admin/([a-z_]+)/([a-z]+)/", written)):
            known = list(apps.get_model(*page.groups())._base_manager.order_by("pk").values_list("pk", flat=True)[:3]) or known
        return (
            str(dice.choice(known)) if dice.random() < 0.8 else dice.choice(ODD)[:2000].encode(errors="replace").decode() or "x"
        )

    def _fill(self, dice: random.Random, request: Request) -> None:
        if dice.random() < 0.1:
            request.body, request.content_type = dice.choice(BODIES), dice.choice(TYPES)
            return
        fields = dict(self._form(request))
        for name in dice.sample([*fields], min(len(fields), dice.choice([0, 1, 1, 2, 3]))):
            fields[name] = dice.choice(ODD)
        if dice.random() < 0.3:
            fields[dice.choice(NAMES)] = dice.choice(ODD)
        if fields and dice.random() < 0.2:
            del fields[dice.choice([*fields])]
        if dice.random() < 0.1:
            sent = {name: value.encode(errors="replace").decode() for name, value in fields.items()}
            request.body, request.content_type = encode_multipart("x", sent), "multipart/form-data; boundary=x"
            return
        request.body = "&".join(_pair(dice, name, value) for name, value in fields.items()).encode()

    def _form(self, request: Request) -> list[tuple[str, str]]:
        """Return the fields of the forms that this role sees at an address, filled as they stand there."""
        key = (request.role, request.path)
        if key not in self.forms:
            response = self.send(Request(request.role, "GET", request.path))
            page = "" if response.streaming else response.content.decode(errors="replace")
            options = OPTION.findall(page) or [""]
            self.forms[key] = [
                (
                    html.unescape(name[1]),
                    html.unescape(value[1] if (value := VALUE.search(words)) else options[len(page) % len(options)]),
                )
                for _, words in FIELD.findall(page)
                if (name := NAME.search(words))
            ]
        return self.forms[key]


def _fitting(written: str) -> str:
    """Return the role that sees most at an address."""
    return (
        "everything" if written.startswith("/admin") else "giver" if written.startswith(("/portal", "/account")) else "stranger"
    )


def _pair(dice: random.Random, name: str, value: str) -> str:
    written = quote(value, safe="", errors="surrogatepass")
    return f"{quote(name)}={written}" if dice.random() < 0.97 else f"{quote(name)}={written}&{quote(name)}=x"
