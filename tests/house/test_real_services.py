"""The same code on PostgreSQL, Redis, S3 and SMTP, by environment alone."""

import json
import re
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import boto3
import psycopg
import pytest
from django.utils import timezone
from playwright.sync_api import expect
from redis import Redis

from bench.notices import told
from donations.guard import MINIMUM_SECONDS
from sandbox_bank import messages
from tests.browser import sideways_overflow
from tests.house.test_headers import fetch
from tests.services.ports import wait_for
from tests.services.postgres import cluster
from tests.services.site import Site
from tests.services.smtp import MailServer

# Intake as staff meet it, the worker as it runs, publishing through the gate; prints what the test asks for over HTTP.
PUBLISH = """
import io, json
from django.core.files.base import ContentFile
from django.core.management import call_command
from PIL import Image
from stories import intake
from stories.models import Picture, Story
from tests import factories as make

file = io.BytesIO()
Image.linear_gradient("L").resize((900, 600)).convert("RGB").save(file, "JPEG")
picture = intake.store_picture(ContentFile(file.getvalue(), name="hill.jpg"), title="Hill", origin="illustration", alt="A hill")
call_command("db_worker", queue_name="*", batch=True, interval=0, startup_delay=False, reload=False, verbosity=0)
picture = Picture.objects.get(pk=picture.pk)
draft = make.picture(files=True)
story = make.published_story("Over the hill", slug="hill", lead=picture)
make.collection([story])
print(json.dumps({"token": picture.token, "master": picture.master.name, "crops": picture.renditions, "draft": draft.token}))
"""


KEPT = """
from tests import factories as make
make.published_story("Kept", slug="kept", lead=make.picture(files=True))
"""
DOOR = "/give/notices/sandbox/"


@pytest.fixture(scope="module")
def database():
    """Give a PostgreSQL of these tests' own, which they may stop."""
    with cluster() as running:
        yield running


@pytest.fixture(scope="module")
def postgres_url(database):
    """Give the DATABASE_URL of an empty database in it."""
    with psycopg.connect(database.url(), autocommit=True) as connection:
        connection.execute(b"CREATE DATABASE hope_services")
    return database.url("hope_services")


@pytest.fixture(scope="module")
def mail_server():
    """Give a running mail server."""
    server = MailServer()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def site(tmp_path_factory, postgres_url, redis_server, s3_server, mail_server, built_static):
    """Give a running site on all four services."""
    environ = s3_server.new_bucket() | {"DATABASE_URL": postgres_url, "CACHE_URL": redis_server.url, "EMAIL_URL": mail_server.url}
    made = Site(tmp_path_factory.mktemp("services") / "var", environ, built_static)
    made.manage("migrate", "--verbosity", "0")
    made.start()
    yield made
    made.stop()


def test_the_site_runs_on_the_services_of_production(site, redis_server, s3_server, mail_server, postgres_url):
    published = json.loads(site.manage("shell", "--no-imports", "--command", PUBLISH).strip().splitlines()[-1])
    token = published["token"]

    # Reading: the home page shows the story, its picture comes out of the bucket in three formats.
    status, _, body = fetch(site, "/")
    assert status == 200
    assert b"Over the hill" in body
    width = published["crops"]["full"]["widths"][0]
    kinds = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}
    for extension, kind in kinds.items():
        status, headers, content = fetch(site, f"/media/p/{token}/full-{width}.{extension}")
        assert (status, headers["content-type"]) == (200, kind)
        assert len(content) > 100

    # Where things are: rows in PostgreSQL, files in the bucket and none on the disk, the cache in Redis.
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT slug FROM stories_story").fetchall() == [("hill",)]
    bucket = boto3.resource(
        "s3", endpoint_url=s3_server.endpoint, region_name="eu-west-2", aws_access_key_id="tests", aws_secret_access_key="tests"
    ).Bucket(site.environ["AWS_STORAGE_BUCKET_NAME"])
    names = {item.key for item in bucket.objects.all()}
    assert published["master"] in names
    assert {f"pictures/{token}/full-{width}.{extension}" for extension in kinds} <= names
    assert not [path for path in (site.var / "media").rglob("*") if path.is_file()]

    # What is not published stays in the bucket.
    assert fetch(site, f"/media/p/{published['draft']}/full-320.jpg")[0] == 404

    # Mail goes out by the server that EMAIL_URL names.
    site.manage("sendtestemail", "reader@example.org")
    assert [message["To"] for message in mail_server.messages] == ["reader@example.org"]
    assert not list((site.var / "mail").iterdir())

    # Ready says what is missing; reading goes on without the cache.
    assert json.loads(fetch(site, "/readyz")[2]) == {"database": True, "cache": True, "storage": True}
    with Redis.from_url(redis_server.url) as redis:
        assert redis.keys("*readyz*")
    redis_server.stop()
    try:
        status, _, body = fetch(site, "/readyz")
        assert (status, json.loads(body)["cache"]) == (503, False)
        assert fetch(site, "/stories/hill/")[0] == 200
    finally:
        redis_server.start()
    wait_for(lambda: fetch(site, "/readyz")[0] == 200, "the cache again")


# --- R6: the database restarts --------------------------------------------------------------------------
def deliver(site, body):
    """Bring a message of the sandbox to the site's door; returns the answer's status."""
    headers = {messages.HEADER: messages.signature(body, timezone.now()), "Content-Type": "application/json"}
    ask = urllib.request.Request(f"{site.url}{DOOR}", body, headers)
    try:
        with urllib.request.urlopen(ask, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


@contextmanager
def read_all_the_while(site, path):
    """Read a page over and over during the block; gives the list of the answers' statuses, which grows."""
    statuses, over = [], threading.Event()

    def read():
        while not over.wait(0.02):
            statuses.append(fetch(site, path)[0])

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield statuses
    finally:
        over.set()
        reader.join()


@pytest.mark.drill
def test_r6_the_database_restarts_while_people_read_and_give_and_messages_come(
    site, database, postgres_url, open_page, axe, drill_size
):
    site.manage("shell", "--no-imports", "--command", KEPT)
    with ThreadPoolExecutor(8) as readers:  # each process keeps pages of its own
        assert set(readers.map(lambda _: fetch(site, "/stories/kept/")[0], range(200))) == {200}
    page = open_page(360, 740, base_url=site.url)
    page.goto("/give/")
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Last name").fill("Obi")
    page.get_by_label("E-mail", exact=True).fill("ada@example.org")
    page.wait_for_timeout(MINIMUM_SECONDS * 1000 + 500)
    bodies = [next(told(1, f"r6-{number}")) for number in range(drill_size(2, 10))]
    with read_all_the_while(site, "/stories/kept/") as statuses:
        for number, body in enumerate(bodies):
            database.stop()
            try:
                assert deliver(site, body) == 503, "never a false 200"
                assert fetch(site, f"/stories/?q=away{number}")[0] == 503
                if number == 0:
                    page.get_by_role("button", name="Give £60").click()
                    expect(page.get_by_role("heading", level=1)).to_have_text("Please try again in a moment")
                    axe(page)
                    assert sideways_overflow(page) == []
                    page.faults.clear()  # the browser mentions the 503
            finally:
                database.start()
            assert deliver(site, body) == 200
    assert set(statuses) == {200}
    assert len(statuses) > 10 * len(bodies), "control: it was read all the while"
    page.get_by_role("button", name="Send it again").click()
    expect(page).to_have_url(re.compile("/sandbox/checkout/"))
    with psycopg.connect(postgres_url) as connection:
        kept = connection.execute("SELECT count(*) FROM donations_providernotice").fetchone()
        gifts = connection.execute("SELECT count(*) FROM donations_gift WHERE details->>'email' = 'ada@example.org'").fetchone()
    assert (kept, gifts) == ((len(bodies),), (1,))
