"""What this browser asked a code for: kept in its session, so that the code is worth nothing in any other."""

from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from portal.sign_in_forms import CodeForm
from supporters import codes
from supporters.codes import Proof
from supporters.models import Account, Code, Purpose
from supporters.sign_in import safe_path

_KEY = "asked"


@dataclass(frozen=True)
class Asked:
    """One asking: the code's reference, the address, where to go on to, and what was ticked."""

    reference: str
    email: str
    next: str = ""
    shared: bool = False
    passkeys: bool = False


def ask(request: HttpRequest, purpose: Purpose, email: str, account: Account | None = None, **more: Any) -> None:
    """Ask for a code for this browser; an earlier one of the same purpose is forgotten."""
    code = codes.ask(purpose, email, translation.get_language() or settings.LANGUAGE_CODE, account)
    asked = Asked(code.reference, code.email, **more)
    request.session[_KEY] = {**request.session.get(_KEY, {}), str(purpose): asdict(asked)}


def of(request: HttpRequest, purpose: Purpose) -> Asked | None:
    """Return what this browser asked for, or None."""
    kept = request.session.get(_KEY, {}).get(str(purpose))
    return Asked(**kept) if kept else None


def done(request: HttpRequest, purpose: Purpose) -> None:
    """Forget what was asked for."""
    request.session[_KEY] = {kind: kept for kind, kept in request.session.get(_KEY, {}).items() if kind != purpose}


def tried(request: HttpRequest, purpose: Purpose, form: CodeForm, account: Account | None = None) -> Code | None:
    """Return the code if the form's digits prove it, else None with the reason beside the field."""
    asked = of(request, purpose)
    if asked is None or not form.is_valid():
        return None
    proof, code = codes.prove(asked.reference, purpose, form.cleaned_data["code"], account)
    match proof:
        case Proof.RIGHT:
            done(request, purpose)
            return code
        case Proof.WRONG:
            form.refuse(_("This is not the code we sent. Please look again: the newest letter counts."))
        case Proof.ENDED:
            form.refuse(_("This code is used up or too old. Please ask for a new one."))
        case Proof.ENOUGH:
            form.refuse(_("There were too many tries for this address today. The link in a letter still works, in this browser."))
    return None


def next_of(values: QueryDict) -> str:
    """Return where a form or address wants to go on to: a path of this site, else the portal."""
    return safe_path(values.get("next", "")[:500]) or reverse("portal")
