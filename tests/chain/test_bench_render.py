"""The short form of `bench render`: the same measurement, a few frames long and without bars, since machines differ."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from shared import PROJECT

from avatar_live.app.bench.characters import with_large_pictures
from avatar_live.app.bench.render import LOAD, measure_stage, moving, settle
from avatar_live.avatar import read_avatar
from avatar_live.stage import Stage
from avatar_live.stage.degrade import LADDER

MIRAI = PROJECT / "assets" / "mirai.vrm"


def test_the_stages_figures_are_there_and_add_up() -> None:
    with Stage(160, 90) as stage:
        figures = measure_stage(stage, read_avatar(MIRAI), frames=2)
    assert figures["python_ms"] > 0.0
    assert figures["stage_ms"] > 0.0
    assert [step["quality"] for step in figures["degrade"]["steps"]] == [step.note or "full" for step in LADDER]
    assert all(step["frame_ms"] > 0.0 for step in figures["degrade"]["steps"])


@pytest.mark.parametrize(("full_ms", "given_up"), [(5.0, "full"), (10.6, LADDER[1].note), (400.0, LADDER[-1].note)])
def test_the_ladder_settles_where_frames_come_in_time(full_ms: float, given_up: str) -> None:
    assert LOAD == 3.0
    assert settle([full_ms * step.scale for step in LADDER]) == given_up


def test_every_shape_of_a_face_moves_in_the_motion_that_is_measured() -> None:
    avatar = read_avatar(MIRAI)
    motion = moving(avatar)
    names = set(motion[0].expressions)
    assert len(names) >= 50
    for name in names:
        assert np.ptp([moment.expressions[name] for moment in motion]) > 0.5


def test_the_large_character_has_large_pictures_and_is_else_the_same(tmp_path: Path) -> None:
    path = tmp_path / "large.vrm"
    path.write_bytes(with_large_pictures(MIRAI.read_bytes(), 2048, 4))
    large, own = read_avatar(path), read_avatar(MIRAI)
    assert sorted(texture.pixels.shape[0] for texture in large.textures)[-4:] == [2048] * 4
    for one, other in zip(large.primitives, own.primitives, strict=True):
        np.testing.assert_array_equal(one.positions, other.positions)
        np.testing.assert_array_equal(one.morph_positions, other.morph_positions)
    face, shown = (avatar.textures[0].pixels for avatar in (own, large))
    assert np.abs(cv2.resize(shown, face.shape[1::-1], interpolation=cv2.INTER_AREA).astype(int) - face).mean() < 3.0
