"""Supporters with what they gave: registered here, since supporters know nothing of giving."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from donations.admin.looking import LookOnlyInline, link_to, shown
from donations.models import Gift, Pledge
from supporters.admin import SupporterAdmin as SupporterAlone
from supporters.models import Supporter

NEWEST = 20


class PledgesInline(LookOnlyInline):
    """Their pledges."""

    model = Pledge
    fields = ("page", "status", "next_on", "started_at")
    readonly_fields = fields
    ordering = ("-started_at",)

    @admin.display(description=_("amount a month"))
    def page(self, pledge: Pledge) -> SafeString | str:
        """Return the sum, leading to the pledge."""
        return link_to(pledge, shown(pledge.total))


@admin.register(Supporter)
class SupporterAdmin(SupporterAlone):
    """Supporters, their pledges and their newest gifts."""

    inlines = (*SupporterAlone.inlines, PledgesInline)

    def newest(self, supporter: Supporter) -> SafeString:
        """Return the newest gifts, each a link, and the way to all of them."""
        gifts = list(Gift.objects.filter(supporter=supporter).order_by("-given_on")[:NEWEST])
        lines = [
            format_html(
                "<li>{} · {} · {}</li>", gift.given_on or "–", link_to(gift, shown(gift.total)), gift.get_status_display()
            )
            for gift in gifts
        ]
        return format_html('<ul class="newest-gifts">{}</ul>', SafeString("".join(lines))) if lines else SafeString("–")
