"""The clip library."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from django.contrib import admin

from stories.models import Clip


@admin.register(Clip)
class ClipAdmin(admin.ModelAdmin):
    """Clips."""

    search_fields = ("title",)
