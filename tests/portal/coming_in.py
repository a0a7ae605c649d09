"""Signing in by mail, as somebody does it who reads their letters: for tests of the portal."""

import re

from django.core import mail
from django.test import Client

from letters import outbox
from supporters import codes

SIGN_IN, CODE = "/portal/sign-in/", "/portal/sign-in/code/"


def deliver() -> list[mail.EmailMessage]:
    """Do what the rounds do about codes and letters, and return the mails that went out."""
    before = len(mail.outbox)
    codes.write_waiting()
    outbox.send_due()
    return mail.outbox[before:]


def digits_in(letter: mail.EmailMessage) -> str:
    """Return the code of a letter."""
    return re.search(r"^ +(\d{3} \d{3})$", str(letter.body), re.MULTILINE)[1]


def link_in(letter: mail.EmailMessage) -> str:
    """Return the path of a letter's link."""
    return re.search(r"https?://[^/]+(/portal/sign-in/link/\S+)", str(letter.body))[1]


def ask(client: Client, email: str, **more: str):
    """Ask for a code."""
    return client.post(SIGN_IN, {"email": email, **more})


def come_in(client: Client, email: str, **more: str):
    """Ask, read the letter, type the code; return the last answer."""
    ask(client, email, **more)
    letter = next(letter for letter in deliver() if letter.to == [email] and letter.subject == "Your code")
    return client.post(CODE, {"code": digits_in(letter)})
