"""Draw women in saris who speak, sit and listen; local units as in `people`."""

from __future__ import annotations

from .kit import Place, Scene, blob, mix, tube
from .people import Look, head, neck


def hand_open(s: Scene, at: Place, look: Look, x: float, y: float, turn: float = 0) -> None:
    """Draw an open hand whose fingers point up before turning."""
    p = at.inner(x, y, 1, turn)
    s.path(blob("-13,8 -15,-14 -10,-26 12,-27 17,-12 13,8", p), look.skin, look.light)
    for dx, top, r in ((-11, -46, 5), (-3, -54, 5.2), (6, -53, 5.2), (14, -44, 4.8)):
        s.path(tube(f"{dx},-20,6 {dx * 1.2},{top},{r}", p), look.skin, look.light)
    s.path(tube("12,-4,6 24,-18,5 28,-26,4.4", p), look.skin, look.light)


def folds(s: Scene, at: Place, outline: str, tone: str, spines: tuple[str, ...], deep: float) -> None:
    """Lay soft folds inside an outline."""
    with s.clipped(outline):
        for spine in spines:
            s.path(tube(spine, at), mix(tone, "#15141f", 0.45), s.blur(1.6 * at.scale), opacity=deep)


def sari_side(s: Scene, at: Place, look: Look) -> None:
    """Draw the body of a woman standing in a sari, seen from the side, without arms or head."""
    neck(s, at.inner(-4, -570), look)
    body = blob(
        "-24,-592 -62,-574 -76,-520 -62,-430 -92,-340 -100,-190 -116,-28! -50,-6 30,-14 102,-24! "
        "92,-170 80,-330 54,-420 80,-482 74,-536 40,-576 16,-590", at,
    )  # fmt: skip
    s.path(body, look.cloth, look.light)
    folds(s, at, body, look.cloth, (
        "30,-390,1 52,-220,6 70,-20,2", "-10,-380,1 6,-200,7 14,-10,2", "-50,-360,1 -44,-190,6 -48,-10,2",
    ), 0.5)  # fmt: skip
    pallu = blob(
        "78,-420! 84,-480 66,-546 16,-596 -36,-596 -78,-560 -98,-470 -112,-360 -132,-232! -92,-214 "
        "-50,-226! -44,-330 -24,-430 20,-400 66,-352 84,-330!", at,
    )  # fmt: skip
    s.path(pallu, look.over, look.light)
    folds(s, at, pallu, look.over, (
        "-20,-590,2 -50,-460,6 -84,-220,3", "10,-590,2 30,-500,6 70,-420,2", "-10,-580,2 0,-480,6 40,-400,2",
    ), 0.45)  # fmt: skip
    with s.clipped(pallu):
        s.path(tube("-136,-240,6 -94,-226,7 -46,-238,6", at), mix(look.over, "#fbf7f0", 0.6))
        s.path(tube("-40,-300,5 -20,-420,5 24,-388,5 84,-336,5", at), mix(look.over, "#fbf7f0", 0.5))


def woman_speaking(s: Scene, at: Place, look: Look, *, turn: float = 0) -> None:
    """Draw a woman standing, seen from the side, one hand raised as she speaks."""
    far = Look(mix(look.skin, "#1c1b2e", 0.22), look.cloth, look.over, look.hair, look.light)
    s.path(tube("44,-548,24 96,-492,21 146,-500,18 168,-570,15 172,-606,13", at), far.skin, look.light)
    hand_open(s, at, far, 173, -620, 8)
    s.path(tube("40,-24,15 66,-8,13 84,-2,9", at), far.skin)
    s.path(tube("-20,-24,17 10,-6,14 34,0,10", at), look.skin)
    sari_side(s, at, look)
    s.path(tube("-18,-548,26 -40,-470,22 -22,-404,18 40,-386,15 78,-392,13", at), look.skin, look.light)
    hand_open(s, at, look, 88, -396, 74)
    s.path(blob("-46,-576 0,-584 18,-550 2,-488! -56,-494! -62,-540", at), look.cloth, look.light)
    s.path(tube("54,-398,4 58,-386,5 56,-372,4", at), "#f6cf7a")
    head(s, at.inner(-2, -574, 1, turn), look, "side", with_neck=False)


def _seat(s: Scene, at: Place, look: Look) -> str:
    body = blob(
        "-24,-290 -88,-266 -108,-200 -100,-120 -150,-78 -182,-30 -150,2 0,12 150,2 182,-30 150,-78 "
        "100,-120 108,-200 88,-266 24,-290", at,
    )  # fmt: skip
    s.path(body, look.cloth, look.light)
    folds(s, at, body, look.cloth, (
        "-90,-100,2 -60,-50,7 60,-20,2", "100,-100,2 60,-50,7 -40,-16,2", "-140,-50,2 -60,-10,6 20,0,2",
    ), 0.45)  # fmt: skip
    return body


def seated_back(s: Scene, at: Place, look: Look, *, tail: str = "bun", lean: float = 0) -> None:
    """Draw a woman sitting cross-legged, from behind (about 400 high)."""
    neck(s, at.inner(lean * 0.6, -272), look)
    body = _seat(s, at, look)
    drape = blob("-92,-262! -40,-294 10,-286 70,-180 96,-100 70,-30 30,6! -40,10 -90,2! -84,-100 -100,-180", at)
    s.path(drape, look.over, look.light)
    folds(s, at, drape, look.over, ("-60,-270,2 -20,-140,7 -30,0,2", "-20,-286,2 40,-150,7 30,0,2"), 0.45)
    with s.clipped(body):
        s.path(tube("10,-288,5 72,-180,5 98,-100,5", at), mix(look.over, "#f2b134", 0.35))
    top = at.inner(lean, -272, 1, lean * 0.3)
    head(s, top, look, "back", tail=tail, with_neck=False)
    if tail == "braid":
        s.path(tube("0,-56,22 4,-10,17 -4,60,15 4,130,13 0,176,8", top), look.hair, look.shine or look.light)


def seated_front(s: Scene, at: Place, look: Look, *, turn: float = 0) -> None:
    """Draw a woman sitting cross-legged, from the front, hands joined in her lap."""
    neck(s, at.inner(0, -270), look)
    _seat(s, at, look)
    drape = blob("-90,-264! -44,-292 0,-270 50,-200 104,-130 96,-90 40,-96 -40,-160 -96,-170!", at)
    s.path(drape, look.over, look.light)
    folds(s, at, drape, look.over, ("-60,-280,2 0,-190,6 90,-110,2", "-80,-240,2 -20,-180,5 60,-110,2"), 0.4)
    for side in (-1, 1):
        s.path(tube(f"{92 * side},-244,23 {112 * side},-170,20 {84 * side},-96,17 {14 * side},-72,14", at),
               look.skin, look.light)  # fmt: skip
    s.path(blob("-30,-86 0,-94 30,-84 24,-60 -20,-58", at), look.skin, look.light)
    head(s, at.inner(0, -270, 1, turn), look, "front", with_neck=False)
    x, y = at.inner(0, -270, 1, turn)(4, -102)
    s.disc(x, y, 4.5 * at.scale, "#c8322a")


def seated_side(s: Scene, at: Place, look: Look, *, turn: float = 0, hands: str = "lap", tail: str = "bun") -> None:
    """Draw a woman sitting on the ground, from the side; hands lie in the lap or clap."""
    neck(s, at.inner(-20, -268), look, -2)
    if hands == "clap":
        s.path(tube("10,-240,22 60,-180,18 120,-210,15 140,-236,12", at), mix(look.skin, "#1c1b2e", 0.25),
               look.light)  # fmt: skip
        hand_open(s, at, look, 146, -240, 20)
    body = blob(
        "-44,-290 -84,-262 -104,-190 -110,-100 -120,-20 -90,8 60,12 180,2 204,-30 176,-78 110,-104 "
        "64,-130 58,-190 42,-250 4,-286", at,
    )  # fmt: skip
    s.path(body, look.cloth, look.light)
    folds(s, at, body, look.cloth, (
        "60,-120,2 20,-60,8 -60,-10,2", "120,-90,2 80,-40,7 0,0,2", "170,-70,2 130,-20,6 60,6,2",
    ), 0.45)  # fmt: skip
    drape = blob(
        "58,-150! 62,-210 40,-262 -10,-292 -56,-290 -92,-250 -112,-160 -122,-60 -120,0! -70,2! -60,-90 "
        "-40,-170 0,-150", at,
    )  # fmt: skip
    s.path(drape, look.over, look.light)
    folds(s, at, drape, look.over, ("-30,-286,2 -70,-150,7 -96,0,2", "0,-280,2 10,-220,6 50,-160,2"), 0.45)
    if hands == "clap":
        s.path(tube("-20,-244,24 -10,-160,20 60,-160,17 124,-206,14", at), look.skin, look.light)
        hand_open(s, at, look, 130, -212, 28)
    else:
        s.path(tube("-20,-244,24 -34,-160,20 10,-104,17 84,-98,14 104,-94,12", at), look.skin, look.light)
    s.path(blob("-54,-270 -10,-278 12,-240 0,-186! -50,-190! -62,-240", at), look.cloth, look.light)
    top = at.inner(-18, -272, 1, turn)
    head(s, top, look, "side", tail=tail, with_neck=False)
    if tail == "braid":
        s.path(tube("-34,-62,19 -54,-24,17 -62,50,15 -56,120,11", top), look.hair, look.shine or look.light)
