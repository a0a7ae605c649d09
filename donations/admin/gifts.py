"""Gifts: the list, a gift's page, entering one that came by hand."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from donations import refunds
from donations.admin import exporting, offline, refunding
from donations.admin.looking import ByProvider, ByTime, GivingAdmin, LookOnlyInline, gifts_of, link_to, shown
from donations.letters import about
from donations.models import Dedication, Gift, LedgerEntry, Receipt, RefundRequest
from donations.models.gifts import UNPAID
from donations.money import Money
from letters.models import Letter


class EntriesInline(LookOnlyInline):
    """The gift's lines of the ledger."""

    model = LedgerEntry
    fields = ("day", "kind", "sum", "notice", "by", "reason")
    readonly_fields = fields
    ordering = ("booked_at", "id")
    verbose_name_plural = _("ledger")

    @admin.display(description=_("amount"))
    def sum(self, entry: LedgerEntry) -> str:
        """Return the signed sum."""
        return shown(entry.money)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch what is named beside each line."""
        return super().get_queryset(request).select_related("notice", "by")


class RefundsInline(LookOnlyInline):
    """Refunds asked for."""

    model = RefundRequest
    fields = ("page", "state", "reason", "asked_by", "approved_by", "said")
    readonly_fields = fields
    ordering = ("asked_at", "id")

    @admin.display(description=_("amount"))
    def page(self, request: RefundRequest) -> SafeString | str:
        """Return the sum, leading to the refund's page."""
        return link_to(request, shown(request.total))

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch who asked and who approved."""
        return super().get_queryset(request).select_related("asked_by", "approved_by")


class ReceiptsInline(LookOnlyInline):
    """Receipts of the gift."""

    model = Receipt
    fields = ("page", "issued_at", "voided_at", "voided_because")
    readonly_fields = fields
    ordering = ("pk",)

    @admin.display(description=_("number"))
    def page(self, receipt: Receipt) -> SafeString | str:
        """Return the number, leading to the receipt's page."""
        return link_to(receipt)


class DedicationInline(LookOnlyInline):
    """In whose honour or memory."""

    model = Dedication
    fields = ("kind", "name", "message", "tell")
    readonly_fields = fields


@admin.register(Gift)
class GiftAdmin(GivingAdmin):
    """Gifts and attempts, newest first."""

    list_display = ("total", "who", "created_at", "status", "frequency", "appeal", "provider")
    list_display_links = ("total", "created_at")
    list_filter = (ByTime, "status", "frequency", ByProvider, "appeal")
    list_select_related = ("supporter", "appeal")
    ordering = ("-created_at", "-id")
    search_fields = ("reference",)
    search_help_text = _(
        "A reference, a receipt's number, the provider's name of it, or the beginning of a name or e-mail address."
    )
    inlines = (EntriesInline, RefundsInline, ReceiptsInline, DedicationInline)
    readonly_fields = ("total", "fee_covered", "kept", "who", "monthly", "mail", "told")
    fieldsets = (
        (None, {"fields": ("total", "fee_covered", "kept", "status", "who", "given_on", "posted_on", "anonymous")}),
        (_("What for"), {"fields": ("appeal", "designation", "story_slug", "frequency", "monthly", "due_on")}),
        (_("How it came"), {"fields": ("provider", "method", "payment", "bill", "failure", "next_try_on", "entered_by")}),
        (_("Known as"), {"fields": ("reference", "created_at", "language")}),
        (_("Letters"), {"fields": ("mail",)}),
        (_("What the giver typed, until money comes"), {"fields": ("told",), "classes": ("collapse",)}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch what the page shows with the gift."""
        return super().get_queryset(request).select_related("supporter", "appeal", "pledge", "entered_by")

    def get_fieldsets(self, request: HttpRequest, obj: Gift | None = None) -> Any:
        """Leave out the typed details once money came (the gift keeps none), and letters for those who may not see them."""
        *always, letters, typed = self.fieldsets
        seen = [letters] if request.user.has_perm("letters.view_letter") else []
        return [*always, *seen, *([typed] if obj is not None and obj.details else [])]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Keep the gifts that a term finds, each way by its index."""
        return (queryset.filter(gifts_of(search_term)) if search_term.strip() else queryset), False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let those enter gifts by hand who may."""
        return request.user.has_perm("donations.add_gift")

    def get_urls(self) -> list[URLPattern]:
        """Add refunding and the export."""
        own = [
            path("export/", self.admin_site.admin_view(self.export), name="donations_gift_export"),
            path("<int:gift_id>/refund/", self.admin_site.admin_view(self.refund), name="donations_gift_refund"),
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Enter a gift that came by hand."""
        return offline.enter_page(self, request)

    def refund(self, request: HttpRequest, gift_id: int) -> HttpResponse:
        """Ask for a refund."""
        return refunding.ask_page(self, request, gift_id)

    def export(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """Stream the filtered list as a spreadsheet."""
        return exporting.gifts(self, request)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Say whether there is something to refund."""
        gift = kwargs.get("obj")
        if gift is not None and gift.status not in UNPAID and request.user.has_perm("donations.add_refundrequest"):
            context["refundable"] = refunds.left(gift)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("amount"))
    def total(self, gift: Gift) -> str:
        """Return the sum."""
        return shown(gift.total)

    @admin.display(description=_("of which covers the fee"))
    def fee_covered(self, gift: Gift) -> str:
        """Return what was added for the fee."""
        return shown(Money(gift.fee_cover, gift.currency)) if gift.fee_cover else "–"

    @admin.display(description=_("still with us"))
    def kept(self, gift: Gift) -> str:
        """Return what the ledger has of it, refunds and disputes taken off."""
        return "–" if gift.status in UNPAID else shown(LedgerEntry.objects.filter(gift=gift).kept().total(gift.currency))

    @admin.display(description=_("giver"))
    def who(self, gift: Gift) -> SafeString | str:
        """Return the giver; an attempt without money has none yet."""
        return link_to(gift.supporter) if gift.supporter_id else "–"

    @admin.display(description=_("pledge"))
    def monthly(self, gift: Gift) -> SafeString | str:
        """Return the pledge it belongs to."""
        return link_to(gift.pledge)

    @admin.display(description="")
    def mail(self, gift: Gift) -> SafeString | str:
        """Return the letters about the gift, each leading to its page, with what became of it."""
        letters = Letter.objects.filter(about=about(gift)).order_by("pk")
        lines = ((link_to(letter, letter.kind), letter.to, letter.get_state_display(), letter.reason) for letter in letters)
        return format_html_join(SafeString("<br>"), "{} · {} · {} {}", lines) or str(_("None."))

    @admin.display(description="")
    def told(self, gift: Gift) -> str:
        """Return the name and address typed into the form."""
        said = (gift.details.get(name, "") for name in ("first_name", "last_name", "email"))
        return " ".join(filter(None, said)) or "–"
