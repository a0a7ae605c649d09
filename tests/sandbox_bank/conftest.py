"""Every test of the bank has a database; a door only where it asks for one."""

import pytest

from tests.sandbox_bank.bank import open_door


@pytest.fixture
def door(settings):
    """Give a loopback server where the bank's messages arrive."""
    with open_door(settings) as opened:
        yield opened


@pytest.fixture
def no_door(settings):
    """Let the shop be away: nothing listens where messages go."""
    settings.SITE_URL = "http://127.0.0.1:9"
