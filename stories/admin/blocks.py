"""A story's blocks in the editor."""

from typing import Any

from content_editor.admin import ContentEditorInline
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from stories.admin.editing import ByTyping, facade, thumbnail
from stories.forms import BlockForm, ClipBlockForm, PictureBlockForm, QuoteForm
from stories.models import AsideBlock, ClipBlock, LinkBlock, PictureBlock, QuoteBlock, TextBlock


class BlockInline(ByTyping, ContentEditorInline):
    """One kind of block."""

    form = BlockForm


class TextInline(BlockInline):
    """Paragraphs."""

    model = TextBlock
    icon = "notes"


class PictureInline(BlockInline):
    """A picture from the library."""

    model = PictureBlock
    form = PictureBlockForm
    icon = "image"
    autocomplete_fields = ("picture",)
    joined = uploaded = ("picture",)
    fields = ("picture", "shown", "caption", "ordering", "region")
    readonly_fields = ("shown",)

    @admin.display(description=_("as it looks"))
    def shown(self, block: PictureBlock) -> Any:
        """Show the chosen picture, once saved."""
        return thumbnail(block.picture) if block.picture_id else ""


class ClipInline(BlockInline):
    """A clip from the library."""

    model = ClipBlock
    form = ClipBlockForm
    icon = "movie"
    autocomplete_fields = ("clip",)
    joined = ("clip", "clip__poster")
    uploaded = ("clip",)
    fields = ("clip", "shown", "ordering", "region")
    readonly_fields = ("shown",)

    @admin.display(description=_("as it looks"))
    def shown(self, block: ClipBlock) -> Any:
        """Show the chosen clip as its poster with who shows it and how long it is; nothing is asked of anybody else."""
        return facade(block.clip) if block.clip_id else ""


class QuoteInline(BlockInline):
    """Words set apart."""

    model = QuoteBlock
    form = QuoteForm
    icon = "format_quote"


class LinkInline(BlockInline):
    """A way onward."""

    model = LinkBlock
    icon = "link"
    autocomplete_fields = ("story",)
    joined = ("story",)


class AsideInline(BlockInline):
    """Something to know beside the story."""

    model = AsideBlock
    icon = "info"


INLINES = [TextInline, PictureInline, ClipInline, QuoteInline, LinkInline, AsideInline]
