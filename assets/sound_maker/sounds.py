"""The sounds, each a function that returns (n,) samples."""

from collections.abc import Callable
from typing import Final

import numpy as np

from .synthesis import RATE_HZ, Line, bell, decay, glide, noise, place, swell, times


def tomato() -> Line:
    """A wet splat, and some drops."""
    body = glide(swell(0.3, [(0, 210), (0.05, 95), (0.3, 55)])) * decay(0.3, 0.06)
    wet = noise(0.35, 1, 300, 2_200) * decay(0.35, 0.045) + 0.6 * noise(0.35, 2, 1_500, 5_000) * decay(0.35, 0.02)
    random = np.random.default_rng(3)
    drops = []
    for start_s in np.sort(random.uniform(0.1, 0.5, 7)):
        low_hz = random.uniform(500, 900)
        drop = glide(np.linspace(low_hz, 2.1 * low_hz, round(0.045 * RATE_HZ))) * decay(0.045, 0.014)
        drops.append((float(start_s), float(random.uniform(0.08, 0.2)) * drop))
    return place(0.65, (0.0, 0.9 * body), (0.0, 0.5 * wet), *drops)


def duck() -> Line:
    """Two quacks of a rubber duck."""

    def quack(low_hz: float, seconds: float) -> Line:
        pitch = swell(seconds, [(0, 0.8 * low_hz), (0.03, 1.25 * low_hz), (seconds, 0.85 * low_hz)])
        numbers = np.arange(1, 26)
        formants = np.exp(-(((numbers * low_hz - 1_150) / 420) ** 2)) + 0.55 * np.exp(
            -(((numbers * low_hz - 2_500) / 600) ** 2)
        )
        envelope = swell(seconds, [(0, 0), (0.015, 1), (0.6 * seconds, 0.8), (seconds, 0)])
        rasp = 1.0 + 0.25 * np.sin(2 * np.pi * 62 * times(seconds))
        return glide(pitch, (0.12 / numbers + formants).tolist()) * envelope * rasp

    return place(0.52, (0.0, quack(300, 0.19)), (0.25, 0.8 * quack(265, 0.24)))


def rose() -> Line:
    """A chime of three soft bells."""
    notes = ((0.0, 1_318.5), (0.11, 1_661.2), (0.22, 1_975.5), (0.36, 2_637.0))
    return place(1.7, *((start_s, bell(hz, 1.3, 0.36, 0.5)) for start_s, hz in notes))


def sticker() -> Line:
    """A pop, as of a bubble."""
    pop = glide(swell(0.16, [(0, 260), (0.05, 760), (0.16, 900)])) * decay(0.16, 0.035, 0.004)
    return place(0.3, (0.0, pop), (0.0, 0.15 * noise(0.012, 4, 2_000, 8_000)), (0.07, 0.25 * pop))


def confetti() -> Line:
    """A party popper, paper in the air and a glitter of bells."""
    bang = noise(0.4, 5, 180, 6_000, 2.0) * decay(0.4, 0.035) + glide(swell(0.4, [(0, 190), (0.4, 60)])) * decay(
        0.4, 0.04
    )
    paper = noise(1.3, 6, 3_500, 9_000) * swell(1.3, [(0, 0), (0.08, 0.14), (0.5, 0.09), (1.3, 0)])
    paper *= 0.6 + 0.4 * np.abs(noise(1.3, 7, 5, 40))
    scale = (2_093.0, 2_349.3, 2_637.0, 3_136.0, 3_520.0)
    random = np.random.default_rng(8)
    glitter = [
        (0.12 + 0.075 * step, float(random.uniform(0.1, 0.2)) * bell(float(random.choice(scale)), 0.6, 0.16, 0.4))
        for step in range(11)
    ]
    return place(1.5, (0.0, 0.7 * bang), (0.03, paper), *glitter)


def giant_head() -> Line:
    """A balloon that is blown up, and wobbles."""
    at = times(0.62)
    rise = 130 * 2 ** (2.1 * (at / 0.62) ** 0.8) * (1 + 0.02 * np.sin(2 * np.pi * 17 * at))
    blown = glide(rise, (1.0, 0.45, 0.3, 0.18, 0.1)) * swell(0.62, [(0, 0), (0.08, 0.7), (0.55, 1.0), (0.62, 0)])
    air = 0.18 * noise(0.62, 9, 700, 5_000) * swell(0.62, [(0, 0), (0.1, 1), (0.6, 0.5), (0.62, 0)])
    after = times(0.6)
    wobble = 300 * (1 + 0.32 * np.exp(-after / 0.22) * np.sin(2 * np.pi * 9.5 * after))
    boing = glide(wobble, (1.0, 0.3, 0.12)) * decay(0.6, 0.19, 0.01)
    return place(1.2, (0.0, blown), (0.0, air), (0.58, 0.9 * boing))


def dance() -> Line:
    """Two bars of something to move to."""
    beat_s = 60 / 126
    kick = glide(swell(0.25, [(0, 150), (0.04, 62), (0.25, 45)])) * decay(0.25, 0.08)
    hat = noise(0.06, 10, 7_000, 14_000) * decay(0.06, 0.014)
    clap = noise(0.14, 11, 900, 4_500) * (decay(0.14, 0.02) + 0.6 * np.roll(decay(0.14, 0.03), 700))

    def stab(roots: tuple[float, ...]) -> Line:
        voices = [glide(np.full(round(0.2 * RATE_HZ), hz), (1, 0.5, 0.33, 0.25, 0.2, 0.16)) for hz in roots]
        return np.asarray(np.sum(voices, axis=0) * decay(0.2, 0.07, 0.004))

    def bass(hz: float) -> Line:
        return glide(np.full(round(0.19 * RATE_HZ), hz), (1, 0.5, 0.25)) * decay(0.19, 0.1, 0.004)

    minor, major = (440.0, 523.3, 659.3), (349.2, 440.0, 523.3)
    parts: list[tuple[float, Line]] = []
    for beat in range(4):
        start_s = beat * beat_s
        parts += [(start_s, 0.9 * kick), (start_s + beat_s / 2, 0.16 * hat), (start_s + beat_s / 4, 0.07 * hat)]
        parts += [(start_s + beat_s / 2, 0.5 * bass(110.0 if beat < 2 else 87.3))]
        parts += [(start_s + share * beat_s, 0.13 * stab(minor if beat < 2 else major)) for share in (0.5, 0.75)]
        if beat % 2:
            parts.append((start_s, 0.22 * clap))
    parts.append((4 * beat_s, 0.3 * stab((440.0, 554.4, 659.3, 880.0))))
    return place(2.25, *parts)


def ticket() -> Line:
    """A ticket comes out of its machine: a ratchet and two bells."""
    tick = noise(0.012, 12, 2_500, 7_000) * decay(0.012, 0.003, 0.0005)
    ratchet = [(0.028 * number, 0.35 * tick) for number in range(9)]
    return place(1.3, *ratchet, (0.27, bell(1_568.0, 0.9, 0.25, 0.7)), (0.38, bell(2_093.0, 0.9, 0.3, 0.7)))


def barrage() -> Line:
    """It rains gifts: plucked notes tumble down."""
    scale = 1_046.5 * 2 ** (np.array([24, 21, 19, 16, 14, 12, 9, 7, 4, 2, 0, -3, -5, -8, -10, -12]) / 12)
    random = np.random.default_rng(13)
    notes = []
    for step in range(30):
        hz = float(scale[(step * 5 // 9) % len(scale)])
        notes.append((0.085 * step, float(random.uniform(0.5, 1.0)) * bell(hz, 0.5, 0.13, 0.8)))
    whistle = 0.12 * glide(swell(2.4, [(0, 2_400), (2.4, 500)])) * swell(2.4, [(0, 0), (0.3, 1), (2.1, 0.7), (2.4, 0)])
    return place(3.0, (0.0, whistle), *notes)


def fireworks() -> Line:
    """One shell opens: a boom far away, and a crackle."""
    boom = glide(swell(0.9, [(0, 95), (0.1, 58), (0.9, 38)])) * decay(0.9, 0.16, 0.004)
    air = noise(1.1, 14, 70, 900) * decay(1.1, 0.14, 0.003)
    random = np.random.default_rng(15)
    crack = noise(0.02, 16, 2_500, 9_000) * decay(0.02, 0.004, 0.0004)
    sparks = [
        (float(start_s), float(random.uniform(0.03, 0.16)) * crack)
        for start_s in 0.18 + np.sort(random.exponential(0.26, 42))
        if start_s < 1.35
    ]
    return place(1.4, (0.0, boom), (0.0, 0.7 * air), *sparks)


def goal() -> Line:
    """A fanfare over a crowd that jumps up."""
    crowd = noise(2.4, 17, 350, 1_500) + 0.5 * noise(2.4, 18, 1_800, 3_500)
    crowd *= swell(2.4, [(0, 0), (0.25, 0.22), (0.8, 0.26), (1.6, 0.14), (2.4, 0)])
    crowd *= 0.85 + 0.15 * np.abs(noise(2.4, 19, 3, 9))

    def horn(hz: float, seconds: float) -> Line:
        at = times(seconds)
        vibrato = 1 + 0.006 * np.sin(2 * np.pi * 5.5 * at) * np.minimum(at / 0.25, 1.0)
        edge = (1.0, 0.75, 0.6, 0.42, 0.3, 0.2, 0.13, 0.08)
        ends = [(0, 0), (0.025, 1), (0.1, 0.75), (seconds - 0.08, 0.7), (seconds, 0)]
        return glide(hz * vibrato, edge) * swell(seconds, ends)

    chord = [(0.42, 0.13 * horn(hz, 1.2)) for hz in (392.0, 523.3, 659.3, 784.0)]
    run = [(0.14 * step, 0.2 * horn(hz, 0.15)) for step, hz in enumerate((392.0, 523.3, 659.3))]
    return place(2.4, (0.0, crowd), *run, *chord)


def kick() -> Line:
    """A foot meets a soft ball."""
    body = glide(swell(0.2, [(0, 240), (0.03, 120), (0.2, 80)]), (1.0, 0.3)) * decay(0.2, 0.045)
    return place(0.28, (0.0, body), (0.0, 0.25 * noise(0.02, 20, 800, 4_000) * decay(0.02, 0.006, 0.0005)))


def bounce() -> Line:
    """A ball at a wooden board."""
    return place(0.3, (0.0, bell(392.0, 0.25, 0.045, 0.9)), (0.0, 0.12 * noise(0.01, 21, 1_500, 5_000)))


def kickoff() -> Line:
    """A referee's whistle, from afar."""
    at = times(0.42)
    pitch = 2_350 + 90 * np.sign(np.sin(2 * np.pi * 27 * at)) * np.minimum(at / 0.05, 1.0)
    pitch = np.convolve(pitch, np.full(240, 1 / 240), "same")
    pitch[:240], pitch[-240:] = 2_350, 2_350
    trill = 0.75 + 0.25 * np.sin(2 * np.pi * 27 * at + 0.7)
    whistle = glide(pitch, (1.0, 0.18)) + 0.06 * noise(0.42, 22, 2_000, 5_000)
    return place(0.5, (0.0, whistle * trill * swell(0.42, [(0, 0), (0.03, 1), (0.34, 0.9), (0.42, 0)])))


def join() -> Line:
    """Somebody comes on: two bars of a marimba."""
    return place(0.8, (0.0, bell(523.3, 0.6, 0.16, 0.7)), (0.12, bell(784.0, 0.65, 0.2, 0.7)))


def thud() -> Line:
    """Something soft falls."""
    body = glide(swell(0.22, [(0, 150), (0.22, 70)])) * decay(0.22, 0.05, 0.004)
    return place(0.28, (0.0, body), (0.0, 0.3 * noise(0.1, 23, 150, 900) * decay(0.1, 0.025)))


SOUNDS: Final[dict[str, Callable[[], Line]]] = {
    make.__name__: make
    for make in (
        tomato, duck, rose, sticker, confetti, giant_head, dance, ticket, barrage, fireworks,
        goal, kick, bounce, kickoff, join, thud,
    )
}  # fmt: skip
