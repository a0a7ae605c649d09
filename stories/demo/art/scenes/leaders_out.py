"""Draw the survivor leaders at work: on the village road, and at the evening meeting."""

from __future__ import annotations

import math
import random

from ..kit import BOTTOM, LEFT, RIGHT, TOP, Place, Scene, blob, mix, ridge, tube
from ..nature import birds, cloud, crown, grass, leaves, mist, palm, sky
from ..people import FACE, Look, head, walker
from ..women import hand_open


def masked(s: Scene, at: Place, look: Look, cloth: str) -> None:
    """Draw a head from the side with a cloth mask over nose and mouth."""
    head(s, at, look, "side", with_neck=False)
    with s.clipped(blob(FACE, at)):
        s.path(blob("14,-78! 40,-86 60,-80 60,-20 20,-20 2,-40!", at), cloth, look.light)
        for y in (-66, -54, -42):
            s.path(tube(f"14,{y + 4},0.6 30,{y},1.6 48,{y + 1},0.8", at), mix(cloth, "#15141f", 0.35))
    s.path(tube("14,-74,2.4 4,-77,2.2 -4,-80,2", at), cloth)
    s.path(tube("6,-42,2.4 -2,-58,2.2 -5,-70,2", at), cloth)


def leaflet(s: Scene, at: Place, x: float, y: float, turn: float, light: str) -> None:
    """Draw a printed sheet: a drop of water and lines, no letters."""
    p = at.inner(x, y, 1, turn)
    s.path(blob("-34,-46! 34,-46! 34,46! -34,46!", p), "#f6ead6", light)
    s.path(blob("0,-36! 12,-14 0,-2 -12,-14", p), "#3d7a86")
    for row in (10, 22, 34):
        s.path(tube(f"-22,{row},1.6 {22 - row * 0.3},{row},1.6", p), "#8a7a92")


def cottage(s: Scene, side: int, near: float, deep: float, wall: str, roof: str, shade: str) -> None:
    """Draw a house that stands along the lane; near and deep are its places towards the end."""
    vx, vy = 980, 820

    def at(x: float, y: float, z: float) -> str:
        return f"{vx + (x - vx) * z:.0f} {vy + (y - vy) * z:.0f}"

    x = vx + side * 820
    out = x + side * 700
    s.path(f"M{at(x, 1320, near)}L{at(x, 560, near)}L{at(x, 560, deep)}L{at(x, 1320, deep)}Z", wall,
           s.lit("#fff0c8", -side * 3, -2, soft=2, depth=50, dark=0.3, shade="#5a2a3a"))  # fmt: skip
    s.path(f"M{at(x, 1320, near)}L{at(x, 560, near)}L{at(out, 560, near)}L{at(out, 1320, near)}Z", shade)
    s.path(f"M{at(x - side * 90, 600, near)}L{at(x - side * 90, 600, deep)}L{at(x + side * 260, 330, deep)}"
           f"L{at(x + side * 260, 330, near)}Z", roof, s.lit("#ffdca0", -side * 3, -3, soft=2, depth=40))  # fmt: skip
    s.path(f"M{at(x - side * 90, 600, near)}L{at(x + side * 260, 330, near)}L{at(out, 330, near)}L{at(out, 600, near)}Z",
           mix(roof, "#3a1c30", 0.4))  # fmt: skip
    mid = near * 0.62 + deep * 0.38
    end = near * 0.4 + deep * 0.6
    s.path(f"M{at(x, 1320, mid)}L{at(x, 800, mid)}L{at(x, 800, end)}L{at(x, 1320, end)}Z", mix(shade, "#1c1b2e", 0.4))


def leaders_road() -> Scene:
    """Draw two women with masks and leaflets on a village lane in the morning."""
    x: float
    y: float
    k: float
    s = Scene("leaders-road", "From house to house")
    sun = (900, 560)
    with s.group("layer-0-sky"):
        sky(s, [(0, "#8fb0ac"), (0.4, "#d8cfa0"), (0.7, "#fbdc9c"), (1, "#ffe8b4")])
        s.glow(*sun, 1200, "#fff4cc", 0.9, 0.7)
        for x, y, w, c, k in ((1500, 260, 760, "#f4dcae", 2), (420, 200, 620, "#e8dcb4", 3), (2100, 380, 520, "#f8dca8", 4)):
            cloud(s, x, y, w, c, k, opacity=0.6)
    with s.group("light-sun"):
        s.disc(*sun, 96, "#fffbe8")
        s.glow(*sun, 420, "#fff6d6", 0.9)
    with s.group("layer-1-hills"):
        s.path(ridge(730, 70, 12, bumps=5), s.linear([(0, "#a8b49a"), (0.42, "#f0cf94"), (1, "#9aac98")], LEFT, 0, RIGHT, 0))
        s.path(ridge(790, 30, 4, bumps=4), s.linear([(0, "#8a9c80"), (0.42, "#d9b878"), (1, "#84987c")], LEFT, 0, RIGHT, 0))
        mist(s, 820, 60, "#fff0c4", 0.6)
        birds(s, ((1180, 440, 22), (1230, 462, 17), (1144, 474, 14)), "#8a6a5a")
        s.many([*palm(760, 850, 240, -24, 2), *palm(1130, 850, 280, 34, 3), *palm(1210, 850, 200, -20, 4)], "#7a8460")
    with s.group("layer-2-lane"):
        s.path(f"M{LEFT} 840H{RIGHT}V{BOTTOM}H{LEFT}Z", s.fall("#b8a060", "#7a5a40", 840, 1600))
        lane = f"M930 838H1030L1980 {BOTTOM}H-40Z"
        s.path(lane, s.linear([(0, "#ffe6ac"), (0.3, "#edb87c"), (1, "#a8644c")], 0, 838, 0, BOTTOM))
        with s.clipped(lane):
            for dx in (-1, 1):
                s.path(
                    tube(f"{980 + dx * 8},838,1 {980 + dx * 90},1080,8 {980 + dx * 330},{BOTTOM},34"),
                    "#8a4a40",
                    s.blur(5),
                    opacity=0.3,
                )
    with s.group("layer-3-far-houses"):
        cottage(s, -1, 0.3, 0.2, "#e0a878", "#a8604a", "#b07a60")
        cottage(s, 1, 0.34, 0.22, "#d89a70", "#9a5648", "#a86e5a")
        cottage(s, -1, 0.52, 0.36, "#d8b084", "#9a6a4a", "#a87a60")
        for x, y, r, k in ((640, 800, 90, 1), (1330, 800, 100, 2), (520, 780, 120, 3)):
            s.path(
                crown((x, y - 60, r, r * 0.8), k, 15, 0.2),
                "#7f8a58",
                s.lit("#ffe6a8", 5 if x < 900 else -5, -4, soft=2, depth=40),
            )
    with s.group("layer-4-houses"):
        cottage(s, 1, 0.62, 0.42, "#e8b888", "#a85c44", "#b8785c")
        cottage(s, -1, 0.95, 0.62, "#e0a070", "#9a5040", "#8a5048")
        for k, (x, y) in enumerate(((262, 1326), (352, 1300))):
            s.path(
                blob("-24,0! -30,-50 0,-70 30,-50 24,0!", Place(x, y, 1.5 - k * 0.3)),
                "#8a4a3a",
                s.lit("#ffdca0", 4, -3, depth=20),
            )
    with s.group("layer-5-home"):
        # The house they come to, with its handwashing pot.
        s.path(f"M1760 {TOP}H{RIGHT}V1440H1760Z", s.linear([(0, "#e8b080"), (0.3, "#c07a5a"), (1, "#6a3a44")], 1760, 0, RIGHT, 0),
               s.lit("#fff0c8", -7, 0, soft=3, depth=60, dark=0.3))  # fmt: skip
        s.path(f"M1760 1180H{RIGHT}V1440H1760Z", "#7a3a3c", opacity=0.45)
        s.path("M2020 420H2400V1420H2020Z", "#5a3038", s.lit("#ffd8a0", -5, 4, soft=2, depth=30))
        s.path("M2052 452H2368V1420H2052Z", "#2a1c30")
        s.path(f"M1640 250L1700 190L{RIGHT} 120V300L1660 330Z", "#8a4438", s.lit("#ffdca0", -3, -5, soft=3, depth=50))
        for k in range(17):
            x = 1668 + k * 56
            s.path(tube(f"{x},{296 - k * 1.4},9 {x - 10},{352 - k * 2},6 {x - 14},{384 - k * 3},2"), "#6a3034")
        # Chalk lines drawn before the door.
        s.path(f"M1700 1436H{RIGHT}V1490H1660Z", "#b8684c", s.lit("#ffe8b8", 0, -6, soft=2, depth=20))
        for ring, reach, petal in ((8, 92, 46), (8, 46, 34)):
            for k in range(ring):
                turn = 6.283 * k / ring
                x, y = 2180 + math.cos(turn) * reach * 1.5, 1574 + math.sin(turn) * reach * 0.42
                s.path(blob("-1,0 0,-0.4 1,0 0,0.4", Place(x, y, petal)), "none", stroke="#fbf0dc",
                       stroke_width=3.4, opacity=0.7)  # fmt: skip
    light = s.lit("#fff2cc", -6, -3, soft=2.4, depth=80, dark=0.5, shade="#3a1634", wash=0.25)
    hair = s.lit("#ffe0ac", -5, -4, soft=2, depth=44)
    sheet = s.lit("#ffffff", -2, -2, soft=1, depth=30, dark=0.2, shade="#a8605a")
    with s.group("layer-6-neighbour"):
        grandma = Look("#6b3f30", "#c99a78", "#a85a4c", light=s.lit("#ffe0b0", -6, -2, soft=2, depth=80, dark=0.6, shade="#2a1230"),
                       hair="#b8aeb4", shine=s.lit("#fff0dc", -5, -3, soft=2, depth=50, dark=0.5))  # fmt: skip
        at = Place(2200, 1436, 1.14, 0, True)
        walker(s, at, grandma)
        masked(s, at.inner(2, -574, 1, 4), grandma, "#3d7a74")
        s.path(tube("-10,-540,26 10,-450,22 70,-420,18 110,-470,15", at), grandma.skin, grandma.light)
        s.path(tube("20,-544,24 60,-470,20 104,-450,16 120,-490,13", at), mix(grandma.skin, "#15141f", 0.2), grandma.light)
        hand_open(s, at, grandma, 114, -482, 30)
    with s.group("layer-7-pot"):
        wood = s.lit("#ffe0a8", -5, -2, soft=2, depth=24)
        for leg in ("1800,1500,11 1812,1240,10 1824,1060,9", "1980,1500,11 1968,1240,10 1956,1060,9"):
            s.path(tube(leg), "#6a4034", wood)
        s.path(tube("1780,1070,12 1890,1064,12 2000,1070,12"), "#6a4034", wood)
        s.path(blob("1836,900! 1944,900! 1936,930 1990,990 1970,1050 1890,1066 1810,1050 1790,990 1844,930"), "#b8653c",
               s.lit("#fff0c8", -8, -3, soft=3, depth=50, dark=0.5))  # fmt: skip
        s.path(blob("1830,884 1950,884 1944,906 1836,906"), "#9a5034", wood)
        s.path(tube("1796,1030,10 1760,1034,9 1748,1050,8"), "#d9c9b0", wood)
        s.path(tube("1748,1062,3 1747,1120,4 1745,1180,3"), "#bfe0e0", opacity=0.85)
        s.path(blob("1700,1200! 1796,1200! 1780,1262 1716,1262"), "#c9b8b4", s.lit("#ffffff", -5, -2, soft=2, depth=20))
        s.path(blob("1838,1092! 1900,1092! 1904,1118! 1834,1118!"), "#f3dfc0", wood)
        s.path(tube("1690,1272,8 1746,1266,8 1806,1272,8"), "#6a4034", wood)
    with s.group("layer-8-women"):
        for x, y, k in ((1010, 1480, 1.28), (1380, 1500, 1.28)):
            s.path(blob("-100,-6 40,-16 300,40 520,110 380,120 40,40", Place(x, y, k)), "#5a2a3a", s.blur(10), opacity=0.5)
        two = Place(1010, 1480, 1.24)
        look = Look("#6b3f2d", "#6a4a72", "#d9a0a8", light=light, shine=hair)
        s.path(tube("30,-545,22 70,-470,19 110,-410,16 130,-400,13", two), mix(look.skin, "#15141f", 0.25), light)
        walker(s, two, look)
        masked(s, two.inner(2, -574, 1, -2), look, "#f2e6d0")
        for dx, turn in ((0, 14), (6, 10), (12, 5)):
            leaflet(s, two, 100 + dx, -424 - dx * 0.5, turn, sheet)
        s.path(tube("-20,-548,26 -44,-460,22 -8,-392,18 84,-394,14", two), look.skin, light)
        s.path(tube("78,-396,13 104,-398,9 122,-404,6", two), look.skin, light)
        s.path(blob("-48,-578 0,-586 18,-548 0,-484! -58,-490! -64,-540", two), mix(look.cloth, "#15141f", 0.1), light)
        one = Place(1390, 1500, 1.28)
        look = Look("#7a4a33", "#2f6b63", "#f2b134", light=light, shine=hair)
        s.path(tube("34,-548,23 96,-500,20 160,-500,17 214,-540,13", one), mix(look.skin, "#15141f", 0.25), light)
        walker(s, one, look)
        masked(s, one.inner(2, -574, 1, -2), look, "#b4400f")
        leaflet(s, one, 240, -570, 12, sheet)
        s.path(tube("206,-536,12 226,-548,8 238,-560,6", one), mix(look.skin, "#15141f", 0.25), light)
        s.path(tube("-20,-548,26 -50,-456,22 -30,-380,18 20,-350,15 34,-330,13", one), look.skin, light)
        s.path(blob("-48,-578 0,-586 18,-548 0,-484! -58,-490! -64,-540", one), look.cloth, light)
        # A cloth bag for the soap.
        s.path(tube("30,-340,3 20,-280,3 14,-240,3", one), "#f3dfc0")
        s.path(tube("42,-336,3 60,-280,3 66,-240,3", one), "#f3dfc0")
        s.path(blob("-20,-246! 96,-246! 104,-130 84,-96 -6,-96 -28,-130", one), "#e8d2a8", light)
    with s.group("layer-9-foreground"):
        near = s.lit("#ffd890", 5, -3, soft=3, depth=50, dark=0.5)
        for k, (x, y, r) in enumerate(((-60, 1560, 200), (150, 1640, 180), (330, 1710, 130))):
            s.path(crown((x, y, r, r * 0.9), k, 17, 0.2), ("#2c3a30", "#384a38", "#44583e")[k], near)
        grass(s, BOTTOM, 40, 230, "#2c3a30", 7, (LEFT, 620))
        for k, tone in enumerate(("#2c3a30", "#44583e", "#7f8a58")):
            s.many(leaves((120, 60 - k * 14, 420, 130), 50, 60, k, 0.7), tone)
    return s


def lamp(s: Scene, x: float, y: float, k: float) -> None:
    """Draw a clay lamp with its flame; (x, y) is the flame's foot."""
    at = Place(x, y, k)
    s.path(blob("-74,6! -40,-4 30,-2 66,-14! 60,30 20,62 -30,62 -64,40", at), "#a8532e",
           s.lit("#ffd890", 2, -6, soft=3, depth=40, dark=0.5))  # fmt: skip
    s.path(blob("-66,8 -30,0 30,2 58,-8 20,14 -40,18", at), "#f2b134", opacity=0.8)


def flame(s: Scene, x: float, y: float, k: float) -> None:
    """Draw a lamp's flame and the light round it."""
    s.glow(x, y - 40 * k, 620 * k, "#ff8a3c", 0.4)
    s.glow(x, y - 40 * k, 150 * k, "#ffd27a", 0.8)
    at = Place(x, y, k)
    s.path(blob("0,-118! 24,-60 22,-22 0,0 -22,-22 -24,-60", at), "#ffc860")
    s.path(blob("0,-74! 12,-38 10,-14 0,-4 -10,-14 -12,-38", at), "#fffbe6")


def holder(s: Scene, at: Place, look: Look, reach: float, tail: str = "braid") -> None:
    """Draw a woman from the side, waist up, holding a lamp forward; hands end at (reach, -330)."""
    s.path(
        tube(f"40,-540,24 80,-440,20 {reach * 0.6},-370,17 {reach - 14},-326,13", at), mix(look.skin, "#15141f", 0.3), look.light
    )
    s.path(tube("4,-540,34 10,-580,24 16,-606,22", at), look.skin, look.light)
    s.path(
        blob("-20,-586 -72,-566 -96,-500 -92,-400 -110,-250 -120,40! 110,40! 84,-250 66,-380 84,-450 74,-520 44,-570 14,-588", at),
        look.cloth, look.light,
    )  # fmt: skip
    drape = blob(
        "76,-380! 86,-470 66,-550 16,-594 -34,-592 -84,-556 -108,-460 -124,-300 -150,40! -40,40! -50,-240 -20,-380 30,-410", at
    )
    s.path(drape, look.over, look.light)
    with s.clipped(drape):
        for fold in ("-30,-590,2 -60,-430,8 -90,0,3", "0,-590,2 -10,-460,7 -60,-200,3", "30,-580,2 40,-500,6 20,-400,2"):
            s.path(tube(fold, at), mix(look.over, "#15141f", 0.6), s.blur(2.4 * at.scale), opacity=0.5)
        s.path(tube("84,-372,5 24,-402,6 -24,-372,6 -56,-240,6 -46,40,6", at), mix(look.over, "#ffd98c", 0.6))
    top = at.inner(2, -572, 1, 10)
    head(s, top, look, "side", tail=tail, with_neck=False)
    if tail == "braid":
        s.path(tube("-34,-66,20 -58,-30,18 -70,40,16 -66,120,13", top), look.hair, look.shine)
    s.disc(*top(34, -104), 4.4 * at.scale, "#d8352a")
    s.disc(*top(-2, -66), 5 * at.scale, "#ffd27a")
    s.path(tube(f"-16,-545,30 -30,-430,25 {reach * 0.45},-360,20 {reach - 20},-318,15", at), look.skin, look.light)
    s.path(tube(f"{reach - 30},-316,15 {reach},-306,14 {reach + 24},-316,9", at), look.skin, look.light)
    s.path(blob("-52,-574 0,-580 22,-540 10,-470! -50,-466! -66,-530", at), look.cloth, look.light)
    for b in (0, 14):
        s.path(tube(f"{reach * 0.6 + b},-368,3.4 {reach * 0.6 + b + 5},-350,4.4 {reach * 0.6 + b + 6},-330,3.4", at), "#f6cf7a")


NEAR = ((1000, 1500, 0.8), (1190, 1526, 0.95), (1400, 1504, 0.8), (130, 1520, 1.0), (2230, 1524, 1.0))


def leaders_lamp() -> Scene:
    """Draw women passing a flame from one oil lamp to the next."""
    x: float
    y: float
    k: float
    s = Scene("leaders-lamp", "One lamp from another")
    spot = (1200, 1010)
    with s.group("layer-0-night"):
        s.all_over(s.radial([(0, "#6a3a4c"), (0.35, "#3a2848"), (0.7, "#1f1e3c"), (1, "#141424")], *spot, 1400))
    with s.group("layer-1-garden"):
        dice = random.Random(2)
        bush = s.fall("#20203e", "#3a2440", 640, 1200)
        for k, x in enumerate(range(-60, 2520, 170)):
            s.path(crown((x, 780 + dice.uniform(-50, 60), 190, 130), k, 16, 0.2), bush)
        s.path(f"M{LEFT} 780H{RIGHT}V{BOTTOM}H{LEFT}Z", s.fall("#221f3c", "#4a2a40", 780, 1500))
        s.path(
            f"M{LEFT} 1180H{RIGHT}V{BOTTOM}H{LEFT}Z",
            s.radial([(0, "#a85a40"), (0.5, "#54304a"), (1, "#1c1a30")], 1200, 1300, 1300, 0.4),
        )
    with s.group("layer-2-veranda"):
        for x in (260, 2140):
            s.path(
                f"M{x - 60} {TOP}H{x + 60}V{BOTTOM}H{x - 60}Z",
                "#241c38",
                s.lit("#c9683c", 7 if x < 1200 else -7, 0, soft=5, depth=60),
            )
            s.path(f"M{x - 96} 150H{x + 96}V210H{x - 96}Z", "#2a2040", s.lit("#c9683c", 0, 5, soft=3, depth=30))
        s.path(f"M{LEFT} {TOP}H{RIGHT}V150H{LEFT}Z", "#1a162c", s.lit("#a8583c", 0, 5, soft=4, depth=40))
    with s.group("light-far-lamps"):
        for x, y, r in (
            (520, 620, 26),
            (700, 540, 18),
            (1000, 500, 16),
            (1400, 520, 20),
            (1660, 580, 24),
            (1860, 640, 28),
            (1200, 430, 12),
            (860, 600, 14),
            (1540, 460, 12),
        ):
            s.glow(x, y, r * 5, "#ff9a5c", 0.5)
            s.disc(x, y, r, "#ffc878", opacity=0.55, filter=s.blur(4))
    with s.group("layer-3-women-behind"):
        for x, y, k, side, skin, cloth, over in (
            (760, 1530, 1.3, 1, "#6b3f2d", "#4a3a6a", "#6a5a8e"),
            (1660, 1526, 1.24, -1, "#74452f", "#2a4a54", "#3d7a74"),
        ):
            light = s.lit("#ffb468", side * 6, 4, soft=3, depth=90, dark=0.65, shade="#12101e", wash=0.3, warm="#ff6a2c")
            holder(
                s,
                Place(x, y, k, 0, side < 0),
                Look(
                    skin,
                    mix(cloth, "#1c1b2e", 0.2),
                    mix(over, "#1c1b2e", 0.3),
                    light=light,
                    shine=s.lit("#ff9a52", side * 5, 3, soft=2, depth=50),
                ),
                150,
                "bun",
            )
            lamp(s, x + side * 150 * k + side * 36, y - 330 * k - 36, 0.8)
    with s.group("light-flames-behind"):
        for x, y in ((760 + 231 + 40, 1530 - 429 - 48), (1660 - 222 + 34, 1526 - 409 - 48)):
            flame(s, x, y, 0.6)
    with s.group("layer-4-women"):
        for side, skin, cloth, over, own, tail in (
            (1, "#7a4a33", "#8a2f24", "#d98a2e", "#1d1620", "braid"), (-1, "#84502f", "#5a2a54", "#b8566a", "#6a5f68", "bun"),
        ):  # fmt: skip
            light = s.lit("#ffc078", side * 9, 5, soft=4, depth=130, dark=0.66, shade="#12101e", wash=0.42, warm="#ff6a2c")
            hair = s.lit("#ff9a52", side * 8, 4, soft=3, depth=70)
            holder(s, Place(1200 - side * 640, 1830, 1.9, 0, side < 0), Look(skin, cloth, over, own, light, hair), 250, tail)
    with s.group("layer-5-lamps"):
        lamp(s, 1130, 1190, 1.3)
        s.path(blob("-66,-14! -30,-2 40,-4 74,6! 64,40 30,62 -20,62 -60,30", Place(1290, 1190, 1.3)), "#a8532e",
                                                       s.lit("#ffd890", -2, -6, soft=3, depth=40, dark=0.5))  # fmt: skip
    with s.group("light-flames"):
        flame(s, 1206, 1176, 1.25)
    with s.group("layer-5-foreground"):
        edge = s.lit("#e8824e", 0, -7, soft=5, depth=70, dark=0.6)
        s.path(blob("-170,1720! -170,1540 300,1500 800,1560 1200,1580 1600,1560 2100,1500 2570,1540 2570,1720!"), "#14121f", edge)
        for x, y, k in NEAR:
            lamp(s, x, y, k)
    with s.group("light-flames-near"):
        for x, y, k in NEAR:
            flame(s, x + 56 * k, y - 12 * k, k * 0.7)
    return s


SCENES = {"leaders-road": leaders_road, "leaders-lamp": leaders_lamp}
