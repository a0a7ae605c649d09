"""Take down what may no longer be shown: by staff, by the person, or because a consent ended (safeguarding rules 1 and 4)."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from public_pages.models import Edition
from safeguarding import gate
from safeguarding.models import (
    Cause,
    Channel,
    Consent,
    Contributor,
    CopyElsewhere,
    ManifestLine,
    Material,
    StoryPreview,
    StoryReview,
    Takedown,
)
from stories import manifest, publishing, purging, search
from stories.addresses import watch_address
from stories.models import Chapter, Collection, Story, StoryRevision
from stories.models.clips import ClipHost
from stories.models.stories import Status
from stories.snapshots import blocks_in_order

CHECKED_FOR = datetime.timedelta(days=1)
CHECKED_EVERY = datetime.timedelta(seconds=2)


# --- one story ----------------------------------------------------------------------------------------
@transaction.atomic
def take_down(story: Story, cause: str, by: Any = None, reason: str = "") -> Takedown:
    """Withdraw a published story and put on record all that must be gone with it; the rounds prove that it is.

    One transaction: from its end on, every process answers 410 for the page, its pictures and clips. Raises
    NotPublishable for a story that is not published.
    """
    story = Story.objects.select_related("live_revision").get(pk=story.pk)
    revision = story.live_revision
    publishing.withdraw(story)
    assert revision is not None  # a published story has one: the database says so
    StoryPreview.objects.filter(story_id=story.pk, closed_at=None).update(closed_at=timezone.now())
    record = Takedown.objects.create(
        story_id=story.pk, title=revision.content["title"], cause=cause, by=str(by or ""), reason=reason[:300]
    )
    found = list(manifest.lines(story, revision))
    for line in found:
        line.takedown = record
    ManifestLine.objects.bulk_create(found, batch_size=200)
    purging.ask_for(record, (manifest.absolute(line) for line in found))
    CopyElsewhere.objects.bulk_create([CopyElsewhere(takedown=record, **copy) for copy in _copies(revision)])
    return record


def _copies(revision: StoryRevision) -> list[dict[str, str]]:
    """Return what somebody has to see to, because no machine of ours can."""
    channels = revision.content["channels"]
    asked = {
        Channel.SOCIAL: _("Delete the posts that share the story, on every network we post to."),
        Channel.EMAIL: _("Take it out of e-mails that are still to be sent."),
        Channel.PRINT: _("Stop printing; say where printed copies lie and have them recycled."),
        Channel.ASK: _("Take it out of appeals, letters and fundraising pages."),
        Channel.FEED: _("Ask partners who take over our feed to delete it."),
    }
    todo = [{"channel": str(channel), "what": str(what)} for channel, what in asked.items() if channel in channels]
    for clip in revision.clips.exclude(host=ClipHost.OWN):
        address = watch_address(clip.as_data())
        todo.append({"channel": Channel.WEB, "what": _("Delete the clip at its host: %(address)s") % {"address": address}})
    for shown in manifest.shared_with_others(revision):
        what = _("“%(title)s” is still shown by another story: see whether it may stay.") % {"title": shown}
        todo.append({"channel": Channel.WEB, "what": what[:240]})
    todo.append({"channel": Channel.WEB, "what": _("Ask search engines and web archives to drop the address.")})
    return todo


def check_due(most: int = 5) -> int:
    """Ask for the addresses of takedowns that are not proved yet; return how many are proved now."""
    now = timezone.now()
    waiting = Takedown.objects.filter(gone_at=None, begun_at__gt=now - CHECKED_FOR)
    waiting = waiting.filter(Q(checked_at=None) | Q(checked_at__lt=now - CHECKED_EVERY))
    return sum(manifest.check(record) for record in waiting.order_by("checked_at")[:most])


# --- one person ---------------------------------------------------------------------------------------
def stories_of(contributor: Contributor) -> list[Story]:
    """Return every story of the person that is public or will be by the clock.

    Both the working copy and the snapshot readers see count: the person may have been taken out of one of them.
    """
    theirs = (
        Q(story_contributors__contributor=contributor)
        | Q(live_revision__pictures__contributors=contributor)
        | Q(live_revision__clips__contributors=contributor)
        | Q(live_revision__content__people__has_key=contributor.reference)
    )
    ids = Story.objects.filter(theirs, status=Status.PUBLISHED).values("pk")
    return list(Story.objects.filter(pk__in=ids).select_related("lead", "live_revision"))


def live_uses(story: Story) -> set[gate.Use]:
    """Return every use of a person that readers of the story can see, or that the next publishing would make."""
    uses = publishing.uses_of(story, blocks_in_order(story))
    revision = story.live_revision
    if revision is None:
        return uses
    channels = {Channel.WEB.value, *revision.content["channels"]}
    named = revision.content.get("people", {})
    people = {
        (person, material) for person in Contributor.objects.filter(reference__in=named) for material in named[person.reference]
    }
    people |= {(person, Material.PICTURE.value) for picture in revision.pictures.all() for person in picture.contributors.all()}
    people |= {(person, Material.CLIP.value) for clip in revision.clips.all() for person in clip.contributors.all()}
    return uses | {gate.Use(person, material, channel) for person, material in people for channel in channels}


def relying_on(consent: Consent) -> list[Story]:
    """Return the public stories that nothing else would cover if this consent ended now."""
    others = Consent.objects.live(gate.charity_today()).filter(contributor=consent.contributor_id).exclude(pk=consent.pk)
    return [story for story in stories_of(consent.contributor) if not _covered(live_uses(story), consent.contributor, others)]


def _covered(uses: Iterable[gate.Use], contributor: Contributor, consents: Iterable[Consent]) -> bool:
    consents = list(consents)
    return all(
        any(consent.covers(use.material, use.channel) for consent in consents) for use in uses if use.contributor == contributor
    )


@transaction.atomic
def withdraw_consent(consent: Consent, reason: str, by: Any = None, cause: str = Cause.CONSENT) -> list[Story]:
    """End a consent now and take down every story that relied on it; return those stories.

    Stories that another consent still covers stay, until that one ends. Collections let go of pictures and clips
    that may no longer be shown. All in one transaction: nothing stays up because a step failed half-way.
    """
    consent = Consent.objects.select_for_update().select_related("contributor").get(pk=consent.pk)
    if consent.withdrawn_at is None:
        consent.withdraw(reason)
    taken_down = judge_anew(consent.contributor, cause, by)
    _clear_collections(consent.contributor)
    Edition.advance()
    return taken_down


@transaction.atomic
def judge_anew(contributor: Contributor, cause: str = Cause.CONSENT, by: Any = None) -> list[Story]:
    """Take down the person's stories that the gate refuses now, and let the others end when it says; return those that went.

    Call when anything the gate asks about the person has changed: a consent, their support, the risk, a sign-off.
    """
    gone = []
    for story in stories_of(contributor):
        verdict = gate.judge(live_uses(story), reviewed_on=reviewed_on(story))
        if any(refusal.contributor == contributor for refusal in verdict.refusals):
            take_down(story, cause, by)
            gone.append(story)
        else:
            _end_with(story, verdict)
    return gone


def take_down_all(contributor: Contributor, cause: str, by: Any = None, reason: str = "") -> list[Takedown]:
    """Take down every story of a person, whatever was agreed."""
    return [take_down(story, cause, by, reason) for story in stories_of(contributor)]


def _end_with(story: Story, verdict: gate.Verdict) -> None:
    """Let the story end when the gate or its editor says, whichever is sooner."""
    ends = [gate.start_of_day(verdict.ends_on)] if verdict.ends_on else []
    until = min([*ends, *filter(None, [story.expire_at])], default=None)
    if until != story.live_until and story.live_revision is not None:
        Story.objects.filter(pk=story.pk).update(live_until=until)
        story.live_until = until
        search.put(story, story.live_revision)
        Edition.advance()


def _clear_collections(contributor: Contributor) -> None:
    def may(material: str) -> bool:
        return not gate.judge([gate.Use(contributor, material, Channel.WEB)]).refusals

    if not may(Material.PICTURE):
        Collection.objects.filter(lead__contributors=contributor).update(lead=None)
        Chapter.objects.filter(clip__poster__contributors=contributor).update(clip=None)
    if not may(Material.CLIP):
        Chapter.objects.filter(clip__contributors=contributor).update(clip=None)


# --- looked at again (rule 14) ------------------------------------------------------------------------
def reviewed_on(story: Story) -> datetime.date:
    """Return the day somebody last looked at what readers see: reviewed it again, or put it live."""
    last = StoryReview.objects.filter(story_id=story.pk).values_list("at", flat=True).first()
    revision = story.live_revision
    live = (getattr(revision, "published_at", None) or revision.created_at) if revision else timezone.now()
    return timezone.localdate(max(filter(None, [last, live])), timezone=gate.charity_zone())


@transaction.atomic
def review(story: Story, by: Any, note: str = "") -> list[gate.Refusal]:
    """Put on record that somebody looked at a live story again, and let it stay for another year if the gate agrees.

    Returns the gate's refusals; with any, nothing is changed.
    """
    verdict = gate.judge(live_uses(story))
    if verdict.refusals:
        return list(verdict.refusals)
    StoryReview.objects.create(story_id=story.pk, by=by, note=note[:300])
    _end_with(story, verdict)
    return []
