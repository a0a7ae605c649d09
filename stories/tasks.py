"""Nudges to the worker: "this row is waiting".

The work itself is the row (see models/preparation.py): a nudge that is lost, doubled or late changes nothing.
The worker is `manage.py db_worker --queue-name '*' --interval 1`; what it leaves behind, `manage.py sweep` finishes.
"""

from importlib import import_module

from django_tasks import task

from stories.models import Clip, Picture


@task()
def prepare_picture(picture_id: int) -> None:
    """Make the renditions of a waiting picture."""
    if picture := Picture.objects.filter(pk=picture_id).first():
        # Found when it is wanted: the modules that do the work import this one to send their nudges.
        import_module("stories.renditions").make(picture)


@task()
def prepare_clip(clip_id: int) -> None:
    """Prepare a waiting clip of our own."""
    if clip := Clip.objects.filter(pk=clip_id).first():
        import_module("stories.clips").prepare(clip)
