"""Lists brought in and taken out: whole or not at all, never against what a person said, nothing a spreadsheet would run."""

import csv
import datetime
import io

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from supporters import consents
from supporters.models import Supporter, SupporterConsent
from tests import factories as make
from tests.staff import signed_in
from tests.updates.reading import reader
from updates import importing, stopping
from updates.models import DoNotMail, ListImport

pytestmark = pytest.mark.django_db
LIST = """Email,First name,Surname,Consent date
ada@example.org,Ada,Obi,2025-03-01
ADA@example.org,,Obi,2025-06-01
known@example.org,Kim,,01/02/2025
stopped@example.org,Sam,,2020-01-01
bounced@example.org,Bo,,2025-01-01
no address,No,One,2025-01-01
late@example.org,Lee,,2999-01-01
never@example.org,Nil,,soon
"""


def list_import(content=LIST, **fields):
    """Make an import that waits."""
    said = {"source": "summer fair 2025", "words": "Send me the newsletter.", "topics": ["stories"], "name": "list.csv"}
    return ListImport.objects.create(content=content, **{**said, **fields})


@pytest.fixture
def fundraiser():
    """Give the browser of somebody of Fundraising."""
    return signed_in(make.staff("Fundraising"))


def test_a_list_comes_in_with_what_its_people_agreed_to_and_when():
    known = reader("known@example.org", topics=("events",))
    stopped = reader("stopped@example.org")
    stopping.stop(stopped)
    DoNotMail.objects.create(email="bounced@example.org", why="bounced")
    this = list_import()
    assert importing.work_off() == 2
    this.refresh_from_db()
    assert (this.state, this.added, this.known, this.unchanged, this.merged, this.bad_count) == ("done", 1, 1, 1, 1, 4)
    ada = Supporter.objects.get(email="ada@example.org")
    assert (ada.first_name, ada.last_name) == ("Ada", "Obi")
    said = SupporterConsent.objects.get(supporter=ada)
    assert (said.words, said.source, said.purpose) == ("Send me the newsletter.", "summer fair 2025", "stories")
    assert said.at.date() in {datetime.date(2025, 5, 31), datetime.date(2025, 6, 1)}, "the later day, where the charity is"
    assert consents.of(known) == {"events", "stories"}
    assert consents.of(stopped) == frozenset(), "whoever stopped since stays without mail"
    assert not Supporter.objects.filter(email__in=["bounced@example.org", "late@example.org"]).exists()
    assert this.content == "", "the file is not kept"


def test_the_same_list_twice_adds_nothing():
    list_import()
    importing.work_off()
    people, said = Supporter.objects.count(), SupporterConsent.objects.count()
    again = list_import()
    importing.work_off()
    again.refresh_from_db()
    assert (again.added, again.known) == (0, 0)
    assert (Supporter.objects.count(), SupporterConsent.objects.count()) == (people, said)


def test_a_fault_half_way_leaves_nothing_behind_and_is_done_again(monkeypatch):
    rows = "\n".join(f"person{number}@example.org" for number in range(1200))
    list_import("email\n" + rows, agreed_on=datetime.date(2025, 1, 1))
    real, calls = importing._bring_in, []

    def killed(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*arguments)

    monkeypatch.setattr(importing, "_bring_in", killed)
    with pytest.raises(KeyboardInterrupt):
        importing.work_off()
    assert not Supporter.objects.exists()
    assert importing.work_off() == 1200
    assert Supporter.objects.count() == 1200


@pytest.mark.parametrize(
    ("content", "why"),
    [("name\nAda", "one of them"), ("email\n" + "a@example.org\n" * 30, "too long"), ("", "one of them")],
)
def test_a_list_that_cannot_be_read_is_refused_whole(content, why, monkeypatch):
    monkeypatch.setattr(importing, "MOST_ROWS", 20)
    this = list_import(content)
    assert importing.work_off() == 0
    this.refresh_from_db()
    assert this.state == "refused"
    assert why in this.reason
    assert not Supporter.objects.exists()


def test_semicolons_other_alphabets_and_byte_order_marks_are_read():
    text = importing.text_of("E-mail;Nombre\nana@example.org;Begoña\n".encode("utf-8-sig"))
    assert importing.read(text, datetime.date(2025, 1, 1)).rows["ana@example.org"].first_name == "Begoña"
    assert "Begoña" in importing.text_of("email;nombre\na@b.org;Begoña".encode("cp1252"))


# --- in the admin ---------------------------------------------------------------------------------
def upload(client, content=b"", **fields):
    """Send the form of bringing in a list."""
    said = {"source": "fair", "words": "News.", "topics": ["stories"], "language": "en", "agreed_on": ""}
    file = SimpleUploadedFile("list.csv", content or LIST.encode(), "text/csv")
    return client.post("/admin/updates/listimport/add/", {**said, "file": file, **fields})


def test_fundraising_uploads_a_list_and_downloads_the_rows_left_out(fundraiser):
    assert upload(fundraiser).status_code == 302
    importing.work_off()
    this = ListImport.objects.get()
    page = fundraiser.get(f"/admin/updates/listimport/{this.pk}/change/").content.decode()
    assert "Download them" in page
    rows = list(
        csv.reader(io.StringIO(b"".join(fundraiser.get(f"/admin/updates/listimport/{this.pk}/left-out.csv")).decode("utf-8-sig")))
    )
    assert rows[1][:3] == ["7", "This is not an e-mail address.", "no address"]
    assert len(rows) == 4
    ListImport.objects.update(at=timezone.now() - datetime.timedelta(days=31))
    importing.forget()
    this.refresh_from_db()
    assert (this.bad, this.bad_count) == ([], 3), "whose rows were bad is forgotten, how many were not"


@pytest.mark.parametrize(
    ("content", "fields", "why"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", {}, "not a CSV file"),
        (b"name\nAda", {}, "one of them"),
        (LIST.encode(), {"agreed_on": "2999-01-01"}, "Nobody can have agreed"),
        (LIST.encode(), {"topics": []}, "required"),
    ],
)
def test_a_bad_upload_is_told_beside_its_field(fundraiser, content, fields, why):
    answer = upload(fundraiser, content, **fields)
    assert answer.status_code == 200
    assert why in answer.content.decode()
    assert not ListImport.objects.exists()


def test_the_list_of_readers_is_taken_out_with_formulas_defused_and_a_trace(fundraiser):
    reader("ada@example.org", first_name="=cmd()", topics=("stories",))
    stopping.stop(reader("bob@example.org"))
    text = b"".join(fundraiser.get("/admin/updates/listimport/readers.csv")).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[1][:7] == ["ada@example.org", "'=cmd()", "", "en", "yes", "", ""]
    assert len(rows) == 2
    assert LogEntry.objects.get().change_message == "Exported the readers of e-mail updates"


@pytest.mark.parametrize("group", ["Editor", "Reviewer", "Finance"])
def test_others_neither_bring_lists_in_nor_take_them_out(group):
    client = signed_in(make.staff(group))
    this = list_import()
    for address in ("add/", "readers.csv", f"{this.pk}/left-out.csv"):
        assert client.get(f"/admin/updates/listimport/{address}").status_code == 403
    assert upload(client).status_code == 403


# --- addresses without mail -----------------------------------------------------------------------
def test_staff_see_why_an_address_gets_no_mail_and_may_let_it_again(fundraiser):
    row = DoNotMail.objects.create(email="gone@example.org", why="bounced", said="550 No such user")
    page = fundraiser.get("/admin/updates/donotmail/", {"q": "gone@"}).content.decode()
    assert "The mailbox does not exist" in page
    assert "550 No such user" in page
    assert (
        "gone@example.org"
        not in fundraiser.get("/admin/updates/donotmail/", {"q": "other"}).content.decode().split("result_list")[-1]
    )
    assert fundraiser.post(f"/admin/updates/donotmail/{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not DoNotMail.objects.exists()
    assert fundraiser.get("/admin/updates/report/").status_code == 200
