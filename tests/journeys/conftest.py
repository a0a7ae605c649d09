"""What the journeys share: other people's sites answered from here, so that a reader can arrive there and nothing leaves;
and the desks of those who write, on a site of their own.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route

from tests.browser import OpenPage
from tests.media_files import telling_clip, telling_picture
from tests.services.site import Site

ELSEWHERE = "<!doctype html><html lang=en><title>Elsewhere</title><p>Another site.</p><button>Play</button></html>"
ReaderOpens = Callable[..., Page]
# Signed in as the admin's own tests are: the ways in have journeys of their own.
SET_UP = """
import json
from django.conf import settings
from django.test import Client
from tests import factories as make
keys = {}
for name, group in {"Ruth": "Editor", "Daniel": "Editor", "Mara": "Reviewer", "Boss": None}.items():
    client = Client()
    client.force_login(make.staff(group, name=name, email=f"{name.lower()}@example.org"), backend="allauth.account.auth_backends.AuthenticationBackend")
    keys[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
shared = make.story("A road for two", slug="road", blocks=["<p>First.</p>", "<p>Second.</p>"], lead=make.picture(files=True))
long = make.story("A long road", slug="long-road", blocks=[f"<p>Mile {number}.</p>" for number in range(30)], lead=shared.lead)
print(json.dumps({"cookie": settings.SESSION_COOKIE_NAME, "keys": keys, "shared": shared.pk, "long": long.pk}))
"""


@pytest.fixture
def open_reader(open_page: OpenPage, live_site: Site) -> ReaderOpens:
    """Give `open_page`, with every other host answered by an empty page of ours and kept in `page.elsewhere`."""

    def open_one(*arguments: int, **options: object) -> Page:
        page = open_page(*arguments, **options)
        requests: list[Request] = []
        page.elsewhere = requests  # type: ignore[attr-defined]

        def answer(route: Route) -> None:
            requests.append(route.request)
            route.fulfill(content_type="text/html", body=ELSEWHERE)

        page.context.route(re.compile(rf"^(?!{re.escape(live_site.url)}/|data:|blob:)"), answer)
        return page

    return open_one


@pytest.fixture
def reader_page(open_reader: ReaderOpens) -> Page:
    """Give a desktop page."""
    return open_reader()


@pytest.fixture(scope="module")
def desk_site(_filled: Callable[..., Site], tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Site]:
    """Give a running site of this module's own, since its stories change; `.facts` says who is signed in by which key."""
    made = _filled(tmp_path_factory.mktemp("writing") / "var", f"hope_writing_{worker_id}")
    made.facts = json.loads(made.manage("shell", "--no-imports", "--command", SET_UP).strip().splitlines()[-1])
    made.start()
    yield made
    made.stop()


@pytest.fixture
def desk_of(open_page: OpenPage, desk_site: Site) -> Callable[..., Page]:
    """Give a function that opens the browser of somebody who is signed in."""

    def open_desk(name: str, *size: int, **options: object) -> Page:
        cookie = {"name": desk_site.facts["cookie"], "value": desk_site.facts["keys"][name], "url": desk_site.url}
        page = open_page(*size, base_url=desk_site.url, **options)
        page.context.add_cookies([cookie])
        return page

    return open_desk


@pytest.fixture(scope="module")
def uploads(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give a large picture and a clip as a telephone leaves them: with a place, a serial number and names."""
    folder = tmp_path_factory.mktemp("uploads")
    picture = folder / "Asha at home.jpg"
    picture.write_bytes(telling_picture("jpg", 3600, 2400))
    return {"picture": picture, "clip": telling_clip(folder / "Asha at home.mp4", seconds=1, size="320x180")}
