"""What gifts and pledges share: public references and refused steps."""

import secrets


class NotAllowed(Exception):
    """A step is not among the allowed moves; the message says from where to where."""


def new_reference() -> str:
    """Return a public reference nobody can guess: 132 random bits in 22 letters, digits, - and _."""
    return secrets.token_urlsafe(17)[:22]
