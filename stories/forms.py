"""How editors enter stories and what goes with them: forms that clean, nothing else."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper
from django.db import models
from django.utils.translation import gettext_lazy as _

from safeguarding import gate
from safeguarding.models import Channel, Material
from stories import captions, clips, embeds, intake, pasting
from stories.models import Captions, Chapter, Clip, Collection, Picture, Story, StoryContributor, Theme
from stories.models.clips import ClipHost


class KnownAutocomplete(AutocompleteSelect):
    """An autocomplete field that shows its present choice without asking the database again."""

    known: models.Model | None = None

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
        for line, (_code, language) in zip(context["widget"]["subwidgets"], self.languages, strict=True):
            line["language"] = language
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


class PictureForm(forms.ModelForm):
    """A picture and its words. The file is asked for once: another picture is another row."""

    upload = forms.FileField(
        label=_("File"),
        help_text=_("JPEG, PNG, WebP, AVIF, HEIC or TIFF, at most 40 megapixels. Place and camera data are removed."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif,image/heic,image/heif,image/tiff"}),
    )

    class Meta:
        model = Picture
        fields = ("title", "alt", "decorative", "credit", "origin", "focal_x", "focal_y", "contributors")
        widgets = {
            "alt": forms.Textarea({"rows": 2, "class": "vLargeTextField"}),
            "focal_x": forms.NumberInput(attrs={"step": "any", "min": 0, "max": 1}),
            "focal_y": forms.NumberInput(attrs={"step": "any", "min": 0, "max": 1}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields.pop("upload", None)

    def clean_upload(self) -> intake.CleanPicture:
        """Return the picture without anything but its pixels, or say at the field what is wrong with it."""
        return intake.clean_picture(self.cleaned_data["upload"])


class MinutesField(forms.CharField):
    """A length typed as minutes:seconds (or hours:minutes:seconds), kept in milliseconds."""

    def prepare_value(self, value: Any) -> Any:
        """Return milliseconds as they are typed; what was typed stays as it is."""
        if not isinstance(value, int):
            return value
        minutes, seconds = divmod(round(value / 1000), 60)
        return f"{minutes}:{seconds:02}" if value else ""

    def clean(self, value: Any) -> int:
        """Return milliseconds, 0 when nothing was typed."""
        text = super().clean(value)
        if not text:
            return 0
        if not (found := re.fullmatch(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)", text, re.ASCII)):
            raise forms.ValidationError(_("Type minutes and seconds, such as 2:35."))
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return ((hours * 60 + minutes) * 60 + seconds) * 1000

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether another length was typed."""
        return bool((self.prepare_value(initial) or "") != (data or ""))


class ClipForm(KnownChoices):
    """A clip: an address of YouTube or Vimeo, or a file of ours; its words."""

    address = forms.CharField(
        label=_("Address"),
        required=False,
        help_text=_("Of the clip's page on YouTube or Vimeo. Nothing is fetched from there before a reader asks for it."),
        widget=forms.TextInput({"class": "vLargeTextField", "inputmode": "url"}),
    )
    upload = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_("MP4, MOV, WebM or MKV, at most 1 GB. Place and camera data are removed."),
        widget=forms.FileInput({"accept": "video/mp4,video/quicktime,video/webm,video/x-matroska,.mkv"}),
    )
    duration_ms = MinutesField(
        label=_("Length"), required=False, help_text=_("Minutes and seconds, such as 2:35. A file says its own.")
    )

    class Meta:
        model = Clip
        fields = ("title", "duration_ms", "poster", "transcript", "contributors")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields.pop("upload", None)
            if self.instance.host == ClipHost.OWN:
                for name in ("address", "duration_ms"):
                    self.fields.pop(name, None)
            elif "address" in self.fields:
                self.initial["address"] = watch_address(self.instance)

    def clean_address(self) -> str:
        """Return the address; refuse one that is not YouTube's or Vimeo's."""
        address: str = self.cleaned_data["address"]
        if address:
            embeds.parse(address)
        return address

    def clean_upload(self) -> Any:
        """Return the upload; refuse what cannot become a clip."""
        upload = self.cleaned_data.get("upload")
        if upload:
            clips.clean_upload(upload)
        return upload

    def clean(self) -> dict[str, Any]:
        """Ask for exactly one source, and for the length of what others show."""
        cleaned = super().clean() or {}
        if self.errors or "address" not in self.fields:
            return cleaned
        address, upload = cleaned.get("address"), cleaned.get("upload")
        if bool(address) == bool(upload):
            self.add_error("address", _("Give an address, or a file, one of the two."))
        elif address and not cleaned.get("duration_ms"):
            self.add_error("duration_ms", _("Type the clip's length: it is not fetched."))
        return cleaned


def watch_address(clip: Clip) -> str:
    """Return the address of an embedded clip's own page."""
    if clip.host == ClipHost.YOUTUBE:
        return f"https://www.youtube.com/watch?v={clip.video_id}"
    return f"https://vimeo.com/{clip.video_id}" + (f"/{clip.unlisted_hash}" if clip.unlisted_hash else "")


class CaptionsForm(forms.ModelForm):
    """Captions in one language."""

    class Meta:
        model = Captions
        fields = ("language", "text")
        widgets = {"text": forms.Textarea({"rows": 12, "class": "vLargeTextField captions", "spellcheck": "true"})}

    def clean_text(self) -> str:
        """Return the captions as players read them, or say which line they cannot read."""
        return captions.clean_captions(self.cleaned_data["text"])


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
        widgets = {"position": forms.NumberInput(attrs={"class": "position"})}


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
