"""Whatever a spec asks for within its bounds comes out as a whole, living character."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from khronos import complaints
from triangles import largest_areas

from avatar_live.avatar import Avatar
from avatar_live.avatar.read import avatar_from_bytes
from avatar_live.signals import ARKIT_SHAPES, HUMANOID_BONES

pytest.importorskip("skia", reason="the maker needs the extra `assets`")
from avatar_maker.build import build
from avatar_maker.characters import CHARACTERS
from avatar_maker.detail import Detail
from avatar_maker.face_shape import HeadShape
from avatar_maker.spec import CharacterSpec, EyeShape, FaceShape, Proportions, bounds
from avatar_maker.variants import HEAVY, LIGHT, variant

PNG = b"\x89PNG\r\n\x1a\n"
RANGED = {"proportions": Proportions, "face": FaceShape, "eyes": EyeShape}


def made(spec: CharacterSpec) -> Avatar:
    return avatar_from_bytes(build(replace(spec, detail=LIGHT), PNG))


def at_the_end(which: int) -> dict[str, Any]:
    """Return proportions, face and eyes with every number at its least (0) or its most (1)."""
    return {part: kind(**{field.name: bounds(field)[which] for field in fields(kind)}) for part, kind in RANGED.items()}


@st.composite
def specs(draw: st.DrawFn) -> CharacterSpec:
    def drawn(kind: Any) -> Any:
        return kind(**{field.name: draw(st.floats(*bounds(field))) for field in fields(kind)})

    return CharacterSpec(
        name="Anyone",
        head=draw(st.sampled_from(["human", "fox", "robot"])),
        hair_style=draw(st.sampled_from(["bob", "spiky", "swept", "mane", "none"])),
        upper=draw(st.sampled_from(["hoodie", "jacket", "shell"])),
        lower=draw(st.sampled_from(["shorts", "trousers", "shell"])),
        ears=draw(st.sampled_from(["human", "animal", "none"])),
        scarf=draw(st.booleans()),
        tail=draw(st.booleans()),
        **{part: drawn(kind) for part, kind in RANGED.items()},
    )


def assert_whole(avatar: Avatar) -> None:
    assert set(HUMANOID_BONES) - set(avatar.humanoid) == {"jaw"}
    still = set(ARKIT_SHAPES)
    for piece in avatar.primitives:
        name = avatar.materials[piece.material].name
        assert np.isfinite(piece.positions).all() and np.isfinite(piece.normals).all(), name
        np.testing.assert_allclose(np.linalg.norm(piece.normals, axis=1), 1.0, atol=1e-4)
        np.testing.assert_allclose(piece.weights.sum(axis=1), 1.0, atol=1e-5)
        assert (largest_areas(piece) > 0.0).all(), name
        assert np.abs(piece.morph_positions).max(initial=0.0) < 0.06, name
        for place, delta in zip(piece.morphs, piece.morph_positions, strict=True):
            if np.abs(delta).max(initial=0.0) > 0.001:
                still.discard(avatar.morph_names[place])
    assert still == set()


@pytest.mark.parametrize("head", ["human", "fox", "robot"])
@pytest.mark.parametrize("which", [0, 1])
def test_every_number_may_be_at_its_bound(head: Any, which: int) -> None:
    assert_whole(made(CharacterSpec(name="Anyone", head=head, tail=True, scarf=True, **at_the_end(which))))


@given(specs())
@settings(max_examples=5, deadline=None, derandomize=True)
def test_any_spec_makes_a_whole_character(spec: CharacterSpec) -> None:
    assert_whole(made(spec))


def test_a_number_out_of_bounds_is_named_with_its_bounds() -> None:
    with pytest.raises(ValueError, match=r"Anyone: face\.jaw is 2\.0; choose 0\.85 to 1\.15"):
        CharacterSpec(name="Anyone", face=FaceShape(jaw=2.0))


def test_a_face_is_as_wide_and_as_long_as_its_spec_says() -> None:
    def face_m(**numbers: float) -> tuple[float, float]:
        """Return half the width at the cheekbones and how far the chin lies under the eyes."""
        head = HeadShape(CharacterSpec(name="Anyone", face=FaceShape(**numbers)))
        beside = np.column_stack([np.linspace(0.05, 0.16, 1000), np.full(1000, -0.02), np.zeros(1000)])
        return float(beside[np.abs(head.soft_skull(beside)).argmin(), 0]), float(head.eye[1] - head.chin_y)

    assert face_m(width=1.12)[0] / face_m(width=0.9)[0] > 1.15
    assert face_m(chin=1.2)[1] / face_m(chin=0.9)[1] > 1.15


def test_a_variant_is_built_once_and_has_the_triangles_of_its_detail(tmp_path: Path) -> None:
    light = variant("hayate", LIGHT, tmp_path)
    built_ns = light.stat().st_mtime_ns
    assert variant("hayate", LIGHT, tmp_path) == light and light.stat().st_mtime_ns == built_ns
    avatar = avatar_from_bytes(light.read_bytes())
    assert sum(len(piece.triangles) for piece in avatar.primitives) < 4_500
    assert complaints(light) == []


def test_more_detail_is_finer_in_every_way() -> None:
    shipped, heavy, light = Detail(1.0), Detail(HEAVY), Detail(LIGHT)
    assert (shipped.faces(1000), shipped.count(20), shipped.cell(0.01), shipped.pixels(1024)) == (1000, 20, 0.01, 1024)
    assert heavy.faces(1000) == 1350 and heavy.count(20) == 23 and heavy.cell(0.01) < 0.01
    assert heavy.pixels(1024) == heavy.pixels(2048) == 2048
    assert light.faces(1000) == 50 and light.count(20) == 4 and light.pixels(1024) == 256


def test_characters_differ_in_their_heads() -> None:
    shapes = [(spec.head, spec.face, spec.eyes) for spec in CHARACTERS.values()]
    assert all(first != second for k, first in enumerate(shapes) for second in shapes[:k])
