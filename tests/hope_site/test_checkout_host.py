"""The policy header against the redirect to the provider's page."""

from django.conf import settings

from tests.house.commands import run
from tests.tools.check import LIVE


def test_the_sandboxs_page_may_be_reached_whatever_name_the_form_was_opened_by():
    assert settings.SITE_URL in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"]


def test_stripes_page_alone_may_be_reached_in_a_live_configuration():
    script = "from django.conf import settings as s; print(*s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'])"
    done = run("-c", script, DJANGO_SETTINGS_MODULE="hope_site.settings", **LIVE)
    assert done.stdout.split() == ["'self'", "https://checkout.stripe.com"], done.stderr
