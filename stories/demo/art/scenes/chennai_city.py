"""Draw the Chennai story's two rooms: the workshop at night and the courtyard after."""

from __future__ import annotations

import random

from ..kit import BOTTOM, LEFT, RIGHT, TOP, Place, Scene, blob, mix, tube
from ..nature import crown, leaves, palm
from ..people import Look, head, neck
from ..women import hand_open

NIGHT = "#0f0f1c"


def bent(s: Scene, at: Place, look: Look, tilt: float) -> None:
    """Draw a boy bent over the bench, seen from the side (about 330 high above the bench)."""
    far = mix(look.skin, "#15141f", 0.35)
    s.path(tube("40,-190,22 90,-130,19 150,-96,15 176,-88,12", at), far, look.light)
    s.path(
        blob("-84,140! -112,-20 -102,-120 -64,-198 -4,-236 48,-232 74,-200 74,-140 58,-60 62,140!", at),
        look.cloth, look.light,
    )  # fmt: skip
    for fold in ("-60,-190,2 -80,-80,7 -70,60,2", "0,-210,2 -10,-100,6 10,40,2"):
        s.path(tube(fold, at), mix(look.cloth, NIGHT, 0.6), s.blur(2 * at.scale), opacity=0.5)
    s.path(tube("16,-206,36 54,-234,27 84,-262,24 100,-284,22", at), look.skin, look.light)
    s.path(blob("-30,-226 14,-250 40,-228 60,-196 20,-186 -20,-196", at), look.cloth, look.light)
    head(s, at.inner(66, -226, 1.0, tilt), look, "side", "short", with_neck=False)
    s.path(tube("26,-190,28 40,-100,23 90,-70,18 150,-84,14 186,-82,11", at), look.skin, look.light)
    s.path(blob("0,-226 40,-224 66,-180 68,-120! 10,-116! -8,-170", at), look.cloth, look.light)


def burner(s: Scene, x: float, y: float, k: float) -> None:
    """Draw a small burner with its flame and the gold beside it."""
    s.glow(x, y - 60 * k, 240 * k, "#ff8a3c", 0.5)
    s.glow(x, y - 56 * k, 70 * k, "#ffd27a", 0.8)
    at = Place(x, y, k)
    s.path(blob("-22,0! -18,-26! 18,-26! 22,0!", at), "#4a3a44")
    s.path(blob("0,-92! 11,-60 10,-38 0,-28 -10,-38 -11,-60", at), "#ffc860")
    s.path(blob("0,-66! 6,-48 5,-36 0,-31 -5,-36 -6,-48", at), "#dff0ff")


def gold(s: Scene, x: float, y: float, k: float, seed: int) -> None:
    """Draw glints of gold lying on the bench."""
    dice = random.Random(seed)
    for _ in range(9):
        gx, gy, r = x + dice.uniform(-80, 80) * k, y + dice.uniform(-10, 16) * k, dice.uniform(4, 9) * k
        s.path(blob("-1,0 0,-0.55 1,0 0,0.55", Place(gx, gy, r)), dice.choice(("#f2b134", "#ffd98c", "#d98a2e")))
    for dx in (-46, 38):
        s.path(blob("-1,0 0,-0.5 1,0 0,0.5", Place(x + dx * k, y + 6 * k, 17 * k)), "none",
               stroke="#ffd27a", stroke_width=f"{3.4 * k:.1f}")  # fmt: skip
        gx, gy = x + (dx + 10) * k, y
        s.path(f"M{gx} {gy - 16 * k}L{gx + 3 * k} {gy - 3 * k}L{gx + 14 * k} {gy}L{gx + 3 * k} {gy + 3 * k}L{gx} {gy + 16 * k}"
               f"L{gx - 3 * k} {gy + 3 * k}L{gx - 14 * k} {gy}L{gx - 3 * k} {gy - 3 * k}Z", "#fff6d6")  # fmt: skip


def chennai_workshop() -> Scene:
    """Draw the narrow workshop at night: bent backs, small flames, one star in a high window."""
    x: float
    y: float
    k: float
    s = Scene("chennai-workshop", "The workshop at night")
    cx, vy = 1200, 860
    with s.group("layer-0-window"):
        s.all_over("#1a1a30")
        s.path("M1010 150H1390V430H1010Z", s.fall("#16204a", "#3a4a80", 150, 430))
        s.glow(1290, 236, 170, "#9ab0e8", 0.5)
    with s.group("light-star"):
        s.glow(1290, 236, 60, "#eaf2ff", 0.9)
        s.path("M1290 200L1295 231L1326 236L1295 241L1290 272L1285 241L1254 236L1285 231Z", "#fbf7f0")
    with s.group("layer-1-room"):
        wall = s.radial([(0, "#4a3048"), (0.5, "#2c2440"), (1, "#191830")], cx, 900, 620)
        s.path(f"M860 {TOP}H1540V1100H860ZM1010 150V430H1390V150Z", wall, fill_rule="evenodd")
        for x in (1072, 1136, 1200, 1264, 1328):
            s.path(f"M{x - 7} 146H{x + 7}V434H{x - 7}Z", "#141426", s.lit("#5a6aa8", 3, -1, depth=10))
        s.path("M990 430H1410V458H990Z", "#2a2440", s.lit("#6a78b0", 0, -4, depth=12))
        s.path("M990 128H1410V152H990Z", "#141426")
        left = s.linear([(0, "#11111f"), (0.7, "#2a2038"), (1, "#4c3040")], LEFT, 0, 860, 0)
        right = s.linear([(0, "#4c3040"), (0.3, "#2a2038"), (1, "#11111f")], 1540, 0, RIGHT, 0)
        s.path(f"M{LEFT} {TOP}H860V1100L{LEFT} 1900Z", left)
        s.path(f"M{RIGHT} {TOP}H1540V1100L{RIGHT} 1900Z", right)
        s.path(f"M860 1100H1540L{RIGHT} 1900H{LEFT}Z", "#151322")
        s.path(f"M860 {TOP}L560 {TOP}L860 60Z", "#0d0d18")
        # Bricks and pipes give the walls their depth.
        for k in range(9):
            y = 60 + k * 120
            y0 = vy + (y - vy) * 3.9
            for side in (-1, 1):
                x1, x2 = cx + side * 340, cx + side * 1360
                s.path(f"M{x1} {y}L{x2} {y0}V{y0 + 7}L{x1} {y + 2}Z", NIGHT, opacity=0.5)
        for side in (-1, 1):
            x1, x2 = cx + side * 344, cx + side * 1360
            s.path(f"M{x1} 560L{x2} -300V-250L{x1} 574Z", "#3a2c40", opacity=0.9)
            s.path(f"M{x1} 690L{x2} 190V240L{x1} 706Z", "#231d33", s.lit("#8a5a4c", 0, 4, depth=16, glow=0.7))
            for x, y, h in ((420, 650, 50), (500, 610, 66), (610, 556, 60), (740, 496, 90)):
                s.path(f"M{cx + side * x - 16} {y}h32v-{h}h-32Z", "#191828", s.lit("#a86a4c", -side * 3, 2, depth=14, glow=0.6))
    with s.group("light-room"):
        s.glow(cx, 1120, 1050, "#c9602e", 0.42, 0.6)
        s.glow(cx, 1010, 420, "#ff9a4a", 0.4, 0.7)
    rows = ((0.5, 1052), (0.74, 1150), (1.1, 1300), (1.62, 1520))
    cloths = (("#4a4a70", "#6a4a58"), ("#7a4a48", "#3f5a66"), ("#3a5a62", "#7a5a3c"), ("#5c4668", "#8a4434"))
    with s.group("layer-2-bench"):
        bench = f"M1110 1030H1290L1830 {BOTTOM}H570Z"
        s.path(bench, s.linear([(0, "#c97a4a"), (0.4, "#8a4c38"), (1, "#3c2432")], 0, 1030, 0, 1660))
        for x in (0.3, 0.52, 0.74):
            s.path(
                f"M{1110 + 180 * x} 1030L{570 + 1260 * x} {BOTTOM}H{580 + 1260 * x}L{1112 + 180 * x} 1030Z",
                "#2a1826",
                opacity=0.5,
            )
    for order, ((k, y), pair) in enumerate(zip(rows, cloths, strict=True)):
        with s.group(f"layer-{3 + order}-boys"):
            spread = 300 * k + 60
            rim = 2.2 + 4.5 * k
            for side in (-1, 1):
                light = s.lit(
                    "#ffae62", -side * rim, rim * 0.1, soft=1 + k, depth=74 * k, dark=0.72, shade=NIGHT, wash=0.34, warm="#ff6a2c"
                )
                hair = s.lit("#ff9a52", -side * rim, rim * 0.5, soft=1 + k, depth=40 * k, dark=0.6)
                look = Look("#6b3f2d", mix(pair[0 if side < 0 else 1], NIGHT, 0.3), light=light, shine=hair)
                bent(s, Place(cx + side * spread, y, k * 1.05, 0, side > 0), look, 30 if (order + side) % 4 else 38)
        with s.group(f"light-flames-{order}"):
            for side in (-1, 1):
                burner(s, cx + side * (spread - 210 * k), y - 58 * k, k * 0.9)
            gold(s, cx, y - 40 * k, k, order)
    with s.group("layer-7-foreground"):
        edge = s.lit("#c9602e", 5, -6, soft=5, depth=120, dark=0.6, glow=0.75)
        s.path(blob("-170,1720! -170,860 -20,900 60,1020 150,1180 200,1400 220,1720!"), "#0d0d18", edge)
        s.path(blob("2570,1720! 2570,820 2430,880 2350,1020 2250,1190 2210,1400 2180,1720!"), "#0d0d18",
               s.lit("#c9602e", -5, -6, soft=5, depth=120, dark=0.6, glow=0.75))  # fmt: skip
    return s


def cheering(s: Scene, at: Place, look: Look, *, up: float = 0, turn: float = 0, arms: str = "both") -> None:
    """Draw a man or boy from the front, one arm raised or both; the other holds a neighbour."""
    for side in (-1, 1):
        s.path(tube(f"{40 * side},-24,16 {52 * side},-6,14 {58 * side},0,11", at), look.skin, look.light)
        if arms != "both" and (side < 0) != (arms == "left"):
            s.path(tube(f"{80 * side},-548,27 {140 * side},-500,22 {210 * side},-520,18 {250 * side},-548,15",
                        at), look.skin, look.light)  # fmt: skip
            continue
        reach = up * side
        s.path(tube(f"{70 * side},-548,27 {140 * side},-600,22 {150 * side + reach},-700,18 {136 * side + reach},-770,14", at),
               look.skin, look.light)  # fmt: skip
        hand_open(s, at, look, 135 * side + reach, -784, side * 8)
    for x in (-36, 36):
        s.path(tube(f"{x},-370,42 {x * 1.1},-190,34 {x * 1.15},-20,24", at), look.over, look.light)
    neck(s, at.inner(0, -572), look, thick=23)
    body = blob("-26,-600 -88,-584 -124,-640 -150,-600! -112,-520 -86,-470 -80,-390 -82,-330! 0,-322 82,-330! 80,-390 "
                "86,-470 112,-520 150,-600! 124,-640 88,-584 26,-600", at)  # fmt: skip
    s.path(body, look.cloth, look.light)
    for fold in ("-60,-540,2 -20,-450,5 -40,-340,2", "60,-540,2 30,-450,5 50,-340,2"):
        s.path(tube(fold, at), mix(look.cloth, "#15141f", 0.4), opacity=0.4)
    head(s, at.inner(0, -566, 1, turn), look, "front", "short", with_neck=False)


def embrace(s: Scene, at: Place, light: str, hair: str) -> None:
    """Draw two men in a full embrace: the young man (left) and a member of staff (right)."""
    young = Look("#74452f", "#c9552e", "#3a4468", light=light, shine=hair)
    staff = Look("#8a5a3c", "#e8dcc0", "#4a5a5c", light=light, shine=hair)
    # Staff: legs, body, head.
    s.path(tube("96,-380,46 104,-200,38 110,-30,27", at), mix(staff.over, "#15141f", 0.25), light)
    s.path(tube("96,-12,17 76,-4,14 56,0,10", at), "#3a2430", light)
    s.path(tube("62,-380,46 60,-200,38 62,-30,27", at), staff.over, light)
    s.path(tube("58,-14,18 40,-4,14 18,0,10", at), "#4a2c34", light)
    # The young man's far arm, its hand on the other's shoulder blade.
    s.path(tube("-30,-540,28 60,-520,25 120,-500,21 150,-496,17", at), mix(young.skin, "#15141f", 0.2), light)
    s.path(tube("80,-580,34 82,-620,27 82,-650,25", at), staff.skin, light)
    body = blob("20,-590 66,-600 120,-576 152,-500 150,-410 138,-300! 40,-286 14,-320! 6,-430 -6,-520", at)
    s.path(body, staff.cloth, light)
    head(s, Place(*at(92, -596), at.scale * 1.04, 12, True),
         staff, "side", "short", with_neck=False)  # fmt: skip
    # Young man: legs, body, head over the other's shoulder.
    s.path(tube("-96,-380,44 -112,-200,36 -128,-40,25", at), mix(young.over, "#15141f", 0.3), light)
    s.path(tube("-130,-24,17 -112,-6,14 -88,0,10", at), "#4a2c2a", light)
    s.path(tube("-56,-380,46 -50,-200,37 -46,-30,26", at), young.over, light)
    s.path(tube("-46,-14,18 -30,-2,15 -10,2,11", at), "#5a3430", light)
    s.path(tube("-36,-560,40 -4,-592,36 16,-626,30", at), young.skin, light)
    torso = blob("0,-598 -60,-604 -116,-576 -146,-500 -140,-410 -128,-330! -60,-316 16,-326! 26,-420 30,-520 24,-570", at)
    s.path(torso, young.cloth, light)
    with s.clipped(torso):
        for fold in ("-90,-560,2 -70,-460,8 -100,-330,2", "-40,-480,2 -50,-400,7 -20,-330,2", "10,-560,2 -10,-460,6 10,-340,2"):
            s.path(tube(fold, at), "#5a1f24", s.blur(2), opacity=0.5)
    # Staff's near arm comes round the young man's back, hand spread.
    s.path(tube("70,-540,34 30,-440,29 -40,-420,24 -96,-440,20", at), staff.skin, light)
    for tip in ("-128,-466,7.5", "-136,-450,7.5", "-136,-434,7.5", "-127,-419,7.5"):
        s.path(tube(f"-96,-440,16 -116,-444,12 {tip}", at), staff.skin, light)
    s.path(blob("40,-584 96,-566 112,-510 84,-440! 26,-436! 12,-500 20,-560", at), staff.cloth, light)
    # A soft shadow parts the two heads.
    s.path(blob("40,-724 84,-690 100,-640 84,-600 40,-590 10,-640", at), "#2a1226", s.blur(12), opacity=0.55)
    head(s, at.inner(-6, -568, 1.0, 16), young, "side", "short", with_neck=False)
    # The young man's near arm over the other's shoulder.
    s.path(tube("-70,-560,36 -10,-500,31 64,-520,26 108,-552,21", at), young.skin, light)
    for tip in ("140,-584,7.5", "149,-568,7.5", "149,-551,7.5", "141,-536,7.5"):
        s.path(tube(f"108,-552,17 128,-560,12 {tip}", at), young.skin, light)
    s.path(blob("-96,-586 -40,-590 -2,-548 -6,-478! -64,-474! -106,-520", at), young.cloth, light)


def chennai_embrace() -> Scene:
    """Draw the courtyard: a full embrace, and raised arms behind."""
    x: float
    y: float
    k: float
    s = Scene("chennai-embrace", "The courtyard")
    with s.group("layer-0-sky"):
        s.all_over(s.fall("#7fa0a0", "#fbe3ae", TOP, 800))
        s.glow(520, 120, 1300, "#fff0c0", 0.8)
    with s.group("layer-1-trees"):
        s.many([*palm(1860, 620, 520, -70, 3), *palm(2330, 640, 420, 60, 4), *palm(300, 640, 480, 60, 5)], "#7f9a7c")
        for x, r, k in ((120, 190, 1), (480, 150, 2), (1900, 170, 3), (2300, 230, 4)):
            s.path(crown((x, 560, r, r * 0.7), k, 16, 0.2), "#8fa67e")
    with s.group("layer-2-arcade"):
        wall = s.linear([(0, "#f0c98c"), (0.5, "#dc9e68"), (1, "#b87a5c")], LEFT, 0, RIGHT, 0)
        arches = "".join(f"M{x} 1080V700Q{x} 590 {x + 140} 590Q{x + 280} 590 {x + 280} 700V1080Z" for x in range(-80, 2500, 400))
        s.path(f"M{LEFT} 440H{RIGHT}V1090H{LEFT}Z", "#7a4650")
        for x in range(-80, 2500, 400):
            s.path(f"M{x + 90} 1090V790H{x + 210}V1090Z", "#54303f")
        s.path(
            f"M{LEFT} 440H{RIGHT}V1090H{LEFT}Z{arches}",
            wall,
            s.lit("#fff0c8", -7, -4, soft=3, depth=40, dark=0.25, shade="#7a3a3a"),
            fill_rule="evenodd",
        )
        s.path(f"M{LEFT} 396H{RIGHT}V446H{LEFT}Z", "#b0604a", s.lit("#ffe0b0", 0, -6, depth=24))
        s.path(f"M{LEFT} 500H{RIGHT}V512H{LEFT}Z", "#a8604a", opacity=0.5)
    with s.group("layer-3-ground"):
        s.path(
            f"M{LEFT} 1076H{RIGHT}V{BOTTOM}H{LEFT}Z",
            s.radial([(0, "#ffe2a4"), (0.4, "#eab078"), (1, "#a8604e")], 1050, 1300, 1500, 0.5),
        )
        for k in range(9):
            y = 1090 + 8 * k * k
            s.path(f"M{LEFT} {y}H{RIGHT}V{y + 1.5 + k * 0.4}H{LEFT}Z", "#9a5448", opacity=0.3)
        for k in range(-12, 13):
            s.path(f"M{1200 + k * 120} 1076L{1200 + k * 420} {BOTTOM}h6L{1202 + k * 120} 1076Z", "#9a5448", opacity=0.25)
    with s.group("layer-4-far-crowd"):
        light = s.lit("#ffe8b8", -2.2, -1.4, soft=1, depth=40, dark=0.42, shade="#3a1a38", wash=0.2)
        hair = s.lit("#ffd8a0", -3, -3, soft=1.4, depth=24)
        crowd = (
            (60, 1160, 0.64, "#7a5a8a", 20, -4, "both"), (270, 1176, 0.72, "#3f7f78", -12, 5, "left"),
            (420, 1164, 0.6, "#c9a05a", 16, -6, "both"), (690, 1170, 0.66, "#8a4458", 10, 6, "right"),
            (850, 1182, 0.72, "#6a5a8e", -6, 4, "left"), (1560, 1180, 0.7, "#b8602e", 14, -5, "right"),
            (1716, 1168, 0.62, "#3f5f78", -14, 6, "both"), (2090, 1178, 0.72, "#7a8450", 10, -4, "right"),
            (2240, 1164, 0.62, "#b06a5a", -10, 4, "left"), (2390, 1172, 0.68, "#4a5a7a", 12, -6, "both"),
        )  # fmt: skip
        for x, y, k, cloth, up, turn, arms in crowd:
            s.path(blob("-120,0 0,-16 420,40 560,90 380,90 60,40", Place(x, y, k)), "#5a2c3c", s.blur(6), opacity=0.4)
            cheering(s, Place(x, y, k), Look("#74452f", cloth, "#4a4460", light=light, shine=hair), up=up, turn=turn, arms=arms)
    with s.group("layer-5-near-crowd"):
        light = s.lit("#ffe8b8", -3.4, -2, soft=1.4, depth=60, dark=0.5, shade="#3a1a38", wash=0.22)
        hair = s.lit("#ffd8a0", -4, -4, soft=2, depth=36)
        for x, y, k, cloth, up, turn in ((530, 1290, 0.9, "#e0b060", -14, 8), (1900, 1290, 0.9, "#2f6b63", 16, -8)):
            s.path(blob("-120,0 0,-16 420,40 560,90 380,90 60,40", Place(x, y, k)), "#5a2c3c", s.blur(8), opacity=0.45)
            cheering(s, Place(x, y, k), Look("#6b3f2d", cloth, "#3a3a58", light=light, shine=hair), up=up, turn=turn)
    with s.group("layer-6-embrace"):
        light = s.lit("#fff0c8", -8, -3, soft=3, depth=90, dark=0.5, shade="#2f1634", wash=0.25)
        hair = s.lit("#ffdca8", -7, -5, soft=3, depth=50)
        at = Place(1200, 1490, 1.5)
        s.path(blob("-150,0 0,-20 420,50 640,120 400,130 20,50", at), "#5a2c3c", s.blur(14), opacity=0.5)
        embrace(s, at, light, hair)
    with s.group("light-sunbeams"):
        for x, w in ((100, 90), (420, 150), (820, 80)):
            s.path(
                f"M{x} {TOP}H{x + w}L{x + w * 3 + 700} 1500H{x + 620}Z",
                s.linear([(0, "#fff4d0", 0.35), (1, "#fff4d0", 0)], 0, TOP, 0, 1500),
                s.blur(16),
            )
    with s.group("layer-7-foreground"):
        near = s.lit("#f0b070", 5, 5, soft=4, depth=60, dark=0.5)
        s.path(tube("-160,200,60 120,60,44 420,-40,30 700,-120,20"), "#2a1f2c", near)
        for k, (box, tone) in enumerate((((160, 40, 420, 150), "#23342f"), ((620, -20, 420, 110), "#2c4238"), ((240, 120, 330, 110), "#3f5a44"),
                                         ((2380, 40, 260, 150), "#23342f"), ((2300, -20, 330, 110), "#3f5a44"))):  # fmt: skip
            s.many(leaves(box, 60, 62, k, 0.7), tone)
        s.many(leaves((300, 60, 420, 140), 24, 56, 9, 0.7), "#a8a860")
    return s


SCENES = {"chennai-workshop": chennai_workshop, "chennai-embrace": chennai_embrace}
