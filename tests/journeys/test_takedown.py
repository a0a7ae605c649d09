"""An anonymous reader loses sight of a story within seconds, and a person stops theirs from an old phone (rules 4 and 11)."""

import json
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import OpenPage, sideways_overflow
from tests.services.site import Site

SET_UP = """
import json
from tests import factories as make
from stories import previews, publishing
person = make.contributor("Asha")
story = make.story("A river of her own", slug="her-river", people=[person],
    blocks=["<p>She walked to the river.</p>", make.picture(files=True)], lead=make.picture(files=True))
link = previews.invite(story, person)
print(json.dumps({"token": link.token, "picture": story.lead.token, "story": story.pk}))
"""
PUBLISH = (
    "from stories import publishing; from stories.models import Story; publishing.publish(Story.objects.get(slug='her-river'))"
)
LEFT = """
from safeguarding.models import Takedown
from stories.models import Story
print(Story.objects.filter(slug__startswith="takedown-drill").count(), Takedown.objects.filter(cause="drill").count())
"""


@pytest.fixture(scope="module")
def site(_filled: Callable[..., Site], tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Site]:
    """Give a running site of this module's own, since its stories go."""
    made = _filled(tmp_path_factory.mktemp("takedown") / "var", f"hope_takedown_{worker_id}")
    made.start()
    yield made
    made.stop()


def shell(site: Site, code: str) -> str:
    return site.manage("shell", "--no-imports", "--command", code)


def test_a_contributor_reads_approves_and_stops_a_story_on_an_old_phone(
    site: Site, open_page: OpenPage, axe: Callable[[Page], None]
):
    facts = json.loads(shell(site, SET_UP).strip().splitlines()[-1])
    link = f"{site.url}/preview/{facts['token']}/"
    phone = open_page(320, 480, scripts=False, base_url=site.url)
    phone.goto(link)
    expect(phone).to_have_title("For you to read")
    expect(phone.get_by_text("She walked to the river.")).to_be_visible()
    assert sideways_overflow_without_scripts(phone) <= 320
    pictures = phone.locator("img")
    expect(pictures).to_have_count(2)
    assert all(picture.evaluate("each => each.complete && each.naturalWidth > 0") for picture in pictures.all())
    phone.get_by_role("button", name="Yes, it may be told like this").click()
    expect(phone.get_by_text("You have approved this version")).to_be_visible()

    shell(site, PUBLISH)
    reader = open_page(base_url=site.url)
    reader.goto("/stories/her-river/")
    expect(reader.get_by_role("heading", name="A river of her own")).to_be_visible()

    phone.reload()
    phone.get_by_role("link", name="No, stop this story").click()
    expect(phone.get_by_role("heading", name="Stop this story?")).to_be_visible()
    began = time.monotonic()
    phone.get_by_role("button", name="Yes, stop it now").click()
    status = 200
    while status == 200 and time.monotonic() - began < 60:
        status = reader.request.get(f"{site.url}/stories/her-river/").status
    seconds = time.monotonic() - began
    assert status == 410
    assert reader.request.get(f"{site.url}/media/p/{facts['picture']}/full-320.jpg").status == 410
    expect(phone.get_by_role("heading", name="It is stopped")).to_be_visible()
    assert phone.context.cookies() == []
    assert all(address.startswith(site.url) for address in phone.asked)
    assert seconds < 60
    phone.faults.clear()  # the browser reports the 410 that the page answers with
    quiet = open_page(320, 480, base_url=site.url)
    quiet.goto(link)
    axe(quiet)
    quiet.faults.clear()


def sideways_overflow_without_scripts(page: Page) -> int:
    """Return how wide the page is; Playwright measures though the page's own scripts are off."""
    assert sideways_overflow(page) == []
    return page.evaluate("document.documentElement.scrollWidth")


def test_the_drill_times_a_takedown_on_the_running_site_and_leaves_nothing(site: Site):
    said = site.manage("takedown_drill")
    seconds = float(said.split(" seconds after the order")[0].rpartition(" ")[2])
    assert seconds < 60
    left = shell(site, LEFT)
    assert left.strip().splitlines()[-1] == "0 0"
