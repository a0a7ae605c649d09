"""The one error of the pretend bank."""


class Refused(Exception):
    """The bank will not do what was asked; the message says why, and nothing was changed."""
