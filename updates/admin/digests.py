"""Digests in the admin: written by editors, sent by whoever may, watched by both."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from safeguarding.models import Channel
from stories.models import Story
from updates.admin import steps
from updates.models import Digest, DigestState, DigestStory

NEWEST = 300  # public stories looked through for those that may go by e-mail
PICTURE_OF_STATE = {
    DigestState.SENDING: "desk-state--good",
    DigestState.SENT: "desk-state--good",
    DigestState.PAUSED: "desk-state--trouble",
    DigestState.CANCELLED: "desk-state--trouble",
}


def mailable(digest: Digest | None) -> QuerySet[Story]:
    """Return the stories to choose from: the newest public ones that are meant for e-mail, and those chosen already.

    Whether every person in them agrees is asked when the digest is scheduled, and again for each letter.
    """
    newest = Story.objects.published().newest_first().values_list("pk", "live_revision__content__channels")[:NEWEST]
    ids = [pk for pk, channels in newest if Channel.EMAIL in (channels or ())]
    chosen = Q(pk__in=digest.chosen.values("story")) if digest is not None else Q()
    return Story.objects.filter(Q(pk__in=ids) | chosen if chosen else Q(pk__in=ids)).order_by("-publish_at", "-pk")


class StoryInline(admin.TabularInline):
    """The stories of a digest, in their order."""

    model = DigestStory
    fields = ("position", "story", "words")
    extra = 1
    classes = ("digest-stories",)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Offer the stories that may go by e-mail."""
        formset = super().get_formset(request, obj, **kwargs)
        fields: Any = formset.form.base_fields
        if "story" in fields:
            fields["story"].queryset = mailable(obj)
            fields["words"].widget = forms.Textarea({"rows": 2, "cols": 36})
            for allowed in ("can_add_related", "can_change_related", "can_view_related", "can_delete_related"):
                setattr(fields["story"].widget, allowed, False)
        return formset

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow changes while the digest is a draft."""
        return (obj is None or obj.editable) and super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow changes while the digest is a draft."""
        return (obj is None or obj.editable) and super().has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow changes while the digest is a draft."""
        return (obj is None or obj.editable) and super().has_delete_permission(request, obj)


@admin.register(Digest)
class DigestAdmin(admin.ModelAdmin):
    """Digests, newest first."""

    class Media:
        css: ClassVar = {"all": ["css/admin-updates.css"]}

    list_display = ("subject", "topic", "state", "send_at", "sent", "lost")
    list_filter = ("state", "topic")
    search_fields = ("subject",)
    show_full_result_count = False
    actions = None
    inlines = (StoryInline,)
    readonly_fields = ("stands",)
    fieldsets = (
        (None, {"fields": ("stands", "subject", "introduction")}),
        (_("To whom"), {"fields": ("topic", "language", "only_language", "per_minute")}),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow changes while it is a draft."""
        return (obj is None or obj.editable) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: what was sent to many stays on record, and what was not is cancelled."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Keep who began it."""
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        """Add the page to look at a digest and to send it."""
        own = [
            path("<int:digest_id>/send/", self.admin_site.admin_view(self.send_page), name="updates_digest_send"),
            path("<int:digest_id>/preview/", self.admin_site.admin_view(self.preview), name="updates_digest_preview"),
        ]
        return [*own, *super().get_urls()]

    def send_page(self, request: HttpRequest, digest_id: int) -> HttpResponse:
        """Show the digest as it will arrive, how its sending stands, and what may be done."""
        return steps.page(self, request, digest_id)

    def preview(self, request: HttpRequest, digest_id: int) -> HttpResponse:
        """Give the HTML of the mail, for the frame in that page."""
        return steps.html(self, request, digest_id)

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Lead on to what was written, as it will arrive."""
        return steps.onward(obj)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Lead on to what was written, as it will arrive."""
        return steps.onward(obj)

    @admin.display(description=_("state"))
    def stands(self, digest: Digest) -> SafeString | str:
        """Return where the digest stands, and the way to its sending."""
        if not digest.pk:
            return gettext("Write first; the next page shows it as it will arrive.")
        return format_html(
            '<p class="desk-state {}">{} · <a href="{}">{}</a></p>',
            PICTURE_OF_STATE.get(DigestState(digest.state), ""),
            digest.get_state_display(),
            reverse("admin:updates_digest_send", args=[digest.pk]),
            _("See it as it will arrive, test and send it"),
        )

    @admin.display(description=_("letters written"))
    def sent(self, digest: Digest) -> int:
        """Return how many letters were written."""
        return digest.written

    @admin.display(description=_("stopped by its link"))
    def lost(self, digest: Digest) -> int:
        """Return how many stopped by a link in it."""
        return digest.unsubscribed
