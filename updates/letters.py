"""The kinds of mail that updates write. Their words: templates/updates/letters/."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from letters.kinds import Kind
from letters.models import Letter
from supporters import consents
from supporters.models import Supporter
from updates import composing, signing_up, tokens, words
from updates.models import Digest, DigestState, SignUp


def address(purpose: str, token: str) -> str:
    """Return the whole address of a signed link."""
    return settings.SITE_URL + reverse(f"updates-{purpose}", args=[token])


def links(supporter: int, digest: int = 0) -> dict[str, str]:
    """Return the addresses by which a reader changes or stops what they get."""
    purposes = (tokens.PREFERENCES, tokens.UNSUBSCRIBE)
    return {f"{purpose}_url": address(purpose, tokens.for_reader(purpose, supporter, digest)) for purpose in purposes}


def stop_headers(link: str) -> dict[str, str]:
    """Return the headers by which a mail program offers to stop, by one click (RFC 2369, RFC 8058)."""
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _number(named: str) -> int:
    """Return the number in a reference like "supporter:12", 0 for none."""
    number = named.rpartition(":")[2]
    return int(number) if number.isdigit() else 0


class Confirm(Kind):
    """Asks whether it was the address's owner who signed up. Not a mailing: it is asked for, and comes once."""

    name = "updates_confirm"
    folder = "updates/letters"

    def context(self, letter: Letter) -> dict[str, Any]:
        """Return the link; nothing that was typed stands in the mail: it may be somebody else's words."""
        reference = letter.about.removeprefix("sign-up:")
        return {"confirm_url": address(tokens.CONFIRM, tokens.for_sign_up(reference)), "days": tokens.LIFE[tokens.CONFIRM].days}  # type: ignore[union-attr]

    def not_needed(self, letter: Letter) -> str:
        """Return why nobody should get it any more."""
        row = SignUp.objects.filter(reference=letter.about.removeprefix("sign-up:")).first()
        if row is None or row.confirmed_at is not None:
            return "confirmed or forgotten"
        return "" if signing_up.may_be_mailed(letter.to) else "the address takes no mail"


class _ToReaders(Kind):
    """What a reader gets because they agreed to it."""

    folder = "updates/letters"

    def headers(self, letter: Letter) -> dict[str, str]:
        """Let mail programs stop it by one click."""
        return stop_headers(links(_number(letter.about), _number(letter.within))["unsubscribe_url"])

    def _why_not(self, letter: Letter, topic: str = "") -> str:
        supporter = Supporter.objects.filter(pk=_number(letter.about)).first()
        if supporter is None or supporter.email != letter.to:
            return "the address is theirs no more"
        agreed = consents.of(supporter)
        if not agreed or (topic and topic not in agreed):
            return "they do not agree to it any more"
        return "" if signing_up.may_be_mailed(letter.to) else "the address takes no mail"


class Welcome(_ToReaders):
    """Says what somebody agreed to, and how to change or stop it."""

    name = "updates_welcome"

    def context(self, letter: Letter) -> dict[str, Any]:
        """Return the topics as they stand, and the links."""
        number = _number(letter.about)
        supporter = Supporter.objects.filter(pk=number).first()
        agreed = consents.of(supporter) if supporter else frozenset()
        return {
            "first_name": supporter.first_name if supporter else "",
            "topics": [named for topic, named in words.topics().items() if topic in agreed],
            **links(number),
        }

    def not_needed(self, letter: Letter) -> str:
        """Return why nobody should get it any more."""
        return self._why_not(letter)


class DigestLetter(_ToReaders):
    """One reader's copy of a digest; of a test, an editor's."""

    name = "updates_digest"

    def context(self, letter: Letter) -> dict[str, Any]:
        """Return the digest as it stands at this moment."""
        digest = Digest.objects.get(pk=_number(letter.within))
        test = bool(letter.data.get("test"))
        return {"digest": composing.composed(digest), "trial": test, **links(_number(letter.about), digest.pk)}

    def not_needed(self, letter: Letter) -> str:
        """Return why nobody should get it any more: asked at the moment of sending, whatever held when it was written."""
        digest = Digest.objects.filter(pk=_number(letter.within)).first()
        if digest is None or digest.state == DigestState.CANCELLED:
            return "the digest was cancelled"
        if composing.composed(digest).empty:
            return "nothing of it may be told any more"
        return "" if letter.data.get("test") else self._why_not(letter, digest.topic)


KINDS = (Confirm(), Welcome(), DigestLetter())
