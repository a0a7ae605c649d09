"""The safeguarding lead records consents and ends them; ending one takes down what relied on it (rules 1, 2 and 4)."""

import datetime

import pytest
from django.test import Client

from public_pages.models import Edition
from safeguarding.gate import charity_today, start_of_day
from safeguarding.models import Channel, Consent, Contributor, Material
from stories import publishing, takedown
from stories.models import Story, StoryContributor
from stories.models.stories import Status
from tests import factories as make
from tests.staff import form_of, said, signed_in


@pytest.fixture
def lead(db: None) -> Client:
    """Give the browser of the safeguarding lead."""
    return signed_in(make.staff("Safeguarding lead"))


def page_of(person: Contributor) -> str:
    return f"/admin/safeguarding/contributor/{person.pk}/change/"


def record(client: Client, person: Contributor, **values: object):
    """Record a consent as the form does."""
    given = {
        "given_on": str(charity_today()),
        "term_months": 24,
        "materials": ["story", "name"],
        "channels": ["web"],
        "note": "",
    } | values
    posted = {f"consents-0-{name}": value for name, value in given.items()}
    return client.post(page_of(person), form_of(client, page_of(person)) | {"consents-TOTAL_FORMS": 1} | posted)


def withdraw(client: Client, consent: Consent, **values: str):
    return client.post(f"/admin/safeguarding/contributor/consents/{consent.pk}/withdraw/", {"reason": "", **values}, follow=True)


def state(story: Story) -> str:
    return Story.objects.values_list("status", flat=True).get(pk=story.pk)


# --- recording -------------------------------------------------------------------------------------
def test_a_consent_is_recorded_with_who_did_so(lead: Client):
    person = make.contributor("Asha", agreed=False)
    assert record(lead, person).status_code == 302
    consent = person.consents.get()
    assert (consent.materials, consent.channels, consent.recorded_by.email.split("@")[1]) == (
        ["story", "name"],
        ["web"],
        "example.org",
    )
    assert "their story in words, their name as published" in lead.get(page_of(person)).content.decode()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"term_months": 37}, "A consent lasts from 1 to 36 months."),
        ({"term_months": 0}, "A consent lasts from 1 to 36 months."),
        ({"given_on": "2999-01-01"}, "A consent is recorded once it has been given."),
        ({"materials": []}, "This field is required."),
        ({"channels": ["television"]}, "not one of the available choices"),
    ],
)
def test_a_consent_without_an_end_or_from_the_future_is_refused(lead: Client, values, words):
    person = make.contributor(agreed=False)
    assert words in record(lead, person, **values).content.decode()
    assert not Consent.objects.exists()


def test_what_was_recorded_cannot_be_edited_or_deleted(lead: Client):
    person = make.contributor("Asha")
    consent = person.consents.get()
    values = form_of(lead, page_of(person)) | {
        "consents-TOTAL_FORMS": 1,
        "consents-INITIAL_FORMS": 1,
        "consents-0-id": consent.pk,
    }
    values |= {"consents-0-contributor": person.pk, "consents-0-term_months": 36, "consents-0-given_on": "2026-01-01"}
    lead.post(
        page_of(person), values | {"consents-0-materials": ["story"], "consents-0-channels": ["web"], "consents-0-DELETE": "on"}
    )
    again = Consent.objects.filter(pk=consent.pk).get()
    assert (again.term_months, again.materials, again.given_on) == (consent.term_months, consent.materials, consent.given_on)


# --- ending ----------------------------------------------------------------------------------------
def test_ending_a_consent_names_the_stories_first_and_then_takes_them_down(lead: Client):
    person = make.contributor("Asha")
    hers, other = make.published_story("Her story", people=[person]), make.published_story("Another story")
    consent = person.consents.get()
    asked = lead.get(f"/admin/safeguarding/contributor/consents/{consent.pk}/withdraw/").content.decode()
    assert "Her story" in asked
    assert "Another story" not in asked
    assert state(hers) == Status.PUBLISHED  # asking changes nothing
    before = Edition.current()
    response = withdraw(lead, consent, reason="She asked for it.")
    consent.refresh_from_db()
    assert (consent.withdrawn_at is not None, consent.withdrawn_reason) == (True, "She asked for it.")
    assert (state(hers), state(other)) == (Status.WITHDRAWN, Status.PUBLISHED)
    assert Edition.current() > before
    assert "“Her story”" in said(response)
    assert Client().get(hers.get_absolute_url()).status_code == 410
    assert Client().get(other.get_absolute_url()).status_code == 200


def test_no_reason_is_owed(lead: Client):
    consent = make.contributor().consents.get()
    withdraw(lead, consent)
    consent.refresh_from_db()
    assert consent.withdrawn_at is not None


def test_a_story_is_taken_down_for_a_picture_a_clip_or_a_poster_of_the_person_too(lead: Client):
    person = make.contributor()
    stories = [
        make.published_story(lead=make.picture(people=[person])),
        make.published_story(blocks=["<p>a</p>", make.picture(people=[person])]),
        make.published_story(blocks=["<p>a</p>", make.clip(people=[person])]),
        make.published_story(blocks=["<p>a</p>", make.clip(poster=make.picture(people=[person]))]),
    ]
    withdraw(lead, person.consents.get())
    assert [state(story) for story in stories] == [Status.WITHDRAWN] * 4


def test_what_readers_see_counts_though_the_working_copy_has_changed(lead: Client):
    person = make.contributor()
    story = make.published_story(lead=make.picture(people=[person]))
    story.lead = make.picture()
    story.save()
    withdraw(lead, person.consents.get())
    assert state(story) == Status.WITHDRAWN


def test_a_scheduled_story_does_not_come_out_after_its_consent_ended(lead: Client):
    person = make.contributor()
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=3)
    story = make.published_story(people=[person], publish_at=later)
    withdraw(lead, person.consents.get())
    assert state(story) == Status.WITHDRAWN


def test_a_story_that_another_consent_covers_stays_until_that_one_ends(lead: Client):
    person = make.contributor()
    shorter = make.consent(person, term_months=6)
    longer = person.consents.exclude(pk=shorter.pk).get()
    longer.term_months = 9  # within the year after which somebody looks again
    longer.save()
    story = make.published_story(people=[person])
    story.refresh_from_db()
    assert story.live_until == start_of_day(longer.ends_on)
    withdraw(lead, longer)
    story.refresh_from_db()
    assert (story.status, story.live_until) == (Status.PUBLISHED, start_of_day(shorter.ends_on))


def test_a_consent_for_fewer_materials_or_channels_does_not_keep_a_story_up(lead: Client):
    person = make.contributor()
    whole = person.consents.get()
    make.consent(person, materials=[Material.STORY, Material.NAME], channels=[Channel.PRINT])
    story = make.published_story(people=[person])
    withdraw(lead, whole)
    assert state(story) == Status.WITHDRAWN


def test_the_story_of_another_person_without_a_consent_is_not_this_ones_matter(lead: Client):
    asha, bina = make.contributor("Asha"), make.contributor("Bina")
    story = make.published_story(people=[asha, bina])
    make.consent(asha)
    Consent.objects.filter(contributor=bina).update(ends_on=charity_today())  # ended by the clock: readers see 410 already
    withdraw(lead, asha.consents.earliest("pk"))
    assert state(story) == Status.PUBLISHED


def test_a_story_of_many_people_goes_when_one_of_them_says_so(lead: Client):
    asha, bina = make.contributor("Asha"), make.contributor("Bina")
    story = make.published_story(people=[asha, bina])
    withdraw(lead, bina.consents.get())
    assert state(story) == Status.WITHDRAWN


def test_nothing_stays_up_and_nothing_is_half_done_when_a_step_fails(lead: Client, monkeypatch):
    person = make.contributor()
    stories = [make.published_story(people=[person]) for _ in range(2)]

    def stumble(story: Story) -> None:
        raise RuntimeError("the machine stumbled")

    monkeypatch.setattr(publishing, "withdraw", stumble)
    with pytest.raises(RuntimeError):
        takedown.withdraw_consent(person.consents.get(), "")
    assert person.consents.get().withdrawn_at is None
    assert {state(story) for story in stories} == {Status.PUBLISHED}


def test_ending_a_consent_twice_changes_nothing_more(lead: Client):
    consent = make.contributor().consents.get()
    withdraw(lead, consent, reason="First")
    assert "withdrawn already" in said(withdraw(lead, consent, reason="Second"))
    consent.refresh_from_db()
    assert consent.withdrawn_reason == "First"


def test_the_number_of_questions_does_not_grow_with_stories_of_others(lead: Client, django_assert_max_num_queries):
    person = make.contributor()
    make.published_story(people=[person])
    for _ in range(10):
        make.published_story(people=[make.contributor()])
    with django_assert_max_num_queries(60):
        assert len(takedown.withdraw_consent(person.consents.get(), "")) == 1


def test_who_was_taken_out_of_the_working_copy_is_still_in_what_readers_see(lead: Client):
    person = make.contributor()
    story = make.published_story(people=[person])
    StoryContributor.objects.all().delete()
    withdraw(lead, person.consents.get())
    assert state(story) == Status.WITHDRAWN
