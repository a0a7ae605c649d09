"""Render the demo clips: `python -m stories.demo.clips.render [key ...]`.

Each clip is a slow move through one of the drawn scenes of the demo stories. The SVG is taken
apart into its named groups, every group is rasterised once by headless Chromium, and the frames
are put together from them with a camera, a little parallax, light that breathes, and grain.
`--frames FOLDER` also keeps a PNG of every second; `--draft` renders one frame in four.
Needs numpy, skia-python, ffmpeg and chromium (or CHROMIUM); the site itself needs none of them.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

import numpy as np
import skia
from numpy.typing import NDArray

from . import sound
from .direction import CLIPS, FRAME, Camera, Clip, Mote, Pose
from .flash import FlashWatch

HERE = Path(__file__).resolve().parent
ART = HERE.parent / "art"
WIDTH, HEIGHT, FPS = 1280, 720, 24
# The drawn layers reach this far past their frame, in units of the 2400x1600 frame.
BLEED_X, BLEED_Y = 150, 100
# Rasters are larger than any frame shows them, so that a push in stays sharp.
SCALE = 2 / 3
LIMIT = 1_200_000
SVG = "{http://www.w3.org/2000/svg}"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--default-background-color=00000000",
)  # fmt: skip

Pixels: TypeAlias = "NDArray[np.uint8]"
Layers: TypeAlias = "dict[str, tuple[skia.Image, int, int]]"


# --- taking a scene apart --------------------------------------------------


def flat(group: ET.Element) -> list[ET.Element]:
    """List a group's children, those inside a mere transform each with that transform around it."""
    found: list[ET.Element] = []
    for child in group:
        if child.tag != group.tag or set(child.attrib) - {"transform"}:
            found.append(child)
            continue
        for inner in flat(child):
            found.append(ET.Element(child.tag, child.attrib))
            found[-1].append(inner)
    return found


def parts(svg: Path, cut: tuple[str, ...]) -> list[tuple[str, str]]:
    """Split a scene into (name, SVG text) in painting order.

    Top-level groups are parts; a name in `cut` like `layer-4-train/0:2` makes a part of its own
    out of some children of that group, so that they can move by themselves.
    """
    ET.register_namespace("", SVG[1:-1])
    tree = ET.parse(svg)  # noqa: S314 - our own drawing
    root = tree.getroot()
    groups = [child for child in root if child.tag == f"{SVG}g"]
    defs = [child for child in root if child.tag == f"{SVG}defs"]
    found: list[tuple[str, str]] = []

    def write(name: str, group: ET.Element) -> None:
        page = ET.Element(
            f"{SVG}svg",
            viewBox=f"{-BLEED_X} {-BLEED_Y} {FRAME[0] + 2 * BLEED_X} {FRAME[1] + 2 * BLEED_Y}",
            width=str(FRAME[0] + 2 * BLEED_X),
            height=str(FRAME[1] + 2 * BLEED_Y),
        )
        page.extend([*defs, group])
        found.append((name, ET.tostring(page, encoding="unicode")))

    for group in groups:
        name = group.get("id", "")
        slices = [one for one in cut if one.split("/")[0] == name]
        if not slices:
            write(name, group)
            continue
        children = flat(group)
        for one in slices:
            first, last = one.split("/")[1].split(":")
            part = ET.Element(group.tag, group.attrib)
            part.extend(children[int(first or 0) : int(last) if last else None])
            write(one, part)
    return found


def rasterise(name: str, text: str, cache: Path) -> tuple[skia.Image, int, int]:
    """Rasterise one part with a clear ground and trim it: (picture, left, top) in pixels.

    Raises CalledProcessError or OSError.
    """
    shot = cache / f"{hashlib.sha256(f'{SCALE} {text}'.encode()).hexdigest()[:24]}.png"
    if not shot.exists():
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "page.html"
            page.write_text(
                "<!doctype html><style>html,body{margin:0;overflow:hidden;background:transparent}"
                f"svg{{display:block}}</style>{text}",
                encoding="utf-8",
            )
            width, height = FRAME[0] + 2 * BLEED_X, FRAME[1] + 2 * BLEED_Y
            subprocess.run(
                [
                    os.environ.get("CHROMIUM", "chromium"),
                    *FLAGS,
                    f"--user-data-dir={folder}/profile",
                    f"--force-device-scale-factor={SCALE}",
                    # Some versions keep the height of a bar; the rest is cut off below.
                    f"--window-size={width},{height + 200}",
                    f"--screenshot={folder}/shot.png",
                    page.as_uri(),
                ],
                check=True,
                capture_output=True,
                timeout=240,
            )
            shutil.move(f"{folder}/shot.png", shot)
    image = skia.Image.open(str(shot))
    if image is None:
        raise OSError(f"{name}: no picture came back")
    # Skia premultiplies it here, so that moved edges never show a dark or light fringe.
    area = skia.IRect.MakeWH(round((FRAME[0] + 2 * BLEED_X) * SCALE), round((FRAME[1] + 2 * BLEED_Y) * SCALE))
    inked = image.toarray()[: area.height(), : area.width(), 3] > 0
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if not len(rows):
        raise OSError(f"{name}: an empty picture")
    box = skia.IRect(
        max(0, int(columns[0]) - 2), max(0, int(rows[0]) - 2),
        min(area.width(), int(columns[-1]) + 3), min(area.height(), int(rows[-1]) + 3),
    )  # fmt: skip
    surface = skia.Surface.MakeRaster(skia.ImageInfo.MakeN32Premul(box.width(), box.height()))
    surface.getCanvas().drawImage(image, -box.left(), -box.top())
    return surface.makeImageSnapshot(), box.left(), box.top()


# --- putting a frame together ----------------------------------------------


def place(camera: Camera, depth: float, pose: Pose) -> skia.Matrix:
    """Give the matrix from the scene's units to pixels for a part at a depth.

    Depth 0 stands still like the sky, 1 moves with the camera, more comes nearer.
    """
    matrix = skia.Matrix()
    zoom = WIDTH / FRAME[0] * camera.zoom * (1 + camera.push * depth)
    turned: Pose | None = pose
    while turned:
        if turned.turn or turned.lean or turned.grow != 1:
            matrix.postTranslate(-turned.pivot[0], -turned.pivot[1])
            matrix.postConcat(skia.Matrix().setSkew(-turned.lean, 0))
            matrix.postRotate(turned.turn)
            matrix.postScale(turned.grow, turned.grow)
            matrix.postTranslate(*turned.pivot)
        matrix.postTranslate(turned.x, turned.y)
        turned = turned.within
    matrix.postTranslate(-camera.centre[0] - camera.pan[0] * depth, -camera.centre[1] - camera.pan[1] * depth)
    matrix.postScale(zoom, zoom)
    matrix.postTranslate(WIDTH / 2, HEIGHT / 2)
    return matrix


def draw_motes(canvas: skia.Canvas, motes: list[Mote], camera: Camera) -> None:
    """Draw soft specks of light, each at its own depth."""
    for mote in motes:
        if mote.alpha <= 0.004:
            continue
        matrix = place(camera, mote.depth, Pose())
        spot = matrix.mapXY(mote.x, mote.y)
        radius = matrix.mapRadius(mote.radius)
        colour = skia.Color4f.FromColor(mote.colour)
        stops = [skia.Color4f(colour.fR, colour.fG, colour.fB, mote.alpha * share).toColor() for share in (1.0, 0.35, 0.0)]
        paint = skia.Paint(
            AntiAlias=True,
            BlendMode=skia.BlendMode.kScreen,
            Shader=skia.GradientShader.MakeRadial(spot, radius, stops, [0.0, 0.4, 1.0]),
        )
        canvas.drawCircle(spot, radius, paint)


class Finish:
    """Lay bloom, vignette and slow grain over frames, as the still pictures have them."""

    def __init__(self) -> None:
        y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j].astype(np.float32)
        edge = np.clip(x * x * 0.9 + y * y * 0.8 - 0.75, 0, 1)
        self.vignette = (1 - 0.28 * edge)[..., None]
        random = np.random.default_rng(17)
        self.grain = []
        for _ in range(3):
            sheet = random.standard_normal((HEIGHT, WIDTH)).astype(np.float32)
            for axis in (0, 1):
                sheet = (np.roll(sheet, 1, axis) + 2 * sheet + np.roll(sheet, -1, axis)) / 4
            self.grain.append((sheet / sheet.std())[..., None])
        self.small = skia.Surface.MakeRaster(skia.ImageInfo.MakeN32Premul(WIDTH // 4, HEIGHT // 4))
        # Only what is bright spreads, as light does in a lens.
        self.bright = skia.ColorFilters.Matrix([1, 0, 0, 0, -0.55, 0, 1, 0, 0, -0.55, 0, 0, 1, 0, -0.55, 0, 0, 0, 1, 0])

    def bloom(self, surface: skia.Surface) -> None:
        """Let the lights of a drawn frame glow into their surroundings."""
        frame = surface.makeImageSnapshot()
        smooth = skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear)
        self.small.getCanvas().drawImageRect(
            frame, skia.Rect.MakeWH(WIDTH // 4, HEIGHT // 4), smooth,
            skia.Paint(ColorFilter=self.bright),
        )  # fmt: skip
        glow = skia.Paint(
            BlendMode=skia.BlendMode.kScreen,
            Alphaf=0.45,
            ImageFilter=skia.ImageFilters.Blur(7.5, 7.5, skia.TileMode.kClamp),
        )
        surface.getCanvas().drawImageRect(self.small.makeImageSnapshot(), skia.Rect.MakeWH(WIDTH, HEIGHT), smooth, glow)

    def __call__(self, rgb: Pixels, time: float) -> Pixels:
        """Lay vignette and grain over a frame's pixels."""
        turn = time * 4
        index, share = int(turn), turn - int(turn)
        first, second = self.grain[index % 3], self.grain[(index + 1) % 3]
        # Two sheets dissolve into each other: the grain swims, it never twinkles.
        speck = first * np.sqrt(1 - share) + second * np.sqrt(share)
        flat = rgb.astype(np.float32) * self.vignette + speck * 1.7
        return np.clip(flat + 0.5, 0, 255).astype(np.uint8)


def frames(clip: Clip, layers: Layers, step: int) -> Iterator[Pixels]:
    """Draw every `step`th frame of a clip as RGB; raises ValueError where an edge would show."""
    surface = skia.Surface.MakeRaster(skia.ImageInfo.MakeN32Premul(WIDTH, HEIGHT))
    canvas, finish = surface.getCanvas(), Finish()
    fine = skia.SamplingOptions(skia.CubicResampler.Mitchell())
    unit = skia.Matrix().postScale(1 / SCALE, 1 / SCALE).postTranslate(-BLEED_X, -BLEED_Y)
    for index in range(0, round(clip.seconds * FPS), step):
        time = index / FPS
        camera, poses, motes = clip.at(time)
        canvas.clear(skia.ColorTRANSPARENT)
        for name, (image, left, top) in layers.items():
            depth = next((d for start, d in clip.depths.items() if name.startswith(start)), 1.0)
            # A part may be drawn more than once: a light upon its own light is a brighter one.
            for pose in poses.get(name, [Pose()]):
                if pose.alpha <= 0.004:
                    continue
                canvas.save()
                canvas.concat(place(camera, depth, pose))
                canvas.concat(unit)
                paint = skia.Paint(Alphaf=min(1.0, pose.alpha))
                if pose.shade != 1:
                    tone = [float(i % 6 == 0) * (pose.shade if i < 18 else 1) for i in range(20)]
                    paint.setColorFilter(skia.ColorFilters.Matrix(tone))
                if pose.screen:
                    paint.setBlendMode(skia.BlendMode.kScreen)
                canvas.drawImage(image, left, top, fine, paint)
                canvas.restore()
            if name == clip.motes_after:
                draw_motes(canvas, motes, camera)
        drawn = surface.toarray(colorType=skia.ColorType.kRGBA_8888_ColorType)
        if drawn[..., 3].min() < 255:
            raise ValueError(f"{clip.key}: the ground shows through at {time:.2f} s")
        finish.bloom(surface)
        drawn = surface.toarray(colorType=skia.ColorType.kRGBA_8888_ColorType)
        yield finish(drawn[..., :3], time)


# --- writing the file ------------------------------------------------------


def ffmpeg() -> str:
    """Find an ffmpeg: the one on PATH, else the one inside imageio-ffmpeg."""
    found = shutil.which("ffmpeg")
    if found:
        return found
    import imageio_ffmpeg  # noqa: PLC0415 - only where the system has none

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def encode(whole: Path, wav: Path, seconds: float, target: Path) -> None:
    """Encode the lossless picture and the sound in two passes, to just under `LIMIT` bytes."""
    voice = 96_000
    rate = int((LIMIT * 0.97 - 12_000) * 8 / seconds) - voice
    picture = [
        ffmpeg(), "-v", "error", "-y", "-i", str(whole), "-i", str(wav),
        "-c:v", "libx264", "-profile:v", "high", "-preset", "slow", "-b:v", str(rate),
        "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
        # More bits for dark gradients, which would band first.
        "-aq-mode", "3", "-g", str(FPS * 5), "-threads", "2",
        "-passlogfile", str(whole.with_suffix("")),
        "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact",
    ]  # fmt: skip
    sounds = ["-c:a", "aac", "-b:a", str(voice), "-flags:a", "+bitexact", "-shortest"]
    for last in (["-pass", "1", "-an", "-f", "null", "-"],
                 ["-pass", "2", *sounds, "-movflags", "+faststart", str(target)]):  # fmt: skip
        subprocess.run([*picture, *last], check=True, timeout=900)


def render(clip: Clip, cache: Path, keep: Path | None, step: int, target: Path) -> str:
    """Render one clip into `target` and give a line of what was measured."""
    texts = parts(ART / f"{clip.scene}.svg", clip.cut)
    with ThreadPoolExecutor(2) as pool:
        images = pool.map(lambda part: rasterise(part[0], part[1], cache), texts)
        layers = dict(zip((name for name, _ in texts), images, strict=True))
    unknown = {name for name in clip.at(0.0)[1] if name not in layers}
    if unknown or (clip.motes_after and clip.motes_after not in layers):
        raise KeyError(f"{clip.key}: the scene has no {sorted(unknown) or clip.motes_after}")
    watch = FlashWatch(FPS / step)
    with tempfile.TemporaryDirectory() as folder:
        wav, whole = Path(folder) / "sound.wav", Path(folder) / "whole.mkv"
        lufs = sound.write(clip.key, clip.seconds, wav)
        command = [
            ffmpeg(), "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24",
            "-s", f"{WIDTH}x{HEIGHT}", "-r", str(FPS / step), "-i", "-",
            "-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
            "-c:v", "libx264", "-qp", "0", "-preset", "ultrafast", str(whole),
        ]  # fmt: skip
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
            if process.stdin is None:
                raise OSError("ffmpeg takes no frames")
            for number, frame in enumerate(frames(clip, layers, step)):
                watch.see(frame)
                process.stdin.write(frame.tobytes())
                if keep and number * step % FPS == 0:
                    keep.mkdir(parents=True, exist_ok=True)
                    picture = np.dstack([frame, np.full(frame.shape[:2], 255, np.uint8)])
                    shown = skia.Image.fromarray(picture, skia.ColorType.kRGBA_8888_ColorType)
                    shown.save(str(keep / f"{clip.key}-{number * step // FPS:02d}.png"))
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, "ffmpeg")
        encode(whole, wav, clip.seconds, target)
    swings, largest = watch.worst()
    # Two opposing swings make one flash; three flashes a second would be too many, one is.
    if swings > 1 or largest > 0.1:
        raise ValueError(f"{clip.key}: light changes too fast ({swings} swings, {largest:.2f})")
    if target.stat().st_size > LIMIT:
        raise ValueError(f"{clip.key}: {target.stat().st_size} bytes, more than {LIMIT}")
    return (
        f"{clip.key}: {target.stat().st_size:,} bytes, {lufs:.1f} LUFS, "
        f"at most {swings} swing of light in a second, largest step {largest:.3f}"
    )


def main() -> None:
    """Render the clips named on the command line, all without a name."""
    parser = argparse.ArgumentParser(description="Render the demo stories' clips.")
    parser.add_argument("keys", nargs="*", default=[])
    parser.add_argument("--frames", type=Path)
    parser.add_argument("--draft", type=Path, help="a folder for one frame in four")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "clip-layers")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    for key in options.keys or sorted(CLIPS):
        if not re.fullmatch(r"[a-z-]+", key):
            parser.error(f"{key} is no clip")
        folder, step = (options.draft, 4) if options.draft else (HERE, 1)
        folder.mkdir(parents=True, exist_ok=True)
        line = render(CLIPS[key], options.cache, options.frames, step, folder / f"{key}.mp4")
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
