"""The short form of `bench fidelity`: one character and every kind of surface, small, beside three-vrm."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import executable
from shared import PROJECT

from avatar_live.app.bench.fidelity import compare_file
from avatar_live.app.bench.likeness import SUPERSAMPLING
from avatar_live.app.bench.peer import BACKGROUND, Peer, Shot
from avatar_live.app.bench.sampler import write_old_sampler, write_sampler
from avatar_live.app.bench.scenes import STEP_S, frame, swaying
from avatar_live.app.faults import ShowError
from avatar_live.avatar import read_avatar
from avatar_live.stage.studio import Studio

SIDE_PX = 240 * SUPERSAMPLING


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    executable()
    if shutil.which("npm") is None or not (PROJECT / "web" / "node_modules" / "@pixiv").is_dir():
        pytest.skip("needs Node.js with npm and the page's packages: run npm ci in web/")
    with Peer(SIDE_PX, SIDE_PX) as opened:
        yield opened


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with Studio(SIDE_PX, SIDE_PX, BACKGROUND) as opened:
        yield opened


@pytest.fixture(scope="module")
def shot() -> Shot:
    return frame(read_avatar(PROJECT / "assets" / "kohaku.vrm"), is_close=False)


def test_a_character_looks_and_swings_as_in_three_vrm(peer: Peer, studio: Studio) -> None:
    row = compare_file(PROJECT / "assets" / "kohaku.vrm", peer, studio)
    assert set(row["pictures"]) == {"rest", "rest-face", "posed", "happy", "speaking"}
    assert row["silhouette_iou"] >= 0.99
    assert row["ssim"] >= 0.95
    assert row["color_difference"] <= 4.0
    assert 0.0 <= row["spring_tip_error"] <= 0.02


def test_every_kind_of_surface_looks_as_in_three_vrm(peer: Peer, studio: Studio, tmp_path: Path) -> None:
    row = compare_file(write_sampler(tmp_path / "surfaces.vrm"), peer, studio)
    assert {"moving", "happy"} <= set(row["pictures"])
    assert row["silhouette_iou"] >= 0.99
    assert row["ssim"] >= 0.98
    assert row["color_difference"] <= 1.5
    assert len(row["peer_mended"]) == 3


def test_every_kind_of_old_surface_looks_as_in_three_vrm(peer: Peer, studio: Studio, tmp_path: Path) -> None:
    row = compare_file(write_old_sampler(tmp_path / "old.vrm"), peer, studio)
    assert "moving" in row["pictures"]
    assert row["silhouette_iou"] >= 0.99
    assert row["ssim"] >= 0.98
    assert row["color_difference"] <= 2.0
    assert len(row["peer_mended"]) == 4


def test_the_peer_is_timed_on_the_same_software_opengl(peer: Peer, shot: Shot) -> None:
    peer.load(PROJECT / "assets" / "kohaku.vrm")
    speed = peer.speed(shot, swaying()[:10], 10)
    assert speed.fps > 0.0 and speed.cpu_ms > 0.0 and speed.frames == 10
    assert "SwiftShader" not in peer.driver


def test_a_motion_ends_in_another_picture_than_it_began(peer: Peer, shot: Shot) -> None:
    peer.load(PROJECT / "assets" / "kohaku.vrm")
    motion = swaying()[: round(1.0 / STEP_S)]
    before, after = peer.picture(shot, motion[0]), peer.picture_after(shot, motion)
    assert before.shape == after.shape == (SIDE_PX, SIDE_PX, 4)
    assert (before != after).any(axis=2).mean() > 0.01


def test_a_file_that_three_vrm_cannot_read_is_one_sentence(peer: Peer, tmp_path: Path) -> None:
    broken = tmp_path / "broken.vrm"
    broken.write_bytes(b"no model")
    with pytest.raises(ShowError, match=r"^three-vrm does not read broken\.vrm: "):
        peer.load(broken)
