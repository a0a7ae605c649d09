"""The words of the letters: each kind renders in both languages, says the sum, and leaves nothing unsaid or doubled."""

import datetime
import re

import pytest
from django.utils import timezone

from donations import letters
from donations.models import Dedication, Gift
from donations.providers import base
from letters import outbox
from letters.models import Letter, LetterState
from tests import giving

pytestmark = pytest.mark.django_db

KINDS = (
    "received",
    "dedication",
    "on_its_way",
    "failed",
    "confirm",
    "card_ending",
    "pledge_ended",
    "refunded",
    "receipt",
    "debit_failed",
)


def written(kind, language="en"):
    """Return a letter of a kind, as the engine would write it, with everything in it that may be."""
    pledge = giving.pledge(language=language)
    gift = pledge.gifts.get()
    pledge.card_ends_on = datetime.date(2027, 1, 31)
    pledge.method = "Visa ending 4242"
    pledge.save()
    data = {
        "failed": {"reason": "insufficient_funds", "next_try_on": "2026-12-03", "confirm_url": ""},
        "confirm": {
            "reason": "confirmation_needed",
            "next_try_on": "2026-12-03",
            "confirm_url": "https://bank.example/x?a=1&b=2",
        },
        "card_ending": {"ends_on": "2027-01-31", "days": 30},
        "pledge_ended": {"reason": "payments_failed"},
        "refunded": {"minor": 1000},
    }.get(kind, {})
    if kind == "dedication":
        Dedication.objects.create(gift=gift, kind="memory", name="Rose <b>", message="For you & yours", tell="tell@example.org")
    letters.write(kind, f"again-{kind}", gift=None if kind in {"card_ending", "pledge_ended"} else gift, pledge=pledge, data=data)
    return Letter.objects.get(key=f"{kind}:again-{kind}")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_says_its_piece_in_text_and_html(kind, language):
    mail = outbox.message(written(kind, language))
    html = mail.alternatives[0][0]
    assert mail.subject
    assert "\n" not in mail.subject
    for words in (mail.body, html):
        assert "{{" not in words and "{%" not in words
        assert "None" not in words
        assert not re.search(r"[ \t]{3,}\S", words.replace("\n", ""))
    if kind not in {"dedication", "receipt"}:
        sum_in_words = r"£10|10\s£" if kind == "refunded" else r"£25|25\s£"
        assert re.search(sum_in_words, mail.body)
    assert f'lang="{language}"' in html
    assert ("TEST, no money moved" in mail.body) or language == "es"


def test_what_a_giver_typed_is_never_markup_in_the_letter():
    mail = outbox.message(written("dedication"))
    assert "Rose &lt;b&gt;" in mail.alternatives[0][0]
    assert "Rose <b>" in mail.body
    assert "For you & yours" in mail.body


def test_an_anonymous_giver_is_not_named_to_whoever_is_told():
    letter = written("dedication")
    assert "Ada Obi" in outbox.message(letter).body
    Gift.objects.update(anonymous=True)
    assert "Ada" not in outbox.message(letter).body + outbox.message(letter).alternatives[0][0]


def test_the_thank_you_carries_the_receipt_as_a_tagged_pdf(mailoutbox):
    gift = giving.received_gift()
    assert outbox.send_due() == 1
    (mail,) = mailoutbox
    assert mail.to == [gift.supporter.email]
    ((name, content, kind),) = mail.attachments
    assert name == f"{gift.receipts.get().number}.pdf"
    assert kind == "application/pdf"
    assert content.startswith(b"%PDF")
    assert outbox.send_due() == 0  # once


def test_a_failed_month_is_told_after_a_while_and_not_at_all_when_the_money_came_meanwhile(mailoutbox):
    pledge = giving.pledge()
    outbox.send_due()
    mailoutbox.clear()
    about = {"pledge": pledge.name_there, "bill": "b2", "due_on": datetime.date(2027, 1, 1)}
    now = timezone.now()
    giving.enter(base.Failed(happened_at=now, attempt="1", reason="declined", **about))
    pledge.refresh_from_db()
    assert pledge.status == "past_due"
    assert outbox.send_due() == 0
    giving.enter(base.Paid(happened_at=now, payment="p2", amount=pledge.total, **about))
    Letter.objects.update(not_before=now)
    outbox.send_due()
    assert [mail.subject for mail in mailoutbox] == ["Thank you for your monthly gift"]
    assert Letter.objects.get(kind="failed").state == LetterState.DROPPED
    pledge.refresh_from_db()
    assert pledge.status == "active"


def test_a_card_that_ends_is_told_thirty_and_seven_days_ahead():
    pledge = giving.pledge()
    ends = datetime.date(2027, 6, 30)
    told = base.CardEnding(
        happened_at=timezone.now(), pledge=pledge.name_there, method=base.Method(kind="card", label="V", ends_on=ends)
    )
    giving.enter(told)
    giving.enter(told)
    days = [letter.not_before.date() for letter in Letter.objects.filter(kind="card_ending").order_by("not_before")]
    assert days == [datetime.date(2027, 5, 30), datetime.date(2027, 6, 22)]  # midnight in London is 23:00 UTC in summer


def test_a_name_that_no_font_can_print_does_not_keep_the_thanks_back(mailoutbox):
    giving.received_gift(details=giving.details(first_name="龍", last_name="王"))
    assert outbox.send_due() == 1
    (mail,) = mailoutbox
    assert not mail.attachments
    assert "Your receipt follows" in mail.body


def test_a_debit_that_the_bank_gives_back_is_told_unless_the_money_came_all_the_same(mailoutbox):
    gone, came = giving.pending_gift(), giving.pending_gift()
    for gift in (gone, came):
        giving.enter(base.OnItsWay(happened_at=timezone.now(), reference=gift.reference, amount=gift.total))
        back = {"reason": "bank_refused", "attempt": f"try_{gift.pk}", "reference": gift.reference}
        giving.enter(base.Failed(happened_at=timezone.now(), **back))
    giving.enter(giving.paid(came))
    Letter.objects.update(not_before=timezone.now())
    outbox.send_due()
    told = {mail.to[0]: mail.subject for mail in mailoutbox if "did not come" in mail.subject}
    assert list(told) == [gone.details["email"]]
