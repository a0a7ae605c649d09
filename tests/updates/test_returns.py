"""What the mail provider tells: bounces and complaints stop mailings, once, and staff see why."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from letters import outbox
from letters.models import LetterState
from supporters import consents
from tests.updates.reading import post_goes_out, reader
from updates.models import Digest, DoNotMail, Report

pytestmark = pytest.mark.django_db
AUTHORISED = {"Authorization": "Basic cG9zdDpzZWNyZXQ="}  # post:secret


@pytest.fixture(autouse=True)
def _secret(settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": "post:secret", "MAILGUN_WEBHOOK_SIGNING_KEY": ""}


def postmark(record="Bounce", email="ada@example.org", number=1, **more):
    """Return a report as Postmark posts it."""
    said = {"RecordType": record, "ID": number, "Email": email, "BouncedAt": "2026-11-01T10:00:00Z", "MessageID": f"m-{number}"}
    if record == "Bounce":
        said |= {"Type": "HardBounce", "TypeCode": 1, "Description": "No such user"}
    return said | more


def tell(said, headers=AUTHORISED, provider="postmark"):
    """Post a report to the door."""
    return Client().post(f"/updates/returns/{provider}/", json.dumps(said), content_type="application/json", headers=headers)


def test_a_hard_bounce_puts_the_address_where_no_mailing_reaches_it():
    ada = reader("ada@example.org")
    assert tell(postmark()).status_code == 200
    row = DoNotMail.objects.get(email="ada@example.org")
    assert (row.why, row.said) == ("bounced", "No such user")
    assert consents.of(ada), "what they agreed to stays: the mailbox is gone, not their will"
    outbox.write("updates_welcome", "x", to="ada@example.org", about=f"supporter:{ada.pk}")
    assert post_goes_out() == []


def test_a_complaint_counts_as_a_stop():
    ada = reader("ada@example.org")
    assert tell(postmark("SpamComplaint", email="ADA@example.org", Type="SpamComplaint", TypeCode=512)).status_code == 200
    assert DoNotMail.objects.get().why == "complained"
    assert consents.of(ada) == frozenset()


def test_a_full_mailbox_is_no_reason_to_stop():
    reader("ada@example.org")
    assert tell(postmark(Type="SoftBounce", TypeCode=4096, Description="Mailbox full")).status_code == 200
    assert not DoNotMail.objects.exists()
    assert Report.objects.get().kind == "delayed"


def test_the_same_report_three_times_is_one():
    for _ in range(3):
        assert tell(postmark()).status_code == 200
    assert Report.objects.count() == 1
    assert DoNotMail.objects.count() == 1


def test_a_report_counts_for_the_digest_the_address_got_last():
    ada, digest = reader("ada@example.org"), Digest.objects.create(subject="News", introduction="Hello.")
    outbox.write(
        "updates_digest",
        f"{digest.pk}:{ada.pk}",
        to=ada.email,
        within=digest.within,
        state=LetterState.SENT,
        sent_at=timezone.now(),
    )
    tell(postmark())
    assert Report.objects.get().digest == digest


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, postmark(), 400),
        ({"Authorization": "Basic cG9zdDp3cm9uZw=="}, postmark(), 400),
        ({"Authorization": "nonsense"}, postmark(), 400),
        (AUTHORISED, [], 400),
        (AUTHORISED, "x", 400),
        (AUTHORISED, None, 400),
    ],
)
def test_what_is_not_the_providers_is_refused_and_leaves_nothing(headers, body, status):
    assert tell(body, headers).status_code == status
    assert not Report.objects.exists()
    assert not DoNotMail.objects.exists()


def test_reports_that_no_database_could_hold_harm_nothing():
    assert tell(postmark(email="a" * 400 + "@example.org")).status_code == 200
    assert tell(postmark(Description="a\x00b\ud800")).status_code == 200
    assert Report.objects.get().said == "ab"
    assert (
        Client().post("/updates/returns/postmark/", b"\xff{", content_type="application/json", headers=AUTHORISED).status_code
        == 400
    )
    assert (
        Client()
        .post("/updates/returns/postmark/", "x" * 1_100_000, content_type="application/json", headers=AUTHORISED)
        .status_code
        == 413
    )


def test_without_a_secret_and_for_others_there_is_no_door(settings):
    assert tell(postmark(), provider="mailgun").status_code == 404
    assert tell(postmark(), provider="nobody").status_code == 404
    assert Client().get("/updates/returns/postmark/").status_code == 405
    assert Client().head("/updates/returns/postmark/").status_code == 200
    settings.ANYMAIL = {"WEBHOOK_SECRET": "", "MAILGUN_WEBHOOK_SIGNING_KEY": ""}
    assert tell(postmark()).status_code == 404
