"""What the tests of the giving pages share: a provider that remembers, and somebody who gives."""

import pytest

from donations import providers
from tests.donations.giver import Giver, Remembering


@pytest.fixture
def provider(monkeypatch):
    """Give the provider that every gift of the test goes to."""
    remembering = Remembering()
    monkeypatch.setattr(providers, "named", lambda _name: remembering)
    return remembering


@pytest.fixture
def giver(client, provider):
    """Give somebody who opens the form and sends it."""
    return Giver(client)
