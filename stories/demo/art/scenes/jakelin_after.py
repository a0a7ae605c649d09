"""Draw Jakelin's story further: the court, and the afternoon with the camera."""

from __future__ import annotations

import random

from ..kit import BOTTOM, LEFT, RIGHT, TOP, Place, Scene, blob, mix, ridge, tube
from ..nature import cloud, crown, grass, leaves, mist, sky
from ..people import Look, head, neck
from ..women import folds


def court_people(s: Scene) -> None:
    """Draw those at the bench, small and dim, so that the one who speaks is the largest."""
    dim = s.lit("#d9b48a", -3, -2, soft=2, depth=40, dark=0.7, shade="#0f0f1c", glow=0.6)
    for x, y, k, cloth in ((1540, 660, 0.72, "#1c1b2e"), (1840, 690, 0.66, "#2a2434"), (2080, 700, 0.64, "#2a2434")):
        at = Place(x, y, k)
        neck(s, at.inner(0, 30), Look("#6b4a3c"))
        s.path(blob("-24,24 -110,60 -150,150 -160,300! 160,300! 150,150 110,60 24,24", at), cloth, dim)
        s.path(blob("-22,26! 0,60 22,26! 14,110 0,130 -14,110", at), "#b8a89a", opacity=0.7)
        head(s, at.inner(0, 34), Look("#7a5644", hair="#3a2c30", light=dim), "front", "short", with_neck=False)


def jakelin_court() -> Scene:
    """Draw a young woman standing upright to speak in a shaft of window light."""
    k: float
    s = Scene("jakelin-court", "In court")
    with s.group("layer-0-wall"):
        s.all_over(s.linear([(0, "#4a3a44"), (0.4, "#3a2c3c"), (1, "#1b192c")], LEFT, 200, RIGHT, 1100))
        for k in range(14):
            x = 700 + k * 138
            s.path(f"M{x} 560H{x + 116}V980H{x}Z", "#241c2c", s.lit("#8a6450", -3, 0, soft=2, depth=24, glow=0.7), opacity=0.8)
        s.path(f"M600 520H{RIGHT}V548H600Z", "#4c3438", s.lit("#c99a70", 0, -4, depth=12))
        # A plain seal of scales above the bench.
        s.disc(1680, 300, 128, "#2c2233", filter=s.lit("#d9a878", -5, -2, soft=3, depth=50))
        s.disc(1680, 300, 104, "#3a2c3a")
        gold = s.lit("#ffdca0", -2, -1, depth=10, dark=0.3)
        s.path(tube("1680,226,5 1680,300,5 1680,362,6"), "#b8895a", gold)
        s.path(tube("1610,254,3 1680,240,5 1750,254,3"), "#b8895a", gold)
        for x in (1612, 1748):
            s.path(f"M{x} 254L{x - 32} 322H{x - 28}L{x} 262L{x + 28} 322H{x + 32}Z", "#b8895a")
            s.path(blob("-36,0! 36,0! 18,16 -18,16", Place(x, 322)), "#b8895a", gold)
    with s.group("light-windows"):
        for x, w in ((-60, 250), (300, 210)):
            s.path(f"M{x} 900V240A{w / 2} {w / 2} 0 0 1 {x + w} 240V900Z",
                   s.linear([(0, "#fff6da"), (0.6, "#ffe3a4"), (1, "#f2b978")], 0, 110, 0, 900))  # fmt: skip
            s.glow(x + w / 2, 460, 620, "#ffe6b0", 0.4)
    with s.group("layer-1-window-bars"):
        bar = "#4a3640"
        for x, w in ((-60, 250), (300, 210)):
            for share in (1 / 3, 2 / 3):
                s.path(f"M{x + w * share - 5:.0f} 120H{x + w * share + 5:.0f}V900H{x + w * share - 5:.0f}Z", bar)
            for y in (300, 500, 700):
                s.path(f"M{x} {y - 5}H{x + w}V{y + 5}H{x}Z", bar)
            s.path(f"M{x - 34} 896H{x + w + 34}V940H{x - 34}Z", "#5c4248", s.lit("#ffe6b0", 0, -7, depth=20))
            # The frame is the wall again, with the opening cut out.
            s.path(f"M{x - 30} 910V240A{w / 2 + 30} {w / 2 + 30} 0 0 1 {x + w + 30} 240V910Z"
                   f"M{x} 900V240A{w / 2} {w / 2} 0 0 1 {x + w} 240V900Z", "#55404a",
                   s.lit("#ffe0a8", 4, 2, soft=2, depth=20), fill_rule="evenodd")  # fmt: skip
    with s.group("layer-2-bench"):
        court_people(s)
        wood = s.lit("#e0b080", -4, -6, soft=2, depth=60, dark=0.5)
        s.path("M1280 800H2300V860H1280Z", "#6a4438", wood)
        s.path("M1310 856H2270V1150H1310Z", s.linear([(0, "#5c3a36"), (1, "#2c1f2c")], 1310, 0, 2270, 0))
        for k in range(6):
            x = 1350 + k * 152
            s.path(f"M{x} 900H{x + 120}V1110H{x}Z", "#33222c", s.lit("#a87a5c", -3, -3, soft=2, depth=20, glow=0.7))
        for x, w in ((1440, 74), (1980, 60)):
            s.path(f"M{x} 800V{782}H{x + w}V800Z", "#d9c9ac", opacity=0.8)
    with s.group("layer-3-floor"):
        s.path(
            f"M{LEFT} 1140H{RIGHT}V{BOTTOM}H{LEFT}Z",
            s.linear([(0, "#6a4640"), (0.45, "#3c2832"), (1, "#1a1728")], LEFT, 0, RIGHT, 0),
        )
        for k in range(8):
            y = 1150 + 9 * k * k
            s.path(f"M{LEFT} {y}H{RIGHT}V{y + 2}H{LEFT}Z", "#1b1524", opacity=0.5)
    with s.group("light-shaft"):
        for x, w, lean, power in ((300, 210, 560, 0.5), (-60, 250, 620, 0.34)):
            s.path(f"M{x} 130H{x + w}L{x + w + lean + 220} 1480H{x + lean - 60}Z",
                   s.linear([(0, "#fff0c4", power), (0.75, "#ffdf9c", power * 0.5), (1, "#ffdf9c", 0)], 0, 130, 300, 1480), s.blur(8))  # fmt: skip
        s.path(blob("740,1300 960,1260 1260,1300 1300,1400 1010,1450 760,1400"), "#ffdf9c", s.blur(24), opacity=0.4)
    with s.group("layer-4-witness"):
        witness(s)
    with s.group("layer-5-dust"):
        dice = random.Random(9)
        for _ in range(70):
            u = dice.random()
            s.disc(
                330 + 620 * u + dice.uniform(-90, 240),
                180 + 1150 * u,
                dice.uniform(1.4, 3.6),
                "#fff4d0",
                opacity=f"{dice.uniform(0.2, 0.7):.2f}",
            )
    with s.group("layer-6-public"):
        near = s.lit("#c9946a", -7, -6, soft=4, depth=90, dark=0.7, shade="#0b0b14", glow=0.8)
        for x, k, kind in (
            (120, 1.9, "long"),
            (560, 1.75, "short"),
            (1560, 1.75, "long"),
            (1980, 1.9, "short"),
            (2380, 1.85, "long"),
        ):
            at = Place(x, 1640, k)
            look = Look("#3a2830", "#1c1828", hair="#120f1a", light=near)
            neck(s, at.inner(0, -96), look)
            s.path(blob("-24,-100 -110,-70 -150,20 -160,140! 160,140! 150,20 110,-70 24,-100", at), look.cloth, near)
            if kind == "long":
                s.path(blob("-38,-190 -50,-130 -48,-80 -34,-50 34,-50 48,-80 50,-130 38,-190", at), look.hair, near)
            head(s, at.inner(0, -90), look, "back", kind, with_neck=False, tail="")
        s.path(f"M{LEFT} 1590H{RIGHT}V{BOTTOM}H{LEFT}Z", "#17131f", s.lit("#8a5a48", 0, -8, soft=3, depth=50))
    return s


def witness(s: Scene) -> None:
    """Draw the young woman from behind, upright, one hand on the rail."""
    light = s.lit("#fff0c4", -9, -3, soft=3, depth=100, dark=0.62, shade="#14101f", wash=0.3, warm="#ffb066")
    hair = s.lit("#ffd08a", -9, -3, soft=3, depth=60)
    at = Place(1010, 1500, 1.28)
    skin, coat, skirt = "#8f5c40", "#b4400f", "#2b3a5a"
    rail = s.lit("#ffe0a8", -4, -7, soft=2, depth=50, dark=0.5)
    # Far rail of the stand, in front of her.
    s.path("M760 1060H1262V1094H760Z", "#7a4e3c", rail)
    for x in (780, 870, 960, 1050, 1140, 1226):
        s.path(f"M{x} 1094H{x + 20}V1400H{x}Z", "#5a3830", s.lit("#ffdca0", -4, 0, soft=2, depth=16))
    s.path(tube("-84,-545,28 -116,-470,24 -132,-400,20 -160,-352,15 -178,-340,14", at), skin, light)
    s.path(tube("84,-545,28 110,-460,24 116,-390,19 106,-320,16 102,-290,16", at), skin, light)
    neck(s, at.inner(0, -575), Look(skin, light=light))
    lower = blob("-70,-390 -92,-320 -98,-180 -100,40! 100,40! 98,-180 92,-320 70,-390", at)
    s.path(lower, skirt, light)
    folds(s, at, lower, skirt, ("-30,-360,2 -40,-180,6 -44,20,2", "34,-360,2 40,-180,6 40,20,2"), 0.5)
    body = blob(
        "-26,-596 -88,-576 -116,-520 -122,-440! -86,-430 -66,-420 -78,-350! 0,-340 78,-350! 66,-420 86,-430 122,-440! 116,-520 88,-576 26,-596",
        at,
    )
    s.path(body, coat, light)
    folds(
        s,
        at,
        body,
        coat,
        ("0,-560,1 -4,-450,5 0,-346,1", "-60,-520,2 -40,-440,5 -50,-350,2", "70,-520,2 44,-440,5 54,-350,2"),
        0.4,
    )
    top = at.inner(0, -568)
    head(s, top, Look(skin, coat, light=light, shine=hair), "back", "long", tail="", with_neck=False)
    s.path(tube("-16,-84,30 -4,-40,30 2,20,32 0,90,27 4,140,12", top), "#1d1620", hair)
    s.path(tube("-22,-40,6 2,-34,7 26,-40,6", top), "#f2b134")
    # The stand's near side hides her from the knee.
    s.path("M700 1330H1330V1376H700Z", "#8a5844", rail)
    s.path("M722 1376H1308V1720H722Z", s.linear([(0, "#6a4438"), (1, "#33222c")], 722, 0, 1308, 0))
    for x in (752, 940, 1128):
        s.path(f"M{x} 1410H{x + 152}V1640H{x}Z", "#3c2830", s.lit("#c99468", -4, -4, soft=2, depth=24, glow=0.8))


def crew(s: Scene) -> None:
    """Draw the film crew: the one at the camera, and the one with the boom."""
    light = s.lit("#fff2cc", 6, -4, soft=2.4, depth=70, dark=0.55, shade="#2a1630", wash=0.2)
    hair = s.lit("#ffe0ac", 5, -5, soft=2, depth=40)
    metal = s.lit("#ffe6b8", 4, -3, soft=2, depth=20)
    s.path(
        blob("-1,0 -0.72,-0.09 0,-0.13 0.72,-0.09 1,0 0.72,0.09 0,0.13 -0.72,0.09", Place(520, 1420, 330)),
        "#5a3040",
        s.blur(12),
        opacity=0.5,
    )
    # Boom operator, behind.
    at = Place(330, 1380, 1.08)
    look = Look("#8f6044", "#5d7350", "#3a3a58", light=light, shine=hair)
    for leg in ("-34,-380,44 -40,-200,36 -48,-26,25", "36,-380,44 50,-200,36 60,-20,25"):
        s.path(tube(leg, at), look.over, light)
    for foot in ("-50,-16,18 -30,-4,15 -4,0,11", "58,-12,18 80,-2,15 106,2,11"):
        s.path(tube(foot, at), "#2a2034", light)
    s.path(tube("30,-545,26 90,-600,22 120,-690,18 110,-740,15", at), mix(look.skin, "#15141f", 0.25), light)
    neck(s, at.inner(4, -576), look, thick=23)
    s.path(
        blob("-20,-600 -70,-580 -88,-500 -74,-420 -70,-330! 0,-320 72,-330! 74,-430 84,-510 60,-576 24,-598", at),
        look.cloth,
        light,
    )
    head(s, at.inner(6, -576, 1, -8), look, "side", "short", with_neck=False)
    s.path(tube("-50,-690,12 -46,-650,15 -42,-620,10", at.inner(34, 10)), "#2b2a4a", light)
    s.path(tube("-36,-548,28 -60,-620,23 10,-690,19 36,-720,15", at), look.skin, light)
    s.path(blob("-80,-566 -30,-584 6,-548 -10,-500! -70,-520!", at), look.cloth, light)
    s.path(tube("150,700,5 500,560,5 1010,402,4"), "#2a2438", metal)
    s.path(tube("1000,420,16 1070,398,24 1150,376,24 1190,366,14"), "#4a4054", s.lit("#fff0d0", 3, -5, soft=2, depth=20))
    # Camera on its tripod.
    for leg in ("760,980,11 690,1200,10 610,1450,8", "780,980,11 790,1220,10 800,1470,8", "796,980,11 870,1190,10 960,1420,8"):
        s.path(tube(leg), "#2a2438", metal)
    s.path("M716 950H846V990H716Z", "#3a3448", metal)
    s.path("M640 800H900V950H640Z", "#2f2a40", s.lit("#ffe6b8", 5, -5, soft=2, depth=40))
    s.path("M900 832L1010 810V936L900 918Z", "#3a3448", metal)
    s.path("M1010 796H1036V950H1010Z", "#1c1b2e", metal)
    s.path("M690 760H840V786H690ZM704 786H722V802H704ZM806 786H824V802H806Z", "#2a2438", metal)
    s.path("M600 820H642V880H600Z", "#1c1b2e", metal)
    s.disc(870, 830, 9, "#d8352a")
    # Camera operator, leaning to the eyepiece.
    at = Place(540, 1440, 1.18)
    look = Look("#7a4a33", "#c9783c", "#4a5a6a", light=light, shine=hair)
    for leg in ("-70,-370,46 -100,-200,37 -120,-30,26", "-20,-370,46 10,-200,37 6,-24,26"):
        s.path(tube(leg, at), look.over, light)
    for foot in ("-122,-16,19 -98,-4,16 -70,0,12", "4,-12,19 28,0,16 58,4,12"):
        s.path(tube(foot, at), "#33243a", light)
    s.path(tube("50,-500,26 110,-450,22 160,-470,18", at), mix(look.skin, "#15141f", 0.25), light)
    s.path(tube("14,-540,30 34,-580,25 46,-600,24", at), look.skin, light)
    s.path(
        blob("-20,-574 -72,-540 -104,-450 -110,-340! -40,-316 26,-330! 40,-420 64,-500 50,-550 20,-574", at), look.cloth, light
    )
    top = at.inner(26, -556, 1, 12)
    head(s, top, look, "side", "long", with_neck=False)
    s.path(tube("-20,-520,28 6,-420,23 80,-400,19 160,-420,15 190,-428,12", at), look.skin, light)
    s.path(blob("-50,-548 0,-552 22,-510 20,-440! -36,-436! -60,-500", at), look.cloth, light)


def mother_waiting(s: Scene, light: str, hair: str) -> None:
    """Draw the mother on a low stool, arms open to the boy."""
    at = Place(1800, 1440, 1.25, 0, True)
    look = Look("#8f5c40", "#d9c4a4", "#2f6b63", light=light, shine=hair)
    s.path(f"M{1800 - 120} 1230H{1800 + 150}V1262H{1800 - 120}Z", "#6a4034", light)
    for x in (1700, 1920):
        s.path(tube(f"{x},1260,13 {x + (x - 1810) * 0.1:.0f},1440,11"), "#6a4034", light)
    s.path(tube("30,-418,23 100,-372,19 170,-380,15 214,-412,12", at), mix(look.skin, "#15141f", 0.25), light)
    s.path(tube("-10,-430,30 2,-470,24 8,-490,22", at), look.skin, light)
    s.path(tube("150,-60,18 160,-14,15 190,0,11", at), look.skin, light)
    skirt = blob("-80,-230 -110,-150 -60,-110 40,-100 80,-20! 130,0 196,-24! 180,-120 166,-190 100,-216 0,-240", at)
    s.path(skirt, look.over, light)
    folds(s, at, skirt, look.over, ("-40,-200,2 60,-160,7 110,-20,2", "20,-220,2 120,-170,7 160,-20,2"), 0.5)
    s.path(
        blob("-24,-466 -66,-440 -88,-360 -84,-260 -84,-210! 0,-190 60,-210! 52,-290 62,-360 44,-430 14,-466", at),
        look.cloth,
        light,
    )
    top = at.inner(2, -446, 1, 6)
    s.path(tube("-26,-80,22 -58,-40,22 -66,30,20 -58,90,11", top), "#1d1620", hair)
    head(s, top, look, "side", tail="", with_neck=False)
    s.path(tube("-26,-420,27 -10,-330,23 70,-310,19 150,-330,15 176,-338,13", at), look.skin, light)
    for tip in ("206,-352,6", "212,-340,6", "206,-328,6"):
        s.path(tube(f"176,-338,12 192,-341,9 {tip}", at), look.skin, light)
    s.path(blob("-56,-444 -6,-450 20,-410 8,-350! -48,-350! -66,-400", at), look.cloth, light)


def boy_running(s: Scene, light: str, hair: str) -> None:
    """Draw the boy in mid-run, arms out."""
    at = Place(1350, 1440, 1.15)
    skin, shirt = "#9a6444", "#c9482a"
    s.path(blob("-160,10 -110,0 0,-8 110,0 160,10 110,22 0,28 -110,22", at), "#5a3040", s.blur(9), opacity=0.5)
    s.path(tube("-10,-170,30 -70,-120,24 -120,-130,19 -146,-150,16", at), mix(skin, "#15141f", 0.2), light)
    s.path(tube("-146,-150,16 -160,-176,13 -160,-196,10", at), "#2b2a4a", light)
    s.path(tube("20,-310,20 84,-300,17 140,-330,14 166,-346,11", at), mix(skin, "#15141f", 0.2), light)
    s.path(tube("16,-170,32 76,-130,25 84,-70,19 74,-36,16", at), skin, light)
    s.path(tube("72,-32,16 92,-18,14 116,-20,10", at), "#3a3860", light)
    s.path(blob("-50,-210! 40,-220! 76,-150 66,-96! 20,-104 -10,-130 -70,-100! -90,-150", at), "#34507a", light)
    s.path(tube("14,-330,22 26,-352,20 30,-366,19", at), skin, light)
    s.path(blob("-4,-344 -44,-316 -62,-250 -58,-196! 0,-184 54,-204! 56,-270 50,-324 28,-344", at), shirt, light)
    top = at.inner(18, -336, 1.12, 4)
    head(s, top, Look(skin, shirt, light=light, shine=hair), "side", "short", with_neck=False)
    s.path(tube("-14,-316,22 20,-260,19 86,-260,16 150,-288,13 168,-296,11", at), skin, light)
    for tip in ("188,-312,5", "194,-300,5", "190,-290,5"):
        s.path(tube(f"168,-296,10 {tip}", at), skin, light)
    s.path(blob("-40,-330 4,-336 28,-300 14,-256! -34,-262! -48,-296", at), shirt, light)


def jakelin_camera() -> Scene:
    """Draw a small film crew in a sunny yard, and the boy running through the shot to his mother."""
    s = Scene("jakelin-camera", "His moment in the spotlight")
    with s.group("layer-0-sky"):
        sky(s, [(0, "#8fb4b4"), (0.45, "#d8d8b0"), (0.8, "#fbe6b4"), (1, "#fbe6b4")])
        s.glow(1500, 200, 1300, "#fff6d6", 0.8, 0.7)
        for x, y, w, c, k in ((600, 260, 760, "#f0e6c8", 2), (1400, 180, 620, "#f8ecd0", 3)):
            cloud(s, x, y, w, c, k, opacity=0.7)
    with s.group("layer-1-hills"):
        s.path("M-160 900Q300 860 620 560Q690 500 760 560Q1000 830 1500 880V1000H-160Z", s.fall("#a8b8a8", "#e0cf9c", 540, 960))
        s.path(ridge(860, 40, 6, bumps=4), s.fall("#9aac8c", "#c9bd84", 820, 980))
        mist(s, 900, 60, "#fff0c8", 0.5)
        for x, r, k in ((60, 150, 1), (330, 110, 2), (1010, 120, 3), (1290, 150, 4), (1150, 90, 5)):
            s.path(crown((x, 1030, r, r * 0.8), k, 15, 0.2), "#7f9468", s.lit("#f2e0a0", 4, -5, soft=2, depth=40))
    with s.group("layer-2-house"):
        s.path(f"M1480 330H{RIGHT}V1200H1480Z", s.linear([(0, "#f6d29a"), (0.5, "#e8b078"), (1, "#c98a64")], 1480, 0, RIGHT, 0),
               s.lit("#fff6d8", -6, 0, soft=3, depth=60, dark=0.25))  # fmt: skip
        s.path(f"M1480 1010H{RIGHT}V1200H1480Z", "#3d7a74", opacity=0.75)
        s.path(f"M1410 350L1480 230H{RIGHT}V350Z", "#a8533c", s.lit("#ffdca0", -3, -5, soft=2, depth=40))
        for k in range(20):
            s.path(f"M{1420 + k * 58} 330V372Q{1449 + k * 58} 396 {1478 + k * 58} 372V330Z", "#b8604a" if k % 2 else "#a8533c",
                   s.lit("#ffdca0", -2, -3, soft=2, depth=20))  # fmt: skip
        s.path("M2060 560Q2060 500 2190 500Q2320 500 2320 560V1200H2060Z", "#7a3f3a", s.lit("#ffdca0", -5, 3, soft=2, depth=30))
        s.path("M2090 580Q2090 530 2190 530Q2290 530 2290 580V1200H2090Z", "#4a2834")
        s.path("M1640 580H1900V850H1640Z", "#7a4a40", s.lit("#ffdca0", -4, 3, soft=2, depth=20))
        s.path("M1664 604H1876V826H1664Z", "#3a4a64")
        s.path("M1762 604H1778V826H1762ZM1664 706H1876V722H1664Z", "#7a4a40")
        s.path("M1620 850H1920V884H1620Z", "#8a5444", s.lit("#fff0c8", 0, -5, depth=14))
        for k, x in enumerate((1690, 1770, 1850)):
            s.path(crown((x, 826, 46, 40), k, 11, 0.25), "#4a7050", s.lit("#f2e0a0", -3, -4, depth=20))
            for dx, dy in ((-16, -8), (12, -18), (20, 6)):
                s.disc(x + dx, 820 + dy, 9, "#e8643c")
    with s.group("layer-3-yard"):
        s.path(ridge(1070, 8, 3, bumps=2), s.radial([(0, "#ffe6ac"), (0.5, "#eab878"), (1, "#b8784c")], 1500, 1300, 1500, 0.5))
        s.path(blob("-170,1240 200,1180 640,1230 820,1330 700,1470 300,1540 -170,1520"), "#7a4a4c", s.blur(24), opacity=0.45)
        for k in range(40):
            x, y = 100 + (k * 397) % 2300, 1110 + (k * 173) % 460
            s.path(blob("-1,0 0,-0.3 1,0 0,0.2", Place(x, y, 8 + k % 9)), "#a8684c", opacity=0.4)
    with s.group("layer-4-washing"):
        s.path(tube("860,640,3 1000,690,3 1170,712,3 1340,690,3 1490,640,3"), "#5a3a44")
        for x, y, w, h, c in ((930, 668, 110, 170, "#fbf0dc"), (1070, 708, 90, 150, "#d8743e"), (1190, 702, 120, 160, "#7fa89c")):
            s.path(blob(f"{x},{y}! {x + w},{y + (14 if x < 1000 else -6)}! {x + w + 8},{y + h} {x + w * 0.5},{y + h - 14} {x - 6},{y + h + 8}!"),
                   c, s.lit("#fffbe8", 5, -3, soft=2, depth=50, dark=0.3, shade="#6a3a50"))  # fmt: skip
        s.path(tube("852,620,9 856,860,10 850,1090,12"), "#6a4438")
    light = s.lit("#fff4d0", -5, -5, soft=2.4, depth=60, dark=0.5, shade="#3a1a34", wash=0.24)
    hair = s.lit("#ffe0ac", -5, -5, soft=2, depth=36)
    with s.group("layer-5-mother"):
        s.path(
            blob("-1,0 -0.72,-0.09 0,-0.13 0.72,-0.09 1,0 0.72,0.09 0,0.13 -0.72,0.09", Place(1820, 1440, 250)),
            "#5a3040",
            s.blur(10),
            opacity=0.5,
        )
        mother_waiting(s, light, hair)
    with s.group("layer-6-boy"):
        boy_running(s, light, hair)
    with s.group("layer-7-crew"):
        crew(s)
    with s.group("layer-8-foreground"):
        for k, tone in enumerate(("#23342f", "#2f4a3c", "#4a6b4a", "#8f9a58")):
            s.many(leaves((240, 40 + k * 10, 520, 170), (90, 70, 46, 24)[k], 60, k, 0.7), tone)
        for k, (x, y, r) in enumerate(((2330, 1660, 170), (2500, 1590, 190), (2180, 1720, 110))):
            s.path(
                crown((x, y, r, r * 0.85), k, 16, 0.2),
                ("#2f4a3c", "#23342f", "#3f5f48")[k],
                s.lit("#e8c078", -5, -5, soft=3, depth=60),
            )
        grass(s, BOTTOM, 40, 210, "#2c3a30", 4, (LEFT, 560))
        s.path(f"M{LEFT} {TOP}H{RIGHT}V{TOP + 8}H{LEFT}Z", "#23342f")
    return s


SCENES = {"jakelin-court": jakelin_court, "jakelin-camera": jakelin_camera}
