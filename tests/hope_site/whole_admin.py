"""Every door of the admin: its addresses as Django knows them, one row of each kind, and which rights open it.

Which right that is comes from Django's own rule for lists and forms (view, add, change, delete of the table), and for
pages of our own from DOORS. An address that neither covers is an error: whoever adds a page says here who may.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from donations import gift_aid, gift_aid_claims
from donations.calendar import today
from donations.models import CharityDetails, Gift, GuardSwitch
from donations.statements import issuing
from donations.tax_years import tax_year
from safeguarding import evidence, vault
from safeguarding.models import Cause, Look
from stories import reviewing, takedown
from tests import factories as make
from tests import giving
from tests.donations import desk
from updates.models import Digest, DigestStory, DoNotMail, ListImport, Report

STAFF = frozenset({"works here"})  # instead of a right
NOBODY = frozenset({"nobody"})  # no method of that kind
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\n"


def any_of(*rights: str) -> frozenset[str]:
    """Return rights of which each is enough."""
    return frozenset(rights)


# --- pages of our own: name of the address -> (who may open it, who may post to it) --------------------
_WRITES = any_of("stories.add_story", "stories.change_story")
_READS = any_of("stories.view_story", "stories.change_story")
_COMMENTS = any_of("stories.add_reviewcomment")
_VAULT = any_of("safeguarding.view_vaultentry")
_CLAIM = any_of("donations.add_giftaidclaim")
_ACCOUNTS = any_of("supporters.change_account")

DOORS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "index": (STAFF, STAFF),
    "password_change": (STAFF, STAFF),
    "password_change_done": (STAFF, STAFF),
    "jsi18n": (STAFF, STAFF),
    "view_on_site": (STAFF, STAFF),
    "auth_user_password_change": (_ACCOUNTS, _ACCOUNTS),
    "stories_story_autosave": (NOBODY, _WRITES),
    "stories_story_discard": (NOBODY, _WRITES),
    "stories_story_preview": (NOBODY, _WRITES),
    "stories_story_paste": (NOBODY, _WRITES),
    "stories_story_token": (STAFF, STAFF),
    "stories_story_step": (
        NOBODY, any_of("stories.change_story", "stories.publish_story", "safeguarding.change_consent"),
    ),
    "stories_story_panel": (_READS, _READS),
    "stories_story_comment": (NOBODY, _COMMENTS),
    "stories_story_settle": (NOBODY, _COMMENTS),
    "stories_story_versions": (_READS, _READS),
    "stories_story_compare": (_READS, _READS),
    "stories_story_version": (_READS, _READS),
    "stories_story_restore": (NOBODY, any_of("stories.change_story")),
    "stories_story_translations": (_READS, any_of("stories.add_story")),
    "stories_story_export_csv": (any_of("stories.export_story"), NOBODY),
    "stories_story_export_json": (any_of("stories.export_story"), NOBODY),
    **{
        name: door
        for model in ("picture", "clip")
        for name, door in {
            f"stories_{model}_take": (NOBODY, any_of(f"stories.add_{model}")),
            f"stories_{model}_words": (NOBODY, any_of(f"stories.change_{model}")),
            f"stories_{model}_state": (any_of(f"stories.view_{model}"), NOBODY),
            f"stories_{model}_replace": (any_of(f"stories.change_{model}"), any_of(f"stories.change_{model}")),
        }.items()
    },
    "stories_clip_embed": (NOBODY, any_of("stories.add_clip")),
    "withdraw_consent": (any_of("safeguarding.change_consent"), any_of("safeguarding.change_consent")),
    "safeguarding_desk": (any_of("safeguarding.see_desk"), any_of("safeguarding.add_storyreview")),
    "safeguarding_previews": (any_of("safeguarding.view_storypreview"), any_of("safeguarding.add_storypreview")),
    "safeguarding_take_down": (any_of("safeguarding.take_down"), any_of("safeguarding.take_down")),
    "safeguarding_erase": (any_of("safeguarding.add_erasure"), any_of("safeguarding.add_erasure")),
    "safeguarding_vault": (_VAULT, _VAULT),
    "safeguarding_evidence": (any_of("safeguarding.view_evidence"), any_of("safeguarding.view_evidence")),
    "donations_appeal_choices": (
        any_of("donations.add_appeal", "donations.change_appeal"), any_of("donations.add_appeal", "donations.change_appeal"),
    ),
    "donations_guardswitch_changelist": (any_of("donations.view_guardswitch"), any_of("donations.change_guardswitch")),
    "donations_reconciliationrun_changelist": (any_of("donations.view_reconciliationrun"), any_of("donations.add_ledgerentry")),
    "donations_notice_replay": (NOBODY, any_of("donations.change_providernotice")),
    "donations_receipt_pdf": (any_of("donations.view_receipt"), any_of("donations.view_receipt")),
    "donations_receipt_resend": (NOBODY, any_of("letters.add_letter")),
    "donations_statement_pdf": (any_of("donations.view_statement"), any_of("donations.view_statement")),
    "donations_giftaidclaim_make": (_CLAIM, _CLAIM),
    "donations_giftaidclaim_schedule": (_CLAIM, _CLAIM),
    "donations_refund_decide": (any_of("donations.change_refundrequest"), any_of("donations.change_refundrequest")),
    "donations_gift_export": (any_of("donations.export_gift"), any_of("donations.export_gift")),
    "donations_gift_refund": (any_of("donations.add_refundrequest"), any_of("donations.add_refundrequest")),
    "donations_pledge_act": (any_of("donations.change_pledge"), any_of("donations.change_pledge")),
    "updates_digest_send": (any_of("updates.view_digest"), any_of("updates.send_digest", "updates.change_digest")),
    "updates_digest_preview": (any_of("updates.view_digest"), any_of("updates.view_digest")),
    "updates_readers_export": (any_of("updates.export_readers"), any_of("updates.export_readers")),
    "updates_listimport_bad": (any_of("updates.add_listimport"), any_of("updates.add_listimport")),
}  # fmt: skip
# Answered to everybody, or to every member of staff by a redirection that says nothing: proven in other tests.
APART = {"login", "logout", "autocomplete", "app_list", None}
_RULES = {"changelist": ("view", "view"), "history": ("view", "view"), "add": ("add", "add"), "change": ("view", "change")}


@dataclass(frozen=True)
class Door:
    """One address of one row, and which rights open it: each of `look` for GET, each of `act` for POST."""

    name: str
    path: str
    look: frozenset[str]
    act: frozenset[str]


def rights_of(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return who may open and who may post to the page of a name; raises KeyError for one that nobody has named here."""
    if name in DOORS:
        return DOORS[name]
    for model in admin.site._registry:
        app, table = model._meta.app_label, model._meta.model_name
        prefix = f"{app}_{table}_"
        if name.startswith(prefix) and (rule := name.removeprefix(prefix)) in (*_RULES, "delete"):
            look, act = _RULES.get(rule, ("delete", "delete"))
            sees = any_of(f"{app}.{look}_{table}", *([f"{app}.change_{table}"] if look == "view" else []))
            # A list takes posts from whoever may see it: each of its actions asks for its own right (see forged.py).
            return sees, any_of(f"{app}.{act}_{table}") if act != "view" else sees
    raise KeyError(f"{name}: say in DOORS who may open it and who may post to it")


def patterns() -> Iterator[tuple[str, str | None]]:
    """Yield the pattern and the name of every address below /admin/."""

    def walk(resolver: URLResolver, before: str) -> Iterator[tuple[str, str | None]]:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern, before + str(pattern.pattern))
            elif isinstance(pattern, URLPattern) and before.startswith("/admin/"):
                yield before + str(pattern.pattern), pattern.name

    return walk(get_resolver(), "/")


def doors(rows: dict[str, Any]) -> list[Door]:
    """Return every door but those APART, each with a row behind it."""
    return [Door(name, _filled(pattern, name, rows), *rights_of(name)) for pattern, name in patterns() if name not in APART]


def _filled(pattern: str, name: str, rows: dict[str, Any]) -> str:
    """Return an address with the row of its table in every place that asks for a number."""
    table = next((model._meta.label_lower for model in admin.site._registry if _belongs(name, model)), "")
    special = rows["special"].get(name, {})
    path = ""
    for part in pattern.split("<"):
        inside, closed, rest = part.partition(">")
        if not closed:
            path += part
            continue
        word = inside.rpartition(":")[2]
        path += str(special[word] if word in special else rows[table]) + rest
    return path


def _belongs(name: str, model: Any) -> bool:
    return name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_")


# --- one row of each -----------------------------------------------------------------------------------
def one_of_each() -> dict[str, Any]:
    """Make a row of every table in the admin; return their numbers by table, and what single addresses need besides."""
    writer = make.staff("Editor")
    person = make.contributor("Asha")
    vault.put(person, vault.Private(name="Meenakshi Sundaram", phones=("+91 98400 00000",)))
    proof = evidence.add(person.consents.get(), PDF, writer)
    story = make.published_story(
        "The train", people=[person], channels=["web", "email"], place=make.place(), themes=[make.theme()]
    )
    review = reviewing.ask(story, writer)
    said = reviewing.comment(review, writer, "Is this so?")
    record = takedown.take_down(make.published_story("Gone"), Cause.STAFF, writer)
    digest = Digest.objects.create(subject="News", introduction="Dear friends.")
    DigestStory.objects.create(digest=digest, story=story)
    money = _money()
    account = make.account(name="Somebody")
    rows: dict[str, Any] = {
        "stories.story": story.pk,
        "stories.picture": make.picture().pk,
        "stories.clip": make.clip().pk,
        "stories.collection": make.collection([story]).pk,
        "stories.place": story.place_id,
        "stories.theme": make.theme("Unused").pk,
        "safeguarding.contributor": person.pk,
        "safeguarding.look": Look.objects.create(what="vault", about=person.reference, by="x", why="Asked").pk,
        "safeguarding.takedown": record.pk,
        "updates.digest": digest.pk,
        "updates.listimport": ListImport.objects.create(
            name="l.csv", source="fair", words="Yes", state="done", bad=[[1, "x"]]
        ).pk,
        "updates.donotmail": DoNotMail.objects.create(email="gone@example.org", why="bounced").pk,
        "updates.report": Report.objects.create(key="r", kind="bounced", email="gone@example.org").pk,
        "auth.group": Group.objects.create(name="Helpers").pk,
        "supporters.account": account.pk,
        "account.emailaddress": EmailAddress.objects.create(user=account, email=account.email, verified=True).pk,
        "mfa.authenticator": Authenticator.objects.create(user=account, type="totp", data={"secret": "x"}).pk,
        "django_tasks_database.dbtaskresult": _task(),
        **money,
    }
    rows["special"] = {
        "stories_story_settle": {"comment_id": said.pk},
        "stories_story_version": {"number": 1},
        "stories_story_restore": {"number": 1},
        "withdraw_consent": {"consent_id": person.consents.get().pk},
        "safeguarding_evidence": {"reference": proof.reference},
        "auth_user_password_change": {"id": account.pk},
        "donations_notice_replay": {"notice_id": money["donations.providernotice"]},
        "donations_refund_decide": {"refund_id": money["donations.refundrequest"], "how": "refuse"},
        "donations_pledge_act": {"name": "skip"},
        "view_on_site": {"content_type_id": ContentType.objects.get_for_model(type(story)).pk, "object_id": story.pk},
        **{
            name: {"contributor_id": person.pk}
            for name in ("safeguarding_previews", "safeguarding_take_down", "safeguarding_erase", "safeguarding_vault")
        },
    }
    return rows


def _money() -> dict[str, int]:
    """Make a row of each table of giving, a statement and a claim of Gift Aid among them."""
    rows = desk.one_of_each()
    CharityDetails.objects.update(registration="Registered charity 1099126")
    old = giving.pending_gift(2500, details=giving.details(email="old@example.org"))
    giving.enter(giving.paid(old, happened_at=timezone.now() - datetime.timedelta(days=800)))
    old = Gift.objects.select_related("supporter").get(pk=old.pk)
    gift_aid.declare(
        [old.supporter], future=False, past=True, title="Dr", first_name="Ada", last_name="Obi", house="2", address="Hope Street",
        postcode="LS6 2AB",
    )  # fmt: skip
    statement = issuing.issue(old.supporter, tax_year(old.given_on, "GB"))
    GuardSwitch.objects.get_or_create(pk=1)
    claim = gift_aid_claims.make(today(), make.staff("Finance"))
    return {
        "donations.gift": rows["gift"],
        "donations.pledge": rows["pledge"],
        "donations.ledgerentry": rows["entry"],
        "donations.providernotice": rows["notice"],
        "donations.receipt": rows["receipt"],
        "donations.appeal": rows["appeal"],
        "donations.giftaiddeclaration": rows["declaration"],
        "donations.refundrequest": rows["refund"],
        "donations.reconciliationrun": rows["run"],
        "donations.charitydetails": 1,
        "donations.guardswitch": 1,
        "donations.statement": statement.pk,
        "donations.giftaidclaim": claim.pk,
        "supporters.supporter": rows["supporter"],
        "letters.letter": rows["letter"],
    }


def _task() -> Any:
    """Make a task of the worker."""
    tasks = apps.get_model("django_tasks_database", "dbtaskresult").objects
    at = timezone.now()
    made = tasks.create(
        enqueued_at=at, run_after=at, args_kwargs={"args": [], "kwargs": {}}, task_path="stories.tasks.nothing",
        backend_name="default", exception_class_path="", traceback="",
    )  # fmt: skip
    return made.pk
