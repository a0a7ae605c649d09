"""The command that makes search and lists anew."""

import pytest
from django.core.management import call_command

from stories.models import SearchDocument
from tests import factories

pytestmark = pytest.mark.django_db


def test_search_is_rebuilt_from_the_live_snapshots(capsys):
    story = factories.published_story(title="Found again")
    SearchDocument.objects.all().delete()
    call_command("rebuild_search")
    assert capsys.readouterr().out.strip() == "1 stories"
    assert SearchDocument.objects.get().story_id == story.pk
