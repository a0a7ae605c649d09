"""The sweep: what killed workers, lost nudges and deployments leave behind is finished or cleared away.

It runs as a small process of its own (`manage.py sweep`), beside the worker: it needs no clock but its own, and
whatever kills it, the next start goes on from the rows. Every step can be run at any time, by any number of sweeps.
"""

import datetime
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from stories import clips, intake, media_storage, rendering, renditions, totals
from stories.models import Clip, Picture, StoryRevision

RENDERED_AT_ONCE = 200
UNCLAIMED_AFTER = datetime.timedelta(days=1)
RESULTS_KEPT_DAYS = 7

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Swept:
    """What one sweep did: pictures and clips finished, revisions rendered anew, totals put right, files cleared away."""

    pictures: int = 0
    clips: int = 0
    rendered: int = 0
    totals: int = 0
    cleared: int = 0


def sweep(tidy: bool = True) -> Swept:
    """Do every step once; one that fails is logged and does not keep the others from running.

    `tidy` also counts the lists anew and looks for files that belong to no row, which lists whole folders.
    """
    return Swept(
        pictures=_step(finish_pictures),
        clips=_step(finish_clips),
        rendered=_step(render_anew),
        totals=_step(totals.refresh_due) + (_step(totals.refresh) if tidy else 0),
        cleared=_step(clear_away) if tidy else 0,
    )


def _step(step: Callable[[], int]) -> int:
    try:
        return step()
    except Exception:
        logger.exception("The sweep's step %s failed", step.__name__)
        return 0


def finish_pictures() -> int:
    """Make the renditions of pictures whose worker was killed or whose nudge was lost."""
    return sum(_each(renditions.make, picture) for picture in Picture.objects.left_behind().order_by("pk"))


def finish_clips() -> int:
    """Prepare the clips of which the same is true."""
    return sum(_each(clips.prepare, clip) for clip in Clip.objects.left_behind().order_by("pk"))


def _each(work: Callable[[Any], bool], row: Picture | Clip) -> bool:
    try:
        return work(row)
    except Exception:
        logger.exception("Preparing %s %s failed; it stays waiting", row._meta.model_name, row.pk)
        return False


def render_anew(most: int = RENDERED_AT_ONCE) -> int:
    """Render live revisions whose rendering a deployment has made old, newest first."""
    old = StoryRevision.objects.filter(live_for__isnull=False).exclude(rendered_by=rendering.fingerprint())
    revisions = list(old.select_related("story").order_by("-pk")[:most])
    for revision in revisions:
        rendering.render(revision)
        revision.save(update_fields=rendering.RENDERED_FIELDS)
    return len(revisions)


def clear_away() -> int:
    """Delete uploads and masters of no row, workplaces of killed workers and old results; return how many files went."""
    call_command("prune_db_task_results", queue_name="*", min_age_days=RESULTS_KEPT_DAYS, verbosity=0)
    before = timezone.now() - UNCLAIMED_AFTER
    # A killed worker leaves its result "running" for ever; the row it worked on has long been taken up again.
    DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, started_at__lt=before).delete()
    for workplace in clips.workplaces().iterdir():
        if workplace.stat().st_mtime < before.timestamp():
            shutil.rmtree(workplace, ignore_errors=True)
    uploads = set(Clip.objects.waiting().values_list("incoming", flat=True))
    masters = set(Picture.objects.values_list("master", flat=True))
    return _clear(clips.INCOMING, uploads, before) + _clear(intake.MASTERS, masters, before)


def _clear(folder: str, wanted: set[str], before: datetime.datetime) -> int:
    # An unclaimed file may belong to a row that is being saved right now: it gets a day.
    unclaimed = [name for name in media_storage.names_in(folder) - wanted if default_storage.get_modified_time(name) < before]
    for name in unclaimed:
        default_storage.delete(name)
    return len(unclaimed)
