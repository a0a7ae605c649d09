"""The page of preferences: what somebody agreed to hear by which way, and each word they ever said about it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal import door
from portal.sign_in_forms import typed
from supporters import consents
from supporters.consents import EVERYTHING, TOPICS, Channel, Topic
from supporters.models import Supporter, SupporterConsent
from updates import signing_up, stopping, words
from updates.forms import TopicsForm

MOST_WORDS = 200  # rows of the history


class OtherWaysForm(forms.Form):
    """Post and telephone: yes or no, for the person whatever their addresses."""

    def __init__(self, data: QueryDict | None, supporters: list[Supporter]) -> None:
        super().__init__(data)
        numbers = [supporter.pk for supporter in supporters]
        for channel, (name, question) in words.other_channels().items():
            agreed = any(EVERYTHING in topics for topics in consents.standing(numbers, channel).values())
            self.fields[channel] = forms.BooleanField(
                label=format_html("<span><strong>{}</strong>: {}</span>", name, question), required=False, initial=agreed
            )


class AddressTopics:
    """One e-mail address of somebody, and what comes to it."""

    def __init__(self, data: QueryDict | None, supporter: Supporter) -> None:
        self.supporter = supporter
        self.form = TopicsForm(data, initial={"topics": list(consents.of(supporter))}, prefix=f"address{supporter.pk}")
        self.reachable = signing_up.may_be_mailed(supporter.email or "")


@require_http_methods(["GET", "HEAD", "POST"])
@door.signed_in
def preferences(request: Any) -> HttpResponse:
    """Show what somebody agrees to, and change it."""
    sent, supporters = typed(request), list(request.giver.supporters)
    mailed = [AddressTopics(sent, supporter) for supporter in supporters if supporter.email]
    others = OtherWaysForm(sent, supporters)
    if sent is not None and others.is_valid() and all(one.form.is_valid() for one in mailed):
        stopping.choose_all(
            {one.supporter: one.form.cleaned_data["topics"] for one in mailed}, supporters, others.cleaned_data, "portal"
        )
        messages.success(request, _("Kept. It holds from now on."))
        return redirect("portal-preferences")
    return _page(request, mailed, others, supporters)


def _page(request: HttpRequest, mailed: list[AddressTopics], others: OtherWaysForm, supporters: list[Supporter]) -> HttpResponse:
    context = {
        "mailed": mailed, "others": others, "promise": words.promise(), "several": len(mailed) > 1,
        "history": [_line(row) for row in _said(supporters)],
    }  # fmt: skip
    return render(request, "portal/preferences.html", context, status=422 if others.is_bound else 200)


def _said(supporters: list[Supporter]) -> list[SupporterConsent]:
    rows = SupporterConsent.objects.filter(supporter__in=supporters).select_related("supporter")
    return list(rows.order_by("-at", "-pk")[:MOST_WORDS])


def _line(row: SupporterConsent) -> dict[str, Any]:
    """Return one line of the history: when, what, and the words that were read."""
    channel = Channel(row.channel).label if row.channel in TOPICS else row.channel
    topic = Topic(row.purpose).label if row.purpose in Topic.values else ""
    return {"row": row, "what": f"{channel}, {topic}" if topic else str(channel)}
