"""Several programs at once: for every region of the body the first fresh source, in the streamer's order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from avatar_live.mocap.part import Part
from avatar_live.signals import ARKIT_SHAPES, HUMANOID_BONES, GivenPose

FRESH_S: Final = 0.5  # a source silent for longer gives way
REGIONS: Final = ("head", "face", "mouth", "gaze", "left_arm", "right_arm", "torso", "legs")


def _region_of_bone(bone: str) -> str:
    if bone in ("neck", "head", "jaw"):
        return "head"
    if bone in ("leftEye", "rightEye"):
        return "gaze"
    if bone.endswith(("UpperLeg", "LowerLeg", "Foot", "Toes")):
        return "legs"
    for side in ("left", "right"):
        if bone.startswith(side):
            return f"{side}_arm"
    return "torso"


def _region_of_shape(shape: str) -> str:
    if shape.startswith(("jaw", "mouth", "tongue")) or shape == "cheekPuff":
        return "mouth"
    return "face"


_BONES: Final = {bone: (row, _region_of_bone(bone)) for row, bone in enumerate(HUMANOID_BONES)}
_SHAPES: Final = {shape: (row, _region_of_shape(shape)) for row, shape in enumerate(ARKIT_SHAPES)}


@dataclass(frozen=True, slots=True)
class Told:
    """Hold what a source told last, when that arrived, and the regions that it may move."""

    part: Part
    at_s: float
    regions: frozenset[str]


def mixed(told: Sequence[Told], now_s: float) -> GivenPose:
    """Return the pose that sources, in the streamer's order, give together; with no fresh one it gives nothing."""
    owner: dict[str, Told] = {}
    for source in told:
        if now_s - source.at_s <= FRESH_S:
            for region in _regions(source.part):
                if region in source.regions:
                    owner.setdefault(region, source)
    rotations, has_rotation = _resting(), np.zeros(len(HUMANOID_BONES), bool)
    shapes, has_shape = np.zeros(len(ARKIT_SHAPES), np.float32), np.zeros(len(ARKIT_SHAPES), bool)
    gaze, hips = owner.get("gaze"), owner.get("torso")
    for source in {id(source): source for source in owner.values()}.values():
        for bone, turn in source.part.rotations.items():
            row, region = _BONES[bone]
            if owner.get(region) is source:
                rotations[row], has_rotation[row] = turn, True
        for shape, weight in source.part.shapes.items():
            row, region = _SHAPES[shape]
            if owner.get(region) is source:
                shapes[row], has_shape[row] = weight, True
    gaze_rad = gaze.part.gaze_rad if gaze is not None else None
    offset_m = hips.part.hips_offset_m if hips is not None else None
    return GivenPose(
        rotations=rotations,
        has_rotation=has_rotation,
        shapes=shapes,
        has_shape=has_shape,
        gaze_rad=np.array(gaze_rad or (0.0, 0.0), np.float32),
        has_gaze=gaze_rad is not None,
        hips_offset_m=np.array(offset_m or (0.0, 0.0, 0.0), np.float32),
        has_hips_offset=offset_m is not None,
        captured_s=max((source.at_s for source in owner.values()), default=0.0),
    )


def _regions(part: Part) -> Iterator[str]:
    for bone in part.rotations:
        yield _BONES[bone][1]
    for shape in part.shapes:
        yield _SHAPES[shape][1]
    if part.gaze_rad is not None:
        yield "gaze"
    if part.hips_offset_m is not None:
        yield "torso"


def _resting() -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    rotations = np.zeros((len(HUMANOID_BONES), 4), np.float32)
    rotations[:, 3] = 1.0
    return rotations
