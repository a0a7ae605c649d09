"""The page on which a digest is seen as it will arrive, tried on oneself, and sent."""

import datetime
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stories import timing
from updates import composing, sending
from updates.letters import links
from updates.models import Digest, DigestState
from updates.models.digests import MOVES

SEND, WRITE = "updates.send_digest", "updates.change_digest"
SOONEST = datetime.timedelta(minutes=-5)
LATEST = datetime.timedelta(days=366)
# As the demo mailbox shows mail: nothing runs, nothing is fetched but pictures of our own.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src {hosts} data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups"
)


class ScheduleForm(forms.Form):
    """When a digest is to be sent, by the charity's own clock."""

    at = timing.CharityTimeField(says=gettext_lazy("Leaves %s."), label=gettext_lazy("Send at"), help_text="")

    def clean_at(self) -> datetime.datetime:
        """Return the moment; raises for one that has passed or lies too far ahead."""
        at: datetime.datetime = self.cleaned_data["at"]
        if not SOONEST < at - timezone.now() < LATEST:
            raise forms.ValidationError(_("Choose a time to come, within a year."))
        return at


@dataclass(frozen=True)
class Step:
    """One button: its words, where it leads, what it does and what one must be allowed."""

    label: Any
    to: str | None
    take: Callable[..., None]
    permission: str = SEND
    weight: str = "quiet"
    done: Any = ""


STEPS = {
    "test": Step(gettext_lazy("Send a test to me"), None, sending.test, WRITE, done=gettext_lazy("A test is on its way to you.")),
    "schedule": Step(
        gettext_lazy("Schedule"), DigestState.SCHEDULED, sending.schedule, weight="strong", done=gettext_lazy("It is scheduled.")
    ),
    "now": Step(
        gettext_lazy("Send it now"), DigestState.SCHEDULED, sending.schedule, weight="strong", done=gettext_lazy("It is being sent.")
    ),
    "unschedule": Step(
        gettext_lazy("Take it back to change it"), DigestState.DRAFT, sending.unschedule, done=gettext_lazy("It is a draft again.")
    ),
    "pause": Step(gettext_lazy("Pause"), DigestState.PAUSED, sending.pause, weight="strong", done=gettext_lazy("It is paused.")),
    "resume": Step(
        gettext_lazy("Go on sending"), DigestState.SENDING, sending.resume, weight="strong", done=gettext_lazy("It goes on.")
    ),
    "cancel": Step(
        gettext_lazy("Cancel it for good"), DigestState.CANCELLED, sending.cancel, weight="danger",
        done=gettext_lazy("It is cancelled."),
    ),
}  # fmt: skip


def offered(digest: Digest, user: Any) -> list[tuple[str, Step]]:
    """Return the steps that are possible as the digest stands and that the person may take."""
    return [(name, step) for name, step in STEPS.items() if user.has_perm(step.permission) and _fits(digest, step, name)]


def _fits(digest: Digest, step: Step, name: str) -> bool:
    if step.to is None:
        return digest.state in {DigestState.DRAFT, DigestState.SCHEDULED}
    if name == "resume":
        return digest.state == DigestState.PAUSED
    return step.to in MOVES[digest.state]


def onward(digest: Digest) -> HttpResponseRedirect:
    """Lead to the page."""
    return HttpResponseRedirect(reverse("admin:updates_digest_send", args=[digest.pk]))


def _row(model_admin: Any, request: HttpRequest, digest_id: int) -> Digest:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    return get_object_or_404(Digest, pk=digest_id)


def page(model_admin: Any, request: HttpRequest, digest_id: int) -> HttpResponse:
    """Show the digest and how it stands; take a step."""
    digest = _row(model_admin, request, digest_id)
    asked = request.POST.get("step", "") if request.method == "POST" else ""
    form = ScheduleForm(request.POST) if asked == "schedule" else ScheduleForm()
    if request.method == "POST" and (asked != "schedule" or form.is_valid()):
        _take(model_admin, request, digest, asked, form)
        return onward(digest)
    content = composing.compose(digest)
    figures = sending.figures(digest)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": digest.subject,
        "opts": model_admin.opts,
        "media": model_admin.media,
        "digest": digest,
        "content": content,
        "words": _text(digest, content),
        "figures": figures,
        "done": figures["written"] - figures["waiting"],
        "expected": sending.expected(digest) if digest.state in {DigestState.DRAFT, DigestState.SCHEDULED} else None,
        "steps": offered(digest, request.user),
        "form": form,
        "zone": settings.CHARITY_TIME_ZONE,
    }
    return render(request, "admin/updates/digest/send.html", context, status=422 if form.is_bound else 200)


def _take(model_admin: Any, request: HttpRequest, digest: Digest, asked: str, form: ScheduleForm) -> None:
    step = STEPS.get(asked)
    if step is None or not request.user.has_perm(step.permission):
        raise PermissionDenied
    try:
        if asked == "test":
            sending.test(digest, request.user.email, secrets.token_hex(8))  # type: ignore[union-attr]  # staff have addresses
        elif asked == "schedule":
            sending.schedule(digest, form.cleaned_data["at"])
        else:
            step.take(digest)
    except sending.NotPossible as why:
        messages.error(request, str(why))
        return
    at = f" {timing.in_words(form.cleaned_data['at'])}" if asked == "schedule" else ""
    model_admin.log_change(request, digest, f"{step.label}{at}")
    messages.success(request, str(step.done))


def _context(digest: Digest, content: composing.Composed) -> dict[str, Any]:
    said = {"charity_name": settings.CHARITY_NAME, "site_url": settings.SITE_URL, "trial": False}
    return {**said, "digest": content, **links(0, digest.pk)}


def _text(digest: Digest, content: composing.Composed) -> str:
    with translation.override(digest.language):
        return render_to_string("updates/letters/updates_digest.txt", _context(digest, content)).strip()


def html(model_admin: Any, request: HttpRequest, digest_id: int) -> HttpResponse:
    """Give the HTML of the mail as it would leave now."""
    digest = _row(model_admin, request, digest_id)
    with translation.override(digest.language):
        words = render_to_string("updates/letters/updates_digest.html", _context(digest, composing.compose(digest)))
    policy = _POLICY.format(hosts=f"'self' {settings.SITE_URL} {settings.MEDIA_URL_HOST}".strip())
    return HttpResponse(words, headers={"Content-Security-Policy": policy, "X-Frame-Options": "SAMEORIGIN"})
