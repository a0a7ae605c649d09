"""Alive and ready: what the proxy and the operator ask."""

import json

import pytest
from django.core.cache import caches
from django.core.files.storage import FileSystemStorage
from django.db import connection


def test_alive_needs_nothing(client):
    """Without the db fixture any query would fail."""
    response = client.get("/healthz")
    assert (response.status_code, response.text) == (200, "alive\n")


def test_ready_when_everything_answers(client, db):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"database": True, "cache": True, "storage": True}


def _fail(*args, **kwargs):
    raise OSError("away")


@pytest.mark.parametrize("broken", ["database", "cache", "storage"])
def test_not_ready_names_what_is_broken(client, db, monkeypatch, broken):
    owner, name = {
        "database": (connection, "cursor"),
        "cache": (type(caches["default"]), "get"),
        "storage": (FileSystemStorage, "exists"),
    }[broken]
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, _fail)
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {name: name != broken for name in ("database", "cache", "storage")}
    assert "away" not in json.dumps(response.json())


def test_health_is_never_kept(client, db):
    for path in ("/healthz", "/readyz"):
        assert client.get(path)["Cache-Control"] == "private, no-store"
