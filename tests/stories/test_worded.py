"""Questions whose wording is kept: the same rows as the ORM's own, for any value, in one query."""

import datetime

import pytest

from stories.models import Story, StoryRevision
from stories.worded import Worded, made
from tests import factories
from tests.pages import max_queries

pytestmark = pytest.mark.django_db

COLUMNS = ("slug", "id", "channels", "publish_at", "live_until", "in_feed")  # not in the model's order


def by_slug():
    return Story.objects.filter(slug="").values_list(*COLUMNS, "live_revision__content")


def test_the_rows_are_those_of_the_orm_for_every_value():
    slugs = [factories.published_story(slug=slug).slug for slug in ("one", "two", "three")] + ["no'body"]
    worded = Worded(by_slug)
    for slug in slugs:
        with max_queries(1):
            rows = worded.rows(slug)
        assert rows == list(Story.objects.filter(slug=slug).values_list(*COLUMNS, "live_revision__content"))
    assert rows == []


def test_columns_are_converted():
    factories.published_story(slug="one")
    (slug, _pk, channels, published, _until, in_feed, content), *_ = Worded(by_slug).rows("one")
    assert isinstance(published, datetime.datetime) and published.tzinfo is not None
    assert (slug, in_feed, type(channels), type(content)) == ("one", True, list, dict)


def test_a_question_with_several_values_is_refused():
    with pytest.raises(ValueError, match="one value"):
        Worded(lambda: Story.objects.filter(slug="", language="").values_list("id")).rows("one")


def test_a_row_becomes_its_model_and_fetches_the_rest_when_read():
    story = factories.published_story("The lantern", slug="one")
    (row,) = Worded(by_slug).rows("one")
    with max_queries(0):
        found = made(Story, COLUMNS, row[:-1])
        assert (found.pk, found.slug, found.publish_at, found.in_feed) == (story.pk, "one", story.publish_at, True)
        assert found == story
    with max_queries(1):
        assert found.title == "The lantern"


def test_no_row_becomes_no_model():
    assert made(StoryRevision, ("id", "number"), (None, None)).pk is None
