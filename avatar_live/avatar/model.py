"""What an avatar is once it is read: arrays and plain values, whatever file and VRM version it came from.

Space: glTF's and VRM 1.0's, +Y up, the avatar faces +Z, its left hand on +X, metres. VRM 0.x is turned on load.

Everything drawn is skinned: the palette lists (node, inverse bind) pairs, a primitive's `joints` index that palette,
and a rigid mesh has one joint with weight 1. So the stage needs two things of a moment, both in a `Posture`: the
palette's matrices and the weights of the morph targets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Texture:
    """Hold a decoded picture, RGBA (height, width, 4) uint8, first row on top, and how it repeats."""

    pixels: NDArray[np.uint8]
    wrap_u: Literal["repeat", "clamp", "mirror"] = "repeat"
    wrap_v: Literal["repeat", "clamp", "mirror"] = "repeat"
    is_smooth: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Describe a surface in VRMC_materials_mtoon 1.0's terms; colours are linear, textures index `Avatar.textures`.

    `shading` "unlit" ignores light; plain PBR materials are read as a soft toon. `outline_width_m` is in metres for
    "world" and in fractions of half the screen's height for "screen".
    """

    name: str
    shading: Literal["mtoon", "unlit"] = "mtoon"
    alpha_mode: Literal["opaque", "mask", "blend"] = "opaque"
    alpha_cutoff: float = 0.5
    is_double_sided: bool = False
    base_color: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    base_texture: int | None = None
    uv_offset: tuple[float, float] = (0.0, 0.0)
    uv_scale: tuple[float, float] = (1.0, 1.0)
    emissive_color: tuple[float, float, float] = (0.0, 0.0, 0.0)
    emissive_texture: int | None = None
    shade_color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    shade_texture: int | None = None
    shading_shift: float = 0.0
    shading_toony: float = 0.9
    gi_equalization: float = 0.9
    matcap_color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    matcap_texture: int | None = None
    rim_color: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rim_texture: int | None = None
    rim_lighting_mix: float = 1.0
    rim_fresnel_power: float = 5.0
    rim_lift: float = 0.0
    outline_mode: Literal["none", "world", "screen"] = "none"
    outline_width_m: float = 0.0
    outline_texture: int | None = None
    outline_color: tuple[float, float, float] = (0.0, 0.0, 0.0)
    outline_lighting_mix: float = 1.0
    writes_depth_when_transparent: bool = False
    render_queue_offset: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """Hold one drawable piece of V vertices and T triangles with M morph targets (the mesh's, in its order).

    `positions`, `normals` (V, 3), `uvs` (V, 2) with v = 0 on top as in glTF, `joints` (V, 4) into `Avatar.palette`,
    `weights` (V, 4) that sum to one, `triangles` (T, 3). `morph_positions` and `morph_normals` are (M, V, 3) deltas;
    `morphs` (M,) are their places in `Posture.morph_weights`.
    """

    positions: Floats
    normals: Floats
    uvs: Floats
    joints: NDArray[np.uint16]
    weights: Floats
    triangles: NDArray[np.uint32]
    material: int
    morph_positions: Floats
    morph_normals: Floats
    morphs: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Place a node under its parent (-1 for a root), which comes before it; rotation is an x y z w quaternion."""

    name: str
    parent: int
    translation: Doubles
    rotation: Doubles
    scale: Doubles


@dataclass(frozen=True, slots=True)
class Expression:
    """Bind an expression's weight to morph targets: (place in `Posture.morph_weights`, weight at 1)."""

    name: str
    morphs: tuple[tuple[int, float], ...]
    is_binary: bool = False
    override_blink: Literal["none", "block", "blend"] = "none"
    override_look_at: Literal["none", "block", "blend"] = "none"
    override_mouth: Literal["none", "block", "blend"] = "none"


@dataclass(frozen=True, slots=True)
class LookAt:
    """Say how gaze moves the eyes: by bones or by expressions, each range (input max in degrees, output at it)."""

    by: Literal["bone", "expression"] = "bone"
    offset_m: tuple[float, float, float] = (0.0, 0.06, 0.0)  # from the head bone, in its frame
    horizontal_inner: tuple[float, float] = (90.0, 10.0)
    horizontal_outer: tuple[float, float] = (90.0, 10.0)
    vertical_down: tuple[float, float] = (90.0, 10.0)
    vertical_up: tuple[float, float] = (90.0, 10.0)


@dataclass(frozen=True, slots=True)
class Collider:
    """Stop springs at a sphere (`tail` equals `offset`) or a capsule, in the frame of `node`."""

    node: int
    offset: tuple[float, float, float]
    tail: tuple[float, float, float]
    radius_m: float


@dataclass(frozen=True, slots=True)
class SpringJoint:
    node: int
    stiffness: float = 1.0
    gravity_power: float = 0.0
    gravity_direction: tuple[float, float, float] = (0.0, -1.0, 0.0)
    drag: float = 0.5
    hit_radius_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Spring:
    """Swing a chain: each joint's node hangs from the one before; the last only marks the tip."""

    joints: tuple[SpringJoint, ...]
    colliders: tuple[int, ...]
    center: int | None = None


@dataclass(frozen=True, slots=True)
class Constraint:
    """Let `node` follow `source`: its whole rotation, its roll about `axis`, or by aiming `axis` at it.

    `weight` (0..1) is the share of the way from the node's rest; `axis` is in the node's own frame.
    """

    kind: Literal["roll", "aim", "rotation"]
    node: int
    source: int
    weight: float = 1.0
    axis: tuple[float, float, float] = (1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Meta:
    """Say who made the avatar and what it may be used for, in the words of VRM 1.0's meta."""

    name: str = ""
    authors: tuple[str, ...] = ()
    license_url: str = ""
    avatar_permission: str = "onlyAuthor"
    commercial_usage: str = "personalNonProfit"
    credit_notation: str = "required"
    allow_redistribution: bool = False
    vrm_version: Literal["0", "1", "none"] = "none"


@dataclass(frozen=True, slots=True, eq=False)
class Avatar:
    """Hold a whole avatar; see the module for its space and its palette.

    `palette_nodes` (J,) and `inverse_binds` (J, 4, 4), row-major, column vectors: skin = world[node] @ inverse_bind.
    `morph_names` name `Posture.morph_weights`. Constraints stand after those that they depend on.
    """

    meta: Meta
    nodes: tuple[Node, ...]
    palette_nodes: NDArray[np.int32]
    inverse_binds: Floats
    primitives: tuple[Primitive, ...]
    materials: tuple[Material, ...]
    textures: tuple[Texture, ...]
    morph_names: tuple[str, ...]
    humanoid: Mapping[str, int]
    expressions: Mapping[str, Expression] = field(default_factory=dict)
    look_at: LookAt = field(default_factory=LookAt)
    springs: tuple[Spring, ...] = ()
    colliders: tuple[Collider, ...] = ()
    constraints: tuple[Constraint, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Posture:
    """Hold one moment of an avatar, ready to draw.

    `palette` (J, 3, 4) float32: the first three rows of each joint's skinning matrix. `morph_weights` (M,).
    `head` (4, 4) and `eyes_m` (3,) place the head bone and the middle of the eyes in the avatar's space, for props
    and cameras.
    """

    palette: Floats
    morph_weights: Floats
    head: Doubles
    eyes_m: Doubles
