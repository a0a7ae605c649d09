"""Draw the picture that leads the collection: from night to morning."""

from __future__ import annotations

import random

from ..kit import BOTTOM, LEFT, RIGHT, TOP, Place, Scene, blob, curve, ridge, tube
from ..nature import birds, cloud, crown, grass, house, leaves, mist, palm, sky, smoke, stars
from ..people import Look, child_back, man_back, woman_back

SUN = (1590, 862)


def hope_lead() -> Scene:
    """Draw hills, a village with few lit windows, and people on a road to the sun."""
    s = Scene("hope-lead", "From night to morning")
    with s.group("layer-0-sky"):
        sky(
            s,
            [(0, "#12111c"), (0.28, "#232246"), (0.5, "#4b3a68"), (0.68, "#8d5070"),
             (0.84, "#d67150"), (1, "#f6b257")],
            slant=900,
        )  # fmt: skip
        s.glow(*SUN, 1500, "#d8607a", 0.6, 0.6)
        s.glow(*SUN, 1050, "#ff9a5c", 0.6, 0.62)
        s.glow(*SUN, 760, "#ffd27a", 0.9, 0.7)
        for x, y, w, c, k, o in (
            (1900, 560, 900, "#e98a5d", 3, 0.55), (1180, 640, 760, "#a85a72", 8, 0.5),
            (2260, 690, 640, "#ffc27a", 5, 0.6), (820, 480, 620, "#54406c", 6, 0.55),
            (1620, 420, 520, "#8a5274", 9, 0.4),
        ):  # fmt: skip
            cloud(s, x, y, w, c, k, opacity=o)
    with s.group("light-stars"):
        stars(s, 190, (LEFT, -60, 1500, 760), 4)
    with s.group("light-sun"):
        s.disc(*SUN, 118, s.radial([(0, "#fff3cf"), (0.6, "#ffdf95"), (1, "#ffb65e")], *SUN, 118))
        s.glow(*SUN, 330, "#fff0c0", 0.55)
    with s.group("layer-1-far-hills"):
        fill = s.linear([(0, "#3c3560"), (0.5, "#7c4f72"), (0.75, "#cf7a5e"), (1, "#b7666a")],
                        LEFT, 0, RIGHT, 0)  # fmt: skip
        s.path(ridge(842, 92, 31, bumps=4, tilt=40), fill)
        mist(s, 980, 130, "#f0a070", 0.35)
    with s.group("layer-2-hills"):
        fill = s.linear([(0, "#2d2a50"), (0.45, "#54406a"), (0.68, "#a35a5c"), (1, "#7d4a64")],
                        LEFT, 0, RIGHT, 0)  # fmt: skip
        s.path(ridge(938, 74, 12, bumps=3.2, tilt=-30), fill)
        mist(s, 1060, 110, "#e8946a", 0.3)
        birds(s, ((1180, 560, 26), (1236, 590, 20), (1130, 606, 17), (1290, 552, 15)), "#3a2b4c")
    with s.group("layer-3-village"):
        hill = curve(
            [(LEFT, 930), (180, 900), (520, 925), (820, 985), (1140, 1040), (1480, 1056),
             (1820, 1040), (2160, 985), (RIGHT, 950)], closed=False,
        ) + f"L{RIGHT} {BOTTOM}L{LEFT} {BOTTOM}Z"  # fmt: skip
        s.path(hill, s.linear([(0, "#1f1e3a"), (0.4, "#383056"), (0.65, "#74454f"), (1, "#4c3552")],
                              LEFT, 0, RIGHT, 0))  # fmt: skip
        s.path(hill, s.radial([(0, "#ff9a5c", 0.5), (1, "#ff9a5c", 0)], 1560, 1050, 760, 0.2))
        s.edge(hill, s.linear([(0, "#ffb56e", 0), (0.5, "#ffd08a"), (1, "#ffb56e", 0)],
                              760, 0, 2350, 0), 5)  # fmt: skip
        s.path(tube("1548,1046,3 1640,1056,6 1700,1072,9 1660,1092,14 1560,1108,20"), "#ffc883")
        dark = "#191930"
        s.many([p for a in ((208, 925, 250, 40, 1), (300, 932, 190, -26, 2), (742, 985, 210, 46, 3),
                            (2148, 1000, 260, -54, 4), (2236, 990, 190, 24, 5))
                for p in palm(*a)], dark)  # fmt: skip
        for x, y, w, lamp in (
            (120, 936, 92, ""), (246, 944, 104, "#ffb85c"), (392, 950, 84, ""),
            (478, 962, 110, "#ff9a5c"), (640, 990, 88, "#ffb85c"), (560, 1006, 96, ""),
            (330, 1000, 112, ""), (2040, 1030, 90, ""),
        ):  # fmt: skip
            house(s, x, y, w, "#3d3860", "#15142a", lamp, "#54426a")
        smoke(s, "300,890,5 306,840,9 292,780,15 310,700,24 300,620,34", "#6c5b86", 9, 0.4)
        smoke(s, "700,940,5 708,890,9 694,830,15 716,760,24", "#8a6680", 9, 0.4)
    with s.group("layer-4-road"):
        field = curve(
            [(LEFT, 1090), (260, 1052), (640, 1082), (1000, 1110), (1400, 1090), (1800, 1104),
             (2160, 1072), (RIGHT, 1050)], closed=False,
        ) + f"L{RIGHT} {BOTTOM}L{LEFT} {BOTTOM}Z"  # fmt: skip
        s.path(field, s.linear([(0, "#191831"), (0.38, "#2a2545"), (0.62, "#5b3644"),
                                (0.8, "#4a3048"), (1, "#2e2644")], LEFT, 0, RIGHT, 0))  # fmt: skip
        s.path(field, s.radial([(0, "#ff8a50", 0.55), (1, "#ff8a50", 0)], 1560, 1110, 800, 0.3))
        s.edge(field, s.linear([(0, "#ff9f5c", 0), (0.5, "#ffbf78"), (1, "#ff9f5c", 0)],
                               700, 0, 2400, 0), 5)  # fmt: skip
        for x, y, w, k in (
            (1110, 1112, 120, 1),
            (980, 1116, 84, 2),
            (1900, 1108, 150, 3),
            (2010, 1096, 100, 4),
            (2330, 1072, 190, 5),
            (760, 1100, 70, 6),
        ):
            with s.clipped(f"M{LEFT} {TOP}H{RIGHT}V{y + 5}H{LEFT}Z"):
                for dx, r in ((-0.36, 0.3), (0.34, 0.34), (0, 0.46)):
                    s.path(
                        crown((x + w * dx, y - w * r * 0.5, w * r, w * r * 0.8), k, 13, 0.2),
                        "#241f3c",
                        s.lit("#ff9a5c", 4 if x < 1590 else -4, -3, soft=2, depth=30, glow=0.6),
                    )
        road = blob(
            "1490,1098! 1500,1112 1560,1136 1590,1170 1556,1236 1390,1330 1150,1450 "
            "960,1600 860,1700! 1700,1700! 1742,1560 1764,1420 1750,1300 1722,1220 1684,1160 "
            "1628,1122 1600,1098!"
        )
        s.path(road, s.linear([(0, "#ffcf85"), (0.16, "#f3a165"), (0.5, "#a85a50"),
                               (0.85, "#5b3648"), (1, "#432c44")], 1560, 1060, 1300, 1700))  # fmt: skip
        with s.clipped(road):
            for rut in (
                "1556,1070,1 1536,1104,2 1650,1172,5 1610,1270,8 1400,1420,14 1150,1690,22",
                "1566,1070,1 1556,1104,2 1680,1172,5 1690,1270,8 1620,1420,14 1460,1690,22",
            ):
                s.path(tube(rut), "#3a2440", s.blur(3), opacity=0.34)
        # Ploughed rows lead the eye the way the road goes.
        rows = []
        for k in range(9):
            x = -260 + k * 150
            rows.append(tube(f"{800 + k * 66},1118,0.6 {(x * 0.36 + (800 + k * 66) * 0.64)},1250,4 {x},1600,9"))
        rows.extend(tube(f"{1850 + k * 40},1118,1 {1960 + k * 110},1250,4 {2080 + k * 260},1600,9") for k in range(7))
        s.many(rows, "#12122a", opacity=0.35)
        walkers(s)
    with s.group("layer-5-foreground"):
        bank = curve(
            [(LEFT, 1330), (120, 1352), (420, 1420), (760, 1530), (1060, 1640), (1300, BOTTOM)],
            closed=False,
        ) + f"L{LEFT} {BOTTOM}Z"  # fmt: skip
        s.path(bank, "#100f1b", s.lit("#7a4a5c", 3, -4, glow=0.6, soft=2))
        other = curve([(RIGHT, 1400), (2300, 1440), (2080, 1540), (1900, BOTTOM)], closed=False)
        s.path(other + f"L{RIGHT} {BOTTOM}Z", "#14121f", s.lit("#b4603c", -3, -4, soft=2))
        grass(s, 1420, 60, 120, "#100f1b", 5, (LEFT, 420))
        grass(s, 1520, 50, 110, "#100f1b", 6, (380, 800))
        grass(s, 1490, 46, 110, "#14121f", 7, (2120, RIGHT))
    with s.group("layer-6-tree"):
        near_tree(s)
    return s


def walkers(s: Scene) -> None:
    """Draw the people on the road, with their shadows towards us."""
    light = s.lit("#ffc078", 1, -3.2, soft=0.7, depth=20, dark=0.35)
    people = (
        (1652, 1196, 0.155, "woman"), (1620, 1190, 0.15, "man"), (1690, 1202, 0.15, "child"),
        (1512, 1322, 0.3, "woman2"), (1590, 1328, 0.3, "girl"), (1672, 1312, 0.3, "man2"),
    )  # fmt: skip
    for x, y, k, _ in people:
        tall = 700 * k
        # Shadows spread away from the point under the sun.
        lean = (x - SUN[0]) * 0.75
        s.path(
            tube(f"{x},{y},{62 * k} {x + lean * 0.5},{y + tall * 0.5},{74 * k} {x + lean},{y + tall},{44 * k}"),
            "#1d1630",
            s.blur(5),
            opacity=0.5,
        )
    one = Look(skin="#3b2430", cloth="#6b2b33", over="#a8552f", light=light)
    for x, y, k, kind in people:
        at = Place(x, y, k)
        if kind == "woman":
            woman_back(s, at, one)
        elif kind == "woman2":
            woman_back(s, at, Look("#40262e", "#1f4a4d", "#b4400f", light=light), step=1,
                       right="74,-545,24 104,-450,20 130,-360,16 160,-290,14 176,-262,13")  # fmt: skip
        elif kind == "man":
            man_back(s, at, Look("#3b2430", "#4a4468", "#2b2340", light=light))
        elif kind == "man2":
            man_back(
                s,
                at,
                Look("#40262e", "#c9a578", "#e2cfae", light=light),
                dhoti=True,
                left="-94,-560,27 -126,-470,23 -150,-380,19 -180,-310,16 -190,-290,15",
            )
            # A bundle on the shoulder: what a family takes home.
            s.path(blob("30,-640 90,-690 170,-670 186,-600 130,-566 50,-580", at), "#5a3a58", light)
        else:
            child_back(s, at, Look("#40262e", "#7a3a58", "#f2b134", light=light),
                       girl=kind == "girl",
                       left="-48,-290,16 -66,-270,14 -84,-262,12 -96,-258,11",
                       right="48,-290,16 64,-280,14 80,-284,12 92,-290,11" if kind == "girl"
                       else "")  # fmt: skip


def near_tree(s: Scene) -> None:
    """Draw the tree that frames the night side."""
    light = s.lit("#8a5a78", 5, 2, glow=0.55, soft=3, depth=70, dark=0.2)
    bark = "#0f0e19"
    branches = (
        "60,1480,110 96,1200,70 70,900,56 110,600,54 60,300,60 -40,60,66",
        "96,700,40 240,520,30 430,420,22 640,330,13 860,300,5",
        "100,480,40 260,260,28 520,140,18 800,90,8", "420,424,16 520,450,10 640,440,5",
        "40,1460,60 -60,1530,50 -160,1560,44", "90,1420,50 200,1520,34 330,1560,18",
    )  # fmt: skip
    with s.group(filter=light):
        s.many((tube(b) for b in branches), bark)
    dice = random.Random(5)
    for cx, cy, rx, ry in (
        (120, 60, 330, 150),
        (520, 40, 330, 120),
        (880, 20, 260, 84),
        (1160, -30, 200, 60),
        (520, 210, 230, 70),
        (830, 270, 190, 60),
        (300, 380, 160, 60),
        (640, 420, 130, 44),
        (1010, 150, 170, 54),
    ):
        s.many(leaves((cx, cy, rx, ry), int(rx * ry / 260), 46, dice.randrange(99), 0.75),
               dice.choice(("#0f0e19", "#12111f", "#151427")))  # fmt: skip
    s.many(leaves((860, 290, 220, 70), 26, 40, 3, 0.75), "#4a3450", opacity=0.8)
    s.many(leaves((1060, 60, 280, 80), 26, 40, 4, 0.75), "#43314f", opacity=0.8)


SCENES = {"hope-lead": hope_lead}
