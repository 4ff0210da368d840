"""Write what the stage's crowd draws: the whole body, its parts, and its motions as tables of numbers.

Two bones lead a vertex in a few fixed shares only. Each such mix becomes a joint of its own, so that a vertex follows
one matrix: skinning is linear, and a mix of two matrices moves it exactly as the two would.
"""

import io

import numpy as np

from .motions import MOTIONS, bake
from .piece import MORPHS, PARTS, SLOTS
from .whole import DECIMALS, WholeBody


def pack_crowd(whole: WholeBody) -> bytes:
    """Return an .npz file, stored and not squeezed, because no two compressors give the same bytes.

    `motions` (C, FRAMES, J, 3, 4) half floats: the skinning matrices of each motion's frames by joint, which `joints`
    (V,) choose.
    """
    mixes = np.column_stack([whole.joints, np.where(whole.joints[:, 0] == whole.joints[:, 1], 0.0, whole.shares)])
    mixes, joints = np.unique(mixes, axis=0, return_inverse=True)
    first, second, share = mixes[:, 0].astype(int), mixes[:, 1].astype(int), mixes[:, 2, None, None]
    bones = np.stack([bake(motion.pose_at) for motion in MOTIONS])
    motions = bones[:, :, first] * (1.0 - share) + bones[:, :, second] * share
    out = io.BytesIO()
    np.savez(
        out,
        allow_pickle=False,
        positions=whole.positions.astype(np.float32),
        normals=np.round(whole.normals * 127.0).astype(np.int8),
        joints=joints.reshape(-1).astype(np.uint8),
        parts=whole.parts.astype(np.uint8),
        slots=whole.slots.astype(np.uint8),
        triangles=whole.triangles.astype(np.uint16),
        morphs=whole.morphs.astype(np.float32),
        motions=(np.round(motions, DECIMALS) + 0.0).astype(np.float16),
        part_names=np.array(PARTS),
        slot_names=np.array(SLOTS),
        morph_names=np.array(MORPHS),
        motion_names=np.array([motion.name for motion in MOTIONS]),
        motion_seconds=np.array([motion.seconds for motion in MOTIONS], np.float32),
        motion_strides_m=np.array([motion.stride_m for motion in MOTIONS], np.float32),
    )
    return out.getvalue()
