"""Draw the Chennai story's journey: the train home at dawn."""

from __future__ import annotations

import math

from ..kit import BOTTOM, LEFT, RIGHT, Place, Point, Scene, blob, curve, mix, ridge, tube
from ..nature import birds, cloud, crown, grass, leaves, mist, palm, sky
from ..people import Look, head

SUN = (640, 640)
EYE, HORIZON, CENTRE, ZOOM = 2.7, 800, 1260, 1700


def _track() -> list[Point]:
    """Walk along the train's near side, metre by half metre: straight, then bending left."""
    x, z, turn = 2.15, 2.3, 0.0
    out = []
    for k in range(230):
        out.append((x, z))
        turn += 0.0 if k < 22 else 0.0108 if k < 158 else 0.0
        x -= math.sin(turn) * 0.5
        z += math.cos(turn) * 0.5
    return out


TRACK = _track()


def spot(along: float, height: float, off: float = 0) -> Point:
    """Project a point of the train's side (metres along, above ground, out of it) to the frame."""
    k = min(max(along * 2, 0), len(TRACK) - 2.001)
    i = int(k)
    (x0, z0), (x1, z1) = TRACK[i], TRACK[i + 1]
    x, z = x0 + (x1 - x0) * (k - i) - off, z0 + (z1 - z0) * (k - i)
    return CENTRE + ZOOM * x / z, HORIZON - ZOOM * (height - EYE) / z


def panel(start: float, end: float, low: float, high: float) -> str:
    """Give the outline of a rectangle on the train's side."""
    count = max(2, int((end - start) * 1.5))
    steps = [start + (end - start) * k / count for k in range(count + 1)]
    points = [spot(a, high) for a in steps] + [spot(a, low) for a in reversed(steps)]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


def train(s: Scene) -> None:
    """Draw the coaches with their lit windows, far ones first."""
    for number in range(6, -1, -1):
        start, end = number * 17.2 - 4, number * 17.2 + 12.6
        start = max(start, 0)
        far = min(1.0, number / 4.5)
        haze = "#b4646a"
        body = s.linear([(0, mix("#5a5a94", haze, far * 0.7)), (1, mix("#272950", haze, far * 0.6))],
                        spot(end, 2)[0], 0, spot(start, 2)[0], 0)  # fmt: skip
        s.path(panel(start, end, 0.95, 4.05), body)
        s.path(panel(start, end, 3.97, 4.12), mix("#c98a7a", haze, far))
        s.path(panel(start, end, 3.2, 3.32), mix("#7a76a8", haze, far), opacity=0.8)
        s.path(panel(start, end, 1.14, 1.2), mix("#7a76a8", haze, far), opacity=0.6)
        if number < 2:
            for seam in range(int(start), int(end) + 1, 3):
                s.path(panel(seam + 0.24, seam + 0.28, 0.95, 3.97), "#1d1e40", opacity=0.5)
                s.path(panel(seam + 0.7, seam + 1.7, 3.5, 3.72), "#23244a", opacity=0.7)
        s.path(panel(start, end, 1.72, 2.92), mix("#8d86a6", haze, far * 0.8), opacity=0.55)
        s.path(panel(start, end, 1.66, 1.72), mix("#f0b56a", haze, far * 0.5))
        s.path(panel(start, end, 2.92, 2.97), mix("#f0b56a", haze, far * 0.5))
        s.path(panel(start, end, 0.62, 0.95), mix("#15141f", haze, far * 0.5))
        for wheel in range(int(start) + 1, int(end), 3):
            s.path(panel(wheel, wheel + 1.0, 0.1, 0.7), mix("#15141f", haze, far * 0.5))
        at = start + 0.5
        while at < end - 1.2:
            if end - at > 2.4:
                s.path(panel(at - 0.06, at + 1.06, 1.84, 2.86), "#1f1f3e")
                s.path(panel(at, at + 1.0, 1.9, 2.8), "#ffc66e")
                s.path(panel(at, at + 1.0, 2.3, 2.8), "#ffe3a0", opacity=0.7)
            at += 1.45
        s.path(panel(end - 1.5, end - 0.5, 1.0, 3.1), "#ffc66e")
        s.path(panel(end - 1.5, end - 1.4, 1.0, 3.1), "#1f1f3e")


def boy(s: Scene, along: float, look: Look, pose: str, grow: float = 1.25) -> None:
    """Draw a boy leaning from the window at a place along the train."""
    x, y = spot(along, 1.86)
    size = (spot(along, 1)[1] - spot(along, 2)[1]) / 412 * grow
    at = Place(x, y, size, 0, True)
    far = mix(look.skin, "#1c1b2e", 0.25)
    if pose == "both":
        s.path(tube("70,-170,27 130,-260,22 150,-360,18 130,-430,15", at), far, look.light)
    s.path(tube("62,-186,26 74,-222,22 80,-250,22", at), look.skin, look.light)
    # The window's lower edge cuts the body off, at the slant the train gives it.
    (ax, ay), (bx, by) = spot(along - 0.5, 1.9), spot(along + 0.5, 1.9)
    slope = (by - ay) / (bx - ax)
    inside = (f"M{x - 900:.0f} {y - 900 * slope:.0f}L{x + 900:.0f} {y + 900 * slope:.0f}"
              f"V{y - 1500:.0f}H{x - 900:.0f}Z")  # fmt: skip
    with s.clipped(inside):
        s.path(blob("-110,160! -86,-60 -30,-160 30,-200 84,-196 122,-160 128,-100 112,-20 110,160!",
                    at), look.cloth, look.light)  # fmt: skip
    s.path(blob("30,-196 70,-178 100,-194 86,-210 50,-212", at), mix(look.cloth, "#fbf7f0", 0.3))
    turn = {"wave": -6, "rest": 12, "both": -14, "look": 3}[pose]
    head(s, at.inner(76, -196, 1.02, turn), look, "side", "short", with_neck=False)
    if pose == "wave":
        arm(s, at, look, "50,-150,32 130,-190,25 190,-280,20 204,-372,15 206,-396,15", (206, -400))
    elif pose == "both":
        arm(s, at, look, "44,-150,32 130,-170,26 216,-230,20 258,-320,15 262,-340,15", (262, -346))
    else:
        s.path(tube("36,-140,32 34,-60,27 96,-8,21 160,8,17 186,22,14", at), look.skin, look.light)
    s.path(blob("0,-172 48,-190 88,-168 90,-110! 52,-84 6,-84! -10,-130", at), look.cloth, look.light)
    if pose in ("rest", "look"):
        for k in range(4):
            s.path(tube(f"{150 + k * 13},6,9 {156 + k * 13},30,8 {154 + k * 13},46,6", at),
                   look.skin, look.light)  # fmt: skip


def arm(s: Scene, at: Place, look: Look, spine: str, hand: Point) -> None:
    """Draw a raised arm that ends in an open hand."""
    s.path(tube(spine, at), look.skin, look.light)
    x, y = hand
    for dx, dy, r in ((-26, -34, 7), (-10, -52, 7.5), (8, -54, 7.5), (25, -42, 7), (34, -8, 7)):
        s.path(tube(f"{x},{y},13 {x + dx * 0.6},{y + dy * 0.6},{r + 1.5} {x + dx},{y + dy},{r}", at),
               look.skin, look.light)  # fmt: skip


def chennai_lead() -> Scene:
    """Draw the train through hills toward home, boys leaning from its lit windows."""
    s = Scene("chennai-lead", "The train home")
    with s.group("layer-0-sky"):
        sky(s, [(0, "#2c2a55"), (0.3, "#5d4777"), (0.55, "#a85f75"), (0.76, "#ec8f5f"), (1, "#ffcb7a")])
        s.glow(*SUN, 1500, "#ff9a5c", 0.6, 0.6)
        s.glow(*SUN, 700, "#ffdf94", 0.9, 0.7)
        for x, y, w, c, k, o in ((300, 420, 900, "#d97a68", 3, 0.6), (1150, 330, 800, "#8a5a80", 8, 0.6),
                                 (980, 540, 760, "#ffb070", 5, 0.6), (-40, 590, 560, "#ffc27a", 6, 0.55),
                                 (1780, 210, 900, "#5d4a7c", 9, 0.6), (620, 200, 640, "#7a527c", 2, 0.5)):  # fmt: skip
            cloud(s, x, y, w, c, k, opacity=o)
    with s.group("light-sun"):
        s.disc(*SUN, 104, s.radial([(0, "#fffbe6"), (0.7, "#fff0b8"), (1, "#ffd98c")], *SUN, 104))
        s.glow(*SUN, 320, "#fff0c0", 0.6)
    with s.group("layer-1-far-hills"):
        s.path(ridge(668, 96, 23, bumps=5, tilt=-90), s.linear(
            [(0, "#b8646e"), (0.3, "#f09a66"), (0.55, "#b0627a"), (1, "#6a4f80")], LEFT, 0, RIGHT, 0))  # fmt: skip
        mist(s, 770, 100, "#ffc48a", 0.5)
        birds(s, ((880, 470, 24), (930, 492, 18), (842, 506, 15), (978, 476, 13)), "#5a3450")
    with s.group("layer-2-hills"):
        s.path(ridge(772, 56, 44, bumps=4.3, tilt=-40), s.linear(
            [(0, "#8a4a62"), (0.32, "#c9705a"), (0.6, "#7c4a70"), (1, "#4a3c6c")], LEFT, 0, RIGHT, 0))  # fmt: skip
        mist(s, 860, 70, "#ffb47a", 0.45)
    with s.group("layer-3-valley"):
        s.path(ridge(868, 16, 5, bumps=3), s.linear(
            [(0, "#4c3456"), (0.34, "#8a5050"), (0.6, "#54405e"), (1, "#2f2b50")], LEFT, 0, RIGHT, 0))  # fmt: skip
        # Paddies under water hold the sky.
        # Paddies under water hold the sky.
        for x, y, w, tone in (
            (120, 984, 330, "#ffbe80"), (560, 970, 260, "#ffcf94"), (860, 1004, 220, "#ffb478"),
            (420, 1034, 330, "#ffb87c"), (-40, 1060, 300, "#f0a070"), (780, 1082, 300, "#f2a472"),
            (330, 1124, 380, "#e98f66"), (-60, 1170, 330, "#c9705e"), (760, 1196, 330, "#d98060"),
            (300, 1262, 400, "#b4625c"),
        ):  # fmt: skip
            h = (y - 900) * 0.1 + 6
            s.path(blob(f"{x - w},{y} {x - w * 0.5},{y - h} {x + w * 0.4},{y - h * 0.9} {x + w},{y - h * 0.2} "
                        f"{x + w * 0.86},{y + h * 0.7} {x + w * 0.1},{y + h} {x - w * 0.8},{y + h * 0.8}"),
                   tone, opacity=0.9)  # fmt: skip
    with s.group("layer-4-embankment"):
        # The bank carries the track round the bend and up to our feet.
        steps = (0, 2, 4, 7, 10, 14, 18, 22, 27, 33, 40, 48, 56, 64, 72, 80, 90, 100, 112)
        left = [spot(a, 0.1, 1.4) for a in steps]
        low = [spot(a, -1.0, 3.4) for a in steps]
        bank = s.linear([(0, "#a8605a"), (0.35, "#5c3c52"), (1, "#1d1a34")], 500, 860, 1500, 1500)
        s.path(curve([*reversed(low), (low[0][0], BOTTOM), (RIGHT, BOTTOM), (RIGHT, 1000), *left[1:]],
                     [True, *[False] * (len(low) - 2), *[True] * 4, *[False] * (len(left) - 2), True]),
               bank, s.lit("#e98a5c", -4, -3, depth=120, soft=3, dark=0.3))  # fmt: skip
        s.edge(curve(left[::-1], closed=False), s.linear(
            [(0, "#ffd08a"), (1, "#ffb56e", 0)], 600, 0, 2000, 0), 4)  # fmt: skip
    with s.group("layer-5-train"):
        train(s)
        s.path(panel(0, 88, 0.1, 4.12), s.radial(
            [(0, "#ffb066", 0.55), (0.6, "#ff9a5c", 0.18), (1, "#ff9a5c", 0)], 900, 760, 1000))  # fmt: skip
    with s.group("layer-6-valley-trees"):
        s.many([*palm(214, 1090, 330, 40, 3), *palm(300, 1098, 240, -30, 4),
                *palm(930, 1060, 160, 26, 7)], "#3a2444")  # fmt: skip
        for x, y, r, k in ((150, 1092, 56, 1), (250, 1098, 70, 2), (350, 1102, 44, 3), (900, 1064, 44, 4),
                           (970, 1068, 34, 5), (560, 1020, 40, 6)):  # fmt: skip
            with s.clipped(f"M{LEFT} 0H{RIGHT}V{y + 6}H{LEFT}Z"):
                s.path(crown((x, y - r * 0.2, r, r * 0.66), k, 12, 0.2), "#3a2444",
                       s.lit("#ff9f64", 3 if x < 640 else -3, -3, soft=2, depth=24))  # fmt: skip
    with s.group("light-windows"):
        for along, r in ((1.0, 330), (2.45, 240), (3.9, 190), (5.4, 150), (6.8, 120), (8.2, 100)):
            s.glow(*spot(along, 2.35), r, "#ffb85c", 0.28)
    with s.group("layer-7-boys"):
        for along, cloth, skin, pose, grow in (
            (10.2, "#3d7a74", "#6b3f2d", "wave", 1.5), (8.3, "#a8505a", "#7a4a33", "rest", 1.4),
            (6.85, "#d9a44a", "#6b3f2d", "both", 1.35), (5.3, "#8a6aa0", "#84502f", "wave", 1.3),
            (3.75, "#c9552e", "#74452f", "rest", 1.25), (2.35, "#efdcb8", "#7a4a33", "wave", 1.2),
            (1.1, "#3f7f86", "#6f4230", "look", 1.15),
        ):  # fmt: skip
            wide = max(2.0, (spot(along, 1)[1] - spot(along, 2)[1]) * 0.016)
            light = s.lit("#ffc583", -wide, -wide * 0.3, soft=wide * 0.3, depth=wide * 9,
                          dark=0.5, shade="#1d1638", wash=0.35)  # fmt: skip
            hair = s.lit("#ffb87a", -wide, -wide * 0.4, soft=wide * 0.3, depth=wide * 5)
            boy(s, along, Look(skin, cloth, light=light, shine=hair), pose, grow)
    with s.group("layer-8-foreground"):
        s.path(blob("-170,1360! 60,1330 300,1400 560,1500 820,1590 1060,1720! -170,1720!"),
               "#17152a", s.lit("#c9705a", 3, -5, soft=3, depth=90, glow=0.7))  # fmt: skip
        grass(s, 1470, 70, 170, "#17152a", 5, (LEFT, 480))
        grass(s, 1580, 60, 150, "#17152a", 6, (380, 900))
        s.many([tube("-60,1720,30 -20,1200,24 30,700,20 10,200,18 -30,-120,18"),
                tube("20,700,13 130,560,9 260,470,5")], "#14132a", filter=s.lit("#d98a62", 6, 0, soft=3, depth=40))  # fmt: skip
        for k, box in enumerate(((60, 60, 330, 150), (300, -20, 300, 110), (40, 300, 170, 120),
                                 (260, 450, 120, 60))):  # fmt: skip
            s.many(leaves(box, int(box[2] * box[3] / 300), 58, k, 0.7), "#14132a" if k % 2 else "#1d1932")
        s.many(leaves((280, 80, 260, 110), 20, 50, 11, 0.7), "#5c3450", opacity=0.8)
    return s


SCENES = {"chennai-lead": chennai_lead}
