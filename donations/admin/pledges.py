"""Pledges: the list, the timeline, and what staff may do for a giver, each act with a preview and a reason."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from donations.admin import acts
from donations.admin.looking import ByProvider, GivingAdmin, LookOnlyInline, by_time, link_to, pledge_named, shown
from donations.models import Gift, Pledge, PledgeEvent
from donations.money import Money
from supporters.searching import ids_matching

# What the timeline's lines say; a line that is asked for and one that is done belong together.
WORDS = {
    "began": _("Begun in the form"),
    "started": _("Set up at the provider"),
    "received": _("A gift came"),
    "failed": _("A gift did not go through"),
    "skipped": _("A month was skipped"),
    "told": _("The provider told how it stands"),
    "card": _("The card ends soon"),
    "ended": _("Ended"),
    "change_asked": _("Change asked for"),
    "change_done": _("Change done"),
    "skip_asked": _("Skip asked for"),
    "skip_done": _("Skip done"),
    "pause_asked": _("Pause asked for"),
    "pause_done": _("Pause done"),
    "resume_asked": _("Resuming asked for"),
    "resume_done": _("Resumed"),
    "cancel_asked": _("End asked for"),
    "cancel_done": _("End done"),
}


class TimelineInline(LookOnlyInline):
    """What happened to the pledge."""

    model = PledgeEvent
    fields = ("at", "what", "more")
    readonly_fields = fields
    ordering = ("at", "id")

    @admin.display(description=_("what"))
    def what(self, event: PledgeEvent) -> Any:
        """Return the line in words."""
        return WORDS.get(event.kind, event.kind.replace("_", " "))

    @admin.display(description=_("more"))
    def more(self, event: PledgeEvent) -> str:
        """Return what else the line knows."""
        said = dict(event.data)
        if type(minor := said.pop("minor", None)) is int:
            said["amount"] = shown(Money(minor, event.pledge.currency))
        return ", ".join(f"{name} {value}" for name, value in said.items() if value not in (None, "", 0)) or "–"

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the pledge's currency with each line."""
        return super().get_queryset(request).select_related("pledge")


class InstalmentsInline(LookOnlyInline):
    """The pledge's newest gifts."""

    model = Gift
    fk_name = "pledge"
    fields = ("page", "due_on", "given_on", "status")
    readonly_fields = fields
    verbose_name_plural = _("gifts of this pledge")
    ordering = ("-created_at",)

    @admin.display(description=_("amount"))
    def page(self, gift: Gift) -> SafeString | str:
        """Return the sum, leading to the gift."""
        return link_to(gift, shown(gift.total))


@admin.register(Pledge)
class PledgeAdmin(GivingAdmin):
    """Pledges, newest first."""

    list_display = ("monthly", "giver", "started_at", "status", "next_on", "appeal", "provider")
    list_display_links = ("monthly", "started_at")
    list_filter = ("status", by_time("started_at"), ByProvider, "appeal")
    list_select_related = ("supporter", "appeal")
    ordering = ("-started_at", "-id")
    search_fields = ("reference",)
    search_help_text = _("A reference, the provider's name of it, or the beginning of a name or e-mail address.")
    inlines = (TimelineInline, InstalmentsInline)
    readonly_fields = ("giver", "monthly")
    fieldsets = (
        (None, {"fields": ("giver", "monthly", "status", "next_on", "anchor_day", "paused_until", "method", "card_ends_on")}),
        (_("About it"), {"fields": ("appeal", "started_at", "ended_at", "ended_because", "language")}),
        (_("Known as"), {"fields": ("reference", "provider", "name_there")}),
    )

    def get_urls(self) -> list[URLPattern]:
        """Add the acts."""
        act = self.admin_site.admin_view(self.act)
        return [path("<int:pledge_id>/act/<slug:name>/", act, name="donations_pledge_act"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch what the page names."""
        return super().get_queryset(request).select_related("supporter", "appeal")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Keep the pledges that a term finds."""
        term = search_term.strip()
        if not term:
            return queryset, False
        named = pledge_named(term)
        return (queryset.filter(pk=named.pk) if named else queryset.filter(supporter__in=ids_matching(term))), False

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Offer the acts that are possible as things stand."""
        pledge = kwargs.get("obj")
        if pledge is not None and request.user.has_perm("donations.change_pledge"):
            context["acts"] = acts.offered(pledge)
        return super().render_change_form(request, context, *args, **kwargs)

    def act(self, request: HttpRequest, pledge_id: int, name: str) -> HttpResponse:
        """Preview an act and take it."""
        return acts.page(self, request, pledge_id, name)

    @admin.display(description=_("giver"))
    def giver(self, pledge: Pledge) -> SafeString | str:
        """Return the giver."""
        return link_to(pledge.supporter) if pledge.supporter_id else "–"

    @admin.display(description=_("amount a month"))
    def monthly(self, pledge: Pledge) -> SafeString | str:
        """Return the sum of a month."""
        return format_html("{}", shown(pledge.total))
