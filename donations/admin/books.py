"""What is only looked at: the ledger, the provider's messages, receipts, letters, declarations."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from donations import letters, notices, receipts
from donations.admin.looking import ByProvider, FoundByGift, GivingAdmin, by_time, gift_ids, link_to, may, pretty, shown
from donations.documents import NotPrintable
from donations.models import GiftAidDeclaration, LedgerEntry, ProviderNotice, Receipt
from donations.models.notices import NoticeState
from letters.models import Letter, LetterState
from supporters.searching import ids_matching


@admin.register(LedgerEntry)
class LedgerAdmin(FoundByGift, GivingAdmin):
    """Every line of the ledger, newest first."""

    list_display = ("sum", "kind", "of", "day", "booked_at", "provider", "reason")
    list_display_links = ("sum", "booked_at")
    list_filter = (by_time("booked_at"), "kind", ByProvider)
    list_select_related = ("gift__supporter",)
    ordering = ("-booked_at", "-id")
    fields = ("kind", "sum", "day", "of", "appeal", "provider", "key", "notice", "by", "reason", "booked_at")
    readonly_fields = ("sum", "of")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the gift and its giver with each line."""
        return super().get_queryset(request).select_related("gift__supporter")

    @admin.display(description=gettext_lazy("amount"))
    def sum(self, entry: LedgerEntry) -> str:
        """Return the signed sum."""
        return shown(entry.money)

    @admin.display(description=gettext_lazy("gift"))
    def of(self, entry: LedgerEntry) -> SafeString | str:
        """Return the gift and who gave it; fees and payouts may have none."""
        gift = entry.gift
        return format_html("{}, {}", link_to(gift, shown(gift.total)), gift.supporter or "–") if gift else "–"


class NeedsALook(SimpleListFilter):
    """Messages that staff should look at, and every other state."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        """Return the choices, those to look at first."""
        return [("look", _("Needs a look")), *NoticeState.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Keep what was chosen."""
        if self.value() == "look":
            return queryset.troubling()
        return queryset.filter(state=self.value()) if self.value() else queryset


@admin.register(ProviderNotice)
class NoticeAdmin(GivingAdmin):
    """Messages as they came, and what became of each."""

    list_display = ("received_at", "kind", "state", "reason", "provider", "tries")
    list_filter = (NeedsALook, by_time("received_at"), ByProvider)
    ordering = ("-received_at", "-id")
    search_fields = ("notice",)
    search_help_text = gettext_lazy("The provider's id of the message, or anything that finds a gift.")
    actions = ("replay_selected",)
    fields = ("kind", "state", "reason", "waits_for", "provider", "notice", "received_at", "worked_at", "tries", "message")
    readonly_fields = ("message",)

    def get_urls(self) -> list[URLPattern]:
        """Add the replay."""
        replay = self.admin_site.admin_view(self.replay)
        return [path("<int:notice_id>/replay/", replay, name="donations_notice_replay"), *super().get_urls()]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Keep the message of an id, or those that entered lines of the gifts found."""
        term = search_term.strip()
        if not term:
            return queryset, False
        known = list(ProviderNotice.objects.filter(provider__in=("stripe", "sandbox"), notice=term).values_list("pk", flat=True))
        if not known:
            lines = LedgerEntry.objects.filter(gift__in=gift_ids(term), notice__isnull=False)
            known = list(lines.order_by().values_list("notice", flat=True).distinct()[:1000])
        return queryset.filter(pk__in=known), False

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Return whether the person may have messages worked on again."""
        return request.user.has_perm("donations.change_providernotice")

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Offer the replay."""
        context["may_replay"] = self.has_replay_permission(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def replay(self, request: HttpRequest, notice_id: int) -> HttpResponse:
        """Work on a message again and say what became of it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        may(request, "change_providernotice")
        notice = self.row(request, notice_id)
        self._replayed(request, notice)
        notice.refresh_from_db()
        words = {"state": notice.get_state_display(), "reason": notice.reason}
        messages.info(request, _("Worked on again. Now: %(state)s. %(reason)s") % words)
        return redirect("admin:donations_providernotice_change", notice.pk)

    @admin.action(description=gettext_lazy("Work on the chosen notices again"), permissions=["replay"])
    def replay_selected(self, request: HttpRequest, chosen: Any) -> None:
        """Work on each chosen message again."""
        done = [notice for notice in chosen if self._replayed(request, notice)]
        text = ngettext("%(count)d notice was worked on again.", "%(count)d notices were worked on again.", len(done))
        messages.info(request, text % {"count": len(done)})

    def _replayed(self, request: HttpRequest, notice: ProviderNotice) -> bool:
        before = notice.get_state_display()
        try:
            notices.replay(notice, request.user)  # type: ignore[arg-type]
        except LookupError as error:
            messages.error(request, str(error))
            return False
        notice.refresh_from_db()
        self.log_change(
            request,
            notice,
            _("Replayed: it was “%(before)s”, is “%(after)s”.") % {"before": before, "after": notice.get_state_display()},
        )
        return True

    @admin.display(description=gettext_lazy("message"))
    def message(self, notice: ProviderNotice) -> SafeString:
        """Return the whole message as people read it."""
        return pretty(notice.payload)


@admin.register(Receipt)
class ReceiptAdmin(FoundByGift, GivingAdmin):
    """Receipts as they were issued."""

    list_display = ("number", "issued_at", "of", "in_force", "test")
    list_filter = (by_time("issued_at"), "test")
    list_select_related = ("gift__supporter",)
    ordering = ("-issued_at", "-id")
    search_help_text = gettext_lazy(
        "A receipt's number or verify code, a reference, or the beginning of a name or e-mail address."
    )
    fields = (
        "number", "issued_at", "of", "in_force", "replaces", "voided_at", "voided_because", "test", "verify", "digest", "said",
    )  # fmt: skip
    readonly_fields = ("of", "in_force", "verify", "said")

    def get_urls(self) -> list[URLPattern]:
        """Add the PDF and the letter sent again."""
        view = self.admin_site.admin_view
        return [
            path("<int:receipt_id>/pdf/", view(self.pdf), name="donations_receipt_pdf"),
            path("<int:receipt_id>/resend/", view(self.resend), name="donations_receipt_resend"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the gift and its giver."""
        return super().get_queryset(request).select_related("gift__supporter")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Keep the receipt of a verify code, or those of the gifts found."""
        term = search_term.strip()
        if len(term) == 26 and (known := Receipt.objects.filter(code=term.upper()).values_list("pk", flat=True).first()):
            return queryset.filter(pk=known), False
        return super().get_search_results(request, queryset, search_term)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Offer the letter again where there is an address."""
        receipt = kwargs.get("obj")
        context["may_resend"] = bool(receipt and receipt.gift.email and request.user.has_perm("letters.add_letter"))
        return super().render_change_form(request, context, *args, **kwargs)

    def pdf(self, request: HttpRequest, receipt_id: int) -> HttpResponse:
        """Give the PDF. A copy of what was mailed or printed before says that it is one."""
        receipt = self.row(request, receipt_id)
        mailed = letters.of_receipt(receipt).filter(state=LetterState.SENT).exists()
        printed = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(Receipt), object_id=str(receipt.pk), change_message__startswith="PDF"
        ).exists()
        try:
            body = receipts.pdf(receipt, duplicate=mailed or printed)
        except NotPrintable as error:
            messages.error(request, _("It cannot be printed: %(why)s") % {"why": error})
            return redirect("admin:donations_receipt_change", receipt.pk)
        self.log_change(request, receipt, "PDF" + (" (duplicate)" if mailed or printed else ""))
        name = f'attachment; filename="{receipt.number}.pdf"'
        return HttpResponse(body, content_type="application/pdf", headers={"Content-Disposition": name})

    def resend(self, request: HttpRequest, receipt_id: int) -> HttpResponse:
        """Put the letter with the receipt into the outbox once more."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm("letters.add_letter"):
            raise PermissionDenied
        receipt = self.row(request, receipt_id)
        back = redirect("admin:donations_receipt_change", receipt.pk)
        if not receipt.gift.email:
            messages.error(request, _("There is no e-mail address to send it to: print it instead."))
            return back
        letters.receipt_again(receipt)
        self.log_change(request, receipt, _("Sent again to the giver."))
        messages.success(request, _("The letter to %(to)s is in the outbox.") % {"to": receipt.gift.email})
        return back

    @admin.display(description=gettext_lazy("gift"))
    def of(self, receipt: Receipt) -> SafeString | str:
        """Return the gift and who gave it."""
        return format_html("{}, {}", link_to(receipt.gift, shown(receipt.gift.total)), receipt.gift.supporter or "–")

    @admin.display(description=gettext_lazy("in force"), boolean=True)
    def in_force(self, receipt: Receipt) -> bool:
        """Return whether it holds."""
        return receipt.voided_at is None

    @admin.display(description=gettext_lazy("verify page"))
    def verify(self, receipt: Receipt) -> SafeString:
        """Return where anybody can verify it."""
        return format_html('<a href="{}">{}</a>', reverse("verify-receipt", args=[receipt.code]), receipt.code)

    @admin.display(description=gettext_lazy("what it says"))
    def said(self, receipt: Receipt) -> SafeString:
        """Return what was printed, as it was kept."""
        return pretty(receipt.content)


@admin.register(Letter)
class LetterAdmin(GivingAdmin):
    """The outbox."""

    list_display = ("created_at", "kind", "to", "state", "reason", "sent_at")
    list_filter = (by_time("created_at"), "state")
    ordering = ("-created_at", "-id")
    search_fields = ("to", "about")
    search_help_text = gettext_lazy("A whole e-mail address, or a gift's or pledge's reference.")
    fields = ("kind", "to", "language", "state", "reason", "about", "within", "created_at", "not_before", "sent_at", "tries")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Keep the letters to an address or about a gift or pledge, each way by its index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        named = [f"gift:{term}", f"pledge:{term}", term]
        return queryset.filter(Q(to=term.lower()) | Q(about__in=named) | Q(within__in=named)), False


@admin.register(GiftAidDeclaration)
class DeclarationAdmin(GivingAdmin):
    """Gift Aid declarations, in the words that were read."""

    list_display = ("at", "supporter", "first_name", "last_name", "postcode", "channel", "cancelled_on")
    list_display_links = ("at",)
    list_select_related = ("supporter",)
    ordering = ("-id",)
    search_fields = ("last_name",)
    search_help_text = gettext_lazy("The beginning of the giver's name or e-mail address.")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Keep the declarations of the givers found."""
        return (queryset.filter(supporter__in=ids_matching(search_term)) if search_term.strip() else queryset), False
