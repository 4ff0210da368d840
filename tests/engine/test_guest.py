"""A guest's picture in the show: only where the host placed it, only while there is a guest, never over the card."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from shows import HEIGHT_PX, SHADE, WIDTH_PX, PlainStage, plain_show

from avatar_live.channels import PictureSlot
from avatar_live.channels.processes import GUEST_PIXELS_MAX, GUEST_SLOT
from avatar_live.engine.frame import make_frame
from avatar_live.engine.guest import GuestView

FRAME_S = 1.0 / 30.0
COLOUR = (211, 23, 139)
NOBODY = np.zeros((0, 0, 4), np.uint8)


@pytest.fixture
def inlet(tmp_path: Path) -> Iterator[PictureSlot]:
    slot = PictureSlot(tmp_path / GUEST_SLOT, GUEST_PIXELS_MAX)
    yield slot
    slot.close()


def painted(width_px: int = 32, height_px: int = 18) -> NDArray[np.uint8]:
    return np.full((height_px, width_px, 4), (*COLOUR, 255), np.uint8)


def share_painted(picture: NDArray[np.uint8]) -> float:
    return float((picture[..., :3] == COLOUR).all(-1).mean())


def test_a_guest_without_a_place_is_not_even_looked_at(tmp_path: Path) -> None:
    view = GuestView(tmp_path, WIDTH_PX, HEIGHT_PX, "")
    assert view.look() is None
    assert not (tmp_path / GUEST_SLOT).exists(), "the memory of a guest's pictures was opened"


@pytest.mark.parametrize("place", ["off", "", "nowhere", "top-left:4", "top-left:101", "top-left:", "top-left:x"])
def test_no_pixel_of_a_guest_without_a_place_reaches_the_show(tmp_path: Path, inlet: PictureSlot, place: str) -> None:
    view = GuestView(tmp_path, WIDTH_PX, HEIGHT_PX, "full")
    view.place(place)
    inlet.write(painted())
    show = plain_show(PlainStage())
    show.overlay.guest = view.look()
    assert share_painted(make_frame(show, 1.0, FRAME_S).picture) == 0.0
    assert bool(view.fault) == (place not in ("off", "")), "the host is told why"
    view.close()


def test_a_placed_guest_is_in_the_shows_picture_and_in_no_players(tmp_path: Path, inlet: PictureSlot) -> None:
    view = GuestView(tmp_path, WIDTH_PX, HEIGHT_PX, "full")
    inlet.write(painted())
    show = plain_show(PlainStage())
    show.watched = ("ana",)
    show.overlay.guest = view.look()
    frame = make_frame(show, 1.0, FRAME_S)
    assert share_painted(frame.picture) > 0.7, "all but the overlay's signs"
    assert (frame.players["ana"] == SHADE).all()
    show.overlay.is_panic = True
    assert share_painted(make_frame(show, 2.0, FRAME_S).picture) == 0.0, "the card hides a guest, too"
    view.close()


def test_a_guest_who_leaves_is_no_longer_shown(tmp_path: Path, inlet: PictureSlot) -> None:
    view = GuestView(tmp_path, WIDTH_PX, HEIGHT_PX, "center:50")
    inlet.write(painted())
    shown = view.look()
    assert shown is not None
    assert view.look() is shown, "made to size once for each picture"
    inlet.write(NOBODY)
    assert view.look() is None
    view.close()


def test_a_guest_that_was_there_before_its_place_is_shown_at_once(tmp_path: Path, inlet: PictureSlot) -> None:
    inlet.write(painted())
    view = GuestView(tmp_path, WIDTH_PX, HEIGHT_PX, "")
    assert view.look() is None
    view.place("bottom-right")
    assert view.look() is not None
    view.close()
