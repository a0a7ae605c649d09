"""The page for a database that does not answer: it says so, keeps what was typed, and shows that to nobody else."""

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import InterfaceError, OperationalError
from django.test import Client

from stories import listing

TYPED = {"q": 'Ada "& co" <Obi>', "amount": ["25", "50"]}
HERE = {"origin": settings.SITE_URL}


@pytest.fixture(params=[OperationalError, InterfaceError])
def database_away(request, monkeypatch):
    def fails(*arguments):
        raise request.param("connection refused to 10.0.0.7, user=hope")

    monkeypatch.setattr(listing, "page", fails)
    monkeypatch.setattr("donations.views.asking.channels_of", fails)


def answer(**more):
    """Return what a form gets; more headers, or other fields as `typed`."""
    return Client(raise_request_exception=False).post("/give/", more.pop("typed", TYPED), headers=HERE | more)


@pytest.mark.django_db
def test_a_page_that_cannot_be_read_says_when_to_come_back(database_away):
    response = Client(raise_request_exception=False).get("/stories/")
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert response["Cache-Control"] == "private, no-store"
    assert "10.0.0.7" not in response.content.decode()
    assert "<form" not in response.content.decode()


@pytest.mark.django_db
def test_what_was_typed_is_in_the_page_to_be_sent_again(database_away):
    page = answer().content.decode()
    for value in ("25", "50"):
        assert f'<input type="hidden" name="amount" value="{value}">' in page
    assert 'name="q" value="Ada &quot;&amp; co&quot; &lt;Obi&gt;"' in page
    assert "Send it again" in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sent",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": "", "sec-fetch-site": "cross-site"},
        {"typed": TYPED | {"new_password": "seven green umbrellas"}},
        {"typed": TYPED | {"evidence": ContentFile(b"a signature", name="Asha.pdf")}},
    ],
    ids=["another site's", "a cross-site post", "a password", "a file"],
)
def test_what_another_site_sent_or_no_page_may_hold_is_not_in_it(database_away, sent):
    response = answer(**sent)
    assert response.status_code == 503
    assert "Obi" not in response.content.decode()
    assert "umbrellas" not in response.content.decode()


@pytest.mark.django_db
def test_another_fault_is_still_a_fault(monkeypatch):
    monkeypatch.setattr(listing, "page", lambda *arguments: 1 / 0)
    assert Client(raise_request_exception=False).get("/stories/").status_code == 500
