"""The surfaces that the sampler shows: each thing that MToon 1.0 and glTF's own materials can do."""

from typing import Any

Json = dict[str, Any]

# The pictures, as numbers in the file; three.js reads one picture in one way only, so the fade is there three times.
CHECKS, STRIPES, BUMPS, BALL, FADE, SHIFT, MASK = range(7)


def surfaces() -> list[Json]:
    """Return the materials, each named for what it shows; one "inside" has its ball in the one before."""
    transform = {"offset": [0.2, 0.1], "rotation": 0.5, "scale": [2.0, 2.0]}
    return [
        _surface("lit and shade", shadeMultiplyTexture=_at(STRIPES), base=_at(CHECKS)),
        _surface("shift and toony", shadingShiftFactor=-0.3, shadingToonyFactor=0.2),
        _surface("shift texture", shadingToonyFactor=0.7, shadingShiftTexture={"index": SHIFT, "scale": 0.8}),
        _surface("normal", normal={"index": BUMPS, "scale": 0.8}),
        _surface("normal, both sides", normal={"index": BUMPS, "scale": 0.8}, doubleSided=True),
        _surface("emission", emissiveTexture=_at(CHECKS), emissiveFactor=[0.2, 0.4, 0.1]),
        _surface("matcap", matcapFactor=[0.8, 0.7, 0.6], matcapTexture=_at(BALL), rimLightingMixFactor=0.0),
        _surface("rim", parametricRimColorFactor=[0.3, 0.5, 0.9], parametricRimFresnelPowerFactor=3.0),
        _surface(
            "masked rim",
            parametricRimColorFactor=[0.9, 0.4, 0.2],
            parametricRimLiftFactor=0.2,
            rimMultiplyTexture=_at(STRIPES),
            rimLightingMixFactor=0.3,
        ),
        _surface("unlit", extensions={"KHR_materials_unlit": {}}, base=_at(CHECKS), mtoon=False),
        _surface(
            "outline",
            outlineWidthMode="worldCoordinates",
            outlineWidthFactor=0.012,
            outlineWidthMultiplyTexture=_at(MASK),
            outlineColorFactor=[0.5, 0.1, 0.1],
            outlineLightingMixFactor=0.6,
        ),
        _surface(
            "outline by the screen",
            outlineWidthMode="screenCoordinates",
            outlineWidthFactor=0.006,
            outlineColorFactor=[0.0, 0.1, 0.4],
            outlineLightingMixFactor=0.0,
        ),
        _surface("cut out", alphaMode="MASK", alphaCutoff=0.4, base=_at(FADE), doubleSided=True),
        _surface("veil", alphaMode="BLEND", base=_at(FADE), renderQueueOffsetNumber=-1),
        _surface("inside a veil", alphaMode="BLEND", color=[0.2, 0.3, 0.9, 0.7], renderQueueOffsetNumber=-2),
        _surface(
            "veil with depth",
            alphaMode="BLEND",
            color=[0.5, 0.7, 1.0, 0.6],
            transparentWithZWrite=True,
            renderQueueOffsetNumber=1,
        ),
        _surface("inside a veil with depth", alphaMode="BLEND", color=[0.9, 0.3, 0.2, 0.7], transparentWithZWrite=True),
        _surface("placed", base=_at(CHECKS, transform), shadeMultiplyTexture=_at(STRIPES)),
        _surface("moving", base=_at(CHECKS), uvAnimationScrollXSpeedFactor=0.3, uvAnimationRotationSpeedFactor=0.7),
        _surface(
            "moving in places",
            base=_at(CHECKS),
            uvAnimationMaskTexture=_at(MASK),
            uvAnimationScrollYSpeedFactor=0.5,
            uvAnimationRotationSpeedFactor=-0.4,
        ),
        _surface("plastic", mtoon=False, metallic=[0.0, 0.35]),
        _surface("brushed metal", mtoon=False, metallic=[1.0, 0.6], normal={"index": BUMPS, "scale": 0.3}),
        _surface(
            "outlined veil with depth",
            alphaMode="BLEND",
            color=[0.9, 0.3, 0.2, 0.7],
            transparentWithZWrite=True,
            outlineWidthMode="worldCoordinates",
            outlineWidthFactor=0.012,
            outlineColorFactor=[0.0, 0.1, 0.4],
            outlineLightingMixFactor=0.0,
        ),
    ]


def happy(places: dict[str, int]) -> Json:
    """Return an expression that changes every colour of some surface, and where pictures lie."""
    colors = [
        ("lit and shade", "color", [0.4, 0.9, 0.4, 1.0]),
        ("lit and shade", "shadeColor", [0.1, 0.1, 0.6, 1.0]),
        ("normal", "emissionColor", [0.3, 0.0, 0.1, 1.0]),
        ("matcap", "matcapColor", [0.1, 0.2, 0.3, 1.0]),
        ("unlit", "color", [1.0, 0.5, 0.5, 1.0]),
        ("rim", "rimColor", [0.9, 0.1, 0.1, 1.0]),
        ("outline", "outlineColor", [0.0, 0.6, 0.2, 1.0]),
        ("veil with depth", "color", [0.5, 0.7, 1.0, 0.9]),
    ]
    # Not "placed": three.js fixes where a turned picture lies when it reads the file.
    placed = [("emission", [2.0, 1.0], [0.1, 0.0]), ("lit and shade", [2.0, 2.0], [0.0, 0.3])]
    return {
        "materialColorBinds": [
            {"material": places[name], "type": part, "targetValue": target} for name, part, target in colors
        ],
        "textureTransformBinds": [
            {"material": places[name], "scale": scale, "offset": offset} for name, scale, offset in placed
        ],
    }


def _surface(
    name: str,
    *,
    mtoon: bool = True,
    base: Json | None = None,
    color: list[float] | None = None,
    normal: Json | None = None,
    metallic: list[float] | None = None,
    **given: Any,
) -> Json:
    """Return a material: what glTF itself knows goes there, the rest into the extension."""
    pbr: Json = {"baseColorFactor": color or [0.9, 0.75, 0.6, 1.0]}
    if base is not None:
        pbr["baseColorTexture"] = base
    if metallic is not None:
        pbr["metallicFactor"], pbr["roughnessFactor"] = metallic
    material: Json = {"name": name, "pbrMetallicRoughness": pbr, "extensions": {}}
    if normal is not None:
        material["normalTexture"] = normal
    for key in ("alphaMode", "alphaCutoff", "doubleSided", "emissiveFactor", "emissiveTexture", "extensions"):
        if key in given:
            material[key] = given.pop(key)
    if mtoon:
        shade = {"specVersion": "1.0", "shadeColorFactor": [0.35, 0.2, 0.4]}
        material["extensions"]["VRMC_materials_mtoon"] = {**shade, **given}
    return material


def _at(picture: int, transform: Json | None = None) -> Json:
    extensions = {"extensions": {"KHR_texture_transform": transform}} if transform else {}
    return {"index": picture, **extensions}
