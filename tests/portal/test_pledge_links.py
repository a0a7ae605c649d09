"""Links in letters that end one pledge or put another card, without signing in: for that alone, and not for ever."""

import datetime
import re

import pytest
from django.core import signing
from django.db import connection
from django.test import Client

from donations import pledge_links, promises, providers, reconciliation
from donations.models import Pledge
from donations.providers.base import ProviderUnavailable
from letters import outbox
from letters.models import Letter
from tests.pages import html_valid
from tests.portal.partners import partner

pytestmark = pytest.mark.django_db
ADA = "ada@example.org"


@pytest.fixture(autouse=True)
def _somewhere(settings):
    settings.SITE_URL = "http://127.0.0.1:9"


@pytest.fixture
def pledge():
    return partner(ADA, details={"first_name": "Adaeze", "last_name": "Obi"})[1]


def path(pledge, purpose):
    return pledge_links.address(pledge, purpose).removeprefix("http://127.0.0.1:9")


def words(response):
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cache-Control"] == "private, no-store"
    return " ".join(" ".join(next(html_valid(response.content).iter("main")).itertext()).split())


def test_every_letter_about_a_running_pledge_carries_both_links_and_a_letter_to_others_none(pledge):
    gift = pledge.gifts.get()
    for kind in ("received", "receipt", "failed", "confirm", "on_its_way", "card_ending", "dedication"):
        about = f"pledge:{pledge.reference}" if kind == "card_ending" else f"gift:{gift.reference}"
        data = {"ends_on": "2027-01-31", "next_try_on": "", "reason": "", "confirm_url": "https://bank.example/"}
        Letter.objects.create(key=f"{kind}:x", kind=kind, to=ADA, about=about, within=f"pledge:{pledge.reference}", data=data)
        mail = outbox.message(Letter.objects.get(key=f"{kind}:x"))
        for part in (mail.body, mail.alternatives[0][0]):
            links = re.findall(r"http://127\.0\.0\.1:9(/portal/links/[^\s\"<]+)", part)
            assert {link.split("/")[3] for link in links} == (set() if kind == "dedication" else {"card", "cancel"}), kind
            assert all(pledge_links.pledge_of(*link.strip("/").split("/")[2:]) == pledge for link in links)


def test_ending_by_the_link_takes_a_click_there_and_says_nothing_of_whose_it_is(pledge):
    stranger = Client(enforce_csrf_checks=True)
    where = path(pledge, "cancel")
    for _again in range(3):  # programs that follow links
        assert stranger.head(where).status_code == 200
        response = stranger.get(where)
    said = words(response)
    assert "End your monthly gift of £25?" in said
    for secret in ("Ada", "Obi", ADA, pledge.method, str(pledge.next_on.year)):
        assert secret not in response.content.decode()
    assert Pledge.objects.get().status == "active"
    assert stranger.post(where).status_code == 403  # another site's form
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', response.content.decode())[1]
    done = stranger.post(where, {"reason": "too much", "csrfmiddlewaretoken": token})
    assert (done.status_code, done["Location"]) == (303, where)
    pledge.refresh_from_db()
    assert (pledge.status, pledge.events.get(kind="cancel_asked").data["said"]) == ("cancelled", "too much")
    assert "Nothing more is charged of your monthly gift of £25." in words(stranger.get(where))
    assert stranger.post(where, {"csrfmiddlewaretoken": token}).status_code == 303  # once more changes nothing
    assert Letter.objects.filter(kind="pledge_ended").count() == 1
    assert "nothing more is charged" in words(stranger.get(path(pledge, "card")))


def test_another_card_is_put_by_the_link_and_the_bank_leads_back_to_it(pledge):
    where = path(pledge, "card")
    response = Client().get(where)
    assert "your monthly gift of £25" in words(response)
    assert pledge.method not in response.content.decode()
    there = Client().post(where)["Location"]
    assert there.startswith("http://127.0.0.1:9/sandbox/card/")
    back = Client().post("/" + there.split("/", 3)[3], {"outcome": "saved"})["Location"]
    assert back == f"http://127.0.0.1:9{where}?back"
    assert "If you put another card" in words(Client().get(f"{where}?back"))
    reconciliation.fetch_missed()
    old = pledge.method
    pledge.refresh_from_db()
    assert pledge.method != old


def test_a_link_is_good_for_its_purpose_and_its_pledge_alone(pledge):
    other = partner("other@example.org")[1]
    token = pledge_links.token(pledge, "card")
    reference, moment, signature = token.split(".")
    forged = [
        path(pledge, "card").replace("/card/", "/cancel/"),
        f"/portal/links/cancel/{pledge.reference}/",
        f"/portal/links/card/{other.reference}.{moment}.{signature}/",
        f"/portal/links/card/{reference}.{moment}.{signature[:-1]}{'A' if signature[-1] != 'A' else 'B'}/",
        f"/portal/links/cancel/{signing.TimestampSigner(sep='.').sign(pledge.reference)}/",
        f"/portal/links/cancel/{signing.TimestampSigner(salt='donations.pledge_links.cancel', sep='.').sign('nobody')}/",
        f"/portal/links/cancel/{'.' * 160}/",
    ]
    with connection.execute_wrapper(_no_writing):
        for where in forged:
            for ask in (Client().get, Client().post):
                response = ask(where)
                assert response.status_code == 404, where
                assert "This link no longer works" in words(response)
        assert Client().get(f"/portal/links/skip/{token}/").status_code == 404
    assert {one.status for one in Pledge.objects.all()} == {"active"}


def _no_writing(execute, sql, params, many, context):
    assert sql.lstrip().startswith(("SELECT", "SAVEPOINT", "RELEASE")), sql
    return execute(sql, params, many, context)


def test_a_link_works_for_two_months(pledge, time_machine):
    where, now = path(pledge, "cancel"), pledge.started_at
    time_machine.move_to(now + datetime.timedelta(days=61))
    assert Client().get(where).status_code == 200
    time_machine.move_to(now + datetime.timedelta(days=63))
    assert Client().post(where).status_code == 404
    assert Pledge.objects.get().status == "active"


def test_a_link_speaks_the_givers_language():
    pledge = partner("es@example.org", language="es")[1]
    response = Client().get(path(pledge, "cancel"))
    assert response["Content-Language"] == "es" and b'<html lang="es"' in response.content


@pytest.mark.parametrize("purpose,verb", [("cancel", "cancel"), ("card", "new_card")])
def test_a_bank_that_does_not_answer_leaves_the_link_good(pledge, monkeypatch, purpose, verb):
    def silent(*_wish):
        raise ProviderUnavailable("no answer")

    with monkeypatch.context() as broken:
        broken.setattr(providers.named("sandbox"), verb, silent, raising=False)
        response = Client().post(path(pledge, purpose), {"reason": "kept"})
    assert response.status_code == 503
    assert "does not answer" in words(response)
    assert purpose == "card" or b'value="kept"' in response.content
    assert Client().post(path(pledge, purpose)).status_code == 303


def test_a_reason_that_cannot_be_read_is_said_beside_its_field(pledge):
    response = Client().post(path(pledge, "cancel"), {"reason": "x" * 201})
    assert response.status_code == 422 and b"field__error" in response.content
    assert Pledge.objects.get().status == "active"
    promises.cancel(pledge)
