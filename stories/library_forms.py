"""How the library's pictures and clips are entered: forms that clean, nothing else."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stories import captions, clips, covers, drafts, embeds, intake
from stories.covers import Box
from stories.forms import KnownChoices
from stories.models import Captions, Clip, Picture
from stories.models.clips import ClipHost


class Taken(forms.ModelForm):
    """A form whose file is kept as a draft when something else in it is wrong: `taken` names that draft the next time.

    `by` is who fills it in.
    """

    by: Any = None
    taken = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *args: Any, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        draft = None
        if data and not (instance and instance.pk) and not (files and files.get("upload")):
            draft = drafts.of(self._meta.model, data.get(self._prefixed(kwargs.get("prefix"), "taken")), self.by)
        super().__init__(data, files, *args, **(kwargs | {"instance": draft or instance}))
        self.took = draft
        if draft:
            self.fields["upload"].required = False
        elif self.instance.pk:
            for name in ("upload", "taken"):
                self.fields.pop(name, None)

    @staticmethod
    def _prefixed(prefix: str | None, name: str) -> str:
        return f"{prefix}-{name}" if prefix else name

    def clean(self) -> dict[str, Any]:
        """Make a draft that is given its words one that stories may show."""
        cleaned = super().clean() or {}
        self.instance.draft = False
        return cleaned


class PictureForm(Taken):
    """A picture and its words. The file is asked for once: another picture is another row."""

    upload = forms.FileField(
        label=_("File"),
        help_text=_("JPEG, PNG, WebP, AVIF, HEIC or TIFF, at most 40 megapixels. Place and camera data are removed."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif,image/heic,image/heif,image/tiff"}),
    )

    covers = forms.CharField(
        label=_("Covers"),
        required=False,
        help_text=_("One a line: left, top, width and height in per cent of the picture, such as 40, 25, 10, 15."),
        widget=forms.Textarea({"rows": 3, "class": "vLargeTextField", "data-draw": _("Draw covers on the picture")}),
    )

    class Meta:
        model = Picture
        fields = ("title", "alt", "decorative", "credit", "origin", "focal_x", "focal_y", "contributors")
        widgets = {
            "alt": forms.Textarea({"rows": 2, "class": "vLargeTextField"}),
            "focal_x": forms.NumberInput(attrs={"step": "any", "min": 0, "max": 1}),
            "focal_y": forms.NumberInput(attrs={"step": "any", "min": 0, "max": 1}),
        }

    def clean_upload(self) -> intake.CleanPicture | None:
        """Return the picture without anything but its pixels, or say at the field what is wrong with it."""
        upload = self.cleaned_data["upload"]
        return intake.clean_picture(upload) if upload else None

    def clean_covers(self) -> list[Box]:
        """Return the boxes to burn in, or say which line is none."""
        return covers.parse(self.cleaned_data["covers"])


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


class ClipForm(KnownChoices, Taken):
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
        help_text=_("MP4, MOV, WebM or MKV. Place and camera data are removed."),
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
        if self.instance.pk and not self.took:
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
        address, upload = cleaned.get("address"), cleaned.get("upload") or self.took
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
