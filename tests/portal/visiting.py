"""Supporters in the portal's tests: their browser, signed in without going through the mail."""

import time

from allauth.account.models import EmailAddress
from django.test import Client

from supporters.models import Account, SignedInBrowser
from tests.staff import signed_in as browser_of


def signed_in(email: str, *more: str) -> Client:
    """Return the browser of whoever proved these addresses to be theirs, with an account if they had none."""
    account = account_of(email, *more)
    client = browser_of(account)
    # As after their first page: later ones write nothing for a minute.
    session = client.session
    row = SignedInBrowser.objects.create(account=account, session_key=session.session_key or "", device="Firefox · Linux")
    session["browser"], session["seen_at"] = row.reference, time.time()
    session.save()
    return client


def account_of(email: str, *more: str) -> Account:
    """Return the account of an address, proven, with further proven addresses joined."""
    account = Account.objects.filter(email=email.lower()).first() or Account.objects.create_user(email)
    for number, address in enumerate((email, *more)):
        EmailAddress.objects.update_or_create(
            user=account, email=address.lower(), defaults={"verified": True, "primary": number == 0}
        )
    return account
