"""The surfaces of the sampler in VRM 0.x's words: what Unity's MToon of that time could do."""

from avatar_live.app.bench.surfaces import BALL, BUMPS, CHECKS, FADE, MASK, SHIFT, STRIPES, Json

OPAQUE, CUT_OUT, VEIL, VEIL_WITH_DEPTH = range(4)

_QUEUES = (2000, 2450, 3000, 2501)
_KEYWORDS: tuple[dict[str, bool], ...] = (
    {},
    {"_ALPHATEST_ON": True},
    {"_ALPHABLEND_ON": True},
    {"_ALPHABLEND_ON": True},
)
_NUMBERS = {
    "_Cutoff": 0.5,
    "_BumpScale": 1.0,
    "_ShadeShift": 0.0,
    "_ShadeToony": 0.9,
    "_IndirectLightIntensity": 0.1,
    "_RimLightingMix": 1.0,
    "_RimFresnelPower": 1.0,
    "_RimLift": 0.0,
    "_OutlineWidth": 0.5,
    "_OutlineLightingMix": 1.0,
    "_OutlineWidthMode": 0.0,
    "_OutlineColorMode": 0.0,
    "_UvAnimScrollX": 0.0,
    "_UvAnimScrollY": 0.0,
    "_UvAnimRotation": 0.0,
    "_CullMode": 2.0,
}
_COLORS = {
    "_Color": [0.95, 0.88, 0.8, 1.0],
    "_ShadeColor": [0.62, 0.48, 0.66, 1.0],
    "_EmissionColor": [0.0, 0.0, 0.0, 1.0],
    "_OutlineColor": [0.0, 0.0, 0.0, 1.0],
    "_RimColor": [0.0, 0.0, 0.0, 1.0],
}


def old_surfaces() -> list[Json]:
    """Return the material properties, each named for what it shows."""
    return [
        _surface("lit and shade", _MainTex=CHECKS, _ShadeTexture=STRIPES, main=[0.1, 0.2, 2.0, 2.0]),
        _surface("wide ramp", _ShadeShift=-0.3, _ShadeToony=0.3),
        _surface("late ramp", _ShadeShift=0.4, _ShadeToony=0.95),
        _surface("normal", _BumpMap=BUMPS, _BumpScale=0.7),
        _surface("matcap", _SphereAdd=BALL),
        _surface("rim", _RimColor=[0.5, 0.7, 0.9, 1.0], _RimFresnelPower=3.0, _RimLift=0.1, _RimLightingMix=0.0),
        _surface("masked rim", _RimColor=[0.9, 0.7, 0.3, 1.0], _RimFresnelPower=2.0, _RimTexture=STRIPES),
        _surface(
            "outline",
            _OutlineWidthMode=1.0,
            _OutlineWidth=1.2,
            _OutlineWidthTexture=SHIFT,
            _OutlineColorMode=1.0,
            _OutlineLightingMix=0.6,
            _OutlineColor=[0.7, 0.3, 0.3, 1.0],
        ),
        _surface("outline by the screen", _OutlineWidthMode=2.0, _OutlineWidth=1.0, _OutlineColor=[0.0, 0.3, 0.6, 1.0]),
        _surface("cut out", CUT_OUT, _MainTex=FADE, _Cutoff=0.4, _CullMode=0.0),
        _surface("veil", VEIL, _MainTex=FADE, _ShadeTexture=FADE),
        _surface("veil with depth", VEIL_WITH_DEPTH, _Color=[0.7, 0.8, 1.0, 0.6]),
        _surface("scrolling", _MainTex=CHECKS, _ShadeTexture=CHECKS, _UvAnimScrollX=0.3, _UvAnimScrollY=0.4),
        _surface("turning", _MainTex=CHECKS, _ShadeTexture=CHECKS, _UvAnimRotation=0.2, _UvAnimMaskTexture=MASK),
        _surface("emission", _EmissionColor=[0.2, 0.4, 0.1, 1.0], _EmissionMap=CHECKS),
    ]


def _surface(
    name: str, blend: int = OPAQUE, main: list[float] | None = None, **given: int | float | list[float]
) -> Json:
    numbers, colors, textures = dict(_NUMBERS), dict(_COLORS), {}
    for key, value in given.items():
        match value:
            case list():
                colors[key] = value
            case int():
                textures[key] = value
            case float():
                numbers[key] = value
    return {
        "name": name,
        "shader": "VRM/MToon",
        "renderQueue": _QUEUES[blend],
        "floatProperties": {**numbers, "_BlendMode": blend, "_ZWrite": 0 if blend == VEIL else 1},
        "vectorProperties": {**colors, "_MainTex": main or [0.0, 0.0, 1.0, 1.0]},
        "textureProperties": textures,
        "keywordMap": _KEYWORDS[blend],
        "tagMap": {},
    }
