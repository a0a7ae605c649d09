"""Givers' ways through a real browser, from the form over the pretend bank to the thanks page and back."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from donations import fees
from donations.guard import MINIMUM_SECONDS
from donations.money import Money, formatted
from tests.browser import OpenPage, becomes, comes_alive, sideways_overflow
from tests.services.site import Site

COMES = (
    "from django.utils import timezone; from sandbox_bank import delivery; from sandbox_bank.models import Message; "
    "Message.objects.filter(delivered_at=None).update(due_at=timezone.now()); delivery.deliver_due()"
)
FORGET = "DELETE FROM donations_givingtry"


@pytest.fixture(scope="module")
def giving_site(_filled: Callable[[Path, str], Site], tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Site]:
    """Give a running site of its own, on which gifts are given."""
    site = _filled(tmp_path_factory.mktemp("giving") / "var", f"hope_giving_{worker_id}")
    site.start()
    yield site
    site.stop()


@pytest.fixture
def opens(open_page: OpenPage, giving_site: Site) -> OpenPage:
    """Give a function that opens a page on the giving site, whose guard has forgotten the tests before."""
    giving_site.sql(FORGET)
    return lambda *size, **options: open_page(*size, base_url=giving_site.url, **options)


def open_form(page: Page, path: str = "/give/", *, scripts: bool = True) -> None:
    """Open the form and note when: nobody gives faster than the guard allows."""
    page.goto(path)
    page.opened = time.monotonic()  # type: ignore[attr-defined]
    if scripts:
        comes_alive(page)


def say_who(page: Page, email: str = "ada@example.org") -> None:
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Last name").fill("Obi")
    page.get_by_label("E-mail", exact=True).fill(email)


def take_time(page: Page) -> None:
    page.wait_for_timeout(max(0.0, MINIMUM_SECONDS + 0.3 - (time.monotonic() - page.opened)) * 1000)  # type: ignore[attr-defined]


def press(page: Page, words: str) -> None:
    take_time(page)
    page.get_by_role("button", name=words, exact=True).click()


def pay(page: Page) -> None:
    """Press the bank's plain button, whatever the sum."""
    page.get_by_role("button", name=re.compile("^Pay [^b]")).click()


def review(page: Page) -> str:
    """Return what the page says will happen, as it is seen."""
    return page.locator(".giving-review__line").inner_text().strip()


def says(page: Page, words: str) -> None:
    becomes(page, lambda: review(page), words)


def begins(page: Page, words: str) -> None:
    becomes(page, lambda: review(page)[: len(words)], words)


# --- giving -------------------------------------------------------------------------------------------
def test_once_from_the_home_page_to_the_thanks_page(opens):
    page = opens()
    page.goto("/")
    page.locator(".masthead__give").click()
    expect(page.locator(".giving-form")).to_be_visible()
    comes_alive(page)
    page.opened = time.monotonic()
    page.get_by_text("£25", exact=True).click()
    says(page, "£25, once, today")
    say_who(page)
    press(page, "Give £25")
    expect(page).to_have_url(re.compile(r"/sandbox/checkout/"))
    pay(page)
    expect(page).to_have_url(re.compile(r"/give/thanks/[\w-]{22}/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Your gift has come")
    assert "ada@example.org" not in page.content()


def test_monthly_with_the_fee_covered(opens):
    page = opens()
    open_form(page)
    page.get_by_text("Monthly", exact=True).click()
    begins(page, "£24 every month, first today, then on the ")
    page.get_by_text("Another amount").click()
    expect(page.locator("[name=other_amount]")).to_be_focused()
    page.keyboard.type("31,50")
    page.get_by_text("takes nothing from your £31.50").click()
    total = formatted(Money(3150, "GBP") + fees.cover(Money(3150, "GBP")), "en")
    begins(page, f"{total} every month, first today")
    say_who(page, "monthly@example.org")
    press(page, f"Give {total} every month")
    pay(page)
    expect(page.get_by_text("From today you are a Freedom Partner")).to_be_visible()
    expect(page.get_by_text("Your next gift is on")).to_be_visible()


def test_a_story_leads_to_the_form_and_is_thanked_for(opens):
    page = opens()
    page.goto("/stories/birthday/")
    page.get_by_role("link", name="Give because of this story").click()
    expect(page.locator(".giving-story__title")).to_have_text("The first birthday cake")
    page.opened = time.monotonic()
    say_who(page, "moved@example.org")
    press(page, "Give £60")
    pay(page)
    expect(page.get_by_text("“The first birthday cake” moved you")).to_be_visible()


def test_declined_and_then_paid(opens):
    page = opens()
    open_form(page)
    say_who(page, "second@example.org")
    press(page, "Give £60")
    page.get_by_role("button", name="Card is declined").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was charged")
    pay(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Your gift has come")


def test_confirmed_by_the_bank(opens):
    page = opens()
    open_form(page)
    say_who(page, "confirm@example.org")
    press(page, "Give £60")
    page.get_by_role("button", name="Bank asks for confirmation").click()
    page.get_by_role("button", name="Confirm the payment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Your gift has come")


def test_leaving_the_bank_keeps_the_choices(opens):
    page = opens()
    open_form(page, "/give/?frequency=monthly&amount=33")
    say_who(page, "later@example.org")
    press(page, "Give £33 every month")
    page.get_by_role("button", name="Leave without paying").click()
    expect(page).to_have_url(re.compile(r"/give/\?frequency=monthly"))
    begins(page, "£33 every month")


def test_a_gift_whose_notice_comes_late_shows_itself_when_it_comes(opens, giving_site):
    page = opens()
    open_form(page)
    say_who(page, "late@example.org")
    press(page, "Give £60")
    expect(page).to_have_url(re.compile(r"/sandbox/checkout/"))
    checkout = page.url
    page.get_by_role("button", name="notice comes late").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have not heard from the bank yet")
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
    assert checkout not in page.content(), "the bank's page, which names the giver, is not for whoever has this link"
    giving_site.manage("shell", "--no-imports", "--command", COMES)
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Your gift has come", timeout=60_000)


def test_a_double_click_and_the_back_button_are_one_gift(opens):
    page = opens()
    open_form(page)
    say_who(page, "twice@example.org")
    take_time(page)
    page.get_by_role("button", name="Give £60", exact=True).dblclick()
    expect(page).to_have_url(re.compile(r"/sandbox/checkout/"))
    page.go_back()
    expect(page.locator(".giving-form")).to_be_visible()
    comes_alive(page)
    if page.get_by_label("E-mail", exact=True).input_value() == "":
        say_who(page, "twice@example.org")
    page.opened = time.monotonic()
    press(page, "Give £60")
    expect(page).to_have_url(re.compile(r"/sandbox/checkout/"))
    pay(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Your gift has come")


# --- without scripts, by keyboard, on a phone ---------------------------------------------------------
def test_without_scripts_everything_works_and_no_word_is_untrue(opens):
    page = opens(scripts=False)
    open_form(page, scripts=False)
    says(page, "£60, once, today")
    page.get_by_text("Monthly", exact=True).click()
    says(page, "The amount you chose, every month, first today")
    expect(page.get_by_text("£60", exact=True)).to_be_visible(), "what is still chosen is still seen"
    page.get_by_text("£50", exact=True).click()
    expect(page.get_by_text("£60", exact=True)).to_be_hidden()
    page.get_by_label("Currency").select_option("USD")
    page.get_by_label("First name").fill("Ada")
    page.get_by_role("button", name="Show its amounts").click()
    begins(page, "$50 every month")
    expect(page.get_by_label("First name")).to_have_value("Ada")
    page.opened = time.monotonic()
    say_who(page, "plain@example.org")
    press(page, "Give $50 every month")
    pay(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Your gift has come")
    assert not [address for address in page.asked if address.endswith(".js")]


def test_by_keyboard_alone(opens):
    page = opens()
    open_form(page)
    page.locator("[name=frequency]:checked").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    begins(page, "£50 every month")
    for name, typed in (("first_name", "Ada"), ("last_name", "Obi"), ("email", "keys@example.org")):
        for _ in range(8):
            if page.evaluate("document.activeElement.name") == name:
                break
            page.keyboard.press("Tab")
        page.keyboard.type(typed)
    take_time(page)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/sandbox/checkout/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("£50")


def test_errors_take_the_focus_and_lead_to_their_fields(opens):
    page = opens(360, 740)
    open_form(page)
    page.get_by_text("Another amount").click()
    expect(page.locator("[name=other_amount]")).to_be_focused()
    page.keyboard.type("1e5")
    page.locator(".giving-review__button").click()
    expect(page.locator("#errors")).to_be_focused()
    page.faults.clear()  # the browser mentions each 422
    page.locator("#errors a").first.click()
    expect(page.locator("[name=other_amount]")).to_be_focused()
    expect(page.locator("[name=other_amount]")).to_have_value("1e5")
    assert not sideways_overflow(page)


@pytest.mark.parametrize("path", ["/give/", "/es/give/?frequency=monthly", "/give/?story=birthday", "/freedom-partner/"])
def test_a_phone_shows_it_whole_with_room_for_fingers(opens, path):
    page = opens(360, 740, scale=2, has_touch=True, is_mobile=True)
    page.goto(path)
    assert not sideways_overflow(page)
    small = page.evaluate(
        """() => [...document.querySelectorAll('main :is(button, select, summary, .amount__label, .giving-tab__label, .field input)')]
            .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.closest('.visually-hidden, [hidden]'))
            .filter(one => !one.classList.contains('visually-hidden'))
            .map(one => one.matches('[type=checkbox], [type=radio]') ? one.closest('.field--check, label') || one : one)
            .filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML.slice(0, 80))"""
    )
    assert small == []
    sizes = page.locator("main :is(input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea)").evaluate_all(
        "fields => fields.map(field => parseFloat(getComputedStyle(field).fontSize))"
    )
    assert all(size >= 16 for size in sizes), "a phone zooms into smaller fields"


# --- what all of it looks like to those who cannot see it ---------------------------------------------
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_shuts_anybody_out(opens, axe, dark):
    page = opens(dark=dark, reduced_motion="reduce")
    for path in ("/give/", "/give/?frequency=monthly&story=birthday", "/es/give/?amount=33", "/freedom-partner/"):
        page.goto(path)
        axe(page)
    open_form(page)
    page.locator("[name=gift_aid]").check()
    page.locator(".giving-more__summary").click()
    axe(page)
    page.locator("[name=email]").fill("nobody")
    page.locator(".giving-review__button").click()
    expect(page.locator("#errors")).to_be_focused()
    page.faults.clear()
    axe(page)
    page.set_viewport_size({"width": 360, "height": 740})
    axe(page)


# --- the page's own reckoning -------------------------------------------------------------------------
SUMS = ["1", "25", "25.5", "33,33", "999.99", "1000", "1200.5", "9999"]


@pytest.mark.parametrize(("path", "language"), [("/give/", "en"), ("/es/give/", "es")])
def test_the_script_reckons_and_writes_as_the_server_does(opens, path, language):
    page = opens()
    open_form(page, path)
    page.locator("#id_amount_other").check(force=True)
    for currency in ("GBP", "USD", "EUR"):
        page.locator("[name=currency]").select_option(currency)
        for typed in SUMS:
            page.locator("[name=other_amount]").fill(typed)
            gift = Money(round(100 * float(typed.replace(",", "."))), currency)
            total = gift + fees.cover(gift)
            page.locator("[name=cover_fee]").set_checked(False)
            begins(page, formatted(gift, language))
            page.locator("[name=cover_fee]").set_checked(True)
            begins(page, formatted(total, language))
            expect(page.locator("[data-part=cover]")).to_contain_text(formatted(fees.cover(gift), language))


def test_what_the_script_cannot_read_is_left_to_the_server_and_nothing_untrue_is_said(opens):
    page = opens()
    open_form(page)
    page.locator("#id_amount_other").check(force=True)
    for typed in ("1e5", "1_000", "-25", "1.234,56", "", "abc", "25.999"):
        page.locator("[name=other_amount]").fill(typed)
        says(page, "The amount you chose, once, today")
    page.locator("[name=other_amount]").fill("1,234")
    says(page, "£1,234, once, today")


def test_another_frequency_and_currency_choose_among_their_own_amounts(opens):
    page = opens()
    open_form(page)
    page.get_by_text("£120", exact=True).click()
    page.locator("[name=currency]").select_option("EUR")
    says(page, "€120, once, today")
    expect(page.locator(".gift-aid")).to_be_hidden()
    page.get_by_text("Monthly", exact=True).click()
    begins(page, "€24 every month")
    expect(page.get_by_text("keep a counsellor beside survivors").locator("visible=true")).to_have_count(1)
    page.get_by_text("Once", exact=True).click()
    says(page, "€60, once, today")
