"""Many stories at once, from the list: each takes the step as its own page would, and says why where it cannot."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from safeguarding.models import Takedown
from stories import reviewing
from stories.models import Story
from stories.models.stories import Stage, Status
from tests import factories as make
from tests.pages import html_valid
from tests.staff import said, signed_in

pytestmark = pytest.mark.django_db

LIST = "/admin/stories/story/"


def act(client, name, *stories, **fields):
    values = {"action": name, "_selected_action": [story.pk for story in stories], **fields}
    return client.post(LIST, values, follow=True)


def offered(client):
    return {value for value, _label in client.get(LIST).context["action_form"].fields["action"].choices if value}


def test_many_are_withdrawn_at_once_each_with_its_record_and_those_that_cannot_say_why():
    one, two, draft = make.published_story("One"), make.published_story("Two"), make.story("Three")
    response = act(signed_in(make.staff("Safeguarding lead")), "withdraw_selected", one, two, draft)
    assert {Client().get(story.get_absolute_url()).status_code for story in (one, two)} == {410}
    assert Takedown.objects.count() == 2
    assert "“Three”: A story that is draft cannot become withdrawn." in said(response)
    assert "1 story stays as it was." in said(response)
    assert set(LogEntry.objects.values_list("object_repr", flat=True)) == {"One", "Two"}


def test_only_what_was_approved_goes_out_and_each_refusal_has_a_line_of_its_own():
    unasked, wanting = (
        make.story("Unasked"),
        make.approved(make.story("Wanting", people=[make.contributor("Asha", agreed=False)])),
    )
    good = make.approved(make.story("Good"))
    response = act(signed_in(make.staff("Reviewer")), "publish_selected", unasked, wanting, good)
    assert [story.title for story in Story.objects.published()] == ["Good"]
    assert "“Unasked”: A second person has to approve the story first" in said(response)
    assert "“Wanting”: Asha has no live consent" in said(response)
    assert "2 stories stay as they were." in said(response)


def test_a_theme_is_given_and_another_taken_readers_see_it_later_and_an_approval_is_void():
    old, new = make.theme("Work"), make.theme("Coming home")
    public, approved = make.published_story("Public", themes=[old]), make.approved(make.story("Approved", themes=[old]))
    editor = signed_in(make.staff("Editor"))
    asked = act(editor, "tag_selected", public, approved)
    html_valid(asked.content)
    assert "Public" in asked.content.decode()
    nothing = act(editor, "tag_selected", public, _tag="1", give="", take="")
    assert "Choose a theme to give or one to take away." in nothing.content.decode()
    assert list(public.themes.all()) == [old]
    done = act(editor, "tag_selected", public, approved, _tag="1", give=new.pk, take=old.pk)
    assert "2 stories changed." in said(done)
    public.refresh_from_db()
    approved.refresh_from_db()
    assert list(public.themes.all()) == list(approved.themes.all()) == [new]
    assert [theme["name"] for theme in public.live_revision.content["themes"]] == ["Work"]
    assert (approved.stage, reviewing.held(approved)) == (Stage.WRITING, None)


def test_many_are_sent_to_review_or_taken_back_to_draft():
    one, two = make.story("One"), make.published_story("Two")
    act(signed_in(make.staff("Editor")), "ask_selected", one, two)
    assert {story.stage for story in Story.objects.all()} == {Stage.IN_REVIEW}
    act(signed_in(make.staff("Reviewer")), "unpublish_selected", two)
    two.refresh_from_db()
    assert (two.status, two.live_revision) == (Status.DRAFT, None)


@pytest.mark.parametrize(
    ("group", "actions"),
    [
        ("Editor", {"ask_selected", "tag_selected", "delete_selected"}),
        ("Reviewer", {"publish_selected", "unpublish_selected", "withdraw_selected"}),
        ("Safeguarding lead", {"withdraw_selected"}),
    ],
)
def test_each_is_offered_the_actions_of_their_group_alone(group, actions):
    make.story()
    assert offered(signed_in(make.staff(group))) == actions


def test_deleting_many_leaves_what_was_once_public():
    public, draft = make.published_story(), make.story()
    act(signed_in(make.staff("Editor")), "delete_selected", public, draft, post="yes")
    assert public in Story.objects.all()
