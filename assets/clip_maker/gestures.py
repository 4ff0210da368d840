"""Words for poses: what an arm, a hand or the trunk does, in the same terms for both sides."""

from typing import Final

from avatar_live.mocap.body import FINGERS, SIDES

_CURLS: Final = {"Proximal": 1.0, "Intermediate": 1.2, "Distal": 0.8}


def arm(
    side: str, down: float = 0.0, ahead: float = 0.0, roll: float = 0.0, elbow: float = 0.0, shrug: float = 0.0
) -> dict[str, float]:
    """Return channels of an arm, degrees: below the horizontal, forward, rolled so that a bent elbow lifts the hand."""
    s = SIDES[side]
    return {
        f"{side}Shoulder.z": s * shrug,
        f"{side}UpperArm.x": -roll,
        f"{side}UpperArm.y": -s * ahead,
        f"{side}UpperArm.z": -s * down,
        f"{side}LowerArm.y": -s * elbow,
    }


def hand(
    side: str, bend: float = 0.0, aside: float = 0.0, twist: float = 0.0, curl: float = 10.0, spread: float = 0.0
) -> dict[str, float]:
    """Return channels of a hand, degrees: bent to the palm, to the thumb's side, turned, fingers curled and spread."""
    s = SIDES[side]
    channels = {
        f"{side}LowerArm.x": twist,
        f"{side}Hand.y": -s * aside,
        f"{side}Hand.z": -s * bend,
        f"{side}ThumbProximal.y": s * curl * 0.35,
        f"{side}ThumbDistal.y": s * curl * 0.45,
    }
    for number, finger in enumerate(FINGERS):
        channels[f"{side}{finger}Proximal.y"] = -s * spread * (1.5 - number) / 1.5
        for part, share in _CURLS.items():
            channels[f"{side}{finger}{part}.z"] = -s * curl * share * (1.0 + 0.08 * number)
    return channels


def trunk(bend: float = 0.0, lean: float = 0.0, twist: float = 0.0) -> dict[str, float]:
    """Return channels of the spine, degrees in all: forward, to the avatar's left, turned to its left."""
    shares = {"spine": 0.35, "chest": 0.35, "upperChest": 0.30}
    channels = {}
    for bone, share in shares.items():
        channels.update({f"{bone}.x": bend * share, f"{bone}.y": twist * share, f"{bone}.z": -lean * share})
    return channels


def head(nod: float = 0.0, tilt: float = 0.0, turn: float = 0.0) -> dict[str, float]:
    """Return channels of neck and head, degrees in all: down, to the avatar's left shoulder, turned to its left."""
    channels = {}
    for bone, share in (("neck", 0.4), ("head", 0.6)):
        channels.update({f"{bone}.x": nod * share, f"{bone}.y": turn * share, f"{bone}.z": -tilt * share})
    return channels


def hips(
    up: float = 0.0, right: float = 0.0, ahead: float = 0.0, bend: float = 0.0, lean: float = 0.0, twist: float = 0.0
) -> dict[str, float]:
    """Return channels of the hips: metres up, to the avatar's right and forward, then degrees as the trunk's."""
    return {
        "hips.up": up,
        "hips.right": right,
        "hips.ahead": ahead,
        "hips.x": bend,
        "hips.y": twist,
        "hips.z": -lean,
    }


def foot(side: str, out: float = 0.0, up: float = 0.0, ahead: float = 0.0, tip: float = 0.0) -> dict[str, float]:
    """Return channels of a foot: metres outwards, up and forward, and degrees that the toes point down."""
    return {
        f"{side}Foot.right": -SIDES[side] * out,
        f"{side}Foot.up": up,
        f"{side}Foot.ahead": ahead,
        f"{side}Foot.tip": tip,
    }
