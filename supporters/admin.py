"""Accounts in the admin: whom the staff are, which groups they are in."""

# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from supporters import contact
from supporters.lists import QuickList
from supporters.models import Account, ContactChange, Supporter, SupporterConsent
from supporters.searching import ids_matching


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


class ConsentInline(admin.TabularInline):
    """What a supporter agreed to or took back."""

    model = SupporterConsent
    fields = ("at", "purpose", "channel", "given", "source", "words")
    readonly_fields = fields
    ordering = ("-at",)
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: a consent is the person's own word."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: what was said was said."""
        return False


class ChangeInline(admin.TabularInline):
    """Who changed which contact detail when."""

    model = ContactChange
    fields = ("at", "named", "by_staff")
    readonly_fields = fields
    ordering = ("-at", "-pk")
    extra = 0
    can_delete = False

    @admin.display(description=_("field"))
    def named(self, change: ContactChange) -> str:
        """Return the field as people call it."""
        return change.named

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show it to whoever may see the supporter."""
        return bool(request.user.has_perm("supporters.view_supporter"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: the log writes itself."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: what was done was done."""
        return False


class SupporterForm(forms.ModelForm):
    """What may be put right by hand: a name, an address. The e-mail address only where there is none yet."""

    lines = forms.CharField(
        label=_("Postal address"),
        max_length=400,
        required=False,
        help_text=_("One line each."),
        widget=forms.Textarea({"rows": 4, "class": "vLargeTextField"}),
    )

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = Supporter
        fields = ("email", "first_name", "last_name", "phone", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["lines"] = "\n".join(self.instance.address.get("lines", ()))

    def clean_email(self) -> str | None:
        """Return the address in lower case, None for none."""
        return (self.cleaned_data["email"] or "").strip().lower() or None

    def save(self, commit: bool = True) -> Any:  # Django's own signature
        """Keep the lines of the address; lines written anew no longer fit the parts they were made from."""
        lines = [line.strip() for line in self.cleaned_data.get("lines", "").splitlines() if line.strip()]
        if lines != self.instance.address.get("lines", []):
            self.instance.address = {"lines": lines} if lines else {}
        return super().save(commit)


class SupporterAdmin(QuickList):
    """People who gave. Registered by donations.admin, which knows what they gave."""

    form = SupporterForm
    list_display = ("who", "email", "since", "language")
    list_display_links = ("who",)
    ordering = ("-id",)
    search_fields = ("email",)
    search_help_text = _("The beginning of a name or e-mail address.")
    inlines: ClassVar[tuple[type[admin.TabularInline], ...]] = (ConsentInline, ChangeInline)
    fieldsets = (
        (None, {"fields": ("email", "first_name", "last_name", "lines", "phone", "language", "since")}),
        (_("Newest gifts"), {"fields": ("newest",)}),
    )

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Keep those whose name or address begins as typed."""
        return (queryset.filter(pk__in=ids_matching(search_term)) if search_term.strip() else queryset), False

    def get_readonly_fields(self, request: HttpRequest, obj: Supporter | None = None) -> Any:
        """Keep an address by which somebody is known: only who has none may be given one."""
        known = ("email",) if obj is not None and obj.email else ()
        lines = () if self.has_change_permission(request, obj) else ("lines",)
        return (*known, *lines, "since", "newest")

    def save_model(self, request: Any, obj: Supporter, form: Any, change: bool) -> None:
        """Store it, and log which fields a colleague changed."""
        super().save_model(request, obj, form, change)
        fields = ["address" if name == "lines" else name for name in form.changed_data]
        contact.log(obj, request.user, fields, by_staff=True)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Say no: somebody becomes known by a gift."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: the ledger names them."""
        return False

    @admin.display(description=_("name"))
    def who(self, supporter: Supporter) -> str:
        """Return the name, or the address where there is none."""
        return str(supporter) or f"#{supporter.pk}"

    @admin.display(description=_("postal address"))
    def lines(self, supporter: Supporter) -> str:
        """Return the postal address in lines."""
        return ", ".join(supporter.address.get("lines", ())) or "–"

    @admin.display(description="")
    def newest(self, supporter: Supporter) -> str:
        """Return what they gave; donations.admin says it."""
        return "–"
