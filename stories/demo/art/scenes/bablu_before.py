"""Draw what came before Bablu's birthday: the wood yard before dawn, and the first sun."""

from __future__ import annotations

import random

from ..kit import BOTTOM, LEFT, RIGHT, TOP, Place, Scene, blob, mix, ridge, tube
from ..nature import birds, cloud, crown, grass, leaves, mist, palm, sky, smoke, stars
from ..people import Look, head, walker
from ..women import hand_open, sari_side


def log_end(s: Scene, x: float, y: float, r: float, tone: str, light: str) -> None:
    """Draw the cut end of a log with its rings."""
    s.disc(x, y, r, mix(tone, "#15141f", 0.55))
    s.disc(x, y, r * 0.88, tone, filter=light)
    for share in (0.62, 0.38, 0.16):
        s.path(blob("-1,0.1 -0.1,-1 1,0 0,0.96", Place(x + r * 0.05, y, r * share)), "none",
               stroke=mix(tone, "#15141f", 0.4), stroke_width=max(1.2, r * 0.05), opacity=0.6)  # fmt: skip


def stack(s: Scene, x: float, y: float, rows: int, wide: int, r: float, tone: str, light: str, seed: int) -> None:
    """Draw a stack of logs with its foot at (x, y), narrowing upwards."""
    dice = random.Random(seed)
    for row in range(rows):
        for k in range(wide - row):
            log_end(s, x + (k + row / 2) * r * 1.96, y - r - row * r * 1.72, r * dice.uniform(0.9, 1.02),
                    mix(tone, "#3a3560", dice.uniform(0, 0.4)), light)  # fmt: skip


def trunk(s: Scene, x: float, r: float, tone: str, light: str, seed: int, foot: float) -> None:
    """Draw a huge straight trunk from its foot out of the frame."""
    dice = random.Random(seed)
    s.path(
        blob(f"{x - r * 1.7},{foot}! {x - r * 1.1},{foot - 160} {x - r},{foot - 480} {x - r * 0.9},{TOP}! "
             f"{x + r * 0.9},{TOP}! {x + r},{foot - 500} {x + r * 1.15},{foot - 150} {x + r * 1.8},{foot}!"),
        tone, light,
    )  # fmt: skip
    for _ in range(int(r / 9)):
        gx = x + dice.uniform(-0.7, 0.7) * r
        gy = dice.uniform(0, foot - 480)
        s.path(tube(f"{gx},{gy},1 {gx + dice.uniform(-9, 9)},{gy + 130},4 {gx},{gy + 300},1"),
               mix(tone, "#0d0d16", 0.5), opacity=0.6)  # fmt: skip


def family(s: Scene) -> None:
    """Draw mother, father and daughter carrying wood, upright under the trees."""
    light = s.lit("#f0a878", 2.4, -1, soft=1, depth=26, dark=0.5, shade="#10101e")
    wood = s.lit("#e8a070", 2, -2, soft=1, depth=16)
    for x, y, k in ((1180, 1222, 0.45), (1420, 1228, 0.45), (1600, 1232, 0.4)):
        s.path(blob("-90,0 0,-14 90,0 -60,34 -460,80 -520,60", Place(x, y, k)), "#0d0d18", s.blur(5), opacity=0.6)
    man = Place(1180, 1222, 0.45)
    look = Look("#5a3a34", "#6a6482", "#3a3654", light=light, shine=light)
    walker(s, man, look, woman=False)
    head(s, man.inner(10, -578, 1, 8), look, "side", "short", with_neck=False)
    s.path(tube("-250,-596,34 0,-616,36 290,-622,34", man), "#6b4a3c", wood)
    log_end(s, *man(290, -622), 34 * 0.45, "#c98f62", wood)
    s.path(tube("10,-548,27 66,-500,22 84,-580,18 78,-606,15", man), look.skin, light)
    mother = Place(1420, 1228, 0.45)
    look = Look("#5f3d34", "#8a3a34", "#a8604a", light=light, shine=light)
    walker(s, mother, look, belly=52)
    head(s, mother.inner(4, -576, 1, 2), look, "side", with_neck=False)
    for dy in (0, -34, -64):
        s.path(
            tube(f"-190,{-728 + dy},19 0,{-722 + dy},20 200,{-730 + dy},18", mother), mix("#6b4a3c", "#3a2c44", -dy / 120), wood
        )
    s.path(tube("10,-548,25 70,-590,20 96,-670,16 80,-716,14", mother), look.skin, light)
    s.path(tube("-10,-540,25 -30,-450,20 30,-400,17 80,-392,14", mother), look.skin, light)
    girl = Place(1600, 1232, 0.29)
    look = Look("#5a3a34", "#5a6a86", "#3f4a66", light=light, shine=light)
    walker(s, girl, look)
    head(s, girl.inner(6, -576, 1.28, 4), look, "side", with_neck=False)
    for dy in (0, -30):
        s.path(tube(f"-70,{-420 + dy},17 60,{-430 + dy},18 210,{-446 + dy},15", girl), "#6b4a3c", wood)
    s.path(tube("-10,-540,28 0,-460,23 60,-410,19 120,-430,16", girl), look.skin, light)


def bablu_wood() -> Scene:
    """Draw the wood-cutting yard before dawn."""
    s = Scene("bablu-wood", "Before dawn")
    with s.group("layer-0-sky"):
        sky(s, [(0, "#0f1020"), (0.4, "#1e2340"), (0.66, "#3c4560"), (0.82, "#7a6470"), (0.92, "#c9805e"), (1, "#d99468")])
        s.glow(1760, 1020, 900, "#e8905c", 0.5, 0.4)
    with s.group("light-stars"):
        stars(s, 46, (700, -60, 2400, 500), 3)
    with s.group("layer-1-far-trees"):
        dice = random.Random(8)
        tone = s.fall("#2c3350", "#7a6068", 300, 1080)
        for k in range(30):
            x = LEFT + k * 94 + dice.uniform(-30, 30)
            r = dice.uniform(7, 15)
            s.path(tube(f"{x},1090,{r * 1.4} {x + 4},700,{r} {x},{TOP},{r * 0.8}"), tone)
        for k in range(16):
            x = LEFT + k * 176
            s.path(crown((x, dice.uniform(120, 420), 220, 110), k, 16, 0.2), "#262c48", opacity=0.8)
        mist(s, 1010, 170, "#b07a70", 0.5)
    with s.group("layer-2-ridge"):
        s.path(ridge(1032, 26, 4, bumps=4), "#3a3852")
        mist(s, 1070, 60, "#8a6a74", 0.5)
    with s.group("layer-3-shed"):
        s.path("M420 1000L1180 1010V1120H420Z", "#1d2036")
        s.path("M360 1010L470 884L1160 904L1260 1018Z", "#14162a", s.lit("#b0705e", 3, -3, soft=2, depth=40))
        for k in range(14):
            x = 430 + k * 56
            s.path(f"M{x} 1004L{x + 34} {894 + k}H{x + 38}L{x + 6} 1004Z", "#0d0e1c", opacity=0.5)
        for x in (470, 610, 750, 890, 1030, 1160):
            s.path(f"M{x} 1004H{x + 13}V1140H{x}Z", "#0d0e1c")
        stack(s, 640, 1124, 3, 5, 17, "#6a5060", s.lit("#c98a6a", 2, -1, depth=8), 3)
        s.path("M1060 1020H1130V1122H1060Z", "#0d0e1c")
        smoke(s, "880,890,7 888,780,11 872,650,18 896,500,30 880,330,50 920,140,80", "#6c6a80", 14, 0.34)
    with s.group("light-lamp"):
        s.glow(980, 1036, 190, "#ff9a5c", 0.55)
        s.disc(980, 1034, 7, "#ffe0a8")
    with s.group("layer-4-yard"):
        s.path(
            ridge(1128, 8, 6, bumps=2),
            s.linear([(0, "#1a1c30"), (0.55, "#43364a"), (0.75, "#6b4a4c"), (1, "#2a2740")], LEFT, 0, RIGHT, 0),
        )
        s.path(ridge(1128, 8, 6, bumps=2), s.linear(
            [(0, "#0d0d18", 0), (1, "#0d0d18", 0.9)], 0, 1180, 0, 1600))  # fmt: skip
        mist(s, 1130, 50, "#c08a78", 0.35)
        warm = s.lit("#d98e64", 3, -2, soft=2, depth=26, dark=0.5)
        stack(s, 1900, 1200, 4, 7, 30, "#8a6452", warm, 5)
        for k in range(13):
            s.path(tube(f"{1020 + k * 60},{1290 + (k * 37) % 90},2 {1050 + k * 60},{1286 + (k * 37) % 90},5 "
                        f"{1086 + k * 60},{1292 + (k * 37) % 90},2"), "#5a4248", opacity=0.7)  # fmt: skip
    with s.group("layer-5-family"):
        s.glow(1440, 1060, 420, "#e8905c", 0.32, 0.6)
        family(s)
    with s.group("layer-6-great-trees"):
        light = s.lit("#8a5a5c", 6, 0, soft=5, depth=120, dark=0.5, glow=0.75)
        for x, y, w in ((330, 1360, 260), (2190, 1290, 200), (1880, 1150, 100), (640, 1170, 110)):
            s.path(
                blob("-1,0 -0.72,-0.09 0,-0.13 0.72,-0.09 1,0 0.72,0.09 0,0.13 -0.72,0.09", Place(x, y, w)),
                "#0d0d18",
                s.blur(14),
                opacity=0.45,
            )
        trunk(s, 330, 96, "#14152a", light, 1, 1360)
        trunk(s, 2190, 70, "#191a30", s.lit("#a86a5c", -6, 0, soft=5, depth=90, glow=0.8), 2, 1290)
        trunk(s, 1880, 34, "#262742", s.lit("#a86a5c", 3, 0, soft=3, depth=50, glow=0.7), 4, 1150)
        trunk(s, 640, 40, "#20223c", s.lit("#a86a5c", 4, 0, soft=3, depth=50, glow=0.7), 5, 1170)
    with s.group("layer-7-leaves"):
        for k, (box, tone) in enumerate((((300, 20, 560, 170), "#10111f"), ((1000, -20, 620, 120), "#14162a"),
                                         ((1900, 10, 620, 170), "#10111f"), ((120, 220, 330, 90), "#14162a"),
                                         ((2300, 240, 300, 100), "#14162a"))):  # fmt: skip
            s.many((crown((box[0] + (j - 2) * box[2] * 0.4, box[1] + (j % 2) * 30 - 50, box[2] * 0.3, box[3] * 0.8), k * 9 + j, 18, 0.2)
                    for j in range(5)), tone)  # fmt: skip
            s.many(leaves(box, 70, 44, k, 0.8), tone)
    with s.group("layer-8-foreground"):
        near = s.lit("#b4705a", 5, -5, soft=4, depth=60, dark=0.6, shade="#0d0d18")
        s.path(f"M{LEFT} 1530Q600 1500 1200 1570T{RIGHT} 1560V{BOTTOM}H{LEFT}Z", "#0d0d18")
        stack(s, -120, 1640, 4, 6, 84, "#5c4450", near, 7)
        stack(s, 2020, 1690, 2, 3, 88, "#4a3a4c", s.lit("#b4705a", -5, -5, soft=4, depth=60, dark=0.6), 9)
        grass(s, BOTTOM - 60, 50, 170, "#0b0b15", 5, (900, 2050))
    return s


def bablu_dawn() -> Scene:
    """Draw the mother in the doorway, holding her newborn to the first sun."""
    x: float
    y: float
    k: float
    sun = (1486, 812)
    s = Scene("bablu-dawn", "The first sun")
    with s.group("layer-0-sky"):
        sky(s, [(0, "#5a4a7c"), (0.3, "#b0667c"), (0.58, "#f0935f"), (0.8, "#ffc878"), (1, "#ffe2a0")])
        s.glow(*sun, 1000, "#ffb066", 0.7)
        for x, y, w, c, k in ((1240, 380, 620, "#d9787a", 2), (1560, 520, 520, "#ffb47a", 3), (1020, 620, 420, "#f0a070", 4)):
            cloud(s, x, y, w, c, k, opacity=0.7)
    with s.group("light-sun"):
        s.disc(*sun, 132, s.radial([(0, "#fffbe6"), (0.7, "#fff0b8"), (1, "#ffd98c")], *sun, 132))
        s.glow(*sun, 460, "#fff0c0", 0.7)
    with s.group("layer-1-hills"):
        s.path(ridge(866, 60, 13, bumps=6), s.linear([(0, "#a85a70"), (0.64, "#f0a064"), (1, "#b8626c")], LEFT, 0, RIGHT, 0))
        s.path(ridge(950, 34, 21, bumps=5), s.linear([(0, "#7a4466"), (0.64, "#c9745a"), (1, "#7c4660")], LEFT, 0, RIGHT, 0))
        mist(s, 1000, 60, "#ffc48a", 0.55)
        birds(s, ((1260, 600, 22), (1306, 620, 17), (1222, 634, 14)), "#6a3450")
    with s.group("layer-2-fields"):
        s.path(ridge(1030, 14, 8, bumps=4), s.linear([(0, "#5a3650"), (0.62, "#a8604e"), (1, "#5c3a52")], LEFT, 0, RIGHT, 0))
        s.many([*palm(1690, 1050, 330, -30, 3), *palm(1620, 1056, 230, 26, 4), *palm(900, 1040, 240, 22, 6)], "#4a2a44")
        s.path(blob("1380,1040! 1560,1036! 1640,1120 1720,1240 1900,1420! 1000,1420! 1200,1240 1350,1110"),
               s.fall("#ffc482", "#c9704f", 1040, 1420))  # fmt: skip
    with s.group("layer-3-room"):
        # The room is one dark shape with the doorway cut out of it.
        door = "M800 1400V250H1760V1400Z"
        s.path(f"M{LEFT} {TOP}H{RIGHT}V{BOTTOM}H{LEFT}Z{door}", s.radial(
            [(0, "#5c3444"), (0.4, "#33223c"), (1, "#17152a")], 1300, 900, 1350), fill_rule="evenodd")  # fmt: skip
        s.path(f"M{LEFT} 1400H800L520 {BOTTOM}H{LEFT}Z", "#1c1628")
        s.path(f"M1760 1400H{RIGHT}V{BOTTOM}H2060Z", "#1c1628")
        frame = s.lit("#ffc27a", -6, 0, soft=3, depth=30, dark=0.3)
        s.path("M752 200H1808V262H752Z", "#43283c", s.lit("#ffb066", 0, 7, soft=3, depth=20))
        s.path("M752 250H806V1400H752Z", "#43283c", s.lit("#ffc27a", 7, 0, soft=3, depth=30))
        s.path("M1754 250H1808V1400H1754Z", "#43283c", frame)
        s.path(tube("806,262,3 960,330,5 1120,348,6 1280,352,6 1440,348,6 1600,330,5 1754,262,3"), "#4a3a2c")
        for k in range(25):
            u = k / 24
            x, y = 812 + u * 936, 268 + 96 * (1 - (2 * u - 1) ** 2)
            s.many(
                leaves((x, y + 22, 16, 10), 3, 46, k, 0.98),
                "#2c4a3c" if k % 2 else "#3c5a40",
                filter=s.lit("#f2b134", 2, 4, depth=14),
            )
        door_leaf = "M806 262L620 180V1470L806 1400Z"
        s.path(door_leaf, "#2e2036", s.lit("#e8824e", 7, 0, soft=5, depth=90))
        s.path("M770 330L660 296V760L770 752ZM770 830L660 840V1360L770 1320Z", "#231a2e")
    with s.group("light-floor"):
        s.path(f"M800 1400H1760L2060 {BOTTOM}H520Z", s.fall("#e08a50", "#4a2a3c", 1400, 1700))
        s.path(
            blob("1040,1404 1230,1404 1200,1480 1080,1580 900,1720! 640,1720! 860,1560 980,1470"),
            "#2a1a30",
            s.blur(10),
            opacity=0.75,
        )
        s.path("M780 1392H1780L1800 1420H760Z", "#7a4a44", s.lit("#ffd890", 0, -5, depth=16))
    with s.group("layer-4-mother"):
        rim = s.lit("#ffdc96", 11, -3, soft=4, depth=130, dark=0.62, shade="#1a1028", wash=0.3)
        hair = s.lit("#ffc27a", 10, -3, soft=4, depth=70)
        look = Look("#6b3f2d", "#8a2f24", "#c9782e", light=rim, shine=hair)
        at = Place(1130, 1410, 1.4)
        s.path(tube("30,-552,24 110,-520,21 180,-560,18 226,-618,14", at), mix(look.skin, "#1c1b2e", 0.25), rim)
        hand_open(s, at, Look(mix(look.skin, "#1c1b2e", 0.25), light=rim), 232, -628, 34)
        sari_side(s, at, look)
        head(s, at.inner(-2, -574, 1, -8), look, "side", with_neck=False)
        newborn(s, at, s.lit("#ffe2a8", 7, -2, soft=3, depth=44, dark=0.5, shade="#2a1630", wash=0.4))
        s.path(tube("-18,-548,27 20,-470,23 100,-470,20 180,-528,16 226,-560,13", at), look.skin, rim)
        s.path(tube("216,-556,13 250,-566,11 278,-584,7", at), look.skin, rim)
        s.path(tube("216,-556,12 252,-554,10 282,-566,7", at), look.skin, rim)
        s.path(blob("-46,-576 0,-584 26,-546 26,-478! -30,-470! -62,-540", at), look.cloth, rim)
        s.path(tube("150,-534,4 158,-508,5 166,-490,4", at), "#ffe0a0")
    with s.group("layer-5-room-things"):
        edge = s.lit("#e8935c", 6, -3, soft=4, depth=60, glow=0.8)
        # A cradle of cloth, ready.
        s.path(tube("300,-120,7 330,300,7 360,640,9"), "#231a2e", edge)
        s.path(tube("470,-120,7 440,300,7 408,640,9"), "#231a2e", edge)
        s.path(blob("352,620! 416,620! 470,800 520,960 470,1090 380,1130 290,1090 246,960 300,800"), "#5c2a3c", edge)
        for fold in ("380,640,3 340,860,12 320,1090,3", "388,640,3 400,860,12 410,1110,3", "396,640,3 450,880,10 480,1040,3"):
            s.path(tube(fold), "#2a1630", s.blur(4), opacity=0.7)
        left = s.lit("#f0a060", -6, -3, soft=4, depth=60)
        for x, y, k, tone in ((2040, 1560, 1.7, "#4a2c38"), (2260, 1600, 2.1, "#3a2438")):
            s.path(blob("-30,-150! 30,-150! 26,-124 80,-70 70,-10 0,6 -70,-10 -80,-70 -26,-124", Place(x, y, k)), tone, left)
        s.path(
            blob("-40,-250! 40,-250! 34,-226 74,-184 60,-150 -60,-150 -74,-184 -34,-226", Place(2260, 1600, 2.0)), "#33203a", left
        )
    return s


def newborn(s: Scene, at: Place, rim: str) -> None:
    """Draw the child in a cloth, one hand out to the light."""
    s.path(blob("120,-590 160,-548 230,-556 300,-590 330,-640 300,-670 240,-640 170,-620", at), "#f3dfc0", rim)
    s.path(tube("140,-570,4 210,-576,9 290,-620,4", at), "#b8866a", opacity=0.5)
    p = at.inner(306, -664, 0.56, -24)
    s.path(blob("0,-74 44,-66 66,-34 70,-22 62,-12 58,6 40,22 4,30 -36,22 -62,-8 -60,-48 -30,-70", p), "#84502f", rim)
    s.path(blob("22,-74! -4,-80 -36,-72 -62,-44 -62,-10! -52,-26 -38,-50 -10,-66", p), "#241820", rim)
    s.path(tube("276,-618,11 320,-614,10 352,-634,8", at), "#84502f", rim)
    for tip in ("368,-650,4", "374,-640,4", "370,-630,4"):
        s.path(tube(f"352,-634,6 {tip}", at), "#84502f", rim)


SCENES = {"bablu-wood": bablu_wood, "bablu-dawn": bablu_dawn}
