"""Draw Jakelin's story: the embrace at the door."""

from __future__ import annotations

import random

from ..kit import BOTTOM, LEFT, RIGHT, Place, Scene, blob, mix, ridge, tube
from ..nature import birds, crown, house, leaves, mist, sky, stars
from ..people import Look, head

DOOR = "M1290 1300V430Q1290 300 1540 300Q1790 300 1790 430V1300Z"


def pot(s: Scene, x: float, y: float, k: float, clay: str, light: str) -> None:
    """Draw a clay pot with its foot at (x, y)."""
    at = Place(x, y, k)
    s.path(blob("-70,-130! 70,-130! 62,-40 44,0! -44,0! -62,-40", at), clay, light)
    s.path(blob("-80,-158! 80,-158! 76,-122! -76,-122!", at), mix(clay, "#f2b134", 0.12), light)


def plant(s: Scene, x: float, y: float, k: float, kind: str, tone: str, light: str, seed: int) -> None:
    """Draw what grows in a pot: agave blades, a geranium or a fern."""
    dice = random.Random(seed)
    at = Place(x, y, k)
    if kind == "agave":
        for turn in (-78, 74, -52, 50, -30, 28, -10, 8):
            blade = at.inner(0, 0, 1, turn)
            tall = 190 + 70 * (1 - abs(turn) / 90)
            s.path(blob(f"-20,0 -26,{-tall * 0.4} 0,{-tall}! 26,{-tall * 0.4} 20,0", blade), tone, light)
    elif kind == "fern":
        for turn in range(-80, 81, 20):
            reach = dice.uniform(170, 230)
            sway = turn / 80
            s.path(tube(f"0,0,5 {60 * sway},{-reach * 0.6},16 {130 * sway},{-reach * 0.8},15 "
                        f"{190 * sway},{-reach * 0.5},3", at), tone, light)  # fmt: skip
    else:
        for cx, cy, r in ((-60, -70, 66), (56, -84, 70), (0, -130, 80), (-20, -40, 60)):
            px, py = at(cx, cy)
            s.path(crown((px, py, r * k, r * k * 0.8), dice.randrange(99), 12, 0.25), tone, light)
        for _ in range(9):
            px, py = at(dice.uniform(-100, 100), dice.uniform(-200, -50))
            for dx, dy in ((-9, 0), (8, -4), (0, 9), (1, -10)):
                s.disc(px + dx * k, py + dy * k, 10 * k, dice.choice(("#d8502e", "#e8743e", "#c43a3a")))


def house_front(s: Scene) -> None:
    """Draw the wall, the lit room behind the door, and the door's frame."""
    with s.group("layer-3-wall"):
        wall = f"M760 {-120}L{RIGHT} {-120}V{BOTTOM}H760Z"
        s.path(wall, s.radial([(0, "#8f5560"), (0.35, "#5c3f66"), (0.75, "#33315c"), (1, "#23234a")],
                              1540, 800, 1150), s.lit("#8a7aa8", -5, 0, soft=3, depth=80, glow=0.5))  # fmt: skip
        s.path(f"M760 1080H{RIGHT}V{BOTTOM}H760Z", "#1f2a52", opacity=0.5)
        s.path(f"M760 1070H{RIGHT}V1084H760Z", "#c98a6a", opacity=0.4)
        dice = random.Random(3)
        for _ in range(16):
            x, y, w = dice.uniform(800, 2450), dice.uniform(140, 1040), dice.uniform(30, 120)
            if not 1180 < x < 1900:
                s.path(blob("-1,0 -0.3,-0.3 0.6,-0.2 1,0.1 0.2,0.3", Place(x, y, w)), "#7a6a92", opacity=0.14)
        # Tiles along the eaves.
        s.path("M720 -120H2560V92H720Z", "#2a2044")
        for k in range(33):
            x = 700 + k * 58
            s.path(f"M{x} 40V120Q{x + 29} 150 {x + 58} 120V40Z", "#6b3a42" if k % 2 else "#5c3340",
                   s.lit("#c98070", -2, 4, soft=2, depth=30))  # fmt: skip
        s.path("M2030 470H2330V860H2030Z", "#1c1b38")
        s.path("M2048 488H2172V842H2048ZM2188 488H2312V842H2188Z", s.fall("#2b3a6a", "#4a4a80", 488, 842))
        s.path("M2000 856H2360V900H2000Z", "#4a3050", s.lit("#e8935c", -4, -3, depth=20))
    with s.group("light-door"):
        s.path("M1240 1310V420Q1240 246 1540 246Q1840 246 1840 420V1310Z", "#7a3f3a",
               s.lit("#ffb86a", 5, 5, soft=3, depth=60))  # fmt: skip
        s.path(DOOR, s.radial([(0, "#fff0c0"), (0.3, "#ffd283"), (0.7, "#f29a52"), (1, "#b8562e")],
                              1600, 620, 760))  # fmt: skip
        with s.clipped(DOOR):
            s.path("M1290 1120L1420 1060H1790V1310H1290Z", "#c9703c", opacity=0.7)
            s.path("M1640 1060V760H1800V1060Z", "#a8502e", opacity=0.75)
            s.path("M1610 748H1800V772H1610Z", "#8a3c28", opacity=0.8)
            for x, w, h in ((1660, 26, 60), (1712, 20, 84), (1760, 30, 48)):
                s.path(f"M{x - w} 748V{748 - h}Q{x} {748 - h - 26} {x + w} {748 - h}V748Z", "#b8602e", opacity=0.8)
            s.path("M1640 470H1760V610H1640Z", "#c9783c", opacity=0.6)
            s.path("M1654 484H1746V596H1654Z", "#ffe0a0", opacity=0.6)
            s.path(tube("1500,280,3 1500,400,3"), "#7a3c22")
            s.path(blob("1430,470! 1460,404 1500,390 1540,404 1570,470!"), "#8a4424")
            s.disc(1500, 478, 34, "#fffbe6")
            s.glow(1500, 480, 420, "#fff2c0", 0.8)
        s.path("M1200 1300H1880L1920 1350H1160Z", "#a8653f", s.lit("#ffd890", 0, -7, soft=3, depth=30))


def mother_and_son(s: Scene) -> None:
    """Draw the mother on her knees and her son's arms round her neck."""
    warm = s.lit("#ffd08a", 8, -2, soft=3, depth=100, dark=0.5, shade="#141838", wash=0.28)
    hair = s.lit("#ffb870", 8, -3, soft=3, depth=60)
    mum, blouse, skirt = "#8f5c40", "#d9c4a4", "#2f6b63"
    son, shirt = "#9a6444", "#c9482a"
    # Behind: the mother's far arm and the hand that holds his head.
    s.path(tube("1250,820,40 1300,880,34 1366,850,28 1380,800,24"), mix(mum, "#1c1b2e", 0.2), warm)
    # Mother.
    s.path(tube("930,1300,26 880,1316,30 830,1300,22"), mix(mum, "#1c1b2e", 0.15), warm)
    low = blob("1076,976 1016,1060 980,1160 930,1236 860,1290 850,1338! 1050,1346 1296,1340! 1306,1260 1276,1130 1206,1000")
    s.path(low, skirt, warm)
    with s.clipped(low):
        for fold in ("1100,1020,3 1080,1180,14 940,1310,3", "1160,1020,3 1180,1180,12 1120,1340,3",
                     "1220,1060,3 1250,1200,10 1230,1340,3"):  # fmt: skip
            s.path(tube(fold), "#12283a", s.blur(3), opacity=0.55)
        s.path(tube("840,1316,9 1060,1328,9 1310,1320,9"), "#d9a44a", opacity=0.8)
    s.path(tube("1214,790,52 1232,720,42 1248,660,40"), mum, warm)
    torso = blob("1068,996 1066,890 1096,796 1160,732 1226,728 1270,770 1284,860 1262,950 1212,1016 1140,1024")
    s.path(torso, blouse, warm)
    with s.clipped(torso):
        for fold in ("1130,770,2 1120,880,10 1160,1010,3", "1200,880,2 1180,940,9 1090,1000,3"):
            s.path(tube(fold), "#5a4a6a", s.blur(3), opacity=0.5)
    at = Place(1226, 752, 1.72, 20)
    look = Look(mum, blouse, skirt, light=warm, shine=hair)
    s.path(tube("1180,620,40 1126,680,42 1096,770,40 1080,860,32 1086,930,16"), "#1d1620", hair)
    head(s, at, look, "side", "long", tail="", with_neck=False)
    s.disc(*at(-2, -64), 6, "#f2b134")
    # Son, close against her.
    with s.group(transform="translate(-38 0)"):
        s.path(tube("1392,1160,40 1400,1230,31 1410,1270,24 1412,1292,20"), mix(son, "#1c1b2e", 0.15), warm)
        s.path(tube("1396,1290,20 1374,1304,17 1350,1306,12"), "#2b2a4a", warm)
        s.path(tube("1342,1160,42 1336,1230,32 1338,1276,24 1338,1296,21"), son, warm)
        s.path(tube("1340,1304,20 1312,1314,17 1292,1316,12"), "#3a3860", warm)
        s.path(blob("1296,1060! 1440,1060! 1450,1190! 1382,1204! 1374,1160! 1366,1208! 1290,1200!"), "#34507a", warm)
        s.path(tube("1356,900,32 1350,850,30 1346,830,28"), son, warm)
        s.path(blob("1330,862 1388,858 1436,892 1452,980 1452,1088! 1370,1102 1290,1088! 1292,980 1300,900"),
               shirt, warm)  # fmt: skip
        kid = Place(1352, 874, 1.42, -8, True)
        boy = Look(son, shirt, shirt, light=warm, shine=hair)
        head(s, kid, boy, "side", "short", with_neck=False)
        # His arm round her neck, hand on her back.
        s.path(tube("1358,908,36 1290,872,30 1210,826,26 1150,812,23 1124,818,20"), son, warm)
        for tip in ("1092,800", "1086,822", "1092,844", "1106,862"):
            s.path(tube(f"1130,820,14 {tip},9"), son, warm)
        s.path(blob("1380,868 1404,900 1384,948 1320,926! 1300,880! 1330,862"), shirt, warm)
    # Her near arm round him, hand spread on his back; then the far hand at his head.
    s.path(tube("1150,830,54 1176,940,46 1250,1016,40 1312,1012,33 1366,978,27"), mum, warm)
    for tip in ("1424,936", "1433,958", "1431,982", "1418,1003"):
        s.path(tube(f"1370,976,19 1400,969,14 {tip},10"), mum, warm)
    s.path(blob("1120,780 1190,790 1222,860 1226,930! 1160,956 1120,940! 1096,860"), blouse, warm)
    for tip in ("1362,742", "1376,760", "1382,780"):
        s.path(tube(f"1388,806,17 {tip},10"), mix(mum, "#1c1b2e", 0.1), warm)


def jakelin_lead() -> Scene:
    """Draw the embrace at the doorway, warm light in a blue evening."""
    x: float
    y: float
    k: float
    s = Scene("jakelin-lead", "At the door")
    with s.group("layer-0-sky"):
        sky(s, [(0, "#15172f"), (0.35, "#2b3566"), (0.58, "#66669a"), (0.73, "#b8828e"), (0.84, "#eda878"), (1, "#eda878")])
        s.glow(300, 1010, 900, "#f0a070", 0.4, 0.4)
    with s.group("light-stars"):
        stars(s, 60, (LEFT, -60, 1000, 700), 8)
    with s.group("layer-1-hills"):
        s.path("M-160 1010Q120 960 330 720Q380 668 430 720Q600 960 900 1010V1700H-160Z",
               s.fall("#5a5a8c", "#8a7496", 680, 1010))  # fmt: skip
        s.path(ridge(980, 30, 5, bumps=4), "#4a4a7c")
        mist(s, 1030, 70, "#c9949a", 0.45)
        birds(s, ((560, 560, 18), (600, 576, 14)), "#23244a")
    with s.group("layer-2-village"):
        s.path(ridge(1056, 22, 9, bumps=3), "#2c2d58")
        for x, y, w, lamp in ((-60, 1080, 120, ""), (90, 1072, 130, "#ffb85c"), (270, 1080, 110, ""),
                              (420, 1074, 120, "#ff9a5c"), (590, 1084, 120, "")):  # fmt: skip
            house(s, x, y, w, "#4a4876", "#23234a", lamp, "#5a5688")
        for x, y, r, k in ((40, 1060, 60, 1), (220, 1070, 50, 2), (390, 1066, 56, 3), (560, 1068, 60, 4), (720, 1060, 70, 5)):
            s.path(crown((x, y, r, r * 0.8), k, 12, 0.2), "#1f2148")
        s.path(ridge(1150, 16, 14, bumps=2), s.fall("#23244c", "#14152c", 1130, 1700))
    house_front(s)
    with s.group("layer-4-ground"):
        s.path(f"M{LEFT} 1330Q700 1300 1160 1350H1920Q2200 1330 {RIGHT} 1340V{BOTTOM}H{LEFT}Z",
               s.linear([(0, "#1c1d3c"), (0.5, "#3a2c4c"), (1, "#1c1b36")], LEFT, 0, RIGHT, 0))  # fmt: skip
    with s.group("light-spill"):
        s.path(f"M1180 1350H1900L2060 {BOTTOM}H420Z", s.radial(
            [(0, "#ffce82", 0.95), (0.5, "#e8824e", 0.6), (1, "#b4502f", 0)], 1440, 1340, 900, 0.62), s.blur(7))  # fmt: skip
        s.path(blob("860,1340 1060,1350 1330,1348 1390,1340 1210,1440 980,1600 560,1640 420,1560 620,1420"),
               "#1c1634", s.blur(16), opacity=0.6)  # fmt: skip
        s.glow(1540, 800, 1000, "#ff9a4a", 0.28)
    with s.group("layer-5-pots"):
        right = s.lit("#ffc078", 7, -1, soft=3, depth=50, dark=0.5, shade="#141432")
        left = s.lit("#ffc078", -7, -1, soft=3, depth=50, dark=0.5, shade="#141432")
        plant(s, 2000, 1190, 1.0, "geranium", "#2c5a4c", left, 4)
        pot(s, 2000, 1370, 1.1, "#a85a3a", left)
        plant(s, 2210, 1230, 1.25, "agave", "#3a6a62", left, 5)
        pot(s, 2210, 1440, 1.35, "#8f4a3a", left)
        plant(s, 700, 1226, 0.9, "fern", "#2c5a54", right, 6)
        pot(s, 700, 1380, 0.95, "#8a4a42", right)
        plant(s, 500, 1260, 1.1, "geranium", "#24484a", right, 9)
        pot(s, 500, 1440, 1.15, "#7a4044", right)
    with s.group("layer-6-embrace"):
        mother_and_son(s)
    with s.group("layer-7-vine"):
        glow = s.lit("#ffb070", 4, 5, soft=2, depth=30, dark=0.4)
        s.path(tube("2420,-60,10 2100,120,9 1840,190,8 1560,214,7 1300,230,6 1160,330,5 1150,470,3"), "#3a2a3c")
        for k, (tone, light) in enumerate((("#1f3a44", ""), ("#2f5548", glow), ("#a8355a", glow), ("#d8587a", glow))):
            count = (60, 46, 34, 22)[k]
            for j, box in enumerate(((1980, 130, 360, 90), (1560, 200, 330, 56), (1240, 250, 150, 70), (1156, 380, 60, 120))):
                share = (1.2, 0.8, 0.5, 0.4)[j]
                s.many(
                    leaves(box, int(count * share), 44 if k < 2 else 34, k * 7 + j, 0.6),
                    tone,
                    **({"filter": light} if light else {}),
                )
    with s.group("layer-8-foreground"):
        edge = s.lit("#b4603c", 5, -4, soft=4, depth=80, glow=0.7)
        for turn, x, y, k in ((-30, -20, 1760, 3.0), (8, 60, 1780, 2.8), (36, 0, 1800, 2.6), (60, -60, 1760, 2.2)):
            at = Place(x, y, k, turn)
            s.path(blob("-26,0 -40,-90 -20,-170 0,-220! 20,-170 40,-90 26,0", at), "#12122a", edge)
            s.path(tube("0,0,3 0,-190,1", at), "#2a2448")
        for turn, x, y, k in ((24, 2450, 1780, 2.8), (-10, 2390, 1800, 2.4), (-44, 2460, 1790, 2.4)):
            at = Place(x, y, k, turn)
            s.path(blob("-26,0 -40,-90 -20,-170 0,-220! 20,-170 40,-90 26,0", at), "#12122a",
                   s.lit("#b4603c", -5, -4, soft=4, depth=80, glow=0.7))  # fmt: skip
            s.path(tube("0,0,3 0,-190,1", at), "#2a2448")
    return s


SCENES = {"jakelin-lead": jakelin_lead}
