"""The corpus of bad files at every door that takes files: a clear sentence or a clean result, no fault, bounded memory."""

import pickle
import subprocess
import sys

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from safeguarding.models import Evidence
from stories import clips
from stories.models import Clip, Picture
from tests import factories as make
from tests import upload_corpus as corpus
from tests.media_files import traces
from tests.staff import form_of, signed_in
from updates import importing
from updates.models import ListImport

MOST_MEGABYTES = 300  # above what the process held before


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def boss(db) -> Client:
    """Give the browser of somebody with every right; a fault is an answer here, not an exception."""
    client = signed_in(make.staff())
    client.raise_request_exception = False
    return client


def sent(upload: corpus.Upload) -> SimpleUploadedFile:
    return SimpleUploadedFile(upload[1], upload[2], "application/octet-stream")


def told(answer, came_in: bool, upload: corpus.Upload) -> None:
    """Fail unless a file that may come in did, and another got a sentence."""
    what, _name, _content, may = upload
    assert came_in == may, (what, answer.content[:300])
    assert answer.status_code in ({200, 201, 302} if may else {200, 422}), what


@pytest.mark.parametrize("door", ["picture", "clip"])
def test_pictures_and_clips_come_in_clean_or_get_a_sentence(boss, door):
    model = Picture if door == "picture" else Clip
    for upload in corpus.pictures() if door == "picture" else corpus.clips():
        before = model.objects.count()
        answer = boss.post(f"/admin/stories/{door}/take/", {"upload": sent(upload)})
        told(answer, answer.status_code == 201, upload)
        assert model.objects.count() == before + upload[3], upload[0]
        if not upload[3]:
            assert answer.json()["error"].endswith("."), upload[0]
    for picture in Picture.objects.all():
        with default_storage.open(picture.master.name) as master:
            content = master.read()
        assert traces(content) == []
        assert corpus.HTML not in content


def test_a_clip_that_is_a_page_too_is_a_clip_alone_once_it_is_prepared(boss):
    (upload,) = [upload for upload in corpus.clips() if upload[0] == "a clip and a page"]
    boss.post("/admin/stories/clip/take/", {"upload": sent(upload)})
    clip = Clip.objects.get()
    assert clips.prepare(clip)
    with default_storage.open(clip.file.name) as file:
        content = file.read()
    assert corpus.HTML not in content
    assert traces(content) == []


def test_captions_become_plain_or_the_line_is_named(boss):
    clip = Clip.objects.create(title="x", host="own", duration_ms=1000, draft=True, created_by_id=boss.session["_auth_user_id"])
    for upload in corpus.captions():
        Clip.objects.update(draft=True)
        clip.captions.all().delete()
        words = {"title": "x", "transcript": "x", "captions": upload[2].decode("latin-1")}
        answer = boss.post(f"/admin/stories/clip/{clip.pk}/words/", words)
        told(answer, clip.captions.exists(), upload)
        assert not any("<script" in kept.text for kept in clip.captions.all())
        if not upload[3]:
            assert "captions" in answer.json()["errors"]


def test_evidence_is_sealed_or_refused(boss):
    person = make.contributor("Asha")
    address = f"/admin/safeguarding/contributor/{person.pk}/change/"
    values = form_of(boss, address)
    consent = {"materials": ["story"], "channels": ["web"], "given_on": "2026-01-01", "term_months": 12}
    for upload in corpus.evidence():
        before = Evidence.objects.count()
        number = int(values["consents-TOTAL_FORMS"])
        new = {f"consents-{number}-{name}": value for name, value in (consent | {"file": sent(upload)}).items()}
        answer = boss.post(address, values | new | {"consents-TOTAL_FORMS": number + 1})
        told(answer, Evidence.objects.count() > before, upload)
        if upload[3]:
            with default_storage.open(Evidence.objects.latest("pk").file) as kept:
                assert upload[2][:40] not in kept.read()
            values = form_of(boss, address)
        elif upload[2]:
            assert "Please give a" in answer.content.decode(), upload[0]


def test_lists_come_in_whole_or_are_refused_with_a_reason(boss):
    said = {"source": "fair", "words": "News.", "topics": ["stories"], "language": "en", "agreed_on": "2025-01-01"}
    for upload in corpus.lists():
        before = ListImport.objects.count()
        answer = boss.post("/admin/updates/listimport/add/", {**said, "file": sent(upload)})
        came_in = ListImport.objects.count() > before
        told(answer, came_in, upload)
        if not came_in:
            assert answer.context["adminform"].form.errors["file"][0].endswith("."), upload[0]
    for _list in range(ListImport.objects.count()):
        importing.work_off()
    assert set(ListImport.objects.values_list("state", flat=True)) <= {"done", "refused"}


CHILD = """
import django, pickle, resource, sys
from pathlib import Path
django.setup()
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from safeguarding import evidence
from stories import captions, clips, intake
from updates import importing

def held():  # the high water of this program alone: ru_maxrss begins with that of whoever started it
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024

doors = {
    "captions": lambda name, content: captions.clean_captions(content.decode("latin-1")),
    "lists": lambda name, content: importing.read(importing.text_of(content), None),
    "evidence": lambda name, content: evidence.checked(ContentFile(content, name=name)),
    "clips": lambda name, content: clips.clean_upload(ContentFile(content, name=name)),
    "pictures": lambda name, content: intake.clean_picture(ContentFile(content, name=name)),
}
offered = pickle.loads(Path(sys.argv[1]).read_bytes())
for what, name, content, may in offered["pictures"]:
    if what == "a HEIC":  # brings in what every picture needs
        intake.clean_picture(ContentFile(content, name=name))
idle = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1024**2
for door, take in doors.items():
    for what, name, content, may in offered[door]:
        before = held()
        try:
            take(name, content)
        except ValidationError:
            pass
        print(held() - before, door, what, sep="\\t")
print(held() - idle, "all", "the whole corpus", sep="\\t")
"""


def test_no_file_of_the_corpus_costs_three_hundred_megabytes(tmp_path):
    doors = {door: getattr(corpus, door)() for door in ("captions", "lists", "evidence", "clips", "pictures")}
    offered = tmp_path / "corpus"  # made here: making a bomb costs memory too
    offered.write_bytes(pickle.dumps(doors))
    command = [sys.executable, "-W", "ignore", "-c", CHILD, str(offered)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    *files, whole = [line.split("\t") for line in done.stdout.splitlines()]
    assert len(files) > 80
    for megabytes, door, what in sorted(files, key=lambda line: -int(line[0]))[:3]:
        print(f"the mark rose by {megabytes} MB for {what} ({door})")
    print(f"{whole[0]} MB above idle for {whole[2]}")
    assert 100 < int(whole[0]) < MOST_MEGABYTES  # forty megapixels leave a mark: the measure measures
