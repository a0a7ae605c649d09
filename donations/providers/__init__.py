"""Where money comes through: one provider is configured (GIVING_PROVIDER); each is made once a process."""

import functools
from importlib import import_module

from django.conf import settings

from donations.providers.base import Provider

_MADE_BY = {"sandbox": "donations.providers.sandbox", "stripe": "donations.providers.stripe"}


def configured() -> Provider:
    """Return the provider that new gifts go through."""
    return named(settings.GIVING_PROVIDER)


@functools.cache
def named(name: str) -> Provider:
    """Return a provider by its name; raises LookupError for one that this configuration does not have."""
    if name not in _MADE_BY or (name == "sandbox" and not settings.SANDBOX):
        raise LookupError(f"There is no provider {name!r} here")
    return import_module(_MADE_BY[name]).make()
