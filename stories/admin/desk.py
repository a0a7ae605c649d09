"""Safeguarding's pages that know the stories: the desk, private links, taking everything of a person down, erasing."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safeguarding.gate import charity_today
from safeguarding.models import Cause, Contributor, Look, Purge, Takedown
from safeguarding.reminders import ending_consents, ending_sign_offs
from stories import erasing, previews, takedown, watching
from stories.models import Story

LOOKS_SHOWN = 10
LINKS_SHOWN = 50


class TakeDownForm(forms.Form):
    """Why everything goes. It may stay empty: nobody owes a reason."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, required=False, widget=forms.TextInput(attrs={"class": "vTextField"})
    )


class EraseForm(forms.Form):
    """Make sure that it is meant."""

    sure = forms.CharField(label=gettext_lazy("Type the published name to go on"), max_length=120)

    def __init__(self, person: Contributor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_sure(self) -> str:
        """Refuse anything but the name as it is published."""
        typed: str = self.cleaned_data["sure"]
        if typed.strip() != self.person.public_name:
            raise forms.ValidationError(_("That is not their published name."))
        return typed


def urls() -> list[URLPattern]:
    """Return the addresses below /admin/safeguarding/contributor/."""
    wrap = admin.site.admin_view
    return [
        path("desk/", wrap(desk), name="safeguarding_desk"),
        path("<int:contributor_id>/previews/", wrap(links), name="safeguarding_previews"),
        path("<int:contributor_id>/take-down/", wrap(take_down), name="safeguarding_take_down"),
        path("<int:contributor_id>/erase/", wrap(erase), name="safeguarding_erase"),
    ]


def desk(request: HttpRequest) -> HttpResponse:
    """Show all that the safeguarding lead has to see to."""
    _need(request, "safeguarding.see_desk")
    may_review = request.user.has_perm("safeguarding.add_storyreview")
    if request.method == "POST":
        if not may_review:
            raise PermissionDenied
        return _reviewed(request)
    today = charity_today()
    unfinished = Takedown.objects.annotate(open_copies=Count("copies", filter=Q(copies__done_at=None)))
    context = {
        "title": _("Safeguarding desk"),
        "today": today,
        "consents": ending_consents(today),
        "sign_offs": ending_sign_offs(today),
        "reviews": watching.due_reviews(today),
        "takedowns": unfinished.filter(Q(gone_at=None) | Q(open_copies__gt=0)).order_by("-begun_at")[:LINKS_SHOWN],
        "purges": Purge.objects.filter(done_at=None).exclude(failure="").select_related("takedown")[:LINKS_SHOWN],
        "originals": watching.overdue_originals(),
        "looks": Look.objects.all()[:LOOKS_SHOWN],
        "may_review": may_review,
    }
    return _page(request, "desk", context)


def _reviewed(request: HttpRequest) -> HttpResponse:
    number = request.POST.get("story", "")
    story = get_object_or_404(Story, pk=int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0)
    note = request.POST.get("note", "").replace("\x00", "")
    if refusals := takedown.review(story, request.user, note):
        messages.error(request, " ".join(map(str, refusals)))
    else:
        messages.success(request, _("“%(story)s” may stay for another year.") % {"story": story})
    return redirect("admin:safeguarding_desk")


def links(request: HttpRequest, contributor_id: int) -> HttpResponse:
    """Show the private links of a person, and make a new one."""
    _need(request, "safeguarding.view_storypreview")
    person = get_object_or_404(Contributor, pk=contributor_id, erased_at=None)
    stories = erasing.stories_about(person)
    may_add = request.user.has_perm("safeguarding.add_storypreview")
    if request.method == "POST":
        story = next((story for story in stories if str(story.pk) == request.POST.get("story")), None)
        if not may_add or story is None:
            raise PermissionDenied
        previews.invite(story, person, request.user)
        messages.success(
            request, _("The private link is made. Send it in a way that is safe for %(person)s.") % {"person": person}
        )
        return redirect("admin:safeguarding_previews", person.pk)
    made = [
        (preview, preview.content["title"], _address(request, preview) if preview.is_open() and not preview.stopped_at else "")
        for preview in person.previews.all()[:LINKS_SHOWN]
    ]
    context = {"title": _("Private links"), "person": person, "stories": stories, "previews": made, "may_add": may_add}
    return _page(request, "previews", context)


def _address(request: HttpRequest, preview: Any) -> str:
    return request.build_absolute_uri(reverse("preview", args=[preview.token]))


def take_down(request: HttpRequest, contributor_id: int) -> HttpResponse:
    """Say which stories will go; take them down when confirmed."""
    _need(request, "safeguarding.take_down")
    person = get_object_or_404(Contributor, pk=contributor_id)
    form = TakeDownForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        records = takedown.take_down_all(person, Cause.STAFF, request.user, form.cleaned_data["reason"])
        messages.success(request, _("Taken down: %(stories)s.") % {"stories": ", ".join(r.title for r in records) or "–"})
        return redirect("admin:safeguarding_contributor_change", person.pk)
    context = {
        "title": _("Take down everything of %(person)s") % {"person": person}, "person": person, "form": form,
        "stories": takedown.stories_of(person),
    }  # fmt: skip
    return _page(request, "take_down", context)


def erase(request: HttpRequest, contributor_id: int) -> HttpResponse:
    """Say what will go; erase the person when their published name was typed."""
    _need(request, "safeguarding.add_erasure")
    person = get_object_or_404(Contributor, pk=contributor_id, erased_at=None)
    form = EraseForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        erasing.erase(person, request.user)
        messages.success(request, _("Everything of this person is erased."))
        return redirect("admin:safeguarding_contributor_changelist")
    context = {"title": _("Erase a person"), "person": person, "form": form, "stories": erasing.stories_about(person)}
    return _page(request, "erase", context)


def _need(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    shared = {**admin.site.each_context(request), "opts": Contributor._meta}
    return render(request, f"admin/safeguarding/{name}.html", {**shared, **context})
