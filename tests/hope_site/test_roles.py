"""Roles x addresses x methods over the whole admin: nobody reaches what their group should not, forged posts included.

What each may is read from supporters.groups; the addresses are read from Django: a page that is added stands under this
proof without a word here, unless nobody has said yet who may open it (whole_admin.DOORS).
"""

import copy
import hashlib
import logging

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponseForbidden
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.test.client import MULTIPART_CONTENT

from hope_site import urls
from stories.admin.steps import Step
from supporters import groups
from tests import factories as make
from tests.hope_site import forged, whole_admin
from tests.hope_site.whole_admin import NOBODY, STAFF
from tests.staff import signed_in

pytestmark = pytest.mark.django_db

VISITOR, DONOR, GROUPLESS = "nobody signed in", "a donor", "staff without a group"
OUTSIDE = (VISITOR, DONOR)
ROLES = [*OUTSIDE, GROUPLESS, *groups.GROUPS]
QUIET = ("head", "put", "patch", "delete", "options")  # no page of the admin does anything by these
# What visiting itself leaves behind.
VISITS = {"sessions_session", "supporters_signedinbrowser", "supporters_account"}
# A day that is none: the provider is not asked.
ASKED = {"donations_reconciliationrun_changelist": {"first": "x"}, "stories_story_compare": {"from": "1", "to": "now"}}


@pytest.fixture
def rows(settings, monkeypatch, drill_size):
    """One of each; Gift Aid is for British charities. What pages look like is proven elsewhere, and in a drill."""
    settings.TAX_JURISDICTION = "GB"
    settings.SITE_URL = "http://127.0.0.1:9"
    monkeypatch.setattr(urls, "handler403", lambda request, exception: HttpResponseForbidden(), raising=False)
    if drill_size(1, 0):
        monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", "")
    logging.disable(logging.WARNING)
    yield whole_admin.one_of_each()
    logging.disable(logging.NOTSET)


@pytest.fixture
def doors(rows):
    return whole_admin.doors(rows)


@pytest.fixture
def boss(rows):
    """Somebody with every right: what even they are refused is there for nobody."""
    return signed_in(make.staff())


def browser_of(role):
    if role == VISITOR:
        return Client()
    if role == GROUPLESS:
        return signed_in(make.account(is_staff=True))
    return signed_in(make.account() if role == DONOR else make.staff(role))


def held_by(role):
    """Return the rights of a role, by the one list of groups."""
    return frozenset() if role in OUTSIDE else STAFF | groups.GROUPS.get(role, set())


def everything():
    """Return a digest of each table, visits left out."""
    digests = {}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if table in VISITS or not model._meta.managed:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            digests[table] = hashlib.sha256(repr(sorted(map(repr, cursor.fetchall()))).encode()).hexdigest()
    return digests


def sent(client, method, path, body=None):
    cache.clear()  # no brake on how often somebody asks hides an answer
    if isinstance(body, bytes):
        response = client.generic("POST", path, body, content_type=MULTIPART_CONTENT)
    else:
        response = getattr(client, method)(path, body or {})
    if response.streaming:
        b"".join(response.streaming_content)
    assert response.status_code < 500, (method, path, response.status_code)
    return response


def sent_away(response):
    """Return whether somebody was told no, that there is nothing, or to sign in."""
    return response.status_code in {403, 404, 405} or (
        response.status_code == 302 and response["Location"].startswith("/admin/login/")
    )


def opened_wrongly(role, doors, nothing_there):
    """Open every door; return what was reached that should not be, or not reached that should."""
    client, rights, wrong = browser_of(role), held_by(role), []
    for door in doors:
        response = sent(client, "get", door.path, ASKED.get(door.name))
        may = bool(rights & door.look) and door.name not in nothing_there
        if sent_away(response) == may or (role in OUTSIDE and response.status_code != 302):
            wrong.append((role, door.name, response.status_code))
    return wrong


def forged_wrongly(role, doors, posts, knocks=1):
    """Post what the role may not, and knock at each door, or every few, by a quiet method; return what was taken, or changed."""
    client, rights, wrong, before = browser_of(role), held_by(role), [], everything()
    for post in posts:
        if not rights & post.rights:
            response = sent(client, "post", post.path, post.body)
            # A list sends whoever may see it back to itself: what counts is that nothing changed.
            if not (sent_away(response) or post.to_a_list):
                wrong.append((role, "post", post.path, response.status_code))
    for number, door in enumerate(doors, start=ROLES.index(role)):
        if not rights & door.look and number % knocks == 0:
            method = QUIET[number // knocks % len(QUIET)]
            if not sent_away(response := sent(client, method, door.path)):
                wrong.append((role, method, door.path, response.status_code))
    return wrong + [(role, "changed", table) for table, digest in everything().items() if digest != before[table]]


# --- the proof ---------------------------------------------------------------------------------------
def test_each_role_opens_exactly_the_pages_that_its_group_may(doors, boss):
    nothing_there = {door.name for door in doors if sent_away(sent(boss, "get", door.path, ASKED.get(door.name)))}
    assert {door.name for door in doors if door.look == NOBODY} <= nothing_there
    assert len(doors) - len(nothing_there) > 120
    wrong = [fault for role in ROLES for fault in opened_wrongly(role, doors, nothing_there)]
    assert wrong == []


def test_no_role_changes_anything_it_may_not_by_any_method_or_forged_post(rows, doors, boss, drill_size):
    posts = forged.posts(doors, rows, boss)
    assert len(posts) > 250
    knocks = drill_size(3, 1)  # each door hears two or three roles knock by a quiet method, in a drill all
    wrong = [fault for role in ROLES for fault in forged_wrongly(role, doors, posts, knocks)]
    assert wrong == []


def test_no_role_looks_up_by_typing_what_it_may_not_see(rows):
    fields = forged.typed()
    assert len(fields) > 10
    for role in ROLES:
        client, rights = browser_of(role), held_by(role)
        for asked, right in fields:
            response = sent(client, "get", "/admin/autocomplete/", asked)
            assert sent_away(response) != bool(rights & right), (role, asked, response.status_code)


# --- the controls: each proof fails where something is open --------------------------------------------
def test_control_one_right_too_many_is_noticed(doors):
    Group.objects.get(name="Finance").permissions.add(Permission.objects.get(codename="change_theme"))
    themes = [door for door in doors if "theme" in door.name]
    assert {name for _role, name, _status in opened_wrongly("Finance", themes, {"stories_theme_delete"})} == {
        "stories_theme_changelist", "stories_theme_change", "stories_theme_history",
    }  # fmt: skip


def test_control_a_step_that_asks_nobody_is_noticed(rows, doors, boss, monkeypatch):
    steps = [door for door in doors if door.name == "stories_story_step"]
    monkeypatch.setattr(Step, "allowed", lambda step, user: True)
    found = forged_wrongly("Editor", steps, forged.posts(steps, rows, boss))
    assert ("Editor", "changed", "stories_story") in found
    assert ("Editor", "post", steps[0].path, 302) in found


def test_control_these_posts_do_something_where_somebody_may(rows, doors, boss):
    telling = [
        door for door in doors if door.name.startswith("stories_") or door.name.endswith(("_send", "_erase", "theme_change"))
    ]
    telling = [
        door for door in telling if not door.name.endswith(("_add", "_history", "_preview", "_paste", "_token", "_versions"))
    ]
    cookies, let_in, taken, before = copy.deepcopy(boss.cookies), 0, 0, everything()
    for post in forged.posts(telling, rows, boss):
        boss.cookies = copy.deepcopy(cookies)
        with transaction.atomic():
            if not sent_away(sent(boss, "post", post.path, post.body)):
                let_in += 1
                taken += everything() != before
            transaction.set_rollback(True)
    assert taken > max(25, let_in // 2)  # the others are steps that lead nowhere from where this story stands
