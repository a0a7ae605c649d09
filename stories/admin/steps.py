"""The steps of publishing as buttons; each calls one verb of stories.reviewing or stories.publishing."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safeguarding import gate
from safeguarding.models import Cause
from stories import publishing, reviewing, takedown, timing
from stories.models import Story
from stories.models.stories import Stage, State
from stories.snapshots import blocks_in_order

WRITE, DECIDE = ("stories.change_story",), ("stories.publish_story",)
# Stopping a story must never wait for an editor: whoever looks after consents may do it too (rule 4).
STOP = ("stories.publish_story", "safeguarding.change_consent")


@dataclass(frozen=True)
class Extra:
    """What goes with a step beside the story: words for the writers or the history, and a time."""

    words: str = ""
    at: datetime.datetime | None = None


@dataclass(frozen=True)
class Step:
    """One button: its words, its move, what it does, and what one must be allowed (any one of these)."""

    label: Any
    move: str
    take: Callable[[Story, Any, Extra], Any]
    permissions: tuple[str, ...]
    weight: str = "quiet"
    stages: frozenset[str] = frozenset(Stage.values)  # narrower than its move's

    def allowed(self, user: Any) -> bool:
        """Return whether the person may take this step."""
        return any(user.has_perm(permission) for permission in self.permissions)

    def fits(self, story: Story) -> bool:
        """Return whether the step leads on from where the story stands."""
        move = publishing.MOVES[self.move]
        return story.status in move.statuses and story.stage in move.stages & self.stages


_READY = frozenset({Stage.APPROVED})
STEPS = {
    "ask": Step(
        gettext_lazy("Ask for review"), "ask", lambda story, by, extra: reviewing.ask(story, by, extra.words), WRITE, "strong"
    ),
    "recall": Step(gettext_lazy("Take back from review"), "recall", lambda story, by, extra: reviewing.recall(story), WRITE),
    "approve": Step(gettext_lazy("Approve"), "approve", lambda story, by, extra: reviewing.approve(story, by), DECIDE, "strong"),
    "return": Step(
        gettext_lazy("Ask for changes"), "return", lambda story, by, extra: reviewing.give_back(story, by, extra.words), DECIDE
    ),
    "publish": Step(
        gettext_lazy("Publish"), "publish", lambda story, by, extra: reviewing.publish(story, by), DECIDE, "strong", _READY
    ),
    "schedule": Step(
        gettext_lazy("Schedule"), "publish", lambda story, by, extra: reviewing.schedule(story, by, extra.at), DECIDE
    ),
    "unpublish": Step(
        gettext_lazy("Take back to draft"), "unpublish", lambda story, by, extra: publishing.unpublish(story), DECIDE
    ),
    "withdraw": Step(
        gettext_lazy("Withdraw"), "withdraw",
        lambda story, by, extra: takedown.take_down(story, Cause.STAFF, by, extra.words), STOP, "danger",
    ),
}  # fmt: skip


def _leads_on(name: str, story: Story, user: Any) -> bool:
    """Return whether a step that fits is of use to this person now: nobody is offered what would be refused anyway."""
    if name == "approve":
        review = reviewing.held(story)
        return review is not None and not reviewing.wrote(review, story, user)
    if name == "schedule":
        state = story.state()
        return state == State.SCHEDULED or (story.stage == Stage.APPROVED and state != State.PUBLISHED)
    return True


def steps_for(story: Story, user: Any) -> list[tuple[str, Step]]:
    """Return the steps this person may take with the story as it stands."""
    return [
        (name, step) for name, step in STEPS.items() if step.fits(story) and step.allowed(user) and _leads_on(name, story, user)
    ]


def outcome(story: Story) -> str:
    """Return a sentence that says what readers see now, and whose turn it is."""
    address = story.get_absolute_url()
    if story.stage == Stage.IN_REVIEW:
        return _("“%(story)s” waits for a second person to review it.") % {"story": story}
    if story.stage == Stage.APPROVED:
        return _("“%(story)s” is approved: it can be published as it stands.") % {"story": story}
    match story.state():
        case State.PUBLISHED:
            return format_html(_('“{}” is public at <a href="{}">{}</a>.'), story, address, address)
        case State.SCHEDULED:
            return format_html(_("“{}” goes out on {}."), story, timing.shown(story.publish_at))
        case State.EXPIRED:
            return _("“%(story)s” has reached its end and is not shown.") % {"story": story}
        case State.WITHDRAWN:
            return _("“%(story)s” is withdrawn: its address says that it is gone.") % {"story": story}
    return _("“%(story)s” is a draft: readers do not see it.") % {"story": story}


class PublishingSteps(admin.ModelAdmin):
    """The steps on the change form."""

    def get_urls(self) -> list[URLPattern]:
        """Add the address that takes a step with a story as it was last saved."""
        step = path("<path:object_id>/step/", self.admin_site.admin_view(self.step_view), name="stories_story_step")
        return [step, *super().get_urls()]

    def step_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take one step and return to the story. For people who may publish but not edit."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        story = self.get_object(request, object_id)
        if story is None or not self.has_view_permission(request, story):
            raise PermissionDenied
        self.take(request, story, request.POST.get("_step", ""))
        return HttpResponseRedirect(reverse("admin:stories_story_change", args=[story.pk]))

    def response_add(self, request: HttpRequest, obj: Story, post_url_continue: Any = None) -> HttpResponse:
        """Take the step whose button saved the new story."""
        if "_step" in request.POST:
            return self._step_after_saving(request, obj)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Story) -> HttpResponse:
        """Take the step whose button saved the story, or say what readers still see."""
        if "_step" in request.POST:
            return self._step_after_saving(request, obj)
        if obj.live_revision_id and obj.live_revision:
            seen = timing.in_words(obj.live_revision.published_at or obj.live_revision.created_at)
            messages.info(
                request,
                _("Readers still see the version of %(time)s; they see these changes once they are reviewed and published.")
                % {"time": seen},
            )
        return super().response_change(request, obj)

    def _step_after_saving(self, request: HttpRequest, story: Story) -> HttpResponse:
        self.take(request, story, request.POST["_step"])
        return HttpResponseRedirect(reverse("admin:stories_story_change", args=[story.pk]))

    def take(self, request: HttpRequest, story: Story, name: str) -> bool:
        """Take a step; say what came of it, or every reason why not. Raises PermissionDenied."""
        step = STEPS.get(name)
        if step is None or not step.allowed(request.user):
            raise PermissionDenied
        try:
            step.take(story, request.user, _extra(request))
        except publishing.NotPublishable as refused:
            self._say_why_not(request, story, refused)
            return False
        except ValidationError as wrong:
            messages.error(request, " ".join(wrong.messages))
            return False
        story.refresh_from_db()
        self.log_change(request, story, str(step.label))
        messages.success(request, outcome(story))
        return True

    def _say_why_not(self, request: HttpRequest, story: Story, refused: publishing.NotPublishable) -> None:
        verdict = gate.judge(publishing.uses_of(story, blocks_in_order(story)))
        mend_at = {str(refusal): refusal.mend_at for refusal in verdict.refusals}
        if not request.user.has_perm("safeguarding.view_contributor"):
            mend_at = {}
        for reason in refused.reasons:
            mend = format_html('<a href="{}">{}</a>', mend_at[reason], _("See their consents")) if reason in mend_at else ""
            messages.error(request, format_html("“{}”: {} {}", story, reason, mend))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Add the story's state and steps to the page."""
        story = kwargs.get("obj") or Story()
        if not kwargs.get("add"):
            state = story.state()
            context |= {"state": state.value, "state_label": publishing.where(story), "seen": self.live_since(story)}
        saves = self.has_change_permission(request, story) if story.pk else self.has_add_permission(request)
        context |= {"steps": steps_for(story, request.user), "saves": saves}
        context["steps_form"] = "story_form" if saves else "story-steps"
        goes_live = timing.CharityTimeInput(_("Goes live %s."), {"id": "id_at", "form": context["steps_form"]})
        context |= {"charity_zone": timing.zone_name(), "at_input": goes_live.render("_at", None)}
        return super().render_change_form(request, context, *args, **kwargs)

    def live_since(self, story: Story) -> Any:
        """Return when the snapshot that readers see was put live, or None."""
        live = story.live_revision if story.live_revision_id else None
        return (live.published_at or live.created_at) if live else None

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Return whether the person may publish."""
        return STEPS["publish"].allowed(request.user)

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        """Return whether the person may take stories down."""
        return STEPS["withdraw"].allowed(request.user)


def _extra(request: HttpRequest) -> Extra:
    """Return what was typed beside the button; raises ValidationError for a time that cannot be."""
    words = request.POST.get("_words", "").replace("\x00", "")[:2000]
    return Extra(words=words, at=timing.typed(request.POST.get("_at", "")))
