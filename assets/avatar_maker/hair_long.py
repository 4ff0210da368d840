"""Hair that hangs: a bob, and spikes; with the fringe that other styles share."""

from collections.abc import Sequence

import numpy as np

from .hair import Hair, Strand

BACKS = (("left", 2.1), ("middle", np.pi), ("right", -2.1))  # chains behind, by their azimuth


def fringe(hair: Hair, tips: Sequence[float], spread: float, width: float, chains: Sequence[Strand]) -> None:
    """Locks over the forehead; `tips` heights from the right of the face to the left."""
    n = len(tips)
    for k, tip in enumerate(tips):
        f = k / (n - 1) * 2 - 1
        theta = f * spread
        chain = chains[0] if f < -0.34 else chains[2] if f > 0.34 else chains[1]
        hair.clump(
            theta,
            tip,
            width * (1.0 + 0.12 * (k % 2)),
            start=0.012,
            root_theta=theta * 0.55 + 0.10,
            thick=0.010 + 0.003 * (k % 2),
            out=(-0.002 + 0.003 * (k % 2), -0.0085),
            chain=chain,
            bend=0.07 * (1 if k % 2 else -1) + 0.05 * f,
            full=0.45,
            sharp=2.6,
        )


def fringe_chains(hair: Hair) -> list[Strand]:
    """Add the chains that swing a fringe: right, middle and left."""
    soft = {"stiffness": 2.2, "drag": 0.5, "radius": 0.008}
    return [
        hair.chain(n, t, 0.085, 0.0, 0.0, 2, **soft)
        for n, t in (("fringe_right", -0.6), ("fringe_middle", 0.0), ("fringe_left", 0.6))
    ]


def bob(hair: Hair) -> None:
    """A bob to the chin, its side locks longer, with a straight fringe."""
    chains = fringe_chains(hair)
    swing = {"stiffness": 0.9, "drag": 0.38, "gravity": 0.05, "radius": 0.016}
    fringe(hair, [0.010, 0.030, 0.036, 0.018, 0.038, 0.030, 0.004], 0.80, 0.031, chains)
    for k, (theta, tip) in enumerate(((-0.46, 0.044), (-0.17, 0.034), (0.24, 0.026), (0.58, 0.042))):  # upper, thinner
        hair.clump(
            theta,
            tip,
            0.017,
            start=0.01,
            root_theta=theta * 0.5 + 0.12,
            thick=0.010,
            out=(0.006, 0.000),
            chain=chains[1],
            bend=0.10 * (-1) ** k,
            sharp=1.9,
        )
    for g, side in ((1, "left"), (-1, "right")):
        lock = hair.chain("side_" + side, g * 1.18, 0.0, -0.20, 0.0, 3, **swing)
        hair.clump(
            g * 1.21,
            -0.190,
            0.026,
            start=0.02,
            root_theta=g * 0.75,
            thick=0.015,
            out=(0.004, -0.010),
            chain=lock,
            bend=-g * 0.16,
            sharp=3.0,
            full=0.5,
            rings=13,
        )
        hair.clump(
            g * 1.04,
            -0.095,
            0.017,
            start=0.02,
            root_theta=g * 0.62,
            thick=0.012,
            out=(0.002, -0.011),
            chain=lock,
            bend=-g * 0.06,
            sharp=2.4,
            full=0.5,
        )
        hair.clump(
            g * 1.42,
            -0.165,
            0.034,
            start=0.01,
            root_theta=g * 1.1,
            thick=0.016,
            out=(0.002, -0.004),
            chain=lock,
            bend=-g * 0.05,
            sharp=3.0,
            full=0.55,
            rings=13,
        )
    for name, middle in BACKS:
        back = hair.chain("back_" + name, middle, -0.03, -0.17, 0.0, 3, **swing)
        for f in (-0.42, 0.0, 0.42):  # under layer
            hair.clump(
                middle + f * 1.1,
                -0.168 + 0.01 * hair.rng.normal(),
                0.046,
                start=0.004,
                thick=0.015,
                out=(-0.004, -0.016),
                chain=back,
                bend=0.06 * hair.rng.normal(),
                sharp=3.4,
                full=0.6,
                rings=10,
            )
        for f in (-0.62, -0.21, 0.21, 0.62):  # top layer
            hair.clump(
                middle + f * 0.95,
                -0.125 + 0.012 * hair.rng.normal(),
                0.036,
                start=0.004,
                thick=0.014,
                out=(0.003, 0.002),
                chain=back,
                bend=0.10 * hair.rng.normal(),
                sharp=2.8,
                full=0.55,
                flick=0.010,
                rings=11,
            )
    hair.cowlick(
        [
            (0.004, 0.150, -0.008),
            (0.008, 0.176, -0.004),
            (0.022, 0.196, 0.006),
            (0.044, 0.204, 0.016),
            (0.062, 0.198, 0.022),
            (0.072, 0.184, 0.025),
        ],
        0.0085,
        "cowlick",
    )


def spiky(hair: Hair) -> None:
    """Spikes in three rows that stand off behind, the fringe swept to one side."""
    chains = fringe_chains(hair)
    swing = {"stiffness": 1.6, "drag": 0.45, "gravity": 0.02, "radius": 0.014}
    for k, (theta, tip, bend) in enumerate(
        (
            (-0.95, -0.02, 0.1),
            (-0.66, 0.012, 0.12),
            (-0.40, 0.022, 0.16),
            (-0.12, 0.004, 0.30),
            (0.20, 0.014, 0.28),
            (0.48, 0.000, 0.22),
            (0.78, -0.015, 0.10),
        )
    ):
        hair.clump(
            theta,
            tip,
            0.031,
            start=0.012,
            root_theta=theta * 0.6 - 0.15,
            thick=0.014,
            out=(0.002 + 0.004 * (k % 2), -0.004),
            chain=chains[k * 3 // 7],
            bend=bend,
            sharp=1.7,
            full=0.35,
            flick=0.004,
        )
    for g, side in ((1, "left"), (-1, "right")):
        lock = hair.chain("side_" + side, g * 1.25, 0.03, -0.10, 0.0, 2, **swing)
        hair.clump(
            g * 1.14,
            -0.085,
            0.022,
            start=0.02,
            root_theta=g * 0.75,
            thick=0.014,
            out=(0.002, -0.008),
            chain=lock,
            bend=-g * 0.10,
            sharp=1.8,
        )
        hair.clump(
            g * 1.45,
            -0.060,
            0.034,
            start=0.01,
            root_theta=g * 1.1,
            thick=0.016,
            out=(0.004, 0.004),
            chain=lock,
            bend=g * 0.10,
            sharp=1.8,
            flick=0.022,
        )
        hair.clump(
            g * 1.62,
            -0.020,
            0.034,
            start=0.01,
            root_theta=g * 1.3,
            thick=0.016,
            out=(0.010, 0.012),
            chain=lock,
            bend=g * 0.14,
            sharp=1.6,
            flick=0.026,
        )
    for name, middle in BACKS:
        back = hair.chain("back_" + name, middle, -0.01, -0.13, 0.0, 2, **swing)
        for _row, (tip, flick, out, n) in enumerate(
            ((-0.150, 0.004, -0.010, 4), (-0.095, 0.024, 0.002, 4), (-0.035, 0.030, 0.010, 3))
        ):
            for f in np.linspace(-0.5, 0.5, n):
                hair.clump(
                    middle + f * 1.05,
                    tip + 0.012 * hair.rng.normal(),
                    0.040,
                    start=0.004,
                    thick=0.016,
                    out=(out * 0.6, out),
                    chain=back,
                    bend=0.16 * hair.rng.normal(),
                    sharp=1.8,
                    full=0.45,
                    flick=flick,
                    rings=12,
                )
    hair.cowlick(
        [
            (0.0, 0.148, 0.0),
            (-0.006, 0.170, 0.008),
            (-0.018, 0.186, 0.018),
            (-0.036, 0.190, 0.028),
            (-0.050, 0.182, 0.034),
        ],
        0.0095,
        "cowlick",
    )
