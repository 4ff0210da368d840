"""Read VRMA files: glTF animations whose nodes stand for humanoid bones, expressions and a gaze.

https://github.com/vrm-c/vrm-specification/tree/master/specification/VRMC_vrm_animation-1.0
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import msgspec
import numpy as np

from avatar_live.avatar.clips import Clip, Interpolation, Track
from avatar_live.avatar.document import Part, at, decode
from avatar_live.avatar.glb import AvatarError, damaged
from avatar_live.avatar.gltf import Gltf
from avatar_live.avatar.model import Doubles
from avatar_live.avatar.nodes import Skeleton, read_skeleton
from avatar_live.avatar.quaternions import conjugate, matrices, multiply
from avatar_live.signals import HUMANOID_BONES

CLIP_BYTES_MAX: Final = 64 * 1024 * 1024
KEYS_MAX: Final = 4_000_000  # of all channels: ten minutes of a whole body and face at 60 a second
CHANNELS_MAX: Final = 1_024

_WIDTHS: Final = {"rotation": 4, "translation": 3}
_MODES: Final[Mapping[str, Interpolation]] = {"STEP": "step", "LINEAR": "linear", "CUBICSPLINE": "cubic"}
_LOOKS: Final = ("lookUp", "lookDown", "lookLeft", "lookRight")  # the gaze tells these


class _Target(Part, frozen=True):
    path: str
    node: int | None = None


class _Channel(Part, frozen=True):
    sampler: int
    target: _Target


class _Sampler(Part, frozen=True):
    input: int
    output: int
    interpolation: Literal["STEP", "LINEAR", "CUBICSPLINE"] = "LINEAR"


class _Animation(Part, frozen=True):
    channels: tuple[_Channel, ...]
    samplers: tuple[_Sampler, ...]


class _Bound(Part, frozen=True):
    node: int


class _Gaze(Part, frozen=True):
    node: int
    offset_from_head_bone: tuple[float, float, float] = (0.0, 0.06, 0.0)


class _Humanoid(Part, frozen=True):
    human_bones: dict[str, _Bound] = msgspec.field(default_factory=dict)


class _Expressions(Part, frozen=True):
    preset: dict[str, _Bound] = msgspec.field(default_factory=dict)
    custom: dict[str, _Bound] = msgspec.field(default_factory=dict)


class _VrmAnimation(Part, frozen=True):
    humanoid: _Humanoid = _Humanoid()
    expressions: _Expressions = _Expressions()
    look_at: _Gaze | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Curve:
    """Hold one channel: keys (K,), values (K, width), cubic ones (K, 3, width)."""

    times_s: Doubles
    values: Doubles
    interpolation: Interpolation


def read_clip(path: Path) -> Clip:
    """Return the first animation of a VRMA file. Raises AvatarError with one sentence that names the file."""
    try:
        if path.stat().st_size > CLIP_BYTES_MAX:
            raise AvatarError(f"the file is larger than {CLIP_BYTES_MAX >> 20} MiB; export a shorter motion")
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise AvatarError(f"cannot read the motion {path}: {reason}; choose another file") from error
    try:
        return clip_from_bytes(data)
    except AvatarError as error:
        raise AvatarError(f"cannot play {path.name}: {error}") from error


def clip_from_bytes(data: bytes) -> Clip:
    """Return the first animation in the bytes of a VRMA file. Raises AvatarError."""
    if data[:4] != b"glTF":
        raise AvatarError("the file is not a VRM animation; choose a .vrma file")
    gltf = Gltf(data)
    if "VRMC_vrm_animation" not in gltf.document.extensions:
        raise AvatarError("the file holds no motion for humanoids; export it as VRM Animation (.vrma)")
    bound = decode(gltf.document.extensions["VRMC_vrm_animation"], _VrmAnimation)
    animations = decode(gltf.document.animations, tuple[_Animation, ...])
    if not animations:
        raise AvatarError("the file holds no motion; export it with an animation")
    skeleton = read_skeleton(gltf, is_turned=False)
    curves = _curves(gltf, animations[0])
    rest = _Rest(skeleton, bound)
    return Clip(
        duration_s=max((float(curve.times_s[-1]) for curve in curves.values()), default=0.0),
        rotations=_rotations(bound, curves, rest),
        hips=_hips(bound, curves, rest),
        expressions=_expressions(bound, curves, rest),
        gaze=_gaze(bound, curves),
        target=_target(bound, curves, rest),
    )


def _curves(gltf: Gltf, animation: _Animation) -> dict[tuple[int, str], _Curve]:
    """Return the channels by node and path."""
    if len(animation.channels) > CHANNELS_MAX:
        raise AvatarError(f"the motion has more than {CHANNELS_MAX} channels; export it without extra bones")
    curves: dict[tuple[int, str], _Curve] = {}
    keys_left = KEYS_MAX
    for channel in animation.channels:
        node, path = channel.target.node, channel.target.path
        if node is not None and path in _WIDTHS and (node, path) not in curves:
            sampler = at(animation.samplers, channel.sampler, "animation sampler")
            keys_left -= max(gltf.count(sampler.input), gltf.count(sampler.output))
            if keys_left < 0:
                raise AvatarError(f"the motion has more than {KEYS_MAX:,} keys; export a shorter one")
            curves[node, path] = _curve(gltf, sampler, _WIDTHS[path])
    return curves


def _curve(gltf: Gltf, sampler: _Sampler, width: int) -> _Curve:
    mode = _MODES[sampler.interpolation]
    times_s = gltf.floats(sampler.input, 1)[:, 0].astype(np.float64)
    values = gltf.floats(sampler.output, width).astype(np.float64)
    if len(values) != len(times_s) * (3 if mode == "cubic" else 1) or not len(times_s):
        raise damaged("a motion has not as many values as times")
    if times_s[0] < 0.0 or (np.diff(times_s) < 0.0).any():  # equal ones, a jump, are what some exporters write
        raise damaged("the times of a motion go backwards")
    if mode == "cubic":
        values = values.reshape(-1, 3, width)
    if width == 4:
        lengths = np.linalg.norm(values[:, 1] if mode == "cubic" else values, axis=-1)
        if (lengths < 1e-6).any():
            raise damaged("a motion has a rotation without length")
        values = values / (lengths[:, None, None] if mode == "cubic" else lengths[:, None])
    return _Curve(times_s, values, mode)


class _Rest:
    """Answer how the file's nodes stand while nothing moves."""

    def __init__(self, skeleton: Skeleton, bound: _VrmAnimation) -> None:
        nodes = skeleton.nodes
        locals_ = matrices(
            np.array([node.translation for node in nodes]).reshape(-1, 3),
            np.array([node.rotation for node in nodes]).reshape(-1, 4),
            np.array([node.scale for node in nodes]).reshape(-1, 3),
        )
        self._place = skeleton.place
        self._nodes = nodes
        self._worlds: list[Doubles] = []
        self._turns: list[Doubles] = []
        for number, node in enumerate(nodes):
            is_root = node.parent < 0
            self._worlds.append(locals_[number] if is_root else self._worlds[node.parent] @ locals_[number])
            self._turns.append(node.rotation if is_root else multiply(self._turns[node.parent], node.rotation))
        hips = bound.humanoid.human_bones.get("hips")
        height = 0.0 if hips is None else abs(float(self.world(hips.node)[1, 3]))
        self.hips_height = height if height > 1e-3 else 1.0

    def world(self, node: int) -> Doubles:
        """Return a node's world matrix (4, 4)."""
        return self._worlds[self._number(node)]

    def normalized(self, node: int, rotations: Doubles) -> Doubles:
        """Return local rotations (..., 4) of a node in axes parallel to the model's: P q inverse(W)."""
        number = self._number(node)
        parent = self._nodes[number].parent
        turned = multiply(rotations, conjugate(self._turns[number]))
        return multiply(self._turns[parent], turned) if parent >= 0 else turned

    def carried(self, node: int, is_point: bool) -> Callable[[Doubles], Doubles]:
        """Return what turns a node's local translations (..., 3), or their tangents, into the model's."""
        parent = self._nodes[self._number(node)].parent
        world = self._worlds[parent] if parent >= 0 else np.eye(4)
        return lambda points: points @ world[:3, :3].T + (world[:3, 3] if is_point else 0.0)

    def _number(self, node: int) -> int:
        if node not in self._place:
            raise damaged(f"it refers to node {node}, which does not exist")
        return self._place[node]


def _rotations(bound: _VrmAnimation, curves: Mapping[tuple[int, str], _Curve], rest: _Rest) -> tuple[Track, ...]:
    found: dict[str, _Curve] = {}
    for name, bone in bound.humanoid.human_bones.items():
        curve = curves.get((bone.node, "rotation"))
        if curve is not None and name in HUMANOID_BONES and name not in ("leftEye", "rightEye"):
            found[name] = _Curve(curve.times_s, rest.normalized(bone.node, curve.values), curve.interpolation)
    return _together(found)


def _hips(bound: _VrmAnimation, curves: Mapping[tuple[int, str], _Curve], rest: _Rest) -> Track | None:
    hips = bound.humanoid.human_bones.get("hips")
    curve = None if hips is None else curves.get((hips.node, "translation"))
    if hips is None or curve is None:
        return None
    return _moved("hips", hips.node, curve, rest, rest.world(hips.node)[:3, 3])


def _expressions(bound: _VrmAnimation, curves: Mapping[tuple[int, str], _Curve], rest: _Rest) -> tuple[Track, ...]:
    found: dict[str, _Curve] = {}
    for name, expression in {**bound.expressions.custom, **bound.expressions.preset}.items():
        curve = curves.get((expression.node, "translation"))
        rest.world(expression.node)  # a node that does not exist is refused
        if curve is not None and name not in _LOOKS:
            found[name] = _Curve(curve.times_s, curve.values[..., :1], curve.interpolation)
    return _together(found)


def _gaze(bound: _VrmAnimation, curves: Mapping[tuple[int, str], _Curve]) -> Track | None:
    curve = None if bound.look_at is None else curves.get((bound.look_at.node, "rotation"))
    return None if curve is None else _together({"gaze": curve})[0]


def _target(bound: _VrmAnimation, curves: Mapping[tuple[int, str], _Curve], rest: _Rest) -> Track | None:
    curve = None if bound.look_at is None else curves.get((bound.look_at.node, "translation"))
    if bound.look_at is None or curve is None:
        return None
    head = bound.humanoid.human_bones.get("head")
    eyes = np.array(bound.look_at.offset_from_head_bone)
    if head is not None:
        eyes = eyes + rest.world(head.node)[:3, 3]
    return _moved("target", bound.look_at.node, curve, rest, eyes)


def _moved(name: str, node: int, curve: _Curve, rest: _Rest, origin: Doubles) -> Track:
    """Return a node's way in the model's space from an origin, in heights of the hips."""
    point, tangent = rest.carried(node, is_point=True), rest.carried(node, is_point=False)
    values = curve.values
    if curve.interpolation == "cubic":
        values = np.stack([tangent(values[:, 0]), point(values[:, 1]) - origin, tangent(values[:, 2])], axis=1)
    else:
        values = point(values) - origin
    moved = _Curve(curve.times_s, values / rest.hips_height, curve.interpolation)
    return _together({name: moved})[0]


def _together(curves: Mapping[str, _Curve]) -> tuple[Track, ...]:
    """Join the curves that share their keys, so that they are sampled at once."""
    groups: dict[tuple[bytes, Interpolation], dict[str, _Curve]] = {}
    for name, curve in curves.items():
        groups.setdefault((curve.times_s.tobytes(), curve.interpolation), {})[name] = curve
    return tuple(
        Track(
            names=tuple(group),
            times_s=(first := next(iter(group.values()))).times_s,
            values=np.stack([curve.values for curve in group.values()], axis=-2),
            interpolation=first.interpolation,
        )
        for group in groups.values()
    )
