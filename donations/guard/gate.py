"""Whether a sending may reach the provider."""

import datetime
import math
from email.utils import parseaddr

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from donations.guard import alarm, form, proofs
from donations.guard.clients import Client
from donations.guard.limits import DAY, HASTY, HOUR, LIMITS, MINUTE, WAITED
from donations.guard.refused import Kind, Refused
from donations.models import GivingTry

KEPT_SECONDS = 3 * DAY  # the longest window is a day; the rest is for staff who look at an attack


def check(request: HttpRequest, *, email: str) -> None:
    """Count a sending and return if it may reach the provider. Raises Refused.

    Call once, with the fields valid, outside any transaction.
    """
    client = Client.of(request, email)
    stamp = form.stamp_of(request)
    if refused := _by_itself(request, stamp):
        _write(client, refused_because=refused.kind, let_through=False)
        raise refused
    # Sent faster than most people type, or without our field: a few of them are people with a filled-in form.
    hasty = stamp is None or stamp.age < form.MINIMUM_SECONDS
    bound_to = stamp.form if stamp else ""
    shown = proofs.proof(request.POST.get(form.PROOF, ""), bound_to) if stamp else None
    shown = shown or (proofs.waited(request.POST.get(form.PASS, ""), bound_to) if stamp else None)
    tried, shown = _count(client, shown, hasty)
    if refused := _by_the_others(client, tried, shown):
        # What was shown is not used up by a sending that went nowhere.
        GivingTry.objects.filter(pk=tried.pk).update(let_through=False, refused_because=refused.kind, spent=None)
        raise refused


def prune() -> int:
    """Remove the tries nobody needs any more and return how many they were."""
    return GivingTry.objects.filter(at__lt=timezone.now() - datetime.timedelta(seconds=KEPT_SECONDS)).delete()[0]


def _by_itself(request: HttpRequest, stamp: form.Stamp | None) -> Refused | None:
    """Return why a sending is refused that says so itself."""
    again = _("Something went wrong on the way. Nothing was charged, and what you typed is still here: please try again.")
    if request.POST.get(form.ROBOT):
        return Refused(Kind.ROBOT, again)
    if stamp.stale if stamp else request.POST.get(form.STAMP):
        return Refused(
            Kind.STALE,
            _(
                "This page had been open for a long time. Nothing was charged, and what you typed is still here: please send it again."
            ),
        )
    return None


def _count(client: Client, shown: proofs.Shown | None, hasty: bool) -> tuple[GivingTry, proofs.Shown | None]:
    """Write the try before anything is asked, so that tries sent at the same time see each other."""
    if shown is None or shown.waits:
        return _write(client, hasty=hasty), shown
    try:
        with transaction.atomic():
            return _write(client, spent=shown.spends, by_waiting=shown.by_waiting, hasty=hasty), shown
    except IntegrityError:  # used before
        return _write(client, hasty=hasty), None


def _write(client: Client, **how: object) -> GivingTry:
    return GivingTry.objects.create(
        at=timezone.now(), address=client.address[0], network=client.network[0], email=client.email[0], **how
    )


def _by_the_others(client: Client, tried: GivingTry, shown: proofs.Shown | None) -> Refused | None:
    """Return why a sending is refused for what was sent before and beside it."""
    limits = LIMITS + (WAITED if shown and shown.by_waiting else ()) + (HASTY if tried.hasty else ())
    row = alarm.ask({limit.name: limit.reached(client, tried) for limit in limits})
    waits = {limit: limit.wait(filled, tried.at) for limit in limits if (filled := getattr(row, limit.name))}
    if usual := [seconds for limit, seconds in waits.items() if not limit.waited and not limit.hasty]:
        return Refused(Kind.LIMIT, _too_often(max(usual)), 429, max(usual))
    if any(limit.hasty for limit in waits):
        return Refused(
            Kind.EARLY,
            _("That was faster than we expect. Nothing was charged, and all you typed is still here: please send it again."),
        )
    if not alarm.read(row).asks:
        return None
    if shown is None:
        return Refused(Kind.CHALLENGE, _wait(proofs.WAIT_SECONDS), 422, proofs.WAIT_SECONDS)
    if shown.waits:
        return Refused(Kind.CHALLENGE, _wait(shown.waits), 422, shown.waits)
    if waits:
        return Refused(Kind.CHALLENGE, _too_often(max(waits.values())), 429, max(waits.values()))
    return None


def _wait(seconds: int) -> str:
    return ngettext(
        "Unusually many people try to give just now, so we make sure that you are one. Nothing was charged, and what you "
        "typed is still here: please wait %(count)s second, then send it again.",
        "Unusually many people try to give just now, so we make sure that you are one. Nothing was charged, and what you "
        "typed is still here: please wait %(count)s seconds, then send it again.",
        seconds,
    ) % {"count": seconds}


def _too_often(seconds: int) -> str:
    minutes = math.ceil(seconds / MINUTE)
    if minutes < 60:
        again = ngettext("Please try again in %(count)s minute.", "Please try again in %(count)s minutes.", minutes)
        again %= {"count": minutes}
    else:
        hours = math.ceil(seconds / HOUR)
        again = ngettext("Please try again in %(count)s hour.", "Please try again in %(count)s hours.", hours)
        again %= {"count": hours}
    why = _("Many gifts were begun like this one in a short time, so we stopped for a moment: thieves try stolen cards that way.")
    kept = _("Nothing was charged, and what you typed is still here.")
    other = _("If you would rather give by bank transfer or by telephone, write to %(email)s.")
    return f"{why} {kept} {again} {other % {'email': parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}}"
