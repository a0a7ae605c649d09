"""Direct the four demo clips: where the camera goes, what stirs, how the light changes.

Places are in units of the drawn 2400x1600 frame, times in seconds, turns in degrees. Nothing here
draws; `render.py` asks each clip what the camera, the parts and the specks do at a time. Every
movement grows out of stillness and comes back to it, so that a clip begins and ends on a still.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import cos, pi, sin

FRAME = (2400, 1600)
Point = tuple[float, float]


@dataclass(frozen=True)
class Camera:
    """Say what the camera sees: the middle of the view, how near, how much parallax."""

    centre: Point
    zoom: float = 1.0
    pan: Point = (0.0, 0.0)
    push: float = 0.0


@dataclass(frozen=True)
class Pose:
    """Say how one part differs from the drawing: moved, turned, leant, grown, dimmed.

    `within` is the pose of what carries it, as a body carries a head.
    """

    x: float = 0.0
    y: float = 0.0
    turn: float = 0.0
    lean: float = 0.0
    grow: float = 1.0
    pivot: Point = (0.0, 0.0)
    alpha: float = 1.0
    shade: float = 1.0
    screen: bool = False
    within: Pose | None = None


@dataclass(frozen=True)
class Mote:
    """Say where one soft speck of light is."""

    x: float
    y: float
    radius: float
    alpha: float
    depth: float = 1.0
    colour: int = 0xFFFFD79A


Still = tuple[Camera, dict[str, list[Pose]], list[Mote]]


@dataclass(frozen=True)
class Clip:
    """Hold one clip: its scene, its length, the depth of its parts, and its movement."""

    key: str
    scene: str
    seconds: float
    depths: dict[str, float]
    at: Callable[[float], Still]
    cut: tuple[str, ...] = ()
    motes_after: str = ""


# --- curves ----------------------------------------------------------------


def ease(time: float, start: float, end: float) -> float:
    """Go from 0 at `start` to 1 at `end`, still at both (Perlin's smootherstep)."""
    x = min(1.0, max(0.0, (time - start) / (end - start)))
    return x * x * x * (x * (6 * x - 15) + 10)


def stir(time: float, seconds: float) -> float:
    """Give the share of ambient movement: none at both ends of a clip."""
    return ease(time, 0.2, 1.8) * (1 - ease(time, seconds - 1.9, seconds - 0.3))


def wander(time: float, seed: float, period: float) -> float:
    """Wander between -1 and 1, never quite the same way twice."""
    x = 2 * pi * time / period
    return sin(x + seed * 1.7) * 0.5 + sin(x * 1.618 + seed * 3.1) * 0.32 + sin(x * 0.437 + seed * 5.3) * 0.18


def spread(index: int, salt: float = 0.0) -> float:
    """Scatter whole numbers over 0 to 1; each `salt` scatters them anew."""
    return (sin(index * 12.9898 + salt * 78.233) * 43758.5453) % 1.0


def sliced(group: str, *places: int) -> tuple[str, ...]:
    """Name the slices of a group's children that begin at 0 and at each place."""
    ends = [*(str(place) for place in places), ""]
    return tuple(f"{group}/{a}:{b}" for a, b in zip(["0", *ends], ends, strict=False))


# --- Bablu's birthday ------------------------------------------------------

WICK = (996.0, 920.0)


def birthday(time: float) -> Still:
    """Come slowly nearer to the candle while the family sways and claps."""
    seconds, alive = 12.5, stir(time, 12.5)
    u = ease(time, 0.6, seconds - 0.7)
    camera = Camera((1200 - 70 * u, 838 + 14 * u), 1.02 + 0.06 * u, (-30 * u, 0), 0.12 * u)
    # The flame leans and lifts about once a second; its light follows by a few parts in a hundred.
    draught = wander(time, 2, 1.9) * alive
    breath = (wander(time, 5, 2.6) * 0.6 + wander(time, 8, 1.5) * 0.4) * alive
    flame = Pose(lean=0.10 * draught, turn=1.5 * draught, grow=1 + 0.06 * breath, pivot=WICK)
    glow = Pose(alpha=0.88 + 0.12 * breath, grow=1 + 0.03 * breath, pivot=(996, 880))
    more = Pose(alpha=0.14 + 0.10 * breath, screen=True, grow=1.25, pivot=(996, 880))
    # Hands come together on the claps of the score: every four quavers from 5.24 s.
    joining = ease(time, 3.6, 4.6) * (1 - ease(time, seconds - 1.6, seconds - 0.4))
    apart = (1 - cos(2 * pi * (time - 5.24) / 1.34)) / 2 * joining
    sway = sin(2 * pi * (time - 0.55) / 5.36) * alive
    nod = wander(time, 3, 3.4) * alive
    sister = Pose(turn=0.45 * sway, pivot=(560, 1340))
    hand = Pose(turn=-4.0 * apart, pivot=(563, 1037), within=sister)
    reach = (wander(time, 11, 2.7) * 0.5 + 0.5) * alive
    tilt = wander(time, 6, 4.1) * alive
    baby = Pose(turn=0.4 * tilt, pivot=(1240, 1330))
    poses = {
        "light-candle/0:2": [glow, more],
        "light-candle/2:": [flame],
        "layer-2-bunting": [Pose(turn=0.10 * wander(time, 1, 6.0) * alive, pivot=(1240, -900))],
        "layer-4-father": [Pose(turn=-0.25 * sway, pivot=(1800, 1400))],
        "layer-5-mother-and-baby/4:9": [Pose(turn=0.8 * nod, pivot=(1500, 735))],
        "layer-5-mother-and-baby/19:": [Pose(turn=1.1 * tilt, pivot=(1262, 985), within=baby)],
        "layer-5-mother-and-baby/18:19": [baby],
        "layer-6-sister/0:1": [Pose(turn=5.0 * apart, pivot=(640, 982), within=sister)],
        "layer-6-sister/1:4": [sister],
        "layer-6-sister/4:10": [Pose(turn=1.3 * nod, pivot=(590, 880), within=sister)],
        "layer-6-sister/10:13": [hand],
        "layer-6-sister/13:14": [sister],
        "layer-6-sister/14:": [hand],
        "layer-7-table/36:": [Pose(turn=-2.2 * reach, pivot=(1212, 1065), within=baby)],
    }
    motes = []
    for index in range(16):
        life = (time / 7.5 + spread(index)) % 1.0
        x = 700 + 620 * spread(index, 1) + 34 * wander(time, index, 5)
        motes.append(
            Mote(x, 1000 - 560 * life, 9 + 8 * spread(index, 2),
                 0.34 * sin(pi * life) ** 2 * alive, 1.0 + 0.3 * spread(index, 3))
        )  # fmt: skip
    return camera, poses, motes


# --- See their reaction ----------------------------------------------------


def reaction(time: float) -> Still:
    """Ride beside the train while the sun comes up behind the hill and the boys wave."""
    seconds, alive = 13.0, stir(time, 13.0)
    u, dawn = ease(time, 0.4, seconds - 0.5), ease(time, 0.8, 10.5)
    ahead = (1230.0, 760.0)
    camera = Camera((1215 + 62 * u, 842 - 22 * u), 1.03, (0, 0), 0.075 * u)
    # The coaches give a little at every pair of rail joints, 1.28 s apart in the score.
    joint = sin(2 * pi * (time - 0.1) / 1.28) * alive
    coaches = Pose(y=1.5 * joint, shade=0.9 + 0.1 * dawn)
    poses = {
        "layer-0-sky": [Pose(shade=0.74 + 0.26 * dawn)],
        "light-sun/0:1": [Pose(y=120 - 150 * dawn, alpha=0.6 + 0.4 * dawn)],
        "light-sun/1:": [
            Pose(y=120 - 150 * dawn, alpha=0.5 + 0.5 * dawn),
            Pose(y=120 - 150 * dawn, alpha=0.34 * dawn, screen=True, grow=2.4, pivot=(640, 640)),
        ],
        "layer-1-far-hills/0:2": [Pose(shade=0.80 + 0.20 * dawn)],
        "layer-1-far-hills/2:": [
            Pose(x=130 * u, y=-46 * u - 5 * wander(time, 9, 2.4) * alive, grow=1 - 0.12 * u,
                 pivot=(900, 480))
        ],
        "layer-2-hills": [Pose(shade=0.80 + 0.20 * dawn, grow=1 + 0.012 * u, pivot=ahead)],
        "layer-3-valley": [Pose(shade=0.82 + 0.18 * dawn, grow=1 + 0.02 * u, pivot=ahead)],
        "layer-4-embankment": [Pose(shade=0.86 + 0.14 * dawn)],
        "layer-5-train": [coaches],
        "layer-6-valley-trees": [
            Pose(shade=0.85 + 0.15 * dawn, grow=1 + 0.06 * u, pivot=ahead,
                 lean=0.006 * wander(time, 7, 3.7) * alive)
        ],
        "light-windows": [Pose(y=coaches.y, alpha=0.9 + 0.1 * wander(time, 5, 4.0) * alive)],
        # What stands nearest goes by, as things do beside a line.
        "layer-8-foreground": [
            Pose(grow=1 + 0.26 * u, pivot=ahead, lean=0.008 * wander(time, 1, 3.1) * alive)
        ],
    }  # fmt: skip
    for part in BOYS:
        poses[part] = [coaches]
    for part, pivot, far, pace, late in WAVES:
        # Each arm keeps its own pace; none is faster than a slow wave.
        swing = sin(2 * pi * (time - late) / pace) * alive
        poses[part] = [replace(coaches, turn=far * swing, pivot=pivot)]
    motes = [
        Mote(
            -100 + 1500 * spread(index) - 260 * (time / 13.0) * (0.5 + spread(index, 4)),
            960 + 420 * spread(index, 1) - 40 * sin(pi * ((time / 6 + spread(index, 2)) % 1)),
            8 + 9 * spread(index, 3),
            0.20 * dawn * sin(pi * ((time / 6 + spread(index, 2)) % 1)) ** 2 * alive,
            1.2 + 0.4 * spread(index, 5),
        )
        for index in range(14)
    ]
    return camera, poses, motes


BOYS = sliced("layer-7-boys", 6, 12, 25, 26, 32, 38, 45, 51, 70, 76)
WAVES = (
    ("layer-7-boys/6:12", (1530.0, 842.0), 6.0, 1.7, 0.3),
    ("layer-7-boys/25:26", (1618.0, 862.0), 4.0, 2.1, 0.9),
    ("layer-7-boys/32:38", (1636.0, 868.0), 5.0, 2.1, 0.1),
    ("layer-7-boys/45:51", (1712.0, 890.0), 5.5, 1.9, 0.7),
    ("layer-7-boys/70:76", (2002.0, 950.0), 4.5, 2.3, 0.0),
)


# --- Survivors lead Covid-19 efforts ---------------------------------------

# Parts of the women seen from behind: their heads, and the necks they turn on.
LISTENERS = (
    ("layer-9-circle-near/6:15", (566.0, 1345.0), 3.9),
    ("layer-9-circle-near/21:30", (1972.0, 1345.0), 4.3),
    ("layer-9-circle-near/36:45", (1297.0, 1395.0), 5.1),
    ("layer-9-circle-near/51:53", (195.0, 1300.0), 4.6),
    ("layer-9-circle-near/59:61", (2310.0, 1305.0), 5.6),
    ("layer-7-circle-sides/7:11", (2150.0, 1075.0), 4.0),
    ("layer-7-circle-sides/18:", (455.0, 1075.0), 3.7),
)


def efforts(time: float) -> Still:
    """Drift along the circle of women while the speaker's hands explain and the leaves stir."""
    seconds, alive = 13.0, stir(time, 13.0)
    u = ease(time, 0.5, seconds - 0.5)
    camera = Camera((1195, 812), 1.045 + 0.02 * u, (-58 + 116 * u, 6 - 12 * u), 0.045 * u)
    speaker = Pose(turn=0.3 * wander(time, 2, 5.0) * alive, pivot=(860, 1250))
    point = wander(time, 6, 3.1) * alive
    offer = wander(time, 9, 2.7) * alive
    near = Pose(turn=3.0 * offer, pivot=(822, 700), within=speaker)
    wind = wander(time, 1, 3.6) * alive
    poses = {
        "light-sun": [Pose(alpha=0.95 + 0.05 * wander(time, 3, 5) * alive)],
        "layer-1-far-hills/3:": [Pose(x=90 * u, y=-34 * u - 4 * wander(time, 4, 2.6) * alive)],
        "layer-3-ground/1:": [Pose(x=3.0 * wander(time, 5, 4.4) * alive)],
        "layer-4-tree/12:": [Pose(lean=-0.010 * wander(time, 8, 4.7) * alive)],
        "layer-6-speaker/1:8": [Pose(turn=4.0 * point, pivot=(884, 706), within=speaker)],
        "layer-6-speaker/8:16": [speaker],
        "layer-6-speaker/16:23": [near],
        "layer-6-speaker/23:24": [speaker],
        "layer-6-speaker/24:25": [near],
        "layer-6-speaker/25:": [Pose(turn=2.2 * wander(time, 12, 3.3) * alive, pivot=(838, 648), within=speaker)],
        "layer-8-canopy/0:102": [Pose(y=1.5 * wind)],
        "layer-8-canopy/102:105": [Pose(x=3.5 * wind, y=1.5 * wander(time, 14, 2.9) * alive)],
        "layer-8-canopy/105:108": [Pose(x=5.0 * wind, y=3.0 * wander(time, 15, 2.5) * alive)],
        "layer-8-canopy/108:": [Pose(x=6.5 * wind, y=3.5 * wander(time, 16, 2.3) * alive)],
    }
    for part, neck, period in LISTENERS:
        poses[part] = [Pose(turn=1.6 * wander(time, period, period) * alive, pivot=neck)]
    for shaft in range(4):
        # Light through leaves comes and goes, one shaft after another.
        light = 0.80 + 0.20 * wander(time, 20 + shaft, 4.2 + 0.5 * shaft) * alive
        poses[sliced("light-shafts", 1, 2, 3)[shaft]] = [
            Pose(alpha=light, x=14 * wander(time, 30 + shaft, 6.0) * alive),
            Pose(alpha=0.40 * max(0.0, light - 0.6) * alive, screen=True),
        ]
    motes = []
    for index in range(34):
        life = (time / (7 + 3 * spread(index, 4)) + spread(index)) % 1.0
        x = 360 + 1500 * spread(index, 1) + 130 * life
        motes.append(
            Mote(x, 420 + 620 * spread(index, 2) + 90 * life, 6 + 6 * spread(index, 3),
                 0.42 * sin(pi * life) ** 2 * alive, 0.95 + 0.5 * spread(index, 5), 0xFFFFF1C4)
        )  # fmt: skip
    return camera, poses, motes


# --- A hug from Mum --------------------------------------------------------


def hug(time: float) -> Still:
    """Come up to the doorway while its light opens over the two who hold each other."""
    seconds, alive = 13.5, stir(time, 13.5)
    u, open_ = ease(time, 0.5, seconds - 0.5), ease(time, 0.7, 7.4)
    camera = Camera((1200 + 60 * u, 826 + 34 * u), 1.02 + 0.01 * u, (0, 0), 0.135 * u)
    breath = 0.03 * wander(time, 3, 4.0) * alive
    night = 0.74 + 0.26 * open_
    rock = Pose(turn=0.55 * sin(2 * pi * (time - 0.7) / 5.76) * alive, pivot=(1150, 1345))
    rocked = Pose(turn=rock.turn, pivot=rock.pivot, shade=0.70 + 0.30 * open_)

    def part(turn: float, pivot: Point) -> list[Pose]:
        return [Pose(turn=turn * alive, pivot=pivot, shade=rocked.shade, within=rock)]

    stroke = wander(time, 7, 3.4)
    pat = wander(time, 9, 2.4)
    poses = {
        "light-door": [Pose(shade=0.50 + 0.47 * open_ + breath)],
        "light-spill": [Pose(alpha=0.18 + 0.79 * open_ + breath)],
        "layer-3-wall": [Pose(shade=night)],
        "layer-4-ground": [Pose(shade=night)],
        "layer-6-embrace/7:12": part(0.9 * wander(time, 5, 4.6), (1228, 735)),
        "layer-6-embrace/19:22": part(1.1 * wander(time, 6, 4.0), (1314, 845)),
        "layer-6-embrace/29:33": part(5.0 * pat, (1362, 986)),
        "layer-6-embrace/34:": part(2.6 * stroke, (1390, 890)),
        "layer-8-foreground": [Pose(lean=0.010 * wander(time, 21, 4.4) * alive, pivot=(1200, 1800))],
    }  # fmt: skip
    for piece in EMBRACE:
        poses.setdefault(piece, [rocked])
    for slot, piece in enumerate(STARS):
        poses[piece] = [Pose(alpha=0.82 + 0.18 * wander(time, slot * 2.3, 2.6 + 0.4 * slot) * alive)]
    for slot, piece in enumerate(POTS):
        pivot = (2000, 1215), (), (2210, 1245), (), (700, 1238), (), (500, 1270), ()
        sway = 0.022 * wander(time, 11 + slot, 3.2 + 0.3 * slot) * alive if pivot[slot] else 0.0
        poses[piece] = [Pose(lean=sway, pivot=pivot[slot] or (0, 0), shade=0.76 + 0.24 * open_)]
    for slot, piece in enumerate(VINE):
        x, y = (wander(time, 17 + slot + k, 3.0) * alive * min(slot, 3) for k in (0, 0.5))
        poses[piece] = [Pose(x=1.3 * x, y=y, shade=0.78 + 0.22 * open_)]
    motes = []
    for index in range(22):
        life = (time / (6 + 3 * spread(index, 4)) + spread(index)) % 1.0
        indoors = index % 3 > 0
        x = 1250 + 560 * spread(index, 1) if indoors else 120 + 900 * spread(index, 1)
        y = 480 + 760 * spread(index, 2) if indoors else 900 + 360 * spread(index, 2)
        motes.append(
            Mote(x + 60 * wander(time, index, 9), y - 90 * life, 6 + 5 * spread(index, 3),
                 (0.34 * open_ if indoors else 0.5) * sin(pi * life) ** 3 * alive, 1.1,
                 0xFFFFE2A6 if indoors else 0xFFE8F08A)
        )  # fmt: skip
    return camera, poses, motes


EMBRACE = sliced("layer-6-embrace", 7, 12, 19, 22, 28, 29, 33, 34)
STARS = sliced("light-stars", 13, 26)
POTS = sliced("layer-5-pots", 40, 42, 50, 52, 61, 63, 103)
VINE = sliced("layer-7-vine", 1, 5, 9, 13)


CLIPS = {
    clip.key: clip
    for clip in (
        Clip(
            "bablu-birthday", "bablu-lead", 12.5,
            {"layer-0": 0.6, "layer-1": 0.6, "layer-2": 0.75, "layer-3": 0.8, "layer-4": 0.94,
             "layer-8": 1.6},
            birthday,
            (*sliced("layer-5-mother-and-baby", 4, 9, 18, 19),
             *sliced("layer-6-sister", 1, 4, 10, 13, 14),
             *sliced("layer-7-table", 36), *sliced("light-candle", 2)),
            "light-candle/2:",
        ),
        Clip(
            "chennai-reaction", "chennai-lead", 13.0,
            {"layer-0": 0.0, "light-sun": 0.05, "layer-1": 0.2, "layer-2": 0.35, "layer-3": 0.6,
             "layer-6": 0.8, "layer-8": 2.0},
            reaction,
            (*sliced("light-sun", 1), *sliced("layer-1-far-hills", 2), *BOYS),
            "layer-6-valley-trees",
        ),
        Clip(
            "leaders-covid", "leaders-lead", 13.0,
            {"layer-0": 0.0, "light-sun": 0.05, "layer-1": 0.15, "layer-2": 0.35, "layer-3": 0.85,
             "layer-4": 0.8, "layer-5": 0.86, "layer-7": 1.1, "layer-8": 1.25, "layer-9": 1.7},
            efforts,
            (*sliced("layer-1-far-hills", 3), *sliced("layer-3-ground", 1),
             *sliced("layer-4-tree", 12), *sliced("layer-6-speaker", 1, 8, 16, 23, 24, 25),
             *sliced("layer-7-circle-sides", 7, 11, 18), *sliced("light-shafts", 1, 2, 3),
             *sliced("layer-8-canopy", 102, 105, 108),
             *sliced("layer-9-circle-near", 6, 15, 21, 30, 36, 45, 51, 53, 59, 61)),
            "layer-4-tree/12:",
        ),
        Clip(
            "jakelin-hug", "jakelin-lead", 13.5,
            {"layer-0": 0.1, "light-stars": 0.1, "layer-1": 0.25, "layer-2": 0.5, "layer-5": 1.04,
             "layer-7": 1.06, "layer-8": 1.9},
            hug,
            (*EMBRACE, *STARS, *POTS, *VINE),
            "light-spill",
        ),
    )
}  # fmt: skip
