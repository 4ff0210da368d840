"""Real models find a real face, body and hands."""

from collections.abc import Callable, Iterator

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from shared import shared_data

from avatar_live.signals import ARKIT_SHAPES
from avatar_live.tracking.detectors import VISIBILITY_SHARE, Detectors, unsmoothed
from avatar_live.tracking.models import Models
from avatar_live.tracking.sides import LEFT_WRIST, RIGHT_WRIST

Pixels = NDArray[np.uint8]
Portrait = Callable[..., Pixels]

LEFT_EYE_OUTER, RIGHT_EYE_OUTER, NOSE_TIP = 263, 33, 1
IRISES = (468, 473)


@pytest.fixture
def detectors(installed_models: Models) -> Iterator[Detectors]:
    with Detectors(installed_models) as detectors:
        yield detectors


def test_a_face_is_found_where_it_is(detectors: Detectors, portrait: Portrait) -> None:
    here, there = (detectors.face(portrait(right_px=px), px / 100.0 + 1.0) for px in (0.0, 60.0))
    assert here is not None
    assert there is not None
    assert here.landmarks.shape == (478, 3)
    assert there.landmarks[NOSE_TIP, 0] - here.landmarks[NOSE_TIP, 0] == pytest.approx(60.0, abs=4.0)
    # The picture is not mirrored: the person's left eye is on the picture's right.
    assert here.landmarks[LEFT_EYE_OUTER, 0] > here.landmarks[RIGHT_EYE_OUTER, 0]


def test_irises_lie_between_the_corners_of_their_eyes(detectors: Detectors, portrait: Portrait) -> None:
    face = detectors.face(portrait(size=1.8), 1.0)
    assert face is not None
    for iris, corners in zip(IRISES, ((33, 133), (362, 263)), strict=True):
        low, high = sorted(face.landmarks[list(corners), 0])
        assert low < face.landmarks[iris, 0] < high


def test_a_tilted_head_tilts_the_line_of_its_eyes(detectors: Detectors, portrait: Portrait) -> None:
    angles = []
    for number, tilt_deg in enumerate((-15.0, 0.0, 15.0)):
        face = detectors.face(portrait(tilt_deg), 1.0 + number)
        assert face is not None
        right, left = face.landmarks[[RIGHT_EYE_OUTER, LEFT_EYE_OUTER], :2]
        angles.append(float(np.degrees(np.arctan2(right[1] - left[1], left[0] - right[0]))))
    assert np.diff(angles) == pytest.approx([15.0, 15.0], abs=2.0)


def test_a_smiling_face_has_the_weights_of_a_smile(detectors: Detectors, portrait: Portrait) -> None:
    face = detectors.face(portrait(size=1.8), 1.0)
    assert face is not None
    assert face.shapes[ARKIT_SHAPES.index("mouthSmileLeft")] > 0.5
    assert face.shapes[ARKIT_SHAPES.index("jawOpen")] < 0.2


def test_nobody_is_nobody(detectors: Detectors) -> None:
    wall = np.full((480, 640, 3), 90, np.uint8)
    assert detectors.face(wall, 1.0) is None
    assert detectors.body(wall, 1.0) is None
    assert detectors.hands(wall, 1.0, None) == (None, None)


def test_a_body_has_its_left_shoulder_on_the_pictures_right(detectors: Detectors, portrait: Portrait) -> None:
    body = detectors.body(portrait(size=1.0), 1.0)
    assert body is not None
    assert body.landmarks[11, 0] > body.landmarks[12, 0]
    assert body.visibility[11] > 0.8
    shoulders_m = float(np.linalg.norm(body.world[11] - body.world[12]))
    assert 0.2 < shoulders_m < 0.6


def test_time_that_stands_still_or_goes_back_is_borne(detectors: Detectors, portrait: Portrait) -> None:
    for captured_s in (5.0, 5.0, 4.0):
        assert detectors.face(portrait(), captured_s) is not None


@pytest.mark.parametrize(("clip", "is_mirrored"), [("asl_yes.mkv", False), ("asl_yes.mkv", True)])
def test_the_left_hand_is_at_the_persons_own_left_wrist(detectors: Detectors, clip: str, is_mirrored: bool) -> None:
    """One person raises the right fist, and in a mirror the left one."""
    with av.open(str(shared_data("footage", clip))) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)][::4]
    seen = 0
    for number, frame in enumerate(frames):
        pixels = np.array(frame[:, ::-1] if is_mirrored else frame, np.uint8, order="C")
        body = detectors.body(pixels, number / 7.0)
        # Without the body, so that the label alone decides, and the wrists are the judge.
        hands = detectors.hands(pixels, number / 7.0, None)
        if body is None:
            continue
        for hand, own, other in zip(hands, (LEFT_WRIST, RIGHT_WRIST), (RIGHT_WRIST, LEFT_WRIST), strict=True):
            if hand is not None and body.visibility[own] > 0.5:
                to_own, to_other = (
                    float(np.linalg.norm(hand.landmarks[0, :2] - body.landmarks[wrist, :2])) for wrist in (own, other)
                )
                assert to_own < to_other
                seen += 1
    assert seen >= 3


def test_a_raised_hand_is_believed_at_once_and_not_after_a_dozen_looks() -> None:
    """What MediaPipe's low pass makes of a wrist that comes into sight is taken back."""
    true = np.array([0.1, 0.1, 0.9, 0.9, 0.2], np.float32)
    smoothed = [true[:1]]
    for value in true[1:]:
        smoothed.append(smoothed[-1] + np.float32(VISIBILITY_SHARE) * (value - smoothed[-1]))
    found = [unsmoothed(now, before) for before, now in zip([None, *smoothed], smoothed, strict=False)]
    np.testing.assert_allclose(np.concatenate(found), true, atol=1e-5)


def test_visibility_follows_a_signing_hand_up_and_stays_a_share(detectors: Detectors) -> None:
    seen = []
    with av.open(str(shared_data("footage", "asl_sister.mkv"))) as film:
        for number, frame in enumerate(film.decode(video=0)):
            if number % 4 == 0 and number < 40:
                body = detectors.body(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8), 1.0 + number / 30.0)
                assert body is not None
                seen.append(body.visibility)
    shares = np.array(seen)
    assert ((shares >= 0.0) & (shares <= 1.0)).all()
    assert (shares[6:, [LEFT_WRIST, RIGHT_WRIST]] > 0.8).all(), "both hands are up from the 24th frame on"
