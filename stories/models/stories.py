"""Stories: the working copy that editors change, and which snapshot of it is live."""

import datetime
import functools
from typing import ClassVar

from content_editor.models import Region
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from safeguarding.models import Channel, Contributor, Material, check_channels, check_materials
from stories.models.pictures import Picture
from stories.models.places import Place, Theme

# Story languages: those the interface speaks and others a story may be written in.
STORY_LANGUAGES = [("en", _("English")), ("es", _("Spanish")), ("ar", _("Arabic")), ("fr", _("French"))]


def web_channels() -> list[str]:
    """Return the channels a new story goes out through."""
    return [Channel.WEB, Channel.FEED, Channel.SOCIAL, Channel.ASK]


class Status(models.TextChoices):
    """What readers get of a story. Scheduled and expired are read from the times, not stored."""

    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Stage(models.TextChoices):
    """Where the working copy stands on its way to readers; a public story has one too while it is being changed."""

    WRITING = "writing", _("being written")
    IN_REVIEW = "in_review", _("in review")
    APPROVED = "approved", _("approved")


class State(models.TextChoices):
    """Where a story stands, as everybody speaks of it: what readers get, the stage where they get nothing, the clock."""

    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    APPROVED = "approved", _("approved")
    SCHEDULED = "scheduled", _("scheduled")
    PUBLISHED = "published", _("published")
    EXPIRED = "expired", _("expired")
    WITHDRAWN = "withdrawn", _("withdrawn")


class StoryQuerySet(models.QuerySet["Story"]):
    """Stories, as readers and editors ask for them."""

    def published(self, at: datetime.datetime | None = None) -> "StoryQuerySet":
        """Keep stories that the public may read at a moment (default now): the clock decides, no job.

        `live_until` is the earlier of the editor's expiry and the end of the covering consents.
        """
        at = at or timezone.now()
        return self.filter(
            Q(live_until=None) | Q(live_until__gt=at), status=Status.PUBLISHED, publish_at__lte=at, live_revision__isnull=False
        )

    def newest_first(self) -> "StoryQuerySet":
        """Order by publication, newest first, ties by id."""
        return self.order_by("-publish_at", "-pk")

    def next_change(self, at: datetime.datetime | None = None) -> datetime.datetime | None:
        """Return when the clock next adds or removes a public story, or None. One query, two steps into an index."""
        at = at or timezone.now()
        live = self.filter(status=Status.PUBLISHED)
        begins = live.filter(publish_at__gt=at).order_by("publish_at").values("publish_at")[:1]
        ends = live.filter(live_until__gt=at).order_by("live_until").values("live_until")[:1]
        times = self.model.objects.order_by().values_list(models.Subquery(begins), models.Subquery(ends)).first() or ()
        return min((time for time in times if time), default=None)


class Story(models.Model):
    """A story as editors write it. Readers see only `live_revision`."""

    regions: ClassVar[list[Region]] = [Region(key="main", title=_("Story"))]

    title = models.CharField(_("title"), max_length=160)
    slug = models.SlugField(_("address"), max_length=100, unique=True, help_text=_("The last part of the story's address."))
    standfirst = models.CharField(_("standfirst"), max_length=320, help_text=_("One or two sentences under the title."))
    byline = models.CharField(_("byline"), max_length=120, blank=True)
    lead = models.ForeignKey(
        Picture, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lead picture")
    )
    lead_caption = models.CharField(_("caption of the lead picture"), max_length=240, blank=True)
    place = models.ForeignKey(
        Place, on_delete=models.PROTECT, null=True, blank=True, related_name="stories", verbose_name=_("place")
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="stories", verbose_name=_("themes"))
    language = models.CharField(_("language"), max_length=7, choices=STORY_LANGUAGES, default="en")
    translation_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="translations", verbose_name=_("translation of")
    )
    related = models.ManyToManyField("self", blank=True, symmetrical=False, related_name="+", verbose_name=_("related stories"))
    content_note = models.CharField(
        _("content note"), max_length=240, blank=True, help_text=_("What a reader should know before reading. Shown first.")
    )
    channels = models.JSONField(_("goes out through"), default=web_channels, validators=[check_channels])
    contributors = models.ManyToManyField(
        Contributor, through="StoryContributor", related_name="+", verbose_name=_("contributors")
    )

    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False)
    stage = models.CharField(
        _("stage"), max_length=10, choices=Stage.choices, default=Stage.WRITING, db_default="writing", editable=False
    )
    publish_at = models.DateTimeField(_("publish at"), null=True, blank=True)
    expire_at = models.DateTimeField(_("expire at"), null=True, blank=True)
    live_until = models.DateTimeField(null=True, blank=True, editable=False)
    in_feed = models.BooleanField(default=False, editable=False)
    live_revision = models.OneToOneField(
        "StoryRevision", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="live_for"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[StoryQuerySet] = StoryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")
        ordering = ("-publish_at", "-pk")
        permissions = [
            ("publish_story", _("Can approve, publish and withdraw stories")),
            ("export_story", _("Can export stories")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="published") | Q(publish_at__isnull=False, live_revision__isnull=False),
                name="story_published_is_whole",
            ),
            models.UniqueConstraint(fields=["translation_of", "language"], name="story_one_translation_per_language"),
            models.CheckConstraint(
                condition=~Q(status="withdrawn") | Q(stage="writing"), name="story_withdrawn_is_not_on_its_way"
            ),
        ]
        indexes = [
            models.Index(fields=["language", "-publish_at", "-id"], condition=Q(status="published"), name="story_public_newest"),
            models.Index(fields=["place", "-publish_at", "-id"], condition=Q(status="published"), name="story_public_place"),
            models.Index(fields=["live_until"], condition=Q(status="published"), name="story_public_ends"),
            models.Index(fields=["publish_at"], condition=Q(status="published"), name="story_public_begins"),
            # What waits for somebody, and what is not public: few rows among many, newest first as the list shows them.
            models.Index(fields=["stage", "-id"], condition=~Q(stage="writing"), name="story_on_its_way"),
            # Whole, for SQLite does not see that a draft is not public: the desk's lists by state and by words in the title.
            models.Index(fields=["status", "stage", "-id"], name="story_by_state"),
            models.Index(fields=["title"], name="story_by_title"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the public address, under the prefix of the story's language where the interface has it."""
        return story_address(self.slug, self.language)

    def is_public(self, at: datetime.datetime | None = None) -> bool:
        """Return whether the public may read the story at a moment (default now), as `published()` does."""
        at = at or timezone.now()
        return bool(
            self.status == Status.PUBLISHED
            and self.live_revision_id
            and self.publish_at
            and self.publish_at <= at
            and (self.live_until is None or self.live_until > at)
        )

    def state(self, at: datetime.datetime | None = None) -> State:
        """Return where the story stands at a moment (default now): what readers get comes first."""
        at = at or timezone.now()
        if self.status == Status.DRAFT:
            return State(self.stage) if self.stage != Stage.WRITING else State.DRAFT
        if self.status == Status.WITHDRAWN:
            return State.WITHDRAWN
        if self.is_public(at):
            return State.PUBLISHED
        return State.SCHEDULED if self.publish_at and self.publish_at > at else State.EXPIRED

    def was_published(self) -> bool:
        """Return whether a snapshot of the story was ever put live, if only for a time ahead."""
        return self.revisions.filter(published_at__isnull=False).exists()

    def was_public(self) -> bool:
        """Return whether the public could ever read the story: published once, and not only scheduled."""
        return bool(self.publish_at and self.publish_at <= timezone.now() and self.was_published())


def interface_language(language: str) -> str:
    """Return the interface language a story in `language` is framed in: its own, or the default."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def story_address(slug: str, language: str) -> str:
    """Return the public address of a story."""
    return _address(slug, interface_language(language))


@functools.lru_cache(maxsize=4096)
def _address(slug: str, interface: str) -> str:
    with translation.override(interface):
        return reverse("stories:story", args=[slug])


class StoryContributor(models.Model):
    """Whose story it is, and which of their materials its words use."""

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="story_contributors")
    contributor = models.ForeignKey(Contributor, on_delete=models.PROTECT, related_name="+", verbose_name=_("contributor"))
    materials = models.JSONField(_("materials used"), default=list, validators=[check_materials])

    class Meta:
        verbose_name = _("contributor")
        verbose_name_plural = _("contributors")
        constraints = [models.UniqueConstraint(fields=["story", "contributor"], name="story_contributor_once")]

    def __str__(self) -> str:
        return str(self.contributor)

    @property
    def materials_used(self) -> set[str]:
        """Return the materials: a person's story in words is always one of them."""
        return {Material.STORY, *self.materials}


class OldSlug(models.Model):
    """A former address of a story; it redirects to the present one for ever."""

    slug = models.SlugField(max_length=100, unique=True)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="old_slugs")

    def __str__(self) -> str:
        return self.slug
