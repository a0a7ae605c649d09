"""The stand-in is honest: it refuses what Stripe would, and its objects are Stripe's."""

import http.client
import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import stripe
from stripe.params import BalanceTransactionListParams, SubscriptionUpdateParams
from stripe.params.checkout import SessionCreateParams

from donations.providers.stripe_wire import API_VERSION
from tests.donations.stripe_stand_in import Desk, asking
from tests.services import stripe as stand_in
from tests.services.stripe_billing import SAMPLES, month_after
from tests.services.stripe_params import faults, tree_of

GOOD = (
    "mode=payment&success_url=https%3A%2F%2Fx&locale=es&adaptive_pricing[enabled]=false&metadata[reference]=G&expand[0]=invoice"
    "&line_items[0][quantity]=1&line_items[0][price_data][currency]=gbp&line_items[0][price_data][unit_amount]=2500"
    "&line_items[0][price_data][product_data][name]=A+gift"
)


@pytest.fixture
def desk():
    desk = Desk(datetime(2026, 1, 22, 10, 30, tzinfo=UTC))
    yield desk
    desk.fake.stop()


def test_good_parameters_have_no_faults():
    assert list(faults(tree_of(GOOD), SessionCreateParams)) == []
    assert list(faults(tree_of("pause_collection=&trial_end=now&items[0][id]=si_1"), SubscriptionUpdateParams)) == []


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (("mode=payment", "mode=pay"), "mode: 'pay' is none of"),
        (("mode=payment", "mode=payment&colour=red"), "[colour]: unknown to SessionCreateParams"),
        (("unit_amount]=2500", "unit_amount]=25.00"), "unit_amount]: '25.00' is no int"),
        (("&line_items[0][price_data][currency]=gbp", ""), "line_items[0][price_data][currency]: missing"),
        (("enabled]=false", "enabled]=no"), "adaptive_pricing[enabled]: 'no' is no bool"),
        (("[product_data][name]=A+gift", "[product_data]=A+gift"), "product_data]: not a dictionary"),
        (("line_items[0][quantity]", "line_items[1][quantity]"), "line_items"),
        (("locale=es", "locale=xx"), "locale: 'xx' is none of"),
        (("metadata[reference]=G", "metadata=G"), "metadata"),
    ],
)
def test_control_every_kind_of_wrong_parameter_is_found(change, wrong):
    found = list(faults(tree_of(GOOD.replace(*change)), SessionCreateParams))
    assert len(found) >= 1 and any(wrong in fault for fault in found), found


def test_control_wrong_parameters_of_lists_and_revisions_are_found():
    assert list(faults(tree_of("created[gte]=soon&limit=x"), BalanceTransactionListParams)) == [
        "created[gte]: 'soon' is no int",
        "limit: 'x' is no int",
    ]
    assert list(faults(tree_of("pause_collection[behavior]=stop"), SubscriptionUpdateParams))


def test_control_a_request_that_stripe_would_not_know_is_refused_over_the_wire_and_kept(desk):
    client = stripe.StripeClient(desk.fake.key, base_addresses={"api": desk.fake.url}, stripe_version=API_VERSION)
    with pytest.raises(stripe.InvalidRequestError, match="unknown to SessionCreateParams"):
        client.v1.checkout.sessions.create({"success_url": "https://x.example/", "payment_method_types": ["card"]})
    assert desk.fake.wrong == ["[payment_method_types]: unknown to SessionCreateParams"]


def test_another_version_or_key_is_refused(desk):
    for key, version in (("sk_test_x", API_VERSION), (desk.fake.key, "2025-03-31.basil")):
        client = stripe.StripeClient(key, base_addresses={"api": desk.fake.url}, stripe_version=version)
        with pytest.raises(stripe.StripeError):
            client.v1.events.list()
    assert stand_in.VERSION == API_VERSION


def test_a_giver_can_pay_on_the_page_with_a_browser(desk):
    checkout = desk.provider.start(asking())
    parts = urlsplit(checkout.url)

    def ask(method, body=None):
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
        connection.request(method, parts.path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        told = answer.status, answer.getheader("Location"), answer.read().decode()
        connection.close()
        return told

    assert ask("GET")[0] == 200
    assert ask("POST", "how=declined")[1] == parts.path
    assert ask("POST", "how=succeeds")[:2] == (303, asking().return_url)
    assert ask("GET")[:2] == (303, asking().return_url)
    assert desk.fake.things[checkout.id]["payment_status"] == "paid"


def test_keys_are_forgotten_after_a_day_as_stripes_may_be(desk):
    first = desk.provider.start(asking())
    desk.fake.move(days=1, seconds=1)
    assert desk.provider.start(asking()).id != first.id


def test_the_samples_are_stripes_and_say_so():
    text = json.loads((Path(stand_in.__file__).parent / "stripe_samples.json").read_text())
    assert "From Stripe's OpenAPI fixtures" in text["_notice"] and "MIT licence" in text["_notice"]
    assert set(SAMPLES) == set(text["resources"])
    assert "subscription_details" in SAMPLES["invoice"]["parent"]


def test_months_are_counted_from_the_anchor_and_return_to_the_31st():
    anchor = int(datetime(2027, 10, 31, 12, tzinfo=UTC).timestamp())
    days = [datetime.fromtimestamp(month_after(anchor, months), UTC).day for months in range(6)]
    assert days == [31, 30, 31, 31, 29, 31]


def test_the_page_of_a_first_run_names_every_type_of_message(desk):
    words = (Path(stand_in.__file__).parents[2] / "docs" / "stripe-first-run.md").read_text()
    listed = {
        line.strip("- `\n") for line in words.splitlines() if line.startswith("- `") and "." in line and " " not in line[3:]
    }
    assert listed == desk.provider.kinds
    assert API_VERSION in words
