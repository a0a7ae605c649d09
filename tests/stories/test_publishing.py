"""Publishing: the gate, the snapshot, the moves, and the clock."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from public_pages.models import Edition
from safeguarding.gate import charity_today
from stories import publishing
from stories.models import Clip, Story
from stories.models.pictures import Readiness
from stories.models.stories import Status
from tests import factories

pytestmark = pytest.mark.django_db


def address_status(client, story):
    return client.get(story.get_absolute_url()).status_code


def test_a_story_goes_out_when_every_contributor_agreed_to_every_material_and_channel(client):
    person = factories.contributor("Asha", agreed=False)
    factories.consent(person, materials=["story", "name"], channels=["web", "feed", "social", "ask"])
    story = factories.story(people=[person])
    publishing.publish(story)
    assert address_status(client, story) == 200


@pytest.mark.parametrize(
    "consent, material, channel",
    [
        ({"materials": ["story"], "channels": ["web", "feed", "social", "ask"]}, "their name as published", "this website"),
        ({"materials": ["story", "name"], "channels": ["web"]}, "their story in words", "the feed"),
        ({"materials": ["story", "name"], "channels": ["feed", "social", "ask"]}, "their story in words", "this website"),
    ],
)
def test_a_refusal_names_the_person_the_material_and_the_channel(client, consent, material, channel):
    person = factories.contributor("Asha", agreed=False)
    factories.consent(person, **consent)
    story = factories.story(people=[person])
    with pytest.raises(publishing.NotPublishable) as refused:
        publishing.publish(story)
    assert any("Asha" in reason and material in reason and channel in reason for reason in refused.value.reasons)
    assert address_status(client, story) == 404


def test_a_consent_that_ended_or_was_withdrawn_or_begins_later_does_not_count():
    today = charity_today()
    person = factories.contributor(agreed=False)
    story = factories.story(people=[person])
    ended = factories.consent(person, given_on=today - datetime.timedelta(days=400), term_months=12)
    assert ended.ends_on <= today
    factories.consent(person).withdraw("changed her mind")
    factories.consent(person, given_on=today + datetime.timedelta(days=1))
    with pytest.raises(publishing.NotPublishable):
        publishing.publish(story)
    factories.consent(person)  # the control: one that holds is enough
    publishing.publish(story)


def test_people_in_pictures_and_clips_are_asked_too():
    person = factories.contributor("Ravi", agreed=False)
    picture = factories.picture()
    picture.contributors.add(person)
    story = factories.story(lead=picture)
    with pytest.raises(publishing.NotPublishable, match="Ravi has no live consent for a picture of them"):
        publishing.publish(story)
    factories.consent(person, materials=["picture"])
    publishing.publish(story)


def test_a_story_is_gone_on_the_day_a_consent_ends_though_no_job_has_run(client):
    today = charity_today()
    person = factories.contributor(agreed=False)
    consent = factories.consent(person, given_on=today - datetime.timedelta(days=20), term_months=1)
    story = factories.published_story(people=[person])
    story.refresh_from_db()
    assert timezone.localdate(story.live_until, timezone=datetime.UTC) in {
        consent.ends_on,
        consent.ends_on - datetime.timedelta(days=1),
    }
    assert address_status(client, story) == 200
    Story.objects.filter(pk=story.pk).update(live_until=timezone.now())
    assert address_status(client, story) == 410
    assert story.title not in client.get("/stories/").content.decode()


def test_a_consent_has_an_end_at_most_36_months_ahead_even_past_the_model():
    person = factories.contributor(agreed=False)
    consent = factories.consent(person)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(consent).objects.filter(pk=consent.pk).update(term_months=37)
    type(consent).objects.filter(pk=consent.pk).update(term_months=36)


def test_a_scheduled_story_appears_by_itself(client):
    story = factories.published_story(publish_at=timezone.now() + datetime.timedelta(hours=1))
    assert address_status(client, story) == 404
    Story.objects.filter(pk=story.pk).update(publish_at=timezone.now() - datetime.timedelta(seconds=1))
    assert address_status(client, story) == 200


def test_readers_see_the_snapshot_until_the_next_publish(client):
    story = factories.published_story(title="As published")
    story.title = "As edited"
    story.save()
    assert "As published" in client.get(story.get_absolute_url()).content.decode()
    publishing.publish(story)
    assert "As edited" in client.get(story.get_absolute_url()).content.decode()
    assert [revision.number for revision in story.revisions.order_by("number")] == [1, 2]


def test_moves_that_are_not_allowed_are_refused():
    story = factories.published_story()
    publishing.withdraw(story)
    for verb in (publishing.publish, publishing.withdraw):
        with pytest.raises(publishing.NotPublishable, match="withdrawn cannot become"):
            verb(story)
    publishing.unpublish(story)
    story.refresh_from_db()
    assert story.status == Status.DRAFT


def test_every_verb_begins_a_new_edition():
    story = factories.published_story()
    numbers = [Edition.current()]
    for verb in (publishing.publish, publishing.withdraw, publishing.unpublish, publishing.publish):
        verb(story)
        numbers.append(Edition.current())
    assert numbers == sorted(set(numbers))


def test_a_published_row_without_snapshot_cannot_be_stored():
    story = factories.story()
    with pytest.raises(IntegrityError), transaction.atomic():
        Story.objects.filter(pk=story.pk).update(status=Status.PUBLISHED)


@pytest.mark.parametrize(
    "readiness, words", [(Readiness.WAITING, "still being prepared"), (Readiness.FAILED, "could not be prepared")]
)
def test_pictures_and_clips_must_be_ready(readiness, words):
    story = factories.story(blocks=["<p>Words.</p>", factories.clip()])
    Clip.objects.update(readiness=readiness)
    with pytest.raises(publishing.NotPublishable, match=words):
        publishing.publish(story)


def test_all_reasons_are_given_at_once():
    person = factories.contributor(agreed=False)
    story = factories.story(people=[person], lead=None, blocks=[])
    with pytest.raises(publishing.NotPublishable) as refused:
        publishing.publish(story)
    assert len(refused.value.reasons) >= 3


def test_words_are_cleaned_again_when_the_snapshot_is_taken(client):
    story = factories.story(blocks=["<p>Safe</p>"])
    story.stories_textblock_set.update(
        html='<p onclick="x()">Safe<script>alert(1)</script><img src="//e.example/p.gif"></p><del>Secret Name</del>'
    )
    publishing.publish(story)
    page = client.get(story.get_absolute_url()).content.decode()
    for unwanted in ("onclick", "alert(1)", "e.example", "Secret Name"):
        assert unwanted not in page


def test_a_changed_slug_redirects_for_ever(client):
    story = factories.published_story(slug="old-name")
    for old, new in (("old-name", "new-name"), ("new-name", "newest-name")):
        story.slug = new
        story.save()
        publishing.change_slug(story, old)
    for former in ("old-name", "new-name"):
        answer = client.get(f"/stories/{former}/")
        assert (answer.status_code, answer["Location"]) == (301, "/stories/newest-name/")
    assert "/stories/newest-name/" in client.get("/stories/newest-name/").content.decode()


def test_a_slug_may_return_to_a_former_address(client):
    story = factories.published_story(slug="first")
    for old, new in (("first", "second"), ("second", "first")):
        story.slug = new
        story.save()
        publishing.change_slug(story, old)
    assert client.get("/stories/first/").status_code == 200
    assert client.get("/stories/second/")["Location"] == "/stories/first/"


def test_translations_name_each_other_while_both_are_public(client):
    english = factories.published_story(slug="light")
    spanish = factories.published_story(slug="luz", language="es", translation_of=english)
    for page in (client.get("/stories/light/"), client.get("/es/stories/luz/")):
        text = page.content.decode()
        assert 'hreflang="es"' in text and "/es/stories/luz/" in text
        assert 'hreflang="en"' in text and "/stories/light/" in text
    publishing.withdraw(spanish)
    assert "luz" not in client.get("/stories/light/").content.decode()


def test_a_story_answers_only_in_the_frame_of_its_language(client):
    factories.published_story(slug="luz", language="es")
    answer = client.get("/stories/luz/")
    assert (answer.status_code, answer["Location"]) == (301, "/es/stories/luz/")
