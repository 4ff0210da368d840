"""Write what the stage's crowd draws: the whole body, its parts, and its motions as tables of numbers.

Two bones lead a vertex in a few fixed shares only. Each such mix becomes a joint of its own, so that a vertex follows
one matrix: skinning is linear, and a mix of two matrices moves it exactly as the two would.
"""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .motions import MOTIONS, bake
from .piece import MORPHS, PARTS, SLOTS, Whole
from .skeleton import Floats
from .whole import DECIMALS, WholeBody


def pack_crowd(bodies: Mapping[str, WholeBody]) -> bytes:
    """Return an .npz file, stored and not squeezed, because no two compressors give the same bytes.

    Each of `bodies` (all with the same face) puts its name before the names of its arrays. `motions` (C, FRAMES, J, 3,
    4) half floats: the skinning matrices of each motion's frames by joint, which `joints` (V,) choose.
    """
    mixes, joints = np.unique(np.concatenate([_mixes(body) for body in bodies.values()]), axis=0, return_inverse=True)
    first, second, share = mixes[:, 0].astype(int), mixes[:, 1].astype(int), mixes[:, 2, None, None]
    bones = np.stack([bake(motion.pose_at) for motion in MOTIONS])
    motions = bones[:, :, first] * (1.0 - share) + bones[:, :, second] * share
    ends = np.cumsum([len(body.positions) for body in bodies.values()])
    shapes: dict[str, NDArray[Any]] = {}
    for (name, body), chosen in zip(bodies.items(), np.split(joints.reshape(-1), ends[:-1]), strict=True):
        shapes |= {f"{name}_{what}": array for what, array in _arrays(body, chosen).items()}
    out = io.BytesIO()
    np.savez(
        out,
        allow_pickle=False,
        **shapes,
        morphs=next(iter(bodies.values())).morphs.astype(np.float32),
        motions=(np.round(motions, DECIMALS) + 0.0).astype(np.float16),
        part_names=np.array(PARTS),
        slot_names=np.array(SLOTS),
        morph_names=np.array(MORPHS),
        motion_names=np.array([motion.name for motion in MOTIONS]),
        motion_seconds=np.array([motion.seconds for motion in MOTIONS], np.float32),
        motion_strides_m=np.array([motion.stride_m for motion in MOTIONS], np.float32),
    )
    return out.getvalue()


def _mixes(body: WholeBody) -> Floats:
    """Return of each vertex (V, 3) its two bones and the second's share."""
    is_one = body.joints[:, 0] == body.joints[:, 1]
    return np.column_stack([body.joints, np.where(is_one, 0.0, body.shares)])


def _arrays(body: WholeBody, joints: Whole) -> dict[str, NDArray[Any]]:
    return {
        "positions": body.positions.astype(np.float32),
        "normals": np.round(body.normals * 127.0).astype(np.int8),
        "joints": joints.astype(np.uint8),
        "parts": body.parts.astype(np.uint8),
        "slots": body.slots.astype(np.uint8),
        "triangles": body.triangles.astype(np.uint16),
    }
