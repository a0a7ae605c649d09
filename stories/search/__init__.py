"""Search the published stories."""

from stories.models import Story, StoryRevision


def put(story: Story, revision: StoryRevision) -> None:
    """Make a story's live snapshot findable."""


def remove(story: Story) -> None:
    """Forget a story."""
