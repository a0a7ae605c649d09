"""The same code on PostgreSQL, Redis, S3 and SMTP, by environment alone."""

import json
import os
import secrets

import boto3
import psycopg
import pytest
from redis import Redis

from tests.house.test_headers import fetch
from tests.services.ports import wait_for
from tests.services.postgres import cluster
from tests.services.site import Site

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


@pytest.fixture
def postgres_url():
    """Give the DATABASE_URL of an empty PostgreSQL database: of the cluster the tests run on, else of one of its own."""
    name = f"hope_services_{secrets.token_hex(4)}"
    if os.environ.get("DATABASE_URL"):
        base = os.environ["DATABASE_URL"].rpartition("/")[0]
        with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        yield f"{base}/{name}"
        return
    with cluster() as running:
        with psycopg.connect(running.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        yield running.url(name)


@pytest.fixture
def site(tmp_path, postgres_url, redis_server, s3_server, smtp_server, built_static):
    """Give a running site on all four services."""
    environ = s3_server.new_bucket() | {"DATABASE_URL": postgres_url, "CACHE_URL": redis_server.url, "EMAIL_URL": smtp_server.url}
    made = Site(tmp_path / "var", environ, built_static)
    made.manage("migrate", "--verbosity", "0")
    made.start()
    yield made
    made.stop()


def test_the_site_runs_on_the_services_of_production(site, redis_server, s3_server, smtp_server, postgres_url):
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
    assert [message["To"] for message in smtp_server.messages] == ["reader@example.org"]
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
