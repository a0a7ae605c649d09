"""Clips of our own: from a telling upload to a clean MP4, within limits (attacks 12 and 14; safeguarding rules 7 and 8)."""

import io
import os
import resource
import subprocess
import sys
from pathlib import Path

import av
import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django_tasks_db.models import DBTaskResult

from stories import clips, intake, media_storage, renditions, transcoding
from stories.models import Clip, Picture
from stories.models.preparation import MOST_ATTEMPTS, Readiness
from tests import factories
from tests import media_files as files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(scope="module")
def telling(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("telling")
    return {kind: files.telling_clip(folder / f"IMG_4711.{kind}") for kind in ("mp4", "mov", "webm", "mkv")}


def stored(path: Path, **fields) -> Clip:
    with path.open("rb") as file:
        return clips.store(File(file, name=path.name), **({"title": "A walk"} | fields))


def every_file(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path(root).rglob("*") if path.is_file()}


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(ValidationError) as raised:
        clips.store(ContentFile(content, name=name), title="x")
    return raised.value.messages[0]


@pytest.mark.parametrize("kind", ["mp4", "mov", "webm", "mkv"])
def test_nothing_an_upload_tells_is_left_in_the_clip_or_its_poster(kind, telling, settings, django_capture_on_commit_callbacks):
    before = telling[kind].read_bytes()
    assert {"a word", "a place in words"} <= set(files.traces(before))  # the control
    with av.open(str(telling[kind])) as source:
        assert {stream.type for stream in source.streams} > {"audio", "video"}
        assert source.chapters()

    with django_capture_on_commit_callbacks(execute=True):
        clip = stored(telling[kind])
        assert clip.incoming.name.startswith("incoming/")
        assert "IMG" not in clip.incoming.name
        assert clips.prepare(clip)

    assert clip.readiness == Readiness.READY
    assert renditions.make(clip.poster)
    found = every_file(settings.MEDIA_ROOT)
    assert f"clips/{clip.token}.mp4" in {name.removeprefix(f"{settings.MEDIA_ROOT}/") for name in found}
    for name, content in found.items():
        assert files.traces(content) == [], name
        assert b"x264" not in content
    assert not [name for name in found if "/incoming/" in name]
    assert not list(clips.workplaces().iterdir())

    facts = transcoding.checked(settings.MEDIA_ROOT / f"clips/{clip.token}.mp4")
    assert (facts.width, facts.height) == (clip.width, clip.height) == (640, 360)
    assert 1900 <= clip.duration_ms == facts.duration_ms <= 2200
    with av.open(str(settings.MEDIA_ROOT / clip.file.name)) as made:
        video, audio = made.streams.video[0], made.streams.audio[0]
        assert (video.codec_context.name, video.codec_context.profile, video.codec_context.pix_fmt) == ("h264", "High", "yuv420p")
        assert audio.codec_context.name == "aac"


@pytest.mark.parametrize("carries", ["words", "place", "subtitles", "chapters"])
def test_the_last_check_finds_what_a_careless_conversion_lets_through(carries, telling, tmp_path):
    target = tmp_path / "careless.mp4"
    keep = {
        "words": ["-map", "0:v", "-map", "0:a", "-map_chapters", "-1"],
        "place": ["-map", "0:v", "-map_metadata", "-1", "-map_chapters", "-1", "-metadata", "location=+51.5+000.1/"],
        "subtitles": ["-map", "0:v", "-map", "0:s", "-map_metadata", "-1", "-map_chapters", "-1"],
        "chapters": ["-map", "0:v", "-map_metadata", "-1"],
    }[carries]
    command = [
        transcoding.ffmpeg(),
        "-v",
        "error",
        "-y",
        "-i",
        str(telling["mp4"]),
        *keep,
        "-c",
        "copy",
        "-movflags",
        "+faststart",
    ]
    subprocess.run([*command, str(target)], check=True)
    with pytest.raises(transcoding.NotPossible, match="Something beside picture and sound"):
        transcoding.checked(target)


def test_a_clip_filmed_upright_stands_upright(tmp_path):
    clip = stored(files.turned_clip(tmp_path / "turned.mp4"))
    assert clips.prepare(clip)
    assert (clip.width, clip.height) == (180, 320)


@pytest.mark.parametrize(
    ("size", "made"), [("1920x1080", (1280, 720)), ("1080x1920", (720, 1280)), ("320x180", (320, 180)), ("2000x500", (1280, 320))]
)
def test_a_clip_fits_into_720p_either_way_up_and_is_never_enlarged(size, made, tmp_path):
    clip = stored(files.telling_clip(tmp_path / "x.mp4", seconds=0.4, size=size, rate=50, sound=False))
    assert clips.prepare(clip)
    assert (clip.width, clip.height) == made
    with av.open(default_storage.path(clip.file.name)) as container:
        assert not container.streams.audio
        assert float(container.streams.video[0].average_rate) <= 30


def test_the_prepared_file_can_begin_to_play_before_it_is_loaded(telling):
    clip = stored(telling["mov"])
    clips.prepare(clip)
    names = [name for name, depth in transcoding.boxes(Path(default_storage.path(clip.file.name))) if depth == 0]
    assert names.index("moov") < names.index("mdat")


def test_a_poster_is_taken_from_the_clip_only_where_none_is_given(telling):
    person = factories.contributor()
    without = stored(telling["mp4"], contributors=[person])
    clips.prepare(without)
    assert without.poster.alt == "A still from the clip “A walk”."
    assert without.poster.width == 640
    assert list(without.poster.contributors.all()) == [person]  # consent for the clip is asked for its still too
    given = factories.picture()
    with_one = stored(telling["mp4"], poster=given)
    clips.prepare(with_one)
    assert with_one.poster == given
    assert Picture.objects.count() == 2


def test_storing_a_clip_asks_the_worker_once_it_is_committed(telling, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        clip = stored(telling["mp4"])
        assert not DBTaskResult.objects.exists()
    (nudge,) = DBTaskResult.objects.all()
    assert (nudge.task_path, nudge.args_kwargs["args"]) == ("stories.tasks.prepare_clip", [clip.pk])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.mp4", b"<!doctype html><script>alert(1)</script>"),
        ("x.mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"),
        ("x.mp4", b"ffconcat version 1.0\nfile /etc/passwd\n"),
        ("x.mkv", b"RIFF" + bytes(300)),
        ("x.mp4", b""),
        ("x.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("x.gif", b"GIF89a"),
        ("x.avi", b"\0\0\0\x18ftypisom"),
    ],
)
def test_what_is_no_clip_is_refused_with_a_sentence_and_leaves_nothing(name, content, settings):
    assert "MP4, MOV, WebM or MKV" in refusal(content, name)
    assert not Clip.objects.exists()
    assert every_file(settings.MEDIA_ROOT) == {}


def test_a_picture_or_a_cut_off_header_is_no_clip(telling):
    for kind in ("avif", "heic"):
        assert "MP4, MOV, WebM or MKV" in refusal(files.telling_picture(kind), "x.mp4")
    assert "damaged" in refusal(telling["mp4"].read_bytes()[:3000], "x.mp4")


def test_a_clip_that_ends_early_is_prepared_as_far_as_it_goes_or_fails_with_a_sentence(tmp_path, settings):
    whole = files.telling_clip(tmp_path / "whole.mkv", seconds=3)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    clip = stored(cut)
    clips.prepare(clip)
    assert clip.readiness == Readiness.READY
    assert 0 < clip.duration_ms < 3000

    broken = stored(whole)
    media_storage.put(broken.incoming.name, whole.read_bytes()[:2000] + bytes(5000))
    assert not clips.prepare(broken)
    assert broken.readiness == Readiness.FAILED
    assert broken.failure.endswith(".")


def test_a_failed_clip_keeps_nothing_of_its_upload(telling, monkeypatch, django_capture_on_commit_callbacks, settings):
    clip = stored(telling["mp4"])

    def fail(*args):
        raise transcoding.NotPossible("It could not be converted.")

    monkeypatch.setattr(transcoding, "transcode", fail)
    with django_capture_on_commit_callbacks(execute=True):
        assert not clips.prepare(clip)
    clip.refresh_from_db()
    assert (clip.readiness, clip.failure, clip.incoming.name) == (Readiness.FAILED, "It could not be converted.", "")
    assert every_file(settings.MEDIA_ROOT) == {}


def test_trouble_of_ours_gives_the_clip_back(telling, monkeypatch):
    clip = stored(telling["mp4"])

    def full(name, path):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(media_storage, "put_file", full)
        with pytest.raises(OSError, match="no space"):
            clips.prepare(clip)
    clip.refresh_from_db()
    assert (clip.readiness, clip.attempts) == (Readiness.WAITING, 0)
    assert clips.prepare(clip)
    assert MOST_ATTEMPTS > 1


def test_several_clips_are_prepared_together_and_a_bad_one_fails_alone(telling):
    waiting = [stored(telling[kind]) for kind in ("mp4", "mov", "mkv")]
    taken = stored(telling["mp4"])
    assert Clip.objects.get(pk=taken.pk).claim()
    media_storage.put(waiting[1].incoming.name, b"no longer a clip")
    assert clips.prepare_many([*waiting, taken]) == 2
    assert [clip.readiness for clip in waiting] == [Readiness.READY, Readiness.FAILED, Readiness.READY]
    assert Picture.objects.count() == 2
    assert not list(clips.workplaces().iterdir())


def test_work_that_was_given_to_another_stops(telling, monkeypatch):
    clip = stored(telling["mp4"])
    assert clip.claim()
    monkeypatch.setattr(transcoding, "HEARTBEAT_SECONDS", 0.01)
    Clip.objects.filter(pk=clip.pk).update(claimed_by="another")
    source, target = Path(default_storage.path(clip.incoming.name)), clips.workplaces() / "x.mp4"
    with source.open("rb") as file:
        facts = transcoding.probe(file)
    with pytest.raises(transcoding.NoLongerOurs):
        transcoding.transcode(source, target, facts, clip.renew_claim)


def test_a_clip_beyond_the_limits_is_refused(telling, monkeypatch, tmp_path):
    with monkeypatch.context() as patch:
        patch.setattr(transcoding, "MAX_MINUTES", 0.01)
        assert "longer than" in refusal(telling["mp4"].read_bytes(), "x.mp4")
    with monkeypatch.context() as patch:
        patch.setattr(settings, "CLIP_MAX_MEGABYTES", 0)
        assert "larger than 0 MB" in refusal(telling["mp4"].read_bytes(), "x.mp4")


def test_a_conversion_that_takes_too_long_is_ended(telling, monkeypatch):
    clip = stored(telling["mp4"])
    wait = transcoding._wait
    monkeypatch.setattr(transcoding, "_wait", lambda process, seconds, alive: wait(process, 0.01, alive))
    assert not clips.prepare(clip)
    assert "took too long" in clip.failure


def test_the_child_runs_under_limits_of_time_memory_and_output():
    program = (
        "import os, resource\n"
        "from stories import transcoding\n"
        "transcoding._limit(30)\n"
        "print(os.nice(0), *(resource.getrlimit(getattr(resource, name))[0] for name in"
        " ('RLIMIT_CPU', 'RLIMIT_FSIZE', 'RLIMIT_AS', 'RLIMIT_CORE')))\n"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    nice, seconds, output, memory, core = map(int, said)
    assert nice >= min(19, os.nice(0) + 10)
    assert seconds == 61
    assert output == transcoding.MAX_OUTPUT_BYTES
    assert core == 0
    assert memory == (transcoding.MAX_MEMORY_BYTES if sys.platform == "linux" else resource.RLIM_INFINITY)


def test_an_output_beyond_the_limit_ends_the_conversion(telling, monkeypatch):
    clip = stored(telling["mp4"])
    monkeypatch.setattr(transcoding, "MAX_OUTPUT_BYTES", 2000)
    assert not clips.prepare(clip)
    assert "could not be converted" in clip.failure


def test_a_clip_may_open_no_other_file(tmp_path):
    # A script for the concat demuxer, and a playlist, point at a file beside them: the named demuxer reads neither.
    secret = files.telling_clip(tmp_path / "secret.mp4", seconds=0.4)
    script = tmp_path / "x.mp4"
    script.write_text(f"ffconcat version 1.0\nfile '{secret}'\n")
    command = [transcoding.ffmpeg(), "-v", "error", "-y"]
    control = subprocess.run(
        [*command, "-f", "concat", "-safe", "0", "-i", str(script), "-c", "copy", str(tmp_path / "c.mp4")], check=False
    )
    assert control.returncode == 0  # the control: unguarded, the script opens it
    facts = transcoding.Facts("mov", 640, 360, 400, 25)
    with pytest.raises(transcoding.NotPossible):
        transcoding.transcode(script, tmp_path / "out.mp4", facts, lambda: True)


def test_an_embedded_clip_is_ready_at_once_and_keeps_its_hash():
    clip = clips.embed(Clip(title="A song"), "https://vimeo.com/76979871/8272103f6e")
    assert (clip.host, clip.video_id, clip.unlisted_hash, clip.readiness) == ("vimeo", "76979871", "8272103f6e", Readiness.READY)
    assert not clips.prepare(clip)
    with pytest.raises(ValidationError):
        clips.embed(Clip(title="A song"), "https://evil.example/76979871")


def test_a_still_of_a_transparent_or_odd_sized_clip_is_a_picture_too(tmp_path):
    clip = stored(files.telling_clip(tmp_path / "odd.mkv", seconds=0.4, size="322x182"))
    assert clips.prepare(clip)
    with default_storage.open(clip.poster.master.name) as file:
        assert intake.clean_picture(File(io.BytesIO(file.read()), name="x.jpg")).width == 322
