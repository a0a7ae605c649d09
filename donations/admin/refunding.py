"""Refunds in the admin: asked for on a gift's page, approved or refused by a second person on their own."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donations import refunds
from donations.admin import typed
from donations.admin.looking import FoundByGift, GivingAdmin, by_time, link_to, may, shown
from donations.models import Gift, RefundRequest
from donations.models.gifts import UNPAID
from donations.models.refunds import REFUND_MOVES, RefundState
from donations.models.steps import NotAllowed
from donations.money import Money


class RefundForm(forms.Form):
    """How much goes back and why."""

    amount = typed.sum_field(gettext_lazy("Amount"))
    reason = typed.reason_field()

    def __init__(self, gift: Gift, left: Money, data: Any = None) -> None:
        super().__init__(data, initial={"amount": left.major()})
        self.gift, self.left = gift, left
        self.money: Money | None = None

    def clean(self) -> dict[str, Any]:
        """Read the sum; refuse more than is left."""
        cleaned: dict[str, Any] = super().clean() or {}
        self.money = typed.read(self, "amount", self.gift.currency)
        if self.money is not None and self.money > self.left:
            self.add_error("amount", _("Only %(left)s can go back.") % {"left": shown(self.left)})
        return cleaned


def ask_page(model_admin: Any, request: HttpRequest, gift_id: int) -> HttpResponse:
    """Show how much can go back; ask for the refund."""
    may(request, "add_refundrequest")
    gift = model_admin.row(request, gift_id)
    back = redirect("admin:donations_gift_change", gift.pk)
    left = Money.zero(gift.currency) if gift.status in UNPAID else refunds.left(gift)
    if not left.minor > 0:
        messages.info(request, _("There is nothing left of this gift that could go back."))
        return back
    form = RefundForm(gift, left, request.POST or None)
    if request.method == "POST" and form.is_valid():
        assert form.money is not None
        try:
            asked = refunds.ask(gift, form.money, form.cleaned_data["reason"], request.user)  # type: ignore[arg-type]
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            words = {"amount": shown(asked.total), "reason": asked.reason, "state": asked.get_state_display()}
            model_admin.log_change(request, gift, _("Refund of %(amount)s asked for: %(reason)s (%(state)s)") % words)
            say(request, asked)
            return back
    context = model_admin.page(
        request, _("Refund"), gift=gift, form=form, left=shown(left), limit=shown(refunds.four_eyes_above(gift.currency))
    )
    return render(request, "admin/donations/gift/refund.html", context)


def say(request: HttpRequest, refund: RefundRequest) -> None:
    """Tell what became of a refund."""
    words = {"amount": shown(refund.total), "said": refund.said}
    match refund.state:
        case RefundState.ASKED:
            messages.success(request, _("The refund of %(amount)s waits for a second person.") % words)
        case RefundState.APPROVED:
            text = _("The provider does not answer now. The refund of %(amount)s is kept and sent by itself, once.")
            messages.warning(request, text % words)
        case RefundState.REFUSED:
            messages.error(request, _("The refund of %(amount)s did not go through: %(said)s") % words)
        case RefundState.SENT:
            text = _("The refund of %(amount)s is sent. It stands in the ledger once the provider has told us.")
            messages.success(request, text % words)
        case _:
            messages.success(request, _("The refund of %(amount)s stands in the ledger.") % words)


class DecisionForm(forms.Form):
    """Why a refund is approved or refused."""

    reason = typed.reason_field()


@admin.register(RefundRequest)
class RefundAdmin(FoundByGift, GivingAdmin):
    """Refunds: those that wait for a second person, and what became of the others."""

    list_display = ("total", "of", "asked_at", "state", "asked_by", "approved_by", "reason")
    list_display_links = ("total", "asked_at")
    list_filter = ("state", by_time("asked_at"))
    list_select_related = ("gift__supporter", "asked_by", "approved_by")
    ordering = ("-asked_at", "-id")
    readonly_fields = ("total", "of")
    fields = (
        "total", "of", "state", "reason", "four_eyes", "asked_by", "asked_at", "approved_by", "approved_at", "there", "tries",
        "tried_at", "said",
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        """Add the decision."""
        decide = self.admin_site.admin_view(self.decide)
        return [path("<int:refund_id>/decide/<slug:how>/", decide, name="donations_refund_decide"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch what the page names."""
        return super().get_queryset(request).select_related("gift__supporter", "asked_by", "approved_by")

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Offer the decisions that this person may take."""
        refund = kwargs.get("obj")
        if refund is not None:
            context["decisions"] = decisions(refund, request.user)
        return super().render_change_form(request, context, *args, **kwargs)

    def decide(self, request: HttpRequest, refund_id: int, how: str) -> HttpResponse:
        """Approve or refuse, with a reason."""
        may(request, "change_refundrequest")
        refund = self.row(request, refund_id)
        back = redirect("admin:donations_refundrequest_change", refund.pk)
        offered = dict(decisions(refund, request.user))
        if how not in offered:
            messages.error(request, _("This refund is not yours to decide, or is decided already."))
            return back
        form = DecisionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                if how == "approve":
                    refund = refunds.approve(refund, request.user)  # type: ignore[arg-type]
                else:
                    refund = refunds.refuse(refund, reason)
            except NotAllowed as refused:
                messages.error(request, str(refused))
                return back
            self.log_change(request, refund, f"{offered[how]}: {reason}")
            self.log_change(request, refund.gift, f"{offered[how]} ({shown(refund.total)}): {reason}")
            if how == "approve":
                say(request, refund)
            else:
                messages.success(request, _("The refund of %(amount)s is refused.") % {"amount": shown(refund.total)})
            return back
        context = self.page(request, offered[how], refund=refund, form=form, how=how, amount=shown(refund.total))
        return render(request, "admin/donations/refundrequest/decide.html", context)

    @admin.display(description=gettext_lazy("amount"))
    def total(self, refund: RefundRequest) -> str:
        """Return the sum."""
        return shown(refund.total)

    @admin.display(description=gettext_lazy("gift"))
    def of(self, refund: RefundRequest) -> SafeString | str:
        """Return the gift and its giver."""
        gift = refund.gift
        return format_html("{}, {}", link_to(gift, shown(gift.total)), gift.supporter or "–")


def decisions(refund: RefundRequest, user: Any) -> list[tuple[str, str]]:
    """Return what a person may decide about a refund as it stands: names and words."""
    if not user.has_perm("donations.change_refundrequest"):
        return []
    may_become = REFUND_MOVES[refund.state]
    approve = refund.state == RefundState.ASKED and refund.asked_by_id != user.pk
    return [
        *([("approve", _("Approve the refund"))] if approve else []),
        *([("refuse", _("Refuse the refund"))] if RefundState.REFUSED in may_become else []),
    ]
