"""Several addresses of one person: joined and parted by proof, the main one changed from both ends."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from donations import letters as pledge_letters
from letters.models import Letter
from supporters import addresses, people
from supporters.models import Account, Code, Supporter
from tests import factories as make
from tests import giving
from tests.pages import html_valid
from tests.portal.coming_in import come_in, deliver, digits_in
from tests.portal.visiting import account_of, signed_in

ADA, NET = "ada@example.org", "a.obi@example.net"
ADD, CODE, SECURITY = "/portal/security/addresses/add/", "/portal/security/addresses/code/", "/portal/security/"
MAIN, REMOVE, PROVE = "/portal/security/addresses/main/", "/portal/security/addresses/remove/", "/portal/security/prove/"


@pytest.fixture
def both(db: None) -> list[Supporter]:
    """Give one person who is known by two addresses, without our knowing that it is one."""
    return [Supporter.objects.create(email=email, first_name="Ada", last_name="Obi") for email in (ADA, NET)]


def came_in(email: str = ADA) -> Client:
    """Return the browser of somebody who has just signed in by a code."""
    client = Client()
    assert come_in(client, email).status_code == 302
    return client


def joined(client: Client, email: str = NET) -> None:
    """Join an address as its owner does."""
    assert client.post(ADD, {"email": email})["Location"] == CODE
    letter = next(letter for letter in deliver() if letter.to == [email])
    assert client.post(CODE, {"code": digits_in(letter)})["Location"] == SECURITY


def letter_about(supporter: Supporter) -> Letter:
    """Write a letter about a monthly gift of somebody, and return it."""
    pledge = giving.pledge(details=giving.details(email=supporter.email))
    pledge_letters.write("pledge_ended", "x", pledge=pledge)
    return Letter.objects.get(kind="pledge_ended")


def person(email: str = ADA) -> people.Person:
    return people.of(EmailAddress.objects.get(email=email, verified=True).user)


def test_two_addresses_are_joined_by_proving_both_and_the_first_is_told(both: list[Supporter]):
    client = came_in()
    joined(client)
    assert set(person().supporters) == set(both)
    assert [(letter.kind, letter.to) for letter in Letter.objects.filter(kind="address_joined")] == [("address_joined", ADA)]
    shown = client.get(SECURITY).content.decode()
    html_valid(shown)
    assert NET in shown


def test_without_the_code_of_the_other_address_nothing_is_joined(both: list[Supporter]):
    client = came_in()
    client.post(ADD, {"email": NET})
    (letter,) = deliver()
    wrong = f"{(int(digits_in(letter).replace(' ', '')) + 1) % 1_000_000:06}"
    assert client.post(CODE, {"code": wrong}).status_code == 422
    assert list(person().supporters) == both[:1]


def test_the_code_for_joining_joins_only_in_the_browser_that_asked_and_signs_nobody_in(both: list[Supporter]):
    client, other = came_in(), signed_in("eve@example.org")
    client.post(ADD, {"email": NET})
    (letter,) = deliver()
    other.post(ADD, {"email": NET})
    other.post(CODE, {"code": digits_in(letter)})
    assert not EmailAddress.objects.filter(email=NET).exists()
    stranger = Client()
    stranger.post("/portal/sign-in/", {"email": NET})
    assert stranger.post("/portal/sign-in/code/", {"code": digits_in(letter)}).status_code == 422
    session = stranger.session  # a code of one purpose, put where another is asked for
    session["asked"]["sign_in"]["reference"] = Code.objects.get(purpose="join", outcome="written").reference
    session.save()
    assert stranger.post("/portal/sign-in/code/", {"code": digits_in(letter)}).status_code == 422
    assert "_auth_user_id" not in stranger.session


def test_an_address_that_had_an_account_of_its_own_comes_over_and_that_account_ends(both: list[Supporter]):
    elsewhere = came_in(NET)
    client = came_in(ADA)
    joined(client)
    assert elsewhere.get(SECURITY).status_code == 302
    assert Account.objects.get().email == ADA
    assert set(person().supporters) == set(both)
    assert come_in(Client(), NET).status_code == 302  # either address comes in to the same
    assert Account.objects.count() == 1


def test_an_account_with_more_addresses_keeps_the_others(both: list[Supporter]):
    account_of(NET, "third@example.org")
    joined(came_in(ADA))
    left = Account.objects.get(email="third@example.org")
    assert people.addresses(left) == ["third@example.org"]
    assert people.addresses(Account.objects.get(email=ADA)) == [ADA, NET]


def test_the_address_of_a_colleague_cannot_be_joined_by_proof_alone(both: list[Supporter]):
    colleague = make.staff("Editor", email="editor@example.org", password="seven green umbrellas")
    client = came_in()
    joined(client, "editor@example.org")
    assert "A colleague of ours" in client.get(SECURITY).content.decode()
    assert not EmailAddress.objects.filter(email="editor@example.org").exclude(user=colleague).exists()


def test_an_address_that_is_parted_takes_its_gifts_along_and_may_come_in_again(both: list[Supporter]):
    client = came_in()
    joined(client)
    assert client.post(REMOVE, {"email": NET})["Location"] == SECURITY
    assert list(person().supporters) == both[:1]
    assert set(Letter.objects.filter(kind="address_left").values_list("to", flat=True)) == {ADA, NET}
    assert come_in(Client(), NET).status_code == 302
    assert list(person(NET).supporters) == both[1:]


@pytest.mark.parametrize("email", [ADA, "eve@example.org", "", "\x00"])
def test_neither_the_main_address_nor_anybody_elses_can_be_parted(both: list[Supporter], email: str):
    account_of("eve@example.org")
    client = came_in()
    assert client.post(REMOVE, {"email": email}).status_code == 404
    assert EmailAddress.objects.filter(email__in=[ADA, "eve@example.org"]).count() == 2


def test_the_main_address_changes_once_both_ends_are_proven(both: list[Supporter]):
    both[1].delete()
    client = came_in()
    joined(client)
    client.post(MAIN, {"email": NET})
    account = Account.objects.get()
    assert account.email == NET
    assert people.addresses(account) == [NET, ADA]
    assert Supporter.objects.get().email == NET  # known by the new one from now on
    assert set(Letter.objects.filter(kind="main_address").values_list("to", flat=True)) == {ADA, NET}


def test_who_came_in_by_the_other_address_proves_the_old_main_one_first(both: list[Supporter]):
    joined(came_in())
    client = came_in(NET)
    assert client.post(MAIN, {"email": NET})["Location"].startswith(PROVE)
    assert Account.objects.get().email == ADA
    client.post(PROVE, {"send": "1", "next": SECURITY})
    letter = next(letter for letter in deliver() if letter.to == [ADA])
    assert client.post(PROVE, {"code": digits_in(letter)})["Location"] == SECURITY
    client.post(MAIN, {"email": NET})
    assert Account.objects.get().email == NET


def test_two_who_are_known_stay_two_and_both_are_written_to_at_the_main_address(both: list[Supporter]):
    client = came_in()
    joined(client)
    client.post(MAIN, {"email": NET})
    assert {supporter.email for supporter in Supporter.objects.all()} == {ADA, NET}
    assert {supporter.written_to for supporter in Supporter.objects.all()} == {NET}
    assert letter_about(both[0]).to == NET
    assert set(person().supporters) == set(both)


def test_an_address_that_is_parted_is_written_to_again(both: list[Supporter]):
    client = came_in()
    joined(client)
    assert {supporter.written_to for supporter in Supporter.objects.all()} == {ADA}
    client.post(REMOVE, {"email": NET})
    assert {supporter.written_to for supporter in Supporter.objects.all()} == {ADA, NET}
    assert Supporter(email=None).written_to == ""


def test_staff_keep_the_address_they_work_with(db: None):
    account = make.staff("Editor", email="editor@example.org", password="seven green umbrellas")
    account_of("editor@example.org", NET)
    assert not addresses.make_main(account, NET)
    assert Account.objects.get().email == "editor@example.org"


def test_whoever_found_the_browser_open_parts_nothing_without_a_new_proof(both: list[Supporter]):
    client = signed_in(ADA, NET)  # a session that proved nothing lately
    response = client.post(REMOVE, {"email": NET})
    assert response["Location"].startswith(PROVE)
    html_valid(client.get(response["Location"]).content)
    assert EmailAddress.objects.count() == 2


def test_adding_answers_alike_whether_an_address_is_known_or_not(both: list[Supporter]):
    account_of("eve@example.org")
    client = came_in()
    shown = set()
    for email in (NET, "eve@example.org", "nobody@example.org"):
        assert client.post(ADD, {"email": email})["Location"] == CODE
        response = client.get(CODE)
        shown.add(response.content.decode().replace(email, "…").replace(str(response.context["csrf_token"]), "…"))
    assert len(shown) == 1
    assert {letter.to[0] for letter in deliver()} == {NET, "eve@example.org", "nobody@example.org"}


def test_nobody_signed_in_can_have_strangers_written_to_by_the_hundred(both: list[Supporter]):
    client = signed_in(ADA)
    for number in range(25):
        client.post(ADD, {"email": f"n{number}@example.org"})
    assert len(deliver()) == 20
