"""Two people publish: who may ask, approve and publish, what voids an approval, and what is written to whom (rule 12)."""

import datetime

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from letters import outbox
from letters.models import Letter
from stories import publishing, reviewing
from stories.models import Clip, Review, Story
from stories.models.reviews import Judgement
from stories.models.stories import Stage, State, Status
from stories.publishing import MOVES, NotPublishable
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return make.staff("Editor", name="Edith Editor")


@pytest.fixture
def reviewer():
    return make.staff("Reviewer", name="Rahel Reviewer")


def written(by, title: str = "Home again", **fields) -> Story:
    """Return a story that somebody wrote and saved."""
    story = make.story(title, **fields)
    reviewing.saved(story, by)
    return story


def edited(story: Story, by, **fields) -> bool:
    """Change a working copy and save it as the form does; return whether that voided a review."""
    story.refresh_from_db()
    for name, value in fields.items():
        setattr(story, name, value)
    story.save()
    return reviewing.saved(story, by)


def fresh(story: Story) -> Story:
    return Story.objects.get(pk=story.pk)


# --- the way to readers ----------------------------------------------------------------------------
def test_a_story_goes_from_draft_through_review_to_readers_and_says_where_it_stands(client, editor, reviewer):
    story = written(editor)
    states = [fresh(story).state()]
    reviewing.ask(story, editor)
    states.append(fresh(story).state())
    reviewing.approve(story, reviewer)
    states.append(fresh(story).state())
    reviewing.publish(story, reviewer)
    states.append(fresh(story).state())
    assert states == [State.DRAFT, State.IN_REVIEW, State.APPROVED, State.PUBLISHED]
    assert client.get(story.get_absolute_url()).status_code == 200
    review = Review.objects.get()
    assert (review.judgement, review.asked_by, review.decided_by) == (Judgement.PUBLISHED, editor, reviewer)
    assert review.revision == fresh(story).live_revision  # what was judged is what readers get


def test_nothing_is_published_without_an_approval(editor, reviewer):
    story = written(editor)
    with pytest.raises(NotPublishable, match="A second person has to approve"):
        reviewing.publish(story, reviewer)
    reviewing.ask(story, editor)
    with pytest.raises(NotPublishable, match="A second person has to approve"):
        reviewing.publish(story, reviewer)
    assert fresh(story).status == Status.DRAFT


@pytest.mark.parametrize("every_right", [False, True])
def test_whoever_wrote_or_asked_cannot_approve_whatever_their_rights(editor, reviewer, every_right):
    person = make.staff() if every_right else reviewer
    wrote = written(person, "Written by them")
    reviewing.ask(wrote, editor)
    asked = written(editor, "Asked about by them")
    reviewing.ask(asked, person)
    helped = written(editor, "Changed a word of it")
    edited(helped, person, standfirst="She came back on a Tuesday.")
    edited(helped, editor, standfirst="She came back on a Wednesday.")
    reviewing.ask(helped, editor)
    for story in (wrote, asked, helped):
        with pytest.raises(NotPublishable, match="a second person has to approve it"):
            reviewing.approve(story, person)
        reviewing.approve(story, make.staff("Reviewer"))  # the control: somebody else may


def test_who_wrote_an_earlier_version_that_was_approved_may_approve_the_next(editor, reviewer):
    story = written(reviewer)
    reviewing.ask(story, reviewer)
    reviewing.approve(story, make.staff("Reviewer"))
    reviewing.publish(story, reviewer)
    edited(story, editor, title="A better title")
    reviewing.ask(story, editor)
    reviewing.approve(story, reviewer)
    assert fresh(story).stage == Stage.APPROVED


def test_the_database_itself_refuses_an_approval_by_whoever_asked(editor):
    story = written(editor)
    review = reviewing.ask(story, editor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(judgement=Judgement.APPROVED, decided_by=editor, decided_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(story=story, revision=review.revision, asked_by=editor)  # one at a time


# --- an approval is about one text -----------------------------------------------------------------
CHANGES = {
    "title": "Another title",
    "slug": "another-address",
    "channels": ["web", "print"],
    "expire_at": datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC),
    "content_note": "Speaks of violence.",
}


@pytest.mark.parametrize("field", CHANGES)
def test_any_later_edit_voids_an_approval(editor, reviewer, field):
    story = written(editor)
    reviewing.ask(story, editor)
    reviewing.approve(story, reviewer)
    assert edited(story, editor, **{field: CHANGES[field]})
    assert fresh(story).state() == State.DRAFT
    assert Review.objects.get().judgement == Judgement.OVERTAKEN
    with pytest.raises(NotPublishable):
        reviewing.publish(story, reviewer)


def test_saving_without_a_change_leaves_an_approval_alone_and_adds_nothing_to_the_history(editor, reviewer):
    story = written(editor)
    reviewing.ask(story, editor)
    reviewing.approve(story, reviewer)
    assert not edited(story, reviewer)
    assert fresh(story).stage == Stage.APPROVED
    assert story.revisions.count() == 1


def test_what_changes_beside_the_form_counts_as_a_change_when_it_is_published(editor, reviewer):
    clip = make.clip()
    story = written(editor, blocks=[make.picture(), clip])
    for change in (
        lambda: type(story.lead).objects.filter(pk=story.lead_id).update(alt="Quite another thing."),
        lambda: clip.captions.create(language="en", text="WEBVTT\n\n00:00.000 --> 00:05.000\nHer full name.\n"),
    ):
        reviewing.ask(story, editor)
        reviewing.approve(story, reviewer)
        change()
        with pytest.raises(NotPublishable, match="has changed since it was approved"):
            reviewing.publish(story, reviewer)
        reviewing.recall(story)


def test_pictures_that_are_prepared_meanwhile_are_no_change(editor, reviewer):
    story = written(editor)
    reviewing.ask(story, editor)
    reviewing.approve(story, reviewer)
    story.lead.renditions["full"]["widths"].append(1280)
    story.lead.stand_in = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
    story.lead.save()
    reviewing.publish(story, reviewer)
    assert 1280 in fresh(story).live_revision.content["lead"]["crops"]["full"]["widths"]


def test_a_story_with_a_clip_still_being_prepared_waits_before_it_is_asked_about(editor, reviewer):
    clip = make.clip("own", ready=False)
    story = written(editor, blocks=["<p>Words.</p>", clip])
    with pytest.raises(NotPublishable, match="still being prepared"):
        reviewing.ask(story, editor)
    assert not Review.objects.exists()
    Clip.objects.filter(pk=clip.pk).update(readiness="ready", poster=make.picture())
    reviewing.ask(fresh(story), editor)
    reviewing.approve(fresh(story), reviewer)


def test_a_live_story_is_edited_and_reviewed_without_readers_seeing_the_draft(client, editor, reviewer):
    story = make.published_story("Before")
    edited(story, editor, title="After")
    for step in (lambda: reviewing.ask(story, editor), lambda: reviewing.approve(story, reviewer)):
        step()
        assert fresh(story).state() == State.PUBLISHED
        assert "Before" in client.get(story.get_absolute_url()).content.decode()
    reviewing.publish(story, reviewer)
    assert "After" in client.get(story.get_absolute_url()).content.decode()


def test_an_approval_ends_when_the_story_is_withdrawn(editor, reviewer):
    story = make.published_story()
    edited(story, editor, title="New")
    reviewing.ask(story, editor)
    reviewing.approve(story, reviewer)
    publishing.withdraw(story)
    assert (fresh(story).status, fresh(story).stage) == (Status.WITHDRAWN, Stage.WRITING)
    assert Review.objects.get().judgement == Judgement.OVERTAKEN


# --- the machine -----------------------------------------------------------------------------------
VERBS = {
    "ask": reviewing.ask,
    "approve": reviewing.approve,
    "return": reviewing.give_back,
    "recall": lambda story, _by: reviewing.recall(story),
    "unpublish": lambda story, _by: publishing.unpublish(story),
    "withdraw": lambda story, _by: publishing.withdraw(story),
}


def standing(status: str, stage: str, editor, reviewer) -> Story:
    story = make.published_story() if status != Status.DRAFT else make.story()
    edited(story, editor, title="Changed")
    if status == Status.WITHDRAWN:
        publishing.withdraw(story)
    if stage != Stage.WRITING:
        reviewing.ask(story, editor)
    if stage == Stage.APPROVED:
        reviewing.approve(story, make.staff("Reviewer"))
    return fresh(story)


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("stage", Stage.values)
def test_every_step_is_taken_exactly_where_the_list_of_moves_allows_it(editor, reviewer, status, stage):
    if status == Status.WITHDRAWN and stage != Stage.WRITING:
        story = standing(status, Stage.WRITING, editor, reviewer)
        with pytest.raises(IntegrityError), transaction.atomic():
            Story.objects.filter(pk=story.pk).update(stage=stage)
        return
    story = standing(status, stage, editor, reviewer)
    for name, verb in VERBS.items():
        move = MOVES[name]
        before = (fresh(story).status, fresh(story).stage)
        allowed = status in move.statuses and stage in move.stages
        with transaction.atomic():
            if allowed:
                verb(story, reviewer)
                assert (fresh(story).status, fresh(story).stage) == (move.status or status, move.stage), name
            else:
                with pytest.raises(NotPublishable):
                    verb(story, reviewer)
                assert (fresh(story).status, fresh(story).stage) == before, name
            transaction.set_rollback(True)


# --- times -----------------------------------------------------------------------------------------
def ahead(days: float) -> datetime.datetime:
    return timezone.now() + datetime.timedelta(days=days)


def test_an_approved_story_is_scheduled_and_its_time_moved_without_another_review(client, editor, reviewer):
    story = written(editor)
    reviewing.ask(story, editor)
    reviewing.approve(story, reviewer)
    with pytest.raises(NotPublishable, match="a time ahead"):
        reviewing.schedule(story, reviewer)
    reviewing.schedule(story, reviewer, ahead(2))
    assert fresh(story).state() == State.SCHEDULED
    reviewing.schedule(story, reviewer, ahead(3))
    assert abs(fresh(story).publish_at - ahead(3)) < datetime.timedelta(minutes=5)
    assert client.get(story.get_absolute_url()).status_code == 404
    with pytest.raises(NotPublishable, match="Only a story that is still to go out"):
        publishing.reschedule(make.published_story(), ahead(1))


def test_a_public_story_is_not_taken_off_the_page_by_a_time_ahead(client, editor, reviewer):
    story = make.published_story()
    with pytest.raises(NotPublishable, match="Readers see this story already"):
        reviewing.schedule(story, reviewer, ahead(1))
    assert client.get(story.get_absolute_url()).status_code == 200


# --- letters and comments --------------------------------------------------------------------------
def test_reviewers_are_written_to_but_not_those_who_wrote_and_no_subject_tells_of_the_story(editor, reviewer):
    gone = make.staff("Reviewer", is_active=False)
    helper = make.staff("Reviewer")
    story = written(editor, "Asha’s secret title")
    edited(story, helper, standfirst="Changed by a reviewer.")
    reviewing.ask(story, editor)
    assert {letter.to for letter in Letter.objects.all()} == {reviewer.email}
    reviewing.approve(story, reviewer)
    assert set(Letter.objects.values_list("to", flat=True)) == {reviewer.email, editor.email}
    outbox.send_due()
    assert gone.email not in {to for sent in mail.outbox for to in sent.to}
    assert [sent.subject for sent in mail.outbox] == ["News of your review"]  # the request was answered before it left
    whole = mail.outbox[0].body + mail.outbox[0].alternatives[0][0]
    assert "Asha" not in whole
    assert f"/admin/stories/story/{story.pk}/change/" in whole
    assert "Rahel Reviewer has approved" in whole


def test_a_story_is_given_back_with_words_and_the_writer_hears_of_it(editor, reviewer):
    story = written(editor)
    review = reviewing.ask(story, editor)
    reviewing.give_back(story, reviewer, "  Whose cake was it?  ")
    assert fresh(story).state() == State.DRAFT
    assert [(said.words, said.by) for said in review.comments.all()] == [("Whose cake was it?", reviewer)]
    assert Letter.objects.filter(to=editor.email, data__what="returned").exists()
    reviewing.ask(story, editor)  # and it can be asked for again
    assert fresh(story).state() == State.IN_REVIEW


def test_comments_belong_to_a_block_and_answers_to_their_comment(editor, reviewer):
    story = written(editor)
    review = reviewing.ask(story, editor)
    key = review.revision.content["blocks"][0]["key"]
    first = reviewing.comment(review, reviewer, "Is this the right day?", block=key)
    answer = reviewing.comment(review, editor, "Yes, a Tuesday.", answers=first)
    again = reviewing.comment(review, reviewer, "Thank you.", answers=answer)
    assert (first.block, answer.answers, again.answers) == (key, first, first)
    reviewing.settle(first, editor)
    first.refresh_from_db()
    assert first.settled_by == editor
    reviewing.settle(first, reviewer)
    first.refresh_from_db()
    assert first.settled_by == editor  # once is enough
    told = Letter.objects.filter(data__what="commented").values_list("to", flat=True)
    assert sorted(told) == sorted([editor.email, editor.email, reviewer.email])
