"""Write VRM files of a few hundred bytes to a few kilobytes, so that tests say what is in a file."""

import io
import json
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Json = dict[str, Any]

NODES = (
    # name, parent, translation
    ("Root", None, (0.0, 0.0, 0.0)),
    ("Hips", "Root", (0.0, 1.0, 0.0)),
    ("Spine", "Hips", (0.0, 0.1, 0.0)),
    ("Neck", "Spine", (0.0, 0.4, 0.0)),
    ("Head", "Neck", (0.0, 0.1, 0.0)),
    ("EyeL", "Head", (0.03, 0.06, 0.08)),
    ("EyeR", "Head", (-0.03, 0.06, 0.08)),
    ("ArmL", "Spine", (0.2, 0.35, 0.0)),
    ("ArmR", "Spine", (-0.2, 0.35, 0.0)),
    ("Hair1", "Head", (0.0, 0.1, -0.1)),
    ("Hair2", "Hair1", (0.0, -0.1, 0.0)),
    ("Hair3", "Hair2", (0.0, -0.1, 0.0)),
    ("HairTip", "Hair3", (0.0, -0.1, 0.0)),
    ("Mesh", "Root", (0.0, 0.0, 0.0)),
)
BONES = {
    "hips": "Hips",
    "spine": "Spine",
    "neck": "Neck",
    "head": "Head",
    "leftEye": "EyeL",
    "rightEye": "EyeR",
    "leftUpperArm": "ArmL",
    "rightUpperArm": "ArmR",
}
PLACE = {name: number for number, (name, _, _) in enumerate(NODES)}
MORPHS = ("jawDrop", "lidL", "lidR", "nothing")
COMPONENT_TYPES = {"float32": 5126, "uint8": 5121, "uint16": 5123, "uint32": 5125, "int16": 5122}
TYPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}


class Writer:
    """Gather the document and the binary block of one file."""

    def __init__(self) -> None:
        self.binary = bytearray()
        self.document: Json = {
            "asset": {"version": "2.0"},
            "accessors": [],
            "bufferViews": [],
            "extensionsUsed": ["VRMC_vrm", "VRMC_springBone", "VRMC_materials_mtoon"],
        }

    def view(self, data: bytes, **more: object) -> int:
        self.binary += bytes(-len(self.binary) % 4)
        views = self.document["bufferViews"]
        views.append({"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data), **more})
        self.binary += data
        return len(views) - 1

    def accessor(self, values: NDArray[Any], **more: object) -> int:
        values = values.reshape(len(values), -1)
        accessors = self.document["accessors"]
        accessors.append(
            {
                "bufferView": self.view(values.tobytes()),
                "componentType": COMPONENT_TYPES[values.dtype.name],
                "count": len(values),
                "type": TYPES[values.shape[1]],
                **more,
            }
        )
        return len(accessors) - 1

    def sparse(self, count: int, rows: list[int], values: NDArray[Any]) -> int:
        accessors = self.document["accessors"]
        accessors.append(
            {
                "componentType": 5126,
                "count": count,
                "type": "VEC3",
                "sparse": {
                    "count": len(rows),
                    "indices": {"bufferView": self.view(np.array(rows, np.uint8).tobytes()), "componentType": 5121},
                    "values": {"bufferView": self.view(values.astype(np.float32).tobytes())},
                },
            }
        )
        return len(accessors) - 1

    def pack(self) -> bytes:
        """Return the GLB file."""
        return pack(self.document, bytes(self.binary))


def pack(document: Json, binary: bytes) -> bytes:
    """Return a GLB file of a document and its binary block."""
    document["buffers"] = [{"byteLength": len(binary)}]
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    binary += bytes(-len(binary) % 4)
    body = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body


def small_vrm() -> Writer:
    """Return a VRM 1.0 file with eight bones, one hair chain, a skinned mesh of four morph targets and a texture."""
    file = Writer()
    document = file.document
    document["nodes"] = [
        {
            "name": name,
            "translation": list(translation),
            "children": [PLACE[child] for child, parent, _ in NODES if parent == name],
        }
        for name, _, translation in NODES
    ]
    document["scenes"] = [{"nodes": [0]}]
    document["scene"] = 0
    joints = [PLACE[name] for name in ("Hips", "Head", "Hair2")]
    heights = {PLACE["Hips"]: (0.0, -1.0, 0.0), PLACE["Head"]: (0.0, -1.6, 0.0), PLACE["Hair2"]: (0.0, -1.6, 0.1)}
    binds = np.tile(np.eye(4, dtype=np.float32), (3, 1, 1))
    for bind, joint in zip(binds, joints, strict=True):
        bind[3, :3] = heights[joint]  # rows are glTF's columns
    document["skins"] = [{"joints": joints, "inverseBindMatrices": file.accessor(binds)}]
    positions = np.array(
        [[-0.2, 1.0, 0.1], [0.2, 1.0, 0.1], [0.0, 1.7, 0.1], [0.0, 1.6, 0.12], [0.05, 1.65, 0.1], [0.0, 1.4, -0.1]],
        np.float32,
    )
    weights = np.array(
        [[1, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0.2, 0.6, 0, 0], [0, 2, 0, 0], [0, 0, 1, 0]], np.float32
    )
    primitive = {
        "attributes": {
            "POSITION": file.accessor(positions),
            "NORMAL": file.accessor(np.tile(np.array([0, 0, 1], np.float32), (6, 1))),
            "TEXCOORD_0": file.accessor(np.array([[0, 0], [65535, 0], [32768, 65535]] * 2, np.uint16), normalized=True),
            "JOINTS_0": file.accessor(np.tile(np.array([0, 1, 2, 0], np.uint8), (6, 1))),
            "WEIGHTS_0": file.accessor(weights),
        },
        "indices": file.accessor(np.array([0, 1, 2, 2, 3, 4, 3, 4, 5], np.uint16)),
        "material": 0,
        "targets": [
            {"POSITION": file.sparse(6, [3], np.array([[0, -0.05, 0]]))},
            {"POSITION": file.sparse(6, [4], np.array([[0, -0.02, 0]]))},
            {"POSITION": file.sparse(6, [2], np.array([[0, -0.02, 0]]))},
            {"POSITION": file.sparse(6, [], np.zeros((0, 3)))},
        ],
    }
    document["meshes"] = [{"name": "Body", "primitives": [primitive], "extras": {"targetNames": list(MORPHS)}}]
    document["nodes"][PLACE["Mesh"]] |= {"mesh": 0, "skin": 0}
    picture = io.BytesIO()
    Image.fromarray(np.arange(48, dtype=np.uint8).reshape(4, 4, 3)).save(picture, "PNG")
    document["images"] = [{"bufferView": file.view(picture.getvalue()), "mimeType": "image/png"}]
    document["samplers"] = [{"wrapS": 33071, "magFilter": 9728}]
    document["textures"] = [{"source": 0, "sampler": 0}]
    document["materials"] = [
        {
            "name": "Skin",
            "pbrMetallicRoughness": {"baseColorTexture": {"index": 0}},
            "extensions": {"VRMC_materials_mtoon": {"specVersion": "1.0", "shadeColorFactor": [0.5, 0.25, 0.25]}},
        }
    ]
    document["extensions"] = {
        "VRMC_vrm": {
            "specVersion": "1.0",
            "meta": {"name": "Small", "authors": ["Someone"], "licenseUrl": "https://vrm.dev/licenses/1.0/"},
            "humanoid": {"humanBones": {bone: {"node": PLACE[name]} for bone, name in BONES.items()}},
            "lookAt": {"type": "bone", "rangeMapHorizontalInner": {"inputMaxValue": 90, "outputScale": 45}},
            "expressions": {
                "preset": {
                    "aa": _expression(0),
                    "blinkLeft": _expression(1),
                    "blinkRight": _expression(2),
                    "happy": {**_expression(0, 0.5), "overrideBlink": "block", "overrideMouth": "blend"},
                    "surprised": {**_expression(0), "isBinary": True},
                }
            },
        },
        "VRMC_springBone": {
            "specVersion": "1.0",
            "colliders": [{"node": PLACE["Head"], "shape": {"sphere": {"offset": [0, 0, 0], "radius": 0.09}}}],
            "colliderGroups": [{"colliders": [0]}],
            "springs": [
                {
                    "joints": [
                        {"node": PLACE[name], "stiffness": 0.6, "dragForce": 0.3, "gravityPower": 0.1}
                        for name in ("Hair1", "Hair2", "Hair3", "HairTip")
                    ],
                    "colliderGroups": [0],
                }
            ],
        },
    }
    return file


def small_vrm0() -> Writer:
    """Return the same body as VRM 0.x: it looks along -Z, and what 1.0 says stands in the VRM extension."""
    file = small_vrm()
    document = file.document
    for node in document["nodes"]:
        x, y, z = node["translation"]
        node["translation"] = [-x, y, -z]
    start = document["bufferViews"][1]["byteOffset"]
    positions = np.frombuffer(bytes(file.binary[start : start + 72]), np.float32).reshape(6, 3)
    file.binary[start : start + 72] = (positions * np.array([-1, 1, -1], np.float32)).tobytes()
    document["extensions"] = {
        "VRM": {
            "meta": {"title": "Small", "author": "Someone", "licenseName": "CC0", "allowedUserName": "Everyone"},
            "humanoid": {"humanBones": [{"bone": bone, "node": PLACE[name]} for bone, name in BONES.items()]},
            "firstPerson": {"firstPersonBoneOffset": {"x": 0.01, "y": 0.06, "z": 0.08}, "lookAtTypeName": "Bone"},
            "blendShapeMaster": {
                "blendShapeGroups": [
                    {"presetName": "a", "name": "A", "binds": [{"mesh": 0, "index": 0, "weight": 100}]},
                    {"presetName": "joy", "name": "Joy", "binds": [{"mesh": 0, "index": 0, "weight": 50}]},
                    {"presetName": "unknown", "name": "Surprised", "binds": []},
                    {"presetName": "blink_l", "name": "Blink_L", "binds": [{"mesh": 0, "index": 1, "weight": 100}]},
                ]
            },
            "secondaryAnimation": {
                "boneGroups": [
                    {
                        "bones": [PLACE["Hair1"]],
                        "colliderGroups": [0],
                        "stiffiness": 0.6,
                        "center": -1,
                        "hitRadius": 0.01,
                    }
                ],
                "colliderGroups": [
                    {
                        "node": PLACE["Head"],
                        "colliders": [{"offset": {"x": 0.01, "y": 0.02, "z": 0.03}, "radius": 0.09}],
                    }
                ],
            },
            "materialProperties": [
                {
                    "name": "Skin",
                    "shader": "VRM/MToon",
                    "renderQueue": 2000,
                    "floatProperties": {
                        "_ShadeShift": -0.2,
                        "_ShadeToony": 0.5,
                        "_OutlineWidthMode": 1,
                        "_OutlineWidth": 0.25,
                        "_CullMode": 0,
                        "_BlendMode": 1,
                        "_Cutoff": 0.4,
                    },
                    "vectorProperties": {"_Color": [0.5, 0.5, 0.5, 0.8], "_MainTex": [0.1, 0.2, 0.5, 0.5]},
                    "textureProperties": {"_MainTex": 0},
                }
            ],
        }
    }
    return file


def _expression(index: int, weight: float = 1.0) -> Json:
    return {"morphTargetBinds": [{"node": PLACE["Mesh"], "index": index, "weight": weight}]}
