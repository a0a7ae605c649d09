"""What the mail provider tells of mails that did not arrive or were not wanted: its door, and what follows.

The door takes the reports of the providers that django-anymail reads, each signed or with the secret that only the
provider and we know (ANYMAIL_WEBHOOK_SECRET). Without a secret there is no door.
"""

import hashlib
import logging
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import EventType, RejectReason
from django.conf import settings
from django.db import Error, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from letters.models import Letter, LetterState
from supporters import consents
from supporters.models import Supporter
from updates.models import Digest, DoNotMail, Report, ReportKind

logger = logging.getLogger(__name__)

MOST_BYTES = 1024 * 1024
LONGEST_EMAIL = 254
# Each with the view that reads its reports; those alone that need no library or key of their own.
PROVIDERS = {
    "brevo": "BrevoTrackingWebhookView",
    "mailgun": "MailgunTrackingWebhookView",
    "mailjet": "MailjetTrackingWebhookView",
    "postmark": "PostmarkTrackingWebhookView",
    "sendgrid": "SendGridTrackingWebhookView",
    "sparkpost": "SparkPostTrackingWebhookView",
}
_FINAL = {RejectReason.INVALID, RejectReason.BOUNCED}
_WORDS = {
    EventType.COMPLAINED: ReportKind.COMPLAINED,
    EventType.UNSUBSCRIBED: ReportKind.UNSUBSCRIBED,
    EventType.DEFERRED: ReportKind.DELAYED,
    EventType.BOUNCED: ReportKind.BOUNCED,
}
# How providers call a bounce that is not for good.
_PASSING = {
    "Type": {"SoftBounce", "Transient", "DnsError", "AutoResponder", "AddressChange"},
    "event": {"soft_bounce", "blocked", "deferred"},
    "bounce_class": {"20", "21", "22", "23", "24", "40", "60"},
}


@csrf_exempt
@require_http_methods(["HEAD", "POST"])
def door(request: HttpRequest, provider: str) -> HttpResponse:
    """Take a provider's reports: 200 once they are kept, 400 to what is not the provider's, 503 while nothing can be kept."""
    view = _view_of(provider)
    if request.method == "HEAD":  # some providers look whether somebody is at home
        return HttpResponse()
    if not (request.META.get("CONTENT_LENGTH") or "").isdigit() or int(request.META["CONTENT_LENGTH"]) > MOST_BYTES:
        return HttpResponse("too large", status=413, content_type="text/plain")
    try:
        view.run_validators(request)
        events = view.parse_events(request)
    except (AnymailWebhookValidationFailure, ValueError, KeyError, TypeError, AttributeError, RecursionError) as refusal:
        logger.warning("A report from %s was refused: %s", provider, type(refusal).__name__)
        return HttpResponse("refused", status=400, content_type="text/plain")
    try:
        for event in events:
            view.signal.send(sender=type(view), event=event, esp_name=view.esp_name)
    except Error:
        logger.exception("A report from %s could not be kept: it is asked to come again", provider)
        return HttpResponse("come again", status=503, content_type="text/plain")
    return HttpResponse("kept", content_type="text/plain")


def _view_of(provider: str) -> Any:
    known = PROVIDERS.get(provider)
    if known is None or not settings.ANYMAIL["WEBHOOK_SECRET"]:
        raise Http404
    if provider == "mailgun" and not settings.ANYMAIL["MAILGUN_WEBHOOK_SIGNING_KEY"]:
        raise Http404
    return getattr(import_module(f"anymail.webhooks.{provider}"), known)()


# --- what follows -----------------------------------------------------------------------------------
def told(sender: Any, event: Any, esp_name: str, **more: Any) -> None:
    """Take note of one report, as a receiver of anymail's signal. The same report twice does nothing twice."""
    kind, email = _kind_of(event), _plain(event.recipient).lower()
    if kind is None or not email or len(email) > LONGEST_EMAIL:
        return
    said = _plain(event.description or event.mta_response or event.reject_reason)[:300]
    with transaction.atomic():
        report, new = Report.objects.get_or_create(
            key=_key_of(event, esp_name), defaults={"kind": kind, "email": email, "digest": _digest_of(email), "said": said}
        )
        if new:
            _follow(report)


def _plain(text: object) -> str:
    """Return a text on one line, without what no database can hold."""
    return " ".join(str(text or "").replace("\0", "").encode("utf-8", "ignore").decode().split())


def _kind_of(event: Any) -> ReportKind | None:
    """Return what a report comes to for us, None for what needs nothing (delivered, queued, …)."""
    if event.event_type == EventType.REJECTED:
        if event.reject_reason in _FINAL:
            return ReportKind.BOUNCED
        return ReportKind.COMPLAINED if event.reject_reason == RejectReason.SPAM else None
    if event.event_type == EventType.BOUNCED and (event.reject_reason not in {*_FINAL, None} or _may_pass(event.esp_event)):
        return ReportKind.DELAYED
    return _WORDS.get(event.event_type)


def _may_pass(said: Any) -> bool:
    """Return whether a provider's own words for a bounce tell of a full mailbox or a server that is away.

    Postmark's "Type", Brevo's "event", SparkPost's "bounce_class": django-anymail calls all of them bounced alike.
    """
    if not isinstance(said, Mapping):
        return False
    return any(str(said.get(name, "")) in words for name, words in _PASSING.items())


def _key_of(event: Any, esp_name: str) -> str:
    parts = (event.event_id, event.event_type, event.message_id, event.recipient, event.timestamp)
    return f"{esp_name}:{hashlib.sha256(repr(parts).encode()).hexdigest()}"


def _digest_of(email: str) -> Digest | None:
    """Return the digest that an address got last: reports name the mail by the provider's name for it, which we never see."""
    last = Letter.objects.filter(to=email, kind="updates_digest", state=LetterState.SENT).order_by("-sent_at").first()
    number = (last.within if last else "").removeprefix("digest:")
    return Digest.objects.filter(pk=int(number)).first() if number.isdigit() else None


def _follow(report: Report) -> None:
    if report.kind in {ReportKind.BOUNCED, ReportKind.COMPLAINED}:
        DoNotMail.objects.get_or_create(
            email=report.email, defaults={"why": report.kind, "said": report.said, "at": timezone.now()}
        )  # fmt: skip
    if report.kind in {ReportKind.COMPLAINED, ReportKind.UNSUBSCRIBED}:
        supporter = Supporter.objects.known_by(report.email)
        if supporter is not None:
            consents.stop(supporter, str(ReportKind(report.kind).label), "mail provider")
