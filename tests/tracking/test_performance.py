"""The bundled performance is a lively one that runs round without a jump."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_live.signals import ARKIT_SHAPES, BodyReading, FaceReading, HandReading, Readings
from avatar_live.tracking.cameras import open_source
from avatar_live.tracking.models import Models
from avatar_live.tracking.performance import FIELDS, PARTS, PERFORMANCE, Performance
from avatar_live.tracking.recording import FADE_S, RECORDED_FPS, joined, record, watch
from avatar_live.tracking.source import CameraError, Picture, Pixels

FILE_BYTES_MAX = 1_500_000
NOSE_TIP = 1


@pytest.fixture(scope="module")
def bundled() -> Performance:
    return Performance.load(PERFORMANCE)


def face_steps_px(performance: Performance) -> NDArray[np.float32]:
    """Return how far the face's points move on average into each frame, the first after the last included."""
    points = performance.tracks["face.landmarks"][..., :2]
    steps: NDArray[np.float32] = np.linalg.norm(points - np.roll(points, 1, axis=0), axis=2).mean(axis=1)
    return steps


def test_it_is_small_credited_and_long_enough_not_to_bore(bundled: Performance) -> None:
    assert PERFORMANCE.stat().st_size < FILE_BYTES_MAX
    assert "CC-BY" in PERFORMANCE.with_name("LICENSE.md").read_text()
    assert len(bundled) / bundled.fps > 20.0


def test_it_shows_a_face_all_the_time_and_both_hands_at_times(bundled: Performance) -> None:
    assert bundled.present["face"].all()
    assert bundled.present["body"].all()
    assert bundled.present["left_hand"].mean() > 0.2
    assert bundled.present["right_hand"].mean() > 0.2


def test_it_is_lively(bundled: Performance) -> None:
    shapes = bundled.tracks["face.shapes"]
    for name in ("eyeBlinkLeft", "mouthSmileLeft", "browInnerUp"):
        assert np.ptp(shapes[:, ARKIT_SHAPES.index(name)]) > 0.4, name
    right, left, nose = (bundled.tracks["face.landmarks"][:, point, 0] for point in (234, 454, NOSE_TIP))
    turn = (2.0 * nose - left - right) / np.abs(left - right).max()
    assert turn.max() > 0.3
    assert turn.min() < -0.3


def test_it_runs_round_without_a_jump(bundled: Performance) -> None:
    steps = face_steps_px(bundled)
    assert steps[0] <= np.percentile(steps, 99)
    assert steps.max() < 12.0
    first, after_last = bundled.at(0, 5.0), bundled.at(len(bundled), 5.0)
    assert first.face is not None
    assert after_last.face is not None
    assert np.array_equal(first.face.landmarks, after_last.face.landmarks)


def test_what_is_not_a_recording_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.npz").write_bytes(b"")
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 broken")
    np.savez(tmp_path / "other.npz", allow_pickle=False, other=np.zeros(3))
    for name in ("empty.npz", "broken.npz", "other.npz"):
        with pytest.raises(CameraError, match=f"{name} is not a recorded performance"):
            open_source(str(tmp_path / name))


def test_a_recording_that_is_damaged_anywhere_is_named(tmp_path: Path) -> None:
    path, refused = tmp_path / "p.npz", 0
    seen(range(0, 200, 5)).save(path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            open_source(str(path)).close()
        except CameraError as error:
            assert "p.npz is not a recorded performance" in str(error)
            refused += 1
    assert refused


@pytest.mark.parametrize("lost", ["frames", "pace", "size", "rows"])
def test_a_recording_without_anything_to_play_is_named(tmp_path: Path, lost: str) -> None:
    whole = seen(range(0, 200, 5))
    if lost == "frames":
        tracks = {name: track[:0] for name, track in whole.tracks.items()}
        whole = replace(whole, tracks=tracks, present={part: there[:0] for part, there in whole.present.items()})
    elif lost == "pace":
        whole = replace(whole, fps=0.0)
    elif lost == "size":
        whole = replace(whole, width_px=0)
    else:
        whole = replace(whole, tracks={**whole.tracks, "face.shapes": whole.tracks["face.shapes"][:-1]})
    whole.save(tmp_path / "p.npz")
    with pytest.raises(CameraError, match=r"p\.npz is not a recorded performance"):
        open_source(str(tmp_path / "p.npz"))


def test_a_recording_made_of_a_video_plays_like_a_camera(clip: Path, installed_models: Models, tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    made = record(str(clip), path, 1.0, models_folder=installed_models.face.parent)
    source = open_source(str(path))
    assert source.words == "mine.npz"
    hurry = threading.Event()
    hurry.set()
    played = [source.read(hurry) for _ in range(len(made) + 1)]
    assert all(isinstance(moment, Readings) and moment.face is not None for moment in played)


class Actor:
    """Be seen wherever the picture's first pixel says; hide the left hand in frames that say so."""

    def __init__(self, hidden: Sequence[int] = ()) -> None:
        self._hidden = hidden

    def face(self, pixels: Pixels, captured_s: float) -> FaceReading | None:
        place = float(pixels[0, 0, 0])
        return FaceReading(np.full((478, 3), place, np.float32), np.full(52, place / 255.0, np.float32), captured_s)

    def body(self, pixels: Pixels, captured_s: float) -> BodyReading | None:
        points = np.full((33, 3), float(pixels[0, 0, 0]), np.float32)
        return BodyReading(points, points / 1_000.0, np.ones(33, np.float32), captured_s)

    def hands(
        self, pixels: Pixels, captured_s: float, body: BodyReading | None
    ) -> tuple[HandReading | None, HandReading | None]:
        points = np.full((21, 3), float(pixels[0, 0, 0]), np.float32)
        hand = HandReading(points, points / 1_000.0, 1.0, captured_s)
        return (None if int(pixels[0, 0, 1]) in self._hidden else hand), None

    def use_drawn(self, is_on: bool) -> None:
        raise NotImplementedError

    def close(self) -> None:
        pass


def seen(places: Sequence[int], *, fps: float = RECORDED_FPS, hidden: Sequence[int] = ()) -> Performance:
    pictures = []
    for number, place in enumerate(places):
        pixels = np.zeros((48, 64, 3), np.uint8)
        pixels[0, 0, :2] = place, number
        pictures.append(Picture(pixels, number / fps))
    return watch(pictures, Actor(hidden))


def test_a_performance_reads_as_it_was_saved(tmp_path: Path) -> None:
    whole = seen(range(0, 200, 5), hidden=range(20, 40))
    whole.save(tmp_path / "p.npz")
    back = Performance.load(tmp_path / "p.npz")
    assert (back.fps, back.width_px, back.height_px, len(back)) == (RECORDED_FPS, 64, 48, 40)
    for name, field in FIELDS.items():
        assert back.tracks[name] == pytest.approx(whole.tracks[name], abs=0.51 * field.step)
    for part in PARTS:
        assert np.array_equal(back.present[part], whole.present[part])
    moment = back.at(43, 9.0)
    assert isinstance(moment, Readings)
    assert moment.captured_s == 9.0
    assert moment.face is not None
    assert moment.face.landmarks[0, 0] == pytest.approx(15.0, abs=0.1)
    assert moment.left_hand is not None
    assert moment.right_hand is None


def test_slow_footage_is_filled_up_to_the_recorded_pace() -> None:
    performance = seen([0, 100], fps=10.0)
    places = performance.tracks["face.landmarks"][:, 0, 0]
    assert places == pytest.approx([0.0, 100.0 / 3.0, 200.0 / 3.0, 100.0], abs=0.1)


def test_a_hand_missed_for_a_moment_was_there_and_one_that_left_was_not() -> None:
    performance = seen(range(40), hidden=[3, 4, *range(20, 35)])
    present = performance.present["left_hand"]
    assert present[:19].all()
    assert performance.tracks["left_hand.landmarks"][4, 0, 0] == pytest.approx(4.0, abs=0.1)
    assert not present[22:33].any()
    assert present[36:].all()


def test_joined_parts_fade_into_each_other_and_into_the_beginning() -> None:
    fade = round(FADE_S * RECORDED_FPS)
    both = joined([seen([0] * 60), seen([200] * 60)])
    assert len(both) == 2 * (60 - fade)
    places = both.tracks["face.landmarks"][:, 0, 0]
    steps = np.abs(places - np.roll(places, 1))
    assert steps.max() < 20.0
    assert places.min() < 1.0
    assert places.max() > 199.0


def test_a_hand_that_only_one_side_of_a_fade_shows_does_not_shrink_towards_nothing() -> None:
    fade = round(FADE_S * RECORDED_FPS)
    both = joined([seen([100] * 60), seen([100] * 60, hidden=range(60))])
    hand = both.tracks["left_hand.landmarks"][both.present["left_hand"]]
    assert hand.min() == pytest.approx(100.0)
    assert both.present["left_hand"].sum() == 60 - fade + fade


def test_a_picture_without_a_person_is_no_performance() -> None:
    class Nobody(Actor):
        def face(self, pixels: Pixels, captured_s: float) -> FaceReading | None:
            return None

    with pytest.raises(ValueError, match="nobody was seen"):
        watch([Picture(np.zeros((48, 64, 3), np.uint8), 0.0)], Nobody())
