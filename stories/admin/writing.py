"""What stands behind the story editor's page: autosave, who else is here, stale saves, preview and paste."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from js_asset import Media, Script

from stories import autosave, preview
from stories.admin import conflicts
from stories.admin.writing_words import WORDS
from stories.models import BLOCKS, Story, Theme
from stories.models.pictures import Origin
from stories.text import clean_pasted, is_slug

BASED_ON = "_based_on"  # hidden in the form: the fingerprint of what it was filled from
KEEP_MINE = "_keep_mine"  # the button that overrules the saved story; its value is the fingerprint it overrules
RESTORE = "restore"
_WAYS: dict[str, list[int]] = {"take": [], "words": [0], "state": [0]}  # the page puts the row's key where 0 stands
MOST_PASTED = 2_000_000  # characters


class Unsaved:
    """A form that is filled from what somebody typed and shown again: valid or not, it is not to be saved now."""

    def is_valid(self) -> bool:
        """Check everything, so that errors show, and answer no."""
        super().is_valid()  # type: ignore[misc]
        return False


class Writing(admin.ModelAdmin):
    """Lose nothing that somebody writes, and show it as readers will see it."""

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses that the editor's page talks to."""
        ways = {
            "autosave": self.autosave_view,
            "discard": self.discard_view,
            "preview": self.preview_view,
            "paste": self.paste_view,
        }
        own = [
            path(f"writing/{name}/", self.admin_site.admin_view(require_POST(view)), name=f"stories_story_{name}")
            for name, view in ways.items()
        ]
        return [
            *own,
            path("writing/token/", self.admin_site.admin_view(self.token_view), name="stories_story_token"),
            *super().get_urls(),
        ]

    # --- the page ------------------------------------------------------------------------------------
    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Show the form as stored, or as its autosave left it; save it unless the story moved on meanwhile."""
        if request.method == "POST":
            with transaction.atomic():
                self._refuse_stale(request, object_id)
                return super().changeform_view(request, object_id, form_url, extra_context)
        story = self._story(object_id)
        slot = autosave.unsaved(request.user, story) if self._writes(request, story) else None
        request.slot = slot  # type: ignore[attr-defined]
        if slot and RESTORE in request.GET:
            self._fill(request, QueryDict(slot.form), story)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Give a form that is only shown where nothing is to be saved."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (Unsaved, form), {}) if getattr(request, "only_shown", False) else form

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Add what the page's scripts and its notices need."""
        story = kwargs.get("obj")
        if self._writes(request, story):
            context["writing"] = self._writing_context(request, context, story)
            context["media"] = context["media"] + Media(js=[Script("js/admin-writing.js", type="module")])
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Story, form: Any, change: bool) -> None:
        """Save the story; nothing of it is unsaved any more."""
        super().save_model(request, obj, form, change)
        autosave.forget(request.user, obj if change else None)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save blocks, and say what was left out of words pasted into them."""
        super().save_formset(request, form, formset, change)
        for row in formset.forms:
            if notice := getattr(row, "left_out", ""):
                messages.warning(request, notice)

    def _content_editor_context(self, request: HttpRequest, context: Any) -> dict[str, Any]:
        """Return what the block editor is told, its messages in our words."""
        told: dict[str, Any] = super()._content_editor_context(request, context)  # type: ignore[misc]
        told["messages"] |= {"empty": str(WORDS["empty"]), "newItem": "", "selectMultiple": ""}
        return told

    def _writing_context(self, request: HttpRequest, context: Any, story: Story | None) -> dict[str, Any]:
        form, formsets = context["adminform"].form, [inline.formset for inline in context["inline_admin_formsets"]]
        stale, slot = getattr(request, "stale", None), getattr(request, "slot", None)
        based_on = request.POST.get(BASED_ON, "") if form.is_bound else conflicts.fingerprint(form, formsets) if story else ""
        if stale:
            stale = stale | {
                "differences": conflicts.differences(self._stored(request, self._story(story and story.pk)), (form, formsets))
            }
        return {
            "based_on": based_on,
            "slot": slot if not form.is_bound else None,
            "restored": slot if form.is_bound and getattr(request, "only_shown", False) and not stale else None,
            "stale": stale,
            "page": {
                "story": story.pk if story else None,
                "changed_at": story.changed_at.isoformat() if story else "",
                "begun": bool(form.is_bound),
                "autosave": reverse("admin:stories_story_autosave"),
                "preview": reverse("admin:stories_story_preview"),
                "paste": reverse("admin:stories_story_paste"),
                "token": reverse("admin:stories_story_token"),
                "picture": {way: reverse(f"admin:stories_picture_{way}", args=args) for way, args in _WAYS.items()},
                "clip": {way: reverse(f"admin:stories_clip_{way}", args=args) for way, args in _WAYS.items()}
                | {"embed": reverse("admin:stories_clip_embed")},
                "origins": [["", ""], *([value, str(label)] for value, label in Origin.choices)],
                "words": {name: str(words) for name, words in WORDS.items()},
            },
        }

    # --- stale saves ---------------------------------------------------------------------------------
    def _refuse_stale(self, request: HttpRequest, object_id: str | None) -> None:
        """Have the form shown instead of saved when the story is no longer what the form was made from."""
        based_on = request.POST.get(BASED_ON)
        if not based_on or object_id is None or not object_id.isascii() or not object_id.isdigit():
            return
        story = Story.objects.select_for_update().filter(pk=object_id).first()
        if story is None:
            return
        stored = self._stored(request, story)
        now = conflicts.fingerprint(*stored)
        if now == based_on:
            return
        mine = request.POST.get(KEEP_MINE) == now
        request.POST = conflicts.fitted(request.POST, stored[1], drop_others=mine)  # type: ignore[assignment]
        if mine:
            request.POST["_continue"] = "1"  # type: ignore[misc]  # back to the story, to see how it stands now
        else:
            request.stale = {"now": now, **self._who_saved(request, story)}  # type: ignore[attr-defined]
            request.only_shown = True  # type: ignore[attr-defined]

    def _stored(self, request: HttpRequest, story: Any) -> tuple[Any, list[Any]]:
        """Return the form and formsets as the stored story fills them."""
        fields = [name for _title, options in self.get_fieldsets(request, story) for line in options["fields"]
                  for name in (line if isinstance(line, tuple | list) else [line])]  # fmt: skip
        form = super().get_form(request, story, change=True, fields=fields)(instance=story)
        pairs = self.get_formsets_with_inlines(request, story)
        return form, [
            made(instance=story, prefix=made.get_default_prefix(), queryset=inline.get_queryset(request))
            for made, inline in pairs
        ]

    def _who_saved(self, request: HttpRequest, story: Story) -> dict[str, Any]:
        """Return who last saved the story and when, as far as the admin's log knows."""
        log = admin.models.LogEntry.objects.filter(object_id=str(story.pk), content_type__model="story").select_related("user")
        last = log.order_by("-action_time").first()
        by = _("you, on another page") if last and last.user_id == request.user.pk else last and last.user.get_short_name()
        return {"by": by or _("somebody"), "at": last.action_time if last else story.changed_at}

    def _fill(self, request: HttpRequest, words: QueryDict, story: Story | None) -> None:
        """Make the request one that shows the form filled with words, and saves nothing."""
        _came = request.FILES  # reads the request as it came: later it would read it again, as a post
        request.method, request.only_shown = "POST", True  # type: ignore[attr-defined]
        request.POST = conflicts.fitted(words, self._stored(request, story)[1], drop_others=False) if story else words  # type: ignore[assignment]

    # --- what the page talks to ----------------------------------------------------------------------
    def autosave_view(self, request: HttpRequest) -> JsonResponse:
        """Keep what is being written and say who else is here. Without words it only says that the page is open."""
        story = self._story_for_writing(request)
        if "title" in request.POST:
            try:
                autosave.keep(request.user, story, request.POST)
            except autosave.TooLong:
                return JsonResponse({"error": _("This story is too long to be kept on its own: save it.")}, status=413)
        elif story and "leaving" in request.POST:
            autosave.leave(request.user, story)
        elif story:
            autosave.look_in(request.user, story)
        return JsonResponse({"at": _clock(timezone.now()), **(self._around(request, story) if story else {})})

    def _around(self, request: HttpRequest, story: Story) -> dict[str, Any]:
        others = autosave.colleagues(request.user, story)
        here = [
            _("%(name)s is writing here too.") % {"name": o.name}
            if o.wrote_at
            else _("%(name)s has this story open too.") % {"name": o.name}
            for o in others
        ]
        known = request.POST.get("_changed_at", "")
        if not known or story.changed_at.isoformat() == known:
            return {"others": here}
        based_on = request.POST.get(BASED_ON)
        if based_on and conflicts.fingerprint(*self._stored(request, story)) == based_on:
            return {"others": here, "changed_at": story.changed_at.isoformat()}  # published, say: the words are the same
        saved = self._who_saved(request, story)
        words = {"name": saved["by"], "time": _clock(saved["at"])}
        return {
            "others": here,
            "moved_on": _("Saved by %(name)s at %(time)s: when you save, you will be asked whose words stay.") % words,
        }

    def discard_view(self, request: HttpRequest) -> HttpResponse:
        """Empty the person's slot and show the story as it is stored."""
        story = self._story_for_writing(request)
        autosave.forget(request.user, story)
        return redirect("admin:stories_story_change", story.pk) if story else redirect("admin:stories_story_add")

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Answer with the page readers would get, made from the posted form; nothing is saved."""
        story = self._story_for_writing(request)
        form = self.get_form(request, story, change=story is not None)(request.POST, instance=story)
        form.full_clean()
        if not is_slug(form.instance.slug):
            form.instance.slug = "preview"
        stored = self._stored(request, story)[1] if story else []
        request.POST = conflicts.fitted(request.POST, stored, drop_others=False)  # type: ignore[assignment]
        formsets, _inlines = self._create_formsets(request, form.instance, change=story is not None)  # type: ignore[attr-defined]
        none, chosen = Story.objects.none(), form.cleaned_data
        html = preview.page(
            form.instance, _blocks(formsets), chosen.get("themes", Theme.objects.none()), chosen.get("related", none)
        )
        return HttpResponse(preview.with_banner(html, form.instance.language))

    def paste_view(self, request: HttpRequest) -> JsonResponse:
        """Answer with pasted markup cleaned, and what was left out of it."""
        if not (self.has_change_permission(request) or self.has_add_permission(request)):
            raise PermissionDenied
        pasted = clean_pasted(request.POST.get("html", "")[:MOST_PASTED])
        return JsonResponse({"html": pasted.html, "notice": pasted.notice()})

    def token_view(self, request: HttpRequest) -> JsonResponse:
        """Give the present token: signing in again, in another tab, changed it under the open page."""
        return JsonResponse({"token": get_token(request)})

    def _story(self, key: Any) -> Story | None:
        text = str(key or "")
        return Story.objects.filter(pk=text).first() if text.isascii() and text.isdigit() and len(text) < 19 else None

    def _writes(self, request: HttpRequest, story: Story | None) -> bool:
        return bool(self.has_change_permission(request, story) if story else self.has_add_permission(request))

    def _story_for_writing(self, request: HttpRequest) -> Story | None:
        """Return the story that the request names, None for one never saved; raises PermissionDenied."""
        key = request.GET.get("story")
        story = self._story(key)
        if (key and story is None) or not self._writes(request, story):
            raise PermissionDenied
        return story


def _blocks(formsets: list[Any]) -> list[Any]:
    """Return the blocks of posted formsets as they would stand on the page, those left out that could not be saved."""
    rows = [
        row
        for formset in formsets
        if formset.model in BLOCKS
        for row in formset.forms
        if not row.errors and not formset._should_delete_form(row) and (row.instance.pk or row.has_changed())
    ]
    return sorted((row.instance for row in rows), key=lambda block: block.ordering)


def _clock(moment: Any) -> str:
    return date_format(timezone.localtime(moment), "H:i")
