"""Steps and themes for many stories at once, from the list."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from stories import reviewing
from stories.admin.steps import PublishingSteps
from stories.models import Story, Theme

MOST_AT_ONCE = 500


class ThemeChoice(forms.Form):
    """Which theme the chosen stories get, and which they lose."""

    give = forms.ModelChoiceField(Theme.objects.all(), label=gettext_lazy("Give them the theme"), required=False)
    take = forms.ModelChoiceField(Theme.objects.all(), label=gettext_lazy("Take the theme away"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for one theme at least, and not to give and take the same."""
        cleaned = super().clean() or {}
        give, take = cleaned.get("give"), cleaned.get("take")
        if not self.errors and give == take:
            raise forms.ValidationError(_("Choose a theme to give or one to take away."))
        return cleaned


class BulkSteps(PublishingSteps):
    """Actions of the list; each story takes them as its own page would, and says why where it cannot."""

    actions = ("ask_selected", "publish_selected", "unpublish_selected", "withdraw_selected", "tag_selected")

    @admin.action(description=gettext_lazy("Ask for review of the chosen stories"), permissions=["change"])
    def ask_selected(self, request: HttpRequest, stories: Any) -> None:
        """Ask for a review of each chosen story."""
        self._take_with_each(request, stories, "ask")

    @admin.action(description=gettext_lazy("Publish the chosen stories, where they are approved"), permissions=["publish"])
    def publish_selected(self, request: HttpRequest, stories: Any) -> None:
        """Publish each chosen story that is approved, or say why not."""
        self._take_with_each(request, stories, "publish")

    @admin.action(description=gettext_lazy("Take the chosen stories back to draft"), permissions=["publish"])
    def unpublish_selected(self, request: HttpRequest, stories: Any) -> None:
        """Take each chosen story back to draft."""
        self._take_with_each(request, stories, "unpublish")

    @admin.action(description=gettext_lazy("Withdraw the chosen stories"), permissions=["withdraw"])
    def withdraw_selected(self, request: HttpRequest, stories: Any) -> None:
        """Withdraw each chosen story."""
        self._take_with_each(request, stories, "withdraw")

    @admin.action(description=gettext_lazy("Give or take a theme …"), permissions=["change"])
    def tag_selected(self, request: HttpRequest, stories: Any) -> HttpResponse | None:
        """Ask which theme, then give it to each chosen story's working copy, or take it away."""
        form = ThemeChoice(request.POST if "_tag" in request.POST else None)
        chosen = list(stories[:MOST_AT_ONCE])
        if form.is_valid():
            for story in chosen:
                self._tag(request, story, form.cleaned_data["give"], form.cleaned_data["take"])
            messages.success(
                request, ngettext("%(count)d story changed.", "%(count)d stories changed.", len(chosen)) % {"count": len(chosen)}
            )
            return None
        return TemplateResponse(
            request,
            "admin/stories/story/tag.html",
            self.admin_site.each_context(request)
            | {"title": _("Give or take a theme"), "form": form, "stories": chosen, "checkbox": ACTION_CHECKBOX_NAME},
        )

    def _tag(self, request: HttpRequest, story: Story, give: Theme | None, take: Theme | None) -> None:
        if take:
            story.themes.remove(take)
        if give:
            story.themes.add(give)
        reviewing.saved(story, request.user, _("Themes changed from the list"))
        self.log_change(request, story, _("Themes changed from the list"))

    def _take_with_each(self, request: HttpRequest, stories: Any, name: str) -> None:
        chosen = list(stories[:MOST_AT_ONCE])
        left = len(chosen) - sum(self.take(request, story, name) for story in chosen)
        if left:
            messages.warning(
                request, ngettext("%(left)d story stays as it was.", "%(left)d stories stay as they were.", left) % {"left": left}
            )
