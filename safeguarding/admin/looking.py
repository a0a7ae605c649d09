"""Looking into the vault and at evidence: a page that asks why, and only then shows. Every look is a post and a row."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from safeguarding import evidence, vault
from safeguarding.admin.forms import PrivateForm, ReasonForm
from safeguarding.models import Contributor, Evidence


def vault_view(request: HttpRequest, contributor_id: int) -> HttpResponse:
    """Ask why; show what is private, to be changed by whoever may; keep what was changed."""
    if not request.user.has_perm("safeguarding.view_vaultentry"):
        raise PermissionDenied
    person = get_object_or_404(Contributor, pk=contributor_id, erased_at=None)
    reason = ReasonForm(request.POST or None)
    if request.method != "POST" or not reason.is_valid():
        return _ask(request, person, reason, _("The vault: %(person)s") % {"person": person})
    why = reason.cleaned_data["reason"]
    if "_save" not in request.POST:
        form = PrivateForm(initial=PrivateForm.values_of(vault.look(person, request.user, why)))
        return _show(request, person, form, why)
    if not request.user.has_perm("safeguarding.change_vaultentry"):
        raise PermissionDenied
    form = PrivateForm(request.POST)
    if not form.is_valid():
        return _show(request, person, form, why)
    vault.note_look("vault", person, request.user, _("Changed: %(why)s") % {"why": why})
    vault.put(person, form.private())
    messages.success(request, _("What is private about %(person)s is sealed.") % {"person": person})
    return redirect("admin:safeguarding_contributor_change", person.pk)


def evidence_view(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask why; hand a consent's evidence out as a file to be saved, never as a page."""
    if not request.user.has_perm("safeguarding.view_evidence"):
        raise PermissionDenied
    kept = get_object_or_404(Evidence.objects.select_related("consent__contributor"), reference=reference)
    person = kept.consent.contributor
    reason = ReasonForm(request.POST or None)
    if request.method != "POST" or not reason.is_valid():
        return _ask(request, person, reason, _("Evidence of a consent: %(person)s") % {"person": person})
    content = evidence.look(kept, request.user, reason.cleaned_data["reason"])
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="evidence.{evidence.ENDINGS[kept.kind]}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _ask(request: HttpRequest, person: Contributor, form: ReasonForm, title: str) -> HttpResponse:
    return _page(request, "admin/safeguarding/ask_why.html", person, title=title, form=form)


def _show(request: HttpRequest, person: Contributor, form: PrivateForm, why: str) -> HttpResponse:
    may_change = request.user.has_perm("safeguarding.change_vaultentry")
    title = _("The vault: %(person)s") % {"person": person}
    return _page(request, "admin/safeguarding/vault.html", person, title=title, form=form, why=why, may_change=may_change)


def _page(request: HttpRequest, template: str, person: Contributor, **context: Any) -> HttpResponse:
    shared = {**admin.site.each_context(request), "opts": Contributor._meta, "person": person}
    return render(request, template, {**shared, **context})
