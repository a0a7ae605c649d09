"""Build a crowd of givers in each of the bench's databases and open the admin's pages of giving; see giving_at_scale.py."""

import datetime
import json
import os
from typing import Any

import django
from django.db import connection, models
from django.test import Client, override_settings
from django.utils import timezone

django.setup()

from bench import scale  # noqa: E402  models can be imported once Django is set up
from bench.editor_pages import STATIC, pages_of  # noqa: E402
from bench.figures import Figures  # noqa: E402
from bench.giving_at_scale import GIFT_SEARCHES, LISTS, PAGES, SEARCHES  # noqa: E402
from donations.models import Gift, LedgerEntry, Receipt  # noqa: E402
from supporters.models import Supporter  # noqa: E402
from tests import factories as make  # noqa: E402
from tests.donations import desk  # noqa: E402

SMALL, LARGE = scale.SMALL, scale.LARGE
ROUNDS = int(os.environ.get("ROUNDS", "15"))
FIRST = 1_000  # key of the first copy, less one
RECEIPTS_IN = 10  # one gift of so many has its receipt


def _copies(model: type[models.Model], pattern: models.Model, count: int, **expressions: str) -> None:
    """Insert copies of a row by SQL; `n` is the copy's number from 1, and columns not named are as the pattern's."""
    columns = [str(field.column) for field in model._meta.concrete_fields]
    values = {"id": f"{FIRST} + n", **expressions}
    chosen = ", ".join(values.get(column, f'"{column}"') for column in columns)
    named = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({named}) SELECT {chosen} FROM "{table}", generate_series(1, %s) n WHERE id = %s',
            [count, pattern.pk],
        )


def build(size: str) -> tuple[Client, dict[str, str]]:
    """Fill the database of a size and return the browser of somebody in Finance and the addresses to open there, by name."""
    scale.create(size)
    gifts, people = int(size), int(size) // 2
    made = desk.one_of_each()
    pattern = Gift.objects.get(pk=made["gift"])
    name = "initcap(translate(left(md5(n::text), 8), '0123456789', 'ghijklmnop'))"
    _copies(
        Supporter, Supporter.objects.get(pk=made["supporter"]), people,
        email="'copy' || n || '@example.org'", first_name="(array['Ada','Ben','Chidi','Dina','Efe','Farid','Gita'])[1 + n %% 7]",
        last_name=name, since="now() - n * interval '1 minute'",
    )  # fmt: skip
    giver = f"{FIRST} + 1 + n %% {people}"
    _copies(
        Gift, pattern, gifts,
        reference="left(md5('gift' || n), 22)", attempt="NULL", supporter_id=giver, payment="'pi_' || n", bill="''", checkout="''",
        amount="500 + n %% 20000", status="CASE n %% 50 WHEN 0 THEN 'failed' ELSE 'received' END",
        given_on="current_date - n %% 700", created_at="now() - n * interval '30 seconds'",
    )  # fmt: skip
    entry = LedgerEntry.objects.get(pk=made["entry"])
    booked = "now() - n * interval '30 seconds'"
    _copies(LedgerEntry, entry, gifts, key="'copy:' || n", gift_id=f"{FIRST} + n", amount="500 + n %% 20000", booked_at=booked)
    _copies(
        Receipt, Receipt.objects.get(pk=made["receipt"]), gifts // RECEIPTS_IN,
        number="'C-' || n", serial=f"{FIRST} + n", code="left(md5('code' || n), 26)", gift_id=f"{FIRST} + n", issued_at=booked,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    client = Client(HTTP_HOST="localhost")
    client.force_login(make.staff("Finance"), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client, _addresses(Gift.objects.select_related("supporter").get(pk=FIRST + gifts // 3))


def _addresses(gift: Gift) -> dict[str, str]:
    giver: Any = gift.supporter
    lists, people = "/admin/donations/", "/admin/supporters/supporter/"
    lately = timezone.now() - datetime.timedelta(days=3)
    return {
        "gifts": f"{lists}gift/",
        "gifts that failed": f"{lists}gift/?status__exact=failed",
        "gifts of an appeal": f"{lists}gift/?appeal__id__exact={gift.appeal_id}",
        "gifts of a month": f"{lists}gift/?when={lately:%Y-%m}",
        "gifts, page 100": f"{lists}gift/?p=100",
        "ledger": f"{lists}ledgerentry/",
        "receipts": f"{lists}receipt/",
        "supporters": people,
        "first page of the admin": "/admin/",
        "a gift": f"{lists}gift/{gift.pk}/change/",
        "a supporter": f"{people}{giver.pk}/change/",
        "gift by reference": f"{lists}gift/?q={gift.reference}",
        "gift by the provider's name": f"{lists}gift/?q={gift.payment}",
        "gifts by the giver's name": f"{lists}gift/?q={giver.last_name}",
        "supporter by address": f"{people}?q={giver.email}",
        "supporter by last name": f"{people}?q={giver.last_name}",
        "supporter by both names": f"{people}?q={giver.first_name}+{giver.last_name}",
    }


def figures() -> Figures:
    """Build both, open every page in turn on each, and return every figure."""
    medians = scale.medians(pages_of(build), ROUNDS)
    names = (*LISTS, *PAGES, *GIFT_SEARCHES, *SEARCHES)
    return {
        **{f"{name}, of 20,000's": medians[LARGE, name] / medians[SMALL, name] for name in names},
        **{f"{name}, ms": round(medians[LARGE, name] * 1000, 1) for name in names},
    }


if __name__ == "__main__":
    with override_settings(STORAGES={**django.conf.settings.STORAGES, **STATIC}):
        print(json.dumps(figures()))
