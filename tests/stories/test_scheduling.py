"""Times of publishing: the charity's zone, its summer time, the clock that decides without a job."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils.html import strip_tags

from stories import timing
from stories.models import Story
from tests import factories as make
from tests.staff import form_of, said, signed_in

UTC = datetime.UTC


@pytest.fixture(autouse=True)
def london(settings):
    settings.CHARITY_TIME_ZONE = "Europe/London"


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- what is typed ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "typed, moment",
    [
        ("2026-12-08T09:00", "2026-12-08T09:00"),
        ("2026-07-08T09:00", "2026-07-08T08:00"),
        ("2026-03-29T00:59", "2026-03-29T00:59"),
        ("2026-03-29T02:00", "2026-03-29T01:00"),
        ("2026-10-25T00:59", "2026-10-24T23:59"),
        ("2026-10-25T02:00", "2026-10-25T02:00"),
    ],
)
def test_a_time_is_taken_in_the_charitys_zone(typed, moment):
    assert timing.typed(typed) == at(moment)


@pytest.mark.parametrize(
    "typed, words",
    [
        ("2026-03-29T01:30", "01:30 does not exist on 29 March 2026 in London"),
        ("2026-10-25T01:30", "01:30 comes twice on 25 October 2026 in London"),
        ("tomorrow", "Type a day and a time."),
        ("2026-12-08T09:00Z", "Type a day and a time."),
        ("0001-01-01T00:00", ""),
        ("9999-12-31T23:59", ""),
        ("\x00", "Type a day and a time."),
    ],
)
def test_a_time_the_clocks_skip_or_repeat_is_refused_with_the_reason(typed, words):
    if not words:  # at the edges of the calendar an answer is enough, whichever
        try:
            timing.typed(typed)
        except ValidationError as refused:
            words = refused.messages[0]
        return
    with pytest.raises(ValidationError, match=words):
        timing.typed(typed)


def test_other_zones_have_gaps_of_their_own(settings):
    settings.CHARITY_TIME_ZONE = "Australia/Lord_Howe"  # half an hour of summer time
    with pytest.raises(ValidationError, match="does not exist on 4 October 2026 in Lord Howe"):
        timing.typed("2026-10-04T02:15")
    assert timing.typed("2026-10-04T02:30")


def test_a_moment_is_told_in_the_charitys_zone_with_its_own_for_a_script_to_add():
    assert timing.in_words(at("2026-12-08T09:00")) == "Tue 8 Dec 2026, 09:00 London"
    assert timing.in_words(at("2026-07-08T08:00")) == "Wed 8 Jul 2026, 09:00 London"
    assert 'datetime="2026-12-08T09:00:00Z" data-zone="Europe/London"' in timing.shown(at("2026-12-08T09:00"))
    assert timing.shown(None) == ""


# --- in the admin ----------------------------------------------------------------------------------
@pytest.fixture
def boss(db: None) -> Client:
    return signed_in(make.staff())


def change(story: Story) -> str:
    return f"/admin/stories/story/{story.pk}/change/"


def test_the_form_takes_and_shows_the_charitys_time_and_keeps_what_cannot_be(boss):
    story = make.story()
    values = form_of(boss, change(story)) | {"publish_at": "2027-07-08T09:00"}
    boss.post(change(story), values)
    story.refresh_from_db()
    assert story.publish_at == at("2027-07-08T08:00")
    shown = boss.get(change(story)).content.decode()
    assert 'value="2027-07-08T09:00"' in shown
    assert "Goes live Thu 8 Jul 2027, 09:00 London." in shown
    values |= {"publish_at": "2027-03-28T01:30"}
    refused = boss.post(change(story), values).content.decode()
    assert "01:30 does not exist on 28 March 2027 in London" in refused
    assert 'value="2027-03-28T01:30"' in refused


def test_a_reviewer_schedules_by_the_time_beside_the_button(db):
    story = make.approved(make.story())
    address = f"/admin/stories/story/{story.pk}/step/"
    with time_machine.travel(at("2026-12-01T12:00"), tick=False):
        reviewer = signed_in(make.staff("Reviewer"))
        skipped = reviewer.post(address, {"_step": "schedule", "_at": "2027-03-28T01:30"}, follow=True)
        assert "does not exist" in said(skipped)
        done = reviewer.post(address, {"_step": "schedule", "_at": "2026-12-08T09:00"}, follow=True)
        assert "goes out on Tue 8 Dec 2026, 09:00 London" in strip_tags(said(done))
        assert 'datetime="2026-12-08T09:00:00Z"' in said(done)  # to which a script adds the reader's own time


def test_both_times_hold_though_no_job_runs_and_a_public_storys_time_is_not_in_the_form(client, boss):
    story = make.story(publish_at=at("2030-03-01T09:00"), expire_at=at("2030-04-01T09:00"))
    make.approved(story)
    boss.post(change(story), form_of(boss, change(story)) | {"_step": "schedule"})
    for moment, status in [("2030-03-01T08:59:59", 404), ("2030-03-01T09:00:01", 200), ("2030-04-01T09:00:01", 410)]:
        with time_machine.travel(at(moment), tick=False):
            assert client.get(story.get_absolute_url()).status_code == status, moment
    boss.post(change(story), form_of(boss, change(story)) | {"publish_at": "2020-01-01T09:00"})
    story.refresh_from_db()
    assert story.publish_at == at("2030-03-01T09:00")  # posted all the same: it would have put the story live unreviewed
