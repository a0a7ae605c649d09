"""Several addresses of one person: joined by proving each, parted again, and which of them is the main one."""

from enum import Enum

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from letters import outbox
from supporters import letters, people
from supporters.models import Account, ContactChange, Supporter


class Joined(Enum):
    """What came of joining an address."""

    JOINED = "joined"
    ALREADY = "already"
    STAFF = "staff"  # a colleague signs in to their work with it: it stays theirs alone


def join(account: Account, email: str) -> Joined:
    """Add an address that was just proven in this account's own browser; what was given with it shows from now on.

    It leaves the account it was proven for before; one of a donor that has no other address ends with that.
    """
    with transaction.atomic():
        held = EmailAddress.objects.select_for_update().filter(email=email, verified=True).select_related("user").first()
        holder = held.user if held else Account.objects.filter(email=email).exclude(pk=account.pk).first()
        if holder is not None and holder.pk == account.pk:
            return Joined.ALREADY
        if holder is not None and holder.is_staff:
            return Joined.STAFF
        told = people.addresses(account)
        if holder is not None:
            _take_from(holder, email)
        EmailAddress.objects.update_or_create(user=account, email=email, defaults={"verified": True, "primary": not told})
        _point_letters(account)
        _tell(letters.ADDRESS_JOINED, account, told)
    return Joined.JOINED


def _take_from(holder: Account, email: str) -> None:
    rows = EmailAddress.objects.filter(user=holder)
    rows.filter(email=email).delete()
    Supporter.objects.filter(email=email).update(mail_to="")
    left = rows.filter(verified=True).order_by("-primary", "pk").first()
    holder.sign_out_everywhere()
    if left is None:
        holder.delete()
    elif holder.email == email or not left.primary:
        rows.filter(pk=left.pk).update(primary=True)
        Account.objects.filter(pk=holder.pk).update(email=left.email)
        _point_letters(holder)


def _point_letters(account: Account) -> None:
    """Have everything the person is known by written to at their main address."""
    main, *others = people.addresses(account)
    Supporter.objects.filter(email__in=others).update(mail_to=main)
    Supporter.objects.filter(email=main).update(mail_to="")


def leave(account: Account, email: str) -> bool:
    """Part an address from the account; return whether it was one of its own and not the main one."""
    with transaction.atomic():
        row = EmailAddress.objects.select_for_update().filter(user=account, email=email, primary=False).first()
        if row is None:
            return False
        _tell(letters.ADDRESS_LEFT, account, people.addresses(account))
        row.delete()
        Supporter.objects.filter(email=email).update(mail_to="")
    return True


def make_main(account: Account, email: str) -> bool:
    """Make a proven address the main one, to which we write; return whether it is now.

    The caller saw the old one proven as well. What is known under the old address goes over to the new one unless
    somebody is known under that already: then both stay, and both stay theirs. Staff keep the address they work with.
    """
    with transaction.atomic():
        rows = EmailAddress.objects.select_for_update().filter(user=account, verified=True)
        new, old = rows.filter(email=email).first(), rows.filter(primary=True).first()
        if new is None or account.is_staff:
            return False
        if new.primary:
            return True
        if old is not None:
            EmailAddress.objects.filter(pk=old.pk).update(primary=False)
            _readdress(account, old.email, email)
        EmailAddress.objects.filter(pk=new.pk).update(primary=True)
        Account.objects.filter(pk=account.pk).update(email=email)
        account.email = email
        _point_letters(account)
        _tell(letters.MAIN_ADDRESS, account, people.addresses(account))
    return True


def _readdress(account: Account, old: str, new: str) -> None:
    supporter = Supporter.objects.select_for_update().filter(email=old).first()
    if supporter is None or Supporter.objects.filter(email=new).exists():
        return
    supporter.email = new
    supporter.save(update_fields=["email"])
    ContactChange.objects.create(supporter=supporter, account=account, field="email")


def _tell(kind: str, account: Account, told: list[str]) -> None:
    """Write to every address that is touched: whoever did not do this learns of it."""
    language = people.of(account).language
    for number, email in enumerate(told):
        key = f"{account.pk}:{timezone.now():%Y%m%d%H%M%S%f}:{number}"
        outbox.write(kind, key, to=email, language=language, about=f"account:{account.pk}")
