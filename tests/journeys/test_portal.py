"""A giver's ways through the portal in a real browser: from the gift over the code in the mail to every change of it."""

import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from donations.guard import MINIMUM_SECONDS
from tests.browser import OpenPage, sideways_overflow
from tests.services.site import ROOT, Site

PATIENCE = 60_000  # milliseconds until a process beside the site has done its part


@pytest.fixture(scope="module")
def portal_site(_filled: Callable[[Path, str], Site], tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Site]:
    """Give a running site of its own with its rounds beside it: letters are sent, the bank's messages delivered."""
    site = _filled(tmp_path_factory.mktemp("portal") / "var", f"hope_portal_{worker_id}")
    site.start()
    with (site.var / "rounds.log").open("ab") as log:
        rounds = subprocess.Popen([sys.executable, "manage.py", "rounds"], cwd=ROOT, env=site.environ, stdout=log, stderr=log)
    try:
        yield site
    finally:
        rounds.terminate()
        rounds.wait(timeout=60)
        site.stop()


@pytest.fixture
def opens(open_page: OpenPage, portal_site: Site) -> OpenPage:
    """Give a function that opens a page on the portal's site."""
    return lambda *size, **options: open_page(*size, base_url=portal_site.url, **options)


def title(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words, timeout=PATIENCE)


def give(page: Page, email: str, frequency: str, button: str) -> None:
    """Give as a stranger does and come back from the bank."""
    page.goto(f"/give/?frequency={frequency}")
    opened = time.monotonic()
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Last name").fill("Obi")
    page.get_by_label("E-mail", exact=True).fill(email)
    page.wait_for_timeout(max(0.0, MINIMUM_SECONDS + 0.3 - (time.monotonic() - opened)) * 1000)
    page.get_by_role("button", name=button, exact=True).click()
    page.get_by_role("button", name=re.compile("^Pay [^b]")).click()
    title(page, "Thank you. Your gift has come")


def mail(page: Page, email: str, subject: str) -> str:
    """Open the newest mail to somebody in the demo mailbox, as soon as it is there; return its words."""
    deadline = time.monotonic() + PATIENCE / 1000
    while True:
        page.goto("/sandbox/mail/")
        found = page.get_by_role("listitem").filter(has_text=f"to {email}").get_by_role("link", name=subject)
        if found.count():
            found.first.click()
            return page.locator(".demo-mail__text").inner_text()
        assert time.monotonic() < deadline, f"no mail {subject!r} to {email}"
        page.wait_for_timeout(500)


def appears(page: Page, words: str) -> None:
    """Look at a page again until it says something that the bank tells it of."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not page.get_by_text(words).count():
        assert time.monotonic() < deadline, f"{page.url} never says {words!r}"
        page.wait_for_timeout(500)
        page.reload()


def sign_in(page: Page, email: str) -> None:
    """Sign in by the code in the mail."""
    page.goto("/portal/giving/")
    title(page, "Sign in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Send me a code").click()
    title(page, "Look into your mail")
    where = page.url
    code = re.search(r"\b\d{3} \d{3}\b", mail(page, email, "Your code"))[0]
    page.goto(where)
    page.get_by_label("code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    title(page, "Your giving")


def act(page: Page, link: str, button: str, done: str, **fields: str) -> str:
    """Follow an act's link, fill and preview where it asks something, press its button; return what then comes next."""
    page.get_by_role("main").get_by_role("link", name=link, exact=True).first.click()
    for label, value in fields.items():
        field = page.get_by_label(label.replace("_", " "))
        field.select_option(value) if field.evaluate("one => one.tagName") == "SELECT" else field.fill(value)
    if fields:
        page.get_by_role("button", name="See what comes of it").click()
        expect(page.locator(".portal-before__line--then[role=status]")).to_be_visible()
    coming = page.locator(".portal-before__line--then dd").inner_text()
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator(".portal-said")).to_have_text(
        re.compile(rf"^\s*{re.escape(done)}.*Now: {re.escape(coming)}\s*$", re.DOTALL)
    )
    page.wait_for_load_state()
    return coming


def go_to(page: Page, name: str) -> None:
    """Go to another page of the portal by its folded menu, as on a phone."""
    ways = page.get_by_role("navigation", name="Donor Portal")
    expect(ways.get_by_role("link")).to_have_count(0)  # folded, whatever page this is
    ways.locator("summary").click()
    assert small_targets(page, "nav :is(summary, a)") == []
    ways.get_by_role("link", name=name, exact=True).click()
    title(page, name)


# A gift of a tax year that is over: no browser gives in the past.
GAVE_LONG_AGO = """
import datetime
from django.utils import timezone
from supporters.models import Supporter
from tests import giving

gift = giving.pending_gift(5000, details=giving.details(email={email!r}))
giving.enter(giving.paid(gift, happened_at=timezone.now() - datetime.timedelta(days=400)))
Supporter.objects.filter(email={email!r}).update(address={{"lines": ["1 Hope Street", "Leeds LS6 2AB"]}})
"""


def test_from_a_strangers_gift_to_every_change_of_it(opens, axe, portal_site):
    email = "partner@example.org"
    page = opens()
    give(page, email, "monthly", "Give £24 every month")
    portal_site.manage("shell", "--no-imports", "--command", GAVE_LONG_AGO.format(email=email))
    sign_in(page, email)
    page.goto("/portal/")
    title(page, "Thank you, Ada")
    expect(page.get_by_text("helps keep a counsellor beside survivors")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="See all you have given").click()
    title(page, "Your giving")
    axe(page)
    page.get_by_role("link", name=re.compile("^TEST-GB-")).first.click()  # the newest: today's
    title(page, re.compile("^Receipt TEST-GB-"))
    axe(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the PDF").click()
    assert download.value.suggested_filename.startswith("TEST-GB-")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    page.get_by_role("link", name="Back to the gift").click()
    page.get_by_role("link", name="your monthly gift").click()
    title(page, "£24 every month")
    axe(page)

    assert "£40" in act(page, "Change the amount", "Change the amount", "The amount is changed.", New_amount="40")
    title(page, "£40 every month")
    first = act(page, "Skip the next gift", "Skip the next gift", "The next gift is left out.")
    appears(page, "Nothing was charged for")
    until = page.evaluate("() => new Date(Date.now() + 100 * 86400e3).toISOString().slice(0, 10)")
    assert act(page, "Pause", "Pause until then", "Your monthly gift is paused.", Charge_nothing_before=until) != first
    act(page, "Resume now", "Resume now", "Your monthly gift goes on.")
    page.get_by_role("link", name="Put another card").click()
    page.get_by_role("button", name="Go to the bank’s page").click()
    page.get_by_role("button", name=re.compile("^Use .* ending")).click()
    expect(page.get_by_text("If you put another card, it shows here")).to_be_visible()

    page.get_by_role("link", name="End it").click()
    expect(page.get_by_role("button", name="End my monthly gift")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="End my monthly gift").click()
    expect(page.locator(".portal-said")).to_contain_text("Now: Nothing more is charged.")
    page.get_by_role("link", name="Begin again").click()
    page.get_by_role("button", name="Give £40 every month").click()
    page.get_by_role("button", name=re.compile("^Pay [^b]")).click()
    title(page, "Thank you. Your gift has come")
    page.goto("/portal/pledges/")
    expect(page.locator(".portal-pledge")).to_have_count(2)
    page.get_by_role("link", name="£40 every month").first.click()
    expect(page.get_by_role("link", name="an earlier monthly gift")).to_be_visible()

    page.get_by_role("link", name="Tax statements").click()
    page.get_by_role("button", name="Write my statement").click()
    title(page, re.compile("^Statement TEST-GB-"))
    axe(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")


def test_on_a_phone_without_scripts_by_the_mail_alone(opens, axe):
    email = "phone@example.org"
    page = opens(360, 740, scale=2, has_touch=True, is_mobile=True, scripts=False)
    give(page, email, "monthly", "Give £24 every month")
    sign_in(page, email)
    for path in ("/portal/giving/", "/portal/", "/portal/pledges/"):
        page.goto(path)
        assert not sideways_overflow(page), path
        assert small_targets(page) == [], path
    page.get_by_role("link", name="£24 every month").click()
    act(
        page,
        "Change the day",
        "Change the day",
        "The day is changed.",
        Day_of_the_month="28" if time.gmtime().tm_mday != 28 else "27",
    )
    assert not sideways_overflow(page)
    # The letter's link needs no signing in, and says nothing of whose it is.
    link = re.search(r"http://\S+/portal/links/cancel/\S+", mail(page, email, "Thank you for your monthly gift"))[0]
    page.context.clear_cookies()
    page.goto(link)
    title(page, "End your monthly gift of £24?")
    assert not sideways_overflow(page)
    assert small_targets(page) == []
    assert "Ada" not in page.content() and email not in page.content()
    page.get_by_role("button", name="End my monthly gift").click()
    title(page, "Your monthly gift has ended")


def test_gift_aid_all_the_data_and_being_forgotten_on_a_phone(opens, axe):
    email = "leaving@example.org"
    page = opens(360, 740, has_touch=True, is_mobile=True)
    give(page, email, "once", "Give £60")
    sign_in(page, email)
    for path in ("/portal/statements/", "/portal/gift-aid/", "/portal/data/", "/portal/data/erase/"):
        page.goto(path)
        axe(page)
        assert not sideways_overflow(page), path
        # A box is ticked by its words as well: they are large enough.
        assert [one for one in small_targets(page) if "checkbox" not in one] == [], path
    page.goto("/portal/statements/")
    expect(page.get_by_text("This year is still running")).to_be_visible()
    go_to(page, "Gift Aid")
    page.get_by_label("in the past 4 years").check()
    page.get_by_label("House name or number").fill("2")
    page.get_by_label("Home address").first.fill("Hope Street, Leeds")
    page.get_by_label("Postcode").fill("ls62ab")
    page.get_by_role("button", name="I declare this").click()
    expect(page.get_by_text("Your gifts carry Gift Aid.")).to_be_visible()
    axe(page)
    go_to(page, "Your data")
    page.get_by_role("button", name="Make the file").click()
    expect(page.get_by_role("button", name="Take the file")).to_be_visible(timeout=PATIENCE)  # the page looks again by itself
    with page.expect_download() as download:
        page.get_by_role("button", name="Take the file").click()
    with zipfile.ZipFile(download.value.path()) as packed:
        assert {"json/gifts.json", "csv/gift_aid.csv"} <= set(packed.namelist())
        assert any(name.startswith("documents/receipts/TEST-GB-") for name in packed.namelist())
    page.goto("/portal/data/")
    page.get_by_role("link", name="Erase my data").click()
    page.get_by_label("Yes, erase my data for good").check()
    page.get_by_role("button", name="Erase my data").click()
    title(page, "Your data is erased")
    axe(page)
    page.goto("/portal/data/")
    title(page, "Sign in")


def small_targets(page: Page, of: str = ":is(button, select, input:not([type=hidden]), .portal-acts__act)") -> list[str]:
    """Return what fingers would miss: buttons, fields and links that stand by themselves, lower than 44 pixels."""
    return page.locator(f"main {of}").evaluate_all(
        "all => all.filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"
    )
