"""The words of an upload, asked for beside its progress bar."""
# Django's forms take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from stories import captions, embeds
from stories.library_forms import MinutesField
from stories.models import Captions, Clip, Picture


class PictureWords(forms.ModelForm):
    """What a draft picture shows and where it comes from; with this it is a draft no longer."""

    class Meta:
        model = Picture
        fields = ("alt", "decorative", "origin", "credit", "title")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False

    def clean(self) -> dict[str, Any]:
        """Name the picture after what it shows where it was given no name."""
        cleaned = super().clean() or {}
        cleaned["title"] = cleaned.get("title") or Truncator(cleaned.get("alt") or "").chars(110) or self.instance.title
        self.instance.draft = False
        return cleaned


class ClipWords(forms.ModelForm):
    """What a draft clip is called, what is said in it, and its captions."""

    captions = forms.CharField(required=False)
    language = forms.ChoiceField(choices=settings.LANGUAGES, initial=settings.LANGUAGE_CODE, required=False)

    class Meta:
        model = Clip
        fields = ("title", "transcript")

    def clean_captions(self) -> str:
        """Return the captions as players read them, or say which line they cannot read."""
        text: str = self.cleaned_data["captions"]
        return captions.clean_captions(text) if text.strip() else ""

    def clean(self) -> dict[str, Any]:
        """Make the clip one that stories may show."""
        cleaned = super().clean() or {}
        self.instance.draft = False
        return cleaned

    def save(self, commit: bool = True) -> Any:
        """Save the clip and its captions."""
        clip = super().save(commit)
        if text := self.cleaned_data.get("captions"):
            language = self.cleaned_data.get("language") or settings.LANGUAGE_CODE
            Captions.objects.update_or_create(clip=clip, language=language, defaults={"text": text})
        return clip


class EmbedWords(forms.ModelForm):
    """An address of YouTube or Vimeo, and what is not fetched from there: title and length."""

    address = forms.CharField(label=_("Address"), max_length=embeds.MAX_LENGTH)
    duration_ms = MinutesField(label=_("Length"))

    class Meta:
        model = Clip
        fields = ("title", "duration_ms")

    def clean_address(self) -> str:
        """Return the address; refuse one that is not YouTube's or Vimeo's."""
        embeds.parse(self.cleaned_data["address"])
        return str(self.cleaned_data["address"])
