"""The page of contact details."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal import door
from portal.contact_forms import ContactForm
from portal.sign_in_forms import typed
from supporters import contact as details


@require_http_methods(["GET", "HEAD", "POST"])
@door.signed_in
def contact(request: Any) -> HttpResponse:
    """Show what we know of somebody and how to reach them; change it, or only the form to another country's."""
    known, sent = details.shown(request.giver), typed(request)
    if sent is not None and "other_country" in sent:
        return _page(request, ContactForm(initial={**known, **sent.dict()}))
    form = ContactForm(sent, initial=known)
    if form.is_valid():
        changed = details.change(request.giver, form.cleaned_data, set(form.changed_data) | _gone(form, known))
        messages.success(request, _("Your details are changed.") if changed else _("Everything was as it is already."))
        return redirect("portal-contact")
    return _page(request, form)


def _gone(form: ContactForm, known: dict[str, str]) -> set[str]:
    """Return the parts that the old address had and the new country's has not."""
    return {name for name, value in known.items() if value and name not in form.fields}


def _page(request: Any, form: ContactForm) -> HttpResponse:
    context = {"form": form, "email": request.giver.account.email, "changes": details.changes(request.giver)}
    return render(request, "portal/contact.html", context, status=422 if form.is_bound else 200)
