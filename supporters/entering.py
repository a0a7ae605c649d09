"""Coming in: from a proven address to an account, and to a session that is somebody's."""

import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import EmailAddress, Login
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from supporters import browsers, proofs
from supporters.models import Account, Supporter

SHARED_IDLE = 15 * 60  # seconds after which a shared computer forgets who was there


def account_of(email: str) -> Account | None:
    """Return the account of an address that was just proven, made now for a supporter who had none.

    None where nobody may come in by it: it is no supporter's, or its account is closed.
    """
    try:
        with transaction.atomic():
            account = _found_or_made(email)
    except IntegrityError:  # proven in two browsers at once: the other one made it
        account = _found_or_made(email)
    return account if account is not None and account.is_active else None


def _found_or_made(email: str) -> Account | None:
    proven = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
    if proven is not None:
        return proven.user
    account = Account.objects.filter(email=email).first()
    if account is None:
        supporter = Supporter.objects.known_by(email)
        if supporter is None:
            return None
        account = Account.objects.create_user(email)
    first = not EmailAddress.objects.filter(user=account, primary=True).exists()
    EmailAddress.objects.update_or_create(user=account, email=email, defaults={"verified": True, "primary": first})
    return account


def sign_in(request: HttpRequest, account: Account, email: str, to: str, *, shared: bool) -> HttpResponse:
    """Sign somebody in by a proven address and send them on to `to`, a path that was found safe.

    The session gets a new key. Staff with a second factor are asked for it; what staff may do is not theirs by a
    code alone (supporters.sessions).
    """
    record_authentication(request, account, method="code", email=email)
    begin(request, shared=shared)
    proofs.note(request, email)
    if account.is_staff:
        return perform_login(request, Login(user=account, redirect_url=to, email=email))
    # A donor's passkey is another way in, not a second lock: whoever lost it still comes in by mail.
    get_adapter().login(request, account)
    browsers.seen(request)
    return HttpResponseRedirect(to)


def begin(request: HttpRequest, *, shared: bool) -> None:
    """Say how long the session that is about to be somebody's lasts; without `shared` the settings say it."""
    session: Any = request.session
    if shared:
        session["idle"], session["active_at"] = SHARED_IDLE, int(time.time())
        session.set_expiry(0)  # the cookie ends with the browser
    proofs.clear(request)
