"""An avatar as large as those that streamers buy: 40,000 triangles, 57 shapes, four pictures of 2,048 px, 15 MB."""

import io
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from avatar_live.avatar.glb import join_file

SIDE: Final = 142  # vertices; 141 x 141 squares
SHAPES: Final = 57
PICTURES: Final = 4
PICTURE_PX: Final = 2_048
_GRAIN_PX: Final = 480  # so much of each picture is grainy that the file comes to 15 MB

_BONES: Final = ("hips", "spine", "head")
_COMPONENTS: Final = {"float32": 5126, "uint8": 5121, "uint16": 5123, "uint32": 5125}
_TYPES: Final = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}


class _File:
    """Gather the numbers of one GLB file and their description."""

    def __init__(self) -> None:
        self.binary = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []

    def view(self, data: bytes) -> int:
        self.binary += bytes(-len(self.binary) % 4)
        self.views.append({"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data)})
        self.binary += data
        return len(self.views) - 1

    def accessor(self, values: NDArray[Any]) -> int:
        values = values.reshape(len(values), -1)
        view, component = self.view(values.tobytes()), _COMPONENTS[values.dtype.name]
        kind = _TYPES[values.shape[1]]
        self.accessors.append({"bufferView": view, "componentType": component, "count": len(values), "type": kind})
        return len(self.accessors) - 1

    def sparse(self, count: int, rows: NDArray[np.intp], values: NDArray[np.float32]) -> int:
        parts = {
            "count": len(rows),
            "indices": {"bufferView": self.view(rows.astype(np.uint16).tobytes()), "componentType": 5123},
            "values": {"bufferView": self.view(values.tobytes())},
        }
        self.accessors.append({"componentType": 5126, "count": count, "type": "VEC3", "sparse": parts})
        return len(self.accessors) - 1

    def pack(self, document: dict[str, Any]) -> bytes:
        document |= {"buffers": [{"byteLength": len(self.binary)}]}
        text = msgspec.json.encode(document | {"bufferViews": self.views, "accessors": self.accessors})
        return join_file(text, bytes(self.binary))


def large_avatar() -> bytes:
    """Return the file, the same bytes every time: a VRM 1.0 of three bones with one skin in four pieces."""
    file = _File()
    grid = np.linspace(-1.0, 1.0, SIDE, dtype=np.float32)
    x, y = (axis.reshape(-1) for axis in np.meshgrid(grid, grid))
    round_about = np.stack([np.sin(3.0 * x), np.zeros_like(x), np.cos(3.0 * x)], axis=1)
    positions = (0.3 * round_about + np.stack([0.0 * y, 1.0 + 0.8 * y, 0.0 * y], axis=1)).astype(np.float32)
    share = (y + 1.0) / 2.0
    corners = np.arange(SIDE * SIDE, dtype=np.uint32).reshape(SIDE, SIDE)
    a, b, c, d = corners[:-1, :-1], corners[:-1, 1:], corners[1:, :-1], corners[1:, 1:]
    triangles = np.stack([a, b, c, b, d, c], axis=-1).reshape(-1, 3)
    zero = np.zeros_like(x)
    attributes = {
        "POSITION": file.accessor(positions),
        "NORMAL": file.accessor(round_about),
        "TEXCOORD_0": file.accessor(np.stack([x, y], axis=1)),
        "JOINTS_0": file.accessor(np.tile(np.array([0, 2, 1, 0], np.uint8), (len(x), 1))),
        "WEIGHTS_0": file.accessor(np.stack([1.0 - share, share, zero, zero], axis=1)),
    }
    targets = [_target(file, positions, 0.2 + 1.6 * number / SHAPES) for number in range(SHAPES)]
    pieces = [file.accessor(piece.reshape(-1)) for piece in np.array_split(triangles, PICTURES)]
    rng = np.random.default_rng(1)
    pictures = [file.view(_painting(rng)) for _ in range(PICTURES)]
    return file.pack(
        {
            "asset": {"version": "2.0"},
            "nodes": [
                {"name": "hips", "translation": [0, 1, 0], "children": [1]},
                {"name": "spine", "translation": [0, 0.1, 0], "children": [2]},
                {"name": "head", "translation": [0, 0.4, 0]},
                {"name": "skin", "mesh": 0, "skin": 0},
            ],
            "scenes": [{"nodes": [0, 3]}],
            "skins": [{"joints": [0, 1, 2]}],
            "meshes": [
                {
                    "primitives": [
                        {"attributes": attributes, "indices": piece, "material": number, "targets": targets}
                        for number, piece in enumerate(pieces)
                    ]
                }
            ],
            "images": [{"bufferView": picture, "mimeType": "image/png"} for picture in pictures],
            "textures": [{"source": number} for number in range(PICTURES)],
            "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": n}}} for n in range(PICTURES)],
            "extensions": {
                "VRMC_vrm": {
                    "specVersion": "1.0",
                    "meta": {"name": "Large", "authors": ["nobody"], "licenseUrl": "https://vrm.dev/licenses/1.0/"},
                    "humanoid": {"humanBones": {bone: {"node": number} for number, bone in enumerate(_BONES)}},
                }
            },
        }
    )


def _target(file: _File, positions: NDArray[np.float32], height_m: float) -> dict[str, int]:
    """Return a shape that moves a band of the skin, written sparsely as exporters do."""
    rows = np.flatnonzero(np.abs(positions[:, 1] - height_m) < 0.05)
    shift = np.tile(np.array([0.0, 0.0, 0.02], np.float32), (len(rows), 1))
    return {name: file.sparse(len(positions), rows, shift) for name in ("POSITION", "NORMAL")}


def _painting(rng: np.random.Generator) -> bytes:
    """Return a picture of soft colours, a part of it grainy, as PNG."""
    coarse = Image.fromarray(rng.integers(0, 255, (8, 8, 3), np.uint8))
    picture = np.asarray(coarse.resize((PICTURE_PX, PICTURE_PX), Image.Resampling.BICUBIC)).astype(np.int16)
    picture[:_GRAIN_PX, :_GRAIN_PX] += rng.integers(-12, 12, (_GRAIN_PX, _GRAIN_PX, 3), np.int16)
    stream = io.BytesIO()
    Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).convert("RGBA").save(stream, "PNG", compress_level=1)
    return stream.getvalue()
