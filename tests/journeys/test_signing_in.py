"""Signing in, in a real browser: a scanner that follows every link, a passkey, and no scripts on a phone."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import comes_alive, sideways_overflow
from tests.services.site import Site

# One supporter for each journey: letters are bounded by address and hour.
SCANNED, WITH_PASSKEY, PLAIN, OTHER = "scanned@example.org", "passkey@example.org", "plain@example.org", "other@example.org"
SIGN_IN = "/portal/sign-in/"
DELIVER = "from letters import outbox; from supporters import codes; codes.write_waiting(); outbox.send_due()"


@pytest.fixture(scope="module")
def door(_filled: Callable[[Path, str], Site], tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Site]:
    """Give a site of these tests' own with four supporters; passkeys want its name to be localhost."""
    site = _filled(tmp_path_factory.mktemp("door") / "var", f"hope_door_{worker_id}")
    make = "from supporters.models import Supporter as S; [S.objects.create(email=e, first_name='Ada') for e in {!r}]"
    site.manage("shell", "--no-imports", "--command", make.format([SCANNED, WITH_PASSKEY, PLAIN, OTHER]))
    site.url = site.environ["SITE_URL"] = f"http://localhost:{site.port}"
    site.start()
    yield site
    site.stop()


def letter_to(site: Site, email: str) -> str:
    """Return the newest letter to an address, once those that wait have gone out."""
    site.manage("shell", "--no-imports", "--command", DELIVER)
    texts = [path.read_text() for path in sorted((site.var / "mail").iterdir(), key=lambda path: path.stat().st_mtime_ns)]
    letters = [part for text in texts for part in text.split("Content-Type: multipart/alternative;") if f"To: {email}" in part]
    return letters[-1]


def digits_in(letter: str) -> str:
    return re.search(r"^ +(\d{3} \d{3})$", letter, re.MULTILINE)[1]


def ask(page: Page, email: str) -> None:
    page.goto(SIGN_IN)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible(timeout=30_000)


def type_code(page: Page, digits: str) -> None:
    page.wait_for_load_state()
    page.get_by_label("Code").fill(digits)
    page.get_by_role("button", name=re.compile("^(Sign in|Add the address)$")).click()


def test_a_mail_scanner_with_a_real_browser_uses_up_neither_code_nor_link(
    door: Site, open_page: Callable[..., Page], axe: Callable[[Page], None]
):
    asker, scanner = open_page(base_url=door.url), open_page(base_url=door.url)
    asker.goto("/portal/")
    expect(asker).to_have_url(re.compile(r"/portal/sign-in/\?next=%2Fportal%2F$"))
    axe(asker)
    ask(asker, SCANNED)
    axe(asker)
    letter = letter_to(door, SCANNED)
    link = re.search(r"http://localhost:\d+(/portal/sign-in/link/\w+/)", letter)[1]
    for _ in range(20):
        scanner.goto(link)
        scanner.request.head(link)
        asker.request.get(link)
        asker.request.head(link)
    expect(scanner.get_by_role("heading", name="Please go back to where you asked")).to_be_visible()
    axe(scanner)
    asker.goto(link)
    axe(asker)
    assert asker.context.cookies()
    asker.get_by_role("button", name="Sign in", exact=True).click()
    expect(asker).to_have_url(re.compile("/portal/$"), timeout=30_000)
    scanner.goto("/portal/")
    expect(scanner).to_have_url(re.compile("/portal/sign-in/"))


def virtual_key(page: Page) -> None:
    """Give the browser's machine a place for passkeys that says yes by itself."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    wire.send(
        "WebAuthn.addVirtualAuthenticator", {"options": {**key, "isUserVerified": True, "automaticPresenceSimulation": True}}
    )


def test_a_passkey_is_offered_after_the_first_code_and_then_signs_in_by_itself(
    door: Site, open_page: Callable[..., Page], axe: Callable[[Page], None]
):
    page = open_page(base_url=door.url)
    virtual_key(page)
    page.goto(SIGN_IN)
    expect(page.locator("[name=passkeys]")).to_have_value("on", timeout=30_000)
    page.get_by_label("E-mail address").fill(WITH_PASSKEY)
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_label("Code")).to_be_visible(timeout=30_000)
    type_code(page, digits_in(letter_to(door, WITH_PASSKEY)))
    expect(page.get_by_role("heading", name="Next time without a code")).to_be_visible(timeout=30_000)
    comes_alive(page)
    axe(page)
    page.get_by_role("button", name="Keep a passkey").click()
    expect(page.get_by_text("Your passkey is kept.")).to_be_visible(timeout=30_000)
    expect(page).to_have_url(re.compile("/portal/$"))
    page.goto("/portal/sign-out/")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible(timeout=30_000)
    page.goto("/portal/security/")
    comes_alive(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(re.compile("/portal/security/$"), timeout=30_000)
    expect(page.get_by_text(re.compile("last used"))).to_be_visible()
    page.get_by_role("button", name=re.compile("^Remove ")).click()
    expect(page.get_by_text("no longer opens anything here")).to_be_visible(timeout=30_000)


def test_without_scripts_on_a_phone_two_addresses_are_joined_and_details_changed(
    door: Site, open_page: Callable[..., Page], axe: Callable[[Page], None]
):
    page = open_page(360, 740, scripts=False, base_url=door.url)
    ask(page, PLAIN)
    type_code(page, digits_in(letter_to(door, PLAIN)))
    expect(page).to_have_url(re.compile("/portal/$"), timeout=30_000)
    page.goto("/portal/security/addresses/add/")
    page.get_by_label("E-mail address").fill(OTHER)
    page.get_by_role("button", name="Send a code there").click()
    expect(page.get_by_label("Code")).to_be_visible(timeout=30_000)
    type_code(page, digits_in(letter_to(door, OTHER)))
    expect(page.get_by_role("button", name=f"Make main {OTHER}")).to_be_visible(timeout=30_000)
    assert sideways_overflow(page) == []
    page.goto("/portal/contact/")
    page.get_by_label("Country").select_option("US")
    page.get_by_role("button", name="Show the form of this country").click()
    page.get_by_label("House and street").fill("1 Main St")
    page.get_by_label("City").fill("Austin")
    page.get_by_label("State").fill("TX")
    page.get_by_label("ZIP code").fill("78701")
    page.get_by_label("ZIP code").press("Enter")  # saves, as the button does
    expect(page.get_by_text("Your details are changed.")).to_be_visible(timeout=30_000)
    assert sideways_overflow(page) == []
