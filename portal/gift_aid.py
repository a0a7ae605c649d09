"""Gift Aid in the portal: to give, to read in the very words that were agreed to, and to withdraw. The UK alone has it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from donations import declaration_words, gift_aid
from donations.calendar import today
from donations.money import formatted
from donations.views import SeeOther
from portal import door
from portal.door import GiverRequest
from portal.gift_aid_form import GiftAidForm


@door.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: GiverRequest) -> HttpResponse:
    """Show the declarations and the form for one; by POST declare (422 with what is wrong) or withdraw."""
    if not gift_aid.possible():
        raise Http404
    if request.method != "POST":
        return _shown(request, GiftAidForm.for_person(request.giver))
    if request.POST.get("do") == "withdraw":
        return _withdrawn(request)
    form = GiftAidForm(request.POST)
    if not form.is_valid():
        return _shown(request, form, status=422)
    said = {name: value for name, value in form.cleaned_data.items() if name != "abroad"}
    gift_aid.declare(request.giver.supporters, **said)
    messages.success(request, _("Thank you. Your Gift Aid declaration is kept, and you can read it here whenever you like."))
    return SeeOther(reverse("portal-gift-aid"))


def _withdrawn(request: GiverRequest) -> HttpResponse:
    if gift_aid.withdraw(request.giver.supporters):
        messages.success(request, _("Your declaration is withdrawn from today on. What you gave before stays as it was."))
    return SeeOther(reverse("portal-gift-aid"))


def _shown(request: GiverRequest, form: GiftAidForm, *, status: int = 200) -> HttpResponse:
    """Show the page. Four queries beside the door's."""
    declarations = gift_aid.of(request.giver.supporters)
    count, worth = gift_aid.worth_declaring(request.giver.supporters)
    context: dict[str, Any] = {
        "form": form,
        "declarations": declarations,
        "in_force": [one for one in declarations if one.cancelled_on is None],
        "today": today(),
        "keep_us_told": declaration_words.keep_us_told(),
        "taxpayer": declaration_words.taxpayer(),
        "open_gifts": count,
        "worth": formatted(worth, request.giver.language),
        "lasting": any(one.future and one.cancelled_on is None for one in declarations),
    }
    return render(request, "portal/gift-aid.html", context, status=status)
