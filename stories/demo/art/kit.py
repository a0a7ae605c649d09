"""Build layered SVG scenes out of smooth curves, tapered tubes and light.

Lengths are in units of the 2400x1600 frame. Points are written as text: "x,y x,y! ..."
where "!" makes a sharp corner, and "x,y,r" gives a tube its half-width at that point.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

WIDTH, HEIGHT = 2400, 1600
# Every layer reaches past the frame so that it can be moved without showing an edge.
BLEED_X, BLEED_Y = 150, 100
LEFT, TOP, RIGHT, BOTTOM = -BLEED_X, -BLEED_Y, WIDTH + BLEED_X, HEIGHT + BLEED_Y

Point = tuple[float, float]
Stops = Sequence[tuple[float, str] | tuple[float, str, float]]


def n(value: float) -> str:
    """Write a number with at most one decimal."""
    text = f"{value:.1f}"
    return text.removesuffix(".0")


def mix(first: str, second: str, share: float) -> str:
    """Blend two #rrggbb colours; share 0 gives the first, 1 the second."""
    one = [int(first[i : i + 2], 16) for i in (1, 3, 5)]
    two = [int(second[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(one, two, strict=True))


class Place:
    """Move, turn, scale and mirror points in the program, so that light never turns with them."""

    def __init__(self, x: float = 0, y: float = 0, scale: float = 1, turn: float = 0, flip: bool = False) -> None:
        self.x, self.y, self.scale, self.turn, self.flip = x, y, scale, turn, flip

    def __call__(self, x: float, y: float) -> Point:
        if self.flip:
            x = -x
        angle = math.radians(-self.turn if self.flip else self.turn)
        c, s = math.cos(angle) * self.scale, math.sin(angle) * self.scale
        return self.x + x * c - y * s, self.y + x * s + y * c

    def inner(self, x: float, y: float, scale: float = 1, turn: float = 0) -> Place:
        """Give a place inside this one."""
        px, py = self(x, y)
        return Place(px, py, self.scale * scale, self.turn + turn, self.flip)


HERE = Place()


def read(text: str) -> list[tuple[list[float], bool]]:
    """Read points from text into (numbers, is_corner)."""
    return [([float(v) for v in word.rstrip("!").split(",")], word.endswith("!")) for word in text.split()]


def curve(points: Sequence[Point], corners: Sequence[bool] | None = None, closed: bool = True) -> str:
    """Run a smooth Bezier path through points, breaking the tangent at corners."""
    size = len(points)
    corners = corners or [False] * size

    def tangent(i: int) -> Point:
        if not closed and i in (0, size - 1):
            return 0.0, 0.0
        a, b = points[(i - 1) % size], points[(i + 1) % size]
        p = points[i]
        # Weighting by distance keeps tight bends from looping over themselves.
        da = math.hypot(p[0] - a[0], p[1] - a[1]) or 1e-6
        db = math.hypot(b[0] - p[0], b[1] - p[1]) or 1e-6
        tx = (p[0] - a[0]) / da * db + (b[0] - p[0]) / db * da
        ty = (p[1] - a[1]) / da * db + (b[1] - p[1]) / db * da
        length = math.hypot(tx, ty)
        return (tx / length, ty / length) if length > 1e-9 else (0.0, 0.0)

    out = [f"M{n(points[0][0])} {n(points[0][1])}"]
    for i in range(size if closed else size - 1):
        j = (i + 1) % size
        p, q = points[i], points[j]
        reach = math.hypot(q[0] - p[0], q[1] - p[1]) * 0.36
        t0 = (0.0, 0.0) if corners[i] else tangent(i)
        t1 = (0.0, 0.0) if corners[j] else tangent(j)
        out.append(
            f"C{n(p[0] + t0[0] * reach)} {n(p[1] + t0[1] * reach)} "
            f"{n(q[0] - t1[0] * reach)} {n(q[1] - t1[1] * reach)} {n(q[0])} {n(q[1])}"
        )
    return "".join(out) + ("Z" if closed else "")


def blob(text: str, at: Place = HERE) -> str:
    """Give the closed smooth path through the points of a text."""
    marks = read(text)
    return curve([at(v[0], v[1]) for v, _ in marks], [c for _, c in marks])


def _spline(values: Sequence[float], t: float) -> float:
    i = min(int(t), len(values) - 2)
    f = t - i
    p1, p2 = values[i], values[i + 1]
    p0 = values[i - 1] if i else 2 * p1 - p2
    p3 = values[i + 2] if i + 2 < len(values) else 2 * p2 - p1
    return 0.5 * (
        2 * p1 + (p2 - p0) * f + (2 * p0 - 5 * p1 + 4 * p2 - p3) * f * f
        + (3 * p1 - p0 - 3 * p2 + p3) * f**3
    )  # fmt: skip


def tube(text: str, at: Place = HERE, steps: int = 5) -> str:
    """Give a tapered, round-ended path along a spine written as "x,y,r ..."."""
    rows = [v for v, _ in read(text)]
    spine = [at(v[0], v[1]) for v in rows]
    radii = [v[2] * at.scale for v in rows]
    xs, ys = [p[0] for p in spine], [p[1] for p in spine]
    left: list[Point] = []
    right: list[Point] = []
    total = (len(rows) - 1) * steps
    samples = []
    for k in range(total + 1):
        t = k / steps
        samples.append((_spline(xs, t), _spline(ys, t), max(0.4, _spline(radii, t))))
    for k, (x, y, r) in enumerate(samples):
        ax, ay, _ = samples[max(0, k - 1)]
        bx, by, _ = samples[min(total, k + 1)]
        length = math.hypot(bx - ax, by - ay) or 1e-6
        nx, ny = -(by - ay) / length, (bx - ax) / length
        left.append((x + nx * r, y + ny * r))
        right.append((x - nx * r, y - ny * r))

    def cap(near: int, away: int) -> list[Point]:
        x, y, r = samples[near]
        ax, ay, _ = samples[away]
        length = math.hypot(x - ax, y - ay) or 1e-6
        dx, dy = (x - ax) / length * r, (y - ay) / length * r
        # A full turn of cap: two shoulders and the tip.
        return [
            (x + dx * 0.7 - dy * 0.7, y + dy * 0.7 + dx * 0.7),
            (x + dx, y + dy),
            (x + dx * 0.7 + dy * 0.7, y + dy * 0.7 - dx * 0.7),
        ]

    return curve([*left, *cap(-1, -2), *reversed(right), *cap(0, 1)])


def ridge(
    base: float, rise: float, seed: int, *, bumps: float = 3, floor: float = BOTTOM,
    tilt: float = 0, rough: float = 0.35,
) -> str:  # fmt: skip
    """Give a hill line across the whole frame, filled down to a floor.

    base is the mean height of the line, rise its swing, tilt its fall from left to right.
    """
    dice = random.Random(seed)
    waves = [(bumps * 2**k, rise * rough**k, dice.random() * 6.28) for k in range(4)]
    points = []
    for k in range(49):
        x = LEFT + (RIGHT - LEFT) * k / 48
        u = k / 48
        y = base + tilt * (u - 0.5) + sum(a * math.sin(u * f * 3.14159 + ph) for f, a, ph in waves)
        points.append((x, y))
    return curve(points, closed=False) + f"L{RIGHT} {n(floor)}L{LEFT} {n(floor)}Z"


class Scene:
    """Collect the layers, paints and filters of one picture and write them as SVG."""

    def __init__(self, key: str, title: str, seed: int = 7) -> None:
        self.key, self.title = key, title
        self.dice = random.Random(seed)
        self._defs: list[str] = []
        self._known: dict[str, str] = {}
        self._body: list[str] = []
        self._depth = 0

    def _define(self, kind: str, markup: str) -> str:
        if markup not in self._known:
            name = f"{kind}{len(self._known)}"
            self._known[markup] = name
            self._defs.append(markup.replace("ID", name, 1))
        return self._known[markup]

    def add(self, markup: str) -> None:
        """Put markup into the open group."""
        self._body.append("  " * self._depth + markup)

    @contextmanager
    def group(self, name: str = "", **attrs: str | float) -> Iterator[None]:
        """Open a group; a name becomes its id."""
        extra = "".join(f' {k.replace("_", "-")}="{v}"' for k, v in attrs.items())
        self.add(f"<g{f' id={chr(34)}{name}{chr(34)}' if name else ''}{extra}>")
        self._depth += 1
        yield
        self._depth -= 1
        self.add("</g>")

    @contextmanager
    def clipped(self, path: str) -> Iterator[None]:
        """Open a group that shows only inside a path."""
        name = self._define("c", f'<clipPath id="ID"><path d="{path}"/></clipPath>')
        with self.group(clip_path=f"url(#{name})"):
            yield

    @staticmethod
    def _stops(stops: Stops) -> str:
        return "".join(
            f'<stop offset="{s[0]:g}" stop-color="{s[1]}"' + (f' stop-opacity="{s[2]:g}"' if len(s) > 2 else "") + "/>"
            for s in stops
        )

    def linear(self, stops: Stops, x1: float, y1: float, x2: float, y2: float) -> str:
        """Define a linear paint between two points of the frame."""
        name = self._define(
            "p",
            f'<linearGradient id="ID" gradientUnits="userSpaceOnUse" x1="{n(x1)}" y1="{n(y1)}" '
            f'x2="{n(x2)}" y2="{n(y2)}">{self._stops(stops)}</linearGradient>',
        )
        return f"url(#{name})"

    def fall(self, top: str, bottom: str, y1: float = TOP, y2: float = BOTTOM) -> str:
        """Define a paint that falls from one colour to another."""
        return self.linear([(0, top), (1, bottom)], 0, y1, 0, y2)

    def radial(self, stops: Stops, x: float, y: float, r: float, squash: float = 1) -> str:
        """Define a round paint; squash < 1 flattens it."""
        flat = (
            f' gradientTransform="translate({n(x)} {n(y)}) scale(1 {squash:g}) translate({n(-x)} {n(-y)})"' if squash != 1 else ""
        )
        name = self._define(
            "p",
            f'<radialGradient id="ID" gradientUnits="userSpaceOnUse" cx="{n(x)}" cy="{n(y)}" '
            f'r="{n(r)}"{flat}>{self._stops(stops)}</radialGradient>',
        )
        return f"url(#{name})"

    def blur(self, size: float) -> str:
        """Define a blur and give it as a filter attribute value."""
        name = self._define(
            "f",
            f'<filter id="ID" x="-1" y="-1" width="3" height="3"><feGaussianBlur stdDeviation="{n(size)}"/></filter>',
        )
        return f"url(#{name})"

    def lit(
        self, rim: str, dx: float, dy: float, *, glow: float = 0.9, soft: float = 1.2,
        shade: str = "#15141f", depth: float = 60, dark: float = 0.45, wash: float = 0.0,
        warm: str = "#ff7a3c",
    ) -> str:  # fmt: skip
        """Define a light: a bright rim towards (dx, dy), and a stippled shade on the other side.

        The length of (dx, dy) is the width of the rim, depth the softness of the shade; wash
        (0..1) lets the colour warm run inwards over the lit side.
        """
        length = math.hypot(dx, dy) or 1
        sx, sy = dx / length * depth * 0.8, dy / length * depth * 0.8
        pool = (
            f'<feOffset in="SourceAlpha" dx="{n(-sx * 0.7)}" dy="{n(-sy * 0.7)}"/>'
            f'<feGaussianBlur stdDeviation="{n(depth * 0.45)}" result="w"/>'
            f'<feFlood flood-color="{warm}" flood-opacity="{wash:g}"/>'
            '<feComposite in2="w" operator="out"/>'
            '<feComposite in2="SourceAlpha" operator="in" result="wash"/>'
        )
        name = self._define(
            "f",
            '<filter id="ID" x="-0.15" y="-0.15" width="1.3" height="1.3" '
            'color-interpolation-filters="sRGB">'
            f'<feOffset in="SourceAlpha" dx="{n(sx)}" dy="{n(sy)}"/>'
            f'<feGaussianBlur stdDeviation="{n(depth * 0.6)}" result="s"/>'
            f'<feFlood flood-color="{shade}" flood-opacity="{dark:g}"/>'
            '<feComposite in2="s" operator="out" result="d"/>'
            '<feTurbulence type="fractalNoise" baseFrequency="0.45" numOctaves="2" seed="3"/>'
            '<feColorMatrix values="0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0 0 0 0" result="t"/>'
            '<feComposite in="d" in2="t" operator="arithmetic" k1="2.2" k2="-0.1" result="ds"/>'
            '<feComposite in="ds" in2="SourceAlpha" operator="in" result="shade"/>'
            f'<feOffset in="SourceAlpha" dx="{n(-dx)}" dy="{n(-dy)}"/>'
            f'<feGaussianBlur stdDeviation="{n(soft)}" result="o"/>'
            f'<feFlood flood-color="{rim}" flood-opacity="{glow:g}"/>'
            '<feComposite in2="o" operator="out"/>'
            '<feComposite in2="SourceAlpha" operator="in" result="rim"/>'
            + (pool if wash else "")
            + '<feMerge><feMergeNode in="SourceGraphic"/><feMergeNode in="shade"/>'
            + ('<feMergeNode in="wash"/>' if wash else "")
            + '<feMergeNode in="rim"/></feMerge></filter>',
        )
        return f"url(#{name})"

    def path(self, d: str, fill: str, light: str = "", **attrs: str | float) -> str:
        """Draw a path, if wanted under a light, and give its data back."""
        extra = "".join(f' {k.replace("_", "-")}="{v}"' for k, v in attrs.items())
        shown = f' filter="{light}"' if light else ""
        self.add(f'<path d="{d}" fill="{fill}"{shown}{extra}/>')
        return d

    def edge(self, d: str, paint: str, width: float = 6, **attrs: str | float) -> None:
        """Draw light along a line, as a stroke whose paint may fade."""
        extra = "".join(f' {k.replace("_", "-")}="{v}"' for k, v in attrs.items())
        self.add(f'<path d="{d}" fill="none" stroke="{paint}" stroke-width="{n(width)}"{extra}/>')

    def all_over(self, fill: str, light: str = "", **attrs: str | float) -> None:
        """Fill the frame and its bleed."""
        self.path(f"M{LEFT} {TOP}H{RIGHT}V{BOTTOM}H{LEFT}Z", fill, light, **attrs)

    def disc(self, x: float, y: float, r: float, fill: str, **attrs: str | float) -> None:
        """Draw a circle."""
        extra = "".join(f' {k.replace("_", "-")}="{v}"' for k, v in attrs.items())
        self.add(f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(r)}" fill="{fill}"{extra}/>')

    def glow(self, x: float, y: float, r: float, colour: str, strength: float = 0.8, squash: float = 1) -> None:
        """Draw light that fades outwards from a point."""
        stops = [(0, colour, strength), (0.35, colour, strength * 0.42), (1, colour, 0)]
        fill = self.radial(stops, x, y, r, squash)
        self.add(f'<ellipse cx="{n(x)}" cy="{n(y)}" rx="{n(r)}" ry="{n(r * squash)}" fill="{fill}"/>')

    def many(self, paths: Iterable[str], fill: str, light: str = "", **attrs: str | float) -> None:
        """Draw many paths as one."""
        self.path("".join(paths), fill, light, **attrs)

    def write(self, folder: Path) -> Path:
        """Write the scene as <key>.svg and give its path."""
        target = folder / f"{self.key}.svg"
        defs = "\n".join(self._defs)
        body = "\n".join(self._body)
        target.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}">\n<title>{self.title}</title>\n'
            f"<defs>\n{defs}\n</defs>\n{body}\n</svg>\n",
            encoding="utf-8",
        )
        return target
