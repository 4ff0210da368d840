"""The shared conformance files of MToon behave as their names say."""

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
import pytest
from close_look import encoded
from numpy.typing import NDArray
from shared import shared_data

from avatar_live.app.bench.scenes import rest_points
from avatar_live.avatar import Avatar, Rig, read_avatar
from avatar_live.signals import Pose
from avatar_live.stage.axes import look_at
from avatar_live.stage.light import FILL_COLOR, KEY_COLOR
from avatar_live.stage.studio import Studio

Picture = NDArray[np.uint8]

SIDE_PX = 240
BACKGROUND = (0, 255, 0)
FAR_FOV_RAD = 0.25


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with Studio(SIDE_PX, SIDE_PX, BACKGROUND) as opened:
        yield opened


def picture(studio: Studio, avatar: Avatar, now_s: float = 0.0) -> Picture:
    """Return the avatar straight from the front, from so far that a square stays one."""
    points = rest_points(avatar)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2.0
    reach_m = float(np.ptp(points, axis=0).max()) * 0.55
    camera = look_at(middle + np.array([0.0, 0.0, reach_m / np.tan(FAR_FOV_RAD / 2.0)]), middle)
    studio.set_avatar(avatar)
    return studio.picture(Rig(avatar).animate(Pose(), 0.0), camera, FAR_FOV_RAD, now_s)


def seen(shot: Picture) -> NDArray[np.int16]:
    """Return the avatar's own pixels (N, 3)."""
    is_avatar = (shot[..., :3] != BACKGROUND).any(axis=2)
    return np.asarray(shot[..., :3][is_avatar].astype(np.int16))


def ramp_share(shot: Picture, material_shade: float) -> float:
    """Return how much of the surface is neither lit nor in shade."""
    red = seen(shot)[:, 0]
    shade = encoded(material_shade * KEY_COLOR[0] + FILL_COLOR[0])
    return float(((red > shade + 2) & (red < 253)).mean())


def test_the_default_is_half_white_half_grey_with_a_narrow_ramp(studio: Studio) -> None:
    avatar = read_avatar(shared_data("avatars", "vrm1", "mtoon_default.vrm"))
    shot = picture(studio, avatar)
    red = seen(shot)[:, 0]
    assert red.max() == 255
    assert red.min() == pytest.approx(encoded(0.5 * KEY_COLOR[0] + FILL_COLOR[0]), abs=1)
    assert 0.005 < ramp_share(shot, 0.5) < 0.2


def test_toony_one_has_no_ramp_at_all(studio: Studio) -> None:
    avatar = read_avatar(shared_data("avatars", "vrm1", "mtoon_shadingToony_1.vrm"))
    hard = ramp_share(picture(studio, avatar), 0.5)
    softer = replace(avatar, materials=tuple(replace(one, shading_toony=0.5) for one in avatar.materials))
    assert hard < 0.002
    assert ramp_share(picture(studio, softer), 0.5) > 20 * max(hard, 0.002)


def test_rim_lighting_mix_one_multiplies_the_rim_by_the_light(studio: Studio) -> None:
    avatar = read_avatar(shared_data("avatars", "vrm1", "mtoon_rimLightingMix_1.vrm"))
    (material,) = avatar.materials
    assert material.rim_lighting_mix == 1.0
    # A violet lamp's share of the orange rim, where the rim is whole: on what turns away from the eye.
    for mix in (0.0, 1.0):
        mixed = replace(avatar, materials=(replace(material, rim_lighting_mix=mix, shade_color=(0.1, 0.1, 0.1)),))
        pixels = seen(picture(studio, mixed))
        light = np.array(KEY_COLOR) + FILL_COLOR
        rim = np.array(material.rim_color) * (1.0 - mix + mix * light)
        expected = [
            encoded(min(0.1 * key + fill + part, 1.0))
            for key, fill, part in zip(KEY_COLOR, FILL_COLOR, rim, strict=True)
        ]
        nearest = np.abs(pixels - expected).max(axis=1).min()
        assert nearest <= 1.0


def test_uv_animation_scrolls_left_scrolls_up_and_turns_clockwise(studio: Studio) -> None:
    avatar = read_avatar(shared_data("avatars", "vrm1", "VRMC_materials_mtoon_UV_Animation_Test.vrm"))
    places = {material.name: number for number, material in enumerate(avatar.materials)}

    def tile(name: str, now_s: float) -> Picture:
        """Return one of the three squares, alone and filling the picture."""
        alone = [primitive for primitive in avatar.primitives if primitive.material == places[name]]
        shot = picture(studio, replace(avatar, primitives=tuple(alone)), now_s)
        rows, columns = np.nonzero((shot[..., :3] != BACKGROUND).any(axis=2))
        return shot[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1, :3]

    def difference(first: Picture, second: Picture) -> float:
        return float(np.abs(first.astype(np.int16) - second.astype(np.int16)).mean())

    still = {name: tile(name, 0.0) for name in places}
    shift = round(0.25 * still["ScrollX"].shape[1])
    assert difference(tile("ScrollX", 0.25), np.roll(still["ScrollX"], -shift, axis=1)) < 12.0
    assert difference(tile("ScrollX", 0.25), still["ScrollX"]) > 30.0
    assert difference(tile("ScrollY", 0.25), np.roll(still["ScrollY"], -shift, axis=0)) < 12.0
    assert difference(tile("ScrollY", 0.25), still["ScrollY"]) > 30.0
    side = min(still["ScrollRot"].shape[:2])
    inner = slice(side // 5, side - side // 5)
    seen_turned = tile("ScrollRot", 0.5)[:side, :side]
    for sense, is_near in ((-1.0, True), (1.0, False)):
        around = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), sense * np.degrees(0.5), 1.0)
        expected = cv2.warpAffine(still["ScrollRot"][:side, :side], around, (side, side)).astype(np.uint8)
        assert (difference(seen_turned[inner, inner], expected[inner, inner]) < 12.0) == is_near
