"""What the gate asks beside a live consent: care that has ended, age, risk, courts, and a review each year (rules 1 to 3, 6, 14)."""

import datetime

import pytest

from safeguarding import gate
from safeguarding.models import Channel, Contributor, Court, Decided, Decision, Material, Risk, Support, add_months
from tests import factories as make
from tests.pages import max_queries

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 6, 15)
LONG_AGO = TODAY - datetime.timedelta(days=20)


def person_with(**fields) -> Contributor:
    made = make.contributor("Asha", agreed=False, **fields)
    make.consent(made, given_on=LONG_AGO, term_months=24)
    return made


def verdict(person: Contributor, material: str = Material.STORY, **kwargs):
    return gate.judge([gate.Use(person, material, Channel.WEB)], TODAY, **kwargs)


def refused(person: Contributor, material: str = Material.STORY) -> str:
    return " ".join(map(str, verdict(person, material).refusals))


def decide(person: Contributor, kind: str, days_ago: int = 0) -> None:
    Decision.objects.create(
        contributor=person, kind=kind, made_on=TODAY - datetime.timedelta(days=days_ago), made_by="R. Advocate", reason="Weighed."
    )


def test_with_everything_in_order_all_may_go_out():
    assert not any(verdict(person_with(), material).refusals for material in Material.values)


# --- rule 3 ----------------------------------------------------------------------------------------
def test_nothing_goes_out_before_somebody_said_whether_we_look_after_the_person():
    assert "Say first whether Asha is in our support" in refused(person_with(support=Support.UNKNOWN))


def test_current_clients_are_not_published():
    assert "Asha is in our support now" in refused(person_with(support=Support.ONGOING))


@pytest.mark.parametrize("days, may", [(0, False), (364, False), (365, True), (2000, True)])
def test_support_must_have_ended_a_year_ago(days, may):
    person = person_with(support=Support.ENDED, support_ended_on=TODAY - datetime.timedelta(days=days))
    assert (refused(person) == "") is may


@pytest.mark.parametrize("material", [Material.PICTURE, Material.CLIP, Material.VOICE])
@pytest.mark.parametrize("days, may", [(365, False), (729, False), (730, True)])
def test_recognisable_pictures_wait_for_two_years_or_the_leads_recorded_decision(material, days, may):
    person = person_with(support=Support.ENDED, support_ended_on=TODAY - datetime.timedelta(days=days))
    assert (refused(person, material) == "") is may
    assert may or "recorded decision" in refused(person, material)
    decide(person, Decided.RECENT_SUPPORT)
    assert refused(person, material) == ""


def test_a_decision_does_not_shorten_the_first_year():
    person = person_with(support=Support.ENDED, support_ended_on=TODAY - datetime.timedelta(days=300))
    decide(person, Decided.RECENT_SUPPORT)
    assert "less than a year ago" in refused(person, Material.PICTURE)


# --- rule 6 ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("material", [Material.PICTURE, Material.CLIP, Material.VOICE])
def test_a_minor_is_never_recognisable_whoever_decides_otherwise(material):
    person = make.contributor("Bablu", agreed=False, was_minor=True, of_age_on=TODAY)
    make.consent(person, given_on=LONG_AGO, guardian_agreed_on=LONG_AGO, child_agreed_on=LONG_AGO)
    for kind in Decided.values:
        decide(person, kind)
    assert "may never be recognisable" in refused(person, material)
    assert refused(person, Material.STORY) == ""


@pytest.mark.parametrize("given", [{}, {"guardian_agreed_on": LONG_AGO}, {"child_agreed_on": LONG_AGO}])
def test_guardian_and_child_must_both_have_agreed(given):
    person = make.contributor("Bablu", agreed=False, was_minor=True)
    make.consent(person, given_on=LONG_AGO, **given)
    assert "needs the guardian’s and the child’s own agreement" in refused(person)
    make.consent(person, given_on=LONG_AGO, guardian_agreed_on=LONG_AGO, child_agreed_on=LONG_AGO)
    assert refused(person) == ""


def test_who_is_of_age_by_now_agrees_alone():
    person = make.contributor("Bablu", agreed=False, was_minor=True, of_age_on=LONG_AGO)
    make.consent(person, given_on=LONG_AGO)
    assert refused(person) == ""
    Contributor.objects.filter(pk=person.pk).update(of_age_on=LONG_AGO + datetime.timedelta(days=1))  # agreed a day too early
    person.refresh_from_db()
    assert refused(person)


def test_high_risk_blocks_even_a_disguised_story_and_is_said_once():
    person = person_with(risk=Risk.HIGH)
    uses = [gate.Use(person, material, channel) for material in Material.values for channel in Channel.values]
    assert [refusal.why for refusal in gate.judge(uses, TODAY).refusals] == ["risk"]


@pytest.mark.parametrize("days, may", [(None, False), (90, False), (89, True), (0, True)])
def test_pending_court_proceedings_need_a_legal_sign_off_of_the_last_90_days(days, may):
    person = person_with(court=Court.PENDING)
    if days is not None:
        decide(person, Decided.LEGAL, days)
    assert (refused(person) == "") is may
    if may:
        assert verdict(person).ends_on == TODAY + datetime.timedelta(days=90 - days)  # then it is asked for again


def test_a_sign_off_of_tomorrow_or_about_something_else_is_none():
    person = person_with(court=Court.PENDING)
    decide(person, Decided.LEGAL, -1)
    decide(person, Decided.RECENT_SUPPORT, 1)
    assert "legal sign-off" in refused(person)


# --- until when (rules 2 and 14) -------------------------------------------------------------------
def test_a_story_ends_with_its_first_consent_or_a_year_after_somebody_last_looked():
    person = person_with()
    assert verdict(person).ends_on == add_months(TODAY, 12)
    assert verdict(person, reviewed_on=LONG_AGO).ends_on == add_months(LONG_AGO, 12)
    other = make.contributor("Bina", agreed=False)
    consent = make.consent(other, given_on=LONG_AGO, term_months=6)
    uses = [gate.Use(who, Material.STORY, Channel.WEB) for who in (person, other)]
    assert gate.judge(uses, TODAY).ends_on == consent.ends_on
    assert gate.judge([], TODAY).ends_on is None


def test_a_refusal_says_who_what_where_and_which_page_mends_it():
    person = make.contributor("Asha", agreed=False)
    refusal = gate.judge([gate.Use(person, Material.PICTURE, Channel.SOCIAL)], TODAY).refusals[0]
    assert str(refusal) == "Asha has no live consent for a picture of them in social media."
    assert refusal.mend_at == f"/admin/safeguarding/contributor/{person.pk}/change/"


def test_many_people_are_asked_about_at_once():
    people = [person_with(court=Court.PENDING) for _ in range(8)]
    with max_queries(2):
        gate.judge([gate.Use(person, Material.STORY, Channel.WEB) for person in people], TODAY)
