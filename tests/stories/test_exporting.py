"""The list of stories as a file: who may take it, what is in it, what is not, and the trace it leaves."""

import csv
import io
import json

import pytest
from django.contrib.admin.models import LogEntry

from stories import exporting, publishing, reviewing
from stories.models import Story
from tests import factories as make
from tests.pages import max_queries
from tests.staff import signed_in

pytestmark = pytest.mark.django_db

LIST = "/admin/stories/story/"


def taken(client, kind, **filters):
    response = client.get(f"{LIST}export.{kind}", filters)
    assert response.status_code == 200
    assert 'attachment; filename="stories-' in response["Content-Disposition"]
    return b"".join(response.streaming_content).decode()


def table(text):
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.fixture
def editor():
    return signed_in(make.staff("Editor"))


def test_a_spreadsheet_has_the_facts_of_each_story(editor, settings):
    original = make.published_story("Home again", slug="home", place=make.place("IN", "Tamil Nadu"), themes=[make.theme("Work")])
    make.story("De vuelta", slug="vuelta", language="es", translation_of=original)
    spanish, english = table(taken(editor, "csv"))
    assert english["Address"] == f"{settings.SITE_URL}/stories/home/"
    assert (english["Title"], english["State"], english["Country"], english["Region"]) == (
        "Home again",
        "published",
        "India",
        "Tamil Nadu",
    )
    assert english["Themes"] == "Work"
    assert english["Goes live (UTC)"] == f"{original.publish_at:%Y-%m-%d %H:%M:%S}"
    assert spanish["Translation of"] == english["Address"]


@pytest.mark.parametrize("words", ['=HYPERLINK("//evil.example")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "＝1", "  =1"])
def test_nothing_in_it_is_run_by_a_spreadsheet(editor, words):
    make.story(words, standfirst=words, byline=words[:80])
    (row,) = table(taken(editor, "csv"))
    for column in ("Title", "Standfirst", "By"):
        assert row[column].startswith("'")


def test_json_has_the_working_copy_beside_what_readers_see(editor):
    story = make.published_story("As published", blocks=["<p>Readers see this.</p>"])
    Story.objects.filter(pk=story.pk).update(title="As written")
    reviewing.saved(Story.objects.get(pk=story.pk), make.staff("Editor"))
    make.story("Never saved in the admin", blocks=["<p>Only here.</p>"])
    found = json.loads(taken(editor, "json"))["stories"]
    assert [one["state"] for one in found] == ["draft", "published"]
    assert (found[1]["working_copy"]["title"], found[1]["published"]["title"]) == ("As written", "As published")
    assert found[1]["published"]["blocks"] == [{"kind": "text", "html": "<p>Readers see this.</p>"}]
    assert (found[0]["working_copy"]["blocks"][0]["html"], found[0]["published"]) == ("<p>Only here.</p>", None)


def test_neither_file_has_whose_consent_a_story_rests_on_or_what_was_withdrawn(editor):
    person = make.contributor("Asha")
    make.published_story("Stays", people=[person])
    gone = make.published_story("Somebody wanted this gone", people=[person])
    publishing.withdraw(gone)
    for kind in ("csv", "json"):
        text = taken(editor, kind)
        assert "Stays" in text
        assert person.reference not in text
        assert "wanted this gone" not in text
        assert "wanted this gone" not in taken(editor, kind, state="withdrawn")


def test_the_files_hold_the_list_as_it_is_filtered_and_leave_a_trace(editor):
    make.story("A draft")
    make.published_story("A public one")
    for kind in ("csv", "json"):
        text = taken(editor, kind, state="draft")
        assert "A draft" in text
        assert "A public one" not in text
    said = list(LogEntry.objects.order_by("pk").values_list("change_message", flat=True))
    assert said == ["Exported the stories of: state=draft (csv)", "Exported the stories of: state=draft (json)"]
    assert editor.get(f"{LIST}export.csv", {"nonsense": "1"}).status_code == 302


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_many_stories_cost_no_more_questions_than_few(editor, monkeypatch, kind):
    def ask(ceiling):
        with max_queries(ceiling) as asked:
            taken(editor, kind)
        return len(asked)

    make.published_story(place=make.place())
    few = ask(20)
    for _ in range(12):
        make.published_story(place=make.place())
    assert ask(20) == few
    monkeypatch.setattr(exporting, "CHUNK", 5)  # in several parts it is the same file
    assert len(json.loads(taken(editor, "json"))["stories"]) == 13
    assert len(table(taken(editor, "csv"))) == 13


@pytest.mark.parametrize(
    ("group", "may"), [("Editor", True), ("Reviewer", True), ("Safeguarding lead", False), ("Finance", False)]
)
def test_only_whoever_may_export_takes_them_and_is_offered_them(group, may):
    make.published_story("Words of hers")
    client = signed_in(make.staff(group))
    for kind in ("csv", "json"):
        assert client.get(f"{LIST}export.{kind}").status_code == (200 if may else 403)
        assert client.post(f"{LIST}export.{kind}").status_code == (405 if may else 403)
    assert LogEntry.objects.count() == (2 if may else 0)
    offered = "export.csv" in client.get(LIST).content.decode()
    assert offered == may
