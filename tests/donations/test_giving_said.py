"""What is said beside the sum: consent, dedication, Gift Aid; each kept as it was read, or refused at its field."""

import pytest
from django.test import override_settings

from donations import declaration_words
from donations.models import Dedication, Gift, GiftAidDeclaration
from supporters.models import Supporter, SupporterConsent
from tests.donations.giver import HOME
from tests.giving import enter, paid

pytestmark = pytest.mark.django_db


def come(gift=None):
    """Let the money of the only gift come, and return it with what was made of what was said."""
    gift = gift or Gift.objects.get()
    enter(paid(gift))
    gift.refresh_from_db()
    return gift


def test_consent_to_mail_is_unticked_and_kept_in_the_words_that_were_read(giver):
    page = giver.opens()
    assert page.checked("consent_email") == []
    assert declaration_words.updates() in " ".join(page.words("field__label"))
    giver.sends(giver.fills(consent_email="on"), 303)
    consent = SupporterConsent.objects.get(supporter=come().supporter)
    assert (consent.given, consent.words, consent.source) == (True, declaration_words.updates(), "giving form")


def test_without_consent_none_is_kept(giver):
    giver.sends(giver.fills(), 303)
    assert come().supporter.email == "ada@example.org"
    assert not SupporterConsent.objects.exists()


def test_an_address_is_known_however_its_letters_are_cased(giver):
    Supporter.objects.create(email="ada@example.org")
    giver.sends(giver.fills(email="ADA@Example.ORG"), 303)
    come()
    assert Supporter.objects.count() == 1


def test_a_dedication_is_kept_with_its_gift(giver):
    said = {
        "dedication": "memory",
        "dedication_name": " Grace  Obi ",
        "dedication_message": "She\nsang.",
        "dedication_tell": "sam@example.org",
    }
    giver.sends(giver.fills(anonymous="on", **said), 303)
    assert come().anonymous
    kept = Dedication.objects.get()
    assert (kept.kind, kept.name, kept.message, kept.tell) == ("memory", "Grace Obi", "She sang.", "sam@example.org")


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ({"dedication": "honour"}, "dedication_name"),
        ({"dedication": "birthday", "dedication_name": "Sam"}, "dedication_0"),
        ({"dedication_name": "Sam"}, "dedication_0"),
        ({"dedication": "honour", "dedication_name": "Sam", "dedication_tell": "nobody"}, "dedication_tell"),
        ({"dedication": "honour", "dedication_name": "Win www.spam.example"}, "dedication_name"),
        (
            {"dedication": "honour", "dedication_name": "Sam", "dedication_message": "see https://spam.example"},
            "dedication_message",
        ),
        ({"first_name": "<b>Free</b> money"}, "first_name"),
        ({"last_name": ""}, "last_name"),
        ({"last_name": "O" * 61}, "last_name"),
        ({"last_name": "O\x00Bi"}, "last_name"),
        ({"last_name": "O\x85Bi"}, "last_name"),
        ({"email": "ada@example.org\r\nBcc: all@example.org"}, "email"),
        ({"email": "ada"}, "email"),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field(giver, provider, said, at):
    page = giver.sends(giver.fills(**said), 422)
    assert list(page.errors) == [f"#id_{at}"]
    assert any(e.get("id") == f"id_{at}" for e in page.tree.iter()), "the summary leads to the field"
    assert not provider.requests
    if at.startswith("dedication"):
        assert "open" in page.element("details", "giving-more").attrib, "what is folded and wrong stands open"


@pytest.mark.parametrize("future", [False, True])
@pytest.mark.parametrize("past", [False, True])
def test_a_declaration_is_kept_word_for_word_with_its_scope(giver, future, past):
    ticked = {name: "on" for name, on in (("gift_aid_future", future), ("gift_aid_past", past)) if on}
    giver.sends(giver.fills(**HOME, **ticked), 303)
    gift = come()
    kept = GiftAidDeclaration.objects.get()
    assert (kept.gift, kept.future, kept.past_four_years, kept.version) == (
        gift,
        future,
        past,
        declaration_words.GIFT_AID_VERSION,
    )
    assert (kept.title, kept.house, kept.postcode, kept.charity) == ("Dr", "12b", "SW1A 1AA", "IJM")
    read = giver.opens().words("gift-aid__words")
    assert kept.words.split("\n") == [words for words, on in zip(read, (True, future, past), strict=True) if on]
    assert "responsibility to pay any difference" in kept.words


def test_gift_aid_says_a_quarter_exactly(giver):
    assert "adds £6.25 " in " ".join(giver.opens("/give/?amount=25").words("giving-part__title"))
    assert "adds £3.13 " in " ".join(giver.opens("/give/?amount=12.50").words("giving-part__title"))


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"gift_aid_house": ""}, "gift_aid_house"),
        ({"gift_aid_address": " "}, "gift_aid_address"),
        ({"gift_aid_postcode": ""}, "gift_aid_postcode"),
        ({"gift_aid_postcode": "12345"}, "gift_aid_postcode"),
        ({"gift_aid_postcode": "SW1A 1CC"}, "gift_aid_postcode"),
        ({"gift_aid_postcode": "ＳＷ1A 1AA"}, "gift_aid_postcode"),
        ({"gift_aid_title": "Professor"}, "gift_aid_title"),
        ({"first_name": "A" * 36}, "first_name"),
    ],
)
def test_a_declaration_that_the_tax_office_would_not_take_is_not_taken(giver, provider, change, at):
    page = giver.sends(giver.fills(**(HOME | change)), 422)
    assert list(page.errors) == [f"#id_{at}"]
    assert page.checked("gift_aid") or page.field("gift_aid").get("checked") is not None
    assert not provider.requests


def test_a_home_outside_the_uk_has_no_postcode_and_loses_no_words(giver):
    giver.sends(
        giver.fills(**HOME | {"gift_aid_postcode": "75001", "gift_aid_address": "Rue X, Paris", "gift_aid_abroad": "on"}), 303
    )
    come()
    kept = GiftAidDeclaration.objects.get()
    assert (kept.postcode, kept.address) == ("", "Rue X, Paris, 75001")


def test_gift_aid_is_for_pounds_alone(giver):
    giver.sends(giver.fills(currency="USD", **HOME), 303)
    come()
    assert not GiftAidDeclaration.objects.exists()
    page = giver.opens("/give/?currency=USD")
    assert "hidden" in page.element("div", "gift-aid").attrib


def test_elsewhere_gift_aid_is_not_spoken_of(giver):
    with override_settings(TAX_JURISDICTION="US"):
        assert "Gift Aid" not in giver.opens().html
        giver.sends(giver.fills(**HOME), 303)
    assert "gift_aid" not in Gift.objects.get().details


def test_an_address_is_not_asked_of_those_who_do_not_declare(giver):
    giver.sends(giver.fills(gift_aid_postcode="nonsense", gift_aid_house="1"), 303)
