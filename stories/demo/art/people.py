"""Draw people: heads with suggested faces, and figures that stand, walk and sit.

Local units: an adult is about 700 high with feet at (0, 0); a head's origin is the base of the
neck and the head is 100 high. Faces look along +x; `flip` in the place turns people round.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from .kit import Place, Scene, blob, mix, tube

HAIR = "#1d1620"


@dataclass(frozen=True)
class Look:
    """Say how a person is coloured, and the filters of the light on them and on their hair."""

    skin: str = "#7a4a33"
    cloth: str = "#a8472a"
    over: str = "#d9922b"
    hair: str = HAIR
    light: str = ""
    shine: str = ""

    def lit(self, light: str) -> Look:
        """Give the same person under another light."""
        return replace(self, light=light)


FACE = (
    "12,-133 32,-119 40,-104 39,-95 44,-85 50,-76 44,-69 44,-61 43,-52 40,-44 39,-36 "
    "30,-29 12,-37 -6,-48 -30,-66 -40,-95 -30,-122 -10,-134"
)
SINGING = (
    "12,-133 32,-119 40,-104 39,-95 44,-85 50,-76 44,-69 45,-63! 34,-57 44,-47 40,-41 37,-31 "
    "27,-24 10,-34 -6,-48 -30,-66 -40,-95 -30,-122 -10,-134"
)
HAIR_SIDE = "31,-122! 10,-140 -20,-137 -43,-115 -48,-86 -40,-60 -24,-45! -13,-60 -8,-74 0,-84 4,-98 14,-108 26,-113"
HAIR_SHORT = "35,-119! 14,-141 -18,-138 -42,-116 -46,-88 -38,-64 -28,-58! -16,-66 -8,-82 0,-84 3,-98 10,-110 26,-112"
EGG = "0,-135 30,-123 38,-94 34,-63 19,-38 3,-31 -13,-38 -31,-63 -38,-94 -30,-123"
HAIR_FRONT = "-35,-66! -44,-95 -35,-128 0,-144 35,-128 44,-95 36,-66! 35,-88 27,-108 6,-121! -20,-108 -34,-88"
HAIR_BOY = "-36,-84! -43,-100 -36,-128 -2,-145 34,-130 43,-102 37,-84! 33,-100 28,-112 10,-109 -8,-115 -28,-106"
BACK = "0,-141 33,-127 43,-96 38,-64 22,-42 0,-34 -22,-42 -38,-64 -43,-96 -33,-127"


def neck(s: Scene, at: Place, look: Look, lean: float = 0, thick: float = 20) -> None:
    """Draw a neck from the shoulders into the head."""
    s.path(tube(f"{-lean},14,{thick + 6} 0,-22,{thick} 2,-56,{thick}", at), look.skin, look.light)


def bun(s: Scene, at: Place, look: Look, x: float = -50, y: float = -72, r: float = 26) -> None:
    """Draw a knot of hair with a string of flowers."""
    p = Place(*at(x, y), at.scale, at.turn, at.flip)
    s.path(blob(f"{-r},0 0,{-r * 0.9} {r},0 0,{r}", p), look.hair, look.shine or look.light)


def braid(s: Scene, at: Place, look: Look, text: str, ribbon: str = "") -> None:
    """Draw a plait along a spine of "x,y,r ..." with its bindings."""
    s.path(tube(text, at), look.hair, look.shine or look.light)
    if ribbon:
        x, y, r = (float(v) for v in text.rsplit(maxsplit=1)[-1].split(","))
        p = at.inner(x, y, r)
        for side in (-1, 1):
            s.path(blob(f"0,0! {side},-0.9 {side * 1.9},-0.5 {side * 1.8},0.6 {side * 0.9},0.7",
                        p), ribbon, look.light)  # fmt: skip


def head(
    s: Scene, at: Place, look: Look, view: str = "side", hair: str = "long", *, tail: str = "bun",
    with_neck: bool = True, face: str = FACE,
) -> None:  # fmt: skip
    """Draw a head seen from the side, front or back; hair is long or short, tail bun or none."""
    if with_neck:
        neck(s, at, look)
    if view == "side":
        if tail == "bun" and hair == "long":
            bun(s, at, look)
        s.path(blob(face, at), look.skin, look.light)
        s.path(blob(HAIR_SIDE if hair == "long" else HAIR_SHORT, at), look.hair, look.shine or look.light)
        s.path(blob("-6,-86 3,-90 6,-80 0,-70 -6,-74", at), mix(look.skin, "#3a120c", 0.32))
    elif view == "front":
        s.path(blob(EGG, at), look.skin, look.light)
        # One plane of shadow suggests brow, nose and cheek.
        s.path(
            blob("-30,-104 -8,-100 0,-92! 4,-70 0,-66! -10,-64 -8,-48 -14,-38 -30,-62 -37,-92", at),
            mix(look.skin, "#1c1b2e", 0.35), opacity=0.45,
        )  # fmt: skip
        s.path(blob(HAIR_FRONT if hair == "long" else HAIR_BOY, at), look.hair, look.shine or look.light)
    else:
        if hair == "short":
            s.path(tube("-36,-80,9 -38,-72,6", at), look.skin)
            s.path(tube("36,-80,9 38,-72,6", at), look.skin)
        s.path(blob(BACK, at), look.hair, look.shine or look.light)
        if hair == "long" and tail == "bun":
            bun(s, at, look, 2, -58, 27)
            # Jasmine over the knot, as beads.
            for k in range(7):
                angle = math.radians(195 + k * 25)
                x, y = at(2 + math.cos(angle) * 30, -58 + math.sin(angle) * 28)
                s.disc(x, y, 6 * at.scale, mix("#f4e3c8", look.cloth, 0.2))


def woman_back(
    s: Scene, at: Place, look: Look, *, tail: str = "bun", step: float = 0, left: str = "",
    right: str = "",
) -> None:  # fmt: skip
    """Draw a woman in a sari from behind; left and right are arm tubes, or empty for hanging."""
    lift = step * 14
    s.path(tube(f"{-34 + lift},-24,20 {-38 + lift},-4,16 {-46 + lift},2,11", at), look.skin)
    s.path(tube("34,-30,20 40,-12,14 48,-6,10", at), look.skin)
    s.path(tube(left or "-74,-545,24 -98,-470,21 -104,-400,17 -96,-330,14 -92,-300,15", at),
           look.skin, look.light)  # fmt: skip
    s.path(tube(right or "74,-545,24 96,-470,21 104,-400,17 98,-330,14 94,-300,15", at),
           look.skin, look.light)  # fmt: skip
    neck(s, at.inner(0, -570), look)
    s.path(
        blob("-24,-590 -84,-566 -92,-520 -66,-470 -62,-420 -94,-340 -104,-220 "
             f"{-112 + lift},-30! {-60 + lift},-8 0,-20 64,-10 {112 - lift},-34! 100,-220 92,-340 "
             "60,-420 66,-480 92,-520 84,-566 24,-590", at),
        look.cloth, look.light,
    )  # fmt: skip
    for fold in ("-30,-330,1 -44,-200,4 -62,-30,1", "20,-320,1 22,-180,5 10,-24,1",
                 "62,-300,1 66,-180,4 76,-30,1"):  # fmt: skip
        s.path(tube(fold, at), mix(look.cloth, "#15141f", 0.35), opacity=0.5)
    drape = blob(
        "-86,-572! -40,-596 6,-590 74,-470 70,-410 40,-380 30,-300 34,-190! -10,-176 -54,-192! "
        "-58,-300 -70,-420 -92,-520", at,
    )  # fmt: skip
    s.path(drape, look.over, look.light)
    with s.clipped(drape):
        dark = mix(look.over, "#15141f", 0.4)
        for fold in ("-60,-560,2 -10,-420,5 0,-190,2", "-20,-590,2 40,-440,5 22,-200,2"):
            s.path(tube(fold, at), dark, opacity=0.5)
        s.path(tube("-60,-204,7 -10,-190,7 40,-204,7", at), mix(look.over, "#fbf7f0", 0.5))
    head(s, at.inner(0, -566), look, "back", tail=tail, with_neck=False)
    if tail == "braid":
        braid(s, at.inner(0, -566), look, "0,-50,22 6,-10,17 -2,40,15 6,100,13 0,160,9")


def man_back(s: Scene, at: Place, look: Look, *, left: str = "", right: str = "", dhoti: bool = False) -> None:
    """Draw a man from behind, walking, in shirt and trousers or a wrapped cloth."""
    legs = look.over
    s.path(tube("-34,-40,19 -38,-8,16 -48,-1,12", at), look.skin)
    s.path(tube("40,-60,18 42,-24,15 50,-16,11", at), look.skin)
    if dhoti:
        s.path(blob("-66,-380 66,-380 84,-240 70,-110! 10,-96 -64,-104! -80,-240", at),
               legs, look.light)  # fmt: skip
    else:
        s.path(tube("36,-380,42 42,-200,34 42,-46,26", at), legs, look.light)
        s.path(tube("-32,-380,42 -36,-200,35 -36,-26,27", at), legs, look.light)
    s.path(tube(left or "-94,-560,27 -122,-470,23 -126,-390,19 -112,-320,16 -108,-296,17", at),
           look.skin, look.light)  # fmt: skip
    s.path(tube(right or "94,-560,27 122,-470,23 126,-390,19 112,-320,16 108,-296,17", at),
           look.skin, look.light)  # fmt: skip
    neck(s, at.inner(0, -578), look, thick=24)
    s.path(
        blob("-28,-602 -104,-578 -124,-520 -128,-462! -92,-448 -86,-440 -82,-380 -84,-330! 0,-322 "
             "84,-330! 82,-380 86,-440 92,-448 128,-462! 124,-520 104,-578 28,-602", at),
        look.cloth, look.light,
    )  # fmt: skip
    for fold in ("0,-560,1 -6,-460,4 2,-340,1", "-70,-500,1 -60,-440,4 -64,-350,1"):
        s.path(tube(fold, at), mix(look.cloth, "#15141f", 0.35), opacity=0.45)
    head(s, at.inner(0, -574), look, "back", "short", with_neck=False)


def child_back(s: Scene, at: Place, look: Look, *, girl: bool = True, left: str = "", right: str = "") -> None:
    """Draw a child of about seven from behind, walking (about 430 high)."""
    s.path(tube("-26,-140,19 -30,-60,15 -30,-10,13 -38,0,9", at), look.skin, look.light)
    s.path(tube("26,-140,19 28,-70,15 26,-28,13 34,-18,9", at), look.skin, look.light)
    s.path(tube(left or "-48,-290,16 -68,-230,14 -70,-180,12 -66,-150,12", at),
           look.skin, look.light)  # fmt: skip
    s.path(tube(right or "48,-290,16 68,-230,14 70,-180,12 66,-150,12", at),
           look.skin, look.light)  # fmt: skip
    hem = 92 if girl else 62
    neck(s, at.inner(0, -300, 0.8), look)
    s.path(
        blob(f"-18,-318 -56,-302 -58,-250 -46,-210 {-hem},-96! 0,-86 {hem},-98! 46,-210 58,-250 "
             "56,-302 18,-318", at),
        look.cloth, look.light,
    )  # fmt: skip
    head(s, at.inner(0, -294, 0.92), look, "back", "long" if girl else "short", tail="",
         with_neck=False)  # fmt: skip
    if girl:
        for side in (-1, 1):
            braid(s, at.inner(0, -294), look,
                  f"{20 * side},-50,13 {34 * side},-16,12 {36 * side},30,10 {40 * side},64,7",
                  look.over)  # fmt: skip


def walker(s: Scene, at: Place, look: Look, *, woman: bool = True, belly: float = 0) -> None:
    """Draw a person walking, seen from the side, without arms; belly > 0 rounds the front."""
    if woman:
        s.path(tube("-70,-50,15 -92,-20,13 -84,-6,10", at), look.skin, look.light)
        s.path(tube("60,-30,15 84,-8,13 104,-2,9", at), look.skin, look.light)
        neck(s, at.inner(0, -572), look)
        s.path(
            blob("-22,-592 -58,-574 -70,-510 -56,-440 -76,-340 -100,-180 -122,-44! -40,-30 30,-34 "
                 f"98,-26! 88,-160 78,-300 {54 + belly},-390 {66 + belly * 0.6},-450 70,-510 42,-570 "
                 "16,-590", at),
            look.cloth, look.light,
        )  # fmt: skip
        s.path(
            blob(f"{64 + belly},-400! 74,-490 30,-580 -10,-598 -52,-580 -80,-490 -96,-380 -130,-250! "
                 "-80,-236 -56,-250! -50,-360 -10,-420", at),
            look.over, look.light,
        )  # fmt: skip
    else:
        dark = mix(look.over, "#15141f", 0.3)
        s.path(tube("-6,-380,44 -50,-220,34 -104,-70,24 -116,-40,20", at), dark, look.light)
        s.path(tube("-118,-44,18 -106,-10,15 -84,-4,10", at), look.skin, look.light)
        s.path(tube("6,-380,46 50,-210,35 56,-60,25 54,-36,21", at), look.over, look.light)
        s.path(tube("52,-36,18 60,-8,15 92,-2,10", at), look.skin, look.light)
        neck(s, at.inner(6, -572), look, thick=23)
        s.path(
            blob("-20,-600 -66,-572 -78,-500 -62,-420 -58,-340! 0,-328 62,-340! 66,-430 78,-510 "
                 "54,-574 24,-596", at),
            look.cloth, look.light,
        )  # fmt: skip
