"""Contact details: typed as a country writes them, changed on everything of one person, logged without what was written."""

from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from supporters import countries
from supporters.models import ContactChange, Supporter
from tests.pages import html_valid, max_queries
from tests.portal.visiting import signed_in

PAGE = "/portal/contact/"
LONDON = {"country": "GB", "line1": "1 Hope Street", "line2": "", "city": "London", "postcode": "sw1a1aa"}
TYPED = {
    "first_name": "Ada",
    "last_name": "Obi",
    "phone": "",
    "language": "en",
    "country": "",
    "line1": "",
    "line2": "",
    "city": "",
}


@pytest.fixture
def ada(db: None) -> Supporter:
    """Give somebody who supports the charity."""
    return Supporter.objects.create(email="ada@example.org", first_name="Ada", last_name="Obi")


@pytest.fixture
def client(ada: Supporter) -> Client:
    """Give her browser."""
    return signed_in("ada@example.org")


def field_of(response, name: str):
    """Return the input or choice of a name on a page."""
    tree = html_valid(response.content)
    return next(e for e in tree.iter() if e.tag in {"input", "select"} and e.get("name") == name)


def test_details_are_shown_and_changed_and_the_page_speaks_the_language_chosen(client: Client, ada: Supporter):
    with max_queries(7):
        page = client.get(PAGE)
    assert field_of(page, "first_name").get("value") == "Ada"
    changed = {**TYPED, **LONDON, "phone": "+44 20  7946 0000", "language": "es"}
    assert client.post(PAGE, changed)["Location"] == PAGE
    ada.refresh_from_db()
    assert (ada.phone, ada.language) == ("+44 20 7946 0000", "es")
    assert ada.address["lines"] == ["1 Hope Street", "London", "SW1A 1AA"]
    assert client.get(PAGE)["Content-Language"] == "es"


def test_each_changed_field_is_logged_once_and_nothing_of_what_was_written(client: Client, ada: Supporter):
    client.post(PAGE, {**TYPED, **LONDON, "last_name": "Obi-Grey"})
    client.post(PAGE, {**TYPED, **LONDON, "last_name": "Obi-Grey"})  # changes nothing
    rows = ContactChange.objects.order_by("field")
    assert [(row.field, row.supporter_id, row.by_staff) for row in rows] == [
        ("address", ada.pk, False),
        ("last_name", ada.pk, False),
    ]
    assert "Grey" not in str(list(rows.values()))
    assert "by you" in client.get(PAGE).content.decode()


def test_the_log_can_be_neither_changed_nor_emptied_even_past_the_model(client: Client, ada: Supporter):
    client.post(PAGE, {**TYPED, "phone": "020 7946 0000"})
    for act in (lambda: ContactChange.objects.update(field="x"), lambda: ContactChange.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()
    assert ContactChange.objects.get().field == "phone"


def test_the_log_outlives_whom_it_is_about(client: Client, ada: Supporter):
    client.post(PAGE, {**TYPED, "phone": "020 7946 0000"})
    ada.delete()
    assert ContactChange.objects.count() == 1


def test_what_is_joined_is_one_person_and_changes_together(ada: Supporter):
    other = Supporter.objects.create(email="a.obi@example.net", first_name="A.", last_name="Obi")
    signed_in("ada@example.org", "a.obi@example.net").post(PAGE, {**TYPED, "phone": "020 7946 0000"})
    assert set(Supporter.objects.values_list("phone", flat=True)) == {"020 7946 0000"}
    other.refresh_from_db()
    assert other.first_name == "A."  # nobody touched it on the page


def test_a_strangers_details_are_neither_shown_nor_changed(client: Client, ada: Supporter):
    stranger = Supporter.objects.create(email="eve@example.org", first_name="Eve", phone="1234567")
    client.post(PAGE, {**TYPED, "phone": "020 7946 0000", "email": "eve@example.org", "supporter": str(stranger.pk)})
    stranger.refresh_from_db()
    assert stranger.phone == "1234567"
    assert "Eve" not in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({**LONDON, "postcode": "1234"}, "postcode"),
        ({**LONDON, "postcode": ""}, "postcode"),
        ({**LONDON, "city": ""}, "city"),
        ({**LONDON, "line1": ""}, "line1"),
        ({"line1": "1 Hope Street", "city": "London"}, "country"),
        ({**LONDON, "country": "XX"}, "country"),
        ({"country": "US", "line1": "1 Main St", "city": "Austin", "postcode": "78701"}, "region"),
        ({"phone": "call me"}, "phone"),
        ({"phone": "123"}, "phone"),
        ({"phone": "1" * 33}, "phone"),
        ({"first_name": "A" * 61}, "first_name"),
        ({"first_name": "A\x00da"}, "first_name"),
        ({"last_name": "www.example.org"}, "last_name"),
        ({**LONDON, "line2": "<b>"}, "line2"),
        ({"language": "tlh"}, "language"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_kept(client: Client, ada: Supporter, wrong: dict[str, str], field: str):
    response = client.post(PAGE, {**TYPED, **wrong})
    assert response.status_code == 422
    found = field_of(response, field)
    assert found.get("aria-invalid") == "true"
    if found.tag == "input":
        assert found.get("value", "") == wrong.get(field, "").replace("\x00", "\ufffd")
    ada.refresh_from_db()
    assert (ada.first_name, ada.address, ada.phone) == ("Ada", {}, "")


def test_another_country_shows_its_own_form_and_loses_nothing_typed(client: Client, ada: Supporter):
    response = client.post(PAGE, {**TYPED, "country": "US", "line1": "1 Main St", "phone": "call me", "other_country": "1"})
    assert response.status_code == 200
    html_valid(response.content)
    assert "ZIP code" in response.content.decode()
    assert field_of(response, "line1").get("value") == "1 Main St"
    assert field_of(response, "phone").get("value") == "call me"
    response = client.post(PAGE, {**TYPED, "country": "HK", "other_country": "1"})
    assert 'name="postcode"' not in response.content.decode()
    assert Supporter.objects.get(pk=ada.pk).address == {}


def test_moving_to_a_country_without_postcodes_leaves_none_behind(client: Client, ada: Supporter):
    client.post(PAGE, {**TYPED, **LONDON})
    client.post(PAGE, {**TYPED, "country": "HK", "line1": "1 Hope Road", "city": "Wan Chai"})
    ada.refresh_from_db()
    assert ada.address == {
        "country": "HK", "line1": "1 Hope Road", "city": "Wan Chai", "lines": ["1 Hope Road", "Wan Chai", "Hong Kong"],
    }  # fmt: skip


def test_an_address_can_be_taken_away_whole(client: Client, ada: Supporter):
    client.post(PAGE, {**TYPED, **LONDON})
    client.post(PAGE, TYPED)
    ada.refresh_from_db()
    assert ada.address == {}


def test_lines_written_down_by_a_colleague_are_shown_to_be_sorted(client: Client, ada: Supporter):
    Supporter.objects.update(address={"lines": ["1 Hope Street", "London", "SW1A 1AA"]})
    page = client.get(PAGE)
    assert field_of(page, "line1").get("value") == "1 Hope Street"
    assert field_of(page, "line2").get("value") == "London, SW1A 1AA"
    assert "Please choose the country" in page.content.decode()
    assert "No postal address" not in page.content.decode()


def test_whoever_changes_something_else_need_not_sort_those_lines(client: Client, ada: Supporter):
    lines = {"lines": ["1 Hope Street", "London", "SW1A 1AA"]}
    Supporter.objects.update(address=lines)
    shown = {"line1": "1 Hope Street", "line2": "London, SW1A 1AA"}
    assert client.post(PAGE, {**TYPED, **shown, "phone": "020 7946 0000"}).status_code == 302
    ada.refresh_from_db()
    assert (ada.phone, ada.address) == ("020 7946 0000", lines)
    assert client.post(PAGE, {**TYPED, **shown, "line2": "London"}).status_code == 422  # the address itself is touched
    ada.refresh_from_db()
    assert ada.address == lines


@pytest.mark.parametrize(
    ("country", "typed", "written"),
    [
        ("GB", "sw1a1aa", "SW1A 1AA"), ("GB", "m1  1ae", "M1 1AE"), ("GB", "gir0aa", "GIR 0AA"), ("US", "78701", "78701"),
        ("US", "787012345", "78701-2345"), ("US", "78701-2345", "78701-2345"), ("CA", "k1a0b1", "K1A 0B1"),
        ("AU", "2000", "2000"), ("NZ", "6011", "6011"), ("NL", "1234ab", "1234 AB"), ("PL", "00950", "00-950"),
        ("IN", "110001", "110 001"), ("BR", "01310100", "01310-100"), ("IE", "d02af30", "D02 AF30"), ("ZW", " a 1 ", "a 1"),
    ],
)  # fmt: skip
def test_postcodes_are_written_as_their_country_writes_them(country: str, typed: str, written: str):
    assert countries.form_of(country).tidy(typed) == written


@pytest.mark.parametrize(
    ("country", "typed"), [("GB", "12345"), ("US", "1234"), ("CA", "D1A 0B1"), ("DE", "1234"), ("NL", "0123 AB"), ("DE", "١٢٣٤٥")]
)
def test_what_is_no_postcode_of_a_country_is_refused(country: str, typed: str):
    with pytest.raises(ValueError, match="no postcode"):
        countries.form_of(country).tidy(typed)


@pytest.mark.parametrize(
    ("country", "parts", "lines"),
    [
        ("US", {"line1": "1 Main St", "city": "Austin", "region": "TX", "postcode": "78701"},
         ["1 Main St", "Austin, TX 78701", "United States of America"]),
        ("DE", {"line1": "Hauptstr. 1", "city": "Berlin", "postcode": "10115"}, ["Hauptstr. 1", "10115 Berlin", "Germany"]),
        ("NZ", {"line1": "1 Hope St", "city": "Wellington", "postcode": "6011"}, ["1 Hope St", "Wellington 6011", "New Zealand"]),
        ("IN", {"line1": "1 MG Road", "city": "Chennai", "region": "Tamil Nadu", "postcode": "600 001"},
         ["1 MG Road", "Chennai 600 001", "Tamil Nadu", "India"]),
    ],
)  # fmt: skip
def test_labels_are_written_as_their_country_writes_them(country: str, parts: dict[str, str], lines: list[str]):
    assert countries.label(country, parts) == lines


def test_every_country_in_the_table_has_a_form_that_holds_together():
    for country, form in countries.FORMS.items():
        assert country in dict(countries.countries)
        named = "".join(form.last)
        assert ("{region}" in named) >= bool(form.region), country
        assert ("{postcode}" in named) >= form.postcode_needed, country
        assert bool(form.region) >= form.region_needed, country


def test_what_people_type_here_stands_in_no_log(client: Client, caplog: pytest.LogCaptureFixture, tmp_path: Path):
    with caplog.at_level("DEBUG"):
        client.post(PAGE, {**TYPED, **LONDON, "last_name": "Canary"})
        client.post(PAGE, {**TYPED, **LONDON, "last_name": "Canary", "phone": "canary"})
    said = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert not [line for line in said if "canary" in line.casefold()]
