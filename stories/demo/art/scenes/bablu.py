"""Draw Bablu's story: the first birthday, the wood yard before dawn, the first sun."""

from __future__ import annotations

from ..kit import BOTTOM, LEFT, RIGHT, TOP, Place, Scene, blob, mix, tube
from ..nature import palm, stars
from ..people import SINGING, Look, braid, head

FLAME = (1000, 868)


def room(s: Scene) -> None:
    """Draw the room's wall, its window and what hangs on it."""
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
        s.path(tube("620,96,3 900,236,3 1220,270,3 1540,226,3 1900,110,3 2300,40,3 2560,60,3"),
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
    light = s.lit("#ffbe74", -9, 3, soft=3, depth=110, dark=0.6, shade="#1d1230")
    look = Look("#74452f", "#3a6a68", light=light)
    s.path(
        blob("1760,600 1640,650 1560,760 1540,960 1560,1300! 2110,1300! 2100,1060 2060,820 "
             "1990,690 1880,620"), look.cloth, light,
    )  # fmt: skip
    s.path(blob("1716,610 1770,690 1840,616 1850,592 1760,560"), mix(look.cloth, "#fbf7f0", 0.25))
    head(s, Place(1790, 620, 2.0, 12, True), look, "side", "short")
    for fold in ("1900,700,2 1940,860,9 1930,1040,2", "1680,760,2 1700,900,7 1690,1080,2"):
        s.path(tube(fold), "#1d2c40", opacity=0.4)


def mother(s: Scene) -> None:
    """Draw the mother in her sari, bent over the child on her lap."""
    light = s.lit("#ffc988", -9, 2, soft=3, depth=120, dark=0.55, shade="#2a1030")
    look = Look("#84502f", "#b8452a", "#f0b04a", light=light)
    at = Place(1450, 742, 1.95, 20, True)
    braid(s, at, look, "-30,-70,22 -54,-30,20 -62,40,19 -52,110,17 -56,170,12")
    s.path(tube("1466,770,46 1448,700,38 1440,640,36"), look.skin, light)
    body = blob(
        "1400,752 1340,800 1300,900 1290,1010 1270,1120 1250,1300! 1690,1300! 1700,1100 1680,930 "
        "1640,820 1570,762 1480,736"
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
    s.path(blob("1540,800 1600,790 1668,850 1690,960 1620,1010 1540,970 1530,880"),
           look.over, light)  # fmt: skip
    for b in (1352, 1376):
        s.path(tube(f"{b},1080,5 {b + 8},1120,6 {b},1158,5"), "#f6cf7a")


def baby(s: Scene) -> None:
    """Draw the one-year-old, both hands on their way to the cake."""
    light = s.lit("#ffd596", -8, 3, soft=3, depth=80, dark=0.45, shade="#3a1430")
    skin = "#93593a"
    s.path(tube("1270,1000,40 1290,1070,34 1250,1110,28 1190,1110,26"), skin, light)
    s.path(blob("1160,930 1110,970 1090,1070 1080,1300! 1330,1300! 1320,1080 1290,970 1240,930"),
           "#efd9a8", light)  # fmt: skip
    s.path(tube("1150,990,40 1110,1050,34 1080,1064,28 1052,1040,24 1044,1022,20"), skin, light)
    s.path(blob("1110,940 1170,950 1190,1020 1130,1060 1082,1020"), "#efd9a8", light)
    p = Place(1196, 938, 1.75, 8, True)
    s.path(blob("0,-124 40,-114 60,-80 58,-48 40,-16 8,-2 -26,-8 -52,-34 -60,-74 -42,-112", p),
           skin, light)  # fmt: skip
    s.path(blob("-58,-62 -50,-56 -46,-40 -58,-34 -68,-46", p), mix(skin, "#1c1b2e", 0.2), light)
    s.path(blob("46,-98! 30,-120 0,-132 -40,-120 -64,-86 -60,-62! -40,-84 -14,-100 16,-108 34,-106",
                p), "#241820", light)  # fmt: skip
    s.path(blob("28,-86 50,-76 56,-48 42,-26 22,-30 12,-58", p), "#ffb070", s.blur(12), opacity=0.35)


def sister(s: Scene) -> None:
    """Draw the sister singing, her hands about to meet."""
    light = s.lit("#ffca86", 9, 2, soft=3, depth=100, dark=0.55, shade="#1f1234")
    look = Look("#7a4a33", "#a8455a", "#f2b134", light=light)
    at = Place(628, 880, 1.72, -8)
    s.path(tube("676,960,36 740,1010,30 812,960,24 850,900,20 864,850,15"), mix(look.skin, "#2a1030", 0.3), light)
    s.path(tube("622,912,40 632,860,32 640,820,30"), look.skin, light)
    dress = blob(
        "590,904 528,940 500,1040 490,1120 440,1320! 860,1320! 780,1130 742,1040 728,960 680,908"
    )
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
    s.path(blob("540,940 600,920 660,960 664,1040 610,1080 550,1050 526,990"), mix(look.cloth, "#e8859a", 0.3), light)
    s.path(tube("752,1036,6 784,1050,7 806,1040,5"), "#f6cf7a")


def table(s: Scene) -> None:
    """Draw the table with its cloth, the cake and the steel tumblers."""
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
    with s.group("layer-4-father"):
        father(s)
    with s.group("layer-5-mother-and-baby"):
        mother(s)
        baby(s)
    with s.group("layer-6-sister"):
        sister(s)
    with s.group("layer-7-table"):
        table(s)
    with s.group("light-candle"):
        s.glow(*FLAME, 620, "#ff9a4a", 0.42)
        s.glow(*FLAME, 190, "#ffd27a", 0.75)
        s.path(blob("1000,802! 1018,846 1020,880 1000,902 980,880 982,846"), "#ffd37a")
        s.path(blob("1000,836! 1011,866 1010,886 1000,896 990,886 989,866"), "#fffbe6")
    with s.group("layer-8-foreground"):
        s.path(blob("2080,1720! 2110,1500 2180,1380 2260,1420 2300,1330 2380,1390 2460,1300 "
                    "2570,1330! 2570,1720!"), "#1a1026", s.lit("#b4502f", -6, -4, soft=6, depth=60))  # fmt: skip
        for x, y, r in ((2200, 1400, 62), (2330, 1360, 74), (2460, 1330, 66), (2260, 1500, 58),
                        (2400, 1470, 80)):  # fmt: skip
            for k in range(9):
                q = Place(x, y, r, k * 40)
                s.path(blob("0,0 0.6,-0.3 1,0 0.6,0.3", q), "#5a2a24" if k % 2 else "#74331f",
                       s.lit("#f0803a", -3, -2, depth=12))  # fmt: skip
        s.path(f"M{LEFT} {TOP}H{RIGHT}V{TOP + 30}H{LEFT}Z", "#1a1026", opacity=0.6)
    return s


SCENES = {"bablu-lead": bablu_lead}
