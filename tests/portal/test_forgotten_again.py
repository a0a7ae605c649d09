"""R12: who was forgotten stays forgotten after a backup of the database is restored; nobody else is taken for them."""

import json

import pytest
from django.core import serializers
from django.core.files.storage import default_storage
from django.core.management import call_command

from donations.models import Erasure, Gift, Pledge
from portal import erased_again, erased_list, forgetting
from portal.known import Whose
from stories import media_storage
from supporters.models import Account, Supporter
from tests import giving
from tests.portal.partners import gift_of, partner
from tests.portal.visiting import account_of

pytestmark = pytest.mark.django_db
ADA, BEN = "ada@example.org", "ben@example.org"


@pytest.fixture(autouse=True)
def _nothing_listens(settings, tmp_path):
    settings.SITE_URL = "http://127.0.0.1:9"
    settings.MEDIA_ROOT = tmp_path


def backup():
    """Return what a backup holds of the people."""
    return [serializers.serialize("json", model.objects.all()) for model in (Supporter, Gift, Pledge)]


def restore(kept):
    """Bring the people back; what was written about erasing them was not in the backup."""
    Erasure.objects.all().delete()
    for rows in kept:
        for row in serializers.deserialize("json", rows):
            row.save()


def ada():
    supporter = Supporter.objects.get(email=ADA)
    return Whose.of(account_of(ADA), [supporter])


def test_r12_a_restored_backup_forgets_givers_again_and_nobody_else(capsys):
    partner(ADA)
    gift_of(BEN)
    before = backup()
    forgetting.forget(ada())
    assert not Supporter.objects.filter(email=ADA).exists()
    call_command("erasures", "apply")
    assert "0 givers forgotten again" in capsys.readouterr().out, "nothing came back"
    restore(before)
    assert Supporter.objects.filter(email=ADA).exists(), "control: a backup alone brings her back"
    call_command("erasures", "apply")
    assert "1 givers forgotten again" in capsys.readouterr().out
    assert not Supporter.objects.filter(email=ADA).exists()
    assert not Account.objects.filter(email=ADA).exists()
    assert not Gift.objects.filter(details__email=ADA).exists()
    assert Pledge.objects.get().status == "cancelled"
    assert Supporter.objects.filter(email=BEN).exists()
    assert erased_again.apply_list() == 0


def test_r12_another_person_under_the_same_number_is_not_taken_for_them():
    giving.received_gift(details=giving.details(email=ADA))
    forgetting.forget(ada())
    Erasure.objects.all().delete()
    Supporter.objects.update(email="new@example.org", first_name="Chidi")
    assert erased_again.apply_list() == 0
    assert Supporter.objects.get().first_name == "Chidi"


def test_r12_the_list_names_nobody():
    giving.received_gift(details=giving.details(email=ADA, last_name="Quartz"))
    forgetting.forget(ada())
    [name] = media_storage.names_in(erased_list.FOLDER)
    with default_storage.open(name) as file:
        text = file.read().decode()
    assert set(json.loads(text)) == {"at", "supporters"}
    assert "ada" not in (text + name).lower() and "quartz" not in text.lower()
