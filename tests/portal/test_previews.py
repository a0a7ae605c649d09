"""Whatever givers do in whatever order, on whatever day: the bank then does what the page said before."""

import datetime
import random

import pytest

from donations import promises, reconciliation
from portal import acts
from portal.acts import ACTS
from tests.portal.partners import partner

pytestmark = pytest.mark.django_db
STARTS = (datetime.date(2026, 1, 31), datetime.date(2026, 11, 22), datetime.date(2028, 2, 29), datetime.date(2026, 6, 1))


@pytest.mark.drill
@pytest.mark.parametrize("start", STARTS)
def test_every_preview_is_what_comes(settings, time_machine, drill_size, start):
    settings.SITE_URL = "http://127.0.0.1:9"
    for seed in range(drill_size(3, 40)):
        dice = random.Random(f"{start} {seed}")
        time_machine.move_to(datetime.datetime.combine(start, datetime.time(12), datetime.UTC))
        client, pledge = partner(f"seed{seed}@example.org")
        told = []
        for _step in range(5):
            act = dice.choice([one for one in acts.offered(pledge) if one.name != "cancel"])
            until = start + datetime.timedelta(days=dice.randint(2, 200))
            wishes = {"day": {"anchor_day": dice.randint(1, 31)}, "pause": {"until": until}, "skip": {"due_on": pledge.next_on}}
            wish = wishes.get(act.name, {})
            coming = act.preview(pledge, **wish)
            ACTS[act.name].take(pledge, **wish)
            told.append((act.name, wish, coming.on))
            assert promises.next_gift(pledge) == coming, told
            reconciliation.fetch_missed()  # what the bank tells besides its answer: the month that was left out
            pledge.refresh_from_db()
            assert promises.next_gift(pledge) == coming, told
