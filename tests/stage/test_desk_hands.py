"""The hands of a host at a desk, on the stage: over the table and before the body, whoever the character is."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from shared import PROJECT

from avatar_live.avatar import Avatar, Rig, read_avatar
from avatar_live.mocap.desk import Desk, DeskSeen, Keys, Pad, Pointer
from avatar_live.mocap.grips import Thumbwork
from avatar_live.signals import Pose
from avatar_live.stage.fit import fit_avatar
from avatar_live.stage.scenery import TABLE_SIZE
from avatar_live.stage.table import TABLE_HEIGHT_M, TABLE_MIDDLE_Z_M, UNIT_M

EDGE_Z_M = TABLE_MIDDLE_Z_M - 0.5 * TABLE_SIZE[1] * UNIT_M
SINKS_M_MAX = 0.03  # half a finger: Hayate's table stands at half his upper arm
HANGS_M_MAX = 0.08  # over the table: Mirai's stands twice as deep under her shoulders
TIPS = ("IndexDistal", "MiddleDistal", "LittleDistal")
USES = {
    "typing": DeskSeen(keys=Keys(1, 1)),
    "pointing to the upper left": DeskSeen(Pointer(0.0, 0.0, is_first_down=True), Keys()),
    "pointing to the lower right": DeskSeen(Pointer(1.0, 1.0, is_first_down=True), Keys(1, 0)),
    "playing": DeskSeen(pad=Pad(Thumbwork((-1.0, 0.0)), Thumbwork((1.0, 1.0), trigger=1.0))),
}


@cache
def character(name: str) -> Avatar:
    return read_avatar(PROJECT / "assets" / f"{name}.vrm")


def bones_m(avatar: Avatar, seen: DeskSeen) -> dict[str, NDArray[np.float64]]:
    """Return where every bone is on the stage once the hands are where `seen` wants them."""
    desk = Desk()
    desk.at(DeskSeen(Pointer(0.5, 0.5)), 0.0)
    for step in range(120):
        part = desk.at(seen, (step + 1) / 60.0)
    assert part is not None
    pose = Pose({bone: np.array(turn) for bone, turn in part.rotations.items()})
    fit = fit_avatar(avatar)
    return {name: fit.point(bone[:3, 3]) for name, bone in Rig(avatar).animate(pose, 0.0).bones.items()}


@pytest.mark.parametrize("name", ["mirai", "hayate", "pico", "yuki", "kohaku"])
@pytest.mark.parametrize("use", USES)
def test_hands_lie_over_the_table_and_before_the_body(name: str, use: str) -> None:
    bones = bones_m(character(name), USES[use])
    for side, sign in (("left", 1.0), ("right", -1.0)):
        hand = bones[f"{side}Hand"]
        assert hand[2] > 0.15, "before the chest"
        assert TABLE_HEIGHT_M - SINKS_M_MAX < hand[1] < TABLE_HEIGHT_M + HANGS_M_MAX
        assert sign * hand[0] > 0.03, "on its own side"
        assert bones[f"{side}LowerArm"][1] < bones[f"{side}UpperArm"][1] - 0.05, "elbows hang"
        for tip in TIPS:
            height_m = bones[f"{side}{tip}"][1] - TABLE_HEIGHT_M
            is_over_table = bones[f"{side}{tip}"][2] > EDGE_Z_M
            assert not is_over_table or height_m > -SINKS_M_MAX, f"{side} {tip} {height_m:.3f}"
