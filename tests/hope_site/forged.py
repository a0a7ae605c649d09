"""Posts that somebody may forge: to every form of the admin what a browser would send, and every step and action by name."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, encode_multipart
from django.utils import timezone

from stories.admin.steps import STEPS
from tests import factories as make
from tests.hope_site.whole_admin import Door, any_of
from tests.staff import values_of
from updates.admin.steps import STEPS as MAILING

# What a page of our own is sent; other pages get their own form filled in.
BODIES: dict[str, dict[str, Any]] = {
    "stories_story_autosave": {"title": "Forged"},
    "stories_story_comment": {"words": "Forged"},
    "stories_picture_words": {"title": "Forged", "alt": "Forged", "origin": "own"},
    "stories_clip_words": {"title": "Forged"},
    "stories_clip_embed": {"address": "https://youtu.be/aqz-KE-bpKQ", "title": "Forged", "minutes": "1", "seconds": "0"},
    "safeguarding_erase": {"sure": "Asha"},
    "safeguarding_vault": {"reason": "I would like to know", "name": "Forged", "save": "1"},
    "safeguarding_evidence": {"reason": "I would like to know"},
    "donations_guardswitch_changelist": {"mode": "always", "reason": "Forged"},
    "donations_reconciliationrun_changelist": {"kind": "gift", "id": "x"},
    "donations_refund_decide": {"reason": "Forged"},
    "donations_gift_refund": {"amount": "1", "reason": "Forged"},
    "donations_giftaidclaim_make": {"until": "2026-01-01"},
    "auth_user_password_change": {"password1": "seven green umbrellas", "password2": "seven green umbrellas"},
    "safeguarding_takedown_change": {"done": "1"},
}
# Which right an action of a list asks for; Django's own asks for that of deleting, any other for that of changing.
ACTIONS = {
    "ask_selected": any_of("stories.change_story"),
    "tag_selected": any_of("stories.change_story"),
    "publish_selected": any_of("stories.publish_story"),
    "unpublish_selected": any_of("stories.publish_story"),
    "withdraw_selected": any_of("stories.publish_story", "safeguarding.change_consent"),
    "replay_selected": any_of("donations.change_providernotice"),
}


@dataclass(frozen=True)
class Forged:
    """One post as it goes over the wire, and the rights of which each lets it through."""

    path: str
    body: bytes
    rights: frozenset[str]
    to_a_list: bool = False


def _forged(path: str, fields: dict[str, Any], rights: frozenset[str]) -> Forged:
    told = {name: "" if value is None else value for name, value in fields.items()}
    return Forged(path, encode_multipart(BOUNDARY, told), rights, to_a_list="action" in fields)


def posts(doors: list[Door], rows: dict[str, Any], boss: Client) -> list[Forged]:
    """Return a post for every page, and one for every step and action. `boss` fills in the forms."""
    named = {"story": str(rows["stories.story"]), "by": str(rows["stories.picture"])}
    at = f"{timezone.now() + datetime.timedelta(days=30):%Y-%m-%dT%H:%M}"
    found = [_forged(door.path, named | _body(door, boss), door.act) for door in doors]
    found += [_forged(door.path, _upload(), door.act) for door in doors if door.name == "stories_picture_take"]
    for door in doors:
        if door.name == "stories_story_step":
            found += [_forged(door.path, {"_step": name}, frozenset(step.permissions)) for name, step in STEPS.items()]
        if door.name == "updates_digest_send":
            found += [_forged(door.path, {"step": name, "at": at}, any_of(step.permission)) for name, step in MAILING.items()]
        if door.name.endswith("_changelist"):
            found += _actions(door, rows)
    return found


def _actions(door: Door, rows: dict[str, Any]) -> list[Forged]:
    model = next(m for m in admin.site._registry if door.name == f"{m._meta.app_label}_{m._meta.model_name}_changelist")
    named = {
        "delete_selected",
        *(name if isinstance(name, str) else name.__name__ for name in admin.site._registry[model].actions or ()),
    }
    delete, change = (any_of(f"{model._meta.app_label}.{verb}_{model._meta.model_name}") for verb in ("delete", "change"))
    number = str(rows[model._meta.label_lower])
    theme = {"_tag": "1", "give": str(rows["stories.theme"])}
    return [
        _forged(
            door.path,
            {"action": name, ACTION_CHECKBOX_NAME: number, "post": "yes", "index": "0", **theme},
            delete if name == "delete_selected" else ACTIONS.get(name, change),
        )
        for name in sorted(named)
    ]


def _body(door: Door, boss: Client) -> dict[str, Any]:
    if door.name in BODIES:
        return BODIES[door.name]
    if door.name.endswith("_delete"):
        return {"post": "yes"}
    if door.name.endswith(("_change", "_add")):
        page = boss.get(door.path)
        values = values_of(page) if "adminform" in (getattr(page, "context_data", None) or ()) else {}
        words = {name for name, value in values.items() if isinstance(value, str) and value and name in _SAID}
        return values | {"reason": "Forged"} | dict.fromkeys(words, "Forged")
    return {"reason": "Forged", "_step": "withdraw", "_words": "Forged"}


_SAID = {"title", "name", "subject", "public_name", "first_name", "reason"}


def _upload() -> dict[str, Any]:
    return {"upload": SimpleUploadedFile("forged.jpg", make.image_bytes(), "image/jpeg")}


def typed() -> list[tuple[dict[str, str], frozenset[str]]]:
    """Return every field that is chosen by typing, as it asks for its choices, and the rights of which each lets it see them."""
    found = []
    for model, desk in admin.site._registry.items():
        fields = [(model, name) for name in desk.autocomplete_fields]
        for inline in desk.inlines:
            fields += [(inline.model, name) for name in inline.autocomplete_fields]
        for source, name in fields:
            meta = source._meta
            seen = meta.get_field(name).remote_field.model._meta
            asked = {"term": "a", "app_label": meta.app_label, "model_name": str(meta.model_name), "field_name": name}
            rights = any_of(*(f"{seen.app_label}.{verb}_{seen.model_name}" for verb in ("view", "change")))
            found.append((asked, rights))
    return found
