"""What killed workers leave behind is finished once; what belongs to nobody goes (failure R10)."""

import datetime
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from stories import clips, intake, media_storage, rendering, renditions, sweep
from stories.models import Clip, Picture
from stories.models.preparation import LEASE, PATIENCE, Readiness
from tests import factories
from tests import media_files as files
from tests.services.ports import wait_for

LONG_AGO = datetime.timedelta(days=2)


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"


def stored_picture(width: int = 400, height: int = 300) -> Picture:
    upload = ContentFile(files.encoded(files.scene(width, height), "PNG"), name="x.png")
    return intake.store_picture(upload, title="x", alt="x", origin="own")


def stored_clip(folder: Path, seconds: float = 1) -> Clip:
    with files.telling_clip(folder / "x.mp4", seconds=seconds, size="1280x720", rate=30).open("rb") as file:
        return clips.store(File(file, name="x.mp4"), title="A walk")


def let_time_pass(row: Picture | Clip) -> None:
    """Age a row as if its worker had shown no life and its nudge had been lost for a while."""
    ago = timezone.now() - max(LEASE, PATIENCE) - datetime.timedelta(seconds=1)
    rows = type(row).objects.filter(pk=row.pk)
    rows.filter(claimed_until__isnull=False).update(claimed_until=ago)
    rows.update(waiting_since=ago)


def age(path: str | Path) -> None:
    then = time.time() - LONG_AGO.total_seconds()
    os.utime(path, (then, then))


@pytest.mark.django_db
def test_a_lost_nudge_is_made_good_after_a_minute_and_not_before(tmp_path):
    picture, clip = stored_picture(), stored_clip(tmp_path)
    assert sweep.sweep() == sweep.Swept()  # their own tasks may still come
    let_time_pass(picture)
    let_time_pass(clip)
    done = sweep.sweep()
    assert (done.pictures, done.clips) == (1, 1)
    picture.refresh_from_db()
    clip.refresh_from_db()
    assert picture.readiness == clip.readiness == Readiness.READY
    assert (sweep.sweep().pictures, sweep.sweep().clips) == (0, 0)


@pytest.mark.django_db
def test_a_row_that_a_living_worker_has_in_hand_is_left_to_it():
    picture = stored_picture()
    let_time_pass(picture)
    worker = Picture.objects.get(pk=picture.pk)
    assert worker.claim()
    assert sweep.finish_pictures() == 0
    Picture.objects.filter(pk=picture.pk).update(claimed_until=timezone.now() - LEASE)
    assert worker.renew_claim()  # slow, but alive
    assert sweep.finish_pictures() == 0
    assert worker.finish(renditions={})


@pytest.mark.django_db
def test_one_broken_row_does_not_keep_the_others_waiting(monkeypatch, caplog):
    broken, good = stored_picture(), stored_picture()
    let_time_pass(broken)
    let_time_pass(good)
    make = renditions.make

    def stumbling(picture):
        if picture.pk == broken.pk:
            raise OSError("no space left")
        return make(picture)

    monkeypatch.setattr(renditions, "make", stumbling)
    assert sweep.sweep().pictures == 1
    assert "Preparing picture" in caplog.text


@pytest.mark.django_db
def test_a_step_that_fails_does_not_keep_the_others_from_running(monkeypatch, caplog):
    picture = stored_picture()
    let_time_pass(picture)

    def fail(*args, **kwargs):
        raise RuntimeError("templates are gone")

    monkeypatch.setattr(rendering, "fingerprint", fail)
    done = sweep.sweep()
    assert (done.pictures, done.rendered) == (1, 0)
    assert "render_anew failed" in caplog.text


@pytest.mark.django_db
def test_live_revisions_follow_a_deployment_and_former_ones_do_not(monkeypatch):
    story, other = factories.published_story(), factories.published_story()
    former = story.revisions.get()
    factories.publishing.publish(story)
    story.refresh_from_db()
    assert sweep.render_anew() == 0
    monkeypatch.setattr(rendering, "fingerprint", lambda: "of-tomorrow")
    story.revisions.update(body_html="old")
    assert sweep.render_anew(most=1) == 1
    assert sweep.render_anew() == 1
    assert sweep.render_anew() == 0
    for revision in (story.live_revision, other.live_revision):
        revision.refresh_from_db()
        assert revision.rendered_by == "of-tomorrow"
        assert revision.body_html != "old"
    former.refresh_from_db()
    assert former.body_html == "old"


@pytest.mark.django_db
def test_files_of_no_row_go_after_a_day_and_no_others(tmp_path):
    picture, clip = stored_picture(), stored_clip(tmp_path)
    lost_master, lost_upload = media_storage.add("masters", b"x", "jpg"), media_storage.add("incoming", b"x", "mp4")
    fresh = media_storage.add("incoming", b"x", "mp4")
    left = clips.workplaces() / "of-a-killed-worker"
    left.mkdir()
    (left / "prepared.mp4").write_bytes(b"x")
    busy = clips.workplaces() / "of-a-living-worker"
    busy.mkdir()
    for name in (picture.master.name, clip.incoming.name, lost_master, lost_upload):
        age(default_storage.path(name))
    age(left)
    assert sweep.sweep(tidy=False).cleared == 0
    assert sweep.sweep().cleared == 2
    assert [default_storage.exists(name) for name in (lost_master, lost_upload)] == [False, False]
    assert all(default_storage.exists(name) for name in (picture.master.name, clip.incoming.name, fresh))
    assert (left.exists(), busy.exists()) == (False, True)


@pytest.mark.django_db
def test_an_upload_that_became_a_clip_is_cleared_away_should_its_deletion_have_been_missed(tmp_path):
    clip = stored_clip(tmp_path)
    upload = clip.incoming.name
    assert clips.prepare(clip)  # on_commit does not run here, as if the worker had been killed after the commit
    assert default_storage.exists(upload)
    age(default_storage.path(upload))
    assert sweep.sweep().cleared == 1
    assert not default_storage.exists(upload)


@pytest.mark.django_db(transaction=True)
def test_old_results_of_tasks_do_not_pile_up():
    stored_picture()
    result = DBTaskResult.objects.get()
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING, started_at=timezone.now() - datetime.timedelta(hours=1))
    sweep.sweep()
    assert DBTaskResult.objects.filter(pk=result.pk).exists()
    DBTaskResult.objects.update(started_at=timezone.now() - LONG_AGO)
    sweep.sweep()
    assert not DBTaskResult.objects.exists()


@pytest.mark.django_db
def test_the_command_sweeps_once_when_told_to(capsys):
    let_time_pass(stored_picture())
    call_command("sweep", once=True)
    assert "pictures=1" in capsys.readouterr().out


# --- real processes, really killed -------------------------------------------------------------------
@pytest.fixture
def manage(tmp_path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Give a function that starts a management command of this site, on this test's database and files."""
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "HOPE_TEST_VAR": str(tmp_path)}
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        (tmp_path / "hope.sqlite3").symlink_to(name)  # where tests.settings looks for it
    else:
        environ["DATABASE_URL"] = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"
    processes = []

    def start(*command: str) -> subprocess.Popen[bytes]:
        log = (tmp_path / f"{command[0]}.log").open("ab")
        with log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", *command], cwd=site_settings.BASE_DIR, env=environ, stdout=log, stderr=log
            )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()


def begun(row: Picture | Clip) -> bool:
    row.refresh_from_db()
    assert row.readiness == Readiness.WAITING, "it was finished before it could be killed: take a larger file"
    return row.claimed_until is not None


def children_of(process: subprocess.Popen[bytes]) -> list[Path]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if int(fields[1]) == process.pid:
            found.append(status.parent)
    return found


@pytest.mark.django_db(transaction=True)
def test_a_picture_whose_worker_is_killed_in_the_midst_is_finished_exactly_once(manage):
    picture = stored_picture(6000, 5000)
    worker = manage("db_worker", "--queue-name", "*", "--interval", "0", "--no-startup-delay")
    wait_for(lambda: begun(picture), "the worker", 60)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    picture.refresh_from_db()
    assert (picture.readiness, picture.attempts) == (Readiness.WAITING, 1)
    assert DBTaskResult.objects.get().status == TaskResultStatus.RUNNING  # for ever: the nudge alone would not do
    assert sweep.finish_pictures() == 0

    let_time_pass(picture)
    assert sweep.finish_pictures() == 1
    picture.refresh_from_db()
    assert (picture.readiness, picture.attempts) == (Readiness.READY, 2)
    assert len(media_storage.names_in(renditions.folder(picture))) == 2 * 5 * 3 + 1
    assert sweep.finish_pictures() == 0


@pytest.mark.django_db(transaction=True)
def test_a_clip_whose_worker_is_killed_in_the_midst_is_finished_exactly_once_and_no_process_is_left(manage, tmp_path):
    clip = stored_clip(tmp_path, seconds=20)
    worker = manage("db_worker", "--queue-name", "*", "--interval", "0", "--no-startup-delay")
    wait_for(lambda: begun(clip), "the worker", 60)
    wait_for(lambda: bool(list(tmp_path.glob("preparing/*/prepared.mp4"))), "ffmpeg", 60)
    children = children_of(worker)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    if sys.platform == "linux":
        assert children
        wait_for(lambda: not any(child.exists() for child in children), "the end of ffmpeg")
    clip.refresh_from_db()
    assert (clip.readiness, clip.attempts) == (Readiness.WAITING, 1)
    assert default_storage.exists(clip.incoming.name)

    let_time_pass(clip)
    upload = clip.incoming.name
    assert sweep.finish_clips() == 1
    clip.refresh_from_db()
    assert clip.readiness == Readiness.READY
    assert Picture.objects.count() == 1  # one poster
    assert not default_storage.exists(upload)
    assert sweep.finish_clips() == 0
    assert Picture.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_do_the_work_once(manage):
    pictures = [stored_picture() for _ in range(4)]
    for picture in pictures:
        let_time_pass(picture)
    both = [manage("sweep", "--once"), manage("sweep", "--once")]
    assert [process.wait(timeout=90) for process in both] == [0, 0]
    assert set(Picture.objects.values_list("readiness", "attempts")) == {(Readiness.READY, 1)}


@pytest.mark.django_db(transaction=True)
def test_a_sweep_that_is_asked_to_stop_gives_back_what_it_has_in_hand(manage, tmp_path):
    clip = stored_clip(tmp_path, seconds=20)
    let_time_pass(clip)
    process = manage("sweep")
    wait_for(lambda: bool(list(tmp_path.glob("preparing/*/prepared.mp4"))), "ffmpeg", 60)
    process.terminate()
    assert process.wait(timeout=20) == 0
    clip.refresh_from_db()
    assert (clip.readiness, clip.claimed_until, clip.attempts) == (Readiness.WAITING, None, 0)
    assert not list(tmp_path.glob("preparing/*"))
