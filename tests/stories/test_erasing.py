"""After an erasure the whole database does not know the name, and a restored backup forgets it again (rule 13)."""

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test import Client

from letters import outbox
from letters.models import Letter
from safeguarding import evidence, vault
from safeguarding.models import Contributor, Decided, Decision, Erasure, Takedown, VaultEntry
from stories import erasing, history, manifest, previews
from stories.models import Clip, Picture, Story, StoryRevision
from tests import factories as make

pytestmark = pytest.mark.django_db
REAL, PUBLIC = "Thenmozhi Arumugam", "Kurinji"


@pytest.fixture(autouse=True)
def _from_inside(monkeypatch):
    """Let the takedown's checker ask this process: no site is running."""

    def ask(self, address: str) -> manifest.Answer:
        response = Client().get(address.partition("127.0.0.1:8000")[2])
        body = b"".join(response.streaming_content) if response.streaming else response.content
        return manifest.Answer(response.status_code, body.decode(errors="replace"), response.headers.get("Location", ""))

    monkeypatch.setattr(manifest.Asker, "__call__", ask)


@pytest.fixture
def kurinji():
    """Give somebody whose names stand wherever a name can stand."""
    lead = make.staff("Safeguarding lead")
    # Published before the vault knew the name. In what is somebody else's, only the real name goes.
    make.published_story("Another story", slug="another", blocks=[f"<p>Her friend {REAL.upper()} waved.</p>"])
    person = make.contributor(PUBLIC, note=f"{PUBLIC} prefers letters.")
    vault.put(person, vault.Private(name=REAL, phones=("+91 98400 11111",)))
    evidence.add(person.consents.get(), b"%PDF-1.4 signed", lead)
    person.consents.update(note=f"Given by {REAL} herself.")
    Decision.objects.create(contributor=person, kind=Decided.LEGAL, made_on="2026-01-01", made_by="R. A.", reason=f"For {REAL}")
    story = make.published_story(
        f"{PUBLIC} comes home", slug="kurinji-comes-home", people=[person], lead=make.picture(files=True, people=[person]),
        blocks=[f"<p>{PUBLIC} laughed.</p>", make.clip("own", people=[person], transcript=f"{PUBLIC} sings.")],
    )  # fmt: skip
    story.title = f"{PUBLIC} is home"
    story.save()
    history.keep(story, lead, note=f"A draft about {PUBLIC}")
    story.old_slugs.create(slug="kurinji-older")
    previews.invite(story, person, lead)
    for thing in (story, person):
        LogEntry.objects.create(
            user=lead, content_type=ContentType.objects.get_for_model(thing), object_id=str(thing.pk), object_repr=str(thing),
            action_flag=CHANGE, change_message=f"Changed {PUBLIC}",
        )  # fmt: skip
    outbox.write("safeguarding_due", "x", to="lead@example.org", about=f"contributor:{person.reference}", data={"who": PUBLIC})
    return person


def dump() -> str:
    """Return the whole database as text."""
    if connection.vendor == "sqlite":
        return "\n".join(connection.connection.iterdump())
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def names_in(text: str) -> list[str]:
    folded = text.lower()
    return [name for name in ("thenmozhi", "arumugam", "kurinji") if name in folded]


def test_the_whole_database_forgets_the_name(kurinji):
    assert names_in(dump()) == ["thenmozhi", "arumugam", "kurinji"]  # the control
    files = [*erasing_files(kurinji)]
    assert files and all(default_storage.exists(name) for name in files)
    erasing.erase(kurinji, make.staff())
    assert names_in(dump()) == []
    assert Client().get("/stories/kurinji-comes-home/").status_code in {404, 410}
    assert Client().get("/stories/another/").status_code == 200


def erasing_files(person: Contributor):
    for picture in Picture.objects.filter(contributors=person):
        yield picture.master.name
        yield f"pictures/{picture.token}/full-320.jpg"
    for kept in person.consents.get().evidence.all():
        yield kept.file


def test_files_go_with_the_rows(kurinji, django_capture_on_commit_callbacks):
    files = [*erasing_files(kurinji)]
    with django_capture_on_commit_callbacks(execute=True):
        erasing.erase(kurinji)
    assert [name for name in files if default_storage.exists(name)] == []
    assert not Picture.objects.filter(contributors=kurinji).exists()
    assert not Clip.objects.filter(contributors=kurinji).exists()


def test_what_stays_says_that_somebody_was_erased_and_nothing_of_whom(kurinji):
    erasing.erase(kurinji, make.staff())
    kurinji.refresh_from_db()
    assert kurinji.erased_at and kurinji.public_name == f"Erased {kurinji.pk}"
    assert Erasure.objects.get().contributor == kurinji.reference
    assert not VaultEntry.objects.exists()
    assert kurinji.consents.get().withdrawn_at
    assert Takedown.objects.get().title == erasing.WIPED
    assert LogEntry.objects.filter(object_repr="").count() >= 2  # that something was done stays
    assert not Letter.objects.filter(about=f"contributor:{kurinji.reference}").exists()


def test_a_restored_backup_forgets_again(kurinji, capsys):
    reference = kurinji.reference
    erasing.erase(kurinji)
    # A backup of before comes back: the same person by reference, with new rows.
    kurinji.consents.all().delete()
    Contributor.objects.filter(pk=kurinji.pk).delete()
    Erasure.objects.all().delete()
    back = make.contributor(PUBLIC, reference=reference)
    vault.put(back, vault.Private(name=REAL))
    make.published_story(f"{PUBLIC} comes home", people=[back], blocks=["<p>She laughed.</p>"])
    call_command("erasures", "apply")
    assert "1 erased again" in capsys.readouterr().out
    assert names_in(dump()) == []
    call_command("erasures", "apply")
    assert "0 erased again" in capsys.readouterr().out


def test_giving_is_other_peoples_and_stays(kurinji):
    giver = make.account("kurinji@example.org", name=REAL)
    erasing.erase(kurinji)
    giver.refresh_from_db()
    assert giver.name == REAL


def test_stories_of_others_keep_their_history(kurinji):
    before = StoryRevision.objects.filter(story__slug="another").count()
    erasing.erase(kurinji)
    other = Story.objects.get(slug="another")
    assert other.revisions.count() == before
    assert "Her friend […] waved." in other.live_revision.content["blocks"][0]["html"]


@pytest.fixture(autouse=True)
def _clean_list():
    yield
    for name in default_storage.listdir("erasures")[1] if default_storage.exists("erasures") else ():
        default_storage.delete(f"erasures/{name}")
