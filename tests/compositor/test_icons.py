"""Every gift has a drawing of its own for its banner."""

import numpy as np
from PIL import Image

from avatar_live.compositor.icons import draw_icon
from avatar_live.protocol.catalogue import CATALOGUE


def drawn(gift: str) -> bytes:
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 255))
    draw_icon(image, gift, 32, 32, 30.0)
    seen = np.asarray(image)[..., :3].max(axis=2) > 60
    assert 0.08 < seen.mean() < 0.8
    return image.tobytes()


def test_every_gift_has_a_drawing_of_its_own() -> None:
    assert len({drawn(gift.id) for gift in CATALOGUE}) == len(CATALOGUE)


def test_a_gift_that_nobody_drew_still_has_one() -> None:
    assert drawn("yacht") == drawn("confetti")
