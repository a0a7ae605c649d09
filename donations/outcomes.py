"""What becomes of a fact that is entered."""

from dataclasses import dataclass

from donations.models.notices import NoticeState


@dataclass(frozen=True)
class Outcome:
    """How a fact ended; `tells` names what others may have waited for ("payment:…", "pledge:…", "dispute:…")."""

    state: NoticeState
    reason: str = ""
    tells: tuple[str, ...] = ()


DONE = Outcome(NoticeState.DONE)
ABSORBED = Outcome(NoticeState.ABSORBED, "told nothing new")


class Waits(Exception):
    """A fact came before what it builds on."""

    def __init__(self, waits_for: str, reason: str) -> None:
        super().__init__(reason)
        self.waits_for = waits_for


class Quarantined(Exception):
    """A fact contradicts what we know: nothing is booked, staff decide. The message says what does not fit.

    `waits_for` names what would resolve it, where another message may yet tell it.
    """

    def __init__(self, reason: str, waits_for: str = "") -> None:
        super().__init__(reason)
        self.waits_for = waits_for
