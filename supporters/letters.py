"""Letters about signing in and addresses. What they need is looked up as they are sent: no code lies in the outbox."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from letters.kinds import Kind, register
from letters.models import Letter
from supporters.models import Code, Purpose


class CodeLetter(Kind):
    """A code, in digits, and for signing in as a link."""

    folder = "supporters/letters"

    def __init__(self, purpose: Purpose) -> None:
        self.name = f"{purpose}_code"

    def context(self, letter: Letter) -> dict[str, Any]:
        """Return the digits in two groups, as they are read aloud, and the link."""
        code = Code.objects.get(pk=letter.data["code"])
        path = reverse("portal-code-link", args=[code.link_token])
        return {"digits": f"{code.digits[:3]} {code.digits[3:]}", "link": f"{settings.SITE_URL}{path}"}

    def not_needed(self, letter: Letter) -> str:
        """Say when the code is worth nothing any more."""
        code = Code.objects.filter(pk=letter.data["code"]).first()
        return "the code was used or is too old" if code is None or code.ended else ""


class Notice(Kind):
    """Word of something that was done; whoever did not do it learns of it."""

    folder = "supporters/letters"

    def __init__(self, name: str) -> None:
        self.name = name


ADDRESS_JOINED, ADDRESS_LEFT, MAIN_ADDRESS, PASSKEY_ADDED = "address_joined", "address_left", "main_address", "passkey_added"


def make_known() -> None:
    """Tell the outbox the kinds of letters written here."""
    for purpose in Purpose:
        register(CodeLetter(purpose))
    for name in (ADDRESS_JOINED, ADDRESS_LEFT, MAIN_ADDRESS, PASSKEY_ADDED):
        register(Notice(name))
