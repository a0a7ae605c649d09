"""The page of the monthly partners: public, and it leads to the form with monthly chosen."""

import pytest
from django.test import override_settings

from donations.models import SuggestedAmount
from tests.giving import general

pytestmark = pytest.mark.django_db


def links(response):
    return [e.get("href") for e in response.tree.iter("a")]


@pytest.mark.parametrize("path", ["/freedom-partner/", "/es/freedom-partner/"])
def test_the_page_is_public_valid_and_quick(reader, path):
    response = reader.get(path, queries=2)
    assert response["Cache-Control"].startswith("public")
    assert b"csrf" not in response.content


def test_each_monthly_amount_leads_to_the_form_with_itself_chosen(reader, client):
    found = [link for link in links(reader.get("/freedom-partner/")) if link and "amount=" in link]
    assert found == [f"/give/?frequency=monthly&amount={amount}&currency=GBP" for amount in (10, 24, 50, 100)]
    for link, amount in zip(found, (10, 24, 50, 100), strict=True):
        assert f"Give £{amount} every month" in client.get(link).content.decode()


def test_the_amounts_are_those_that_staff_keep(reader):
    SuggestedAmount.objects.filter(appeal=general(), amount=2400, currency="GBP").update(amount=2550, impact="Helps two.")
    words = reader.get("/freedom-partner/").content.decode()
    assert "£25.50" in words
    assert "Helps two." in words


def test_without_suggested_amounts_the_page_still_leads_on(reader):
    with override_settings(CURRENCIES=["JPY"], DEFAULT_CURRENCY="JPY"):
        response = reader.get("/freedom-partner/")
    assert "/give/?frequency=monthly" in links(response)
    assert not [e for e in response.tree.iter("ul") if e.get("class") == "partner-sums"]


def test_the_home_page_leads_there(reader):
    assert "/freedom-partner/" in links(reader.get("/"))
