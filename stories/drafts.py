"""Draft pictures and clips: an upload is kept the moment it arrives, its words are asked for there and then.

A draft is a row like any other, prepared like any other, and private like whatever no live story shows. It is offered to
no story before its words are there, and a mistake in some form never loses the file.
"""

from typing import Any

from django.core.files import File
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from stories import clips, intake
from stories.models import Clip, Picture


def keep_picture(upload: File[Any] | intake.CleanPicture, by: Any) -> Picture:
    """Keep an upload as a draft picture. Raises ValidationError as `intake.clean_picture` does."""
    clean = upload if isinstance(upload, intake.CleanPicture) else intake.clean_picture(upload)
    return intake.keep(Picture(title=_named(_("Picture of %(time)s")), draft=True, created_by=by), clean)


def keep_clip(upload: File[Any], by: Any) -> Clip:
    """Keep an upload as a draft clip that the worker prepares. Raises ValidationError as `clips.clean_upload` does."""
    return clips.keep(Clip(title=_named(_("Clip of %(time)s")), draft=True, created_by=by), upload)


def of(model: type[Any], key: Any, by: Any) -> Any:
    """Return a person's draft by its key as a form posted it, or None: nobody else's, and none that has its words."""
    text = str(key or "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return model.objects.filter(pk=text, draft=True, created_by=by).first()


def _named(pattern: str) -> str:
    """Return a name by the hour: the file's own may name somebody."""
    return pattern % {"time": date_format(timezone.localtime(), "j M Y, H:i")}
