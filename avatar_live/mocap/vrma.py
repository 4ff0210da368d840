"""Write VRMA files: a glTF animation of nodes that stand for humanoid bones, expressions and a gaze.

Rotations are of a body in the T-pose whose bones are parallel to it, hips move in metres of a body whose hips are at
0.95 m, and the gaze turns against the head. `avatar_live.avatar.vrma` reads them.
https://github.com/vrm-c/vrm-specification/tree/master/specification/VRMC_vrm_animation-1.0
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from avatar_live.avatar.glb import join_file
from avatar_live.mocap.body import Joint, body_with
from avatar_live.mocap.curves import Curves, Doubles

SUFFIX: Final = ".vrma"
PRESETS: Final = (
    "happy", "angry", "sad", "relaxed", "surprised", "neutral", "aa", "ih", "ou", "ee", "oh",
    "blink", "blinkLeft", "blinkRight", "lookUp", "lookDown", "lookLeft", "lookRight",
)  # fmt: skip

Json = dict[str, Any]  # the standard library has no closer type for JSON

_FLOAT: Final = 5126
_PLACE_DECIMALS: Final = 5
_EYES: Final = ("leftEye", "rightEye")  # which the format forbids: the gaze tells them
_LOOK: Final = "lookAt"


def vrma_of(name: str, curves: Curves, *, generator: str = "avatar_live", decimals: int | None = None) -> bytes:
    """Return the file of a motion of at least one moment.

    With `decimals` its numbers are rounded, so that every processor writes the same bytes.
    """
    body = {bone: joint for bone, joint in body_with(curves.rotations).items() if bone not in _EYES}
    extra = [_node_of(expression) for expression in curves.expressions]
    if curves.gaze is not None:
        extra.append(_LOOK)
    nodes: list[Json] = [{"name": node} for node in (*body, *extra)]
    index = {node["name"]: number for number, node in enumerate(nodes)}
    for bone, joint in body.items():
        nodes[index[bone]]["translation"] = [round(value, _PLACE_DECIMALS) for value in joint.place_m]
        if joint.parent is not None:
            nodes[index[joint.parent]].setdefault("children", []).append(index[bone])
    table = _Table(curves.times_s, decimals)
    for bone, rotations in curves.rotations.items():
        if bone in body:
            table.add(index[bone], "rotation", rotations)
    if curves.hips_m is not None:
        table.add(index["hips"], "translation", np.array(body["hips"].place_m) + curves.hips_m)
    for expression, weights in curves.expressions.items():
        still = np.zeros(len(weights))
        table.add(index[_node_of(expression)], "translation", np.column_stack([weights, still, still]))
    if curves.gaze is not None:
        table.add(index[_LOOK], "rotation", curves.gaze)
    document = {
        "asset": {"version": "2.0", "generator": generator},
        "scene": 0,
        "scenes": [{"nodes": [0, *(index[node] for node in extra)]}],
        "nodes": nodes,
        "animations": [{"name": name, "channels": table.channels, "samplers": table.samplers}],
        "accessors": table.accessors,
        "bufferViews": table.views,
        "buffers": [{"byteLength": len(table.binary)}],
        "extensionsUsed": ["VRMC_vrm_animation"],
        "extensions": {"VRMC_vrm_animation": _bound(index, body, curves)},
    }
    return join_file(json.dumps(document, separators=(",", ":")).encode(), bytes(table.binary))


def _node_of(expression: str) -> str:
    return f"expression {expression}"


def _bound(index: Mapping[str, int], body: Mapping[str, Joint], curves: Curves) -> Json:
    extension: Json = {
        "specVersion": "1.0",
        "humanoid": {"humanBones": {bone: {"node": index[bone]} for bone in body}},
    }
    expressions: Json = {}
    for expression in curves.expressions:
        kind = "preset" if expression in PRESETS else "custom"
        expressions.setdefault(kind, {})[expression] = {"node": index[_node_of(expression)]}
    if expressions:
        extension["expressions"] = expressions
    if curves.gaze is not None:
        extension["lookAt"] = {"node": index[_LOOK], "offsetFromHeadBone": [0.0, 0.06, 0.0]}
    return extension


class _Table:
    """Gather the numbers of the channels, which all share their times."""

    def __init__(self, times_s: Doubles, decimals: int | None) -> None:
        self.binary = bytearray()
        self.views: list[Json] = []
        self.accessors: list[Json] = []
        self.channels: list[Json] = []
        self.samplers: list[Json] = []
        self._decimals = decimals
        self._accessor(times_s[:, None], "SCALAR", has_bounds=True)

    def add(self, node: int, path: str, values: Doubles) -> None:
        """Append a channel (n, 3) or (n, 4) of a node."""
        output = self._accessor(values, "VEC4" if path == "rotation" else "VEC3")
        self.channels.append({"sampler": len(self.samplers), "target": {"node": node, "path": path}})
        self.samplers.append({"input": 0, "interpolation": "LINEAR", "output": output})

    def _accessor(self, values: Doubles, kind: str, has_bounds: bool = False) -> int:
        if self._decimals is not None:
            values = np.round(values, self._decimals)
        written = (values + 0.0).astype("<f4")  # without negative zeros
        data = written.tobytes()
        self.views.append({"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data)})
        self.binary += data
        entry: Json = {
            "bufferView": len(self.views) - 1,
            "componentType": _FLOAT,
            "count": len(values),
            "type": kind,
        }
        if has_bounds:
            entry.update(min=written.min(0).tolist(), max=written.max(0).tolist())
        self.accessors.append(entry)
        return len(self.accessors) - 1
