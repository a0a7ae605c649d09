"""A contributor sees the story before the public does, approves that very version, and can stop it at any time (rules 4, 11)."""

import datetime

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from safeguarding.gate import charity_today
from safeguarding.models import Cause, Decided, Decision, StoryPreview, Takedown
from stories import history, previews, publishing, takedown
from stories.models import Picture, Story, TextBlock
from stories.models.stories import Status
from tests import factories as make
from tests.pages import html_valid, max_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def asha():
    return make.contributor("Asha")


@pytest.fixture
def story(asha):
    return make.story(
        "A river of her own",
        blocks=["<p>She walked.</p>", make.picture(files=True), {"quote": "I am here.", "attribution": "Asha"}, make.clip("own")],
        lead=make.picture(files=True),
        people=[asha],
    )


@pytest.fixture
def shown(story, asha):
    return previews.invite(story, asha)


def address(preview: StoryPreview) -> str:
    return f"/preview/{preview.token}/"


def answer(preview: StoryPreview, what: str):
    return Client(enforce_csrf_checks=True).post(address(preview), {"answer": what})


def why_not(story: Story) -> str:
    try:
        publishing.publish(story)
    except publishing.NotPublishable as refused:
        return " ".join(refused.reasons)
    return ""


def test_the_page_shows_the_draft_quietly(shown):
    with max_queries(20):
        response = Client().get(address(shown))
    html = response.content.decode()
    html_valid(html)
    assert "A river of her own" in html and "She walked." in html and "I am here." in html
    assert "<title>For you to read</title>" in html
    assert not response.cookies
    assert "<script" not in html
    assert len(response.content) < 6000
    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response["X-Robots-Tag"] and 'content="noindex' in html
    shown.refresh_from_db()
    assert shown.seen_at


def test_its_private_pictures_are_seen_through_the_link_and_no_other_way(shown, story):
    picture = story.lead.token
    response = Client().get(f"{address(shown)}{picture}.jpg")
    assert response.status_code == 200 and b"".join(response.streaming_content).startswith(b"\xff\xd8")
    assert "no-store" in response["Cache-Control"]
    assert Client().get(f"/media/p/{picture}/full-320.jpg").status_code == 404
    elsewhere = make.picture(files=True)
    assert Client().get(f"{address(shown)}{elsewhere.token}.jpg").status_code == 404  # only what this version shows


@pytest.mark.parametrize(
    "token", ["x" * 22 + "." + "y" * 43, "x" * 22, "%00", "x" * 5000, "a.b.c", "\ud800".encode("utf-8", "surrogatepass").hex()]
)
def test_a_link_that_we_did_not_make_opens_nothing(shown, token):
    assert Client().get(f"/preview/{token}/").status_code == 404


def test_knowing_the_reference_of_a_row_is_not_enough(shown):
    forged = signing.Signer(sep=".", salt="safeguarding.preview", key="another secret").sign(shown.reference)
    assert Client().get(f"/preview/{forged}/").status_code == 404
    assert Client().get(f"/preview/{shown.token}/").status_code == 200  # the control


def test_a_link_ends_and_a_newer_one_ends_the_older(shown, story, asha):
    newer = previews.invite(story, asha)
    assert Client().get(address(shown)).status_code == 410
    StoryPreview.objects.filter(pk=newer.pk).update(expires_at=timezone.now())
    response = Client().get(address(newer))
    assert response.status_code == 410
    assert "A river of her own" not in response.content.decode()
    assert Client().get(f"{address(newer)}{story.lead.token}.jpg").status_code == 404
    assert answer(newer, "approve").status_code == 302
    newer.refresh_from_db()
    assert newer.approved_at is None


# --- approving ---------------------------------------------------------------------------------------
def test_whoever_was_shown_a_story_must_have_approved_it(shown, story):
    assert "Asha has been shown this story and has not approved it yet." in why_not(story)
    assert answer(shown, "approve").status_code == 302
    assert "You have approved this version" in Client().get(address(shown)).content.decode()
    assert why_not(story) == ""


def edit_words(story):
    TextBlock.objects.filter(parent=story).update(html="<p>She ran.</p>")


def edit_title(story):
    Story.objects.filter(pk=story.pk).update(title="Another title")


def edit_alt(story):
    Picture.objects.filter(pk=story.lead_id).update(alt="Her face")


def edit_channels(story):
    Story.objects.filter(pk=story.pk).update(channels=["web", "print"])


@pytest.mark.parametrize("edit", [edit_words, edit_title, edit_alt, edit_channels])
def test_any_later_edit_voids_the_approval(shown, story, edit):
    answer(shown, "approve")
    edit(story)
    assert "The story has changed since Asha approved it" in why_not(Story.objects.get(pk=story.pk))


def test_what_changed_meanwhile_cannot_be_approved(shown, story):
    edit_words(story)
    html = Client().get(address(shown)).content.decode()
    assert "She walked." in html and "She ran." not in html  # the page keeps to its version
    assert 'value="approve"' not in html
    answer(shown, "approve")
    shown.refresh_from_db()
    assert shown.approved_at is None


def test_somebody_who_wants_to_see_everything_first_is_asked_before_anything_goes_out(story, asha):
    asha.sees_first = True
    asha.save()
    assert "Asha wants to see every story first" in why_not(story)
    answer(previews.invite(story, asha), "approve")
    assert why_not(story) == ""


def test_an_approval_by_another_way_is_recorded_for_one_version(shown, story, asha):
    digest = history.working_copy(story).digest
    Decision.objects.create(
        contributor=asha, kind=Decided.AGREED_OTHERWISE, made_on=charity_today(), made_by="Lead", reason="By phone", digest=digest
    )
    assert why_not(story) == ""
    edit_words(story)
    assert why_not(Story.objects.get(pk=story.pk))


# --- stopping ----------------------------------------------------------------------------------------
def test_looking_at_the_question_changes_nothing_and_answering_it_takes_the_story_down(shown, story):
    answer(shown, "approve")
    publishing.publish(story)
    public = Story.objects.get(pk=story.pk).get_absolute_url()
    assert Client().get(public).status_code == 200
    asked = Client().get(f"{address(shown)}stop/")
    html_valid(asked.content)
    assert asked.status_code == 200 and Client().get(public).status_code == 200
    assert answer(shown, "stop").status_code == 302
    assert Client().get(public).status_code == 410
    ended = Client().get(address(shown))
    assert ended.status_code == 410 and "It is stopped" in ended.content.decode()
    html_valid(ended.content)
    record = Takedown.objects.get()
    assert (record.cause, record.story_id, record.by) == (Cause.CONTRIBUTOR, story.pk, "")


def test_a_stopped_draft_cannot_go_out_until_they_approve_again(shown, story, asha):
    answer(shown, "stop")
    assert "Asha has stopped this story." in why_not(story)
    answer(shown, "approve")  # the link that stopped it approves nothing any more
    assert "Asha has stopped this story." in why_not(story)
    answer(previews.invite(story, asha), "approve")
    assert why_not(story) == ""


def test_a_link_that_has_ended_still_stops_a_public_story(shown, story):
    answer(shown, "approve")
    publishing.publish(story)
    StoryPreview.objects.update(expires_at=timezone.now() - datetime.timedelta(days=300))
    ended = Client().get(address(shown))
    assert ended.status_code == 410 and "Stop this story" in ended.content.decode()
    answer(shown, "stop")
    assert Story.objects.get(pk=story.pk).status == Status.WITHDRAWN


def test_a_takedown_by_others_ends_the_link(shown, story):
    answer(shown, "approve")
    publishing.publish(story)
    record = takedown.take_down(story, Cause.STAFF)
    assert Client().get(address(shown)).status_code == 410
    assert record.manifest.filter(kind="preview", address=address(shown)).exists()


@pytest.mark.parametrize("posted", ["", "delete", "\x00", "stop\x00", "approve" * 1000])
def test_any_other_answer_changes_nothing(shown, posted):
    assert answer(shown, posted).status_code == 302
    shown.refresh_from_db()
    assert (shown.approved_at, shown.stopped_at) == (None, None)
