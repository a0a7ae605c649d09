"""Staff in a real browser, under the policy header: a long story, a reviewer, passkeys and codes.

The page objects fail the test when the console reports an error: a script or style the policy refused is one.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page, expect

from tests.services.site import Site

# One account for each way in: a second factor added by one test is not asked of another.
WRITER, WITH_PASSKEY, WITH_CODES = "writer@example.org", "passkey@example.org", "codes@example.org"
REVIEWER = "reviewer@example.org"
PASSWORD = "seven green umbrellas"


@pytest.fixture(scope="session")
def staff_site(_filled: Callable[[Path, str], Site], tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Site]:
    """Give a site of these tests' own, which they change; passkeys want its name to be localhost."""
    site = _filled(tmp_path_factory.mktemp("staff") / "var", f"hope_staff_{worker_id}")
    make = "from supporters.models import Account; [Account.objects.create_superuser(email, {!r}) for email in {!r}]"
    site.manage("shell", "--no-imports", "--command", make.format(PASSWORD, [WRITER, WITH_PASSKEY, WITH_CODES]))
    judge = "from tests import factories; factories.staff('Reviewer', email={!r}, password={!r})"
    site.manage("shell", "--no-imports", "--command", judge.format(REVIEWER, PASSWORD))
    site.url = f"http://localhost:{site.port}"
    site.start()
    yield site
    site.stop()


@pytest.fixture
def desk(open_page: Callable[..., Page], staff_site: Site) -> Page:
    """Give a desktop page on that site."""
    return open_page(base_url=staff_site.url)


def give_password(page: Page, email: str) -> None:
    page.locator("[name=login]").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_in(page: Page, email: str = WRITER) -> None:
    page.goto("/admin/")
    give_password(page, email)
    expect(page.get_by_role("heading", name="What would you like to do?")).to_be_visible()


def sign_out(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_role("button", name="Sign out").click()
    expect(page).not_to_have_url(re.compile("/admin/"))


def confirm_password(page: Page) -> None:
    """Give the password again, as before every change to the ways in."""
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def test_the_editor_shows_a_long_story_again_with_its_blocks_in_order(desk: Page):
    sign_in(desk)
    desk.goto("/admin/stories/story/?q=birthday")
    desk.get_by_role("link", name="The first birthday cake").click()
    expect(desk.locator(".story-state")).to_contain_text("Published")
    blocks = desk.locator(".order-machine .inline-related:not(.empty-form)")
    expect(blocks).to_have_count(5)
    expect(blocks.nth(0).locator(".tiptap")).to_contain_text("Eleven of them stood on the cake.")
    desk.get_by_role("button", name="Save and continue editing").click()
    expect(desk.locator(".messagelist")).to_contain_text("Readers still see the version of")


def test_a_reviewer_reads_a_story_and_takes_it_back_without_an_editor(desk: Page):
    sign_in(desk, REVIEWER)
    desk.goto("/admin/stories/story/?q=Letter+12")
    desk.get_by_role("link", name="Letter 12 from the road").click()
    expect(desk.locator(".reading")).to_contain_text("The train was late")
    desk.get_by_role("button", name="Take back to draft").click()
    expect(desk.locator(".messagelist")).to_contain_text("is a draft")
    expect(desk.get_by_role("button", name="Publish")).to_have_count(0)


def test_the_pages_of_signing_in_have_no_accessibility_fault(desk: Page, axe: Callable[[Page], None]):
    desk.goto("/account/login/")
    axe(desk)
    sign_in(desk)
    for address in ("/account/2fa/", "/account/password/change/", "/account/logout/"):
        desk.goto(address)
        axe(desk)


def virtual_key(page: Page) -> None:
    """Plug in a passkey that this browser's machine holds and that says yes by itself."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    wire.send(
        "WebAuthn.addVirtualAuthenticator", {"options": {**key, "isUserVerified": True, "automaticPresenceSimulation": True}}
    )


def test_a_passkey_is_added_and_signs_in_by_itself(desk: Page):
    virtual_key(desk)
    sign_in(desk, WITH_PASSKEY)
    desk.goto("/account/2fa/webauthn/add/")
    confirm_password(desk)
    desk.get_by_label("Name").fill("My laptop")
    desk.get_by_label("Passwordless").check()
    desk.get_by_role("button", name="Add").click()
    expect(desk.locator(".account-messages")).to_contain_text("Security key added.")
    desk.goto("/account/2fa/webauthn/")
    expect(desk.locator(".account-keys__key")).to_contain_text("My laptop")
    sign_out(desk)
    desk.goto("/account/login/?next=/admin/stories/story/")
    desk.get_by_role("button", name="Sign in with a passkey").click()
    expect(desk).to_have_url(re.compile("/admin/stories/story/$"))


def code_now(secret: str) -> str:
    """Return the code an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_an_app_with_codes_is_added_and_asked_for_after_the_password(desk: Page):
    sign_in(desk, WITH_CODES)
    desk.goto("/account/2fa/totp/activate/")
    confirm_password(desk)
    secret = desk.locator("#authenticator_secret").input_value()
    assert desk.evaluate("document.querySelector('.account-code').naturalWidth") > 0
    desk.locator("#id_code").fill("000000")
    desk.get_by_role("button", name="Activate").click()
    expect(desk.get_by_text("Incorrect code.")).to_be_visible()
    desk.locator("#id_code").fill(code_now(secret))
    desk.get_by_role("button", name="Activate").click()
    expect(desk.locator(".account-messages")).to_contain_text("Authenticator app activated.")
    sign_out(desk)
    desk.goto("/account/login/?next=/admin/")
    give_password(desk, WITH_CODES)
    expect(desk.get_by_role("heading", name="Two-Factor Authentication")).to_be_visible()
    desk.goto("/admin/")
    expect(desk).to_have_url(re.compile("/account/2fa/authenticate/"))  # the password alone does not open the admin
    desk.locator("#id_code").fill(code_now(secret))
    desk.get_by_role("button", name="Sign In", exact=True).click()
    expect(desk.get_by_role("heading", name="What would you like to do?")).to_be_visible()
