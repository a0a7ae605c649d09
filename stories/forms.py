"""How editors enter stories and what goes with them: forms that clean, nothing else."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper
from django.db import models
from django.utils.translation import gettext_lazy as _

from safeguarding import gate
from safeguarding.models import Channel, Material
from stories import pasting
from stories.models import Chapter, Clip, Collection, Picture, Story, StoryContributor, Theme


class KnownAutocomplete(AutocompleteSelect):
    """An autocomplete field that shows its present choice without asking the database again."""

    known: models.Model | None = None

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> Any:
        """Say how wide it is: measuring each of a long story's fields would lay the page out anew as often."""
        return super().build_attrs(base_attrs, extra_attrs) | {"data-width": "20rem"}

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        """Return the present choice from the row at hand; look it up only when another was typed."""
        if self.known is None or [str(chosen) for chosen in value] != [str(self.known.pk)]:
            return super().optgroups(name, value, attr)
        options = [] if self.is_required else [self.create_option(name, "", "", selected=False, index=0)]
        options.append(self.create_option(name, self.known.pk, str(self.known), selected=True, index=len(options)))
        return [(None, options, 0)]


class KnownChoices(forms.ModelForm):
    """Hand the related rows that were fetched with the instance to the fields that show them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            widget = field.widget.widget if isinstance(field.widget, RelatedFieldWidgetWrapper) else field.widget
            if isinstance(widget, KnownAutocomplete):
                widget.known = self.instance._state.fields_cache.get(name)


class BlockForm(KnownChoices):
    """One block of a story. `left_out` says what was dropped from words pasted into it."""

    left_out = ""

    def clean(self) -> dict[str, Any]:
        """Note what saving will drop from foreign markup, so that whoever pasted it is told."""
        cleaned = super().clean() or {}
        if "html" in self.changed_data and pasting.is_foreign(cleaned.get("html") or ""):
            self.left_out = pasting.rebuild(cleaned["html"]).notice()
        return cleaned


class PictureBlockForm(BlockForm):
    """A picture in a story."""

    def clean_picture(self) -> Picture:
        """Return the picture; refuse one whose words are still to come."""
        return worded(self.cleaned_data["picture"])


class ClipBlockForm(BlockForm):
    """A clip in a story."""

    def clean_clip(self) -> Clip:
        """Return the clip; refuse one whose words are still to come."""
        return worded(self.cleaned_data["clip"])


class QuoteForm(BlockForm):
    """A quote: a few lines."""

    class Meta:
        widgets = {"text": forms.Textarea({"rows": 3, "class": "vLargeTextField"})}


class ChannelsField(forms.MultipleChoiceField):
    """Where a story goes out, as checkboxes: the website is always one and so is not asked for."""

    widget = forms.CheckboxSelectMultiple

    def prepare_value(self, value: Any) -> Any:
        """Leave the website out of what is shown."""
        return [channel for channel in value or [] if channel != Channel.WEB]

    def clean(self, value: Any) -> list[str]:
        """Return the chosen channels and the website."""
        return [Channel.WEB.value, *super().clean(value)]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether another set of channels was chosen."""
        return super().has_changed(self.prepare_value(initial), data)


class MaterialsField(forms.MultipleChoiceField):
    """Materials of a person, as checkboxes."""

    widget = forms.CheckboxSelectMultiple


class StoryForm(KnownChoices):
    """The story around its blocks."""

    channels = ChannelsField(
        label=_("Goes out through"),
        choices=[choice for choice in Channel.choices if choice[0] != Channel.WEB],
        required=False,
        help_text=_("Beside this website."),
    )

    class Meta:
        model = Story
        fields = (
            "title", "slug", "standfirst", "byline", "lead", "lead_caption", "content_note", "place", "themes", "language",
            "translation_of", "related", "channels", "publish_at", "expire_at",
        )  # fmt: skip
        widgets = {
            "standfirst": forms.Textarea({"rows": 3, "class": "vLargeTextField"}),
            "content_note": forms.Textarea({"rows": 2, "class": "vLargeTextField"}),
            "themes": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk and "channels" in self.fields:
            self.initial.setdefault("channels", self.instance.channels)

    def clean_lead(self) -> Picture | None:
        """Return the lead picture; refuse one whose words are still to come."""
        lead = self.cleaned_data["lead"]
        return worded(lead) if lead else None

    def clean(self) -> dict[str, Any]:
        """Refuse a story that ends before it begins, or that translates itself or a translation."""
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("publish_at"), cleaned.get("expire_at")
        if begins and ends and ends <= begins:
            self.add_error("expire_at", _("The story would expire before it is published."))
        original = cleaned.get("translation_of")
        if original and original.pk == self.instance.pk:
            self.add_error("translation_of", _("A story cannot be a translation of itself."))
        elif original and original.translation_of_id:
            self.add_error("translation_of", _("That is a translation too: choose the story it was made from."))
        elif original and original.language == cleaned.get("language"):
            self.add_error("translation_of", _("That story is in the same language."))
        return cleaned


class StoryContributorForm(KnownChoices):
    """Whose story it is, and what of them its words use."""

    materials = MaterialsField(
        label=_("Materials used"),
        choices=[choice for choice in Material.choices if choice[0] != Material.STORY],
        required=False,
        help_text=_("Their story in words is always used. Pictures and clips name their people themselves."),
    )

    class Meta:
        model = StoryContributor
        fields = ("contributor", "materials")


class TranslationsWidget(forms.MultiWidget):
    """One line for each interface language beside the default one."""

    template_name = "admin/stories/translations.html"

    def __init__(self, languages: list[tuple[str, Any]]) -> None:
        self.languages = languages
        super().__init__(
            {code: forms.TextInput({"maxlength": 60, "class": "vTextField", "aria-label": name}) for code, name in languages}
        )

    def decompress(self, value: dict[str, str] | None) -> list[str]:
        """Return the names in the order of the languages."""
        return [(value or {}).get(code, "") for code, _name in self.languages]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Add each line's language."""
        context = super().get_context(name, value, attrs)
        for line, (code, language) in zip(context["widget"]["subwidgets"], self.languages, strict=True):
            line |= {"code": code, "language": language}
        return context


class TranslationsField(forms.MultiValueField):
    """A name in other languages: {code: name}, empty ones left out."""

    def __init__(self, **kwargs: Any) -> None:
        self.languages = [(code, name) for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
        fields = [forms.CharField(max_length=60, required=False) for _language in self.languages]
        super().__init__(fields, widget=TranslationsWidget(self.languages), required=False, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> dict[str, str]:
        """Return the names that were given."""
        return {code: name for (code, _language), name in zip(self.languages, data_list, strict=False) if name}


class ThemeForm(forms.ModelForm):
    """A theme and its names."""

    translations = TranslationsField(label=_("In other languages"))

    class Meta:
        model = Theme
        fields = ("name", "slug", "translations")


class CollectionForm(KnownChoices):
    """A collection around its chapters."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, initial=settings.LANGUAGE_CODE)

    class Meta:
        model = Collection
        fields = ("title", "slug", "language", "introduction", "lead", "published")

    def clean(self) -> dict[str, Any]:
        """Refuse to show a lead picture of people who have not agreed to it."""
        cleaned = super().clean() or {}
        lead = cleaned.get("lead")
        if lead and cleaned.get("published", self.instance.published):
            for refusal in refusals(lead, Material.PICTURE):
                self.add_error("lead", str(refusal))
        return cleaned


class ChapterForm(KnownChoices):
    """A story in a collection, and what leads into it."""

    class Meta:
        model = Chapter
        fields = ("position", "story", "words", "clip", "quote")
        widgets = {
            "position": forms.NumberInput(
                {
                    "class": "position", "data-up": _("Move up"), "data-down": _("Move down"), "data-drag": _("Drag to another place"),
                    "data-moved": _("Moved to place %s of %s."),
                }
            )
        }  # fmt: skip


class ChapterFormSet(forms.BaseInlineFormSet):
    """The chapters of one collection."""

    def clean(self) -> None:
        """Refuse a clip of people who have not agreed to it, where the collection is public."""
        super().clean()
        if not self.instance.published:
            return
        for form in self.forms:
            cleaned = getattr(form, "cleaned_data", {})
            if cleaned.get("clip") and not cleaned.get("DELETE"):
                for refusal in refusals(cleaned["clip"], Material.CLIP):
                    form.add_error("clip", str(refusal))


def refusals(shown: Any, material: str) -> tuple[gate.Refusal, ...]:
    """Return what stands against showing a picture or clip on the website today. Two queries."""
    return gate.judge(gate.Use(person, material, Channel.WEB) for person in shown.contributors.all()).refusals


def worded(media: Any) -> Any:
    """Return a picture or clip that has its words; raises ValidationError for a draft."""
    if media.draft:
        raise forms.ValidationError(_("The file is kept, but its words are missing: write them, then save."), code="draft")
    return media
