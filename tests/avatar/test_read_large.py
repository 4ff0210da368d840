"""A large avatar loads whole, and what is measured of it is what is in it."""

from pathlib import Path

import numpy as np
import pytest
from shared import PROJECT

from avatar_live.app.bench.large_avatar import PICTURE_PX, SHAPES, large_avatar
from avatar_live.app.bench.loading import measure_loading
from avatar_live.app.faults import ShowError
from avatar_live.avatar import Rig, read_avatar
from avatar_live.avatar.read import avatar_from_bytes
from avatar_live.signals import Pose


def test_a_large_avatar_loads_whole() -> None:
    data = large_avatar()
    assert 14e6 < len(data) < 16e6
    avatar = avatar_from_bytes(data)
    assert sum(len(primitive.triangles) for primitive in avatar.primitives) == 39_762
    assert [texture.pixels.shape for texture in avatar.textures] == [(PICTURE_PX, PICTURE_PX, 4)] * 4
    assert len(avatar.morph_names) == SHAPES
    moved = np.concatenate([primitive.morphs for primitive in avatar.primitives])
    assert set(moved.tolist()) == set(range(SHAPES))
    assert np.isfinite(Rig(avatar).animate(Pose(), 0.0).palette).all()


def test_loading_is_measured_by_file(tmp_path: Path) -> None:
    path = PROJECT / "assets" / "pico.vrm"
    avatar = read_avatar(path)
    figures = measure_loading([path])
    (row,) = figures["files"]
    assert row["file"] == "pico.vrm"
    assert row["megabytes"] == pytest.approx(path.stat().st_size / 1e6, abs=0.05)
    assert row["triangles"] == sum(len(primitive.triangles) for primitive in avatar.primitives)
    pixels = sum(texture.pixels.shape[0] * texture.pixels.shape[1] for texture in avatar.textures)
    assert row["megapixels"] == pytest.approx(pixels / 1e6, abs=0.05)
    assert figures["loading_cpu_s_max"] == row["cpu_s"] > 0.0
    with pytest.raises(ShowError, match="absent"):
        measure_loading([tmp_path / "absent.vrm"])
