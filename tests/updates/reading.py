"""Readers of updates in the tests: people who agreed, sign-ups, and what mail they got."""

import itertools
from typing import Any

from django.core import mail
from django.test import Client

from letters import outbox
from letters.models import Letter
from supporters import consents
from supporters.consents import Topic
from supporters.models import Supporter
from updates import signing_up, words

_numbers = itertools.count(1)
EVERY_TOPIC = tuple(Topic.values)


def reader(email: str = "", topics: tuple[str, ...] = EVERY_TOPIC, **fields: Any) -> Supporter:
    """Make a supporter who agreed to topics of e-mail."""
    made = Supporter.objects.create(email=email or f"reader{next(_numbers)}@example.org", **fields)
    consents.say(made, topics, words.agreed("en"), "test")
    return made


def sign_up(email: str, client: Client | None = None, come_from: str = "127.0.0.1", **fields: Any) -> Any:
    """Send the sign-up form as the page's own script would, from an internet address."""
    return (client or Client()).post("/updates/", {"email": email, "shown": "9000", **fields}, REMOTE_ADDR=come_from)


def post_goes_out() -> list[Any]:
    """Let the rounds decide about sign-ups and send what is due; return the mails that left."""
    before = len(mail.outbox)
    while signing_up.work_off():
        pass
    while outbox.send_due():
        pass
    return mail.outbox[before:]


def link_in(message: Any, purpose: str) -> str:
    """Return the path of the first link of a purpose in a mail's text."""
    word = next(word for word in message.body.split() if f"/updates/{purpose}/" in word)
    return "/updates/" + word.split("/updates/", 1)[1]


def letters_to(email: str) -> list[Letter]:
    """Return the letters in the outbox for an address."""
    return list(Letter.objects.filter(to=email).order_by("pk"))
