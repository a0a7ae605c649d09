"""Draw the world around people: skies, mist, trees, palms, grass, houses and lamps."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from .kit import LEFT, RIGHT, TOP, Place, Point, Scene, Stops, blob, curve, mix, n, tube


def sky(s: Scene, stops: Stops, slant: float = 0) -> None:
    """Fill the frame with a sky; slant > 0 turns its light towards the lower right."""
    s.all_over(s.linear(stops, LEFT + slant, TOP, RIGHT if slant else LEFT, 1300))


def stars(s: Scene, count: int, box: tuple[float, float, float, float], seed: int = 1) -> None:
    """Scatter stars in a box (x1, y1, x2, y2), thinning towards its lower right."""
    dice = random.Random(seed)
    for _ in range(count):
        u, v = dice.random(), dice.random() ** 1.4
        if u + v > 1.15:
            continue
        x, y = box[0] + (box[2] - box[0]) * u, box[1] + (box[3] - box[1]) * v
        s.disc(x, y, dice.choice((1.6, 2, 2.4, 3.4)), "#fbf1dc", opacity=n(0.9 - 0.6 * (u + v) / 2))


def mist(s: Scene, y: float, height: float, colour: str, strength: float = 0.5) -> None:
    """Lay a band of haze across the frame, densest at y."""
    fill = s.linear([(0, colour, 0), (0.5, colour, strength), (1, colour, 0)], 0, y - height, 0, y + height)
    s.path(f"M{LEFT} {n(y - height)}H{RIGHT}V{n(y + height)}H{LEFT}Z", fill)


def cloud(s: Scene, x: float, y: float, width: float, fill: str, seed: int, **a: float) -> None:
    """Draw a long flat cloud."""
    dice = random.Random(seed)
    top, low = [], []
    for k in range(9):
        u = k / 8 - 0.5
        h = width * 0.042 * math.cos(u * math.pi) * (0.35 + dice.random())
        top.append((x + u * width, y - h))
        low.append((x + u * width * 0.97 + width * 0.02, y + h * 0.3))
    s.path(curve([*top, *reversed(low)]), fill, "", **a)


def palm(x: float, y: float, tall: float, lean: float, seed: int) -> list[str]:
    """Give the paths of a coconut palm with its foot at (x, y)."""
    dice = random.Random(seed)
    r = tall * 0.018
    tx, ty = x + lean, y - tall
    out = [tube(f"{x},{y},{r * 1.7} {x + lean * 0.25},{y - tall * 0.4},{r} "
                f"{x + lean * 0.7},{y - tall * 0.78},{r * 0.8} {tx},{ty},{r}")]  # fmt: skip
    count = 12
    for k in range(count):
        angle = math.pi * (-0.16 + 1.32 * k / (count - 1)) + dice.uniform(-0.08, 0.08)
        reach = tall * dice.uniform(0.36, 0.46)
        dx, dy = math.cos(angle), -math.sin(angle)
        rib: list[Point] = []
        for step in range(9):
            u = step / 8
            droop = reach * 0.62 * u * u * (0.35 + abs(dx))
            rib.append((tx + dx * reach * u, ty + dy * reach * u * 0.75 + droop))
        low: list[Point] = []
        corners = [False] * 9
        # Leaflets hang from the rib as teeth, longest in the middle.
        for step in range(8, 0, -1):
            px, py = rib[step]
            hang = reach * 0.24 * math.sin(math.pi * (step / 8 * 0.8 + 0.12))
            low += [(px + dx * reach * 0.03, py + hang), (px - dx * reach * 0.05, py + hang * 0.5)]
            corners += [True, True]
        corners[8] = corners[0] = True
        out.append(curve([*rib, *low], corners))
    return out


def leaves(box: tuple[float, float, float, float], count: int, size: float, seed: int, hang: float = 0.5) -> list[str]:
    """Give pointed leaves scattered in an ellipse (cx, cy, rx, ry); hang 1 points them down."""
    dice = random.Random(seed)
    out = []
    for _ in range(count):
        angle, reach = dice.random() * 6.283, math.sqrt(dice.random())
        x = box[0] + math.cos(angle) * box[2] * reach
        y = box[1] + math.sin(angle) * box[3] * reach
        turn = 90 * hang + dice.uniform(-1, 1) * (180 - 140 * hang)
        z = size * dice.uniform(0.6, 1.25)
        p = Place(x, y, z, turn)
        out.append(blob("0,0! 0.45,-0.26 1,0! 0.45,0.26", p))
    return out


def crown(box: tuple[float, float, float, float], seed: int, bumps: int = 22, swell: float = 0.12) -> str:
    """Give one leafy outline round an ellipse (cx, cy, rx, ry)."""
    dice = random.Random(seed)
    points: list[Point] = []
    corners: list[bool] = []
    for k in range(bumps):
        a = 6.283 * k / bumps + dice.uniform(-0.06, 0.06)
        b = 6.283 * (k + 0.5) / bumps
        out = 1 + dice.uniform(0.3, 1) * swell
        points += [
            (box[0] + math.cos(a) * box[2], box[1] + math.sin(a) * box[3]),
            (box[0] + math.cos(b) * box[2] * out, box[1] + math.sin(b) * box[3] * out),
        ]
        corners += [True, False]
    return curve(points, corners)


def tree(s: Scene, x: float, y: float, tall: float, wide: float, tones: Sequence[str], seed: int,
         light: str = "", sun: Point = (1, -1)) -> None:  # fmt: skip
    """Draw a broad tree of clustered crowns; tones run from shadow to light."""
    dice = random.Random(seed)
    r = wide * 0.045
    s.path(tube(f"{x - r},{y + 6},{r * 2.2} {x},{y - tall * 0.2},{r * 1.1} "
                f"{x + r},{y - tall * 0.5},{r * 0.8}"), mix(tones[0], "#15141f", 0.4), light)  # fmt: skip
    for level, tone in enumerate(tones):
        for _ in range(5 - level if level < 3 else 2):
            cx = x + dice.uniform(-0.34, 0.34) * wide + sun[0] * wide * 0.05 * level
            cy = y - tall * dice.uniform(0.52, 0.78) + sun[1] * tall * 0.05 * level
            k = 0.30 - 0.05 * level
            s.path(crown((cx, cy, wide * k, tall * k * 0.75), dice.randrange(999), 16), tone, light)


def grass(s: Scene, y: float, count: int, tall: float, fill: str, seed: int,
          span: tuple[float, float] = (LEFT, RIGHT), sway: float = 0.3) -> None:  # fmt: skip
    """Draw blades that stand along a line."""
    dice = random.Random(seed)
    out = []
    for _ in range(count):
        x = dice.uniform(*span)
        h = tall * dice.uniform(0.4, 1.1)
        b = h * dice.uniform(-sway, sway * 1.6)
        w = 3 + h * 0.025
        out.append(
            f"M{n(x - w)} {n(y)}Q{n(x)} {n(y - h * 0.6)} {n(x + b)} {n(y - h)}"
            f"Q{n(x + w * 1.5)} {n(y - h * 0.5)} {n(x + w)} {n(y)}Z"
        )
    s.many(out, fill)


def house(s: Scene, x: float, y: float, w: float, wall: str, roof: str, lamp: str = "",
          side: str = "") -> None:  # fmt: skip
    """Draw a small house with its foot at (x, y); a lamp colour lights its door or window."""
    h = w * 0.55
    s.path(f"M{n(x)} {n(y)}V{n(y - h)}H{n(x + w)}V{n(y)}Z", wall)
    if side:
        s.path(f"M{n(x + w)} {n(y)}V{n(y - h)}L{n(x + w * 1.35)} {n(y - h * 0.9)}V{n(y)}Z", side)
    s.path(
        f"M{n(x - w * 0.1)} {n(y - h * 0.92)}L{n(x + w * 0.2)} {n(y - h * 1.6)}"
        f"L{n(x + w * 1.1)} {n(y - h * 1.5)}L{n(x + w * 1.45)} {n(y - h * 0.88)}"
        f"L{n(x + w * 1.08)} {n(y - h * 0.9)}Z", roof,
    )  # fmt: skip
    if lamp:
        s.glow(x + w * 0.34, y - h * 0.35, w * 0.8, lamp, 0.45)
        s.path(f"M{n(x + w * 0.24)} {n(y - h * 0.08)}V{n(y - h * 0.62)}H{n(x + w * 0.46)}"
               f"V{n(y - h * 0.08)}Z", mix(lamp, "#fbf7f0", 0.35))  # fmt: skip


def smoke(s: Scene, text: str, colour: str, blur: float, opacity: float) -> None:
    """Draw a soft column along a spine of "x,y,r ..."."""
    s.path(tube(text), colour, s.blur(blur), opacity=opacity)


def birds(s: Scene, spots: Sequence[tuple[float, float, float]], fill: str) -> None:
    """Draw far birds (x, y, span)."""
    s.many(
        (
            f"M{n(x - w)} {n(y - w * 0.28)}Q{n(x - w * 0.4)} {n(y - w * 0.5)} {n(x)} {n(y)}"
            f"Q{n(x + w * 0.45)} {n(y - w * 0.5)} {n(x + w)} {n(y - w * 0.2)}"
            f"Q{n(x + w * 0.45)} {n(y - w * 0.3)} {n(x)} {n(y + w * 0.12)}"
            f"Q{n(x - w * 0.45)} {n(y - w * 0.3)} {n(x - w)} {n(y - w * 0.28)}Z"
            for x, y, w in spots
        ),
        fill,
    )
