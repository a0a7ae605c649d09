"""Gift Aid claims: each gift once, in the tax office's columns, with what has to be taken off."""

import csv
import datetime
import io
import zipfile

import pytest
from django.db import IntegrityError, transaction

from donations import gift_aid, gift_aid_claims
from donations.calendar import today
from donations.gift_aid_claims import NothingToClaim
from donations.models import CharityDetails, ClaimedGift, GiftAidClaim, GiftAidDeclaration, Statement
from donations.money import Money
from donations.providers import base
from donations.statements import issuing
from donations.tax_years import tax_year
from tests import giving
from tests.factories import staff
from tests.pages import html_valid
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
WHO = {"title": "Dr", "first_name": "Ada", "last_name": "Obi", "house": "2", "address": "Hope Street", "postcode": "LS6 2AB"}
PAGE = "/admin/donations/giftaidclaim/"


@pytest.fixture(autouse=True)
def _british(settings):
    settings.TAX_JURISDICTION = "GB"


def gave(minor=2500, declared=True, email="ada@example.org", days_ago=3, **who):
    gift = giving.pending_gift(minor, details=giving.details(email=email))
    at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days_ago)
    giving.enter(giving.paid(gift, happened_at=at))
    gift.refresh_from_db()
    if declared:
        gift_aid.declare([gift.supporter], future=False, past=True, **{**WHO, **who})
    return gift


def rows(claim):
    with zipfile.ZipFile(io.BytesIO(gift_aid_claims.schedules(claim))) as files:
        texts = [files.read(name).decode("utf-8-sig") for name in files.namelist()]
    return [list(csv.reader(io.StringIO(text))) for text in texts]


def test_a_claim_takes_each_gift_once_in_the_tax_offices_columns():
    gift = gave(12_345)
    gave(700, declared=False, email="ben@example.org")
    claim = gift_aid_claims.make(today(), staff())
    ((heads, row),) = rows(claim)
    assert tuple(heads) == gift_aid_claims.COLUMNS
    assert row == ["Dr", "Ada", "Obi", "2", "LS6 2AB", "", "", f"{gift.given_on:%d/%m/%y}", "123.45"]
    assert (claim.gifts, claim.total) == (1, 12_345)
    with pytest.raises(NothingToClaim):
        gift_aid_claims.make(today(), staff())
    assert GiftAidClaim.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimedGift.objects.create(claim=claim, gift=gift, declaration=GiftAidDeclaration.objects.first(), amount=1)


def test_a_day_still_to_come_and_gifts_after_the_day_are_left():
    gave(days_ago=1)
    with pytest.raises(ValueError):
        gift_aid_claims.make(today() + datetime.timedelta(days=1), staff())
    with pytest.raises(NothingToClaim):
        gift_aid_claims.make(today() - datetime.timedelta(days=2), staff())
    assert gift_aid_claims.make(today(), staff()).gifts == 1


def test_what_went_back_after_it_was_claimed_is_to_be_taken_off():
    gift = gave(2500)
    gift_aid_claims.make(today(), staff())
    assert gift_aid_claims.adjustment() == Money(0, "GBP")
    giving.enter(
        base.Refunded(
            happened_at=datetime.datetime.now(datetime.UTC), payment=gift.payment, refund="re", amount=Money(1000, "GBP")
        )
    )
    assert gift_aid_claims.adjustment() == Money(250, "GBP")
    gave(2000, email="ben@example.org")
    assert gift_aid_claims.make(today(), staff()).taken_off == 250
    assert gift_aid_claims.adjustment() == Money(0, "GBP"), "it is taken off once"


def test_who_lives_abroad_has_an_x_and_a_formula_in_a_name_is_defused():
    gave(postcode="", first_name="=cmd()")
    ((_heads, row),) = rows(gift_aid_claims.make(today(), staff()))
    assert (row[1], row[4]) == ("'=cmd()", "X")


def test_a_spreadsheet_has_a_thousand_rows_at_most(monkeypatch):
    monkeypatch.setattr(gift_aid_claims, "ROWS", 2)
    monkeypatch.setattr(gift_aid_claims, "GROUP", 2)
    for number in range(5):
        gave(100 + number, email=f"giver{number}@example.net")
    assert [len(each) - 1 for each in rows(gift_aid_claims.make(today(), staff()))] == [2, 2, 1]


def test_finance_makes_a_claim_and_takes_its_files_and_nobody_else(settings):
    gave()
    finance = signed_in(staff("Finance"))
    for path in (PAGE, f"{PAGE}make/"):
        shown = finance.get(path)
        assert shown.status_code == 200
        html_valid(shown.content)
    wrong = finance.post(f"{PAGE}make/", {"until": "2999-01-01"})
    assert wrong.status_code == 422 and "still to come" in wrong.text
    assert finance.post(f"{PAGE}make/", {"until": str(today())}).status_code == 302
    claim = GiftAidClaim.objects.get()
    assert finance.get(f"{PAGE}{claim.pk}/schedule/")["Content-Type"] == "application/zip"
    again = finance.post(f"{PAGE}make/", {"until": str(today())})
    assert again.status_code == 422 and "Nothing up to that day" in again.text
    listed = finance.get(PAGE)
    html_valid(listed.content)
    assert "£6.25" in listed.text
    fundraising = signed_in(staff("Fundraising"))
    for path in (PAGE, f"{PAGE}make/", f"{PAGE}{claim.pk}/schedule/"):
        assert fundraising.get(path).status_code == 403
    settings.TAX_JURISDICTION = "US"
    assert finance.get(f"{PAGE}make/").status_code == 404


def test_finance_sees_statements_and_prints_them():
    CharityDetails.objects.update(registration="Registered charity 1099126")
    gift = gave(days_ago=800)
    statement = issuing.issue(gift.supporter, tax_year(gift.given_on, "GB"))
    finance = signed_in(staff("Finance"))
    where = f"/admin/donations/statement/{statement.pk}/"
    for path in ("/admin/donations/statement/", f"/admin/donations/statement/?q={statement.code}", f"{where}change/"):
        shown = finance.get(path)
        assert shown.status_code == 200 and statement.number in shown.text
        html_valid(shown.content)
    assert finance.get(f"{where}pdf/").content.startswith(b"%PDF")
    assert finance.post(f"{where}change/", {"number": "X"}).status_code == 403
    assert Statement.objects.get().number == statement.number
    assert signed_in(staff("Fundraising")).get(f"{where}pdf/").status_code == 403
