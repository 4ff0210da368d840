"""Hair that is cut short, and fur."""

import numpy as np

from .hair import Hair
from .hair_long import BACKS, fringe_chains


def swept(hair: Hair) -> None:
    """Short at the sides and the neck, long on top, parted on the left and swept over the forehead."""
    chains = fringe_chains(hair)
    locks = (
        (-1.12, -0.052, 0.06, 0.026),
        (-0.88, -0.014, 0.04, 0.032),
        (-0.60, 0.014, -0.04, 0.032),
        (-0.32, -0.002, -0.16, 0.034),
        (-0.04, 0.030, -0.26, 0.032),
        (0.20, 0.044, -0.30, 0.030),
        (0.40, 0.047, 0.10, 0.024),
        (0.60, 0.024, 0.14, 0.028),
        (0.80, 0.006, 0.12, 0.030),
        (1.04, -0.030, 0.06, 0.026),
    )
    for k, (theta, tip, bend, width) in enumerate(locks):
        is_beyond = theta > 0.4  # the parting
        hair.clump(
            theta,
            tip,
            width,
            start=0.008,
            root_theta=0.55 * theta + (0.30 if is_beyond else 0.22),
            thick=0.016,
            out=(0.001 + 0.004 * (k % 2), -0.003),
            chain=chains[k * 3 // len(locks)],
            bend=bend,
            sharp=1.5,
            full=0.42,
            flick=0.010,
            puff=0.006 if is_beyond else 0.009,
            rings=14,
        )
    for theta, tip, bend in ((-0.70, 0.030, 0.0), (-0.14, 0.048, -0.16)):  # thin ones over those
        hair.clump(
            theta,
            tip,
            0.015,
            start=0.012,
            root_theta=0.55 * theta + 0.2,
            thick=0.010,
            out=(0.008, 0.008),
            chain=chains[1],
            bend=bend,
            sharp=1.6,
            puff=0.016,
            flick=0.010,
        )
    swing = {"stiffness": 2.0, "drag": 0.45, "gravity": 0.02, "radius": 0.010}
    for g, side in ((1, "left"), (-1, "right")):
        lock = hair.chain("side_" + side, g * 1.3, 0.02, -0.06, 0.0, 2, **swing)
        for theta, tip, width, out in (
            (1.24, -0.040, 0.022, -0.010),
            (1.50, -0.012, 0.034, -0.006),
            (1.84, -0.060, 0.034, -0.010),
        ):
            hair.clump(
                g * theta,
                tip,
                width,
                start=0.012,
                root_theta=g * (theta - 0.2),
                thick=0.016,
                out=(0.005, out),
                puff=0.006,
                chain=lock,
                bend=g * 0.10,
                sharp=1.7,
                full=0.5,
                flick=0.006,
            )
    backs = [hair.chain(f"back_{name}", theta, 0.0, -0.11, 0.0, 2, **swing) for name, theta in BACKS]
    for row, (tip, flick, out, count) in enumerate(
        ((-0.118, 0.002, -0.016, 6), (-0.066, 0.016, -0.004, 6), (-0.004, 0.022, 0.008, 5))
    ):
        for k, theta in enumerate(np.linspace(1.95, 2 * np.pi - 1.95, count) + 0.10 * (row % 2)):
            hair.clump(
                float(theta),
                tip + 0.008 * hair.rng.normal(),
                0.044,
                start=0.004,
                thick=0.016,
                out=(0.5 * out, out),
                chain=backs[3 * k // count],
                bend=0.14 * hair.rng.normal(),
                sharp=1.7,
                full=0.45,
                flick=flick,
                is_under=row == 0,
            )


def mane(hair: Hair) -> None:
    """Fur: a shaggy crown over the forehead and the neck, and tufts on both cheeks."""
    chains = fringe_chains(hair)
    close = -0.019  # fur lies nearer to the skin than hair
    for k, (theta, tip, bend) in enumerate(
        (
            (-0.95, 0.030, 0.10),
            (-0.55, 0.046, 0.14),
            (-0.18, 0.036, 0.22),
            (0.22, 0.050, 0.20),
            (0.58, 0.042, -0.12),
            (0.95, 0.030, -0.10),
        )
    ):
        hair.clump(
            theta,
            tip,
            0.034,
            start=0.006,
            root_theta=0.8 * theta,
            thick=0.014,
            out=(close + 0.004, close + 0.006 + 0.004 * (k % 2)),
            chain=chains[k // 2],
            bend=bend,
            sharp=1.4,
            flick=0.012,
            puff=0.006,
        )
    swing = {"stiffness": 2.0, "drag": 0.45, "gravity": 0.02, "radius": 0.010}
    backs = [hair.chain(f"back_{name}", theta, 0.0, -0.08, 0.0, 2, **swing) for name, theta in BACKS]
    for tip, flick, count in ((-0.085, 0.014, 9), (-0.030, 0.020, 9), (0.030, 0.018, 8)):
        for k, theta in enumerate(np.linspace(1.55, 2 * np.pi - 1.55, count)):
            hair.clump(
                float(theta),
                tip + 0.006 * hair.rng.normal(),
                0.040,
                start=0.006,
                thick=0.014,
                out=(close, close + 0.002),
                chain=backs[3 * k // count],
                bend=0.12 * hair.rng.normal(),
                sharp=1.4,
                flick=flick,
            )
    for g, side in ((1, "left"), (-1, "right")):
        for k, (high, reach, drop, width) in enumerate(
            ((-0.034, 0.046, 0.004, 0.017), (-0.052, 0.054, 0.024, 0.021), (-0.074, 0.042, 0.036, 0.018))
        ):
            root = np.array((g * 0.080, high, 0.022))
            tip = root + np.array((g * reach, -drop, -0.020))
            middle = (root + tip) / 2 + np.array((0, 0.004, 0.004))
            hair.cowlick([tuple(root), tuple(middle), tuple(tip)], width, f"cheek_{side}_{k}", down=(0.40, 0.95))
    hair.cowlick(
        [(0, 0.122, 0.060), (0.004, 0.146, 0.064), (0.016, 0.160, 0.074), (0.034, 0.160, 0.088), (0.044, 0.148, 0.098)],
        0.016,
        "tuft",
        down=(0.34, 0.80),
    )
