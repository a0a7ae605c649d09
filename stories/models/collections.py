"""Collections: an introduction and stories in order. The home page is one."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from stories.models.clips import Clip
from stories.models.pictures import Picture
from stories.models.stories import Story
from stories.text import ProseField

HOME_SLUG = "home"


class Collection(models.Model):
    """Stories told together, with words to lead into them."""

    slug = models.SlugField(_("address"), max_length=100)
    language = models.CharField(_("language"), max_length=7, default="en")
    title = models.CharField(_("title"), max_length=120)
    introduction = ProseField(_("introduction"))
    lead = models.ForeignKey(
        Picture, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lead picture")
    )
    published = models.BooleanField(_("published"), default=False)
    stories = models.ManyToManyField(Story, through="Chapter", related_name="collections")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("collection")
        verbose_name_plural = _("collections")
        ordering = ("slug", "language")
        constraints = [models.UniqueConstraint(fields=["slug", "language"], name="collection_once_per_language")]

    def __str__(self) -> str:
        return self.title


class Chapter(models.Model):
    """A story's place in a collection, and the words that lead into it there."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="chapters")
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+", verbose_name=_("story"))
    position = models.PositiveIntegerField(_("position"), default=0)
    words = ProseField(_("words"), blank=True, help_text=_("Lead into the story. Empty: its standfirst."))
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("clip"))
    quote = models.CharField(_("pull quote after it"), max_length=240, blank=True)

    class Meta:
        verbose_name = _("chapter")
        verbose_name_plural = _("chapters")
        ordering = ("position", "pk")
        constraints = [models.UniqueConstraint(fields=["collection", "story"], name="chapter_once")]

    def __str__(self) -> str:
        return str(self.story)
