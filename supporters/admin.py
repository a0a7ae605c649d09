"""Accounts in the admin: whom the staff are, which groups they are in."""

# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from supporters.models import Account


class NewAccountForm(AdminUserCreationForm):
    """Somebody new. Without a password they choose one by “Forgotten your password?”."""

    class Meta:
        model = Account
        fields = ("email", "name")


class AccountForm(UserChangeForm):
    """Somebody known."""

    class Meta:
        model = Account
        fields = "__all__"


@admin.register(Account)
class AccountAdmin(UserAdmin):
    """Accounts of the staff."""

    form = AccountForm
    add_form = NewAccountForm
    ordering = ("email",)
    list_display = ("email", "name", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("email", "name")
    show_full_result_count = False
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        # The context keeps this word apart from the month.
        (pgettext_lazy("what an account may do", "May"), {"fields": ("is_active", "is_staff", "groups", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("email", "name", "usable_password", "password1", "password2", "is_staff", "groups"),
            },
        ),
    )
    filter_horizontal = ("groups",)

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> Any:
        """Let nobody give more rights than they have: only who has every right hands out rights."""
        if request.user.is_superuser:
            return self.readonly_fields
        return (*self.readonly_fields, "is_staff", "is_superuser", "groups")
