"""Forgetting somebody: their promises end first, then their name leaves every room, and what tax law keeps is sealed.

What stays is the money: sums, days, numbers and hashes of papers, tied to a supporter without a name. For the years a tax
authority may ask, name, address and declarations stay as one sealed text per supporter (VAULT_KEYS, not in the database);
then that is destroyed too. Free texts that staff wrote are not searched: they are told to write no names.
"""

import json
from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from donations import promises
from donations.calendar import today
from donations.models import (
    DataDownload,
    Dedication,
    Erasure,
    Gift,
    GiftAidDeclaration,
    Pledge,
    PledgeEvent,
    Receipt,
    Statement,
)
from donations.models.gifts import UNPAID
from donations.tax_years import tax_year
from letters.models import Letter, LetterState
from portal import erased_list
from portal.known import Whose
from supporters.models import Account, Code, Supporter, SupporterConsent
from updates.models import DoNotMail, ListImport, Report, SignUp

_DECLARED = ("title", "first_name", "last_name", "house", "address", "postcode")


def forget(whose: Whose) -> list[Erasure]:
    """Forget a person; raises ProviderUnavailable, with nothing forgotten yet, while a promise cannot be ended.

    Traces in the provider's messages are cleaned by the rounds (portal.traces), from the rows that this returns.
    """
    for pledge in whose.pledges.running():
        promises.cancel(pledge, reason="erasure")
    erased_list.keep(whose)
    with transaction.atomic():
        locked = list(Supporter.objects.select_for_update().filter(pk__in=[one.pk for one in whose.supporters]).order_by("pk"))
        names = [part for one in locked for part in (one.first_name, one.last_name, one.name) if part]
        whose = Whose(whose.account, tuple(locked), whose.emails)
        _letters(whose)
        erasures = [_supporter(one) for one in locked]
        _attempts(whose)
        _around(whose)
        _imports(whose.emails, names)
        _account(whose.account)
    return erasures


def keeps_until(whose: Whose) -> Any:
    """Return the last day on which tax law has us keep name and address; None where nothing was given."""
    days = [end for one in whose.supporters if (end := _kept_until(one))]
    return max(days, default=None)


def unsealed(erasure: Erasure) -> dict[str, Any]:
    """Return what was sealed of an erased supporter; {} where nothing is kept. For whom tax law gives a right to it."""
    return json.loads(_keys().decrypt(erasure.sealed.encode())) if erasure.sealed else {}


def destroy_due() -> int:
    """Destroy what was sealed and need be kept no longer; return of how many."""
    return Erasure.objects.filter(kept_until__lt=today()).exclude(sealed="").update(sealed="")


# --- what stays sealed ------------------------------------------------------------------------------
def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.VAULT_KEYS])


def _kept_until(supporter: Supporter) -> Any:
    last = Gift.objects.received().filter(supporter=supporter).order_by("-given_on").values_list("given_on", flat=True).first()
    return tax_year(last, settings.TAX_JURISDICTION).kept_until if last else None


def _supporter(supporter: Supporter) -> Erasure:
    until = _kept_until(supporter)
    kept = {
        "name": supporter.name,
        "email": supporter.email,
        "address": supporter.address,
        "declarations": [
            {"id": one.pk, **{name: getattr(one, name) for name in _DECLARED}}
            for one in GiftAidDeclaration.objects.filter(supporter=supporter)
        ],
        "papers": _papers(supporter),
    }
    sealed = _keys().encrypt(json.dumps(kept).encode()).decode() if until and until >= today() else ""
    GiftAidDeclaration.objects.filter(supporter=supporter).update(**dict.fromkeys(_DECLARED, ""))
    Supporter.objects.filter(pk=supporter.pk).update(email=None, mail_to="", first_name="", last_name="", address={}, phone="")
    made, _new = Erasure.objects.update_or_create(
        supporter=supporter,
        defaults={"erased_at": timezone.now(), "cleaned_at": None, "kept_until": until, "sealed": sealed},
    )
    return made


def _papers(supporter: Supporter) -> dict[str, Any]:
    """Take the giver out of receipts and statements; return what each said of them, by number."""
    said: dict[str, Any] = {}
    receipts = Receipt.objects.filter(gift__supporter=supporter, erased_at=None)
    statements = Statement.objects.filter(supporter=supporter, erased_at=None)
    for paper in [*receipts, *statements]:
        said[paper.number] = paper.content.get("donor")
        content = {**paper.content, "donor": {"name": "", "address": []}}
        type(paper).objects.filter(pk=paper.pk).update(content=content, erased_at=timezone.now())
    return said


# --- what goes --------------------------------------------------------------------------------------
def _attempts(whose: Whose) -> None:
    # Money that is on its way still finds whose it is; nobody else's attempt does.
    if whose.supporters:
        Gift.objects.filter(supporter=None, details__email__in=whose.emails, status="on_its_way").update(
            supporter=whose.supporters[0]
        )
    fresh = whose.gifts
    Dedication.objects.filter(gift__in=fresh).delete()
    pks = list(fresh.values_list("pk", flat=True))
    Gift.objects.filter(pk__in=pks).update(details={}, method="", checkout_url="", confirm_url="", story_slug="")
    Gift.objects.filter(pk__in=pks, status__in=UNPAID).exclude(attempt=None).update(attempt=None)


def _around(whose: Whose) -> None:
    Pledge.objects.filter(supporter__in=whose.supporters).update(method="", customer="", ended_because="erasure")
    for event in PledgeEvent.objects.filter(pledge__supporter__in=whose.supporters).exclude(data={}):
        event.data = {name: value for name, value in event.data.items() if name not in {"said", "method", "label"}}
        event.save(update_fields=["data"])
    SupporterConsent.objects.filter(supporter__in=whose.supporters).delete()
    mails = {"email__in": whose.emails}
    for model in (SignUp, Report, DoNotMail, Code):
        model._default_manager.filter(**mails).delete()
    shown: dict[type[Any], Iterable[int]] = {
        Supporter: [one.pk for one in whose.supporters],
        GiftAidDeclaration: GiftAidDeclaration.objects.filter(supporter__in=whose.supporters).values_list("pk", flat=True),
    }
    for model, pks in shown.items():
        log = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model))
        log.filter(object_id__in=[str(pk) for pk in pks]).update(object_repr="–", change_message="")


def _letters(whose: Whose) -> None:
    found = whose.letters
    found.filter(state__in=[LetterState.QUEUED, LetterState.SENDING]).update(state=LetterState.DROPPED, reason="erasure")
    pks = list(found.values_list("pk", flat=True))
    Letter.objects.filter(pk__in=pks).update(to="", data={})


def _imports(emails: Iterable[str], names: list[str]) -> None:
    """Take lines of theirs out of what imports could not read."""
    for one in ListImport.objects.exclude(bad=[]).only("pk", "bad").iterator():
        left = [row for row in one.bad if not any(part.lower() in json.dumps(row).lower() for part in [*emails, *names])]
        if left != one.bad:
            ListImport.objects.filter(pk=one.pk).update(bad=left)


def _account(account: Account) -> None:
    """End every session and delete the account; one of staff stays, for their work."""
    Session.objects.filter(session_key__in=list(account.browsers.values_list("session_key", flat=True))).delete()
    for download in DataDownload.objects.filter(account=account).exclude(file=""):
        default_storage.delete(download.file)
    if account.is_staff:
        account.sign_out_everywhere()
        EmailAddress.objects.filter(user=account, primary=False).delete()
    else:
        account.delete()
