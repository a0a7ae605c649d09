"""Compose and synthesise the sound of the four demo clips.

Every note and noise is computed here, from nothing but numpy: the melodies
were written for these clips, and no recording of anybody is used. The same
score gives the same samples every time, because each noise has its own seed.
"""

from __future__ import annotations

import wave
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE = 44_100
LOUDNESS = -18.0
"""Integrated loudness aimed at, in LUFS: level with speech on the web."""
CEILING = 10 ** (-2.0 / 20)
"""Highest sample after mastering; two decibels stay free for the AAC encoder."""

Signal: TypeAlias = "NDArray[np.float64]"
Score: TypeAlias = "Callable[[float], Signal]"

_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def pitch(name: str) -> float:
    """Give the frequency in hertz of a note written like `F#5` (A4 is 440)."""
    step = _SEMITONES[name[0]] + name.count("#") - name.count("b")
    return float(440.0 * 2 ** ((step - 9) / 12 + int(name[-1]) - 4))


def clock(seconds: float) -> Signal:
    """Give the sample times of a sound that lasts `seconds`."""
    return np.arange(round(seconds * RATE)) / RATE


def noise(seconds: float, seed: int, low: float, high: float, tilt: float = 0.0) -> Signal:
    """Make noise between `low` and `high` hertz, peak 1, with soft edges.

    `tilt` is the slope in powers of the frequency (-0.5 is pink).
    """
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / RATE)
    shape = 1 / (1 + (low / np.maximum(hertz, 1e-3)) ** 4) / (1 + (hertz / high) ** 4)
    sound = np.fft.irfft(spectrum * shape * np.maximum(hertz, 20.0) ** tilt, count)
    return sound / (np.abs(sound).max() + 1e-12)


def drift(seconds: float, seed: int, period: float, floor: float = 0.0) -> Signal:
    """Make a slow curve between `floor` and 1 that turns about every `period` seconds."""
    knots = np.random.default_rng(seed).uniform(floor, 1.0, int(seconds / period) + 4)
    place = clock(seconds) / period
    index = place.astype(int)
    eased = (1 - np.cos(np.pi * (place - index))) / 2
    return knots[index] * (1 - eased) + knots[index + 1] * eased


class Mix:
    """Hold two channels while sounds are laid into them."""

    def __init__(self, seconds: float) -> None:
        self.samples: Signal = np.zeros((2, round(seconds * RATE)))

    def add(self, sound: Signal, at: float, gain: float = 1.0, pan: float = 0.0) -> None:
        """Lay a mono sound in at `at` seconds; `pan` runs from -1 (left) to 1."""
        start = round(at * RATE)
        sound = sound[: max(0, self.samples.shape[1] - start)]
        angle = (pan + 1) * np.pi / 4
        window = self.samples[:, start : start + len(sound)]
        window[0] += sound * gain * np.cos(angle)
        window[1] += sound * gain * np.sin(angle)

    def room(self, wet: float, seconds: float, seed: int, dark: float = 3500.0) -> Signal:
        """Give the mix with a gentle room around it, `seconds` long to -60 dB."""
        length = round(seconds * 1.2 * RATE)
        size = 1 << (self.samples.shape[1] + length).bit_length()
        out = self.samples.copy()
        decay = 10 ** (-3 * clock(seconds * 1.2) / seconds)
        # The first reflections come late enough to leave attacks clear.
        decay[: round(0.012 * RATE)] = 0
        for channel in (0, 1):
            tail = noise(seconds * 1.2, seed + channel, 120.0, dark)[:length] * decay[:length]
            tail /= np.sqrt(np.sum(tail**2))
            spectrum = np.fft.rfft(self.samples[channel], size) * np.fft.rfft(tail, size)
            out[channel] += wet * np.fft.irfft(spectrum, size)[: out.shape[1]]
        return out


# --- instruments -----------------------------------------------------------


def music_box(frequency: float) -> Signal:
    """Ring one tine of a music box: a pure tone, two glassy partials, a tick."""
    t = clock(2.6)
    tone = np.sin(2 * np.pi * frequency * t) * np.exp(-t * 2.1)
    tone += 0.28 * np.sin(2 * np.pi * frequency * 3.01 * t) * np.exp(-t * 6)
    tone += 0.10 * np.sin(2 * np.pi * frequency * 6.27 * t) * np.exp(-t * 16)
    tone[: round(0.03 * RATE)] += 0.05 * noise(0.03, 7, 2000, 6000) * np.linspace(1, 0, round(0.03 * RATE))
    return tone * np.minimum(1, t / 0.002)


def clap(seed: int) -> Signal:
    """Clap once, softly: a few palms that do not quite meet together."""
    random = np.random.default_rng(seed)
    out = np.zeros(round(0.25 * RATE))
    for palm in range(3):
        t = clock(0.16)
        centre = random.uniform(850, 1500)
        one = noise(0.16, seed * 10 + palm, centre * 0.6, centre * 1.7) * np.exp(-t * 48)
        start = round(random.uniform(0, 0.028) * RATE)
        out[start : start + len(one)] += one * random.uniform(0.6, 1)
    return out


def pluck(frequency: float, seconds: float = 3.2, soft: float = 0.5) -> Signal:
    """Pluck a nylon string (Karplus and Strong), tuned between whole samples."""
    period = RATE / frequency - 0.5
    whole, part = int(period), period - int(period)
    string = noise(whole / RATE, int(frequency), 60, 2600)[:whole]
    count = round(seconds * RATE)
    out = np.zeros(count + whole)
    out[:whole] = string
    loss = 0.9994 - 0.9 / frequency * soft
    for start in range(whole, count, whole - 2):
        stop = min(start + whole - 2, count)
        near = out[start - whole : stop - whole]
        far = out[start - whole - 1 : stop - whole - 1] if start > whole else np.append(0, near[:-1])
        past = out[max(0, start - whole - 2) : stop - whole - 2]
        past = np.concatenate([np.zeros(len(near) - len(past)), past])
        first, second = (near + far) / 2, (far + past) / 2
        out[start:stop] = loss * ((1 - part) * first + part * second)
    t = clock(seconds)
    return out[:count] * np.exp(-t * 0.7) * np.minimum(1, t / 0.003)


def drum(stroke: str, seed: int) -> Signal:
    """Strike a hand drum: `D` is the open middle, `t` the rim, `g` a fingertip."""
    t = clock(0.9)
    if stroke == "D":
        fall = 82 + 26 * np.exp(-t * 30)
        body = np.sin(2 * np.pi * np.cumsum(fall) / RATE) * np.exp(-t * 7)
        body += 0.35 * np.sin(2 * np.pi * 1.59 * np.cumsum(fall) / RATE) * np.exp(-t * 12)
        return body + 0.14 * noise(0.9, seed, 200, 1800) * np.exp(-t * 60)
    high = 330 if stroke == "t" else 290
    ring = 0.35 * np.sin(2 * np.pi * high * t) * np.exp(-t * 26)
    ring += 0.18 * np.sin(2 * np.pi * high * 2.14 * t) * np.exp(-t * 34)
    return (ring + 0.5 * noise(0.9, seed, 900, 3200) * np.exp(-t * 75)) * (1 if stroke == "t" else 0.35)


def pad(frequency: float, seconds: float, seed: int, bright: float = 1.9) -> Signal:
    """Hold one soft bowed tone, three players a little apart, rising and falling."""
    t = clock(seconds)
    random = np.random.default_rng(seed)
    out = np.zeros(len(t))
    for cents in (-5.0, 0.4, 4.2):
        sway = 1 + 0.0012 * np.sin(2 * np.pi * random.uniform(3.8, 4.6) * t + random.uniform(0, 6))
        phase = 2 * np.pi * np.cumsum(frequency * 2 ** (cents / 1200) * sway) / RATE
        for partial in range(1, 9):
            if frequency * partial < 5200:
                out += np.sin(partial * phase + random.uniform(0, 6)) / partial**bright
    rise = np.clip(t / (seconds * 0.45), 0, 1)
    fall = np.clip((seconds - t) / (seconds * 0.35), 0, 1)
    return out * np.sin(np.pi / 2 * rise) ** 2 * np.sin(np.pi / 2 * fall) ** 2 / 2.4


def bird(notes: Sequence[tuple[float, float, float]]) -> Signal:
    """Sing a bird's phrase; a note is its start, and hertz from and to."""
    out = np.zeros(round(1.6 * RATE))
    for start, low, high in notes:
        t = clock(0.11)
        glide = low + (high - low) * (t / t[-1])
        note = np.sin(2 * np.pi * np.cumsum(glide) / RATE) * np.sin(np.pi * t / t[-1]) ** 2
        place = round(start * RATE)
        out[place : place + len(note)] += note
    return out


def cricket(seconds: float, seed: int, hertz: float, every: float) -> Signal:
    """Sing like one cricket: three soft pulses, a rest, again."""
    t = clock(seconds)
    beat = (t + (seed % 7) * 0.09) % every
    pulse = np.where(beat < 0.105, np.sin(np.pi * (beat % 0.035) / 0.035) ** 2, 0.0)
    return np.sin(2 * np.pi * hertz * t) * pulse * drift(seconds, seed, 2.5, 0.45)


# --- the four scores -------------------------------------------------------


def bablu_birthday(seconds: float) -> Signal:
    """Score the birthday: a music box in D, claps that join it, a quiet room."""
    mix, quaver = Mix(seconds), 0.335
    tune = "F#5 - A5 - D6 C#6 A5 - B5 - G5 - A5 - - F#5 G5 - B5 - E6 D6 B5 - A5 - C#6 - D6 - - -"
    bass = "D4 - - A4 - - F#4 - G4 - - D5 - - B4 - E4 - - B4 - - G4 - A4 - - G4 D4 - A4 -"
    at = 0.55
    for index, (high, low) in enumerate(zip(tune.split(), bass.split(), strict=True)):
        lean = 1.0 if index % 4 == 0 else 0.82
        if high != "-":
            mix.add(music_box(pitch(high)), at, 0.30 * lean, 0.15)
        if low != "-":
            mix.add(music_box(pitch(low)), at, 0.20 * lean, -0.2)
        if index >= 12 and index % 4 == 2:
            for person, side in enumerate((-0.5, 0.1, 0.6)):
                late = 0.012 * person
                mix.add(clap(index * 5 + person), at + late, 0.13, side)
        # The spring runs down: the last bar is a little slower than the one before.
        at += quaver * (1 + max(0, index - 24) * 0.025)
    random = np.random.default_rng(3)
    for beat in np.arange(at - 0.7, seconds - 0.5, 0.085):
        fade = np.sin(np.pi * (beat - at + 0.75) / (seconds - at + 0.35))
        mix.add(clap(int(beat * 997)), beat + random.uniform(0, 0.06), 0.075 * fade, random.uniform(-0.7, 0.7))
    for side, seed in ((-1.0, 11), (1.0, 12)):
        mix.add(noise(seconds, seed, 60, 700, -0.5), 0, 0.022, side)
    return mix.room(0.34, 1.1, 21)


def chennai_reaction(seconds: float) -> Signal:
    """Score the journey: wheels over rail joints, wind, a chord that opens."""
    mix = Mix(seconds)
    random = np.random.default_rng(5)
    for turn, start in enumerate(np.arange(0.1, seconds, 1.28)):
        for joint, offset in enumerate((0.0, 0.17, 0.56, 0.73)):
            t = clock(0.3)
            thud = np.sin(2 * np.pi * (62 + 30 * np.exp(-t * 40)) * t) * np.exp(-t * 20)
            tick = noise(0.3, turn * 4 + joint, 500, 1900) * np.exp(-t * 55)
            level = (0.9 if joint % 2 else 1.0) * random.uniform(0.85, 1.0)
            mix.add(thud, start + offset, 0.30 * level, -0.15)
            mix.add(tick, start + offset, 0.10 * level, 0.2)
    for side, seed in ((-0.9, 31), (0.9, 32)):
        mix.add(noise(seconds, seed, 40, 130, -0.5), 0, 0.06, side)
        mix.add(noise(seconds, seed + 4, 260, 1000, -0.5) * drift(seconds, seed, 2.2, 0.25), 0, 0.055, side)
    chords = (
        (0.6, 6.6, "G2 D3 G3 B3 D4"),
        (4.6, seconds - 4.6, "D3 A3 D4 F#4 A4"),
        (6.6, seconds - 6.6, "A4 D5 F#5"),
    )
    for start, length, names in chords:
        for voice, name in enumerate(names.split()):
            soft = 0.10 if start < 6 else 0.045
            mix.add(pad(pitch(name), length, 40 + voice, 2.0), start, soft, (-0.5, 0.5, -0.2, 0.2, 0)[voice])
    return mix.room(0.30, 2.2, 51, 3000)


def leaders_covid(seconds: float) -> Signal:
    """Score the meeting: leaves, birds, a hand drum, a low hum under it."""
    mix, quaver = Mix(seconds), 60 / 88 / 2
    pattern = "D - t g D D t g D - t g D g t t"
    strokes = [*(pattern.split() * 2)[:28], "D", "-", "-", "-"]
    at = 0.9
    for index, stroke in enumerate(strokes):
        if stroke != "-" and at < seconds - 0.8:
            level = min(1.0, 0.55 + index * 0.03) * (1.0 if index % 4 == 0 else 0.85)
            mix.add(drum(stroke, 60 + index), at, 0.36 * level, -0.1 if stroke == "D" else 0.15)
        at += quaver * (1.04 if index % 2 == 0 else 0.96)
    for side, seed in ((-0.9, 71), (0.9, 72)):
        leaves = noise(seconds, seed, 1800, 6500, -0.4) * drift(seconds, seed, 1.5, 0.2)
        mix.add(leaves, 0, 0.042, side)
        mix.add(noise(seconds, seed + 5, 180, 520, -0.5) * drift(seconds, seed + 9, 0.8, 0.3), 0, 0.05, side)
    phrases = (
        (0.35, -0.6, [(0, 2600, 3300), (0.16, 2900, 3500), (0.40, 3300, 2700)]),
        (3.1, 0.7, [(0, 3900, 3500), (0.13, 3900, 3500), (0.26, 3900, 3400), (0.39, 3800, 3300)]),
        (5.7, -0.3, [(0, 2500, 3200), (0.16, 2900, 3500), (0.40, 3300, 2600)]),
        (8.6, 0.5, [(0, 3900, 3500), (0.13, 3900, 3500), (0.26, 3800, 3300)]),
        (10.9, -0.5, [(0, 2600, 3300), (0.18, 3000, 3600), (0.44, 3400, 2700)]),
    )
    for start, side, notes in phrases:
        mix.add(bird(notes), start, 0.05, side)
    for voice, (name, start) in enumerate((("A2", 0.8), ("E3", 2.4), ("A3", 4.4), ("C#4", 6.4), ("E4", 7.6))):
        mix.add(pad(pitch(name), seconds - start - 0.2, 80 + voice, 2.4), start, 0.085, (voice - 2) * 0.2)
    return mix.room(0.22, 0.9, 91, 4500)


def jakelin_hug(seconds: float) -> Signal:
    """Score the doorway: a plucked tune in G, crickets, one warm swell."""
    mix, quaver = Mix(seconds), 0.36
    tune = "B4 - D5 - E5 D5 B4 - C5 - A4 - B4 - G4 - A4 - B4 - D5 B4 A4 - G4 - - - - - - -"
    bass = "G3 D4 - D4 G3 - D4 - A3 - E4 - E3 B3 - B3 C3 G3 - E4 D3 A3 - D4 G2 D3 G3 B3 D4 - G4 -"
    at = 0.7
    for index, (high, low) in enumerate(zip(tune.split(), bass.split(), strict=True)):
        if high != "-":
            mix.add(pluck(pitch(high), soft=0.4), at, 0.42, 0.15)
        if low != "-":
            mix.add(pluck(pitch(low), soft=0.8), at + 0.008, 0.34, -0.15)
        at += quaver * (1 + max(0, index - 23) * 0.02)
    for insect, (hertz, every) in enumerate(((3900.0, 0.62), (4150.0, 0.71), (3650.0, 0.83), (4350.0, 0.97))):
        mix.add(cricket(seconds, 100 + insect * 3, hertz, every), 0, 0.02, (-0.8, 0.7, 0.2, -0.3)[insect])
    for side, seed in ((-1.0, 111), (1.0, 112)):
        mix.add(noise(seconds, seed, 120, 900, -0.5) * drift(seconds, seed, 2.0, 0.5), 0, 0.018, side)
    for voice, name in enumerate(("G3", "D4", "B4")):
        mix.add(pad(pitch(name), 8.0, 120 + voice, 2.4), seconds - 8.6, 0.055, (voice - 1) * 0.4)
    return mix.room(0.26, 1.4, 131, 4000)


SCORES: dict[str, Score] = {
    "bablu-birthday": bablu_birthday,
    "chennai-reaction": chennai_reaction,
    "leaders-covid": leaders_covid,
    "jakelin-hug": jakelin_hug,
}


# --- mastering -------------------------------------------------------------


def loudness(samples: Signal) -> float:
    """Measure integrated loudness in LUFS (ITU-R BS.1770-4, gated)."""
    count = samples.shape[1]
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(count, 1 / RATE) / RATE)

    def section(frequency: float, q: float, decibels: float | None) -> NDArray[np.complex128]:
        k = np.tan(np.pi * frequency / RATE)
        bottom = (1 + k / q + k * k) + 2 * (k * k - 1) * z + (1 - k / q + k * k) * z**2
        if decibels is None:
            return (1 - 2 * z + z**2) / (bottom / (1 + k / q + k * k))
        high = 10 ** (decibels / 20)
        band = high**0.4996667741545416
        top = (high + band * k / q + k * k) + 2 * (k * k - high) * z + (high - band * k / q + k * k) * z**2
        return top / bottom

    shelf = section(1681.974450955533, 0.7071752369554196, 3.999843853973347)
    weighted = np.fft.irfft(np.fft.rfft(samples) * shelf * section(38.13547087602444, 0.5003270373238773, None), count)
    block, hop = round(0.4 * RATE), round(0.1 * RATE)
    power = np.array([np.sum(weighted[:, at : at + block] ** 2) / block for at in range(0, count - block + 1, hop)])
    power = power[power > 10 ** ((-70 + 0.691) / 10)]
    kept = power[power > power.mean() / 10]
    return float(-0.691 + 10 * np.log10(kept.mean()))


def master(samples: Signal) -> Signal:
    """Bring a mix to `LOUDNESS`, hold its peaks under `CEILING`, fade both ends."""
    length = samples.shape[1]
    t = np.arange(length) / RATE
    fade = np.sin(np.pi / 2 * np.clip(t / 0.5, 0, 1)) ** 2
    fade *= np.sin(np.pi / 2 * np.clip((t[-1] - t) / 1.3, 0, 1)) ** 2
    out = samples * fade
    for _ in range(3):
        out = out * 10 ** ((LOUDNESS - loudness(out)) / 20)
        # A soft knee: nothing under half the ceiling is touched.
        knee = CEILING / 2
        over = np.maximum(np.abs(out) - knee, 0)
        out = np.sign(out) * (np.minimum(np.abs(out), knee) + (CEILING - knee) * np.tanh(over / (CEILING - knee)))
    return out


def write(key: str, seconds: float, path: Path) -> float:
    """Write the mastered sound of a clip as a 16-bit stereo WAV and give its LUFS."""
    samples = master(SCORES[key](seconds))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples.T * 32767).round().astype("<i2").tobytes())
    return loudness(samples)
