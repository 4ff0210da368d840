"""What can be thrown, and how: mass, bounce and flight of each prop, and from where a seed lets it come."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from avatar_live.stage import models
from avatar_live.stage.solids import Solid

Doubles = NDArray[np.float64]

GRAVITY_M_S2: Final = 6.5  # lighter than the world's: a cartoon falls slower
BARRAGE_PIECES: Final = 30
BARRAGE_S: Final = 2.6
_TABLE_SHARE: Final = 0.68  # of what falls; the rest falls on the host
_BARRAGE_THINGS: Final = ("tomato", "duck", "gift_box", "beach_ball", "rose", "duck", "heart_balloon", "paper_plane")


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """Describe a prop: its solid in metres, kilograms, share of speed kept in a bounce (0..1), and its flight.

    It collides as a box of `box_m` (width, height, depth), as a bar along Y of `bar_m` (radius, and length without
    its round ends), as `balls` (x, y, z, radius), or else as its solid's convex hull, which costs the most.
    `gravity_m_s2` is its own: a balloon's is negative. `air_drag` and `spin_drag` are the shares of motion lost per
    second. `softness` is how far a hard bounce squashes it, `points_ahead` turns it along its flight, one that
    `stays_upright` only turns about Y, `bursts` names the sparks of a hit.
    """

    solid: Callable[[], Solid]
    mass_kg: float
    bounce: float
    balls: tuple[tuple[float, float, float, float], ...] = ()
    box_m: tuple[float, float, float] | None = None
    bar_m: tuple[float, float] | None = None
    friction: float = 0.6
    gravity_m_s2: float = GRAVITY_M_S2
    air_drag: float = 0.02
    spin_drag: float = 0.5
    softness: float = 0.0
    flight_s: float = 0.5
    spin_rad_s: float = 9.0
    points_ahead: bool = False
    stays_upright: bool = False
    leaves_stain: bool = False
    bursts: Literal["juice", "hearts", "stars", ""] = ""


THINGS: Final[dict[str, Thing]] = {
    "tomato": Thing(
        models.tomato,
        mass_kg=0.11,
        bounce=0.12,
        balls=((0.0, 0.0, 0.0, 0.94 * models.TOMATO_RADIUS_M),),
        air_drag=0.35,
        spin_drag=0.96,
        softness=0.6,
        leaves_stain=True,
        bursts="juice",
    ),
    "duck": Thing(
        models.duck,
        mass_kg=0.10,
        bounce=0.42,
        balls=((0.0, 0.016, 0.0, 0.044), (0.0, 0.016, -0.024, 0.033), (0.0, 0.068, 0.026, 0.035)),
        air_drag=0.35,
        spin_drag=0.95,
        softness=0.28,
        bursts="stars",
    ),
    "rose": Thing(
        models.rose,
        mass_kg=0.03,
        bounce=0.18,
        bar_m=(0.022, 0.20),
        friction=0.8,
        air_drag=0.3,
        spin_drag=0.95,
        spin_rad_s=7.0,
        bursts="hearts",
    ),
    "heart_balloon": Thing(
        models.heart_balloon,
        mass_kg=0.02,
        bounce=0.45,
        balls=((0.0, 0.0, 0.0, 0.066),),
        gravity_m_s2=-0.9,
        air_drag=0.5,
        spin_drag=0.9,
        softness=0.25,
        flight_s=0.9,
        spin_rad_s=1.5,
        stays_upright=True,
        bursts="hearts",
    ),
    "paper_plane": Thing(
        models.paper_plane,
        mass_kg=0.012,
        bounce=0.15,
        gravity_m_s2=2.4,
        spin_drag=0.6,
        flight_s=0.85,
        points_ahead=True,
    ),
    "beach_ball": Thing(
        models.beach_ball,
        mass_kg=0.06,
        bounce=0.78,
        balls=((0.0, 0.0, 0.0, models.BEACH_BALL_RADIUS_M),),
        gravity_m_s2=5.0,
        spin_drag=0.7,
        softness=0.16,
        bursts="stars",
    ),
    "gift_box": Thing(
        models.gift_box,
        mass_kg=0.2,
        bounce=0.22,
        box_m=(0.094, 0.084, 0.094),
        spin_drag=0.5,
        spin_rad_s=5.0,
        bursts="stars",
    ),
}
PLAIN: Final = "tomato"  # what flies when a gift names no thing of ours


@dataclass(frozen=True, slots=True, eq=False)
class Launch:
    """Say how a prop sets off: from where (3,), turning how (3,) rad/s, and to where.

    One that is thrown reaches `aim` (3,), in the skull's radii from its middle, after `flight_s`; one that is dropped
    (`flight_s` 0) starts with `velocity_m_s` (3,).
    """

    start_m: Doubles
    spin_rad_s: Doubles
    velocity_m_s: Doubles
    aim: Doubles
    flight_s: float


def throw(thing: Thing, seed: int) -> Launch:
    """Return a throw out of the audience at the host's head."""
    random = np.random.default_rng(seed)
    side = 1.0 if random.random() < 0.5 else -1.0
    start = np.array([side * random.uniform(0.25, 0.6), random.uniform(0.72, 0.92), 1.55])
    axis = random.normal(size=3) * (1.0, 0.5, 0.5)
    aim = np.array([random.uniform(-0.4, 0.4), random.uniform(-0.15, 0.5), 0.7])
    spin = thing.spin_rad_s * axis / np.linalg.norm(axis)
    return Launch(start, spin, np.zeros(3), aim, thing.flight_s)


def drop(thing: Thing, seed: int) -> Launch:
    """Return a fall from above the picture, over the host and the table."""
    random = np.random.default_rng(seed)
    over_table = random.random() < _TABLE_SHARE
    low, high = ((-0.42, 1.75, 0.4), (0.42, 1.95, 0.66)) if over_table else ((-0.13, 1.75, -0.05), (0.13, 1.95, 0.1))
    start = random.uniform(low, high)
    if thing.gravity_m_s2 <= 0.0:  # what rises comes from beside the table
        start[1:] = 0.62, random.uniform(0.0, 0.25)
        start[0] = np.copysign(random.uniform(0.25, 0.55), start[0])
    spin = random.normal(size=3) * 0.5 * thing.spin_rad_s
    down = np.array(
        [random.uniform(-0.12, 0.12), -0.6 if thing.gravity_m_s2 > 0.0 else 0.2, random.uniform(-0.05, 0.05)]
    )
    return Launch(start, spin, down, np.zeros(3), 0.0)


def barrage(seed: int) -> list[tuple[str, int, float]]:
    """Return what a barrage drops: thing, its own seed and after how many seconds."""
    random = np.random.default_rng(seed)
    delays = np.sort(random.uniform(0.0, BARRAGE_S, BARRAGE_PIECES))
    names = [_BARRAGE_THINGS[index % len(_BARRAGE_THINGS)] for index in random.permutation(BARRAGE_PIECES)]
    return [(name, int(random.integers(2**31)), float(delay)) for name, delay in zip(names, delays, strict=True)]
