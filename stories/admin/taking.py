"""Uploads from the story editor: taken in at once, their words asked for there and then, their state told."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from stories import clips, drafts, embeds
from stories.admin.editing import rendition_address
from stories.draft_forms import ClipWords, EmbedWords, PictureWords
from stories.models import Clip, Picture
from stories.models.clips import ClipHost

REFUSED = 422


class Taking(admin.ModelAdmin):
    """Take files in one request and their words in another; `keep` stores an upload, `words_form` asks for its words."""

    keep: Any
    words_form: Any

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses that the editor's page talks to."""
        name, wrap = f"stories_{self.opts.model_name}", self.admin_site.admin_view
        return [
            path("take/", wrap(require_POST(self.take_view)), name=f"{name}_take"),
            path("<int:pk>/words/", wrap(require_POST(self.words_view)), name=f"{name}_words"),
            path("<int:pk>/state/", wrap(require_safe(self.state_view)), name=f"{name}_state"),
            *super().get_urls(),
        ]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Offer no drafts where a story chooses by typing; the library shows them."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        return (found.filter(draft=False) if "/autocomplete/" in request.path else found), duplicates

    def take_view(self, request: HttpRequest) -> JsonResponse:
        """Keep one uploaded file as a draft, or say what is wrong with it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        upload = request.FILES.get("upload")
        if upload is None:
            return _refused([_("No file arrived.")])
        try:
            made = type(self).keep(upload, request.user)
        except ValidationError as error:
            return _refused(error.messages)
        self.log_addition(request, made, [{"added": {}}])
        return JsonResponse(state_of(made), status=201)

    def words_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """Give a draft its words: from now on stories may show it."""
        draft = drafts.of(self.model, pk, request.user)
        if draft is None or not self.has_change_permission(request, draft):
            raise PermissionDenied
        form = self.words_form(request.POST, instance=draft)
        if not form.is_valid():
            return JsonResponse({"errors": form.errors.get_json_data()}, status=REFUSED)
        form.save()
        self.log_change(request, draft, [{"changed": {"fields": list(form.changed_data)}}])
        return JsonResponse(state_of(draft))

    def state_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """Say how far the preparation is, why it failed, and what there is to see."""
        row = get_object_or_404(self.model, pk=pk)
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        return JsonResponse(state_of(row))


class TakingPictures(Taking):
    """Pictures, by drop or choice."""

    keep = staticmethod(drafts.keep_picture)
    words_form = PictureWords


class TakingClips(Taking):
    """Clips, by drop or choice, or by an address of YouTube or Vimeo."""

    keep = staticmethod(drafts.keep_clip)
    words_form = ClipWords

    def get_urls(self) -> list[URLPattern]:
        """Add the address that takes an address."""
        embed = self.admin_site.admin_view(require_POST(self.embed_view))
        return [path("embed/", embed, name="stories_clip_embed"), *super().get_urls()]

    def embed_view(self, request: HttpRequest) -> JsonResponse:
        """Find or make the clip of a pasted address; ask for title and length where it is new. Nothing is fetched."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        try:
            found = embeds.parse(request.POST.get("address", ""))
        except ValidationError as error:
            return _refused(error.messages)
        known = Clip.objects.filter(host=found.host, video_id=found.video_id, unlisted_hash=found.unlisted_hash).first()
        if known:
            return JsonResponse(state_of(known))
        if "title" not in request.POST:
            return JsonResponse({"ask": True, "host": str(ClipHost(found.host).label)})
        form = EmbedWords(request.POST, instance=Clip(created_by_id=request.user.pk))
        if not form.is_valid():
            return JsonResponse({"errors": form.errors.get_json_data()}, status=REFUSED)
        made = clips.embed(form.save(commit=False), form.cleaned_data["address"])
        self.log_addition(request, made, [{"added": {}}])
        return JsonResponse(state_of(made), status=201)


def state_of(row: Picture | Clip) -> dict[str, Any]:
    """Return what the editor's page shows of a picture or clip."""
    picture = row if isinstance(row, Picture) else row.poster
    small = rendition_address(picture, 360) if picture and picture.renditions else ""
    state: dict[str, Any] = {
        "id": row.pk,
        "title": row.title,
        "draft": row.draft,
        "readiness": row.readiness,
        "state": str(row.get_readiness_display()),
        "failure": row.failure,
        "small": small,
        "alt": picture.alt if picture else "",
    }
    if isinstance(row, Clip):
        minutes, seconds = divmod(round(row.duration_ms / 1000), 60)
        state |= {"host": str(row.get_host_display()), "length": f"{minutes}:{seconds:02}" if row.duration_ms else ""}
    return state


def _refused(sentences: list[str]) -> JsonResponse:
    return JsonResponse({"error": " ".join(map(str, sentences))}, status=REFUSED)
