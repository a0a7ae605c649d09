"""When Stripe is slow, broken or refuses: our two errors, in time, and nobody's data in their words."""

import logging
import time
from datetime import UTC, date, datetime

import pytest
import stripe
from stripe._api_version import _ApiVersion

from donations.money import Money
from donations.providers import stripe_wire
from donations.providers.base import ProviderUnavailable, Refused
from donations.providers.stripe import StripeProvider, make
from donations.providers.stripe_wire import API_VERSION, VERB_SECONDS
from tests.donations.stripe_stand_in import Desk, asking
from tests.services.ports import free_port


@pytest.fixture
def desk():
    desk = Desk(datetime(2026, 1, 22, 10, 30, tzinfo=UTC))
    yield desk
    desk.fake.stop()


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.05)


@pytest.fixture
def quick(monkeypatch):
    """Play the time-outs at a fifth of their length."""
    for name in ("VERB_SECONDS", "QUESTION_SECONDS", "CONNECT_SECONDS"):
        monkeypatch.setattr(stripe_wire, name, getattr(stripe_wire, name) / 5)


def test_the_version_is_the_one_that_the_library_was_built_for(desk):
    assert API_VERSION == _ApiVersion.CURRENT
    assert VERB_SECONDS < 10


def test_the_provider_is_made_from_the_settings(settings, desk):
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = desk.fake.key, desk.fake.secret
    settings.STRIPE_API_BASE = desk.fake.url + "/"
    assert make().start(asking()).url.startswith(desk.fake.url)


@pytest.mark.parametrize("fault", ["500", "cut", "cut_after"])
def test_one_stumble_is_tried_again_and_nobody_notices(desk, fault):
    desk.fake.fault(fault)
    desk.provider.start(asking())
    assert len(desk.fake.of("checkout.session")) == 1


@pytest.mark.parametrize("fault", ["500", "cut", "429", "garbage"])
def test_a_stripe_that_stays_broken_is_unavailable_and_can_be_asked_again(desk, fault):
    desk.fake.fault(fault, 3)
    with pytest.raises(ProviderUnavailable) as caught:
        desk.provider.start(asking())
    assert not isinstance(caught.value, Refused)
    desk.fake.faults.clear()
    assert desk.provider.start(asking()).id


def test_nobody_at_the_address_is_unavailable():
    provider = StripeProvider("sk_test_x", "whsec_x", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ProviderUnavailable):
        provider.start(asking())


def test_a_wrong_key_is_unavailable_until_staff_mend_it(desk):
    with pytest.raises(ProviderUnavailable) as caught:
        StripeProvider("sk_test_other", desk.fake.secret, desk.fake.url).start(asking())
    assert not isinstance(caught.value, Refused)
    assert "sk_test" not in str(caught.value)


def test_what_stripe_does_not_know_is_refused_for_good(desk):
    with pytest.raises(Refused, match="resource_missing"):
        desk.provider.look_up("cs_test_nothing")


@pytest.mark.parametrize("fault", ["slow", "drip"])
@pytest.mark.parametrize(
    "verb",
    [
        lambda provider, pledge: provider.start(asking(key="attempt-9")),
        lambda provider, pledge: provider.pause(pledge, date(2026, 9, 1), "pause-1"),
        lambda provider, pledge: provider.refund("pi_1", Money(1, "GBP"), "refund-1"),
        lambda provider, pledge: list(provider.movements(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))),
    ],
)
def test_every_verb_ends_in_its_time_however_slowly_stripe_answers(desk, quick, fault, verb):
    pledge = desk.pledge()
    desk.fake.slowness = 1.5
    desk.fake.fault(fault, 20)
    began = time.perf_counter()
    with pytest.raises(ProviderUnavailable):
        verb(desk.provider, pledge)
    took = time.perf_counter() - began
    desk.fake.faults.clear()
    assert 0.7 < took < 10 / 5


def test_the_questions_of_one_verb_share_its_time(desk, quick):
    pledge = desk.pledge()
    desk.fake.slowness = 0.7  # each question alone would be in time; three and their pauses are not
    desk.fake.fault("slow", 20)
    began = time.perf_counter()
    with pytest.raises(ProviderUnavailable):
        desk.provider.pause(pledge, date(2026, 9, 1), "pause-1")
    assert time.perf_counter() - began < 10 / 5
    desk.fake.faults.clear()
    time.sleep(0.8)
    assert desk.provider.pause(pledge, date(2026, 9, 1), "pause-1").paused_until == date(2026, 9, 1)


def test_no_words_of_stripes_and_no_personal_data_reach_errors_or_logs(desk, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("stripe").setLevel(logging.WARNING)
    desk.fake.fault("500", 3)
    with pytest.raises(ProviderUnavailable) as caught:
        desk.provider.start(asking())
    error = caught.value
    assert error.__cause__ is None and error.__context__ is None
    assert str(error) == "Stripe: APIError, 500, req_0"
    desk.provider.start(asking())
    stripe_words = "".join(record.getMessage() for record in caplog.records if record.name == "stripe")
    assert "giver@example.org" not in stripe_words + str(error)


def test_control_the_library_itself_would_log_the_address_and_repeat_stripes_words(desk, caplog):
    caplog.set_level(logging.DEBUG, logger="stripe")
    client = stripe.StripeClient(desk.fake.key, base_addresses={"api": desk.fake.url}, stripe_version=API_VERSION)
    desk.fake.fault("500")
    with pytest.raises(stripe.APIError, match=r"giver@example\.org"):
        client.v1.checkout.sessions.create({"customer_email": "giver@example.org", "success_url": "https://x.example/"})
    assert "giver%40example.org" in caplog.text or "giver@example.org" in caplog.text
