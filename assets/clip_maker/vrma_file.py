"""Write a baked motion as a VRMA file; numbers are rounded, so that every processor writes the same bytes.

https://github.com/vrm-c/vrm-specification/tree/master/specification/VRMC_vrm_animation-1.0
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from avatar_maker.glb import pack_glb

from .body import skeleton
from .curves import Floats
from .motion import Baked, Motion, bake

Json = dict[str, Any]  # the standard library has no closer type for JSON

_DECIMALS = 5
_FLOAT = 5126


def pack(motion: Motion) -> bytes:
    """Return the file of a motion."""
    baked = bake(motion)
    bones = skeleton()
    names = [*bones, *(f"expression {name}" for name in baked.expressions)]
    nodes: list[Json] = [{"name": name} for name in names]
    index = {name: number for number, name in enumerate(names)}
    for name, (parent, place) in bones.items():
        nodes[index[name]]["translation"] = [round(value, _DECIMALS) for value in place]
        if parent is not None:
            nodes[index[parent]].setdefault("children", []).append(index[name])
    table = _Table(baked.times_s)
    for bone, rotations in baked.rotations.items():
        table.add(index[bone], "rotation", rotations)
    if baked.hips_m is not None:
        table.add(index["hips"], "translation", np.array(bones["hips"][1]) + baked.hips_m)
    for name, weights in baked.expressions.items():
        still = np.zeros(len(weights))
        table.add(index[f"expression {name}"], "translation", np.column_stack([weights, still, still]))
    document = {
        "asset": {"version": "2.0", "generator": "avatar_live clip_maker"},
        "scene": 0,
        "scenes": [{"nodes": [0, *(index[f"expression {name}"] for name in baked.expressions)]}],
        "nodes": nodes,
        "animations": [{"name": motion.name, "channels": table.channels, "samplers": table.samplers}],
        "accessors": table.accessors,
        "bufferViews": table.views,
        "buffers": [{"byteLength": len(table.binary)}],
        "extensionsUsed": ["VRMC_vrm_animation"],
        "extensions": {"VRMC_vrm_animation": _bound(index, bones, baked)},
    }
    return pack_glb(document, bytes(table.binary))


def _bound(index: Mapping[str, int], bones: Mapping[str, object], baked: Baked) -> Json:
    extension: Json = {
        "specVersion": "1.0",
        "humanoid": {"humanBones": {bone: {"node": index[bone]} for bone in bones}},
    }
    if baked.expressions:
        presets = {name: {"node": index[f"expression {name}"]} for name in baked.expressions}
        extension["expressions"] = {"preset": presets}
    return extension


class _Table:
    """Gather the numbers of the channels, which all share their times."""

    def __init__(self, times_s: Floats) -> None:
        self.binary = bytearray()
        self.views: list[Json] = []
        self.accessors: list[Json] = []
        self.channels: list[Json] = []
        self.samplers: list[Json] = []
        self._accessor(times_s[:, None], "SCALAR", has_bounds=True)

    def add(self, node: int, path: str, values: Floats) -> None:
        """Append a channel (n, 3) or (n, 4) of a node."""
        output = self._accessor(values, "VEC4" if path == "rotation" else "VEC3")
        self.channels.append({"sampler": len(self.samplers), "target": {"node": node, "path": path}})
        self.samplers.append({"input": 0, "interpolation": "LINEAR", "output": output})

    def _accessor(self, values: Floats, kind: str, has_bounds: bool = False) -> int:
        rounded = (np.round(values, _DECIMALS) + 0.0).astype("<f4")  # without negative zeros
        data = rounded.tobytes()
        self.views.append({"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data)})
        self.binary += data
        entry: Json = {
            "bufferView": len(self.views) - 1,
            "componentType": _FLOAT,
            "count": len(values),
            "type": kind,
        }
        if has_bounds:
            entry.update(min=rounded.min(0).tolist(), max=rounded.max(0).tolist())
        self.accessors.append(entry)
        return len(self.accessors) - 1
