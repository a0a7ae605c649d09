"""The staff's groups and what each may do: the one list, brought into the database after every migration.

A charity may make further groups; what it changes in these is set back, so that the list here stays true.
Permissions are named by app and code, since supporters know no other app.
"""

from typing import Any

from django.apps import apps as present_apps
from django.contrib.auth.management import create_permissions

_ALL = ("add", "change", "delete", "view")
_KEEP = ("add", "change", "view")
_LOOK = ("view",)
_BLOCKS = ("textblock", "pictureblock", "clipblock", "quoteblock", "linkblock", "asideblock")
_LIBRARY = ("story", *_BLOCKS, "storycontributor", "picture", "clip", "captions", "chapter")
_SHELVES = ("collection", "place", "theme")


def _may(app: str, actions: tuple[str, ...], *models: str) -> set[str]:
    return {f"{app}.{action}_{model}" for model in models for action in actions}


_SEE_STORIES = _may("stories", _LOOK, *_LIBRARY, *_SHELVES) | {"safeguarding.view_contributor"}

# Asking for a refund is add_refundrequest, deciding about one change_refundrequest; a gift is added by hand alone.
_FUNDRAISING = (
    _may("supporters", ("change", "view"), "supporter")
    | _may("supporters", _LOOK, "supporterconsent")
    | _may("donations", ("add", "view"), "gift", "refundrequest")
    | _may("donations", ("change", "view"), "pledge", "guardswitch")
    | _may("donations", _LOOK, "pledgeevent", "dedication")
    | _may("donations", _ALL, "appeal", "appealtranslation", "suggestedamount")
    | {"donations.export_gift"}
)
# change_providernotice is the right to replay one, add_ledgerentry to adopt a line of the provider's book, add_letter to send
# a receipt again: what is in these tables is edited by nobody.
_FINANCE = (
    _FUNDRAISING
    | _may("donations", _LOOK, "giftaiddeclaration", "ledgerentry", "providernotice", "receipt", "reconciliationrun")
    | _may("donations", _LOOK, "statement", "giftaidclaim")
    | _may("donations", ("change", "view"), "charitydetails")
    | {
        "donations.add_giftaidclaim", "donations.add_ledgerentry", "donations.change_providernotice", "donations.change_refundrequest", "letters.add_letter",
        "letters.view_letter",
    }
)  # fmt: skip

GROUPS: dict[str, set[str]] = {
    # What was public once can be deleted by nobody; the admin sees to that (stories.admin).
    # Editors ask for reviews and restore what was (change_story); only who publishes approves, and never their own words.
    "Editor": (
        _may("stories", _ALL, *_LIBRARY)
        | _may("stories", _KEEP, *_SHELVES)
        | {"safeguarding.view_contributor", "stories.add_reviewcomment", "stories.export_story"}
    ),
    "Reviewer": _SEE_STORIES | {"stories.publish_story", "stories.add_reviewcomment", "stories.export_story"},
    # change_consent is the right to withdraw one and to stop its stories: a consent itself is never edited.
    "Safeguarding lead": _SEE_STORIES | {"stories.add_reviewcomment"} | _may("safeguarding", _KEEP, "contributor", "consent"),
    "Fundraising": _FUNDRAISING,
    "Finance": _FINANCE,
}
# The vault, evidence and the log of looks are the lead's alone; a takedown must wait for nobody (safeguarding rules 4 and 12).
GROUPS["Safeguarding lead"] |= (
    _may("safeguarding", _KEEP, "vaultentry")
    | _may("safeguarding", ("add", "view"), "evidence", "decision", "storypreview", "storyreview", "erasure")
    | _may("safeguarding", ("change", "view"), "takedown")
    | _may("safeguarding", _LOOK, "look", "purge")
    | {"safeguarding.take_down", "safeguarding.see_desk"}
)
GROUPS["Reviewer"] |= _may("safeguarding", ("add", "view"), "storypreview") | {
    "safeguarding.take_down",
    "safeguarding.view_takedown",
}
# Editors compose digests and try them on themselves; Fundraising sends them, keeps the list of readers, and lets mail
# reach an address again (delete_donotmail).
GROUPS["Editor"] |= _may("updates", _KEEP, "digest", "digeststory") | {"updates.delete_digeststory"}
GROUPS["Fundraising"] |= (
    _may("updates", _LOOK, "digest", "digeststory", "donotmail", "report")
    | _may("updates", ("add", "view"), "listimport")
    | {"updates.send_digest", "updates.export_readers", "updates.delete_donotmail"}
)


def make(using: str = "default", apps: Any = present_apps, **kwargs: Any) -> None:
    """Make the groups and give each exactly its permissions. Runs after every migration (see apps.py).

    On a fresh database the permissions of later apps do not exist yet: they are made here first.
    """
    try:
        groups = apps.get_model("auth", "Group").objects.using(using)
        permissions = apps.get_model("auth", "Permission").objects.using(using)
    except LookupError:
        return  # a migration back to before groups
    for label in sorted({name.split(".")[0] for names in GROUPS.values() for name in names}):
        create_permissions(present_apps.get_app_config(label), verbosity=0, using=using, apps=apps)
    known = {f"{p.content_type.app_label}.{p.codename}": p for p in permissions.select_related("content_type")}
    for name, wanted in GROUPS.items():
        group, _made = groups.get_or_create(name=name)
        group.permissions.set([known[permission] for permission in wanted if permission in known])
