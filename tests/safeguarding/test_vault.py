"""What is private is sealed, opened only for a reason that stays on record, and in no log (rules 5 and 12)."""

import datetime
import logging

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from safeguarding import names, vault
from safeguarding.models import Look, VaultEntry
from tests import factories as make

pytestmark = pytest.mark.django_db
PRIVATE = vault.Private(
    name="Meenakshi Sundaram",
    aliases=("Minu",),
    phones=("+91 98400 00000",),
    address="3 Lake View Road",
    born_on=datetime.date(2001, 2, 3),
    notes="Her brother may not know.",
)
SECRETS = ("Meenakshi", "Sundaram", "Minu", "98400", "Lake View", "2001-02-03", "brother")


@pytest.fixture
def person():
    made = make.contributor("Asha")
    vault.put(made, PRIVATE)
    return made


@pytest.fixture
def lead():
    return make.staff("Safeguarding lead")


def everything_in(*tables: str) -> str:
    with connection.cursor() as cursor:
        found = []
        for table in tables:
            cursor.execute(f"SELECT * FROM {table}")
            found += [str([bytes(v) if isinstance(v, memoryview) else v for v in row]) for row in cursor.fetchall()]
    return "\n".join(found)


def test_no_column_holds_anything_readable(person):
    kept = everything_in("safeguarding_vaultentry", "safeguarding_vaultmark", "safeguarding_contributor")
    assert not [secret for secret in SECRETS if secret.lower() in kept.lower()]


def test_the_lead_opens_an_entry_and_it_comes_out_as_it_went_in(person, lead):
    assert vault.look(person, lead, "The court asks for her address.") == PRIVATE


def test_every_look_leaves_who_what_and_why(person, lead):
    vault.look(person, lead, "The court asks\n for her address.")
    look = Look.objects.get()
    assert (look.by, look.by_id, look.what, look.about, look.why) == (
        lead.email, lead.pk, "vault", person.reference, "The court asks for her address.",
    )  # fmt: skip


@pytest.mark.parametrize("why", ["", "   ", "x", "a b"])
def test_nobody_looks_without_a_reason(person, lead, why):
    with pytest.raises(vault.NoReason):
        vault.look(person, lead, why)
    assert not Look.objects.exists()


@pytest.mark.parametrize("group", ["Editor", "Reviewer", "Fundraising", "Finance"])
def test_nobody_but_the_lead_looks(person, group):
    with pytest.raises(PermissionDenied):
        vault.look(person, make.staff(group), "I would like to know.")
    assert not Look.objects.exists()


@pytest.mark.parametrize("how", ["UPDATE safeguarding_look SET why = 'nothing'", "DELETE FROM safeguarding_look"])
def test_the_database_itself_keeps_the_log(person, lead, how):
    vault.look(person, lead, "The court asks.")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(how)
    assert Look.objects.get().why == "The court asks."


def test_nothing_private_is_in_a_repr_a_log_or_an_error(person, lead, settings, caplog):
    caplog.set_level(logging.DEBUG)
    entry = VaultEntry.objects.get()
    private = vault.look(person, lead, "The court asks.")
    names.hits({"t": "Meenakshi Sundaram came home."})
    said = f"{entry!r} {entry} {private!r} {private} {vars(entry)!r} {caplog.text}"
    settings.VAULT_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(vault.Unopenable) as error:
        vault.opened(entry)
    said += repr(error.value) + repr(error.value.__cause__) + repr(error.value.__context__)
    assert not [secret for secret in SECRETS if secret in said]


def test_a_new_key_seals_and_the_old_one_still_opens(person, settings):
    old = settings.VAULT_KEYS
    settings.VAULT_KEYS = [Fernet.generate_key().decode(), *old]
    other = make.contributor("Bina")
    vault.put(other, vault.Private(name="Radha Krishnan"))
    assert vault.opened(VaultEntry.objects.get(contributor=person)) == PRIVATE
    assert len(names.hits({"t": "Meenakshi Sundaram and Radha Krishnan"})) == 2  # found by marks of either key
    assert vault.sealed_by_old_keys() == 1


def test_a_rotation_goes_on_where_it_was_stopped_and_then_needs_the_old_key_no_more(person, settings, capsys):
    people = [make.contributor(f"P{number}") for number in range(3)]
    for number, other in enumerate(people):
        vault.put(other, vault.Private(name=f"Radha Krishnan{'xyz'[number]}"))
    old = settings.VAULT_KEYS
    new = Fernet.generate_key().decode()
    settings.VAULT_KEYS = [new, *old]
    assert vault.rotate(most=2) == 2  # and then it was stopped
    assert vault.sealed_by_old_keys() == 2
    call_command("vault", "rotate")
    assert "Everything is sealed by the first key." in capsys.readouterr().out
    settings.VAULT_KEYS = [new]
    assert vault.opened(VaultEntry.objects.get(contributor=person)) == PRIVATE
    assert names.hits({"t": "Meenakshi Sundaram"})
    settings.VAULT_KEYS = old  # the control: what the old key sealed is gone
    assert names.hits({"t": "Meenakshi Sundaram"}) == []
