"""The lead's pages: the vault opens for a reason, evidence is sealed, the desk says what is to be done (rules 4, 5, 12, 13, 14)."""

import datetime

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from safeguarding import evidence, vault
from safeguarding.gate import charity_today
from safeguarding.models import Court, Decision, Erasure, Evidence, Look, Purge, StoryPreview, Takedown, VaultEntry
from stories import takedown
from stories.models import Story
from stories.models.stories import Status
from tests import factories as make
from tests.pages import html_valid, max_queries
from tests.staff import form_of, said, signed_in

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<</Author (Thenmozhi)>>\n"


@pytest.fixture
def lead():
    return signed_in(make.staff("Safeguarding lead"))


@pytest.fixture
def asha():
    person = make.contributor("Asha")
    vault.put(person, vault.Private(name="Meenakshi Sundaram", phones=("+91 98400 00000",)))
    return person


def vault_of(person):
    return f"/admin/safeguarding/contributor/{person.pk}/vault/"


def page_of(person):
    return f"/admin/safeguarding/contributor/{person.pk}/change/"


# --- the vault ---------------------------------------------------------------------------------------
def test_the_vault_asks_why_and_shows_nothing_before(lead, asha):
    asked = lead.get(vault_of(asha))
    html_valid(asked.content)
    assert "Why do you look?" in asked.content.decode() and "Meenakshi" not in asked.content.decode()
    assert "Meenakshi" not in lead.post(vault_of(asha), {"reason": "x"}).content.decode()
    assert not Look.objects.filter(what="vault").exists()
    opened = lead.post(vault_of(asha), {"reason": "The court asks for her number."})
    html_valid(opened.content)
    assert "Meenakshi Sundaram" in opened.content.decode() and "no-store" in opened["Cache-Control"]
    assert Look.objects.get(what="vault").why == "The court asks for her number."


def test_what_is_typed_is_sealed_and_the_change_is_on_record(lead, asha):
    typed = {
        "reason": "She married.",
        "name": "Meenakshi Raman",
        "aliases": "Minu\n\nMeena",
        "phones": "1234567",
        "born_on": "2001-02-03",
    }
    assert lead.post(vault_of(asha), typed | {"_save": "1"}).status_code == 302
    private = vault.opened(VaultEntry.objects.get(contributor=asha))
    assert (private.name, private.aliases, private.born_on) == ("Meenakshi Raman", ("Minu", "Meena"), datetime.date(2001, 2, 3))
    assert Look.objects.filter(why="Changed: She married.").exists()
    bad = lead.post(vault_of(asha), typed | {"_save": "1", "born_on": "soon", "name": "Kept as typed\x00"})
    assert bad.status_code == 200 and "Enter a valid date" in bad.content.decode()


@pytest.mark.parametrize("group", ["Editor", "Reviewer", "Finance"])
def test_nobody_else_gets_there(asha, group):
    kept = evidence.add(asha.consents.get(), PDF)
    client = signed_in(make.staff(group))
    for address in (vault_of(asha), f"/admin/safeguarding/contributor/evidence/{kept.reference}/", "/admin/safeguarding/look/"):
        assert client.get(address).status_code == 403
        assert client.post(address, {"reason": "I would like to know."}).status_code == 403
    assert not Look.objects.exists()


def test_opening_the_page_with_consents_is_a_look(lead, asha):
    lead.get(page_of(asha))
    assert [(look.what, look.about) for look in Look.objects.all()] == [("consent", asha.reference)]
    signed_in(make.staff("Editor")).get(page_of(asha))  # who sees no consents looks at none
    assert Look.objects.count() == 1


def test_the_log_is_read_and_never_written(lead, asha):
    vault.note_look("vault", asha, make.staff("Safeguarding lead"), "The court asks.")
    look = Look.objects.get()
    listed = lead.get("/admin/safeguarding/look/")
    assert "The court asks." in listed.content.decode()
    for address in (
        f"/admin/safeguarding/look/{look.pk}/change/",
        f"/admin/safeguarding/look/{look.pk}/delete/",
        "/admin/safeguarding/look/add/",
    ):
        assert lead.post(address, {"why": "nothing", "post": "yes"}).status_code == 403
    assert Look.objects.get().why == "The court asks."


# --- evidence ----------------------------------------------------------------------------------------
def record(client, person, **values):
    given = {"given_on": str(charity_today()), "term_months": 12, "materials": ["story"], "channels": ["web"]} | values
    posted = {f"consents-0-{name}": value for name, value in given.items()}
    return client.post(page_of(person), form_of(client, page_of(person)) | {"consents-TOTAL_FORMS": 1} | posted)


def test_evidence_is_sealed_in_a_private_place_and_every_look_at_it_is_on_record(lead, asha):
    upload = SimpleUploadedFile("Meenakshi signed.pdf", PDF, "text/html")
    assert record(lead, asha, file=upload).status_code == 302
    kept = Evidence.objects.get()
    with default_storage.open(kept.file) as file:
        stored = file.read()
    assert b"Thenmozhi" not in stored and "Meenakshi" not in kept.file
    assert (kept.kind, kept.size) == ("application/pdf", len(PDF))  # by its content, not by what was said
    assert Client().get(f"/media/{kept.file}").status_code == 404
    address = f"/admin/safeguarding/contributor/evidence/{kept.reference}/"
    Look.objects.count()
    asked = lead.get(address)
    assert b"Thenmozhi" not in asked.content and not Look.objects.filter(what="evidence").exists()
    handed = lead.post(address, {"reason": "The regulator asks."})
    assert handed.content == PDF
    assert handed["Content-Disposition"] == 'attachment; filename="evidence.pdf"'
    assert Look.objects.get(what="evidence").why == "The regulator asks."


@pytest.mark.parametrize(
    "content", [b"<html><script>1</script>", b"", b"MZ\x90\x00", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"PK\x03\x04"]
)
def test_what_is_no_evidence_is_refused_kindly(lead, asha, content):
    response = record(lead, asha, file=SimpleUploadedFile("signed.pdf", content or b" ", "application/pdf"))
    assert "Please give a PDF, a photograph" in response.content.decode()
    assert not Evidence.objects.exists() and asha.consents.count() == 1


def test_a_new_key_reseals_evidence_too(asha, settings, django_capture_on_commit_callbacks):
    kept = evidence.add(asha.consents.get(), PDF)
    settings.VAULT_KEYS = ["bm90LWEta2V5LW5vdC1hLWtleS1ub3QtYS1rZXktMTI=", *settings.VAULT_KEYS]
    with django_capture_on_commit_callbacks(execute=True):
        while vault.rotate():
            pass
    assert not default_storage.exists(kept.file)
    settings.VAULT_KEYS = settings.VAULT_KEYS[:1]
    assert evidence.look(Evidence.objects.get(), make.staff("Safeguarding lead"), "Is it there?") == PDF


# --- what is recorded takes effect --------------------------------------------------------------------
def test_a_change_of_what_is_known_takes_stories_down_at_once(lead, asha):
    story = make.published_story("Her story", people=[asha])
    response = lead.post(page_of(asha), form_of(lead, page_of(asha)) | {"risk": "high"}, follow=True)
    assert "“Her story”" in said(response)
    assert Client().get(story.get_absolute_url()).status_code == 410


def test_a_legal_sign_off_is_recorded_with_who_did_so(lead, asha):
    posted = {"kind": "legal", "made_on": str(charity_today()), "made_by": "R. Advocate", "reason": "Nothing identifies her."}
    values = form_of(lead, page_of(asha)) | {"decisions-TOTAL_FORMS": 1} | {f"decisions-0-{k}": v for k, v in posted.items()}
    assert lead.post(page_of(asha), values | {"court": "pending"}).status_code == 302
    assert Decision.objects.get().recorded_by.email
    assert "R. Advocate" in lead.get(page_of(asha)).content.decode()


# --- links, takedowns, the desk -----------------------------------------------------------------------
def test_a_private_link_is_made_and_shown_to_be_sent(lead, asha):
    story = make.story("Her story", people=[asha])
    other = make.story("Another story")
    address = f"/admin/safeguarding/contributor/{asha.pk}/previews/"
    assert lead.post(address, {"story": other.pk}).status_code == 403  # only stories that are about her
    html = lead.post(address, {"story": story.pk}, follow=True).content
    html_valid(html)
    preview = StoryPreview.objects.get()
    assert f"/preview/{preview.token}/" in html.decode()


@pytest.mark.parametrize("group", ["Safeguarding lead", "Reviewer"])
def test_one_click_takes_everything_of_a_person_down(asha, group):
    client = signed_in(make.staff(group))
    stories = [make.published_story(people=[asha]) for _ in range(2)]
    address = f"/admin/safeguarding/contributor/{asha.pk}/take-down/"
    html_valid(client.get(address).content)
    client.post(address, {"reason": "She asked."})
    assert {Client().get(story.get_absolute_url()).status_code for story in stories} == {410}
    assert set(Takedown.objects.values_list("reason", flat=True)) == {"She asked."}


def test_the_withdraw_step_of_a_story_leaves_a_manifest_too(asha):
    client = signed_in(make.staff("Reviewer"))
    story = make.published_story(people=[asha])
    client.post(f"/admin/stories/story/{story.pk}/step/", {"_step": "withdraw"})
    assert Takedown.objects.get().manifest.filter(kind="page", address=story.get_absolute_url()).exists()


def test_the_certificate_says_what_is_proved_and_takes_ticks(lead, asha):
    story = make.published_story("Her story", people=[asha], channels=["web", "print"])
    record = takedown.take_down(story, "staff")
    address = f"/admin/safeguarding/takedown/{record.pk}/change/"
    html = lead.get(address)
    html_valid(html.content)
    assert "Not everything is proved gone yet" in html.content.decode()
    record.manifest.update(proved=True, status=410, asked_at=timezone.now())
    Takedown.objects.update(gone_at=record.begun_at + datetime.timedelta(seconds=3))
    assert "3.0 seconds after the order" in lead.get(address).content.decode()
    copy = record.copies.first()
    lead.post(address, {"done": [copy.pk, "999999999999999999999", "x\x00"]})
    copy.refresh_from_db()
    assert copy.done_at and copy.done_by
    assert signed_in(make.staff("Reviewer")).post(address, {"done": [copy.pk]}).status_code == 403


def test_the_desk_shows_what_is_to_be_done(lead, asha):
    make.consent(
        make.contributor("Ending soon", agreed=False), given_on=charity_today() - datetime.timedelta(days=20), term_months=1
    )
    make.contributor("Before a court", court=Court.PENDING)
    Decision.objects.create(
        contributor=make.contributor("Signed off", court=Court.PENDING),
        kind="legal",
        made_on=charity_today(),
        made_by="R",
        reason="R",
    )
    down = takedown.take_down(make.published_story("Half gone"), "staff")
    Purge.objects.create(takedown=down, network="varnish", addresses=["/"], failure="answered 500")
    old = make.published_story("A year old", people=[asha])
    old.live_revision.published_at = timezone.now() - datetime.timedelta(days=350)
    old.live_revision.save()
    Story.objects.filter(pk=old.pk).update(live_until=timezone.now() + datetime.timedelta(days=15))
    film = make.clip("own", ready=False, incoming="incoming/x")
    type(film).objects.update(created_at=timezone.now() - datetime.timedelta(days=31))
    with max_queries(30):
        html = lead.get("/admin/safeguarding/contributor/desk/")
    html_valid(html.content)
    text = html.content.decode()
    for words in ("Ending soon", "Signed off", "Half gone", "answered 500", "A year old", film.title):
        assert words in text, words
    lead.post("/admin/safeguarding/contributor/desk/", {"story": old.pk, "note": "Spoke to her."})
    lead.get("/admin/safeguarding/contributor/desk/")  # which says that it was done
    assert "A year old" not in lead.get("/admin/safeguarding/contributor/desk/").content.decode()
    assert signed_in(make.staff("Editor")).get("/admin/safeguarding/contributor/desk/").status_code == 403


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 40, "\x00"])
def test_a_review_of_nothing_is_no_error(lead, number):
    assert lead.post("/admin/safeguarding/contributor/desk/", {"story": number}).status_code == 404


def test_erasing_wants_the_published_name_typed(lead, asha, monkeypatch):
    address = f"/admin/safeguarding/contributor/{asha.pk}/erase/"
    html_valid(lead.get(address).content)
    assert "That is not their published name." in lead.post(address, {"sure": "Asha!"}).content.decode()
    assert not Erasure.objects.exists()
    lead.post(address, {"sure": "Asha"})
    assert Erasure.objects.get().contributor == asha.reference
    default_storage.delete(f"erasures/{asha.reference}.json")
    assert Story.objects.filter(status=Status.PUBLISHED).count() == 0
