"""The ordered blocks a story is made of."""

from typing import Any

from content_editor.models import create_plugin_base
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from stories.models.clips import Clip
from stories.models.pictures import Picture
from stories.models.stories import Story
from stories.text import ProseField, is_web_address, plain_words

Block = create_plugin_base(Story)


class TextBlock(Block):
    """Paragraphs, subheadings, lists and links."""

    html = ProseField(_("text"))

    class Meta(Block.Meta):
        verbose_name = _("text")
        verbose_name_plural = _("texts")

    def __str__(self) -> str:
        return Truncator(plain_words(self.html)).words(8)


class PictureBlock(Block):
    """A picture between paragraphs."""

    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="+", verbose_name=_("picture"))
    caption = models.CharField(_("caption"), max_length=240, blank=True)

    class Meta(Block.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def __str__(self) -> str:
        return self.caption or str(self.picture)


class ClipBlock(Block):
    """A clip between paragraphs."""

    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="+", verbose_name=_("clip"))

    class Meta(Block.Meta):
        verbose_name = _("clip")
        verbose_name_plural = _("clips")

    def __str__(self) -> str:
        return str(self.clip)


class QuoteBlock(Block):
    """Words set apart: someone's own, or a sentence of the story."""

    text = models.TextField(_("quote"), max_length=400)
    attribution = models.CharField(_("who said it"), max_length=120, blank=True)

    class Meta(Block.Meta):
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")

    def __str__(self) -> str:
        return Truncator(self.text).words(8)


class LinkBlock(Block):
    """A way on, "read more about this": one of our stories, or a page elsewhere."""

    label = models.CharField(_("words before the link"), max_length=120, blank=True)
    story = models.ForeignKey(Story, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("story"))
    url = models.URLField(_("or an address elsewhere"), blank=True, max_length=500)
    title = models.CharField(_("title of the page elsewhere"), max_length=160, blank=True)

    class Meta(Block.Meta):
        verbose_name = _("link")
        verbose_name_plural = _("links")

    def __str__(self) -> str:
        return str(self.story or self.title)

    def clean(self) -> None:
        """Ask for one target, and for a title where it is not one of our stories."""
        super().clean()
        if bool(self.story_id) == bool(self.url):
            raise ValidationError(_("Choose a story, or give an address elsewhere."))
        if self.url and not is_web_address(self.url):
            raise ValidationError({"url": _("Give an address that begins with https:// or http://.")})
        if self.url and not self.title:
            raise ValidationError({"title": _("Say what the page is called.")})


class AsideBlock(Block):
    """Something to know beside the story."""

    title = models.CharField(_("title"), max_length=120)
    html = ProseField(_("text"))

    class Meta(Block.Meta):
        verbose_name = _("aside")
        verbose_name_plural = _("asides")

    def __str__(self) -> str:
        return self.title


BLOCKS: list[type[Any]] = [TextBlock, PictureBlock, ClipBlock, QuoteBlock, LinkBlock, AsideBlock]
