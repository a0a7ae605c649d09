"""What is posted as a row's key in the admin and can be none: a word, or a number beyond what the database counts.

Django asks the database for whatever came, and its refusal would end the page. Here a choice that cannot be is shown as the
error beside its field, and a row that cannot be is not among those selected in a list.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.widgets import AutocompleteMixin
from django.core.exceptions import ValidationError
from django.db.models import Field
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest

Method = Callable[..., Any]


def choices(shown: Method) -> Method:
    """Return Django's way of showing a choice found by typing, asked only for what may be a key."""

    def optgroups(self: AutocompleteMixin, name: str, value: Sequence[str], attr: Any = None) -> Any:
        relation = self.field.remote_field
        options = relation.model._meta
        key = options.get_field(getattr(relation, "field_name", None) or options.pk.attname)
        return shown(self, name, [one for one in value if one in ("", None) or may_be(key, one)], attr)

    return optgroups


def selected(taken: Method) -> Method:
    """Return Django's way of doing something to selected rows, told only of what may be a key."""

    def response_action(self: "ModelAdmin[Any]", request: HttpRequest, queryset: Any) -> Any:
        posted = request.POST.copy()
        ticked = posted.getlist(ACTION_CHECKBOX_NAME)
        posted.setlist(ACTION_CHECKBOX_NAME, [one for one in ticked if may_be(self.model._meta.pk, one)])
        request.POST = posted  # type: ignore[assignment]
        return taken(self, request, queryset)

    return response_action


def several(checked: Method) -> Method:
    """Return Django's way of looking up several chosen rows, where what can be no key is refused as any unknown one."""

    def check_values(self: "ModelMultipleChoiceField[Any]", value: Any) -> Any:
        options = self.queryset.model._meta  # type: ignore[union-attr]
        key = options.get_field(self.to_field_name or options.pk.name)
        for one in value if isinstance(value, list | tuple) else ():
            if isinstance(one, str) and not may_be(key, one):
                raise ValidationError(self.error_messages["invalid_pk_value"], code="invalid_pk_value", params={"pk": one})
        return checked(self, value)

    return check_values


def may_be(key: "Field[Any, Any]", value: str) -> bool:
    """Return whether a column could hold what was posted."""
    try:
        key.clean(value, None)
    except (ValidationError, ValueError, TypeError, OverflowError):
        return False
    return True
