"""Somebody is asked 90, 30 and 7 days before anything ends, once each, in words that give nobody away (rules 6, 14, 15)."""

import datetime

import pytest
from django.core import mail
from django.utils import timezone

from letters import outbox
from letters.models import Letter, LetterState
from safeguarding import reminders
from safeguarding.gate import charity_today
from safeguarding.models import Court, Decision
from stories import watching
from stories.models import Story
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = charity_today()


def in_days(days: int) -> datetime.date:
    return TODAY + datetime.timedelta(days=days)


@pytest.fixture(autouse=True)
def lead():
    return make.staff("Safeguarding lead")


@pytest.fixture
def consent():
    person = make.contributor("Asha", agreed=False)
    return make.consent(person, given_on=TODAY - datetime.timedelta(days=10), term_months=12)


def asked_at(consent, days: int) -> int:
    before = Letter.objects.count()
    reminders.remind(consent.ends_on - datetime.timedelta(days=days))
    return Letter.objects.count() - before


def test_a_consent_is_asked_for_at_90_30_and_7_days_once_each(consent):
    assert [asked_at(consent, days) for days in (91, 90, 89, 31, 30, 30, 8, 7, 1, 0)] == [0, 1, 0, 0, 1, 0, 0, 1, 0, 0]


def test_a_consent_that_a_later_one_replaces_is_not_asked_for(consent):
    wider = make.consent(consent.contributor, given_on=TODAY - datetime.timedelta(days=9), term_months=24)
    assert asked_at(consent, 30) == 0
    wider.withdraw("changed her mind")
    assert asked_at(consent, 30) == 1


@pytest.mark.parametrize("days_ago, letters", [(59, 0), (60, 1), (89, 1)])
def test_a_legal_sign_off_is_asked_for_again_before_its_90_days_are_over(days_ago, letters):
    person = make.contributor("Asha", court=Court.PENDING)
    made = TODAY - datetime.timedelta(days=days_ago)
    Decision.objects.create(contributor=person, kind="legal", made_on=made, made_by="R. Advocate", reason="Weighed.")
    reminders.remind(TODAY)
    assert Letter.objects.filter(data__days__lte=30).count() == letters


def test_a_story_is_to_be_looked_at_again_within_a_year():
    story = make.published_story("A river", people=[make.contributor("Asha")])
    assert watching.remind(TODAY) == 0
    story.live_revision.published_at = timezone.now() - datetime.timedelta(days=340)
    story.live_revision.save()
    Story.objects.filter(pk=story.pk).update(live_until=timezone.now() + datetime.timedelta(days=25))
    watching.remind(TODAY)
    watching.remind(TODAY)
    assert Letter.objects.get().data["what"] == "review"


def test_the_mail_names_nobody_and_leads_to_where_one_signs_in(consent, lead):
    reminders.remind(consent.ends_on - datetime.timedelta(days=30))
    assert outbox.send_due() == 1
    (sent,) = mail.outbox
    words = sent.subject + sent.body + sent.alternatives[0][0]
    assert sent.to == [lead.email]
    assert not [word for word in ("Asha", "consent", "survivor") if word.lower() in sent.subject.lower()]
    assert "Asha" not in words
    assert f"/admin/safeguarding/contributor/{consent.contributor_id}/change/" in sent.body


def test_a_letter_about_a_withdrawn_consent_is_dropped(consent):
    reminders.remind(consent.ends_on - datetime.timedelta(days=30))
    consent.withdraw("changed her mind")
    assert outbox.send_due() == 0
    assert Letter.objects.get().state == LetterState.DROPPED


def test_only_whoever_leads_is_written_to(consent):
    make.staff("Editor")
    make.staff("Safeguarding lead", is_active=False)
    assert asked_at(consent, 30) == 1
