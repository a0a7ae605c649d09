"""What each group of the staff may open and do (quality.md, attack 23: role x address x method)."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.test import Client

from safeguarding.models import Consent
from stories.models import Story
from supporters import groups
from tests import factories as make
from tests.staff import signed_in

VISITOR, DONOR = "nobody signed in", "a donor"
ROLES = [VISITOR, DONOR, *groups.GROUPS]
STORY_STAFF = {"Editor", "Reviewer", "Safeguarding lead"}
EDITOR, LEAD = {"Editor"}, {"Safeguarding lead"}
NOBODY: set[str] = set()

# address -> who may open it. {story}, {picture}, …: the number of one there is.
PAGES = {
    "/admin/": set(groups.GROUPS),
    "/admin/stories/story/": STORY_STAFF,
    "/admin/stories/story/{story}/change/": STORY_STAFF,
    "/admin/stories/story/{story}/history/": STORY_STAFF,
    "/admin/stories/story/add/": EDITOR,
    "/admin/stories/story/{draft}/delete/": EDITOR,
    "/admin/stories/story/{story}/delete/": NOBODY,
    "/admin/stories/picture/": STORY_STAFF,
    "/admin/stories/picture/{picture}/change/": STORY_STAFF,
    "/admin/stories/picture/add/": EDITOR,
    "/admin/stories/clip/": STORY_STAFF,
    "/admin/stories/clip/{clip}/change/": STORY_STAFF,
    "/admin/stories/clip/add/": EDITOR,
    "/admin/stories/collection/": STORY_STAFF,
    "/admin/stories/collection/{collection}/change/": STORY_STAFF,
    "/admin/stories/collection/add/": EDITOR,
    "/admin/stories/collection/{collection}/delete/": NOBODY,
    "/admin/stories/place/": STORY_STAFF,
    "/admin/stories/place/add/": EDITOR,
    "/admin/stories/theme/": STORY_STAFF,
    "/admin/stories/theme/add/": EDITOR,
    "/admin/safeguarding/contributor/": STORY_STAFF,
    "/admin/safeguarding/contributor/{contributor}/change/": STORY_STAFF,
    "/admin/safeguarding/contributor/add/": LEAD,
    "/admin/safeguarding/contributor/{contributor}/delete/": NOBODY,
    "/admin/safeguarding/contributor/consents/{consent}/withdraw/": LEAD,
    "/admin/supporters/account/": NOBODY,
    "/admin/supporters/account/add/": NOBODY,
    "/admin/supporters/account/{account}/change/": NOBODY,
    "/admin/auth/group/": NOBODY,
    "/admin/mfa/authenticator/": NOBODY,
    "/admin/account/emailaddress/": NOBODY,
}


def browser_of(role: str) -> Client:
    """Return the browser of somebody in a role."""
    if role == VISITOR:
        return Client()
    return signed_in(make.account() if role == DONOR else make.staff(role))


@pytest.fixture
def numbers(db: None) -> dict[str, int]:
    """Give the numbers of one of each."""
    person = make.contributor("Asha")
    story = make.published_story(people=[person])
    return {
        "story": story.pk,
        "draft": make.story().pk,
        "approved": make.approved(make.story()).pk,
        "picture": make.picture().pk,
        "clip": make.clip().pk,
        "collection": make.collection([story]).pk,
        "contributor": person.pk,
        "consent": person.consents.get().pk,
        "account": make.account().pk,
    }


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_exactly_its_pages(numbers: dict[str, int], role: str):
    client = browser_of(role)
    opened = {page for page in PAGES if client.get(page.format(**numbers)).status_code == 200}
    assert opened == {page for page, roles in PAGES.items() if role in roles}


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_may_not_open_is_refused_or_asks_to_sign_in(numbers: dict[str, int], role: str):
    client = browser_of(role)
    for page, roles in PAGES.items():
        if role not in roles:
            status = client.get(page.format(**numbers)).status_code
            assert status == (302 if role in {VISITOR, DONOR} else 403), page


@pytest.mark.parametrize("role", [role for role in ROLES if role != "Editor"])
@pytest.mark.parametrize(
    "page", ["story/{story}/change/", "story/add/", "picture/{picture}/change/", "clip/add/", "collection/{collection}/change/"]
)
def test_only_editors_change_anything_by_posting(numbers: dict[str, int], role: str, page: str):
    before = list(Story.objects.values())
    status = browser_of(role).post(f"/admin/stories/{page}".format(**numbers), {"title": "Changed"}).status_code
    assert status == (302 if role in {VISITOR, DONOR} else 403)
    assert list(Story.objects.values()) == before


@pytest.mark.parametrize("role", ROLES)
def test_only_reviewers_publish_and_only_they_and_the_safeguarding_lead_withdraw(numbers: dict[str, int], role: str):
    client = browser_of(role)
    client.post(f"/admin/stories/story/{numbers['draft']}/step/", {"_step": "publish"})
    assert not Story.objects.get(pk=numbers["draft"]).is_public()  # nobody publishes what nobody approved
    client.post(f"/admin/stories/story/{numbers['approved']}/step/", {"_step": "publish"})
    assert Story.objects.get(pk=numbers["approved"]).is_public() == (role == "Reviewer")
    client.post(f"/admin/stories/story/{numbers['story']}/step/", {"_step": "withdraw"})
    assert Story.objects.get(pk=numbers["story"]).is_public() == (role not in {"Reviewer", "Safeguarding lead"})


@pytest.mark.parametrize("role", ROLES)
def test_only_the_safeguarding_lead_ends_a_consent(numbers: dict[str, int], role: str):
    browser_of(role).post(f"/admin/safeguarding/contributor/consents/{numbers['consent']}/withdraw/", {"reason": ""})
    assert (Consent.objects.get(pk=numbers["consent"]).withdrawn_at is not None) == (role == "Safeguarding lead")


@pytest.mark.parametrize("role", ROLES)
def test_list_actions_are_offered_only_to_those_who_may_take_them(numbers: dict[str, int], role: str):
    values = {"action": "withdraw_selected", "_selected_action": [numbers["story"]]}
    browser_of(role).post("/admin/stories/story/", values)
    assert Story.objects.get(pk=numbers["story"]).is_public() == (role not in {"Reviewer", "Safeguarding lead"})


@pytest.mark.parametrize("role", ["Editor", "Reviewer"])
def test_editors_and_reviewers_see_published_names_but_neither_notes_nor_consents(numbers: dict[str, int], role: str):
    person = make.contributor("Jakelin", note="lives with her aunt")
    person.consents.update(note="given on paper")
    page = f"/admin/safeguarding/contributor/{person.pk}/change/"
    shown = browser_of(role).get(page).content.decode()
    assert "Jakelin" in shown
    assert "aunt" not in shown
    assert "paper" not in shown
    assert str(person.consents.get().ends_on.year) not in shown.split('id="content-main"')[1].split("<footer")[0]
    assert "aunt" in browser_of("Safeguarding lead").get(page).content.decode()  # the control


def test_whoever_may_not_see_contributors_cannot_look_them_up_by_typing(numbers: dict[str, int]):
    typed = {"term": "Asha", "app_label": "stories", "model_name": "storycontributor", "field_name": "contributor"}
    assert browser_of("Editor").get("/admin/autocomplete/", typed).json()["results"]
    assert browser_of("Finance").get("/admin/autocomplete/", typed).status_code == 403
    assert browser_of(DONOR).get("/admin/autocomplete/", typed).status_code == 302


def test_the_groups_hold_exactly_what_the_list_says(db: None):
    assert set(Group.objects.values_list("name", flat=True)) == set(groups.GROUPS)
    for name, wanted in groups.GROUPS.items():
        held = Group.objects.get(name=name).permissions.select_related("content_type")
        assert {f"{p.content_type.app_label}.{p.codename}" for p in held} == wanted


def test_the_groups_are_made_even_when_no_permission_exists_yet(db: None):
    Group.objects.all().delete()
    Permission.objects.all().delete()
    groups.make(apps=apps)
    assert Group.objects.get(name="Editor").permissions.count() == len(groups.GROUPS["Editor"])


def test_a_right_given_to_a_group_by_hand_is_taken_back_after_the_next_migration(db: None):
    finance = Group.objects.get(name="Finance")
    finance.permissions.add(Permission.objects.get(codename="publish_story"))
    groups.make()
    assert not finance.permissions.filter(codename="publish_story").exists()
