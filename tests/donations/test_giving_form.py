"""The giving form: one gift's way to the provider, the sums it takes, and what happens when things break."""

import re
import threading
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client

from donations import fees
from donations.models import Gift
from donations.money import Money, maximum, minimum
from donations.providers import base
from supporters.models import Supporter
from tests.donations.giver import HOME
from tests.giving import enter, general, paid, received_gift
from tests.pages import max_queries

pytestmark = pytest.mark.django_db


# --- the way of one gift ------------------------------------------------------------------------------
def test_a_gift_is_written_once_and_its_giver_sent_to_the_provider(giver, provider):
    fields = giver.fills()
    with max_queries(8):
        response = giver.sends(fields, 303)
    assert response["Location"] == "/pay/1/"
    gift = Gift.objects.get()
    assert (gift.total, gift.frequency, gift.status, gift.appeal) == (Money(2500, "GBP"), "once", "pending", general())
    assert gift.details == {"email": "ada@example.org", "first_name": "Ada", "last_name": "Obi"}
    [request] = provider.requests
    assert (request.total, request.monthly, request.email, request.name) == (
        Money(2500, "GBP"),
        False,
        "ada@example.org",
        "Ada Obi",
    )
    assert not Supporter.objects.exists(), "nothing but the attempt is written before money comes"


def test_the_way_back_from_the_provider_leads_to_the_form_with_the_same_choices(giver, provider):
    giver.sends(giver.fills(frequency="monthly", amount="other", other_amount="31.50", currency="USD"), 303)
    back = urlsplit(provider.requests[0].cancel_url)
    assert back.path == "/give/"
    assert parse_qs(back.query) == {"frequency": ["monthly"], "currency": ["USD"], "amount": ["31.50"]}
    page = giver.opens(f"{back.path}?{back.query}")
    assert page.review.startswith("$31.50 every month")


@pytest.mark.django_db(transaction=True)
def test_the_provider_is_asked_once_and_outside_any_transaction(giver, provider):
    giver.sends(giver.fills(), 303)
    assert provider.in_transaction == [False]


def test_a_form_sent_twice_is_one_gift_and_one_page(giver, provider):
    fields = giver.fills()
    answers = {giver.sends(fields, 303)["Location"] for _ in range(3)}
    assert answers == {"/pay/1/"}
    assert Gift.objects.count() == 1
    assert len(provider.requests) == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_one_gift(giver, provider):
    fields, answers = giver.fills(), []
    ready = threading.Barrier(4)

    def press():
        client = Client()
        ready.wait()
        answers.append(client.post("/give/", fields)["Location"])
        connection.close()

    presses = [threading.Thread(target=press) for _ in range(4)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert answers == ["/pay/1/"] * 4
    assert Gift.objects.count() == 1


def test_going_back_and_changing_the_sum_is_another_gift(giver, provider):
    fields = giver.fills()
    assert giver.sends(fields, 303)["Location"] == "/pay/1/"
    assert giver.sends(fields | {"amount": "60"}, 303)["Location"] == "/pay/2/"
    assert giver.sends(fields, 303)["Location"] == "/pay/1/", "and back again is the first"
    assert sorted(Gift.objects.values_list("amount", flat=True)) == [2500, 6000]


def test_two_tabs_are_two_attempts(giver, provider):
    first, second = giver.fills(), giver.fills()
    assert first["attempt"] != second["attempt"]
    assert giver.sends(first, 303)["Location"] != giver.sends(second, 303)["Location"]


def test_sending_a_form_again_whose_gift_has_come_shows_that_gift(giver, provider):
    fields = giver.fills()
    giver.sends(fields, 303)
    gift = Gift.objects.get()
    enter(paid(gift))
    assert giver.sends(fields, 303)["Location"].endswith(f"/give/thanks/{gift.reference}/")
    assert Gift.objects.count() == 1


@pytest.mark.parametrize("attempt", [None, "", "short", "x" * 65, "spaces in it, and more of them", "é" * 20])
def test_a_form_without_its_token_is_asked_for_once_more(giver, provider, attempt):
    page = giver.sends(giver.fills(attempt=attempt), 422)
    assert "Please press the button once more" in page.errors[""]
    assert page.field("email").get("value") == "ada@example.org"
    assert re.fullmatch(r"[\w-]{32}", page.hidden["attempt"], re.ASCII)
    assert not provider.requests


# --- sums ---------------------------------------------------------------------------------------------
READ = {"25": 2500, "25.5": 2550, "£1,200": 120000, " 25 ": 2500, "25,50": 2550, "1.234,56": 123456, "GBP 30": 3000}


@pytest.mark.parametrize("typed", READ)
def test_an_amount_is_read_as_people_type_it(giver, typed):
    giver.sends(giver.fills(amount="other", other_amount=typed), 303)
    assert Gift.objects.get().amount == READ[typed]


def test_a_point_groups_thousands_for_readers_of_spanish(giver):
    fields = giver.fills("/es/give/", amount="other", other_amount="1.234")
    giver.sends(fields, 303, "/es/give/")
    assert (Gift.objects.get().amount, Gift.objects.get().language) == (123400, "es")


REFUSED = [
    "", " ", "1e5", "1_000", "１２", "١٢", "-0", "-25", "+25", "NaN", "Infinity", "0", "0.00", "0.001", "25.999", "25\n", "25\x00",
    "€25", "$25", "25 USD", "abc", "1,2,3", "0x19", "25%", "2" * 21, "0.50", "10000.01", "99999999999", "<b>25</b>", "½", "25\u200b",
]  # fmt: skip


@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_no_amount_is_refused_beside_its_field_with_what_was_typed(giver, provider, typed):
    page = giver.sends(giver.fills(amount="other", other_amount=typed), 422)
    assert page.error_at("other_amount")
    assert list(page.errors) == ["#id_other_amount"]
    assert page.field("email").get("value") == "ada@example.org"
    if typed.isprintable():
        assert page.field("other_amount").get("value") == typed
    assert (provider.requests, Gift.objects.count()) == ([], 0)


@pytest.mark.parametrize("sent", ["1e5", "-25", "١٢", "25,00", "Other", "0", "0.10", "25.999", "999999999", "25\x00"])
def test_a_preset_that_the_page_cannot_have_sent_is_refused(giver, provider, sent):
    page = giver.sends(giver.fills(amount=sent), 422)
    assert list(page.errors) == ["#id_amount_other"]
    assert not provider.requests


def test_nothing_chosen_is_said_at_the_amounts(giver):
    assert giver.sends(giver.fills(amount=None), 422).errors == {"#id_amount_other": "Please choose an amount, or type your own."}


@pytest.mark.parametrize(("field", "sent"), [("currency", "CHF"), ("currency", "gbp"), ("currency", ""), ("frequency", "weekly"), ("frequency", None)])  # fmt: skip
def test_a_currency_or_frequency_not_on_offer_is_refused(giver, provider, field, sent):
    page = giver.sends(giver.fills(**{field: sent}), 422)
    assert [target.startswith(f"#id_{field}") for target in page.errors] == [True]
    assert not provider.requests


@pytest.mark.parametrize("currency", ["GBP", "USD", "EUR"])
def test_the_limits_of_each_currency_are_the_last_sums_taken(giver, currency):
    least, most = minimum(currency), maximum(currency)
    for money, status in ((least, 303), (most, 303), (least - Money(1, currency), 422), (most + Money(1, currency), 422)):
        giver.sends(giver.fills(currency=currency, amount="other", other_amount=money.major()), status)


def test_a_fee_on_top_may_not_carry_a_gift_over_the_limit(giver):
    page = giver.sends(giver.fills(amount="other", other_amount="10000", cover_fee="on"), 422)
    assert "largest gift" in page.error_at("other_amount")


def test_more_fields_than_the_form_has_change_nothing(giver, provider):
    more = {"total": "1", "status": "received", "fee_cover": "-2400", "provider": "offline", "reference": "mine", "next": "//evil.example",
            "appeal": "99", "return_url": "https://evil.example", "supporter": "1"}  # fmt: skip
    assert giver.sends(giver.fills(**more), 303)["Location"] == "/pay/1/"
    gift = Gift.objects.get()
    assert (gift.amount, gift.status, gift.fee_cover, gift.provider) == (2500, "pending", 0, "sandbox")
    assert "evil" not in provider.requests[0].return_url + provider.requests[0].cancel_url


@pytest.mark.parametrize("currency", ["GBP", "USD", "EUR"])
@pytest.mark.parametrize("typed", ["1", "25", "33.33", "9000"])
def test_the_covered_fee_leaves_the_whole_gift_and_is_the_sum_shown(giver, currency, typed):
    page = giver.opens(f"/give/?amount={typed}&currency={currency}")
    [shown] = [words for words in page.words("giving-exact") if words.startswith("Add")]
    fields = giver.fills(currency=currency, amount="other", other_amount=typed, cover_fee="on", frequency="monthly")
    giver.sends(fields, 303)
    gift = Gift.objects.get()
    wanted, (percent, fixed) = Money(gift.amount - gift.fee_cover, currency), fees.rate(currency)

    def left(total):
        return total * (10_000 - percent) // 10_000 - fixed

    assert left(gift.amount) >= wanted.minor > left(gift.amount - 1), "enough, and not a penny more"
    assert f"{gift.fee_cover / 100:.2f}".removesuffix(".00") in shown


# --- when things break, and who may look --------------------------------------------------------------
@pytest.mark.parametrize(
    ("fault", "words"), [(base.ProviderUnavailable("slow"), "press the button again"), (base.Refused("no"), "looking into it")]
)
def test_a_provider_that_does_not_answer_keeps_everything_and_charges_nothing(giver, provider, fault, words):
    provider.fails = fault
    fields = giver.fills(**HOME, cover_fee="on")
    page = giver.sends(fields, 503)
    assert words in page.errors[""]
    assert "nothing was charged" in page.errors[""]
    for name in ("email", "gift_aid_house", "gift_aid_postcode"):
        assert page.field(name).get("value") == fields[name]
    assert page.hidden["attempt"] == fields["attempt"]
    provider.fails = None
    assert giver.sends(fields, 303)["Location"] == "/pay/1/"
    assert Gift.objects.count() == 1
    assert len({request.key for request in provider.requests}) == 1, "asked again under the same key"


def test_what_the_guard_refuses_comes_back_with_everything_typed(giver, provider):
    for robot in ({"guard": "not ours"}, {"website": "https://spam.example"}):
        page = giver.sends(giver.fills(**robot), 422)
        assert "Nothing was charged" in page.errors[""]
        assert page.field("email").get("value") == "ada@example.org"
        assert page.field("guard").get("value")
    assert (provider.requests, Gift.objects.count()) == ([], 0)


def test_whom_the_guard_asks_to_wait_is_told_how_long(giver, provider):
    for _ in range(50):
        fields = giver.fills()
        response = giver.client.post("/give/", fields)
        if response.status_code != 303:
            break
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert len(provider.requests) < 50


def test_a_post_from_elsewhere_is_refused(provider):
    browser = Client(enforce_csrf_checks=True)
    browser.get("/give/")
    assert browser.post("/give/", {"frequency": "once"}).status_code == 403


def test_other_methods_are_not_answered(client):
    assert {client.generic(method, "/give/").status_code for method in ("PUT", "DELETE", "PATCH")} == {405}


def test_nobody_finds_a_donor_in_anybodys_page(giver, client):
    canary = {"first_name": "Canarina", "last_name": "Zzyzx", "email": "canary@zzyzx.example"}
    received_gift(details=canary)
    giver.sends(giver.fills(**canary), 303)
    stranger = Client()
    for path in ("/give/", "/freedom-partner/", f"/give/thanks/{Gift.objects.first().reference}/"):
        html = stranger.get(path).content.decode().lower()
        assert "canar" not in html
        assert "zzyzx" not in html
