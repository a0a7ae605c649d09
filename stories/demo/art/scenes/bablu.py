"""Draw Bablu's story: the first birthday, the wood yard before dawn, the first sun."""

from __future__ import annotations

from ..kit import BOTTOM, LEFT, RIGHT, Place, Scene, blob, mix, tube
from ..nature import crown, palm, stars
from ..people import SINGING, Look, braid, head

FLAME = (1000, 868)


def room(s: Scene) -> None:
    """Draw the room's wall, its window and what hangs on it."""
    k: float
    with s.group("layer-0-wall"):
        s.all_over(s.radial([(0, "#d98a4a"), (0.3, "#b5593a"), (0.62, "#6b3244"), (1, "#2a1c38")],
                            1080, 800, 1500, 0.85))  # fmt: skip
        # A painted dado, as many houses have.
        s.path(f"M{LEFT} 980H{RIGHT}V{BOTTOM}H{LEFT}Z", "#3b1c38", opacity=0.4)
        s.path(f"M{LEFT} 968H{RIGHT}V982H{LEFT}Z", "#e8a65c", opacity=0.35)
    with s.group("layer-1-window"):
        frame = "M196 150H640V742H196Z"
        s.path("M168 122H668V770H168Z", "#3a2036", s.lit("#e89a58", -6, -6, soft=2, depth=30))
        s.path(frame, s.fall("#1c2450", "#6f6c9a", 150, 742))
        with s.clipped(frame):
            s.glow(420, 790, 420, "#d88a86", 0.6, 0.6)
            stars(s, 26, (196, 150, 700, 560), 9)
            s.many([*palm(330, 780, 430, 60, 3), *palm(560, 790, 300, -30, 5)], "#171a3a")
            s.path(blob("190,700 320,672 470,690 650,664 660,760 190,760"), "#141633")
        for x in (300, 418, 536):
            s.path(f"M{x - 6} 150V742H{x + 6}V150Z", "#3a2036")
        s.path("M196 436H640V450H196Z", "#3a2036")
        s.path("M140 770H696V806H140Z", "#57303c", s.lit("#f0a868", 2, -5, soft=1, depth=14))
        s.path(blob("-160,60! 170,60! 186,260 150,470 96,640 60,760! 20,740 -160,760!"),
               "#5a2038", s.lit("#e8824e", 9, 1, soft=6, depth=90))  # fmt: skip
        for fold in ("40,60,3 50,300,12 10,700,4", "110,60,3 118,300,10 60,660,3"):
            s.path(tube(fold), "#2e1230", opacity=0.6)
    with s.group("layer-2-bunting"):
        s.path(tube("640,120,3 900,236,3 1220,270,3 1540,226,3 1900,110,3 2300,40,3 2560,60,3"),
               "#3a1c34")  # fmt: skip
        tones = ("#f2b134", "#3d7a74", "#e8d9c0", "#a8505a", "#6a5a8e", "#d8743e")
        spots = ((700, 146), (800, 196), (905, 236), (1015, 258), (1128, 268), (1240, 268),
                 (1352, 258), (1462, 240), (1570, 216), (1676, 182), (1782, 148), (1890, 112))  # fmt: skip
        for k, (x, y) in enumerate(spots):
            s.path(f"M{x - 40} {y - 4}L{x + 40} {y - 2}L{x + 4} {y + 92}Z",
                   mix(tones[k % 6], "#5a2a3c", 0.3),
                   s.lit("#ffcf8a", -2, 5, soft=2, depth=26, dark=0.3))  # fmt: skip
        # A niche with brass pots, right.
        s.path("M2080 470H2440V496H2080Z", "#4a2438", s.lit("#ef9c5a", -3, 3, soft=1, depth=12))
        for x, k, c in ((2150, 1.0, "#a8652e"), (2280, 1.35, "#8f5230"), (2400, 0.9, "#5a6a66")):
            p = Place(x, 470, k)
            s.path(blob("-26,-92! 26,-92! 20,-74 52,-40 44,-4 0,0 -44,-4 -52,-40 -20,-74", p), c,
                   s.lit("#ffc078", -5, 3, soft=2, depth=26))  # fmt: skip


def father(s: Scene) -> None:
    """Draw the father leaning in behind, a hand on the mother's arm."""
    light = s.lit("#ffbe74", -9, 3, soft=3, depth=110, dark=0.6, shade="#1d1230", wash=0.3)
    look = Look("#7d4a33", "#3f7370", light=light, shine=s.lit("#ffbe74", -8, 2, depth=60))
    s.path(tube("1732,700,60 1724,640,46 1700,590,44"), look.skin, light)
    torso = blob(
        "1668,676 1600,706 1530,780 1500,960 1500,1300! 1960,1300! 1960,1060 1950,860 1900,750 "
        "1820,696 1770,672 1724,716! 1690,690"
    )
    s.path(torso, look.cloth, light)
    with s.clipped(torso):
        for fold in ("1760,760,2 1740,960,10 1760,1240,3", "1860,960,2 1840,1080,9 1850,1280,3"):
            s.path(tube(fold), "#1d2c40", s.blur(2), opacity=0.45)
    s.path(blob("1664,668! 1676,724 1718,738! 1726,706 1700,694", Place()), "#7fae9f", light)
    s.path(blob("1726,706! 1718,740! 1772,722 1800,676! 1768,692", Place()), "#5f9388", light)
    head(s, Place(1738, 672, 1.95, 14, True), look, "side", "short", with_neck=False)


def father_arm(s: Scene) -> None:
    """Draw the father's near arm, his hand resting on the mother's shoulder."""
    light = s.lit("#ffbe74", -8, -3, soft=3, depth=70, dark=0.55, shade="#1d1230", wash=0.3)
    s.path(tube("1900,990,48 1876,1060,46 1800,1040,40 1730,980,34 1690,930,30 1660,900,26"),
           "#7d4a33", light)  # fmt: skip
    for k, tip in enumerate(("1600,880", "1594,906", "1600,932")):
        s.path(tube(f"1672,{896 + k * 16},15 1636,{884 + k * 20},13 {tip},10"), "#7d4a33", light)
    s.path(blob("1858,740 1930,770 1972,880 1980,1000 1950,1070! 1890,1060 1838,1020! 1846,900"),
           "#3f7370", light)  # fmt: skip


def mother(s: Scene) -> None:
    """Draw the mother in her sari, bent over the child on her lap."""
    light = s.lit("#ffc988", -9, 2, soft=3, depth=120, dark=0.5, shade="#2a1030", wash=0.42)
    look = Look("#84502f", "#b8452a", "#f0b04a", light=light, shine=s.lit("#ffbe74", -8, 2, depth=60))
    at = Place(1450, 742, 1.95, 20, True)
    braid(s, at, look, "-30,-70,22 -54,-30,20 -62,40,19 -52,110,17 -56,170,12")
    s.path(tube("1500,780,56 1470,720,42 1440,650,38"), look.skin, light)
    body = blob(
        "1400,752 1340,800 1300,900 1290,1010 1270,1120 1250,1300! 1690,1300! 1700,1100 1680,930 1640,820 1570,762 1480,736"
    )
    s.path(body, look.cloth, light)
    with s.clipped(body):
        s.path(blob("1380,740 1330,830 1310,960 1340,1060 1420,1100 1560,1000 1660,900 1660,780 "
                    "1500,700"), mix(look.cloth, "#e8743e", 0.5))  # fmt: skip
        for fold in ("1420,770,2 1400,900,10 1330,1020,2", "1500,760,2 1490,900,12 1400,1060,3",
                     "1590,790,2 1590,930,11 1500,1090,3"):  # fmt: skip
            s.path(tube(fold), "#6b1f24", s.blur(2), opacity=0.5)
        s.path(tube("1392,752,7 1340,850,8 1316,980,8 1340,1070,8"), look.over)
    head(s, at, look, "side", "long", tail="", with_neck=False)
    bead = at(31, -104)
    s.disc(*bead, 7, "#d8352a")
    s.disc(*at(-2, -66), 8, look.over)
    # The near arm goes round the child.
    s.path(tube("1596,880,66 1616,980,54 1570,1090,48 1450,1130,42 1320,1120,34 1236,1096,30"),
           look.skin, light)  # fmt: skip
    s.path(blob("1556,766 1616,790 1668,870 1684,972! 1620,1000 1548,984! 1536,900 1536,810"),
           look.over, light)  # fmt: skip
    for b in (1352, 1376):
        s.path(tube(f"{b},1080,5 {b + 8},1120,6 {b},1158,5"), "#f6cf7a")


def baby(s: Scene) -> None:
    """Draw the one-year-old, both hands on their way to the cake."""
    light = s.lit("#ffd596", -8, 3, soft=3, depth=80, dark=0.4, shade="#4a1a30", wash=0.4)
    skin = "#93593a"
    s.path(blob("1200,950 1150,990 1130,1080 1110,1300! 1350,1300! 1346,1090 1316,990 1270,950"),
           "#efd9a8", light)  # fmt: skip
    p = Place(1240, 962, 1.62, 6, True)
    s.path(blob("-4,-128 36,-120 60,-92 60,-76 66,-64 57,-58 58,-46 52,-42 50,-30 36,-12 6,-2 "
                "-30,-8 -56,-36 -62,-74 -44,-112", p), skin, light)  # fmt: skip
    s.path(blob("-28,-66 -18,-66 -10,-54 -18,-40 -28,-44", p), mix(skin, "#1c1b2e", 0.25))
    s.path(blob("44,-106! 28,-126 -4,-138 -44,-122 -68,-82 -60,-34! -40,-44 -34,-66 -18,-84 "
                "0,-104 22,-110", p), "#241820", s.lit("#ffbe74", -7, 2, depth=60))  # fmt: skip
    s.disc(*p(34, -40), 26, "#e8804e", filter=s.blur(9), opacity=0.4)


def baby_arms(s: Scene) -> None:
    """Draw the child's arms, one small hand already in the icing."""
    light = s.lit("#ffd596", -6, -3, soft=3, depth=50, dark=0.4, shade="#4a1a30", wash=0.3)
    skin = "#93593a"
    s.path(tube("1196,1030,34 1160,1084,33 1120,1086,27 1096,1072,24 1084,1062,21"), skin, light)
    for tip in ("1062,1044,8", "1058,1060,8", "1062,1076,8"):
        s.path(tube(f"1084,1062,12 {tip}"), skin, light)
    s.path(blob("1184,976 1230,990 1246,1050 1200,1098 1150,1062 1150,1010"), "#efd9a8", light)
    s.path(blob("1040,1056 1064,1040 1080,1052 1072,1078 1050,1082"), "#fff6e2")


def sister(s: Scene) -> None:
    """Draw the sister singing, her hands about to meet."""
    light = s.lit("#ffca86", 9, 2, soft=3, depth=100, dark=0.5, shade="#1f1234", wash=0.42)
    look = Look("#7a4a33", "#a8455a", "#f2b134", light=light, shine=s.lit("#ffbe74", 8, 2, depth=60))
    at = Place(628, 880, 1.72, -8)
    s.path(tube("676,960,36 740,1010,30 812,960,24 850,900,20 864,850,15"), mix(look.skin, "#2a1030", 0.3), light)
    s.path(tube("622,912,40 632,860,32 640,820,30"), look.skin, light)
    dress = blob("590,904 528,940 500,1040 490,1120 440,1320! 860,1320! 780,1130 742,1040 728,960 680,908")
    s.path(dress, look.cloth, light)
    with s.clipped(dress):
        for fold in ("560,1090,2 540,1200,10 520,1320,3", "640,1100,2 640,1220,10 650,1320,3",
                     "710,1090,2 740,1200,9 780,1320,3"):  # fmt: skip
            s.path(tube(fold), "#56193c", s.blur(2), opacity=0.5)
        s.path(tube("480,1090,12 620,1110,13 780,1080,12"), look.over)
    head(s, at, look, "side", "long", tail="", with_neck=False, face=SINGING)
    braid(s, at, look, "-30,-60,17 -52,-30,16 -58,20,15 -50,70,14 -54,112,10", "#f2b134")
    s.path(tube("606,1010,38 640,1110,34 720,1110,29 778,1030,24 800,960,20"), look.skin, light)
    s.path(tube("796,976,20 808,930,19 822,888,14"), look.skin, light)
    s.path(tube("800,960,9 836,930,8 846,916,6"), look.skin, light)
    s.path(blob("548,938 604,916 654,950 676,1030! 640,1064 572,1072! 540,1010"), mix(look.cloth, "#e8859a", 0.3), light)
    s.path(tube("752,1036,6 784,1050,7 806,1040,5"), "#f6cf7a")


def table(s: Scene) -> None:
    """Draw the table with its cloth, the cake and the steel tumblers."""
    x: float
    k: float
    top = "M-160 1216Q1200 1176 2560 1216V1720H-160Z"
    s.path(top, s.radial([(0, "#f8dca6"), (0.3, "#d99a6a"), (0.65, "#7c4356"), (1, "#33203e")],
                         FLAME[0], 1220, 1320, 0.5))  # fmt: skip
    s.edge("M-160 1216Q1200 1176 2560 1216", s.linear(
        [(0, "#ffcf8a", 0), (0.44, "#fff0c8"), (1, "#ffcf8a", 0)], 0, 0, 2400, 0), 5)  # fmt: skip
    with s.clipped(top):
        for k in range(-3, 20):
            x = FLAME[0] + (k * 160 - FLAME[0] - 200) * 1.3
            s.path(f"M{1000 + (x - 1000) * 0.7:.0f} 1190L{x:.0f} 1700H{x + 34:.0f}"
                   f"L{1018 + (x - 1000) * 0.7:.0f} 1190Z", "#a8434a", opacity=0.28)  # fmt: skip
    s.path(blob("790,1262 1000,1230 1210,1262 1230,1276 1000,1316 770,1276"), "#f4e6cf",
           s.lit("#fff6dc", 0, -4, soft=2, depth=20))  # fmt: skip
    s.path(blob("850,1080! 1000,1060 1150,1080! 1156,1240! 1000,1268 844,1240!"), "#c9764a",
           s.lit("#ffd9a0", 0, -3, depth=90, dark=0.4, shade="#5a1f30"))  # fmt: skip
    s.path("M846 1154Q1000 1182 1154 1154V1180Q1000 1208 846 1180Z", "#f3dfc0", opacity=0.85)
    icing = blob(
        "844,1076 860,1040 930,1018 1000,1012 1070,1018 1140,1040 1156,1076 1152,1120 1132,1128 "
        "1116,1096 1094,1098 1080,1142 1056,1144 1042,1104 1016,1106 1000,1156 976,1154 962,1106 "
        "938,1104 922,1136 900,1134 888,1096 866,1098 856,1124"
    )
    s.path(icing, "#fbeed6", s.lit("#fffbe8", 0, -5, soft=3, depth=40, dark=0.3, shade="#b4600f"))
    for x, y in ((890, 1052), (940, 1034), (1062, 1036), (1112, 1054), (960, 1066), (1040, 1068)):
        s.disc(x, y, 13, "#c0392f")
        s.disc(x - 3, y - 4, 4, "#ffc9a0")
    s.path(tube("1000,1040,12 1000,980,11 1000,908,11"), "#f7e9d8", s.lit("#fff6dc", 0, -8, depth=20))
    for y in (1010, 976, 942):
        s.path(tube(f"989,{y + 6},3 1011,{y - 6},3"), "#d8634a")
    for x, k in ((1370, 1), (1476, 0.9), (640, 1)):
        p = Place(x, 1300, k)
        s.path(blob("-40,-120! 40,-120! 30,0! 0,6 -30,0!", p), "#9a8a94",
               s.lit("#fff0d0", -9 if x > 1000 else 9, 0, soft=4, depth=40))  # fmt: skip
        s.path(blob("-40,-120 0,-130 40,-120 0,-110", p), "#5a3a4a")
    s.path(blob("1640,1330 1760,1300 1880,1330 1860,1350 1760,1366 1660,1350"), "#b9a6a6",
           s.lit("#fff0d0", -4, -3, depth=20))  # fmt: skip
    for x, y in ((1700, 1312), (1750, 1304), (1800, 1310), (1725, 1284), (1776, 1280), (1752, 1260)):
        s.disc(x, y, 26, "#d9962b", filter=s.lit("#ffe0a0", -5, -3, depth=18))


def bablu_lead() -> Scene:
    """Draw the first birthday."""
    s = Scene("bablu-lead", "A first birthday")
    room(s)
    with s.group("layer-3-shadows"):
        s.path(blob("1700,300 1900,260 2060,380 2080,560 2260,760 2340,1200 1700,1200 1640,700"),
               "#1f1230", s.blur(40), opacity=0.45)  # fmt: skip
        s.path(blob("420,560 500,470 600,520 600,700 520,860 480,1200 260,1200 300,800"),
               "#1f1230", s.blur(34), opacity=0.4)  # fmt: skip
    # One transform brings the family near; it only scales, so the light keeps its side.
    near = "translate(-104 -74) scale(1.1)"
    with s.group("layer-4-father"), s.group(transform=near):
        father(s)
    with s.group("layer-5-mother-and-baby"), s.group(transform=near):
        mother(s)
        father_arm(s)
        baby(s)
    with s.group("layer-6-sister"), s.group(transform=near):
        sister(s)
    with s.group("layer-7-table"), s.group(transform=near):
        table(s)
        baby_arms(s)
    with s.group("light-candle"), s.group(transform=near):
        s.glow(*FLAME, 620, "#ff9a4a", 0.42)
        s.glow(*FLAME, 190, "#ffd27a", 0.75)
        s.path(blob("1000,802! 1018,846 1020,880 1000,902 980,880 982,846"), "#ffd37a")
        s.path(blob("1000,836! 1011,866 1010,886 1000,896 990,886 989,866"), "#fffbe6")
    with s.group("layer-8-foreground"):
        s.path(blob("2080,1720! 2110,1560 2180,1440 2300,1400 2440,1380 2570,1400! 2570,1720!"),
               "#1a1026", s.lit("#b4502f", -6, -4, soft=6, depth=60))  # fmt: skip
        marigold = s.lit("#ff9a4a", -5, -3, soft=2, depth=26, dark=0.6)
        for k, (x, y, r) in enumerate(((2150, 1520, 66), (2230, 1420, 78), (2370, 1390, 86),
                                       (2320, 1520, 80), (2480, 1470, 84), (2230, 1610, 80),
                                       (2400, 1600, 90))):  # fmt: skip
            for size, tone in ((1, "#6b2a1e"), (0.7, "#8a3c1e"), (0.4, "#a8521f")):
                s.path(crown((x, y, r * size, r * size * 0.86), k, 15, 0.2), tone, marigold)
    return s


SCENES = {"bablu-lead": bablu_lead}
