"""Stories in the admin: the form, its blocks, the list."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from content_editor.admin import ContentEditor
from django.contrib import admin, messages
from django.contrib.admin import SimpleListFilter
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from js_asset import Media

from safeguarding.models import Channel, Material
from stories import publishing, rendering, reviewing, timing
from stories.admin import blocks
from stories.admin.bulk import BulkSteps
from stories.admin.editing import ByTyping, NoncedMedia, SearchedApart
from stories.admin.exporting import Exporting
from stories.admin.panel import Panel
from stories.admin.translating import Translations
from stories.admin.writing import Writing
from stories.forms import StoryContributorForm, StoryForm
from stories.models import Place, Story, StoryContributor, StoryRevision
from stories.models.stories import Stage, State, Status
from stories.snapshots import blocks_in_order, content_of


class ContributorInline(ByTyping, admin.TabularInline):
    """Whose story it is."""

    model = StoryContributor
    form = StoryContributorForm
    autocomplete_fields = ("contributor",)
    joined = ("contributor",)
    extra = 0

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Give the materials as boxes to those who edit, in words to the others."""
        return ("contributor", "materials" if self.has_change_permission(request, obj) else "materials_in_words")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Name what is shown in words."""
        return ("materials_in_words",)

    @admin.display(description=_("materials used"))
    def materials_in_words(self, whose: StoryContributor) -> str:
        """Return the materials in words."""
        return ", ".join(str(Material(material).label) for material in sorted(whose.materials_used))


class StateFilter(SimpleListFilter):
    """Stories by where they stand, the clock included."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        """Return the states."""
        return State.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Keep the stories of the chosen state."""
        now = timezone.now()
        match self.value():
            case State.DRAFT:
                return queryset.filter(status=Status.DRAFT, stage=Stage.WRITING)
            case State.IN_REVIEW | State.APPROVED:  # a public story's changes too: somebody has to see to them
                return queryset.filter(stage=self.value())
            case State.WITHDRAWN:
                return queryset.filter(status=Status.WITHDRAWN, stage=Stage.WRITING)
            case State.SCHEDULED:
                return queryset.filter(status=Status.PUBLISHED, publish_at__gt=now)
            case State.PUBLISHED:
                return queryset.published(now)
            case State.EXPIRED:
                return queryset.filter(Q(live_until__lte=now), status=Status.PUBLISHED, publish_at__lte=now)
        return queryset


class CountryFilter(SimpleListFilter):
    """Stories by the country they happened in, by its name."""

    title = _("country")
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        """Return the countries there are places in."""
        codes = Place.objects.order_by().values_list("country", flat=True).distinct()
        return sorted(((code, countries.name(code)) for code in codes), key=lambda lookup: lookup[1])

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Keep the stories of the chosen country."""
        return queryset.filter(place__country=self.value()) if self.value() else queryset


@admin.register(Story)
class StoryAdmin(NoncedMedia, Writing, BulkSteps, Exporting, Translations, Panel, ByTyping, SearchedApart, ContentEditor):
    """The story editor."""

    form = StoryForm
    inlines = [*blocks.INLINES, ContributorInline]
    prepopulated_fields = {"slug": ("title",)}
    autocomplete_fields = ("lead", "place", "translation_of", "related")
    uploaded = ("lead",)
    fieldsets = (
        (None, {"fields": ("title", "slug", "standfirst", "byline", "lead", "lead_caption", "content_note")}),
        (
            _("Where it belongs"),
            {"fields": ("place", "themes", ("language", "translation_of"), "related"), "classes": ("collapse",)},
        ),
        (_("Going out"), {"fields": ("channels", ("publish_at", "expire_at")), "classes": ("collapse",)}),
    )
    reading_fieldsets = (
        (_("As it reads"), {"fields": ("reading",)}),
        (_("About it"), {"fields": ("slug", "language", "translation_of", "goes_out", "publish_at", "expire_at")}),
    )
    list_display = ("title", "state", "place", "language", "goes_live")
    sortable_by = ()  # the newest first, by the key: any other order would sort all there are
    list_filter = (StateFilter, "language", "themes", CountryFilter)
    list_select_related = ("place",)
    search_fields = ("title",)
    ordering = ("-pk",)  # newest first by the key: quick however many there are
    show_full_result_count = False
    list_per_page = 50
    view_on_site = False  # the page offers its own way there, where there is one

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch what the editor shows with the story; the list needs less."""
        found = super().get_queryset(request)
        match = request.resolver_match
        if match and match.url_name == "stories_story_change":
            found = found.select_related("lead", "place", "translation_of", "live_revision").defer(
                "live_revision__content", "live_revision__body_html", "live_revision__card_html", "live_revision__head_html"
            )
        return found

    def edits(self, request: HttpRequest, obj: Story | None) -> bool:
        """Return whether the person writes in the story, rather than reads it to judge it."""
        return bool(obj is None or self.has_change_permission(request, obj))

    def get_inlines(self, request: HttpRequest, obj: Story | None) -> Any:
        """Leave the block editors away where nothing may be edited: the story is shown as it reads."""
        return self.inlines if self.edits(request, obj) else [ContributorInline]

    def get_fieldsets(self, request: HttpRequest, obj: Story | None = None) -> Any:
        """Begin with the story as it reads where nothing may be edited."""
        if not self.edits(request, obj):
            return self.reading_fieldsets
        if obj and obj.status == Status.PUBLISHED:
            name, options = self.fieldsets[-1]
            return (*self.fieldsets[:-1], (name, {**options, "fields": ("channels", ("goes_live", "expire_at"))}))
        return self.fieldsets

    def _content_editor_media(self, request: HttpRequest, context: Any) -> Media:
        # The editor's scripts stumble over a page without its fields.
        return super()._content_editor_media(request, context) if self.edits(request, context.get("original")) else Media()

    @admin.display(description="")
    def reading(self, story: Story) -> SafeString:
        """Return the working copy as readers would see it."""
        revision = StoryRevision(story=story, content=content_of(story, blocks_in_order(story)))
        rendering.render(revision)
        return format_html('<div class="reading">{}</div>', SafeString(revision.body_html))

    @admin.display(description=_("goes out through"))
    def goes_out(self, story: Story) -> str:
        """Return the channels in words."""
        return ", ".join(str(Channel(channel).label) for channel in story.channels)

    @admin.display(description=_("state"))
    def state(self, story: Story) -> Any:
        """Say where the story stands."""
        return publishing.where(story)

    def save_model(self, request: HttpRequest, obj: Story, form: Any, change: bool) -> None:
        """Save the working copy; a story that was public keeps answering at its former address."""
        super().save_model(request, obj, form, change)
        if change and "slug" in form.changed_data:
            publishing.change_slug(obj, form.initial["slug"])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the blocks, and keep the whole in the history: a review of something else ends.

        Posted orders to copy other stories' blocks are not taken: the page offers none.
        """
        super(ContentEditor, self).save_related(request, form, formsets, change)
        if reviewing.saved(form.instance, request.user, request.POST.get("_note", "").replace("\x00", "")[:200]):
            messages.warning(request, _("This version differs from the one under review: ask for a review of it."))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Ask for times in the charity's own zone."""
        says = {"publish_at": _("Goes live %s."), "expire_at": _("Readers see it until %s.")}.get(db_field.name)
        if says:
            return timing.CharityTimeField(says=says, label=capfirst(db_field.verbose_name), required=False)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Story | None = None) -> Any:
        """Leave the time of a story that went out, or will, to the steps: changed here it would act at once, unreviewed."""
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "goes_live") if obj and obj.status == Status.PUBLISHED else fields

    @admin.display(description=_("goes live"))
    def goes_live(self, story: Story) -> Any:
        """Return when the story went live or will."""
        return timing.shown(story.publish_at)

    def has_delete_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        """Allow deleting only what was never public: the rest is taken back or withdrawn, and answers 410."""
        return super().has_delete_permission(request, obj) and (obj is None or not obj.was_published())
