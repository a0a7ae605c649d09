"""Protected names are found however they are spelt, quickly, and without the vault being read through (rule 5)."""

import random
import time

import pytest
from cryptography.fernet import Fernet

from safeguarding import names, vault
from safeguarding.models import Contributor, VaultEntry, VaultMark
from tests import factories as make
from tests.pages import max_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya():
    person = make.contributor("Asha")
    vault.put(
        person,
        vault.Private(
            name="Priya Ramachandran",
            aliases=("Munni", "Mohamed Al-Farouk"),
            phones=("+91 98403 12345",),
            address="14 Temple Street\nKanchipuram",
        ),
    )
    return person


@pytest.mark.parametrize(
    "written",
    [
        "Priya Ramachandran", "PRIYA RAMACHANDRAN", "Príya Rāmachandran", "Ramachandran, Priya", "Ramachandran Priya",
        "Priya Ramchandran", "Pria Ramachandran", "Priya Ramachandra", "Priyá Ramachhandran", "Priya Rama Chandran",
        "Priya Rama-Chandran", "PriyaRamachandran", "Priya R. Ramachandran", "priya-ramachandran-2.jpg", "priya_ramachandran",
        "प्रिया ராமச்சந்திரன்", "Munni", "Muhammad al Faruk", "محمد الفاروق", "Мохамед Аль-Фарук", "Mohamed\u00a0Al‑Farouk",
        "Priya\u200b Ramachandran", "+91 98403 12345", "098403-12345", "(98403) 12345", "919840312345", "14, Temple Street",
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_written(priya, written):
    found = names.hits({"the text": f"Then came {written} to the door."})
    assert found, written
    assert {hit.contributor_id for hit in found} == {priya.pk}


@pytest.mark.parametrize(
    "harmless",
    [
        "Priya came to the door.",  # a first name alone is many people's, unless the story is hers
        "Ramachandran Street and its temple",
        "The streets of the temple city, 14 of them",
        "She paid 98403 rupees, then 12 more.",
        "A munnificent gift of many people",
        "Mohamed went home. Farida stayed.",
        "",
    ],
)
def test_what_is_no_name_of_anybody_is_let_through(priya, harmless):
    assert names.hits({"the text": harmless}) == []


def test_of_the_people_in_the_story_a_single_word_counts_but_not_the_one_they_are_published_by(priya):
    assert [hit.found for hit in names.hits({"t": "Priya came with Asha."}, [priya])] == ["Priya"]
    vault.put(priya, vault.Private(name="Asha Ramachandran"))
    assert names.hits({"t": "Asha laughed."}, [priya]) == []
    assert names.hits({"t": "Asha Ramachandran laughed."}, [priya])


def test_every_text_is_searched_and_the_find_says_where(priya):
    found = names.hits({"the title": "A long way", "the alternative text": "Portrait of Priya Ramachandran at home"})
    assert [(hit.field, hit.found, hit.before, hit.after) for hit in found] == [
        ("the alternative text", "Priya Ramachandran", "Portrait of ", " at home")
    ]
    assert "[Priya Ramachandran]" in found[0].sentence(may_know=True)
    assert "Priya" not in found[0].sentence(may_know=False)


def test_somebody_who_wants_to_be_told_by_their_own_name_is_no_hit_but_their_phone_is(priya):
    vault.put(priya, vault.Private(name="Priya Ramachandran", phones=("+91 98403 12345",), name_may_be_published=True))
    assert names.hits({"t": "Priya Ramachandran laughed."}, [priya]) == []
    assert names.hits({"t": "Call 98403 12345."})


def test_the_marks_say_nothing_without_the_key(priya, settings):
    kept = {bytes(digest) for digest in VaultMark.objects.values_list("digest", flat=True)}
    assert kept and not any(b"riya" in digest for digest in kept)
    settings.VAULT_KEYS = [Fernet.generate_key().decode()]
    assert names.hits({"t": "Priya Ramachandran"}) == []


GIVEN = "Maria Fatima Lakshmi Mohamed Sunita Rosa Carmen Ahmed Srey Sokha Ana Ravi Deepa Kamala Juan Luis Amina Grace Hope Joy".split()
SYLLABLES = "ra ma chan dra ku mar sin gh pa tel lo pez gar cia go mez hus sein kha lid ne ang sok he di ba nu so to".split()


def vault_of(many: int) -> None:
    pick = random.Random(7)
    people = Contributor.objects.bulk_create([Contributor(public_name=f"P{number}") for number in range(many)])
    private = [
        vault.Private(name=f"{pick.choice(GIVEN)} {''.join(pick.choice(SYLLABLES) for _ in range(3)).title()}") for _ in people
    ]
    entries = VaultEntry.objects.bulk_create(
        [
            VaultEntry(contributor=person, sealed=vault.sealed(held), key_mark=vault.key_marks()[0])
            for person, held in zip(people, private, strict=True)
        ]
    )
    marks = [mark for entry, held in zip(entries, private, strict=True) for mark in names.marks(entry, held)]
    VaultMark.objects.bulk_create(marks, batch_size=1000)


@pytest.mark.drill
def test_a_long_story_is_searched_within_a_second_and_with_few_questions(priya, drill_size):
    vault_of(drill_size(60, 10_000))
    pick = random.Random(3)
    vocabulary = [*GIVEN, *("".join(pick.choice(SYLLABLES) for _ in range(pick.randint(1, 4))) for _ in range(1500))]
    text = " ".join(pick.choice(vocabulary) for _ in range(3000)) + ". Ramachandran, Priya said so."
    began = time.perf_counter()
    with max_queries(60):
        found = names.hits({"the text": text})
    took = time.perf_counter() - began
    assert priya.pk in {hit.contributor_id for hit in found}
    print(f"3,000 words against the vault: {took:.2f} s, {len(found)} hits")
