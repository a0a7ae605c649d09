"""How the guard says no."""

from enum import StrEnum


class Kind(StrEnum):
    """Why a sending did not reach the provider."""

    ROBOT = "robot"  # the field only robots fill
    EARLY = "early"  # sent faster than anybody types
    STALE = "stale"  # the form is older than a day, or was never shown by us
    LIMIT = "limit"  # too many from one place or for one e-mail
    CHALLENGE = "challenge"  # an attack lasts, and no proof came


class Refused(Exception):
    """A sending is refused; `message` is for the giver, `status` 422 or 429, `retry_after` seconds or None."""

    def __init__(self, kind: Kind, message: str, status: int = 422, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.status = status
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        """Return what the answer's headers must say."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
