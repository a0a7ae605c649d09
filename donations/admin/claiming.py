"""Statements to look at, and Gift Aid claims: made of all that may be claimed up to a day, given as HMRC's spreadsheets."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donations import gift_aid, gift_aid_claims
from donations.admin.looking import GivingAdmin, by_time, link_to, may, pretty, shown
from donations.calendar import today
from donations.documents import NotPrintable
from donations.models import GiftAidClaim, Statement
from donations.money import Money
from donations.statements import issuing
from supporters.searching import ids_matching


@admin.register(Statement)
class StatementAdmin(GivingAdmin):
    """Statements as they were issued."""

    list_display = ("number", "issued_at", "supporter", "sums", "in_force", "test")
    list_filter = (by_time("issued_at"), "test")
    list_select_related = ("supporter",)
    ordering = ("-issued_at", "-id")
    search_fields = ("number",)
    search_help_text = gettext_lazy("A statement's number or verify code, or the beginning of a name or e-mail address.")
    fields = (
        "number", "issued_at", "supporter", "first_day", "last_day", "sums", "in_force", "replaces", "voided_at", "voided_because",
        "test", "verify", "digest", "said",
    )  # fmt: skip
    readonly_fields = ("sums", "in_force", "verify", "said")

    def get_urls(self) -> list[URLPattern]:
        """Add the PDF."""
        return [
            path("<int:statement_id>/pdf/", self.admin_site.admin_view(self.pdf), name="donations_statement_pdf"),
            *super().get_urls(),
        ]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Keep the statement of a number or code, or those of the givers found."""
        term = search_term.strip()
        if not term:
            return queryset, False
        known = queryset.filter(number=term) | queryset.filter(code=term.upper())
        return (known if known.exists() else queryset.filter(supporter__in=ids_matching(term))), False

    def pdf(self, request: HttpRequest, statement_id: int) -> HttpResponse:
        """Give the PDF."""
        statement = self.row(request, statement_id)
        try:
            body = issuing.pdf(statement)
        except NotPrintable as error:
            messages.error(request, _("It cannot be printed: %(why)s") % {"why": error})
            return redirect("admin:donations_statement_change", statement.pk)
        self.log_change(request, statement, "PDF")
        name = f'attachment; filename="{statement.number}.pdf"'
        return HttpResponse(body, content_type="application/pdf", headers={"Content-Disposition": name})

    @admin.display(description=gettext_lazy("total"))
    def sums(self, statement: Statement) -> str:
        """Return the total of each currency."""
        return " + ".join(shown(money) for money in statement.sums)

    @admin.display(description=gettext_lazy("in force"), boolean=True)
    def in_force(self, statement: Statement) -> bool:
        """Return whether it holds."""
        return statement.voided_at is None

    @admin.display(description=gettext_lazy("PDF and verify page"))
    def verify(self, statement: Statement) -> SafeString:
        """Return where it is printed, and where anybody can verify it."""
        return format_html(
            '<a href="{}">PDF</a> · <a href="{}">{}</a>',
            reverse("admin:donations_statement_pdf", args=[statement.pk]),
            reverse("verify-statement", args=[statement.code]),
            statement.code,
        )

    @admin.display(description=gettext_lazy("what it says"))
    def said(self, statement: Statement) -> SafeString:
        """Return what was printed, as it was kept."""
        return pretty(statement.content)


class ClaimForm(forms.Form):
    """Up to which day."""

    until = forms.DateField(label=gettext_lazy("Gifts up to"), widget=AdminDateWidget)

    def clean_until(self) -> Any:
        """Refuse a day still to come."""
        if self.cleaned_data["until"] > today():
            raise forms.ValidationError(_("That day is still to come."))
        return self.cleaned_data["until"]


@admin.register(GiftAidClaim)
class ClaimAdmin(GivingAdmin):
    """Claims that were made; the page above the list makes one."""

    list_display = ("made_at", "until", "by", "gifts", "given", "gift_aid", "taken", "files")
    ordering = ("-made_at", "-id")
    fields = ("made_at", "until", "by", "gifts", "given", "gift_aid", "taken", "files")
    readonly_fields = ("given", "gift_aid", "taken", "files")
    change_list_template = "admin/donations/giftaidclaim/change_list.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show it where there is Gift Aid."""
        return gift_aid.possible() and super().has_module_permission(request)

    def get_urls(self) -> list[URLPattern]:
        """Add making one, and its spreadsheets."""
        view = self.admin_site.admin_view
        return [
            path("make/", view(self.make), name="donations_giftaidclaim_make"),
            path("<int:claim_id>/schedule/", view(self.schedule), name="donations_giftaidclaim_schedule"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Offer to make one."""
        more = {"may_make": request.user.has_perm("donations.add_giftaidclaim") and gift_aid.possible()}
        return super().changelist_view(request, {**(extra_context or {}), **more})

    def make(self, request: HttpRequest) -> HttpResponse:
        """Say what would be claimed, and claim it."""
        may(request, "add_giftaidclaim")
        if not gift_aid.possible():
            raise Http404
        form = ClaimForm(request.POST or None, initial={"until": today()})
        if request.method == "POST" and form.is_valid():
            try:
                claim = gift_aid_claims.make(form.cleaned_data["until"], request.user)  # type: ignore[arg-type]
            except gift_aid_claims.NothingToClaim:
                form.add_error("until", _("Nothing up to that day may be claimed that was not claimed before."))
            else:
                self.log_addition(request, claim, _("Claimed: %(count)d gifts.") % {"count": claim.gifts})
                messages.success(request, _("The claim is made. Its spreadsheets are ready to be taken."))
                return redirect("admin:donations_giftaidclaim_changelist")
        context = self.page(request, _("Make a Gift Aid claim"), form=form, adjustment=shown(gift_aid_claims.adjustment()))
        context["media"] = self.media + form.media
        status = 422 if form.errors else 200
        return render(request, "admin/donations/giftaidclaim/make.html", context, status=status)

    def schedule(self, request: HttpRequest, claim_id: int) -> HttpResponse:
        """Give the spreadsheets, and leave a trace of it."""
        may(request, "add_giftaidclaim")
        claim = self.row(request, claim_id)
        self.log_change(request, claim, _("Took its spreadsheets."))
        name = f'attachment; filename="gift-aid-{claim.made_at:%Y-%m-%d}-{claim.pk}.zip"'
        body = gift_aid_claims.schedules(claim)
        return HttpResponse(body, content_type="application/zip", headers={"Content-Disposition": name})

    @admin.display(description=gettext_lazy("given"))
    def given(self, claim: GiftAidClaim) -> str:
        """Return what was given."""
        return shown(Money(claim.total, gift_aid.CURRENCY))

    @admin.display(description=gettext_lazy("Gift Aid"))
    def gift_aid(self, claim: GiftAidClaim) -> str:
        """Return what the tax office adds: 25p a pound."""
        return shown(Money(claim.total, gift_aid.CURRENCY).share(1, 4))

    @admin.display(description=gettext_lazy("adjustment"))
    def taken(self, claim: GiftAidClaim) -> str:
        """Return what is to be taken off, for gifts that went back after they were claimed."""
        return shown(Money(claim.taken_off, gift_aid.CURRENCY))

    @admin.display(description=gettext_lazy("spreadsheets"))
    def files(self, claim: GiftAidClaim) -> SafeString | str:
        """Return where they are taken."""
        return (
            link_to(claim)
            if claim.pk is None
            else format_html(
                '<a href="{}">{}</a>', reverse("admin:donations_giftaidclaim_schedule", args=[claim.pk]), _("ZIP of CSV")
            )
        )
