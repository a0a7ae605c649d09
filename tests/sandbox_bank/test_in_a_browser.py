"""The bank's pages in a real browser: by keyboard, on a phone, without scripts, shutting nobody out."""

import json

import pytest

from sandbox_bank.models import Payment
from tests.browser import sideways_overflow
from tests.hope_site.test_every_page import audit
from tests.sandbox_bank import bank

SEED = """
import json
from django.test import Client
from sandbox_bank import api
from tests import factories
from tests.sandbox_bank import bank
from tests.staff import signed_in
schedule = bank.monthly(name="Rosa Maria Fernandez de la Cruz Montenegro", minor=1_250_000)
asks = bank.opened()
Client(headers={"host": "127.0.0.1"}).post(f"/sandbox/checkout/{asks.ref}/", {"outcome": "confirm"})
bank.paid(debit=True)
card = api.new_card(schedule.ref, "http://127.0.0.1/", "k").rstrip("/").rpartition("/")[2]
print("SEED", json.dumps({
    "paths": [f"/sandbox/checkout/{bank.opened(monthly=True).ref}/", f"/sandbox/checkout/{asks.ref}/",
              f"/sandbox/card/{card}/", "/sandbox/bank/"],
    "session": signed_in(factories.staff()).cookies["session"].value,
}))
"""


@pytest.fixture(scope="module")
def bank_site(_filled, tmp_path_factory, worker_id):
    """Give a running site whose bank has something of everything; `.seed` says where."""
    site = _filled(tmp_path_factory.mktemp("bank") / "var", f"hope_bank_{worker_id}")
    site.start()
    said = site.manage("shell", "--no-imports", "--command", SEED)
    site.seed = json.loads(said.rpartition("SEED")[2])
    yield site
    site.stop()


@pytest.mark.parametrize("number", range(4))
def test_every_page_of_the_bank_shuts_nobody_out(open_page, bank_site, number):
    page = open_page(base_url=bank_site.url, reduced_motion="reduce")
    page.context.add_cookies([{"name": "session", "value": bank_site.seed["session"], "url": bank_site.url}])
    assert page.goto(bank_site.seed["paths"][number]).status == 200
    assert audit(page) == {}
    small = page.evaluate(
        "() => [...document.querySelectorAll('main button')].filter(button => button.getBoundingClientRect().height < 44)"
        ".map(button => button.innerText)"
    )
    assert small == []


def back_to(site):
    """Return where a payer is sent: a page of this very site, so that the browser's own rules for forms are tried."""
    return {"return_url": f"{site.url}/sandbox/style/?paid", "cancel_url": f"{site.url}/sandbox/style/?left"}


@pytest.mark.django_db(transaction=True)
def test_a_phone_without_scripts_is_declined_then_confirms_and_returns(open_page, live_server, door):
    checkout = bank.opened(monthly=True, **back_to(live_server))
    page = open_page(360, 740, scripts=False, base_url=live_server.url, is_mobile=True, has_touch=True)
    page.goto(f"/sandbox/checkout/{checkout.ref}/")
    assert sideways_overflow(page) == []
    page.get_by_role("button", name="Card is declined").tap()
    assert "Nothing was charged" in page.get_by_role("alert").inner_text()
    page.get_by_role("button", name="Bank asks for confirmation").tap()
    page.get_by_role("button", name="Confirm the payment").tap()
    page.wait_for_url("**/sandbox/style/?paid")
    assert door.kinds == ["payment.failed", "schedule.started", "payment.paid"]


@pytest.mark.django_db(transaction=True)
def test_paying_by_keyboard_and_going_back_charges_once(open_page, live_server, door):
    checkout = bank.opened(**back_to(live_server))
    page = open_page(base_url=live_server.url)
    page.goto(f"/sandbox/checkout/{checkout.ref}/")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Pay £25.00"
    page.keyboard.press("Enter")
    page.wait_for_url("**/sandbox/style/?paid")
    page.go_back()
    assert "£25.00 paid" in page.locator("h1").inner_text()
    assert Payment.objects.count() == 1
    assert door.kinds == ["payment.paid"]
