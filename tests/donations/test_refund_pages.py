"""Refunds in the admin: asked for on a gift's page, decided by another person, each step with its reason in the log."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from donations import providers
from donations.models import Gift, RefundRequest
from donations.money import Money
from donations.providers import base
from tests import factories as make
from tests import giving
from tests.staff import said, signed_in

pytestmark = pytest.mark.django_db


class Provider:
    """A provider that refunds, or is away."""

    def __init__(self) -> None:
        self.calls: list[Money] = []
        self.trouble: Exception | None = None

    def refund(self, payment: str, amount: Money, key: str) -> base.Refund:
        if self.trouble:
            raise self.trouble
        self.calls.append(amount)
        return base.Refund(f"re_{len(self.calls)}", amount)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    made = Provider()
    monkeypatch.setattr(providers, "named", lambda name: made)
    return made


@pytest.fixture
def fundraiser(db: None) -> Client:
    return signed_in(make.staff("Fundraising"))


@pytest.fixture
def finance(db: None) -> Client:
    return signed_in(make.staff("Finance"))


def ask(client: Client, gift: Gift, amount: str, reason: str = "Gave twice by mistake") -> Any:
    return client.post(f"/admin/donations/gift/{gift.pk}/refund/", {"amount": amount, "reason": reason}, follow=True)


def decide(client: Client, refund: RefundRequest, how: str, reason: str = "Checked with the bank") -> Any:
    return client.post(f"/admin/donations/refundrequest/{refund.pk}/decide/{how}/", {"reason": reason}, follow=True)


def test_a_part_is_typed_as_people_do_and_goes_at_once(fundraiser: Client, provider: Provider):
    gift = giving.received_gift(2500)
    assert "is sent" in said(ask(fundraiser, gift, " £10.50 "))
    assert provider.calls == [Money(1050, "GBP")]
    trace = LogEntry.objects.get()
    assert (trace.object_id, "Gave twice by mistake" in trace.change_message) == (str(gift.pk), True)


def test_the_whole_of_what_is_left_is_offered(fundraiser: Client, provider: Provider):
    gift = giving.received_gift(2500)
    ask(fundraiser, gift, "10")
    page = fundraiser.get(f"/admin/donations/gift/{gift.pk}/refund/")
    assert page.context["form"]["amount"].value() == "15.00"
    assert "£15" in page.content.decode()


@pytest.mark.parametrize("amount", ["25.01", "1e5", "-1", "0", "", "10.001", "NaN", "$5", "１０"])
def test_a_sum_that_cannot_go_back_is_refused_beside_its_field(fundraiser: Client, provider: Provider, amount: str):
    page = ask(fundraiser, giving.received_gift(2500), amount)
    assert list(page.context["form"].errors) == ["amount"]
    assert not RefundRequest.objects.exists()
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_refund_without_a_reason_is_not_asked_for(fundraiser: Client, provider: Provider, reason: str):
    assert list(ask(fundraiser, giving.received_gift(), "5", reason).context["form"].errors) == ["reason"]
    assert not RefundRequest.objects.exists()


def test_a_large_refund_is_approved_by_finance_with_a_reason(fundraiser: Client, finance: Client, provider: Provider):
    gift = giving.received_gift(50_000)
    assert "waits for a second person" in said(ask(fundraiser, gift, "500"))
    refund = RefundRequest.objects.get()
    assert not provider.calls
    assert decide(finance, refund, "approve", "").context["form"].errors
    assert not provider.calls
    assert "is sent" in said(decide(finance, refund, "approve"))
    assert provider.calls == [Money(50_000, "GBP")]
    assert LogEntry.objects.filter(change_message__contains="Checked with the bank").count() == 2  # on the gift and the refund
    decide(finance, refund, "approve")
    assert len(provider.calls) == 1


def test_whoever_asked_is_not_offered_to_approve(finance: Client, provider: Provider):
    ask(finance, giving.received_gift(50_000), "500")
    refund = RefundRequest.objects.get()
    page = finance.get(f"/admin/donations/refundrequest/{refund.pk}/change/")
    assert [name for name, _label in page.context["decisions"]] == ["refuse"]
    assert "not yours to decide" in said(decide(finance, refund, "approve"))
    assert not provider.calls
    refund.refresh_from_db()
    assert refund.state == "asked"


def test_fundraising_does_not_decide(fundraiser: Client, provider: Provider):
    ask(fundraiser, giving.received_gift(50_000), "500")
    refund = RefundRequest.objects.get()
    assert not fundraiser.get(f"/admin/donations/refundrequest/{refund.pk}/change/").context["decisions"]
    assert decide(signed_in(make.staff("Fundraising")), refund, "approve").status_code == 403
    assert not provider.calls


def test_a_refused_refund_says_why_and_sends_nothing(fundraiser: Client, finance: Client, provider: Provider):
    ask(fundraiser, giving.received_gift(50_000), "500")
    refund = RefundRequest.objects.get()
    assert "is refused" in said(decide(finance, refund, "refuse", "Not their gift"))
    refund.refresh_from_db()
    assert (refund.state, refund.said) == ("refused", "Not their gift")
    assert not provider.calls


def test_a_provider_that_is_away_is_said_and_the_refund_kept(fundraiser: Client, provider: Provider):
    provider.trouble = base.ProviderUnavailable("no answer")
    assert "sent by itself, once" in said(ask(fundraiser, giving.received_gift(), "5"))
    assert RefundRequest.objects.get().state == "approved"


def test_a_provider_that_refuses_is_said_in_its_words(fundraiser: Client, provider: Provider):
    provider.trouble = base.Refused("charge disputed")
    assert "charge disputed" in said(ask(fundraiser, giving.received_gift(), "5"))


@pytest.mark.parametrize("how", ["explode", "asked", "APPROVE"])
def test_there_are_no_other_decisions(finance: Client, fundraiser: Client, provider: Provider, how: str):
    ask(fundraiser, giving.received_gift(50_000), "500")
    decide(finance, RefundRequest.objects.get(), how)
    assert RefundRequest.objects.get().state == "asked"


def test_a_gift_that_never_came_offers_no_refund(fundraiser: Client, provider: Provider):
    gift = giving.pending_gift()
    assert "Refund…" not in fundraiser.get(f"/admin/donations/gift/{gift.pk}/change/").content.decode()
    assert "nothing left" in said(ask(fundraiser, gift, "5"))
    assert "Refund…" in fundraiser.get(f"/admin/donations/gift/{giving.received_gift().pk}/change/").content.decode()
