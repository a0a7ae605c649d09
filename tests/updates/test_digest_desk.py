"""Digests in the admin: editors write and try them, Fundraising sends them, and each sees the mail as it will arrive."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from letters import outbox
from tests import factories as make
from tests.pages import html_valid
from tests.staff import form_of, said, signed_in
from tests.updates.reading import reader
from updates import sending
from updates.models import Digest, DigestStory

pytestmark = pytest.mark.django_db
ADD = "/admin/updates/digest/add/"


@pytest.fixture
def editor():
    """Give the browser of an editor."""
    return signed_in(make.staff("Editor", email="editor@example.org"))


@pytest.fixture
def fundraiser():
    """Give the browser of somebody of Fundraising."""
    return signed_in(make.staff("Fundraising"))


@pytest.fixture
def draft():
    """Give a draft with one story."""
    made = Digest.objects.create(subject="What happened next", introduction="Dear friends.")
    DigestStory.objects.create(digest=made, story=make.published_story("The train", channels=["web", "email"]))
    return made


def step(client, digest, name, **fields):
    """Press a button of the digest's page."""
    return client.post(f"/admin/updates/digest/{digest.pk}/send/", {"step": name, **fields}, follow=True)


def state(digest):
    digest.refresh_from_db()
    return digest.state


def test_an_editor_composes_a_digest_from_stories_that_may_go_by_email(editor):
    mailed = make.published_story("By mail too", channels=["web", "email"])
    make.published_story("Web alone", channels=["web"])
    page = editor.get(ADD).content.decode()
    assert "By mail too" in page
    assert "Web alone" not in page
    values = form_of(editor, ADD) | {
        "subject": "News", "introduction": "Hello.\n\nAgain.", "chosen-0-story": mailed.pk, "chosen-0-position": "1",
    }  # fmt: skip
    answer = editor.post(ADD, values, follow=True)
    digest = Digest.objects.get()
    assert answer.redirect_chain[-1][0] == f"/admin/updates/digest/{digest.pk}/send/"
    html_valid(answer.content)
    assert digest.created_by.email == "editor@example.org"
    assert [chosen.story for chosen in digest.chosen.all()] == [mailed]


def test_it_is_seen_as_it_will_arrive_in_html_and_as_text(editor, draft):
    page = editor.get(f"/admin/updates/digest/{draft.pk}/send/")
    html_valid(page.content)
    assert "The train" in page.content.decode().split("As text")[1]
    mail = editor.get(f"/admin/updates/digest/{draft.pk}/preview/")
    html_valid(mail.content)
    assert "The train" in mail.content.decode()
    assert "script-src" not in mail["Content-Security-Policy"]
    assert "sandbox" in mail["Content-Security-Policy"]


def test_an_editor_tries_it_on_themselves_and_cannot_send_it(editor, draft, mailoutbox):
    reader()
    assert "A test is on its way to you." in said(step(editor, draft, "test"))
    outbox.send_due()
    assert [mail.to for mail in mailoutbox] == [["editor@example.org"]]
    for name in ("now", "schedule", "cancel"):
        assert step(editor, draft, name, at="2999-01-01T10:00").status_code in {403, 422}
    assert state(draft) == "draft"


def test_fundraising_sends_pauses_resumes_and_sees_the_figures(fundraiser, draft, mailoutbox):
    for _ in range(3):
        reader()
    assert "It is being sent." in said(step(fundraiser, draft, "now"))
    sending.go_on()
    assert state(draft) == "sending"
    step(fundraiser, draft, "pause")
    assert outbox.send_due() == 0
    step(fundraiser, draft, "resume")
    outbox.send_due()
    sending.go_on()
    sending.go_on()
    assert state(draft) == "sent"
    page = fundraiser.get(f"/admin/updates/digest/{draft.pk}/send/")
    html_valid(page.content)
    assert "<dt>Sent</dt><dd>3</dd>" in page.content.decode()
    assert len(mailoutbox) == 3


def test_it_is_scheduled_by_the_charitys_own_clock(fundraiser, draft, settings):
    settings.CHARITY_TIME_ZONE = "Asia/Kolkata"
    day = timezone.now().date() + datetime.timedelta(days=3)
    step(fundraiser, draft, "schedule", at=f"{day}T10:00")
    draft.refresh_from_db()
    assert draft.send_at == datetime.datetime.combine(day, datetime.time(4, 30), datetime.UTC)
    assert "10 a.m. (Asia/Kolkata)" in fundraiser.get(f"/admin/updates/digest/{draft.pk}/send/").content.decode()
    step(fundraiser, draft, "unschedule")
    assert state(draft) == "draft"


def test_a_time_that_the_clocks_skip_is_not_guessed(draft):
    with time_machine.travel(datetime.datetime(2027, 3, 1, 12, tzinfo=datetime.UTC), tick=False):
        answer = step(signed_in(make.staff("Fundraising")), draft, "schedule", at="2027-03-28T01:30")
    assert answer.status_code == 422
    assert "does not exist on 28 March 2027 in London" in answer.content.decode()
    assert state(draft) == "draft"


@pytest.mark.parametrize(
    "at", ["", "soon", "1999-01-01T10:00", "2999-01-01T10:00", "0001-01-01T00:00", "9999-12-31T23:59", "\x00"]
)
def test_a_time_that_cannot_be_is_told_beside_its_field(fundraiser, draft, at):
    answer = step(fundraiser, draft, "schedule", at=at)
    assert answer.status_code == 422
    assert 'class="errorlist"' in answer.content.decode()
    assert state(draft) == "draft"


def test_what_cannot_go_out_is_said_on_the_page_and_cannot_be_sent(fundraiser, draft):
    asha = make.contributor("Asha", agreed=False)
    make.consent(asha, channels=["web"])
    shy = make.published_story("Not by mail", people=[asha], channels=["web"])
    DigestStory.objects.create(digest=draft, story=shy, position=2)
    assert "Not by mail" in fundraiser.get(f"/admin/updates/digest/{draft.pk}/send/").content.decode()
    assert "Not by mail" in said(step(fundraiser, draft, "now"))
    assert state(draft) == "draft"


def test_a_digest_on_its_way_cannot_be_rewritten(editor, draft):
    sending.schedule(draft)
    page = editor.get(f"/admin/updates/digest/{draft.pk}/change/")
    assert 'name="subject"' not in page.content.decode()
    assert editor.post(f"/admin/updates/digest/{draft.pk}/change/", {"subject": "Other"}).status_code == 403
    assert editor.post(f"/admin/updates/digest/{draft.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("group", ["Reviewer", "Finance", "Safeguarding lead"])
def test_others_see_no_digest(group, draft):
    client = signed_in(make.staff(group))
    for address in ("", "add/", f"{draft.pk}/send/", f"{draft.pk}/preview/"):
        assert client.get(f"/admin/updates/digest/{address}").status_code == 403
    assert step(client, draft, "now").status_code == 403


@pytest.mark.parametrize("name", ["", "nonsense", "resume"])
def test_a_step_that_does_not_fit_changes_nothing(fundraiser, draft, name):
    assert step(fundraiser, draft, name).status_code in {200, 403}
    assert state(draft) == "draft"
