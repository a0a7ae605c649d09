"""Take down what may no longer be shown when a person changes their mind (safeguarding rules 1 and 4)."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q

from public_pages.models import Edition
from safeguarding import gate
from safeguarding.models import Channel, Consent, Contributor, Material
from stories import publishing
from stories.models import Chapter, Collection, Story
from stories.models.stories import Status
from stories.snapshots import blocks_in_order


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
def withdraw_consent(consent: Consent, reason: str, by: Any = None) -> list[Story]:
    """End a consent now and take down every story that relied on it; return those stories.

    Stories that another consent still covers stay, until that one ends. Collections let go of pictures and clips
    that may no longer be shown. All in one transaction: nothing stays up because a step failed half-way.
    """
    consent = Consent.objects.select_for_update().select_related("contributor").get(pk=consent.pk)
    if consent.withdrawn_at is None:
        consent.withdraw(reason)
    taken_down = []
    for story in stories_of(consent.contributor):
        verdict = gate.judge(live_uses(story))
        if any(refusal.contributor == consent.contributor for refusal in verdict.refusals):
            publishing.withdraw(story)
            taken_down.append(story)
        else:
            _end_with(story, verdict)
    _clear_collections(consent.contributor)
    Edition.advance()
    return taken_down


def _end_with(story: Story, verdict: gate.Verdict) -> None:
    """Let the story end when the first of the consents that are left does, if that is sooner."""
    ends: list[datetime.datetime] = [gate.start_of_day(verdict.ends_on)] if verdict.ends_on else []
    ends += [end for end in (story.live_until,) if end]
    Story.objects.filter(pk=story.pk).update(live_until=min(ends, default=None))


def _clear_collections(contributor: Contributor) -> None:
    def may(material: str) -> bool:
        return not gate.judge([gate.Use(contributor, material, Channel.WEB)]).refusals

    if not may(Material.PICTURE):
        Collection.objects.filter(lead__contributors=contributor).update(lead=None)
        Chapter.objects.filter(clip__poster__contributors=contributor).update(clip=None)
    if not may(Material.CLIP):
        Chapter.objects.filter(clip__contributors=contributor).update(clip=None)
