"""Appeals and what to choose from: sums typed and shown in major units. The general appeal always stays."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donations.admin import typed
from donations.admin.looking import may
from donations.models import Appeal, AppealTranslation, CharityDetails, Gift, Pledge, SuggestedAmount
from donations.money import Money, NotAnAmount, check_limits
from public_pages.models import Edition
from stories import timing
from stories.admin.editing import ByTyping, NoncedMedia
from stories.forms import KnownAutocomplete, KnownChoices, TranslationsField
from stories.models import Picture, Story

IMPACT = 160  # characters


class ImpactTranslations(TranslationsField):
    """An impact sentence in other languages."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields = tuple(forms.CharField(max_length=IMPACT, required=False) for _language in self.languages)
        for widget in self.widget.widgets:
            widget.attrs |= {"maxlength": IMPACT, "size": 26}


class SuggestedAmountForm(forms.ModelForm):
    """One amount to choose."""

    amount = typed.sum_field(gettext_lazy("Amount"))
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=typed.currencies)
    impact_translations = ImpactTranslations(label=gettext_lazy("In other languages"))

    class Meta:
        model = SuggestedAmount
        fields = ("frequency", "currency", "amount", "impact", "impact_translations", "default")
        widgets = {"impact": forms.Textarea({"rows": 2, "cols": 26})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["amount"] = Money(self.instance.amount, self.instance.currency).major()

    def clean(self) -> dict[str, Any]:
        """Turn what was typed into minor units, within the limits of a gift."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        money = typed.read(self, "amount", cleaned.get("currency", ""))
        if money is not None:
            try:
                check_limits(money)
            except NotAnAmount as wrong:
                self.add_error("amount", wrong.message)
            else:
                cleaned["amount"] = money.minor
        return cleaned


class AmountsInline(admin.TabularInline):
    """What there is to choose."""

    model = SuggestedAmount
    form = SuggestedAmountForm
    extra = 0


def _other_languages() -> list[tuple[str, Any]]:
    return [one for one in settings.LANGUAGES if one[0] != settings.LANGUAGE_CODE]


class AppealTranslationForm(forms.ModelForm):
    """The words in another language the site speaks."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=_other_languages)

    class Meta:
        model = AppealTranslation
        fields = ("language", "title", "words")


class TranslationsInline(admin.StackedInline):
    """The appeal in other languages."""

    model = AppealTranslation
    form = AppealTranslationForm
    extra = 0
    verbose_name = gettext_lazy("translation")
    verbose_name_plural = gettext_lazy("In other languages")


class ChosenHere(KnownAutocomplete):
    """Choose by typing among what an appeal may show, also for people who may not see stories in the admin."""

    def get_url(self) -> str:
        """Return where the choices are asked for."""
        return reverse("admin:donations_appeal_choices")


class AppealForm(KnownChoices):
    """An appeal."""

    goal = typed.sum_field(gettext_lazy("Goal"), required=False, help_text=gettext_lazy("Empty: no goal is shown."))
    goal_currency = forms.ChoiceField(label=gettext_lazy("Goal's currency"), required=False)

    class Meta:
        model = Appeal
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "goal_currency" in self.fields:
            self.fields["goal_currency"].choices = [("", "–"), *typed.currencies()]  # type: ignore[attr-defined]
        if self.instance.goal:
            self.initial["goal"] = Money(self.instance.goal, self.instance.goal_currency).major()

    def clean(self) -> dict[str, Any]:
        """Turn the goal into minor units."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        said = (cleaned.get("goal") or "").strip()
        if said and not cleaned.get("goal_currency"):
            self.add_error("goal_currency", ValidationError(_("A goal needs its currency.")))
        goal = typed.read(self, "goal", cleaned.get("goal_currency") or "")
        cleaned["goal"] = goal.minor if goal else None
        if not said:
            cleaned["goal_currency"] = ""
        return cleaned


@admin.register(Appeal)
class AppealAdmin(NoncedMedia, ByTyping):
    """Appeals. One that was given to, or is public, is kept; the general one is neither deleted nor unpublished."""

    form = AppealForm
    inlines = (TranslationsInline, AmountsInline)
    list_display = ("title", "slug", "published", "starts_at", "ends_at", "designation")
    list_filter = ("published",)
    search_fields = ("title", "slug")
    ordering = ("title",)
    show_full_result_count = False
    autocomplete_fields = ("picture", "story")
    prepopulated_fields = {"slug": ("title",)}
    actions = None
    joined = ("picture", "story")
    view_on_site = False

    class Media:
        js = ("js/admin-times.js",)

    fieldsets = (
        (None, {"fields": ("title", "slug", "words", "picture", "story")}),
        (gettext_lazy("The money"), {"fields": ("designation", ("goal", "goal_currency"))}),
        (gettext_lazy("When"), {"fields": ("published", ("starts_at", "ends_at"))}),
    )

    def get_urls(self) -> list[URLPattern]:
        """Add the choices of pictures and stories."""
        return [path("choices/", self.admin_site.admin_view(self.choices), name="donations_appeal_choices"), *super().get_urls()]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Give picture and story the widget that asks here."""
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = ChosenHere(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Ask for times in the charity's own zone; leave out the buttons that lead to pages these people may not open."""
        says = {"starts_at": _("Opens %s."), "ends_at": _("Closes %s.")}.get(db_field.name)
        if says:
            return timing.CharityTimeField(says=says, label=capfirst(db_field.verbose_name), required=False)
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in self.autocomplete_fields and hasattr(field.widget, "widget"):
            field.widget = field.widget.widget
        return field

    def choices(self, request: HttpRequest) -> HttpResponse:
        """Return published stories, or pictures that are ready, by the beginning or a part of their title."""
        if not self.has_add_permission(request):
            may(request, "change_appeal")
        term = request.GET.get("term", "").strip()[:80]
        if request.GET.get("field_name") == "story":
            found: Any = Story.objects.published().filter(title__icontains=term).order_by("-pk")
        else:
            found = Picture.objects.exclude(renditions={}).filter(title__icontains=term).order_by("-pk")
        rows = [{"id": str(row.pk), "text": str(row)} for row in found[:20]]
        return JsonResponse({"results": rows, "pagination": {"more": False}})

    def get_readonly_fields(self, request: HttpRequest, obj: Appeal | None = None) -> Any:
        """Keep the general appeal where it is: its address and its being public."""
        return ("slug", "published", "starts_at", "ends_at") if obj is not None and obj.is_general else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Appeal | None = None) -> Any:
        """Make an address from the title only for a new appeal: an address that was given out stays."""
        return {} if obj else self.prepopulated_fields

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Let the public pages that name its amounts be made anew."""
        super().save_related(request, form, formsets, change)
        Edition.advance()

    def has_delete_permission(self, request: HttpRequest, obj: Appeal | None = None) -> bool:
        """Allow deleting only what nobody has seen or given to."""
        if not super().has_delete_permission(request, obj) or obj is None:
            return False
        given = Gift.objects.filter(appeal=obj).exists() or Pledge.objects.filter(appeal=obj).exists()
        return not (obj.is_general or obj.published or given)


@admin.register(CharityDetails)
class CharityAdmin(admin.ModelAdmin):
    """The charity as its receipts name it: one row."""

    actions = None
    fields = ("name", "address", "registration", "signatory", "signatory_role", "place_of_issue")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Open the one row."""
        return self.changeform_view(request, str(CharityDetails.current().pk), "", extra_context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Say no: there is one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: receipts need it."""
        return False
