"""What takes long to paint is painted once."""

from pathlib import Path

import numpy as np

from avatar_live.avatar.model import Texture
from avatar_live.stage.paintings import Paintings


class Painter:
    def __init__(self) -> None:
        self.times = 0
        self.__name__ = "paint_wall"

    def __call__(self) -> Texture:
        self.times += 1
        return Texture(np.full((4, 6, 4), self.times, np.uint8), "clamp", "clamp")


def test_a_painting_is_painted_once_for_a_folder(tmp_path: Path) -> None:
    painter = Painter()
    folder = tmp_path / "paintings"
    seen = [Paintings(folder).get(painter).pixels for _ in range(2)]
    assert painter.times == 1
    assert (seen[0] == seen[1]).all() and seen[1].shape == (4, 6, 4)


def test_a_painting_that_was_cut_short_is_painted_again(tmp_path: Path) -> None:
    painter = Painter()
    (tmp_path / "paint_wall.npy").write_bytes(b"\x93NUMPY")
    assert (Paintings(tmp_path).get(painter).pixels == 1).all()
    assert (Paintings(tmp_path).get(painter).pixels == 1).all()


def test_without_a_folder_every_painting_is_new() -> None:
    painter = Painter()
    Paintings(None).get(painter)
    Paintings(None).get(painter)
    assert painter.times == 2
