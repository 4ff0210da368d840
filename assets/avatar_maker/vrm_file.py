"""Say in VRM 1.0's words what a character is: licence, bones, expressions, gaze, springs and toon materials.

https://github.com/vrm-c/vrm-specification/tree/master/specification
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .expressions import CLOSES_EYES, MOUTH_SHAPES, PRESETS
from .gltf_file import GltfFile, Json
from .licence import licence
from .picture import rgb
from .skeleton import Skeleton


@dataclass(frozen=True)
class Material:
    """Describe a toon surface; `shade` multiplies the picture where light does not reach."""

    name: str
    picture: str
    shade: str
    outline: str | None = None
    outline_width_m: float = 0.0011
    shift: float = -0.05  # where light turns to shade
    toony: float = 0.92
    rim: float = 0.0


def linear(colour: str) -> list[float]:
    """Return an sRGB colour in linear light (IEC 61966-2-1)."""
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(colour)]


def add_material(file: GltfFile, m: Material) -> int:
    """Append a material and return its index."""
    texture = {"index": file.picture_index[m.picture]}
    mtoon: Json = {
        "specVersion": "1.0",
        "transparentWithZWrite": False,
        "renderQueueOffsetNumber": 0,
        "shadeColorFactor": linear(m.shade),
        "shadeMultiplyTexture": texture,
        "shadingShiftFactor": m.shift,
        "shadingToonyFactor": m.toony,
        "giEqualizationFactor": 0.9,
        "matcapFactor": [0.0, 0.0, 0.0],
        "parametricRimColorFactor": [m.rim] * 3,
        "rimLightingMixFactor": 1.0,
        "parametricRimFresnelPowerFactor": 4.0,
        "parametricRimLiftFactor": 0.0,
        "outlineWidthMode": "none",
    }
    if m.outline is not None:
        mtoon.update(
            outlineWidthMode="worldCoordinates",
            outlineWidthFactor=m.outline_width_m,
            outlineColorFactor=linear(m.outline),
            outlineLightingMixFactor=0.0,
        )
    file.materials.append(
        {
            "name": m.name,
            "doubleSided": False,
            "alphaMode": "OPAQUE",
            "pbrMetallicRoughness": {"baseColorTexture": texture, "metallicFactor": 0.0, "roughnessFactor": 0.9},
            "extensions": {"VRMC_materials_mtoon": mtoon},
        }
    )
    return len(file.materials) - 1


def pack_vrm(file: GltfFile, name: str, face_node: int, shapes: list[str], thumbnail: bytes) -> bytes:
    """Return the finished file; `shapes` are the morph targets of `face_node`, `thumbnail` a square PNG."""
    file.images.append({"name": "thumbnail", "mimeType": "image/png", "bufferView": file.view(thumbnail)})
    bones = file.skeleton
    eye_height = float(bones.head_centre[1] - 0.026 - bones.at("head")[1])
    vrm = {
        "specVersion": "1.0",
        "meta": {**licence(name), "thumbnailImage": len(file.images) - 1},
        "humanoid": {"humanBones": {bone: {"node": index} for bone, index in bones.humanoid.items()}},
        "lookAt": {
            "type": "bone",
            "offsetFromHeadBone": [0.0, round(eye_height, 6), 0.075],
            "rangeMapHorizontalInner": {"inputMaxValue": 40.0, "outputScale": 8.0},
            "rangeMapHorizontalOuter": {"inputMaxValue": 40.0, "outputScale": 7.5},
            "rangeMapVerticalDown": {"inputMaxValue": 40.0, "outputScale": 5.5},
            "rangeMapVerticalUp": {"inputMaxValue": 40.0, "outputScale": 5.0},
        },
        "firstPerson": {"meshAnnotations": [{"node": node, "type": "auto"} for node in file.mesh_nodes()]},
        "expressions": _expressions(face_node, shapes),
    }
    return file.pack({"VRMC_vrm": vrm, "VRMC_springBone": _spring_bones(bones)})


def _expressions(node: int, shapes: list[str]) -> Json:
    """Return VRM's presets and one custom expression for each morph target."""

    def entry(weights: Mapping[str, float]) -> Json:
        binds = [{"node": node, "index": shapes.index(shape), "weight": w} for shape, w in weights.items() if w]
        body: Json = {"isBinary": False, "overrideBlink": "none", "overrideLookAt": "none", "overrideMouth": "none"}
        return {**body, "morphTargetBinds": binds} if binds else body

    preset = {name: entry(weights) for name, weights in PRESETS.items()}
    for name in CLOSES_EYES:
        preset[name].update(overrideBlink="block", overrideLookAt="block")
    for name in MOUTH_SHAPES:
        preset[name]["overrideMouth"] = "blend"
    return {"preset": preset, "custom": {shape: entry({shape: 1.0}) for shape in shapes}}


def _spring_bones(bones: Skeleton) -> Json:
    """Return the swinging chains and the spheres that keep them out of head, neck and chest."""
    middle = bones.head_centre - bones.at("head")
    head, girth = bones.head_scale, bones.girth
    spheres = {  # group: (bone, place in it, radius)
        "head": [
            ("head", middle + np.array((0, 0.01, -0.010)), 0.102 * head),
            ("head", middle + np.array((0, -0.045, 0.020)), 0.085 * head),
        ],
        "neck": [("neck", np.array([0, 0.02, 0]), 0.036)],
        "chest": [
            ("upperChest", np.array([0, -0.02, 0.004]), 0.092 * girth),
            ("upperChest", np.array([0.05, 0.05, -0.004]), 0.055),
            ("upperChest", np.array([-0.05, 0.05, -0.004]), 0.055),
        ],
    }
    colliders: list[Json] = []
    groups: list[Json] = []
    for name, balls in spheres.items():
        groups.append({"name": name, "colliders": list(range(len(colliders), len(colliders) + len(balls)))})
        for bone, place, radius in balls:
            sphere = {"offset": [round(float(v), 6) for v in place], "radius": round(radius, 6)}
            colliders.append({"node": bones.index[bone], "shape": {"sphere": sphere}})
    group_of = {name: index for index, name in enumerate(spheres)}
    springs = [
        {
            "name": chain.name,
            "joints": [
                {
                    "node": bones.index[joint],
                    "hitRadius": chain.radius,
                    "stiffness": chain.stiffness,
                    "gravityPower": chain.gravity,
                    "gravityDir": [0.0, -1.0, 0.0],
                    "dragForce": chain.drag,
                }
                for joint in chain.joints
            ],
            "colliderGroups": [group_of[name] for name in chain.colliders],
        }
        for chain in bones.springs
    ]
    return {"specVersion": "1.0", "colliders": colliders, "colliderGroups": groups, "springs": springs}
