"""Preferences in the portal: what somebody agreed to hear by which way, and every word they ever said about it."""

import pytest

from supporters import consents
from supporters.models import Supporter, SupporterConsent
from tests.pages import html_valid, max_queries
from tests.portal.visiting import signed_in
from tests.updates.reading import reader
from updates.models import DoNotMail

pytestmark = pytest.mark.django_db
ADDRESS = "/portal/preferences/"


def chosen(page):
    """Return the boxes that are ticked."""
    tree = html_valid(page.content)
    return {(box.get("name"), box.get("value")) for box in tree.iter("input") if box.get("checked") is not None}


def test_it_shows_what_holds_and_changes_it_with_a_trace_of_each_word():
    ada = reader("ada@example.org", topics=("stories", "events"))
    client, box = signed_in("ada@example.org"), f"address{ada.pk}-topics"
    assert chosen(client.get(ADDRESS)) == {(box, "stories"), (box, "events")}
    answer = client.post(ADDRESS, {box: ["stories", "ways"], "post": "on"}, follow=True)
    assert answer.redirect_chain == [(ADDRESS, 302)]
    assert "Kept. It holds from now on." in answer.content.decode()
    assert chosen(answer) == {(box, "stories"), (box, "ways"), ("post", None)} or ("post", "on") in chosen(answer)
    assert consents.of(ada) == {"stories", "ways"}
    assert consents.of(ada, "post") == {"updates"}
    assert consents.of(ada, "phone") == frozenset()
    page = answer.content.decode()
    assert "No more</strong> · E-mail, Events" in page
    assert "Send me letters about the work, at most four a year." in page
    assert SupporterConsent.objects.filter(source="portal").count() == 3


def test_saving_what_holds_already_writes_nothing():
    ada = reader("ada@example.org", topics=("stories",))
    said = SupporterConsent.objects.count()
    signed_in("ada@example.org").post(ADDRESS, {f"address{ada.pk}-topics": ["stories"]})
    assert SupporterConsent.objects.count() == said


def test_taking_everything_back_is_one_word_for_all():
    ada = reader("ada@example.org")
    signed_in("ada@example.org").post(ADDRESS, {})
    assert consents.of(ada) == frozenset()
    last = SupporterConsent.objects.order_by("pk").last()
    assert (last.purpose, last.given, last.source) == ("updates", False, "portal")


def test_each_joined_address_is_chosen_for_by_itself():
    ada, work = reader("ada@example.org", topics=("stories",)), reader("ada@work.example", topics=("events",))
    client = signed_in("ada@example.org", "ada@work.example")
    page = client.get(ADDRESS).content.decode()
    assert "By e-mail to ada@work.example" in page
    client.post(ADDRESS, {f"address{ada.pk}-topics": ["stories", "ways"]})
    assert consents.of(ada) == {"stories", "ways"}
    assert consents.of(work) == frozenset()


def test_nobody_chooses_for_another():
    reader("ada@example.org", topics=("stories",))
    ben = reader("ben@example.org", topics=("stories",))
    signed_in("ada@example.org").post(ADDRESS, {f"address{ben.pk}-topics": ["ways"]})
    assert consents.of(ben) == {"stories"}


def test_an_address_that_gets_no_mail_says_so():
    reader("ada@example.org")
    DoNotMail.objects.create(email="ada@example.org", why="bounced")
    assert "we stopped writing to it" in signed_in("ada@example.org").get(ADDRESS).content.decode()


def test_bad_topics_are_told_and_nothing_is_changed():
    ada = reader("ada@example.org", topics=("stories",))
    for wrong in ("all", "st\x00ories", "9" * 400):
        answer = signed_in("ada@example.org").post(ADDRESS, {f"address{ada.pk}-topics": [wrong]})
        assert answer.status_code == 422
        html_valid(answer.content)
    assert consents.of(ada) == {"stories"}


def test_the_page_asks_little_however_much_was_said():
    ada = reader("ada@example.org")
    SupporterConsent.objects.bulk_create(
        SupporterConsent(supporter=ada, channel="email", purpose="ways", given=bool(n % 2), words="x", source="test")
        for n in range(500)
    )
    client = signed_in("ada@example.org")
    with max_queries(12):
        assert client.get(ADDRESS).status_code == 200


def test_somebody_who_never_agreed_to_anything_sees_that():
    Supporter.objects.create(email="ada@example.org")
    page = signed_in("ada@example.org").get(ADDRESS)
    assert "Nothing yet: we send you no news." in page.content.decode()
    assert chosen(page) == set()
