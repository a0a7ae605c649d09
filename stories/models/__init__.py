"""What is published: stories, their blocks, pictures, clips, collections and snapshots."""

from stories.models.autosaves import Autosave
from stories.models.blocks import BLOCKS, AsideBlock, ClipBlock, LinkBlock, PictureBlock, QuoteBlock, TextBlock
from stories.models.clips import Captions, Clip
from stories.models.collections import Chapter, Collection
from stories.models.pictures import Picture
from stories.models.places import Place, Theme
from stories.models.reviews import Review, ReviewComment
from stories.models.revisions import StoryRevision
from stories.models.search import SearchDocument, SearchWord, Shelf, ShelvedStory
from stories.models.stories import OldSlug, Story, StoryContributor

__all__ = [
    "BLOCKS",
    "AsideBlock",
    "Autosave",
    "Captions",
    "Chapter",
    "Clip",
    "ClipBlock",
    "Collection",
    "LinkBlock",
    "OldSlug",
    "Picture",
    "PictureBlock",
    "Place",
    "QuoteBlock",
    "Review",
    "ReviewComment",
    "SearchDocument",
    "SearchWord",
    "Shelf",
    "ShelvedStory",
    "Story",
    "StoryContributor",
    "StoryRevision",
    "TextBlock",
    "Theme",
]
