"""What passes for a message of Stripe's and what does not, and how messages reach a door."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe

from donations.providers.base import BadNotice, Paid
from donations.providers.stripe import LARGEST, StripeProvider
from tests.donations.stripe_stand_in import Desk, asking
from tests.services.ports import wait_for


@pytest.fixture
def desk():
    desk = Desk(datetime(2026, 1, 22, 10, 30, tzinfo=UTC))
    desk.give()
    yield desk
    desk.fake.stop()


def refused(desk, body, headers, why, at=None):
    with pytest.raises(BadNotice, match=why) as caught:
        desk.provider.verify(body, headers, at or desk.at())
    assert caught.value.__context__ is None or "whsec" not in str(caught.value.__context__)
    assert len(str(caught.value)) < 80


def test_a_message_signed_for_this_site_passes_whole(desk):
    event = desk.last("checkout.session.completed")
    body, headers = desk.fake.signed(event)
    for names in (headers, {name.lower(): value for name, value in headers.items()}):
        notice = desk.provider.verify(body, names, desk.at())
        assert (notice.id, notice.kind, notice.payload) == (event["id"], event["type"], event)


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_five_minutes_either_way_are_fresh(desk, seconds):
    body, headers = desk.fake.signed(desk.fake.events[0], at=desk.fake.now + seconds)
    assert desk.provider.verify(body, headers, desk.at()).id == desk.fake.events[0]["id"]


@pytest.mark.parametrize("seconds", [-301, 301, -86400, 86400 * 365])
def test_older_messages_and_messages_from_the_future_are_refused(desk, seconds):
    body, headers = desk.fake.signed(desk.fake.events[0], at=desk.fake.now + seconds)
    refused(desk, body, headers, "not fresh")


def test_a_message_signed_with_another_secret_is_refused(desk):
    refused(desk, *desk.fake.signed(desk.fake.events[0], secret="whsec_of_a_stranger"), "not signed")


def test_a_message_with_one_byte_changed_is_refused(desk):
    body, headers = desk.fake.signed(desk.fake.events[0])
    refused(desk, body.replace(b"2500", b"2501"), headers, "not signed")


def test_a_second_time_stamp_does_not_make_an_old_message_fresh(desk):
    body, headers = desk.fake.signed(desk.fake.events[0], at=desk.fake.now - 4000)
    header = headers["Stripe-Signature"]
    for trick in (f"{header},t={desk.fake.now}", f"t={desk.fake.now},{header}"):
        refused(desk, body, {"Stripe-Signature": trick}, "not (fresh|signed)")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=1,v1=ünïcode",
        "t=1,v1=\udcff",
        "nonsense",
        "t=,v1=",
        "t=x,v1=y",
        "v1=abc",
        "t=1",
        "t=1,v0=abc",
        "=",
        ",,,",
        "t=９,v1=a",
    ],
)
def test_signatures_that_are_none_are_refused_and_never_an_error(desk, header):
    body, _headers = desk.fake.signed(desk.fake.events[0])
    refused(desk, body, {"Stripe-Signature": header}, "not signed")


def test_a_message_without_a_signature_is_refused(desk):
    refused(desk, desk.fake.signed(desk.fake.events[0])[0], {}, "not signed")


def test_ten_megabytes_are_refused_before_anything_else_is_looked_at(desk):
    class Unread(dict):
        def items(self):
            raise AssertionError("the headers were read")

    refused(desk, b"x" * 10_000_000, Unread(), "too large")
    with pytest.raises(AssertionError, match="were read"):
        desk.provider.verify(b"x" * LARGEST, Unread(), desk.at())


def test_a_body_that_is_no_utf8_is_refused(desk):
    _body, headers = desk.fake.signed(desk.fake.events[0])
    refused(desk, b"\xff\xfe{}", headers, "not signed")


def signed_text(desk, text):
    header = stripe.WebhookSignature.generate_signature_header(text, desk.fake.secret, desk.fake.now)
    return text.encode(), {"Stripe-Signature": header}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "null",
        "[]",
        '"x"',
        "{}",
        '{"object": "event"}',
        "[" * 100_000,
        '{"object": "charge", "id": "a", "type": "b"}',
    ],
)
def test_a_well_signed_body_that_is_no_message_is_refused(desk, text):
    refused(desk, *signed_text(desk, text), "not a message")


@pytest.mark.parametrize(
    "changes",
    [
        {"id": 7},
        {"id": ""},
        {"type": None},
        {"created": "now"},
        {"created": True},
        {"data": []},
        {"data": {}},
        {"data": {"object": []}},
    ],
)
def test_a_well_signed_message_of_another_shape_is_refused(desk, changes):
    refused(desk, *signed_text(desk, json.dumps(desk.fake.events[0] | changes)), "not a message")


@pytest.mark.parametrize("livemode", [True, None, "false", 0])
def test_a_message_of_the_other_mode_is_refused(desk, livemode):
    refused(desk, *desk.fake.signed(desk.fake.events[0] | {"livemode": livemode}), "other mode")


@pytest.mark.parametrize("key", ["sk_live_x", "rk_live_x"])
def test_a_site_with_a_live_key_takes_live_messages_alone(desk, key):
    live = StripeProvider(key, desk.fake.secret)
    event = desk.fake.events[0]
    assert live.verify(*desk.fake.signed(event | {"livemode": True}), desk.at()).id == event["id"]
    with pytest.raises(BadNotice, match="other mode"):
        live.verify(*desk.fake.signed(event), desk.at())


def test_a_site_without_a_secret_takes_nothing(desk):
    with pytest.raises(BadNotice, match="not signed"):
        StripeProvider(desk.fake.key, "").verify(*desk.fake.signed(desk.fake.events[0]), desk.at())


# --- at a door, over HTTP ---------------------------------------------------------------------------
class Door:
    """A site's door for messages: verifies, keeps by id, answers 200 or 400."""

    def __init__(self, provider):
        self.kept, self.order = {}, []
        door = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_args):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    notice = provider.verify(body, self.headers, datetime.now(UTC))
                except BadNotice:
                    status = 400
                else:
                    door.order.append(notice.id)
                    door.kept[notice.id] = notice
                    status = 200
                self.send_response(status)
                self.end_headers()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/give/notices/stripe/"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def door(desk):
    door = Door(desk.provider)
    yield door
    door.stop()


def test_messages_arrive_in_order_and_once(desk, door):
    names = [event["id"] for event in desk.fake.events]
    assert set(desk.fake.deliver(door.address)) == {200}
    assert door.order == names
    assert desk.fake.waiting() == []


def test_messages_arrive_twice_or_in_any_order_and_tell_the_same(desk, door):
    names = [event["id"] for event in desk.fake.events]
    desk.fake.delivered = 0
    desk.fake.deliver(door.address, "duplicate")
    assert sorted(door.order) == sorted(names * 2)
    desk.fake.delivered, door.order = 0, []
    desk.fake.deliver(door.address, "shuffled", seed=3)
    assert sorted(door.order) == sorted(names) and door.order != names
    told = [desk.provider.facts(door.kept[name]) or [] for name in door.order]
    assert len({fact.payment for facts in told for fact in facts if isinstance(fact, Paid)}) == 1


def test_forged_messages_are_refused_and_the_true_ones_come_after(desk, door):
    assert set(desk.fake.deliver(door.address, "forged")) == {400}
    assert door.kept == {}
    assert set(desk.fake.deliver(door.address)) == {200}


def test_held_messages_come_later_and_lost_ones_never_but_can_be_looked_up(desk, door):
    assert desk.fake.deliver(door.address, "held") == []
    assert len(desk.fake.waiting()) == len(desk.fake.events)
    assert desk.fake.deliver(door.address, "lost") == []
    assert desk.fake.deliver(door.address) == [] and door.kept == {}
    [paid] = desk.provider.look_up(desk.fake.of("checkout.session")[0]["id"])
    assert isinstance(paid, Paid)


def test_messages_can_be_delivered_as_they_are_made(desk, door):
    desk.fake.deliver_all_the_time(door.address)
    desk.fake.pay(desk.provider.start(asking(key="attempt-2", reference="GIFT2026")).id)
    wait_for(lambda: len(door.kept) == len(desk.fake.events), "the messages", 10)


def test_lost_messages_can_be_listed_and_tell_what_they_would_have_told(desk):
    desk.fake.move(days=1)
    desk.give(key="attempt-2", reference="GIFT2026")
    listed = desk.provider.notices(desk.at() - timedelta(hours=1), desk.at() + timedelta(seconds=1))
    events = [event for event in desk.fake.events if event["type"] in desk.provider.kinds]
    assert [notice.payload for notice in listed] == events[len(events) // 2 :]
    told = [fact for notice in listed for fact in desk.provider.facts(notice) or []]
    assert [fact.reference for fact in told if isinstance(fact, Paid)] == ["GIFT2026"]
