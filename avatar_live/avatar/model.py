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


@dataclass(frozen=True, slots=True)
class Placing:
    """Place a picture on a surface as KHR_texture_transform does: scale, then turn, then move the coordinates."""

    offset: tuple[float, float] = (0.0, 0.0)
    scale: tuple[float, float] = (1.0, 1.0)
    rotation_rad: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Describe a surface in VRMC_materials_mtoon 1.0's terms; colours are linear, textures index `Avatar.textures`.

    `shading` "unlit" ignores light, "pbr" is glTF's own with `metallic` and `roughness`, whose picture has roughness in
    green and metal in blue. `outline_width_m` is in metres for "world" and in fractions of half the screen's height for
    "screen". `placing` is the base picture's, which nearly every file gives to all its pictures; `placings` holds, by
    field ("shade_texture"), those that differ. The UV animation moves all pictures but the matcap; `uv_mask_texture`'s
    blue says where.
    """

    name: str
    shading: Literal["mtoon", "unlit", "pbr"] = "mtoon"
    alpha_mode: Literal["opaque", "mask", "blend"] = "opaque"
    alpha_cutoff: float = 0.5
    is_double_sided: bool = False
    base_color: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    base_texture: int | None = None
    placing: Placing = Placing()
    placings: Mapping[str, Placing] = field(default_factory=dict)
    normal_texture: int | None = None
    normal_scale: float = 1.0
    emissive_color: tuple[float, float, float] = (0.0, 0.0, 0.0)
    emissive_texture: int | None = None
    metallic: float = 0.0
    roughness: float = 1.0
    metallic_roughness_texture: int | None = None
    shade_color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    shade_texture: int | None = None
    shading_shift: float = 0.0
    shading_shift_texture: int | None = None
    shading_shift_texture_scale: float = 1.0
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
    uv_scroll_per_s: tuple[float, float] = (0.0, 0.0)
    uv_turn_rad_per_s: float = 0.0
    uv_mask_texture: int | None = None
    writes_depth_when_transparent: bool = False
    render_queue_offset: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """Hold one drawable piece of V vertices and T triangles with M morph targets (the mesh's, in its order).

    `positions`, `normals` (V, 3), `uvs` (V, 2) with v = 0 on top as in glTF, `joints` (V, 4) into `Avatar.palette`,
    `weights` (V, 4) that sum to one, `triangles` (T, 3). `morph_positions` and `morph_normals` are (M, V, 3) deltas;
    `morphs` (M,) are their places in `Posture.morph_weights`. `seen_by` says whether cameras other than the wearer's
    own eyes see it ("others"), only those eyes ("self"), or all.
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
    seen_by: Literal["all", "others", "self"] = "all"


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Place a node under its parent (-1 for a root), which comes before it; rotation is an x y z w quaternion."""

    name: str
    parent: int
    translation: Doubles
    rotation: Doubles
    scale: Doubles


@dataclass(frozen=True, slots=True)
class ColorBind:
    """Move a colour of a material towards `target` (linear rgba; alpha counts for "base" alone)."""

    material: int
    part: Literal["base", "emissive", "shade", "matcap", "rim", "outline"]
    target: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PlacingBind:
    """Move the pictures of a material, all of them, towards this scale and offset."""

    material: int
    scale: tuple[float, float] = (1.0, 1.0)
    offset: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Expression:
    """Bind an expression's weight to morph targets, (place in `Posture.morph_weights`, weight at 1), and materials."""

    name: str
    morphs: tuple[tuple[int, float], ...]
    is_binary: bool = False
    override_blink: Literal["none", "block", "blend"] = "none"
    override_look_at: Literal["none", "block", "blend"] = "none"
    override_mouth: Literal["none", "block", "blend"] = "none"
    colors: tuple[ColorBind, ...] = ()
    placings: tuple[PlacingBind, ...] = ()


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
    """Stop springs at a sphere (`tail` equals `offset`), a capsule, or a plane (`normal` is set), in `node`'s frame.

    `is_inside` keeps them in the sphere or capsule instead of out of it.
    """

    node: int
    offset: tuple[float, float, float]
    tail: tuple[float, float, float]
    radius_m: float
    is_inside: bool = False
    normal: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class SpringLimit:
    """Bound how far a joint swings from its rest: VRMC_springBone_limit's cone, hinge or spherical limit.

    `rotation` (x y z w) turns the limit's frame from the joint's; a cone and a hinge have one angle, the spherical
    limit `pitch_rad` and `yaw_rad`.
    """

    kind: Literal["cone", "hinge", "spherical"]
    angle_rad: float = 0.0
    pitch_rad: float = 0.0
    yaw_rad: float = 0.0
    rotation: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class SpringJoint:
    node: int
    stiffness: float = 1.0
    gravity_power: float = 0.0
    gravity_direction: tuple[float, float, float] = (0.0, -1.0, 0.0)
    drag: float = 0.5
    hit_radius_m: float = 0.0
    limit: SpringLimit | None = None


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
    """Say who made the avatar and what it may be used for, in the words of VRM 1.0's meta.

    `licence.py` turns them into answers for the rest of the house.
    """

    name: str = ""
    version: str = ""
    authors: tuple[str, ...] = ()
    copyright_information: str = ""
    contact_information: str = ""
    references: tuple[str, ...] = ()
    third_party_licenses: str = ""
    license_url: str = ""
    other_license_url: str = ""
    avatar_permission: str = "onlyAuthor"
    commercial_usage: str = "personalNonProfit"
    credit_notation: str = "required"
    modification: str = "prohibited"
    allow_redistribution: bool = False
    allow_excessively_violent_usage: bool = False
    allow_excessively_sexual_usage: bool = False
    allow_political_or_religious_usage: bool = False
    allow_antisocial_or_hate_usage: bool = False
    thumbnail: int | None = None  # in `Avatar.textures`
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
    and cameras; `bones` (4, 4) by humanoid name place the others that a prop may hit. `materials` are those that
    expressions change at this moment, by their place in `Avatar.materials`.
    """

    palette: Floats
    morph_weights: Floats
    head: Doubles
    eyes_m: Doubles
    bones: Mapping[str, Doubles] = field(default_factory=dict)
    materials: Mapping[int, Material] = field(default_factory=dict)
