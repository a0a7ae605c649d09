"""Pages point to giving only once there is a page to give on."""

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from donations.templatetags.giving import page_address

urlpatterns = [
    path("support/", lambda request: HttpResponse(), name="updates"),
]


def test_a_page_that_exists_has_its_address():
    with override_settings(ROOT_URLCONF=__name__):
        assert page_address("updates") == "/support/"


def test_a_name_nobody_planned_is_an_error_and_not_an_empty_link():
    with pytest.raises(KeyError):
        page_address("givving")


@pytest.mark.parametrize("name", ["give", "freedom-partner", "portal", "updates"])
def test_a_page_that_does_not_exist_has_none(name):
    with override_settings(ROOT_URLCONF="stories.media_urls"):
        assert page_address(name) == ""
