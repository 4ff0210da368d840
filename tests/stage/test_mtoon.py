"""MToon 1.0 beyond the plain surface: pictures that are numbers, rims, moving pictures, expressions, order."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from close_look import BACKGROUND, HEIGHT_PX, PX_PER_M, WIDTH_PX, color_at, colors, encoded, flat, hang, look
from flat_avatar import SIDE_M, flat_avatar, square, standing

from avatar_live.avatar.model import ColorBind, Expression, Material, Placing, Primitive, Texture
from avatar_live.stage.light import FILL_COLOR, KEY_COLOR, KEY_DIRECTION
from avatar_live.stage.studio import Studio

BLACK = (0.0, 0.0, 0.0)
DARK = Material("dark", base_color=(*BLACK, 1.0), shade_color=BLACK)
HALVES = np.zeros((64, 64, 4), np.uint8)
HALVES[:, :32], HALVES[:, 32:] = (255, 0, 0, 255), (0, 0, 255, 255)
RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with Studio(WIDTH_PX, HEIGHT_PX, BACKGROUND) as opened:
        yield opened


def test_light_reaches_a_surface_as_the_formula_says(studio: Studio) -> None:
    lit = Material("lit", base_color=(0.5, 0.4, 0.3, 1.0), shade_color=(0.1, 0.2, 0.3), shading_toony=0.2)
    hang(studio, [lit])
    share = (KEY_DIRECTION[2] - (-1.0 + 0.2)) / (2.0 - 2.0 * 0.2)
    expected = [
        encoded((shade + (base - shade) * share) * key + base * fill)
        for base, shade, key, fill in zip((0.5, 0.4, 0.3), (0.1, 0.2, 0.3), KEY_COLOR, FILL_COLOR, strict=True)
    ]
    np.testing.assert_allclose(colors(look(studio), 1)[0], expected, atol=1.0)


def test_a_picture_of_numbers_is_not_read_as_colour(studio: Studio) -> None:
    half_lit = -KEY_DIRECTION[2] - 0.5 + 128.0 / 255.0  # with half of the picture's red on top the ramp's middle
    shift = Material("shift", shading_shift=half_lit, shading_toony=0.0, shade_color=BLACK, shading_shift_texture=0)
    twice = replace(shift, shading_shift=half_lit - 128.0 / 255.0, shading_shift_texture_scale=2.0)
    hang(studio, [shift, twice], [flat((128, 0, 0, 255))])
    share = (KEY_DIRECTION[2] + half_lit + 128.0 / 255.0 + 1.0) / 2.0
    for seen in colors(look(studio), 2):
        assert seen[0] == pytest.approx(encoded(min(share, 1.0) * KEY_COLOR[0] + FILL_COLOR[0]), abs=2.0)


def test_a_normal_picture_leans_the_surface_against_or_into_the_light(studio: Studio) -> None:
    bent = Material("bent", shade_color=BLACK, shading_toony=0.0, normal_texture=0)
    up, down = flat((128, 218, 218, 255)), flat((128, 38, 218, 255))  # 45 degrees: green against v, which is upwards
    hang(studio, [replace(bent, normal_texture=index) for index in (None, 0, 1)], [up, down])
    plain, upwards, downwards = (color[0] for color in colors(look(studio), 3))
    assert downwards < plain - 20 < upwards - 20  # the light comes from above
    hang(studio, [replace(bent, normal_texture=1, normal_scale=scale) for scale in (0.0, 1.0)], [up, down])
    unbent, bent_down = (color[0] for color in colors(look(studio), 2))
    assert unbent == pytest.approx(plain, abs=2) and bent_down == downwards


def test_a_back_bends_its_whole_normal_the_other_way(studio: Studio) -> None:
    """What leans up on the front leans down on the back, as a relief that is seen from behind."""
    relief = Material("relief", shade_color=BLACK, shading_toony=0.0, normal_texture=0, is_double_sided=True)
    front, back = square(0, -0.2, 1.0), square(0, 0.2, 1.0, faces_back=True)
    studio.set_avatar(flat_avatar([front, back], [relief], [flat((128, 218, 218, 255))]))
    picture = look(studio)
    assert color_at(picture, -0.2, 1.0)[0] > color_at(picture, 0.2, 1.0)[0] + 20


def test_rim_and_matcap_take_one_mix_of_light_and_one_mask(studio: Studio) -> None:
    rim = replace(DARK, rim_color=(0.3, 0.3, 0.3), rim_lift=1.0, rim_fresnel_power=1.0, rim_lighting_mix=0.0)
    matcap = replace(DARK, matcap_color=(0.3, 0.3, 0.3), matcap_texture=0, rim_lighting_mix=0.0)
    masked = replace(matcap, rim_texture=1)
    hang(studio, [rim, matcap, masked], [flat((255, 255, 255, 255)), flat((255, 0, 0, 255))])
    by_rim, by_matcap, by_mask = colors(look(studio), 3)
    np.testing.assert_allclose(by_rim, [encoded(0.3)] * 3, atol=3)
    np.testing.assert_allclose(by_matcap, [encoded(0.3)] * 3, atol=1)
    np.testing.assert_allclose(by_mask, [encoded(0.3), 0.0, 0.0], atol=1)


def test_a_rim_mixed_with_light_takes_its_colour(studio: Studio) -> None:
    rim = replace(DARK, rim_color=(0.5, 0.5, 0.5), rim_lift=1.0, rim_fresnel_power=1e-9)
    hang(studio, [replace(rim, rim_lighting_mix=mix) for mix in (0.0, 0.5, 1.0)])
    light = np.array(KEY_COLOR) + FILL_COLOR
    expected = [[encoded(0.5 * (1.0 - mix + mix * part)) for part in light] for mix in (0.0, 0.5, 1.0)]
    np.testing.assert_allclose(colors(look(studio), 3), expected, atol=1)


def test_up_on_the_ball_is_up_in_the_matcaps_picture(studio: Studio) -> None:
    ball = np.zeros((64, 64, 4), np.uint8)
    ball[:32], ball[32:] = (255, 0, 0, 255), (0, 0, 255, 255)
    leaning = square(0, 0.0, 1.0)
    leaning.normals[:] = [0.0, 0.6, 0.8]
    studio.set_avatar(flat_avatar([leaning], [replace(DARK, matcap_texture=0)], [Texture(ball)]))
    red, _, blue = color_at(look(studio), 0.0, 1.0)
    assert red > 200 and blue == 0


def test_an_unlit_surface_does_not_glow(studio: Studio) -> None:
    hang(studio, [Material("unlit", "unlit", base_color=(*BLACK, 1.0), emissive_color=(1.0, 1.0, 1.0))])
    assert colors(look(studio), 1) == [(0, 0, 0)]


def test_a_picture_may_lie_differently_from_the_base_picture(studio: Studio) -> None:
    glowing = replace(DARK, base_texture=0, emissive_color=(1.0, 1.0, 1.0), emissive_texture=0)
    quarter = Placing(offset=(0.0, 1.0), scale=(1.0, 1.0), rotation_rad=np.pi / 2)  # u' = v, v' = 1 - u
    hang(studio, [replace(glowing, placings={"emissive_texture": quarter})], [Texture(HALVES)])
    picture = look(studio)
    assert color_at(picture, -0.4, 1.14) == RED  # the picture's left half is on top now
    assert color_at(picture, -0.4, 1.06) == BLUE


def test_moving_pictures_scroll_turn_and_come_around(studio: Studio) -> None:
    plain = Material("plain", "unlit", base_texture=0)
    hang(
        studio,
        [plain, replace(plain, uv_scroll_per_s=(0.25, 0.0)), replace(plain, uv_turn_rad_per_s=np.pi / 2.0)],
        [Texture(HALVES)],
    )
    at_rest, moved, around = look(studio), look(studio, now_s=2.0), look(studio, now_s=8_000_000.0)
    assert [color_at(at_rest, x - 0.04, 1.1) for x in (-0.4, -0.2, 0.0)] == [RED] * 3
    assert [color_at(moved, x - 0.04, 1.1) for x in (-0.4, -0.2, 0.0)] == [RED, BLUE, BLUE]
    np.testing.assert_array_equal(around, at_rest)


def test_what_the_mask_leaves_out_stays(studio: Studio) -> None:
    mask = np.zeros((64, 64, 4), np.uint8)
    mask[32:, :, 2] = 255  # the lower half moves
    moving = Material("moving", "unlit", base_texture=0, uv_scroll_per_s=(0.5, 0.0), uv_mask_texture=1)
    hang(studio, [moving], [Texture(HALVES), Texture(mask)])
    picture = look(studio, now_s=1.0)
    assert color_at(picture, -0.44, 1.14) == RED
    assert color_at(picture, -0.44, 1.06) == BLUE


def test_expressions_colour_a_surface_and_leave_it_as_it_was(studio: Studio) -> None:
    happy = Expression("happy", (), colors=(ColorBind(0, "emissive", (0.5, 0.0, 0.0, 1.0)),))
    avatar = replace(flat_avatar([square(0, 0.0, 1.0)], [DARK]), expressions={"happy": happy})
    studio.set_avatar(avatar)
    before = look(studio)
    blushing = replace(standing(), materials={0: replace(DARK, emissive_color=(0.5, 0.0, 0.0))})
    assert color_at(look(studio, blushing), 0.0, 1.0) == pytest.approx((encoded(0.5), 0, 0), abs=1)
    np.testing.assert_array_equal(look(studio), before)


def test_an_expression_moves_the_pictures_of_a_surface(studio: Studio) -> None:
    plain = Material("plain", "unlit", base_texture=0)
    hang(studio, [plain], [Texture(HALVES)])
    shifted = replace(standing(), materials={0: replace(plain, placing=Placing(offset=(0.5, 0.0)))})
    assert color_at(look(studio), -0.44, 1.1) == RED
    assert color_at(look(studio, shifted), -0.44, 1.1) == BLUE


def test_blended_surfaces_come_by_their_queue_and_those_with_depth_first(studio: Studio) -> None:
    veil = Material("veil", "unlit", alpha_mode="blend", base_color=(1.0, 0.0, 0.0, 0.5), render_queue_offset=-1)
    late = replace(veil, base_color=(0.0, 0.0, 1.0, 0.5), render_queue_offset=0)
    # The later one stands behind, in the file and in the room, and is still drawn over the other.
    studio.set_avatar(flat_avatar([square(0, 0.0, 1.0), square(1, 0.0, 1.0, -0.1)], [late, veil]))
    red, _, blue = color_at(look(studio), 0.0, 1.0)
    assert blue > red
    solid = replace(veil, base_color=(0.0, 0.0, 0.0, 1.0), writes_depth_when_transparent=True, render_queue_offset=9)
    studio.set_avatar(flat_avatar([square(0, 0.0, 1.0), square(1, 0.0, 1.0, 0.1)], [late, solid]))
    assert color_at(look(studio), 0.0, 1.0) == (0, 0, 0)


def test_a_veil_that_writes_depth_is_not_tinted_by_its_own_outline(studio: Studio) -> None:
    veil = Material(
        "veil",
        "unlit",
        alpha_mode="blend",
        base_color=(1.0, 1.0, 1.0, 0.5),
        is_double_sided=True,
        writes_depth_when_transparent=True,
    )
    inked = replace(veil, outline_mode="world", outline_width_m=0.01, outline_color=(1.0, 0.0, 0.0))
    front, back = square(0, 0.0, 1.0, 0.05), square(0, 0.0, 1.0, -0.05, faces_back=True)
    seen = []
    for material in (veil, inked):
        studio.set_avatar(flat_avatar([front, back], [material]))
        seen.append(color_at(look(studio), 0.0, 1.0))
    assert seen[0] == seen[1]


def test_an_outline_takes_its_share_of_light(studio: Studio) -> None:
    grey = Material("grey", base_color=(0.25, 0.25, 0.25, 1.0), shade_color=(0.25, 0.25, 0.25))
    inked = replace(grey, outline_mode="world", outline_width_m=0.02, outline_color=(1.0, 0.0, 0.0))
    light = KEY_COLOR[0] + FILL_COLOR[0]
    for mix in (0.0, 0.5, 1.0):
        studio.set_avatar(flat_avatar([_facing_away()], [replace(inked, outline_lighting_mix=mix)]))
        expected = encoded(1.0 - mix + mix * 0.25 * light)
        assert color_at(look(studio), 0.0, 1.09) == pytest.approx((expected, 0.0, 0.0), abs=1)


def test_an_outline_may_be_masked_away(studio: Studio) -> None:
    inked = Material("inked", outline_mode="world", outline_width_m=0.02, outline_texture=0)
    studio.set_avatar(flat_avatar([_facing_away()], [inked], [flat((255, 0, 255, 255))]))
    assert color_at(look(studio), 0.0, 1.09) == BACKGROUND


def test_a_screen_outline_is_as_wide_near_and_far(studio: Studio) -> None:
    inked = Material("inked", "unlit", outline_mode="screen", outline_width_m=0.05, outline_color=(1.0, 0.0, 0.0))
    for depth_m in (0.5, -1.0):
        hull = _facing_away(depth_m)
        studio.set_avatar(flat_avatar([hull], [inked]))
        column = look(studio)[:, WIDTH_PX // 2]
        seen_px = int(((column[:, 0] > 100) & (column[:, 1] < 50)).sum())
        own_px = SIDE_M * PX_PER_M * 2.0 / (2.0 - depth_m)
        leaning = float(hull.normals[2, 1] / np.linalg.norm(hull.normals[2]))
        assert seen_px - own_px == pytest.approx(2 * 0.05 * HEIGHT_PX / 2 * leaning, abs=1.5)


def test_an_outline_grows_with_its_avatar(studio: Studio) -> None:
    inked = Material("inked", "unlit", outline_mode="world", outline_width_m=0.02, outline_color=(1.0, 0.0, 0.0))
    studio.set_avatar(flat_avatar([_facing_away()], [inked]))
    twice = np.array([[2.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, -1.0], [0.0, 0.0, 2.0, 0.0]], np.float32)  # about y = 1
    heights = [
        int((look(studio, posture)[:, WIDTH_PX // 2, 0] > 100).sum())
        for posture in (standing(), replace(standing(), palette=twice[None]))
    ]
    assert heights[1] == pytest.approx(2 * heights[0], abs=2)


def _facing_away(depth_m: float = 0.0) -> Primitive:
    """Return a square that faces away, so that only its hull is seen, with normals that lean outwards."""
    back = square(0, 0.0, 1.0, depth_m, faces_back=True)
    back.normals[:] = np.array([[-0.7, -0.7, -0.1], [0.7, -0.7, -0.1], [0.7, 0.7, -0.1], [-0.7, 0.7, -0.1]])
    return back
