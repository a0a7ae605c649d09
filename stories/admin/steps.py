"""The steps of publishing as buttons and list actions; each calls one verb of stories.publishing."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from safeguarding import gate
from stories import publishing
from stories.models import Story
from stories.models.stories import Status
from stories.snapshots import blocks_in_order


@dataclass(frozen=True)
class Step:
    """One button: its words, what it does, from which statuses, and what one must be allowed."""

    label: Any
    take: Callable[[Story, Any], Any]
    statuses: frozenset[str]
    permissions: tuple[str, ...] = ("stories.publish_story",)
    weight: str = "quiet"

    def allowed(self, user: Any) -> bool:
        """Return whether the person may take this step; any one of the permissions will do."""
        return any(user.has_perm(permission) for permission in self.permissions)


def schedule(story: Story, by: Any) -> None:
    """Publish for a time ahead; refuses without one."""
    if story.publish_at is None or story.publish_at <= timezone.now():
        raise publishing.NotPublishable([_("Set “publish at” to a time ahead, then schedule.")])
    publishing.publish(story, by)


STEPS = {
    "publish": Step(gettext_lazy("Publish"), publishing.publish, frozenset({Status.DRAFT, Status.PUBLISHED}), weight="strong"),
    "schedule": Step(gettext_lazy("Schedule"), schedule, frozenset({Status.DRAFT, Status.PUBLISHED})),
    "unpublish": Step(
        gettext_lazy("Take back to draft"), lambda story, by: publishing.unpublish(story),
        frozenset({Status.PUBLISHED, Status.WITHDRAWN}),
    ),
    # Stopping a story must never wait for an editor: whoever looks after consents may do it too (rule 4).
    "withdraw": Step(
        gettext_lazy("Withdraw"), lambda story, by: publishing.withdraw(story), frozenset({Status.PUBLISHED}),
        ("stories.publish_story", "safeguarding.change_consent"), "danger",
    ),
}  # fmt: skip


def state_of(story: Story) -> str:
    """Return where the story stands by the clock: draft, scheduled, published, expired or withdrawn."""
    if story.status != Status.PUBLISHED:
        return str(story.status)
    if story.is_public():
        return "published"
    return "scheduled" if story.publish_at and story.publish_at > timezone.now() else "expired"


STATE_LABELS = {
    "draft": gettext_lazy("draft"),
    "scheduled": gettext_lazy("scheduled"),
    "published": gettext_lazy("published"),
    "expired": gettext_lazy("expired"),
    "withdrawn": gettext_lazy("withdrawn"),
}


def steps_for(story: Story, user: Any) -> list[tuple[str, Step]]:
    """Return the steps this person may take with the story as it stands."""
    return [(name, step) for name, step in STEPS.items() if story.status in step.statuses and step.allowed(user)]


def outcome(story: Story) -> str:
    """Return a sentence that says what readers see now."""
    match state_of(story):
        case "published":
            return format_html(
                _('“{}” is public at <a href="{}">{}</a>.'), story, story.get_absolute_url(), story.get_absolute_url()
            )
        case "scheduled":
            return _("“%(story)s” goes out on %(time)s.") % {
                "story": story,
                "time": localize(timezone.localtime(story.publish_at)),
            }
        case "expired":
            return _("“%(story)s” has reached its end and is not shown.") % {"story": story}
        case "withdrawn":
            return _("“%(story)s” is withdrawn: its address says that it is gone.") % {"story": story}
    return _("“%(story)s” is a draft: readers do not see it.") % {"story": story}


class PublishingSteps(admin.ModelAdmin):
    """Publishing on the change form and in the list of stories."""

    actions = ("publish_selected", "unpublish_selected", "withdraw_selected")

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
            seen = localize(timezone.localtime(obj.live_revision.created_at))
            messages.info(
                request, _("Readers still see the version of %(time)s; publish to put these changes live.") % {"time": seen}
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
            step.take(story, request.user)
        except publishing.NotPublishable as refused:
            self._say_why_not(request, story, refused)
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
            context |= {"state": state_of(story), "state_label": STATE_LABELS[state_of(story)], "seen": self.live_since(story)}
        context["steps"] = steps_for(story, request.user)
        return super().render_change_form(request, context, *args, **kwargs)

    def live_since(self, story: Story) -> Any:
        """Return when the snapshot that readers see was taken, or None."""
        return story.live_revision.created_at if story.live_revision_id and story.live_revision else None

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Return whether the person may publish."""
        return STEPS["publish"].allowed(request.user)

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        """Return whether the person may take stories down."""
        return STEPS["withdraw"].allowed(request.user)

    @admin.action(description=gettext_lazy("Publish the chosen stories"), permissions=["publish"])
    def publish_selected(self, request: HttpRequest, stories: Any) -> None:
        """Publish each chosen story, or say why not."""
        self._take_with_each(request, stories, "publish")

    @admin.action(description=gettext_lazy("Take the chosen stories back to draft"), permissions=["publish"])
    def unpublish_selected(self, request: HttpRequest, stories: Any) -> None:
        """Take each chosen story back to draft."""
        self._take_with_each(request, stories, "unpublish")

    @admin.action(description=gettext_lazy("Withdraw the chosen stories"), permissions=["withdraw"])
    def withdraw_selected(self, request: HttpRequest, stories: Any) -> None:
        """Withdraw each chosen story."""
        self._take_with_each(request, stories, "withdraw")

    def _take_with_each(self, request: HttpRequest, stories: Any, name: str) -> None:
        done = sum(self.take(request, story, name) for story in stories)
        left = len(stories) - done
        if left:
            messages.warning(
                request, ngettext("%(left)d story stays as it was.", "%(left)d stories stay as they were.", left) % {"left": left}
            )
