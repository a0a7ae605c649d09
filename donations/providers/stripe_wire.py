"""The line to Stripe: one client with a pinned version, a clock on every question, and our two errors for all of its.

Nothing that Stripe or the network says in words goes on: its messages may name people. What goes on is the kind of the
trouble, Stripe's code for it and the number under which Stripe's support finds the request.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any, cast

import requests
import stripe
import urllib3

from donations.money import Money
from donations.providers.base import ProviderUnavailable, Refused

API_VERSION = "2026-10-28.endive"  # the one the library was built for; webhook endpoints are made with the same

VERB_SECONDS = 9.0  # a whole verb, its few questions and their repeats together
QUESTION_SECONDS = 4.0  # one question, so that a second try fits in
CONNECT_SECONDS = 3.0
RETRIES = 2
SHORTEST = 0.2  # with less time left than this a question is not begun

# Written to Stripe with two decimals although they have none (Stripe's "special cases").
TWO_DECIMALS_THERE = {"UGX": 100}
# Card networks take these only in such steps of their minor unit.
STEPS = {"ISK": 100, **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 10)}


def to_stripe(money: Money) -> int:
    """Return a sum as Stripe writes it. Raises Refused for one that Stripe cannot move exactly: it is never rounded."""
    if money.minor % STEPS.get(money.currency, 1):
        raise Refused(f"Stripe moves {money.currency} in steps of {STEPS[money.currency]} minor units only.")
    return money.minor * TWO_DECIMALS_THERE.get(money.currency, 1)


def from_stripe(amount: int, currency: str) -> Money:
    """Return Stripe's number and lower-case currency as a sum. Raises Refused for parts of a unit that does not exist."""
    whole, rest = divmod(amount, TWO_DECIMALS_THERE.get(currency.upper(), 1))
    if rest:
        raise Refused(f"Stripe told of a part of one {currency.upper()}.")
    return Money(whole, currency.upper())


def moment(seconds: float) -> datetime:
    """Return Stripe's seconds since 1970 as an aware time."""
    return datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True)
class Answer:
    """An object as Stripe has it at a moment of Stripe's own clock."""

    data: dict[str, Any]
    at: datetime


class Wire:
    """Questions to one account. Raises ProviderUnavailable (ask again) or Refused (asking again would not help)."""

    def __init__(self, key: str, base: str = "") -> None:
        # The library logs whole requests when a program's logging is set to debug: names, addresses.
        logging.getLogger("stripe").setLevel(logging.WARNING)
        self.live = "_live_" in key
        self._http = _TimedClient()
        self._client = stripe.StripeClient(
            key,
            base_addresses={"api": base.rstrip("/")} if base else None,
            stripe_version=API_VERSION,
            max_network_retries=RETRIES,
            http_client=self._http,
        )

    @contextmanager
    def verb(self) -> Iterator[None]:
        """Give all questions inside VERB_SECONDS together; an inner verb shares its outer one's time."""
        if self._http.ends is not None:
            yield
            return
        self._http.ends = monotonic() + VERB_SECONDS
        try:
            yield
        finally:
            self._http.ends = None

    def ask(self, question: Callable[[stripe.StripeClient], stripe.StripeObject]) -> Answer:
        """Return the answer to one question, asked within the verb's time."""
        with self.verb():
            try:
                found = question(self._client)
            except stripe.StripeError as error:
                trouble = _trouble(error)
            else:
                headers: Mapping[str, str] = getattr(found.last_response, "headers", None) or {}
                return Answer(found.to_dict(), _date(headers))
        # Raised here and not above, so that no traceback carries Stripe's own message along.
        raise trouble


def _date(headers: Mapping[str, str]) -> datetime:
    said = headers.get("Date") or headers.get("date")
    return parsedate_to_datetime(said).astimezone(UTC) if said else datetime.now(UTC)


def _trouble(error: stripe.StripeError) -> ProviderUnavailable:
    """Return our error for one of the library's: what, Stripe's code and the request's number, no words of theirs."""
    parts = (type(error).__name__, error.http_status, error.code, getattr(error, "param", None), error.request_id)
    text = "Stripe: " + ", ".join(str(part) for part in parts if part)
    # 409 is another request under the same key still running; a wrong or weak API key is for staff to mend, in time.
    final = isinstance(error, (stripe.InvalidRequestError, stripe.IdempotencyError, stripe.CardError))
    return Refused(text) if final and error.http_status not in {409, 429} else ProviderUnavailable(text)


class _TimedClient(stripe.RequestsClient):
    """The library's client over requests, with a clock that also stops answers that come drop by drop."""

    def __init__(self) -> None:
        super().__init__()
        self._verb = threading.local()

    @property
    def ends(self) -> float | None:
        """The monotonic time at which this thread's verb is over; None outside verbs."""
        return getattr(self._verb, "ends", None)

    @ends.setter
    def ends(self, value: float | None) -> None:
        self._verb.ends = value

    def _left(self) -> float:
        return VERB_SECONDS if self.ends is None else self.ends - monotonic()

    def request(  # type: ignore[override]
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_: Any
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Return body, status and headers. Raises the library's APIConnectionError."""
        share = min(self._left(), QUESTION_SECONDS)
        if share < SHORTEST:
            raise _silence(again=False)
        ends = monotonic() + share
        if getattr(self._thread_local, "session", None) is None:
            self._thread_local.session = requests.Session()
        session = cast("requests.Session", self._thread_local.session)
        try:
            with session.request(
                method,
                url,
                headers=dict(headers or {}),
                data=post_data,
                timeout=(min(CONNECT_SECONDS, share), share),
                verify=stripe.ca_bundle_path,
                stream=True,
                allow_redirects=False,
            ) as answer:
                body = bytearray()
                while piece := answer.raw.read1(65536, decode_content=True):
                    body += piece
                    if monotonic() > ends:
                        raise requests.exceptions.ReadTimeout
                return bytes(body), answer.status_code, answer.headers
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError):
            pass  # the error names the address and what was sent; the silence below tells all there is
        raise _silence(again=True)

    def _should_retry(self, response: Any, api_connection_error: Any, num_retries: int, max_network_retries: Any) -> bool:
        """Let the library decide, as long as there is time for its pause and another question."""
        enough = self._left() > self._sleep_time_seconds(num_retries + 1) + 1
        return enough and super()._should_retry(response, api_connection_error, num_retries, max_network_retries)


def _silence(*, again: bool) -> stripe.APIConnectionError:
    return stripe.APIConnectionError("No answer.", should_retry=again)  # type: ignore[no-untyped-call]
