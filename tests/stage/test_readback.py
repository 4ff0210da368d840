"""Both ways back from the GPU bring the same picture."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from panda3d.core import NodePath

from avatar_live.protocol.view import GameView, PlayerView
from avatar_live.stage.cameras import MAIN_BIT, film
from avatar_live.stage.display import Display, Target, is_software
from avatar_live.stage.figures import Figures
from avatar_live.stage.panels import empty_painting
from avatar_live.stage.players import PLAYER_HEIGHT_PX, PLAYER_WIDTH_PX, PlayerViews
from avatar_live.stage.readback import RING, I420Ring, fits_i420
from avatar_live.stage.view import Screen

WIDTH_PX, HEIGHT_PX = 160, 92
ANN = PlayerView("a", "Ann", "red", 0.0, 0.0, 0.0, False)
Bytes = NDArray[np.uint8]


class Wall:
    """A screen that shows a picture dot for dot to a target."""

    def __init__(self, display: Display, target: Target) -> None:
        self.root = NodePath("root")
        self.screen = Screen(self.root)
        self.screen.tint((0.0, 0.0, 0.0))
        self.root.set_shader_input("room_light", (1.0, 1.0, 1.0, 0.0))
        film(target, self.root, 1.0, MAIN_BIT)
        self.painting = empty_painting(WIDTH_PX, HEIGHT_PX)

    def show(self, picture: Bytes) -> None:
        self.painting.set_ram_image(picture)
        self.screen.show(self.painting)


@pytest.fixture
def display() -> Iterator[Display]:
    with Display(WIDTH_PX, HEIGHT_PX) as opened:
        yield opened


def painted(seed: int) -> Bytes:
    """Return blocks of every colour with noise over them, BGRA."""
    random = np.random.default_rng(seed)
    blocks = random.integers(0, 256, (HEIGHT_PX // 4, WIDTH_PX // 8, 3)).repeat(4, axis=0).repeat(8, axis=1)
    noise = random.integers(-20, 21, blocks.shape)
    return np.dstack([np.clip(blocks + noise, 0, 255), np.full(blocks.shape[:2], 255)]).astype(np.uint8)


def chroma_of(picture: Bytes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return U and V of the mean of each four pixels (ITU-R BT.601)."""
    blue, green, red = picture[..., :3].reshape(HEIGHT_PX // 2, 2, WIDTH_PX // 2, 2, 3).mean(axis=(1, 3)).T / 255.0
    u = 128.0 - 37.797 * red - 74.203 * green + 112.0 * blue
    v = 128.0 + 112.0 * red - 93.786 * green - 18.214 * blue
    return u.T, v.T


def test_the_pass_brings_the_same_picture_as_the_copy(display: Display) -> None:
    target = display.make_target("player", WIDTH_PX, HEIGHT_PX)
    wall = Wall(display, target)
    wall.show(painted(1))
    display.render()
    copy = target.read()
    ring = I420Ring(display, target)
    for _ in range(RING):
        ring.turn()
        display.render()
    planes = ring.read()
    assert planes is not None and planes.shape == (HEIGHT_PX * 3 // 2, WIDTH_PX) and planes.dtype == np.uint8
    wanted = cv2.cvtColor(copy, cv2.COLOR_BGRA2YUV_I420)
    assert np.abs(planes[:HEIGHT_PX].astype(int) - wanted[:HEIGHT_PX]).max() <= 1
    for plane, exact in zip(np.split(planes[HEIGHT_PX:], 2), chroma_of(copy), strict=True):
        assert np.abs(plane.reshape(exact.shape) - exact).max() <= 1.0
    ring.close()
    target.close()


def test_the_pass_is_one_frame_late_and_mixes_no_two(display: Display) -> None:
    target = display.make_target("player", WIDTH_PX, HEIGHT_PX)
    wall, ring = Wall(display, target), I420Ring(display, target)
    seen: list[Bytes | None] = []
    for seed in range(5):
        wall.show(painted(seed))
        ring.turn()
        display.render()
        seen.append(ring.read())
    assert seen[0] is None
    for seed, planes in enumerate(seen[1:]):
        assert planes is not None
        wanted = cv2.cvtColor(painted(seed), cv2.COLOR_BGRA2YUV_I420)[:HEIGHT_PX]
        assert np.abs(planes[:HEIGHT_PX].astype(int) - wanted).max() <= 1
    ring.close()
    target.close()


@pytest.mark.parametrize(
    ("renderer", "is_processor"),
    [
        ("llvmpipe (LLVM 15.0.6, 256 bits)", True),
        ("Google SwiftShader", True),
        ("Microsoft Basic Render Driver", True),
        ("NVIDIA GeForce RTX 4070/PCIe/SSE2", False),
        ("AMD Radeon RX 7800 XT (radeonsi, navi32, LLVM 17.0.6)", False),
        ("Mesa Intel(R) UHD Graphics 620 (KBL GT2)", False),
        ("Apple M2", False),
    ],
)
def test_the_drivers_name_tells_who_draws(renderer: str, is_processor: bool) -> None:
    assert is_software(renderer) == is_processor


def test_a_picture_is_packed_only_without_gaps() -> None:
    assert fits_i420(640, 360) and fits_i420(1280, 720)
    assert not fits_i420(636, 360) and not fits_i420(640, 362)


def test_players_pictures_come_packed_where_a_card_draws(display: Display) -> None:
    figures = Figures(NodePath("figures"), HEIGHT_PX)
    game = GameView(0.0, 0.0, 0.0, 0, 0, (ANN,))
    pictures = {}
    for is_packed in (False, True):
        views = PlayerViews(display, NodePath("empty"), figures, is_packed=is_packed)
        for _ in range(RING):
            views.aim(game, ("a",), 0.0)
            display.render()
        pictures[is_packed] = views.read()["a"]
        views.close()
    assert pictures[False].shape == (PLAYER_HEIGHT_PX, PLAYER_WIDTH_PX, 4)
    assert pictures[True].shape == (PLAYER_HEIGHT_PX * 3 // 2, PLAYER_WIDTH_PX)
    wanted = cv2.cvtColor(pictures[False], cv2.COLOR_BGRA2YUV_I420)
    assert np.abs(pictures[True].astype(int) - wanted).max() <= 1
