"""What became of a gift, told to whoever has the link; and whether a receipt is ours."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from donations.models import Appeal, Gift, Receipt
from donations.models.gifts import GiftStatus
from donations.money import Money
from donations.providers import base
from donations.views import SHOWN
from tests import factories
from tests.giving import enter, pending_gift, pledge, received_gift
from tests.pages import Reader, html_valid, max_queries

pytestmark = pytest.mark.django_db

CANARY = {"first_name": "Canarina", "last_name": "Zzyzx", "email": "canary@zzyzx.example"}


def words(response):
    return " ".join("".join(html_valid(response.content).itertext()).split())


def thanks(gift, status=200, queries=2):
    """Return the page of a gift as a stranger without a cookie sees it."""
    return Reader().get(f"/give/thanks/{gift.reference}/", status=status, queries=queries)


def in_state(status, **fields):
    gift = (
        received_gift(**fields)
        if status not in {"pending", "on_its_way", "failed", "expired", "skipped"}
        else pending_gift(**fields)
    )
    Gift.objects.filter(pk=gift.pk).update(status=status)
    return gift


TITLES = {
    "received": "Thank you. Your gift has come",
    "on_its_way": "Thank you. Your gift is on its way",
    "pending": "We have not heard from the bank yet",
    "failed": "Your gift did not go through",
    "expired": "Your gift did not go through",
    "skipped": "Your gift did not go through",
    "disputed": "Thank you. Your gift has come",
    "refunded": "This gift was returned",
    "lost": "This gift was returned",
}


@pytest.mark.parametrize("status", TITLES)
def test_the_page_tells_the_real_state_of_the_gift_and_nothing_of_its_giver(status):
    response = thanks(in_state(status, details=dict(CANARY)))
    assert [e.text for e in response.tree.iter("h1")] == [TITLES[status]]
    assert "£25, once" in words(response)
    html = response.content.decode().lower()
    assert not [word for word in ("canar", "zzyzx") if word in html]


def test_every_state_has_its_page():
    assert set(SHOWN) == set(GiftStatus)
    assert set(TITLES) == {str(status) for status in GiftStatus}


def test_the_page_is_kept_by_nobody_and_tells_nobody_where_it_is():
    response = thanks(received_gift())
    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex"
    assert [e.get("content") for e in response.tree.iter("meta") if e.get("name") == "robots"] == ["noindex"]
    assert not [e for e in response.tree.iter("form") if e.get("method") == "post"], "it only reads"


def test_a_gift_that_does_not_exist_is_answered_like_any_page_that_does_not(client):
    gift = received_gift()
    for reference in ("x" * 22, gift.reference[:-1], gift.reference + "x", gift.reference.swapcase(), "%00", "é"):
        if reference != gift.reference:
            response = client.get(f"/give/thanks/{reference}/")
            assert response.status_code == 404, reference
            assert "no page at this address" in words(response)


def test_looking_changes_nothing(client):
    gift = pending_gift()
    before = Gift.objects.values().get()
    client.get(f"/give/thanks/{gift.reference}/")
    assert Gift.objects.values().get() == before
    assert client.post(f"/give/thanks/{gift.reference}/").status_code == 405


def test_a_state_that_is_still_open_can_be_looked_at_again_without_scripts():
    gift = pending_gift()
    response = thanks(gift)
    assert f"/give/thanks/{gift.reference}/" in {e.get("href") for e in response.tree.iter("a")}
    assert not [e for e in response.tree.iter("meta") if e.get("http-equiv")], "nobody's reading is cut short"
    assert [e.get("data-module") for e in response.tree.iter("article")] == ["look-again"]


def test_a_failed_gift_is_tried_again_with_the_same_choices(client):
    appeal = Appeal.objects.create(slug="harvest", title="Harvest", published=True)
    gift = in_state("failed", minor=2558, fee_cover=58, frequency="monthly", appeal=appeal)
    response = thanks(gift)
    assert "Harvest" in words(response)
    again = next(e.get("href") for e in response.tree.iter("a") if e.text == "Try again with the same choices")
    assert again == "/give/harvest/?frequency=monthly&currency=GBP&amount=25"
    form = client.get(again)
    assert form.status_code == 200
    assert "£25 every month" in words(form)


def test_a_single_gift_may_become_monthly_and_a_monthly_one_is_not_asked_again():
    assert "/give/?frequency=monthly&currency=GBP" in {e.get("href") for e in thanks(received_gift()).tree.iter("a")}
    response = thanks(pledge().gifts.get())
    assert "Make it every month" not in words(response)
    assert "From today you are a Freedom Partner" in words(response)
    assert "Your next gift is on" in words(response)


def test_the_story_that_moved_the_giver_can_be_passed_on_while_it_may_be():
    story = factories.published_story(title="The first cake", slug="cake")
    gift = received_gift(story_slug="cake")
    response = thanks(gift, queries=3)
    assert "The first cake" in words(response)
    assert "facebook.com" in response.content.decode()
    story.status = "draft"
    story.save()
    assert "The first cake" not in words(thanks(gift, queries=3))


def test_the_page_speaks_the_language_of_its_address(client):
    gift = received_gift(language="es")
    assert client.get(f"/es/give/thanks/{gift.reference}/")["Content-Language"] == "es"
    assert "25\xa0£" in client.get(f"/es/give/thanks/{gift.reference}/").content.decode()


# --- receipts -----------------------------------------------------------------------------------------
def verified(receipt, queries=1):
    return Reader().get(reverse("verify-receipt", args=[receipt.code]), queries=queries)


def test_a_receipt_in_force_is_told_with_its_number_day_and_sum_but_not_its_donor():
    gift = received_gift(details=dict(CANARY))
    receipt = Receipt.objects.get(gift=gift)
    said = words(verified(receipt))
    for told in ("In force", receipt.number, "£25", receipt.digest, receipt.content["issued_on"], "no money moved"):
        assert told in said
    assert "canar" not in said.lower()
    assert "zzyzx" not in said.lower()
    assert verified(receipt)["Cache-Control"] == "private, no-store"


def test_a_receipt_that_was_voided_says_so():
    gift = received_gift()
    enter(base.Refunded(happened_at=timezone.now(), payment=gift.payment, refund="r1", amount=Money(2500, "GBP")))
    assert "No longer valid" in words(verified(Receipt.objects.get(gift=gift)))


def test_a_replaced_receipt_names_the_one_in_its_place():
    gift = received_gift()
    old = Receipt.objects.get(gift=gift)
    Receipt.objects.filter(pk=old.pk).update(voided_at=timezone.now(), voided_because="refund")
    new = Receipt.objects.create(
        number="TEST-GB-2026-000900", jurisdiction="GB", year=2026, serial=900, test=True, gift=gift, replaces=old,
        content=old.content, digest=old.digest,
    )  # fmt: skip
    assert "Replaced" in words(verified(old))
    assert new.number in words(verified(old))
    assert "In force" in words(verified(new))


def test_a_code_is_found_however_its_letters_are_typed_and_others_are_not(client):
    receipt = Receipt.objects.get(gift=received_gift())
    assert client.get(f"/give/receipts/{receipt.code.lower()}/").status_code == 200
    for code in ("X" * 26, receipt.code[:-1], "%00"):
        assert Client().get(f"/give/receipts/{code}/").status_code == 404


def test_a_gifts_page_is_quick():
    gift = pledge().gifts.get()
    with max_queries(1):
        Client().get(f"/give/thanks/{gift.reference}/")
