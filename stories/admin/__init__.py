"""The editors' side: stories, what goes with them, and the people in them."""

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from stories.admin import clips, collections, people, pictures, places, stories

__all__ = ["clips", "collections", "people", "pictures", "places", "stories"]

admin.site.site_header = settings.CHARITY_NAME
admin.site.site_title = settings.CHARITY_NAME
admin.site.index_title = _("What would you like to do?")
