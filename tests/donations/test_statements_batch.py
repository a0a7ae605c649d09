"""The batch of a year: every supporter once, on again after a kill, with figures."""

import datetime
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from donations.calendar import today
from donations.models import CharityDetails, Gift, LedgerEntry, Statement, StatementSeries
from donations.statements import batch
from donations.tax_years import TaxYear, tax_year
from supporters.models import Supporter
from tests import giving

ROOT = Path(__file__).resolve().parents[2]


def past_year() -> TaxYear:
    """The British tax year before this one: processes of their own have no other clock."""
    this = tax_year(today(), "GB")
    return tax_year(this.start - datetime.timedelta(days=1), "GB")


def crowd(count: int, year: TaxYear, gifts_each: int = 1, **fields) -> None:
    """Make so many supporters who gave £25 in a year, once or more, by few statements."""
    names = {"first_name": "Ada", "last_name": "Obi", "address": {"lines": ["1 Hope Street", "Leeds LS6 2AB"]}}
    people = Supporter.objects.bulk_create(
        [Supporter(email=f"many{number}@example.org", **{**names, **fields}) for number in range(count)], batch_size=500
    )
    gifts = Gift.objects.bulk_create(
        [
            Gift(**giving.gift_fields(supporter=person, given_on=year.start, status="received", payment=f"p{person.pk}-{number}"))
            for person in people
            for number in range(gifts_each)
        ],
        batch_size=500,
    )
    lines = [
        LedgerEntry(
            kind="gift", amount=2500, currency="GBP", day=year.start, key=f"sandbox:gift:{gift.payment}", provider="sandbox",
            gift=gift, reason="a test",
        )
        for gift in gifts
    ]  # fmt: skip
    LedgerEntry.objects.bulk_create(lines, batch_size=500)


def command(year: TaxYear, **options) -> str:
    out = io.StringIO()
    call_command("statements", year=year.start.year, stdout=out, stderr=out, **options)
    return out.getvalue()


@pytest.fixture(autouse=True)
def _british(db, settings):
    settings.TAX_JURISDICTION = "GB"


def test_everybody_gets_one_and_a_second_run_makes_none(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "GROUP", 4)
    year = past_year()
    crowd(10, year)
    Supporter.objects.filter(email="many3@example.org").update(first_name="", last_name="")
    Supporter.objects.filter(email="many4@example.org").update(first_name="王")
    said = command(year, to=tmp_path / "out")
    assert f"{year.name}: 9 made, 0 kept, 1 refused, 0 with nothing left, 8 printed" in said
    assert "1 lack donor.name" in said and "cannot be printed: no font here can show U+738B (in donor.name)" in said
    assert "100%: 10 of 10" in said
    files = sorted((tmp_path / "out").iterdir())
    assert len(files) == 8 and all(file.read_bytes().startswith(b"%PDF") for file in files)
    files[0].unlink()
    assert "0 made, 9 kept, 1 refused, 0 with nothing left, 1 printed" in command(year, to=tmp_path / "out")
    assert Statement.objects.count() == 9


def test_a_year_that_is_not_over_a_year_that_never_was_and_missing_details_are_refused():
    this = tax_year(today(), "GB")
    with pytest.raises(CommandError, match="ends on"):
        command(this)
    with pytest.raises(CommandError, match="No tax year"):
        call_command("statements", year=10**9)
    CharityDetails.objects.update(registration="")
    with pytest.raises(CommandError, match=r"lack charity\.registration"):
        command(past_year())


def test_how_many_questions_it_asks_does_not_grow_with_the_people_of_a_group(django_assert_max_num_queries):
    year = past_year()
    crowd(30, year)
    with django_assert_max_num_queries(24):
        assert batch.run(year).made == 30


@pytest.mark.django_db(transaction=True)
@pytest.mark.drill
def test_a_run_that_is_killed_is_ended_by_the_next_without_gap_or_double(tmp_path, settings, drill_size):
    kills, year = drill_size(2, 10), past_year()
    crowd(drill_size(120, 1500), year)
    where = settings.DATABASES["default"]["NAME"]
    program = (
        "import django; django.setup(); from django.db import connection; from django.core.management import call_command; import sys;"
        "connection.settings_dict['NAME'] = sys.argv[1]; call_command('statements', year=int(sys.argv[2]), to=__import__('pathlib').Path(sys.argv[3]))"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "TAX_JURISDICTION": "GB"}
    arguments = [sys.executable, "-u", "-c", program, str(where), str(year.start.year), str(tmp_path)]
    for _ in range(kills):
        with subprocess.Popen(arguments, cwd=ROOT, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as run:
            assert run.stderr and b"%" in run.stderr.readline()  # it is at work
            run.send_signal(signal.SIGKILL)
    said = command(year, to=tmp_path)
    made = Statement.objects.count()
    assert made == Supporter.objects.count() == StatementSeries.objects.get().last, said
    assert sorted(Statement.objects.values_list("serial", flat=True)) == list(range(1, made + 1))
    assert len(list(tmp_path.glob("*.pdf"))) == made
