"""A story beside its translations: what stands against what, which one is behind, and a copy to begin another from."""

import pytest

from stories import history, reviewing, translating
from stories.models import Story, TextBlock
from tests import factories as make
from tests.pages import html_valid, max_queries
from tests.staff import said, signed_in

pytestmark = pytest.mark.django_db


def page(story: Story) -> str:
    return f"/admin/stories/story/{story.pk}/translations/"


def pair(**spanish):
    english = make.story("Light", slug="light", blocks=["<p>It rained.</p>", {"quote": "Home."}])
    return english, make.story("Luz", language="es", translation_of=english, **spanish)


def content(story: Story):
    return history.working_copy(story).content


def test_blocks_of_one_kind_stand_beside_each_other_and_what_one_side_lacks_has_a_line_of_its_own():
    english, spanish = pair(blocks=["<p>Llovía.</p>", make.picture(alt="Una puerta."), {"quote": "En casa."}])
    lines = translating.abreast(content(english), content(spanish))
    assert [(line.name, line.left, line.right) for line in lines if line.name in {"Text", "Picture", "Quote"}] == [
        ("Text", "It rained.", "Llovía."),
        ("Picture", None, "Alternative text: Una puerta."),
        ("Quote", "Home.", "En casa."),
    ]
    assert [line.name for line in lines if line.lacks] == ["Picture"]
    assert ("Title", "Light", "Luz") in {(line.name, line.left, line.right) for line in lines}


def test_a_translation_is_behind_once_the_original_was_saved_after_it():
    english, spanish = pair()
    editor = make.staff("Editor")
    reviewing.saved(english, editor)
    reviewing.saved(spanish, editor)
    assert translating.behind(spanish, english) is None
    TextBlock.objects.filter(parent=english).update(html="<p>It snowed.</p>")
    reviewing.saved(english, editor)
    assert translating.behind(spanish, english).number == 2
    assert "The original was saved after this translation" in signed_in(editor).get(page(spanish)).content.decode()


def test_the_page_shows_both_in_their_languages_from_whichever_story_it_is_opened():
    english, spanish = pair(blocks=["<p>Llovía.</p>"])
    arabic = make.story("نور", language="ar", translation_of=english)
    client = signed_in(make.staff("Editor"))
    for story, shown in [(english, "نور"), (spanish, "Luz"), (arabic, "نور")]:
        client.get(page(story))
        with max_queries(45):
            text = client.get(page(story)).content.decode()
        html_valid(text)
        assert "Light" in text
        assert shown in text
    chosen = client.get(page(english), {"with": spanish.pk}).content.decode()
    assert '<td lang="es" dir="auto" data-side="Spanish">Llovía.</td>' in chosen
    assert '<option value="fr">' in chosen
    assert '<option value="es">' not in chosen
    assert client.get(page(english), {"with": "\x00"}).status_code == 200


def test_a_translation_begins_as_a_draft_with_everything_of_the_original():
    person = make.contributor("Asha")
    english = make.published_story(
        "Light", slug="light", people=[person], place=make.place(), themes=[make.theme()],
        blocks=["<p>It rained.</p>", make.picture(), {"quote": "Home."}],
    )  # fmt: skip
    make.story(slug="light-es")  # the address is taken
    editor = signed_in(make.staff("Editor"))
    response = editor.post(page(english), {"language": "es"}, follow=True)
    assert "write the other language over it" in said(response)
    made = Story.objects.get(translation_of=english)
    assert (made.language, made.slug, made.status, made.lead, made.place) == (
        "es",
        "light-es-2",
        "draft",
        english.lead,
        english.place,
    )
    assert [block["kind"] for block in content(made)["blocks"]] == ["text", "picture", "quote"]
    assert content(made)["people"] == content(english)["people"]  # consent is asked of the same people
    assert history.newest(made).note == "Begun as a copy of “Light”"
    again = editor.post(page(english), {"language": "es"}, follow=True)
    assert "There is a translation into that language already." in said(again)
    assert Story.objects.filter(translation_of=english).count() == 1


def test_a_translation_of_a_translation_belongs_to_the_original():
    english, spanish = pair()
    made = translating.begin(spanish, "fr", make.staff("Editor"))
    assert made.translation_of == english
    assert made.title == "Light"


@pytest.mark.parametrize("language", ["", "xx", "en\x00"])
def test_a_language_that_stories_are_not_told_in_is_not_found(language):
    english = make.story()
    assert signed_in(make.staff("Editor")).post(page(english), {"language": language}).status_code == 404
    assert Story.objects.count() == 1


def test_only_who_writes_begins_one_and_who_judges_reads():
    english, _spanish = pair()
    reviewer = signed_in(make.staff("Reviewer"))
    assert "Begin a translation" not in reviewer.get(page(english)).content.decode()
    assert reviewer.post(page(english), {"language": "fr"}).status_code == 403
    assert signed_in(make.staff("Finance")).get(page(english)).status_code == 403
    assert Story.objects.count() == 2
