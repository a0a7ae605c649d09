"""Paint the SVG scenes beside this file into the pictures of the demo stories.

`python -m stories.demo.art.paint [key ...]` rasterises each named scene (all without a name)
with headless Chromium at 2400x1600, lays soft light, grain and a vignette over it, and saves
`stories/demo/pictures/<key>.jpg`. `--draw` first writes the SVG anew from its program;
`--sketch FOLDER` paints at half size into another folder, to look at.
Needs numpy, Pillow and /usr/bin/chromium (or CHROMIUM).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from .kit import HEIGHT, WIDTH

ART = Path(__file__).resolve().parent
PICTURES = ART.parent / "pictures"
LIMIT = 600_000
ACROSS = 2160  # enough for a large screen; every pixel costs time when the demo is loaded
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
]


def rasterise(svg: Path, scale: float) -> Image.Image:
    """Render an SVG at its frame's size times scale; raises CalledProcessError or OSError."""
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        page = Path(folder) / "page.html"
        # A page around the drawing, since a bare SVG document is centred in the window.
        page.write_text(
            f"<!doctype html><style>html,body{{margin:0;overflow:hidden}}svg{{display:block}}"
            f"</style>{svg.read_text(encoding='utf-8')}",
            encoding="utf-8",
        )
        subprocess.run(
            [
                os.environ.get("CHROMIUM", "/usr/bin/chromium"),
                *FLAGS,
                f"--user-data-dir={folder}/profile",
                f"--force-device-scale-factor={scale:g}",
                # The window is taller than the frame because some versions keep a bar's height.
                f"--window-size={WIDTH},{HEIGHT + 200}",
                f"--screenshot={shot}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=240,
        )
        with Image.open(shot) as image:
            size = (round(WIDTH * scale), round(HEIGHT * scale))
            return image.convert("RGB").crop((0, 0, *size))


def finish(image: Image.Image, seed: int) -> Image.Image:
    """Lay bloom, vignette and grain over a rendered scene."""
    width, height = image.size
    scale = width / WIDTH
    rng = np.random.default_rng(seed)
    flat = np.asarray(image, dtype=np.float32) / 255

    # Bloom: only what is bright spreads, as light does in a lens.
    small = image.resize((width // 4, height // 4), Image.Resampling.BILINEAR)
    bright = np.clip(np.asarray(small, dtype=np.float32) / 255 - 0.55, 0, 1)
    halo = Image.fromarray((bright * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(14 * scale))
    spread = np.asarray(halo.resize((width, height), Image.Resampling.BICUBIC), np.float32) / 255
    flat = 1 - (1 - flat) * (1 - 0.45 * spread)

    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    edge = np.clip((x * x * 0.9 + y * y * 0.8) - 0.75, 0, 1)[..., None]
    flat = flat * (1 - 0.28 * edge)

    # Grain: mostly of brightness, coarser than a pixel, weakest in deep shadow and in light.
    noise = np.clip(rng.normal(128, 50, (height, width)), 0, 255).astype(np.uint8)
    speck = Image.fromarray(noise).filter(ImageFilter.GaussianBlur(1.1 * scale))
    coarse = np.asarray(speck, np.float32) - 128
    coarse /= float(coarse.std())
    level = flat.mean(axis=2)
    weight = 0.006 + 0.012 * np.clip(4 * level * (1 - level), 0, 1)
    flat = flat + (coarse * weight)[..., None]
    return Image.fromarray((np.clip(flat, 0, 1) * 255 + 0.5).astype(np.uint8))


def save(image: Image.Image, target: Path) -> int:
    """Save as JPEG of ACROSS pixels at quality 88, lower if it would pass LIMIT; give the bytes."""
    image = image.resize((ACROSS, round(image.height * ACROSS / image.width)), Image.Resampling.LANCZOS)
    for quality in range(88, 60, -3):
        image.save(target, quality=quality, optimize=True, progressive=True, subsampling=2)
        if target.stat().st_size <= LIMIT:
            break
    return target.stat().st_size


def main() -> None:
    """Paint the scenes named on the command line."""
    parser = argparse.ArgumentParser(description="Paint the demo stories' illustrations.")
    parser.add_argument("keys", nargs="*")
    parser.add_argument("--draw", action="store_true")
    parser.add_argument("--sketch", type=Path)
    options = parser.parse_args()
    if options.draw:
        from .draw import draw

        draw(options.keys)
    keys = options.keys or sorted(p.stem for p in ART.glob("*.svg"))
    for order, key in enumerate(keys):
        svg = ART / f"{key}.svg"
        if options.sketch:
            options.sketch.mkdir(parents=True, exist_ok=True)
            finish(rasterise(svg, 0.5), order).save(options.sketch / f"{key}.png")
            continue
        size = save(finish(rasterise(svg, 1), order), PICTURES / f"{key}.jpg")
        print(f"{key}: {size} bytes")


if __name__ == "__main__":
    main()
