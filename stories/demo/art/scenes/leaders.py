"""Draw the survivor leaders' meeting under the tree."""

from __future__ import annotations

import random

from ..kit import BOTTOM, LEFT, RIGHT, Place, Scene, blob, ridge, tube
from ..nature import birds, crown, grass, house, leaves, mist, palm, sky
from ..people import Look
from ..women import seated_back, seated_front, seated_side, woman_speaking


def banyan(s: Scene) -> None:
    """Draw the trunk with its many stems and hanging roots."""
    x: float
    light = s.lit("#ffd08a", -8, -1, soft=4, depth=90, dark=0.6, shade="#1a1428")
    far = s.lit("#f3b57a", -4, -1, soft=3, depth=40, dark=0.4)
    for x, r, top in ((640, 10, 380), (700, 6, 420), (2060, 14, 330), (2150, 8, 380), (1130, 6, 330),
                      (1180, 4, 330), (2240, 6, 350), (860, 4, 330)):  # fmt: skip
        s.path(tube(f"{x - 6},1130,{r * 1.8} {x + 4},900,{r} {x - 5},640,{r * 0.9} {x + 14},{top},{r * 1.1} {x + 30},20,{r * 1.4}"),
               "#5c3f46", far)  # fmt: skip
    with s.group(filter=light):
        for stem in (
            "1420,1190,40 1470,1060,60 1500,860,58 1480,600,56 1400,330,60 1260,120,50",
            "1600,1170,60 1580,1000,90 1570,760,86 1590,520,84 1560,260,90 1500,60,80",
            "1790,1186,34 1720,1060,56 1690,840,56 1710,600,54 1800,360,54 1960,150,46",
            "1380,1200,18 1480,1130,34 1560,1060,40",
            "1840,1200,16 1730,1140,34 1660,1060,40",
            "1590,640,40 1320,470,38 1020,340,32 720,250,26 420,220,22",
            "1600,560,36 1860,420,36 2140,330,30 2420,290,26",
        ):
            s.path(tube(stem), "#4a3038")
    for groove in ("1500,1130,3 1540,900,7 1530,640,6 1470,360,3", "1660,1140,3 1640,900,7 1650,600,6 1700,400,3",
                   "1590,1150,3 1600,960,6 1590,700,4"):  # fmt: skip
        s.path(tube(groove), "#1f1526", s.blur(4), opacity=0.7)
    dice = random.Random(4)
    for k in range(20):
        x = 460 + k * 96 + dice.uniform(-30, 30)
        end = dice.uniform(520, 800)
        s.path(tube(f"{x},-20,6 {x},200,5 {x + dice.uniform(-8, 8)},{end * 0.7},3.4 {x + dice.uniform(-10, 10)},{end},1.4"),
               "#3d2a36", opacity=0.85)  # fmt: skip


def canopy(s: Scene) -> None:
    """Draw the crown of the tree: dark mass, then leaf tones towards the light."""
    dice = random.Random(12)
    for tone, count, low, size, edge in (
        ("#16262c", 26, 330, 250, ""), ("#1f3a38", 24, 270, 200, "#5d7350"), ("#2f5548", 22, 200, 160, "#8a9a5a"),
        ("#4a6b4a", 18, 110, 130, "#a8a85c"), ("#5f7a4c", 12, 40, 100, "#c9b764"),
    ):  # fmt: skip
        light = s.lit(edge, -3, -4, soft=3, depth=50, dark=0.35, glow=0.6) if edge else ""
        for k in range(count):
            x = LEFT + (RIGHT - LEFT) * (k + dice.random()) / count
            # The crown arches: lowest at the sides, highest over the speaker.
            arch = low - 200 * (1 - ((x - 900) / 1400) ** 2) + dice.uniform(-60, 30)
            s.path(crown((x, arch - size * 0.3, size, size * 0.55), dice.randrange(999), 17, 0.2), tone, light)
    for k, tone in enumerate(("#16262c", "#2f5548", "#8a9a5a")):
        s.many(leaves((300, 300 - k * 20, 420, 90), 60, 34, k, 0.8), tone)
        s.many(leaves((2080, 330 - k * 20, 420, 100), 60, 34, k + 5, 0.8), tone)
        s.many(leaves((1100, 120 - k * 20, 700, 70), 60, 30, k + 9, 0.8), tone)


def leaders_lead() -> Scene:
    """Draw women in a circle under a banyan, one standing to speak."""
    x: float
    y: float
    w: float
    s = Scene("leaders-lead", "Under the tree")
    with s.group("layer-0-sky"):
        sky(s, [(0, "#7f9a94"), (0.4, "#d9c99a"), (0.62, "#f8dfa4"), (1, "#fbe7b8")])
        s.glow(520, 640, 1200, "#fff2c4", 0.9, 0.6)
    with s.group("light-sun"):
        s.disc(430, 560, 84, "#fffbe8")
        s.glow(430, 560, 420, "#fff6d6", 0.9)
    with s.group("layer-1-far-hills"):
        s.path(ridge(770, 70, 8, bumps=4.4), s.linear([(0, "#e8c48e"), (1, "#a3b09a")], LEFT, 0, RIGHT, 0))
        s.path(ridge(838, 46, 19, bumps=3.5), s.linear([(0, "#d9ac78"), (1, "#84998a")], LEFT, 0, RIGHT, 0))
        mist(s, 890, 70, "#fbe9bf", 0.6)
        birds(s, ((760, 520, 20), (804, 540, 16), (724, 552, 14)), "#8a6a5a")
    with s.group("layer-2-fields"):
        s.path(ridge(906, 14, 27, bumps=3), s.linear([(0, "#d8b06a"), (0.5, "#a8a868"), (1, "#6f8a70")], LEFT, 0, RIGHT, 0))
        s.many([*palm(170, 950, 300, 40, 3), *palm(262, 955, 220, -26, 4), *palm(1010, 930, 190, 24, 6),
                *palm(2230, 950, 260, -30, 8)], "#6a7458")  # fmt: skip
        for x, y, w in ((330, 960, 96), (470, 966, 110), (1040, 948, 90), (1960, 960, 110)):
            house(s, x, y, w, "#d9a878", "#8a5a48", "", "#b9845e")
        s.path(ridge(976, 12, 3, bumps=2.4), s.linear([(0, "#c98f58"), (0.5, "#a87a50"), (1, "#7a6a50")], LEFT, 0, RIGHT, 0))
    with s.group("layer-3-ground"):
        ground = ridge(1040, 10, 9, bumps=2)
        s.path(ground, s.linear([(0, "#c98550"), (0.25, "#a05c40"), (1, "#4a2c34")], 0, 1020, 200, BOTTOM))
        with s.clipped(ground):
            s.path(blob("600,1180 1100,1080 1700,1070 2300,1120 2500,1300 2000,1500 1200,1520 640,1380"),
                   "#3a2234", s.blur(40), opacity=0.55)  # fmt: skip
            dice = random.Random(6)
            for _ in range(70):
                x, y = dice.uniform(300, 2500), dice.uniform(1090, 1560)
                w = dice.uniform(16, 60) * (y / 1200)
                s.path(blob("-1,0 0,-0.22 1,-0.05 0.3,0.22", Place(x, y, w)), "#ffcf8a", s.blur(2),
                       opacity=f"{dice.uniform(0.2, 0.6):.2f}")  # fmt: skip
    with s.group("layer-4-tree"):
        banyan(s)
    with s.group("layer-5-circle-far"):
        rim = s.lit("#ffe0a0", -4, -2, soft=1.5, depth=44, dark=0.5, shade="#2a1630", wash=0.25)
        hair = s.lit("#ffcf8a", -4, -3, soft=1.5, depth=24)
        for x, y, k, skin, cloth, over, turn in (
            (1250, 1196, 0.62, "#7a4a33", "#3d7a74", "#e8d2a0", -6), (1420, 1170, 0.6, "#6b3f2d", "#a8455a", "#d98a8a", -4),
            (1590, 1166, 0.6, "#84502f", "#c98a2e", "#f0c46a", -6), (1762, 1180, 0.62, "#6f4230", "#5a4a80", "#a894c4", -8),
        ):  # fmt: skip
            seated_front(s, Place(x, y, k, 0, x > 900), Look(skin, cloth, over, light=rim, shine=hair), turn=turn)
        seated_side(s, Place(1948, 1226, 0.7, 0, True), Look("#7a4a33", "#b8502e", "#e89a5a", light=rim, shine=hair), turn=-6)
    with s.group("layer-6-speaker"):
        rim = s.lit("#ffe6ae", -7, -2, soft=2, depth=70, dark=0.5, shade="#2a1630", wash=0.3)
        hair = s.lit("#ffcf8a", -6, -3, soft=2, depth=40)
        s.path(blob("-90,-6 60,-14 420,30 620,70 480,84 100,30", Place(860, 1250)), "#2a1630", s.blur(8), opacity=0.5)
        woman_speaking(s, Place(850, 1250, 1.02), Look("#74452f", "#b4400f", "#f2b134", light=rim, shine=hair), turn=-6)
    with s.group("layer-7-circle-sides"):
        for x, y, k, flip, skin, cloth, over, turn, hands, tail in (
            (2130, 1320, 0.86, True, "#6b3f2d", "#2f6b63", "#7fb0a0", -8, "lap", "braid"),
            (470, 1300, 0.8, False, "#7a4a33", "#6a4a72", "#c9a0b4", -12, "lap", "bun"),
        ):
            seated_side(
                s, Place(x, y, k, 0, flip), Look(skin, cloth, over, light=rim, shine=hair), turn=turn, hands=hands, tail=tail
            )
    with s.group("light-shafts"):
        for x, w, lean in ((300, 120, 520), (560, 80, 560), (800, 150, 620), (1120, 70, 640)):
            s.path(f"M{x} -60L{x + w} -60L{x + w * 2.4 + lean} 1340L{x + lean - w} 1340Z",
                   s.linear([(0, "#fff0c0", 0.34), (1, "#fff0c0", 0)], 0, 100, 0, 1340), s.blur(14))  # fmt: skip
    with s.group("layer-8-canopy"):
        canopy(s)
    with s.group("layer-9-circle-near"):
        rim = s.lit("#f0b57a", -7, -6, soft=3, depth=110, dark=0.7, shade="#120c1c")
        hair = s.lit("#d9986a", -6, -5, soft=3, depth=60)
        for x, y, k, skin, cloth, over, tail, lean in (
            (560, 1672, 1.06, "#4a2c2a", "#5c2430", "#7a3436", "bun", 10),
            (1980, 1668, 1.06, "#4a2c2a", "#4c3424", "#6e4a28", "bun", -12),
            (1300, 1790, 1.3, "#3f2626", "#1f3444", "#2a4850", "bun", -4),
            (180, 1745, 1.5, "#4a2c2a", "#2e2444", "#463256", "braid", 8),
            (2330, 1750, 1.5, "#4a2c2a", "#33203a", "#4c2c46", "braid", -18),
        ):  # fmt: skip
            seated_back(s, Place(x, y, k), Look(skin, cloth, over, light=rim, shine=hair), tail=tail, lean=lean)
        grass(s, BOTTOM, 40, 180, "#16121c", 6)
    return s


SCENES = {"leaders-lead": leaders_lead}
