"""Digests: only to those who agree, only what may go by e-mail, once each, however it is paused, resumed, killed."""

import datetime

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from letters import outbox
from letters.models import Letter, LetterState
from stories import publishing, takedown
from supporters import consents
from supporters.models import SupporterConsent
from tests import factories as make
from tests.updates.reading import link_in, reader
from updates import composing, sending, stopping, tokens
from updates.models import Digest, DigestState, DigestStory, DoNotMail

pytestmark = pytest.mark.django_db
MAILED = ["web", "feed", "email"]


def story(title="The train", **fields):
    """Publish a story that may go by e-mail."""
    return make.published_story(title, channels=MAILED, **fields)


def digest(stories=(), **fields):
    """Make a draft of a digest."""
    made = Digest.objects.create(**{"subject": "What happened next", "introduction": "Dear friends.\n\nTwo stories.", **fields})
    for position, chosen in enumerate(stories or [story()], start=1):
        DigestStory.objects.create(digest=made, story=chosen, position=position)
    return made


def goes_out(mailoutbox, rounds=60):
    """Go the rounds until nothing more happens; return the addresses in the order of their mails."""
    before = len(mailoutbox)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(rounds):
            sending.go_on()
            outbox.send_due()
            clock.shift(datetime.timedelta(seconds=2))
    return [message.to[0] for message in mailoutbox[before:]]


def test_a_digest_reaches_those_who_agree_and_nobody_else(mailoutbox):
    wanted = [reader().email for _ in range(3)]
    reader(topics=("events",))
    stopping.stop(reader())
    bounced = reader()
    DoNotMail.objects.create(email=bounced.email, why="bounced")
    make.account("staff@example.org")
    by_giving = reader("giver@example.org", topics=())
    SupporterConsent.objects.create(
        supporter=by_giving, channel="email", purpose="updates", given=True, words="News.", source="giving form"
    )
    made = digest()
    assert sending.expected(made) == 5, "who agrees by now; one of them has a mailbox that takes no mail"
    sending.schedule(made)
    assert sorted(goes_out(mailoutbox)) == sorted([*wanted, "giver@example.org"])
    made.refresh_from_db()
    assert made.state == DigestState.SENT
    assert made.finished_at
    assert sending.figures(made)["sent"] == 4
    assert goes_out(mailoutbox, rounds=5) == []


def test_the_mail_has_the_stories_in_text_and_html_and_a_way_out(mailoutbox):
    ada = reader("ada@example.org", first_name="Ada")
    told = story("A train at dawn", standfirst="It was late.", content_note="Speaks of a trial.")
    made = digest([told])
    sending.schedule(made)
    goes_out(mailoutbox)
    (mail,) = mailoutbox
    html = mail.alternatives[0][0]
    assert mail.subject == "What happened next"
    for words in (mail.body, html):
        for part in ("A train at dawn", "It was late.", "Speaks of a trial.", told.get_absolute_url(), "Two stories."):
            assert part in words
        assert "{{" not in words
        assert "None" not in words
    assert f'alt="{told.lead.alt}"' in html
    assert "/media/p/" in html
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.body.count(link_in(mail, "unsubscribe")) == 1
    Client().post(link_in(mail, "unsubscribe"), {"List-Unsubscribe": "One-Click"})
    made.refresh_from_db()
    assert made.unsubscribed == 1
    assert not consents.of(ada)


def test_the_picture_is_one_of_its_own_files_and_goes_with_its_story(mailoutbox):
    reader()
    told = story(lead=make.picture(files=True))
    sending.schedule(digest([told]))
    goes_out(mailoutbox)
    address = "/media/" + mailoutbox[0].alternatives[0][0].split('src="')[1].split('"')[0].split("/media/")[1]
    answer = Client().get(address)
    assert answer.getvalue()
    assert (answer.status_code, answer["Cross-Origin-Resource-Policy"]) == (200, "same-origin")
    publishing.withdraw(told)
    assert Client().get(address).status_code in {404, 410}, "in old mails the picture is gone as well"


def test_every_reader_gets_their_own_links_and_the_same_pictures(mailoutbox):
    reader()
    reader()
    sending.schedule(digest())
    goes_out(mailoutbox)
    first, second = (mail.alternatives[0][0] for mail in mailoutbox)
    pictures = [{part.split('"')[0] for part in html.split('src="')[1:]} for html in (first, second)]
    assert pictures[0] == pictures[1] != set(), "no picture tells who opened the mail"
    assert link_in(mailoutbox[0], "unsubscribe") != link_in(mailoutbox[1], "unsubscribe")


# --- what may go out ------------------------------------------------------------------------------
def test_only_public_stories_whose_people_agree_to_email_can_be_scheduled():
    asha = make.contributor("Asha", agreed=False)
    make.consent(asha, channels=["web", "feed", "social", "ask"])
    shy = make.published_story("Not by mail", people=[asha], channels=["web", "feed"])
    for wrong in (shy, make.story("A draft")):
        with pytest.raises(sending.NotPossible, match=wrong.title):
            sending.schedule(digest([story(), wrong]))
    assert set(Digest.objects.values_list("state", flat=True)) == {"draft"}


def test_a_digest_of_stories_needs_one_and_one_of_events_does_not():
    empty = Digest.objects.create(subject="News", introduction="Hello.")
    with pytest.raises(sending.NotPossible, match="at least one story"):
        sending.schedule(empty)
    sending.schedule(Digest.objects.create(subject="A walk", introduction="Come.", topic="events"))


def test_a_story_that_is_withdrawn_is_missing_from_the_very_next_letter(mailoutbox):
    asha = make.contributor("Asha")
    gone, stays = story("Goes away", people=[asha]), story("Stays")
    made = digest([gone, stays], per_minute=60)
    readers = [reader() for _ in range(6)]
    sending.schedule(made)
    sending.go_on()
    assert outbox.send_due(most=2) == 2
    takedown.withdraw_consent(asha.consents.get(), "she asked")
    goes_out(mailoutbox)
    assert len(mailoutbox) == len(readers)
    assert ["Goes away" in mail.body for mail in mailoutbox] == [True, True, False, False, False, False]
    assert all("Stays" in mail.body for mail in mailoutbox)


def test_when_every_story_is_gone_the_letters_are_dropped(mailoutbox):
    only = story()
    made = digest([only])
    readers = [reader() for _ in range(3)]
    sending.schedule(made)
    publishing.withdraw(only)
    assert goes_out(mailoutbox) == []
    made.refresh_from_db()
    assert made.state == DigestState.SENT
    assert sending.figures(made)["dropped"] == len(readers)
    assert set(Letter.objects.values_list("reason", flat=True)) == {"nothing of it may be told any more"}


def test_a_consent_to_email_that_ends_at_midnight_ends_the_story_in_letters_too(mailoutbox):
    asha = make.contributor("Asha", agreed=False)
    make.consent(asha, given_on=timezone.now().date() - datetime.timedelta(days=20), term_months=1)
    chosen = story("Ends soon", people=[asha])
    made = digest([chosen, story("Stays")])
    reader()
    sending.schedule(made)
    assert not composing.composed(made).left_out
    with time_machine.travel(timezone.now() + datetime.timedelta(days=15)):
        goes_out(mailoutbox)
    (mail,) = mailoutbox
    assert "Ends soon" not in mail.body


def test_whoever_stops_between_writing_and_sending_gets_nothing(mailoutbox):
    ada, bob = reader(), reader()
    sending.schedule(digest())
    sending.go_on()
    assert Letter.objects.count() == 2
    stopping.choose(ada, ["events"])
    assert goes_out(mailoutbox) == [bob.email]
    assert Letter.objects.get(to=ada.email).reason == "they do not agree to it any more"


def test_an_address_that_changed_meanwhile_gets_nothing_at_the_old_one(mailoutbox):
    ada = reader()
    sending.schedule(digest())
    sending.go_on()
    type(ada).objects.filter(pk=ada.pk).update(email="new@example.org")
    assert goes_out(mailoutbox) == []


# --- verbs ----------------------------------------------------------------------------------------
def test_a_scheduled_digest_waits_for_its_hour(mailoutbox):
    reader()
    made = digest()
    sending.schedule(made, timezone.now() + datetime.timedelta(hours=2))
    assert goes_out(mailoutbox, rounds=3) == []
    sending.unschedule(made)
    made.refresh_from_db()
    assert (made.state, made.send_at) == ("draft", None)
    sending.schedule(made, timezone.now() + datetime.timedelta(hours=2))
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=2, minutes=1)):
        assert len(goes_out(mailoutbox)) == 1


def test_pausing_holds_what_is_written_and_resuming_goes_on_where_it_was(mailoutbox):
    readers = [reader().email for _ in range(12)]
    made = digest(per_minute=60)
    sending.schedule(made)
    sending.go_on()
    outbox.send_due(most=3)
    sending.pause(made)
    assert goes_out(mailoutbox) == []
    # One that was in hand when it was paused, and failed, comes back to be tried again.
    Letter.objects.filter(pk=Letter.objects.filter(state="queued").first().pk).update(not_before=timezone.now())
    sending.go_on()
    assert outbox.send_due() == 0
    sending.resume(made)
    goes_out(mailoutbox)
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted(readers)


def test_a_batch_in_hand_stops_when_the_digest_is_paused(mailoutbox, monkeypatch):
    """The outbox has a list of what is due; pausing counts for what is left of it."""
    for _ in range(5):
        reader()
    made = digest()
    sending.schedule(made)
    sending.go_on()
    sent = outbox.message

    def pausing(letter):
        if len(mailoutbox) == 1:
            sending.pause(made)
        return sent(letter)

    monkeypatch.setattr(outbox, "message", pausing)
    outbox.send_due()
    assert len(mailoutbox) == 2, "the one before, and the one in hand"


def test_cancelling_sends_nothing_more(mailoutbox):
    for _ in range(6):
        reader()
    made = digest(per_minute=60)
    sending.schedule(made)
    sending.go_on()
    outbox.send_due(most=2)
    sending.cancel(made)
    assert goes_out(mailoutbox) == []
    assert len(mailoutbox) == 2
    with pytest.raises(sending.NotPossible):
        sending.resume(made)


@pytest.mark.parametrize("verb", ["pause", "resume", "unschedule"])
def test_a_draft_can_only_be_scheduled_or_cancelled(verb):
    with pytest.raises(sending.NotPossible):
        getattr(sending, verb)(digest())


def test_the_pace_is_kept():
    for _ in range(30):
        reader()
    made = digest(per_minute=60)
    sending.schedule(made)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for second in range(10):
            sending.go_on()
            assert Letter.objects.count() <= 5 + second
            outbox.send_due()
            clock.shift(datetime.timedelta(seconds=1))
    assert Letter.objects.count() >= 10


def test_a_mail_server_that_is_down_lets_no_mountain_grow(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 9
    for _ in range(60):
        reader()
    sending.schedule(digest(per_minute=60))
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(60):
            sending.go_on()
            clock.shift(datetime.timedelta(seconds=5))
    assert Letter.objects.filter(state=LetterState.QUEUED).count() <= 15


def test_only_readers_of_a_language_where_that_is_asked(mailoutbox):
    reader()
    ana = reader(language="es")
    sending.schedule(digest(language="es", only_language=True))
    assert goes_out(mailoutbox) == [ana.email]
    assert "Cambi" in mailoutbox[0].body or '<html lang="es"' in mailoutbox[0].alternatives[0][0]


def test_a_test_goes_to_its_editor_alone_and_counts_nowhere(mailoutbox):
    reader()
    made = digest()
    sending.test(made, "editor@example.org", "1")
    outbox.send_due()
    (mail,) = mailoutbox
    assert mail.to == ["editor@example.org"]
    assert mail.subject.startswith("[Test] ")
    assert sending.figures(made)["sent"] == 0
    made.subject = "Other words"
    made.save()
    sending.test(made, "editor@example.org", "2")
    outbox.send_due()
    assert mailoutbox[1].subject == "[Test] Other words", "words just changed are in the next test"
    assert Client().get(link_in(mail, "unsubscribe")).status_code == 410


def test_a_token_of_a_digest_says_which():
    assert tokens.reader("unsubscribe", tokens.for_reader("unsubscribe", 7, 3)) == tokens.Reader(7, 3)
