"""Materials in the picture: what MToon and unlit surfaces must look like, square by square."""

from collections.abc import Iterator

import numpy as np
import pytest
from flat_avatar import flat_avatar, square, standing
from host import EMPTY_GAME, HEIGHT_PX, WIDTH_PX, Picture, color_at

from avatar_live.avatar.model import Material, Placing, Texture
from avatar_live.stage import Stage

Color = tuple[int, int, int]
PLACES = ((-0.4, 1.15), (-0.2, 1.15), (0.0, 1.15), (0.2, 1.15), (0.4, 1.15), (-0.3, 0.97), (-0.1, 0.97), (0.1, 0.97))
NO_MATCAP = (0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage(WIDTH_PX, HEIGHT_PX) as opened:
        yield opened


def show(stage: Stage, materials: list[Material], textures: list[Texture] | None = None) -> tuple[Picture, list[Color]]:
    """Return the picture of one square for each material, and each square's colour in the middle."""
    squares = [square(index, *PLACES[index]) for index in range(len(materials))]
    stage.set_avatar(flat_avatar(squares, materials, textures))
    picture = stage.draw(standing(), EMPTY_GAME, 0.0).main
    return picture, [color_at(picture, (*PLACES[index], 0.0)) for index in range(len(materials))]


def test_an_unlit_linear_colour_is_encoded_as_srgb(stage: Stage) -> None:
    _, colors = show(
        stage,
        [
            Material("grey", "unlit", base_color=(0.5, 0.5, 0.5, 1.0)),
            Material("dark", "unlit", base_color=(0.002, 0.0, 0.2, 1.0)),
            Material("white", "unlit"),
        ],
    )
    np.testing.assert_allclose(colors, [(188, 188, 188), (7, 0, 124), (255, 255, 255)], atol=1)


def test_a_picture_comes_out_as_it_went_in_with_its_top_row_on_top(stage: Stage) -> None:
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[:32], pixels[32:] = (200, 90, 30, 255), (20, 60, 120, 255)
    picture, _ = show(stage, [Material("pictured", "unlit", base_texture=0)], [Texture(pixels)])
    x, y = PLACES[0]
    np.testing.assert_allclose(color_at(picture, (x, y + 0.04, 0.0)), (200, 90, 30), atol=2)
    np.testing.assert_allclose(color_at(picture, (x, y - 0.04, 0.0)), (20, 60, 120), atol=2)


def test_an_offset_and_a_scale_move_the_picture(stage: Stage) -> None:
    pixels = np.full((2, 2, 4), 255, np.uint8)
    pixels[:, 0], pixels[:, 1] = (255, 0, 0, 255), (0, 0, 255, 255)
    texture = Texture(pixels, is_smooth=False)
    surfaces = [
        Material("left half", "unlit", base_texture=0, placing=Placing(scale=(0.5, 1.0))),
        Material("right half", "unlit", base_texture=0, placing=Placing((0.5, 0.0), (0.5, 1.0))),
    ]
    assert show(stage, surfaces, [texture])[1] == [(255, 0, 0), (0, 0, 255)]


def test_the_shading_shift_decides_between_lit_and_shade(stage: Stage) -> None:
    _, (lit, shade) = show(
        stage,
        [
            Material("lit", base_color=(0.8, 0.2, 0.2, 1.0), shade_color=(0.0, 0.0, 0.5), shading_shift=0.5),
            Material("shade", base_color=(0.8, 0.2, 0.2, 1.0), shade_color=(0.0, 0.0, 0.5), shading_shift=-2.0),
        ],
    )
    assert lit[0] > 220 and lit[2] < 140
    assert shade[2] > 170 and shade[0] < 60


def test_mask_cuts_holes_and_blend_mixes(stage: Stage) -> None:
    pixels = np.full((2, 2, 4), 255, np.uint8)
    pixels[..., 3] = 100
    picture, colors = show(
        stage,
        [
            Material("cut", "unlit", alpha_mode="mask", alpha_cutoff=0.5, base_texture=0),
            Material("kept", "unlit", alpha_mode="mask", alpha_cutoff=0.3, base_texture=0),
            Material("half", "unlit", alpha_mode="blend", base_color=(1.0, 1.0, 1.0, 0.5)),
            Material("ignored", "unlit", base_texture=0),
        ],
        [Texture(pixels)],
    )
    stage.set_avatar(flat_avatar([], []))
    empty = stage.draw(standing(), EMPTY_GAME, 0.0).main
    behind = [color_at(empty, (*PLACES[index], 0.0)) for index in range(4)]
    assert colors[0] == behind[0]
    assert colors[1] == (255, 255, 255) and colors[3] == (255, 255, 255)
    np.testing.assert_allclose(colors[2], (np.array(behind[2]) + 255) / 2, atol=2)
    assert (picture[..., 3] == 255).all()


def test_a_blended_surface_that_writes_depth_is_drawn_before_the_others(stage: Stage) -> None:
    materials = [
        Material("veil", "unlit", alpha_mode="blend", base_color=(1.0, 0.0, 0.0, 0.5), render_queue_offset=0),
        Material(
            "glass",
            "unlit",
            alpha_mode="blend",
            base_color=(0.0, 0.0, 1.0, 1.0),
            writes_depth_when_transparent=True,
        ),
    ]
    stage.set_avatar(flat_avatar([square(0, 0.0, 1.1, 0.05), square(1, 0.0, 1.1)], materials))
    red, green, blue = color_at(stage.draw(standing(), EMPTY_GAME, 0.0).main, (0.0, 1.1, 0.05))
    assert 120 < red < 136 and green == 0 and 120 < blue < 136


def test_emission_matcap_and_rim_add_light(stage: Stage) -> None:
    matcap = Texture(np.full((4, 4, 4), 255, np.uint8))
    black = (0.0, 0.0, 0.0, 1.0)
    _, (plain, emissive, matcapped, rimmed) = show(
        stage,
        [
            Material("plain", base_color=black, matcap_color=NO_MATCAP, shade_color=NO_MATCAP),
            Material("emissive", base_color=black, emissive_color=(0.5, 0.0, 0.0), shade_color=NO_MATCAP),
            Material("matcap", base_color=black, matcap_color=(0.0, 0.5, 0.0), matcap_texture=0, shade_color=NO_MATCAP),
            Material("rim", base_color=black, rim_color=(0.0, 0.0, 0.5), rim_lift=1.0, shade_color=NO_MATCAP),
        ],
        [matcap],
    )
    assert max(plain) <= 1
    np.testing.assert_allclose(emissive, (188, 0, 0), atol=2)
    np.testing.assert_allclose(matcapped, (0, 188, 0), atol=2)
    assert rimmed[2] > 150 and rimmed[0] < 3


def test_a_back_is_seen_only_when_double_sided(stage: Stage) -> None:
    materials = [Material("one", "unlit"), Material("two", "unlit", is_double_sided=True)]
    backs = [square(index, *PLACES[index], faces_back=True) for index in range(2)]
    stage.set_avatar(flat_avatar(backs, materials))
    picture = stage.draw(standing(), EMPTY_GAME, 0.0).main
    assert max(color_at(picture, (*PLACES[0], 0.0))) < 240
    assert color_at(picture, (*PLACES[1], 0.0)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["world", "screen"])
def test_an_outline_surrounds_its_surface(stage: Stage, mode: str) -> None:
    inked = Material("inked", "unlit", outline_mode="world", outline_width_m=0.02, outline_color=(1.0, 0.0, 0.0))
    if mode == "screen":
        inked = Material("inked", "unlit", outline_mode="screen", outline_width_m=0.04, outline_color=(1.0, 0.0, 0.0))
    cube = [square(0, 0.0, 1.1, 0.08)]
    tilted = cube[0]
    tilted.normals[:] = [[-0.6, -0.6, 0.5], [0.6, -0.6, 0.5], [0.6, 0.6, 0.5], [-0.6, 0.6, 0.5]]
    back = square(0, 0.0, 1.1, 0.0, faces_back=True)
    back.normals[:] = [[-0.6, -0.6, -0.5], [0.6, -0.6, -0.5], [0.6, 0.6, -0.5], [-0.6, 0.6, -0.5]]
    stage.set_avatar(flat_avatar([tilted, back], [inked]))
    picture = stage.draw(standing(), EMPTY_GAME, 0.0).main
    assert color_at(picture, (0.0, 1.1, 0.08)) == (255, 255, 255)
    red = (picture[..., 2] > 240) & (picture[..., 1] < 20) & (picture[..., 0] < 20)
    assert 100 < red.sum() < 3000
