"""What the giving page shows: amounts, the review line, errors, appeals, progress, the story that led there."""

import datetime

import pytest
from django.test import override_settings
from django.utils import timezone

from donations import guard
from donations.models import Appeal, Gift, SuggestedAmount
from donations.money import Money
from tests import factories
from tests.giving import received_gift
from tests.pages import html_valid, max_queries

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/give/", "/give/general/", "/es/give/"])
def test_the_form_is_valid_private_and_quick(client, path):
    guard.state()  # its row is made when it is first asked for
    with max_queries(3):
        response = client.get(path)
    html_valid(response.content)
    assert response["Cache-Control"] == "private, no-store"
    assert set(response.cookies) == {"csrf"}, "the cross-site token and nothing else"


def test_the_fields_are_those_that_the_contract_names(giver):
    page = giver.opens()
    names = {e.get("name") for e in page.tree.iter() if e.tag in {"input", "select", "textarea"}}
    needed = {"frequency", "currency", "amount", "other_amount", "first_name", "last_name", "email", "cover_fee", "dedication",
              "anonymous", "gift_aid", "consent_email", "attempt"}  # fmt: skip
    assert needed <= names
    assert page.field("other_amount").get("inputmode") == "decimal"
    assert [page.field(name).get("autocomplete") for name in ("first_name", "last_name", "email")] == [
        "given-name",
        "family-name",
        "email",
    ]


def test_every_frequency_and_currency_has_its_amounts_and_one_set_is_shown(giver):
    page = giver.opens("/give/?currency=EUR")
    shown = {
        (e.get("data-frequency"), e.get("data-currency")): "hidden" not in e.attrib
        for e in page.tree.iter("div")
        if e.get("data-frequency")
    }
    assert len(shown) == 6
    assert {currency for (_frequency, currency), seen in shown.items() if seen} == {"EUR"}


@pytest.mark.parametrize(
    ("query", "line", "button"),
    [
        ("", "£60, once, today", "Give £60"),
        ("?amount=25", "£25, once, today", "Give £25"),
        ("?frequency=monthly", "£24 every month, first today, then on the", "Give £24 every month"),
        ("?frequency=monthly&amount=33&currency=USD", "$33 every month, first today", "Give $33 every month"),
        ("?amount=12.5&currency=EUR", "€12.50, once, today", "Give €12.50"),
        ("?amount=1e5&frequency=weekly&currency=XXX", "£60, once, today", "Give £60"),
    ],
)
def test_the_review_line_and_the_button_say_what_the_address_asked_for(giver, query, line, button):
    page = giver.opens(f"/give/{query}")
    assert page.review.startswith(line)
    assert page.button == button


def test_a_sum_that_no_preset_has_stands_in_the_field_for_others(giver):
    page = giver.opens("/give/?amount=33.50")
    assert page.checked("amount") == ["other"]
    assert page.field("other_amount").get("value") == "33.50"
    assert giver.opens("/es/give/?amount=33,50").field("other_amount").get("value") == "33,50"


DAYS = {
    1: "on the 1st",
    2: "on the 2nd",
    11: "on the 11th",
    22: "on the 22nd",
    28: "on the 28th",
    31: "on the 31st (in shorter months, on the last day)",
}


@pytest.mark.parametrize(("day", "words"), DAYS.items())
def test_the_review_line_names_the_charitys_day(giver, monkeypatch, day, words):
    monkeypatch.setattr("donations.calendar.today", lambda: datetime.date(2026, 1, day))
    assert giver.opens("/give/?frequency=monthly").review == f"£24 every month, first today, then {words}"


def test_another_currency_shows_its_amounts_and_loses_nothing_without_scripts(giver, provider):
    fields = giver.fills(currency="USD", email="not yet", dedication="honour", dedication_name="Sam", cover_fee="on", amount="60")
    page = giver.sends(fields | {"show": "1"}, 200)
    assert page.errors == {}
    assert page.review == "$62.11, once, today"
    assert page.field("email").get("value") == "not yet"
    assert page.field("dedication_name").get("value") == "Sam"
    assert page.field("cover_fee").get("checked") is not None
    assert page.hidden["attempt"] == fields["attempt"]
    assert not provider.requests


def test_errors_come_with_a_summary_in_the_order_of_the_page(giver):
    page = giver.sends(giver.fills(email="", first_name="", amount="other", other_amount="x"), 422)
    assert list(page.errors) == ["#id_other_amount", "#id_first_name", "#id_email"]
    summary = next(e for e in page.tree.iter("section") if e.get("id") == "errors")
    assert (summary.get("tabindex"), "autofocus" in summary.attrib) == ("-1", True)
    assert page.hidden["attempt"] == giver.page.hidden["attempt"], "the same attempt goes on"


def test_an_appeal_without_amounts_of_its_own_borrows_the_general_ones(giver):
    appeal = Appeal.objects.create(slug="harvest", title="Harvest", published=True)
    SuggestedAmount.objects.create(appeal=appeal, frequency="once", currency="GBP", amount=700, impact="Helps.")
    page = giver.opens("/give/harvest/")
    assert page.checked("amount") == ["7"], "the only one is chosen though nobody marked it"
    assert giver.opens("/give/harvest/?frequency=monthly").checked("amount") == ["24"]


def test_a_currency_nobody_suggested_amounts_for_asks_for_ones_own(giver):
    with override_settings(CURRENCIES=["JPY"], DEFAULT_CURRENCY="JPY"):
        page = giver.opens()
        assert page.checked("amount") == ["other"]
        giver.sends(giver.fills(currency="JPY", amount="other", other_amount="2,500"), 303)
    assert Gift.objects.get().total == Money(2500, "JPY")


# --- appeals, stories, progress -----------------------------------------------------------------------
def test_an_appeal_is_told_in_the_language_of_the_page_where_it_is_translated(client):
    appeal = Appeal.objects.create(slug="harvest", title="Harvest", words="<p>Rice.</p>", published=True)
    assert "<h1" in (page := client.get("/es/give/harvest/").content.decode()) and "Harvest" in page, "better than nothing"
    appeal.translations.create(language="es", title="Cosecha", words="<p>Arroz.</p><script>x</script>")
    page = client.get("/es/give/harvest/").content.decode()
    assert "Cosecha" in page and "Arroz." in page
    assert "Harvest" not in page and "Rice." not in page and "<script>x" not in page
    assert "Harvest" in client.get("/give/harvest/").content.decode()
    assert "Envíe rescate" in client.get("/es/give/").content.decode(), "the general appeal speaks Spanish from the start"


def test_appeals_are_found_while_they_are_open(giver):
    hour = datetime.timedelta(hours=1)
    Appeal.objects.create(slug="draft", title="Draft")
    Appeal.objects.create(slug="later", title="Later", published=True, starts_at=timezone.now() + hour)
    Appeal.objects.create(slug="over", title="Over", published=True, ends_at=timezone.now() - hour)
    Appeal.objects.create(slug="now", title="Now", published=True, starts_at=timezone.now() - hour, ends_at=timezone.now() + hour)
    for path, status in (("none", 404), ("draft", 404), ("later", 404), ("over", 410), ("now", 200)):
        assert giver.client.get(f"/give/{path}/").status_code == status, path
    ended = giver.client.get("/give/over/")
    html_valid(ended.content)
    assert "This appeal has ended" in ended.content.decode()
    fields = giver.fills("/give/now/")
    assert giver.client.post("/give/over/", fields).status_code == 410
    assert not Gift.objects.exists()
    giver.sends(fields, 303, "/give/now/")
    assert Gift.objects.get().appeal.slug == "now"


def test_progress_is_read_from_the_ledger(giver):
    appeal = Appeal.objects.create(slug="goal", title="Goal", published=True, goal=100_000, goal_currency="GBP")
    received_gift(25_099, appeal=appeal)
    page = giver.opens("/give/goal/")
    assert page.words("giving-progress__words") == ["£250 given of £1,000"]
    assert page.element("progress", "giving-progress__bar").get("value") == "25"
    received_gift(80_000, appeal=appeal)
    page = giver.opens("/give/goal/")
    assert "is reached" in page.words("giving-progress__words")[0]
    assert page.element("progress", "giving-progress__bar").get("value") == "100"


def test_the_story_that_led_here_is_shown_and_kept(giver):
    story = factories.published_story(title="The first cake", slug="cake")
    page = giver.opens("/give/?story=cake")
    assert page.words("giving-story__title") == ["The first cake"]
    fields = giver.fills("/give/?story=cake")
    with max_queries(8):
        giver.sends(fields, 303)
    assert Gift.objects.get().story_slug == story.slug


@pytest.mark.parametrize("slug", ["none", "draft", "quiet", "x" * 500, "cake%00", "../admin", "<b>"])
def test_a_story_that_may_not_ask_is_not_spoken_of(giver, slug):
    factories.story(title="Draft", slug="draft")
    factories.published_story(title="Quiet", slug="quiet", channels=["web"])
    page = giver.opens(f"/give/?story={slug}")
    assert page.words("giving-story__title") == []
    giver.sends(giver.fills(story=slug), 303) if len(slug) <= 80 else None
    assert not Gift.objects.exclude(story_slug="").exists()
