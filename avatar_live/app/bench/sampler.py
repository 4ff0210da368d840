"""A VRM whose balls show one surface each: all that MToon 1.0 can do, which few avatars use but some avatar does."""

import json
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.app.bench.old_surfaces import old_surfaces
from avatar_live.app.bench.surfaces import Json, happy, surfaces
from avatar_live.avatar.glb import join_file

RADIUS_M: Final = 0.1
SPACING_M: Final = 0.25
COLUMNS: Final = 5
BONES: Final = (
    "hips", "spine", "chest", "neck", "head",
    *(f"{side}{part}" for side in ("left", "right") for part in
      ("UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot")),
)  # fmt: skip

_SIDE_PX: Final = 128
_RINGS, _SEGMENTS = 24, 36
_FLOAT, _UINT32 = 5126, 5125


def write_sampler(path: Path) -> Path:
    """Write the surfaces of MToon 1.0 and return the path."""
    materials = surfaces()
    places = {material["name"]: number for number, material in enumerate(materials)}
    vrm = {
        "specVersion": "1.0",
        "meta": {"name": "Surfaces", "authors": ["avatar_live"], "licenseUrl": "https://vrm.dev/licenses/1.0/"},
        "humanoid": {"humanBones": {name: {"node": number} for number, name in enumerate(BONES)}},
        "expressions": {"preset": {"happy": happy(places)}},
    }
    return _write(path, materials, {"VRMC_vrm": vrm}, faces_back=False)


def write_old_sampler(path: Path) -> Path:
    """Write the surfaces of VRM 0.x and return the path."""
    properties = old_surfaces()
    materials: list[Json] = [
        {"name": own["name"], "doubleSided": own["floatProperties"]["_CullMode"] == 0.0} for own in properties
    ]
    vrm = {
        "specVersion": "0.0",
        "exporterVersion": "UniVRM-0.99",
        "meta": {"title": "Surfaces of 0.x", "author": "avatar_live"},
        "humanoid": {"humanBones": [{"bone": name, "node": number} for number, name in enumerate(BONES)]},
        "firstPerson": {"lookAtTypeName": "Bone"},
        "blendShapeMaster": {"blendShapeGroups": []},
        "secondaryAnimation": {"boneGroups": [], "colliderGroups": []},
        "materialProperties": properties,
    }
    return _write(path, materials, {"VRM": vrm}, faces_back=True)


def _write(path: Path, materials: list[Json], extensions: Json, faces_back: bool) -> Path:
    file = _File()
    nodes: list[Json] = [{"name": name, "translation": [0.0, 0.0, -1.0]} for name in BONES]
    meshes: list[Json] = []
    places, place = 0, [0.0, 0.0, 0.0]
    for number, material in enumerate(materials):
        # Each has vertices of its own: three-vrm draws an outline once for every mesh that shares them.
        shape = file.ball(0.55 * np.pi if material.get("doubleSided") else np.pi)
        meshes.append({"primitives": [{**shape, "material": number}]})
        is_inside = material["name"].startswith("inside")
        if not is_inside:
            column, row = places % COLUMNS, places // COLUMNS
            place = [(column - (COLUMNS - 1) / 2) * SPACING_M, 1.5 - row * SPACING_M, 0.0]
            places += 1
        node = {"name": material["name"], "mesh": number, "translation": place}
        nodes.append({**node, "scale": [0.6, 0.6, 0.6] if is_inside else [1.0, 1.0, 1.0]})
        if faces_back:
            nodes[-1].update(translation=[-place[0], place[1], 0.0], rotation=[0.0, 1.0, 0.0, 0.0])
    document: Json = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": list(range(len(nodes)))}],
        "nodes": nodes,
        "meshes": meshes,
        "materials": materials,
        "textures": [{"source": number} for number in range(len(_DRAWN))],
        "images": [{"bufferView": file.view(_png(draw())), "mimeType": "image/png"} for draw in _DRAWN],
        "accessors": file.accessors,
        "bufferViews": file.views,
        "buffers": [{"byteLength": len(file.binary)}],
        "extensionsUsed": [*extensions, "VRMC_materials_mtoon", "KHR_texture_transform", "KHR_materials_unlit"],
        "extensions": extensions,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file.pack(document))
    return path


def _checks() -> NDArray[np.uint8]:
    across, down = _grid(8)
    is_dark = (across + down) % 2 == 1
    return _painted(np.where(is_dark[..., None], np.array([60, 90, 160, 255]), np.array([250, 240, 230, 255])))


def _stripes() -> NDArray[np.uint8]:
    across, _ = _grid(8)
    return _painted(np.where((across % 2 == 1)[..., None], np.array([90, 60, 60, 255]), np.array([230, 220, 90, 255])))


def _bumps() -> NDArray[np.uint8]:
    angle = np.linspace(0.0, 2.0 * np.pi, _SIDE_PX, endpoint=False)
    lean = np.stack(np.broadcast_arrays(np.sin(6.0 * angle)[None, :], np.sin(4.0 * angle)[:, None]), axis=-1) * 0.5
    up = np.sqrt(1.0 - (lean**2).sum(axis=-1, keepdims=True))
    return _painted(np.concatenate([np.concatenate([lean, up], axis=-1) * 127.5 + 127.5, np.full_like(up, 255)], -1))


def _ball() -> NDArray[np.uint8]:
    down, across = np.mgrid[-1.0 : 1.0 : _SIDE_PX * 1j, -1.0 : 1.0 : _SIDE_PX * 1j]
    light = np.clip(1.0 - np.hypot(across + 0.3, down + 0.4), 0.0, 1.0)[..., None]
    floor = np.clip(down, 0.0, 1.0)[..., None]
    return _painted(
        np.concatenate([light * [255, 230, 180] + floor * [20, 60, 120], np.full_like(light, 255)], axis=-1)
    )


def _mask() -> NDArray[np.uint8]:
    across = np.tile(np.linspace(0.0, 255.0, _SIDE_PX), (_SIDE_PX, 1))
    down = across.T
    return _painted(np.stack([across, 255.0 - down, np.where(across > 128.0, 255.0, 96.0), across], axis=-1))


_DRAWN: Final = (_checks, _stripes, _bumps, _ball, _mask, _mask, _mask)  # in the order of their numbers


def _grid(count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    down, across = np.mgrid[0:_SIDE_PX, 0:_SIDE_PX] * count // _SIDE_PX
    return across, down


def _painted(values: NDArray[Any]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def _png(picture: NDArray[np.uint8]) -> bytes:
    _, encoded = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGBA2BGRA))
    return encoded.tobytes()


class _File:
    """Gather accessors and the binary block of a GLB."""

    def __init__(self) -> None:
        self.binary = bytearray()
        self.views: list[Json] = []
        self.accessors: list[Json] = []

    def view(self, data: bytes) -> int:
        self.binary += bytes(-len(self.binary) % 4)
        self.views.append({"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data)})
        self.binary += data
        return len(self.views) - 1

    def accessor(self, values: NDArray[Any], component: int, kind: str) -> int:
        bounds = {"min": values.min(axis=0).tolist(), "max": values.max(axis=0).tolist()} if kind == "VEC3" else {}
        entry = {"bufferView": self.view(values.tobytes()), "componentType": component, "type": kind}
        self.accessors.append({**entry, "count": len(values), **bounds})
        return len(self.accessors) - 1

    def ball(self, opening_rad: float) -> Json:
        """Add a ball, or a cup that ends at `opening_rad` from its closed end, which faces away and up."""
        polar, azimuth = np.meshgrid(
            np.linspace(1e-3, opening_rad, _RINGS), np.linspace(0.0, 2.0 * np.pi, _SEGMENTS), indexing="ij"
        )
        normals = np.stack(
            [np.sin(polar) * np.sin(azimuth), np.cos(polar), np.sin(polar) * np.cos(azimuth)], axis=-1
        ).reshape(-1, 3)
        if opening_rad < np.pi:
            c, s = np.cos(-2.2), np.sin(-2.2)  # turned so that one looks into it from the front
            normals = normals @ np.array([[1.0, 0.0, 0.0], [0.0, c, s], [0.0, -s, c]])
        uvs = np.stack([azimuth / (2.0 * np.pi), polar / np.pi], axis=-1).reshape(-1, 2)
        corner = (np.arange(_RINGS - 1)[:, None] * _SEGMENTS + np.arange(_SEGMENTS - 1)[None, :]).ravel()
        quads = np.stack(
            [corner, corner + _SEGMENTS, corner + 1, corner + 1, corner + _SEGMENTS, corner + _SEGMENTS + 1], axis=-1
        )
        return {
            "attributes": {
                "POSITION": self.accessor((normals * RADIUS_M).astype(np.float32), _FLOAT, "VEC3"),
                "NORMAL": self.accessor(normals.astype(np.float32), _FLOAT, "VEC3"),
                "TEXCOORD_0": self.accessor(uvs.astype(np.float32), _FLOAT, "VEC2"),
            },
            "indices": self.accessor(quads.astype(np.uint32).reshape(-1, 1), _UINT32, "SCALAR"),
        }

    def pack(self, document: Json) -> bytes:
        """Return the GLB."""
        return join_file(json.dumps(document).encode(), bytes(self.binary))
