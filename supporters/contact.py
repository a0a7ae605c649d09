"""Contact details of a person: read from their supporters, changed on all of them at once, each change logged."""

from typing import Any

from django.db import transaction

from supporters import countries
from supporters.countries import PARTS
from supporters.models import Account, ContactChange, Supporter
from supporters.people import Person

PLAIN = ("first_name", "last_name", "phone", "language")


def shown(person: Person) -> dict[str, str]:
    """Return what is known of a person, flat: the details of the supporter of their main address."""
    foremost = person.foremost
    if foremost is None:
        return {}
    address = foremost.address
    parts = {part: str(address.get(part, "")) for part in PARTS}
    if not any(parts.values()) and (lines := address.get("lines")):
        # Written down by hand or from a cheque: whoever knows sorts it.
        parts["line1"], parts["line2"] = lines[0], ", ".join(lines[1:])
    return {**{field: getattr(foremost, field) for field in PLAIN}, "country": address.get("country", ""), **parts}


def change(person: Person, values: dict[str, str], changed: set[str]) -> int:
    """Write what a person changed of their details to each of their supporters; return how many fields that changed.

    `values` holds all fields of `shown`; `changed` names those that were typed anew, so that two open pages do not
    undo each other.
    """
    wanted: dict[str, Any] = {field: values[field] for field in PLAIN if field in changed}
    if changed & {"country", *PARTS}:
        wanted["address"] = stored(values)
    with transaction.atomic():
        supporters = Supporter.objects.select_for_update().filter(pk__in=[supporter.pk for supporter in person.supporters])
        return sum(_change(supporter, wanted, person.account, by_staff=False) for supporter in supporters.order_by("pk"))


def stored(values: dict[str, str]) -> dict[str, Any]:
    """Return an address as it is kept: its parts, and the lines of its label; {} for none."""
    parts = {part: values.get(part, "") for part in PARTS if values.get(part)}
    if not parts:
        return {}
    return {"country": values["country"], **parts, "lines": countries.label(values["country"], parts)}


def _change(supporter: Supporter, wanted: dict[str, Any], account: Account, *, by_staff: bool) -> int:
    differing = [field for field, value in wanted.items() if getattr(supporter, field) != value]
    if not differing:
        return 0
    for field in differing:
        setattr(supporter, field, wanted[field])
    supporter.save(update_fields=differing)
    log(supporter, account, differing, by_staff=by_staff)
    return len(differing)


def log(supporter: Supporter, account: Account, fields: list[str], *, by_staff: bool) -> None:
    """Write down who changed which fields; neither what they were nor what they became."""
    rows = [ContactChange(supporter=supporter, account=account, field=field, by_staff=by_staff) for field in fields]
    ContactChange.objects.bulk_create(rows)


def changes(person: Person, most: int = 20) -> list[ContactChange]:
    """Return the newest changes of a person's details."""
    keys = [supporter.pk for supporter in person.supporters]
    return list(ContactChange.objects.filter(supporter__in=keys).order_by("-at", "-pk")[:most])
