"""Pictures that were looked at and found good, kept in `golden/` and compared with what is drawn today.

When one fails, `tests/output/golden/` holds what was drawn, and what was kept, drawn and their difference beside each
other. When the new one is better, look at it and renew them all:

    AVATAR_LIVE_RENEW=1 .venv/bin/python -m pytest tests/stage/test_golden_pictures.py

Software OpenGL draws edges a little differently from version to version, so single pixels may differ and a mean may
not.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from shared import PROJECT, shared_data

from avatar_live.app.bench.peer import Moment
from avatar_live.app.bench.sampler import write_old_sampler, write_sampler
from avatar_live.app.bench.scenes import Scene, frame, pose_of, scenes
from avatar_live.avatar import Rig, read_avatar
from avatar_live.stage.studio import Studio

Picture = NDArray[np.uint8]

WIDTH_PX, HEIGHT_PX = 320, 240
BACKGROUND = (118, 124, 150)
GOLDEN = Path(__file__).parent / "golden"
OUTPUT = PROJECT / "tests" / "output" / "golden"
MEAN_MAX = 1.0  # of 255
STRAY, STRAY_SHARE_MAX = 32, 0.01  # so many pixels may be further off than this

CHARACTERS = [
    *((name, scene) for name in ("hayate", "kohaku", "mirai", "pico", "yuki") for scene in ("rest", "happy")),
    ("mirai", "posed"),
    ("kohaku", "speaking"),
]
SHARED = (
    ("vrm0", "Godette_vrm_v4"),
    ("vrm1", "mtoon_default"),
    ("vrm1", "mtoon_rimLightingMix_1"),
    ("vrm1", "mtoon_shadingToony_1"),
    ("vrm1", "VRMC_materials_mtoon_UV_Animation_Test"),
)


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with Studio(WIDTH_PX, HEIGHT_PX, BACKGROUND) as opened:
        yield opened


@pytest.mark.parametrize(("name", "scene"), CHARACTERS)
def test_our_characters_look_as_they_were_approved(studio: Studio, name: str, scene: str) -> None:
    check(f"{name}-{scene}", draw(studio, PROJECT / "assets" / f"{name}.vrm", scene))


@pytest.mark.parametrize(("folder", "name"), SHARED)
def test_the_shared_files_look_as_they_were_approved(studio: Studio, folder: str, name: str) -> None:
    check(name, draw(studio, shared_data("avatars", folder, f"{name}.vrm"), "rest"))


def test_every_kind_of_surface_looks_as_it_was_approved(studio: Studio, tmp_path: Path) -> None:
    check("surfaces", draw(studio, write_sampler(tmp_path / "surfaces.vrm"), "moving"))
    check("old-surfaces", draw(studio, write_old_sampler(tmp_path / "old.vrm"), "moving"))


def draw(studio: Studio, path: Path, name: str) -> Picture:
    """Return an avatar in one of the scenes of `bench fidelity`."""
    avatar = read_avatar(path)
    scene = {one.name: one for one in scenes(avatar)}.get(name, Scene(name, False, Moment()))
    shot = frame(avatar, scene.is_close)
    studio.set_avatar(avatar)
    posture = Rig(avatar).animate(pose_of(scene.moment), 0.0)
    return studio.picture(posture, shot.pose, shot.fov_vertical_rad, scene.material_s)


def check(name: str, drawn: Picture) -> None:
    """Compare a picture with the kept one, or keep it where pictures are renewed."""
    kept_path = GOLDEN / f"{name}.png"
    drawn_bgr = cv2.cvtColor(drawn, cv2.COLOR_RGBA2BGR)
    if os.environ.get("AVATAR_LIVE_RENEW"):
        cv2.imwrite(str(kept_path), drawn_bgr, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    kept = cv2.imread(str(kept_path))
    assert kept is not None, f"{kept_path.name} is missing: renew the golden pictures (see {Path(__file__).name})"
    difference = np.abs(kept.astype(np.int16) - drawn_bgr.astype(np.int16))
    for leftover in (OUTPUT / f"{name}.png", OUTPUT / f"{name}-difference.png"):
        leftover.unlink(missing_ok=True)
    mean, stray = float(difference.mean()), float((difference.max(axis=2) > STRAY).mean())
    if mean > MEAN_MAX or stray > STRAY_SHARE_MAX:
        OUTPUT.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(OUTPUT / f"{name}.png"), drawn_bgr)
        triple = np.hstack([kept, drawn_bgr, np.clip(4 * difference, 0, 255).astype(np.uint8)])
        cv2.imwrite(str(OUTPUT / f"{name}-difference.png"), triple)
    assert mean <= MEAN_MAX and stray <= STRAY_SHARE_MAX, (
        f"{name} looks different (mean {mean:.2f}, {stray:.1%} far off): look at {OUTPUT / name}-difference.png"
    )
