"""The body everybody shares: head, shirt, trousers, arms, legs and shoes."""

from dataclasses import replace

import numpy as np

from .chisel import Chisel
from .face import HEAD, HEAD_RADII
from .piece import Piece, loft


def body(chisel: Chisel) -> list[Piece]:
    """Return the pieces that are always there, but for the face."""
    left = [*_arm(chisel), *_leg(chisel)]
    return [_head(chisel), _shirt(chisel), _trousers(chisel), *left, *(piece.mirrored() for piece in left)]


def _head(chisel: Chisel) -> Piece:
    """Return the head, an egg on its side."""
    return chisel.ball(HEAD.tolist(), HEAD_RADII.tolist(), 12, 8, "skin")


def _shirt(chisel: Chisel) -> Piece:
    """Return a bell from the collar down to the hem, which stands off the trousers."""
    rings = np.stack(
        [
            chisel.ring(0.468, 0.062, 0.055, 12),
            chisel.ring(0.440, 0.094, 0.080, 12),
            chisel.ring(0.375, 0.118, 0.098, 12),
            chisel.ring(0.300, 0.132, 0.110, 12),
            chisel.ring(0.248, 0.138, 0.116, 12),
        ]
    )
    shirt = loft(rings, "shirt", (None, np.array([0.0, 0.252, 0.0])))
    share = np.clip((shirt.positions[:, 1] - 0.25) / 0.09, 0.0, 1.0)
    return replace(shirt, bones=("hips", "spine"), share=share)


def _trousers(chisel: Chisel) -> Piece:
    rings = np.stack(
        [
            chisel.ring(0.262, 0.118, 0.100, 10),
            chisel.ring(0.215, 0.122, 0.102, 10),
            chisel.ring(0.178, 0.085, 0.075, 10),
        ]
    )
    return replace(loft(rings, "trousers", (None, np.array([0.0, 0.168, 0.0]))), bones=("hips", "hips"))


def _arm(chisel: Chisel) -> list[Piece]:
    """Return the left sleeve and its hand."""
    places = [(0.060, 0.405, 0.0), (0.110, 0.405, 0.0), (0.175, 0.405, 0.0), (0.248, 0.405, 0.0)]
    sleeve = chisel.tube(places, [(0.046, 0.046), (0.052, 0.052), (0.050, 0.050), (0.050, 0.050)], 7, "shirt")
    share = np.clip((sleeve.positions[:, 0] - 0.145) / 0.06, 0.0, 1.0)
    hand = chisel.ball((0.278, 0.405, 0.0), (0.046, 0.044, 0.044), 7, 4, "skin")
    return [
        replace(sleeve, bones=("leftUpperArm", "leftLowerArm"), share=share),
        replace(hand, bones=("leftHand", "leftHand")),
    ]


def _leg(chisel: Chisel) -> list[Piece]:
    """Return the left trouser leg and its shoe, flat below."""
    places = [(0.064, 0.215, 0.0), (0.068, 0.140, 0.0), (0.070, 0.060, 0.0)]
    leg = chisel.tube(places, [(0.062, 0.066), (0.058, 0.060), (0.057, 0.058)], 7, "trousers")
    share = np.clip((0.165 - leg.positions[:, 1]) / 0.06, 0.0, 1.0)
    shoe = chisel.ball((0.074, 0.040, 0.022), (0.066, 0.052, 0.095), 8, 5, "shoes")
    flat = shoe.positions.copy()
    flat[:, 1] = np.maximum(flat[:, 1], 0.0)
    return [
        replace(leg, bones=("leftUpperLeg", "leftLowerLeg"), share=share),
        replace(shoe, positions=flat, bones=("leftFoot", "leftFoot")),
    ]
