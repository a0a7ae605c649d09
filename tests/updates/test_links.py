"""The signed links: each for one purpose and one reader; looking changes nothing, a button or one click does."""

import datetime

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from letters import outbox
from supporters import consents
from supporters.models import SupporterConsent
from tests.pages import html_valid
from tests.updates.reading import link_in, post_goes_out, reader, sign_up
from updates import stopping, tokens
from updates.models import Digest

pytestmark = pytest.mark.django_db
PURPOSES = ("confirm", "preferences", "unsubscribe")


def link(purpose, supporter, digest=0):
    """Return the path of a reader's link."""
    return f"/updates/{purpose}/{tokens.for_reader(purpose, supporter.pk, digest)}/"


def checked(page):
    return {box.get("value") for box in html_valid(page.content).iter("input") if box.get("checked") is not None}


def test_preferences_show_what_holds_and_change_it():
    ada, client = reader("ada@example.org", topics=("stories", "events")), Client()
    path = link("preferences", ada)
    assert checked(client.get(path)) == {"stories", "events"}
    answer = client.post(path, {"topics": ["events", "ways"]}, follow=True)
    assert answer.redirect_chain == [(f"{path}?kept", 303)]
    assert "Kept." in answer.content.decode()
    assert consents.of(ada) == {"events", "ways"}
    assert SupporterConsent.objects.filter(supporter=ada, given=False).get().purpose == "stories"
    assert not client.cookies


def test_choosing_nothing_stops_everything():
    ada = reader("ada@example.org")
    Client().post(link("preferences", ada), {})
    assert consents.of(ada) == frozenset()


def test_unsubscribing_takes_a_button_and_choosing_again_is_offered():
    ada, client = reader("ada@example.org"), Client()
    path = link("unsubscribe", ada)
    page = client.get(path)
    html_valid(page.content)
    assert consents.of(ada), "looking stops nothing"
    done = client.post(path, follow=True)
    html_valid(done.content)
    assert "You get no more updates" in done.content.decode()
    assert consents.of(ada) == frozenset()
    assert "/updates/preferences/" in done.content.decode()
    assert SupporterConsent.objects.order_by("pk").last().words == "Stop all e-mail updates"


def test_33_scanners_that_look_at_every_link_twenty_times_change_nothing():
    ada, client = reader("ada@example.org"), Client()
    before = list(SupporterConsent.objects.values())
    for path in (link("unsubscribe", ada), link("preferences", ada)):
        for _ in range(20):
            assert client.get(path).status_code == 200
            assert client.head(path).status_code == 200
            assert client.options(path).status_code == 405
    assert list(SupporterConsent.objects.values()) == before
    assert not client.cookies


def test_one_click_needs_no_cookie_no_token_and_no_page_of_ours():
    ada = reader("ada@example.org")
    client = Client(enforce_csrf_checks=True)
    answer = client.post(link("unsubscribe", ada), {"List-Unsubscribe": "One-Click"}, headers={"Origin": "https://mail.example"})
    assert (answer.status_code, answer.content) == (200, b"stopped")
    assert consents.of(ada) == frozenset()
    assert not client.cookies


def test_a_digest_counts_each_reader_it_loses_once():
    ada, digest = reader("ada@example.org"), Digest.objects.create(subject="News", introduction="Hello.")
    for _ in range(3):
        Client().post(link("unsubscribe", ada, digest.pk), {"List-Unsubscribe": "One-Click"})
    digest.refresh_from_db()
    assert digest.unsubscribed == 1
    assert SupporterConsent.objects.filter(supporter=ada, given=False).get().source == f"unsubscribe link, digest {digest.pk}"


def test_the_giving_forms_consent_is_one_of_all_topics_and_can_be_narrowed():
    ada = reader("ada@example.org", topics=())
    SupporterConsent.objects.create(
        supporter=ada, channel="email", purpose="updates", given=True, words="News.", source="giving form"
    )
    assert consents.of(ada) == {"stories", "events", "ways"}
    stopping.choose(ada, ["stories"])
    assert consents.of(ada) == {"stories"}


# --- attack 30: a token of one purpose used for another -------------------------------------------
def test_30_a_token_of_one_purpose_is_worth_nothing_for_another():
    ada = reader("ada@example.org")
    sign_up("bob@example.org")
    (letter,) = post_goes_out()
    valid = {purpose: tokens.for_reader(purpose, ada.pk) for purpose in PURPOSES[1:]}
    valid["confirm"] = link_in(letter, "confirm").split("/")[3]
    before = list(SupporterConsent.objects.values())
    for purpose in PURPOSES:
        for made_for, token in valid.items():
            answers = (
                Client().get(f"/updates/{purpose}/{token}/"),
                Client().post(f"/updates/{purpose}/{token}/?x", {"topics": ["ways"]}),
            )
            if made_for != purpose:
                assert [answer.status_code for answer in answers] == [404, 404]
                assert list(SupporterConsent.objects.values()) == before
            else:
                assert answers[0].status_code == 200
                SupporterConsent.objects.exclude(pk__in=[row["id"] for row in before]).delete()


@pytest.mark.parametrize("token", ["x", "1-0", "1-0.a.b", "%00", "é", "x" * 5000, "1-0:1abc:def", "../../admin"])
@pytest.mark.parametrize("purpose", PURPOSES)
def test_links_that_are_not_ours_lead_to_a_kind_page(purpose, token):
    answer = Client().get(f"/updates/{purpose}/{token}/")
    assert answer.status_code == 404
    html_valid(answer.content)


def test_a_changed_letter_of_a_token_is_noticed():
    ada = reader("ada@example.org")
    token = tokens.for_reader("preferences", ada.pk)
    other = f"{ada.pk + 1}-0" + token[token.index(".") :]
    for wrong in (other, token[:-1], token + "x", token.swapcase()):
        assert Client().get(f"/updates/preferences/{wrong}/").status_code == 404


def test_links_end_when_they_should_and_stopping_never_does():
    ada = reader("ada@example.org")
    preferences, unsubscribe = link("preferences", ada), link("unsubscribe", ada)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=366)):
        ended = Client().get(preferences)
        assert ended.status_code == 410
        assert "This link has ended" in ended.content.decode()
        html_valid(ended.content)
        assert Client().post(preferences, {}).status_code == 410
        assert consents.of(ada)
        Client().post(unsubscribe)
        assert consents.of(ada) == frozenset()


def test_the_link_of_somebody_who_was_erased_has_ended():
    ada = reader("ada@example.org")
    path = link("unsubscribe", ada)
    ada.delete()
    assert Client().post(path).status_code == 410


def test_pages_behind_links_are_kept_by_nobody_and_name_nobody():
    ada = reader("ada@example.org")
    for purpose in ("preferences", "unsubscribe"):
        page = Client().get(link(purpose, ada))
        assert page["Cache-Control"] == "private, no-store"
        assert page["Referrer-Policy"] == "same-origin"
        assert page["X-Robots-Tag"] == "noindex"
        assert "ada@example.org" not in page.content.decode()
        assert "a•••@example.org" in page.content.decode()


def test_pages_behind_links_speak_the_readers_language():
    ana = reader("ana@example.org", language="es")
    page = Client().get(link("preferences", ana)).content.decode()
    assert '<html lang="es"' in page


# --- the mails ------------------------------------------------------------------------------------
def test_only_mailings_say_how_to_stop_them_and_by_one_click():
    sign_up("ada@example.org")
    (asks,) = post_goes_out()
    assert "List-Unsubscribe" not in asks.extra_headers
    Client().post(link_in(asks, "confirm"), {"topics": ["stories"]})
    (welcome,) = post_goes_out()
    stop = welcome.extra_headers["List-Unsubscribe"]
    assert stop.startswith("<http")
    assert stop.endswith("/>")
    assert welcome.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert Client().post("/updates" + stop.split("/updates")[1].rstrip(">"), {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert link_in(welcome, "unsubscribe") in welcome.alternatives[0][0]


def test_a_welcome_is_not_sent_to_somebody_who_stopped_meanwhile():
    ada = reader("ada@example.org")
    outbox.write("updates_welcome", "x", to="ada@example.org", about=f"supporter:{ada.pk}")
    stopping.stop(ada)
    assert post_goes_out() == []
