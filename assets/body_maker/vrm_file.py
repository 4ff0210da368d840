"""Write a body in one look as a VRM 1.0 file: one mesh, a picture of swatches, toon materials, expressions.

https://github.com/vrm-c/vrm-specification/tree/master/specification
"""

import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from avatar_maker.glb import pack_glb
from avatar_maker.licence import licence
from numpy.typing import NDArray

from .piece import MORPHS, PARTS, SLOTS
from .skeleton import BONES, INDEX, PARENTS, PLACES, local_places
from .whole import DECIMALS, WholeBody

Json = dict[str, Any]  # the standard library has no closer type for JSON

_UBYTE, _USHORT, _FLOAT = 5121, 5123, 5126
_VERTICES, _TRIANGLES = 34962, 34963
_SWATCHES: Final = 16  # in a row; colour slots take the first ones
_OUTLINE_M: Final = 0.006
_PRESETS: Final = {
    "blink": {"blink": 1.0},
    "aa": {"aa": 1.0},
    "ih": {"aa": 0.35},
    "ou": {"aa": 0.55},
    "ee": {"aa": 0.3},
    "oh": {"aa": 0.75},
    "happy": {"happy": 1.0},
    "relaxed": {"happy": 0.6},
    "surprised": {"aa": 0.6},
}


def pack_vrm(whole: WholeBody, name: str, parts: Sequence[str], colors: Mapping[str, str]) -> bytes:
    """Return the file of a body that wears `parts`, its colour slots filled from `colors` (`#rrggbb`)."""
    file = _Buffer()
    worn = np.isin(whole.parts, [PARTS.index(part) for part in ("body", *parts)])
    is_face = np.arange(len(whole.parts)) < len(whole.morphs)
    line = _line(colors["ink"])
    materials = [_material("Face", None), _material("Body", line)]
    primitives = [_primitive(file, whole, chosen, index) for index, chosen in enumerate((is_face, worn & ~is_face))]
    inverse = np.tile(np.eye(4), (len(BONES), 1, 1))
    inverse[:, 3, :3] = -PLACES  # glTF stores columns: translation in the last row
    binds = file.add(np.round(inverse, DECIMALS).astype(np.float32).reshape(-1, 16), "MAT4", _FLOAT)
    swatches = file.view(_png([colors[slot] for slot in SLOTS]))
    nodes: list[Json] = [
        {"name": bone.name, "translation": np.round(place, DECIMALS).tolist()}
        for bone, place in zip(BONES, local_places(), strict=True)
    ]
    for index, parent in enumerate(PARENTS):
        if parent >= 0:
            nodes[parent].setdefault("children", []).append(index)
    nodes.append({"name": "Body", "mesh": 0, "skin": 0})
    document: Json = {
        "asset": {"version": "2.0", "generator": "avatar_live body_maker"},
        "scene": 0,
        "scenes": [{"nodes": [0, len(BONES)]}],
        "nodes": nodes,
        "meshes": [
            {
                "name": "Body",
                "primitives": primitives,
                "weights": [0.0] * len(MORPHS),
                "extras": {"targetNames": MORPHS},
            }
        ],
        "skins": [{"joints": list(range(len(BONES))), "skeleton": 0, "inverseBindMatrices": binds}],
        "materials": materials,
        "textures": [{"source": 0, "sampler": 0}],
        "samplers": [{"magFilter": 9728, "minFilter": 9728, "wrapS": 33071, "wrapT": 33071}],
        "images": [{"name": "swatches", "mimeType": "image/png", "bufferView": swatches}],
        "accessors": file.accessors,
        "bufferViews": file.views,
        "buffers": [{"byteLength": len(file.data)}],
        "extensionsUsed": ["VRMC_vrm", "VRMC_materials_mtoon"],
        "extensions": {"VRMC_vrm": _vrm(name)},
    }
    return pack_glb(document, bytes(file.data))


class _Buffer:
    """Gather the file's numbers; every method that adds something returns its index."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.views: list[Json] = []
        self.accessors: list[Json] = []

    def view(self, data: bytes, target: int | None = None) -> int:
        self.data += b"\0" * (-len(self.data) % 4)
        entry = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data)}
        self.views.append(entry if target is None else {**entry, "target": target})
        self.data += data
        return len(self.views) - 1

    def add(
        self, values: NDArray[Any], kind: str, component: int, target: int | None = None, has_bounds: bool = False
    ) -> int:
        entry: Json = {
            "bufferView": self.view(values.tobytes(), target),
            "componentType": component,
            "count": len(values),
            "type": kind,
        }
        if has_bounds:
            entry.update(min=values.min(0).tolist(), max=values.max(0).tolist())
        self.accessors.append(entry)
        return len(self.accessors) - 1

    def zeros(self, count: int) -> int:
        """Add a morph target that moves nothing, without a byte for it."""
        still = [0.0, 0.0, 0.0]
        self.accessors.append({"componentType": _FLOAT, "count": count, "type": "VEC3", "min": still, "max": still})
        return len(self.accessors) - 1


def _primitive(file: _Buffer, whole: WholeBody, chosen: NDArray[np.bool_], material: int) -> Json:
    """Add the triangles of the chosen vertices (V,)."""
    place = np.cumsum(chosen) - 1
    triangles = place[whole.triangles[chosen[whole.triangles].all(axis=1)]].astype(np.uint16)
    joints = np.zeros((int(chosen.sum()), 4), np.uint8)
    weights = np.zeros((len(joints), 4), np.float32)
    weights[:, 1] = np.where(whole.joints[:, 0] == whole.joints[:, 1], 0.0, whole.shares)[chosen]
    weights[:, 0] = 1.0 - weights[:, 1]
    joints[:, :2] = np.where(weights[:, :2] > 0.0, whole.joints[chosen], 0)
    uvs = np.stack([(whole.slots[chosen] + 0.5) / _SWATCHES, np.full(len(joints), 0.5)], axis=1).astype(np.float32)
    moves = whole.morphs[: len(joints)] if material == 0 else None
    targets = [
        file.zeros(len(joints))
        if moves is None
        else file.add(moves[:, index].astype(np.float32), "VEC3", _FLOAT, _VERTICES, has_bounds=True)
        for index in range(len(MORPHS))
    ]
    positions, normals = (values[chosen].astype(np.float32) for values in (whole.positions, whole.normals))
    return {
        "material": material,
        "indices": file.add(triangles.reshape(-1), "SCALAR", _USHORT, _TRIANGLES),
        "attributes": {
            "POSITION": file.add(positions, "VEC3", _FLOAT, _VERTICES, has_bounds=True),
            "NORMAL": file.add(_unit(normals), "VEC3", _FLOAT, _VERTICES),
            "TEXCOORD_0": file.add(uvs, "VEC2", _FLOAT, _VERTICES),
            "JOINTS_0": file.add(joints, "VEC4", _UBYTE, _VERTICES),
            "WEIGHTS_0": file.add(weights, "VEC4", _FLOAT, _VERTICES),
        },
        "targets": [{"POSITION": target} for target in targets],
    }


def _unit(normals: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(normals / np.linalg.norm(normals, axis=1, keepdims=True), np.float32)


def _material(name: str, line: list[float] | None) -> Json:
    texture = {"index": 0}
    mtoon: Json = {
        "specVersion": "1.0",
        "shadeColorFactor": [0.62, 0.55, 0.78],
        "shadeMultiplyTexture": texture,
        "shadingShiftFactor": -0.1,
        "shadingToonyFactor": 0.85,
        "giEqualizationFactor": 0.9,
        "outlineWidthMode": "none",
    }
    if line is not None:
        mtoon.update(outlineWidthMode="worldCoordinates", outlineWidthFactor=_OUTLINE_M, outlineColorFactor=line)
        mtoon["outlineLightingMixFactor"] = 0.0
    return {
        "name": name,
        "pbrMetallicRoughness": {"baseColorTexture": texture, "metallicFactor": 0.0, "roughnessFactor": 0.9},
        "extensions": {"VRMC_materials_mtoon": mtoon},
    }


def _vrm(name: str) -> Json:
    """Describe bones, face and licence; `assets/LICENSE.md` says the same of the licence."""
    mesh = len(BONES)
    expressions = {
        preset: {
            "morphTargetBinds": [
                {"node": mesh, "index": MORPHS.index(morph), "weight": weight} for morph, weight in binds.items()
            ],
            "overrideBlink": "block" if "happy" in binds else "none",
        }
        for preset, binds in _PRESETS.items()
    }
    return {
        "specVersion": "1.0",
        "meta": licence(name),
        "humanoid": {"humanBones": {bone: {"node": index} for bone, index in INDEX.items()}},
        "firstPerson": {"meshAnnotations": [{"node": mesh, "type": "auto"}]},
        "expressions": {"preset": expressions},
    }


def _line(color: str) -> list[float]:
    """Return an sRGB colour in linear light (IEC 61966-2-1)."""
    parts = [int(color[place : place + 2], 16) / 255.0 for place in (1, 3, 5)]
    return [round(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4, DECIMALS) for c in parts]


def _png(colors: Sequence[str]) -> bytes:
    """Return a row of swatches as a PNG, stored and not squeezed, because no two compressors give the same bytes."""
    row = b"".join(bytes.fromhex(color[1:]) for color in colors).ljust(3 * _SWATCHES, b"\xff")
    raw = b"\0" + row
    stored = b"\x78\x01\x01" + struct.pack("<HH", len(raw), 0xFFFF - len(raw)) + raw
    stored += struct.pack(">I", zlib.adler32(raw))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", _SWATCHES, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", stored) + chunk(b"IEND", b"")
