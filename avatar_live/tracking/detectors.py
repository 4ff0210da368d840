"""MediaPipe's landmarkers in VIDEO mode: one camera picture in, face, body and hands out.

VIDEO mode answers in the caller's thread, so a caller that always brings its newest picture skips old ones by itself;
LIVE_STREAM mode queues them and can hang.
"""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from avatar_live.signals import ARKIT_SHAPES, BodyReading, FaceReading, HandReading
from avatar_live.tracking.crispness import Crispness
from avatar_live.tracking.distance import Distance
from avatar_live.tracking.drawn import DrawnHeads
from avatar_live.tracking.face_net import face_net
from avatar_live.tracking.hand_sieve import HandSieve
from avatar_live.tracking.hands_view import HandsView
from avatar_live.tracking.models import ModelError, Models
from avatar_live.tracking.regions import HEAD_PX, Region
from avatar_live.tracking.shapes import shapes_from_landmarks
from avatar_live.tracking.sides import SeenHand
from avatar_live.tracking.source import Pixels
from avatar_live.tracking.tasks import BaseOptions, mediapipe, vision

HANDS_MAX: Final = 2
# What a face model's depth is worth: heads rendered at known turns look too deep to the official one, and too flat to
# the registry's (`bench tracking head`: gain of the yaw 1.037 and .93 without these). A portrait that is not the
# bench's, rendered the same way, asks for more than this: .90 with a depth of 1.02, .93 with 1.09.
DEPTH_OFFICIAL, DEPTH_REGISTRY = 0.98, 1.08
# Below MediaPipe's .5: a person 2-3 m away is then found at once instead of after 11 and 20 frames (two clips), and
# what is not a face is still turned down by the landmark model's own doubt.
DETECTION_MIN: Final = 0.3
# A hand that moves is blurred; the sieve turns down what is no hand.
HAND_DETECTION_MIN: Final = 0.2
HAND_PRESENCE_MIN: Final = 0.3
BODY_AGE_S_MAX: Final = 0.5  # an older body does not say where the hands are
# The share of a new value in MediaPipe's low pass over visibility (`VisibilitySmoothingCalculator` of its pose graph).
VISIBILITY_SHARE: Final = 0.1

Points = NDArray[np.float32]

_SHAPE_PLACES: Final = {name: place for place, name in enumerate(ARKIT_SHAPES)}


class Detectors:
    """Hold the three landmarkers open, each for pictures of rising `captured_s`. Raises ModelError.

    Heads are a person's, or, if `drawn`, an avatar's.
    """

    def __init__(self, models: Models, *, drawn: bool = False) -> None:
        self._has_shapes = models.face_has_shapes
        self._drawn = DrawnHeads() if drawn else None
        if not self._has_shapes:
            face_net()  # read now: a missing file is to be said before the show
        self._face = _open(
            vision.FaceLandmarker,
            vision.FaceLandmarkerOptions,
            models.face,
            output_face_blendshapes=True,
            min_face_detection_confidence=DETECTION_MIN,
        )
        self._body = _open(vision.PoseLandmarker, vision.PoseLandmarkerOptions, models.pose)
        self._smoothed_visibility: Points | None = None
        self._hands = _open(
            vision.HandLandmarker,
            vision.HandLandmarkerOptions,
            models.hand,
            num_hands=HANDS_MAX,
            min_hand_detection_confidence=HAND_DETECTION_MIN,
            min_hand_presence_confidence=HAND_PRESENCE_MIN,
            min_tracking_confidence=HAND_PRESENCE_MIN,
        )
        self._distance, self._sieve = Distance(), HandSieve()
        self._crispness = Crispness()
        self._face_in_view: Points | None = None
        self._newest_face: FaceReading | None = None
        self._hands_view = HandsView()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def use_drawn(self, is_on: bool) -> None:
        """Follow an avatar's head from the next picture on, or a person's. Raises ModelError."""
        if is_on != (self._drawn is not None):
            self._drawn = DrawnHeads() if is_on else None

    def close(self) -> None:
        """Close the three landmarkers."""
        for landmarker in (self._face, self._body, self._hands):
            landmarker.close()

    def face(self, pixels: Pixels, captured_s: float) -> FaceReading | None:
        """Return the face with its 52 weights, from the model or worked out of its landmarks."""
        region, is_new = self._distance.region(captured_s)
        view = pixels if region is None else region.cut(pixels, HEAD_PX)
        view = self._crispness.raised(view, None if is_new else self._face_in_view)
        found = self._face(view, captured_s)
        if is_new and not found.face_landmarks:
            # The landmarker looked where the face was in the last view; now it looks everywhere.
            found = self._face(view, captured_s)
        self._face_in_view = _in_pixels(found.face_landmarks[0], view) if found.face_landmarks else None
        face = self._face_of(found, view, region, captured_s) if found.face_landmarks else None
        if face is not None and not self._distance.is_own(face):
            face = None
        elif self._drawn is not None:
            face = self._drawn.seen(face, pixels, captured_s)
        self._distance.learn(face, captured_s, max(pixels.shape[:2]))
        self._newest_face = face or self._newest_face
        return face

    def _face_of(self, found: Any, view: Pixels, region: Region | None, captured_s: float) -> FaceReading:
        landmarks = _in_pixels(found.face_landmarks[0], view)
        if self._has_shapes:
            shapes = np.zeros(len(ARKIT_SHAPES), np.float32)
            for category in found.face_blendshapes[0]:
                place = _SHAPE_PLACES.get(category.category_name)
                if place is not None:
                    shapes[place] = category.score
        else:
            shapes = shapes_from_landmarks(landmarks)
        landmarks[:, 2] *= DEPTH_OFFICIAL if self._has_shapes else DEPTH_REGISTRY
        if region is not None:
            landmarks = region.to_picture(landmarks, HEAD_PX)
        return FaceReading(landmarks, shapes, captured_s)

    def body(self, pixels: Pixels, captured_s: float) -> BodyReading | None:
        """Return the body."""
        found = self._body(pixels, captured_s)
        if not found.pose_landmarks:
            self._smoothed_visibility = None
            self._distance.meet(None)
            return None
        seen = found.pose_landmarks[0]
        smoothed = np.fromiter((point.visibility or 0.0 for point in seen), np.float32, len(seen))
        visibility = unsmoothed(smoothed, self._smoothed_visibility)
        self._smoothed_visibility = smoothed
        world = _in_metres(found.pose_world_landmarks[0])
        body = BodyReading(_in_pixels(seen, pixels), world, visibility, captured_s)
        self._distance.meet(body)
        return body

    def hands(
        self, pixels: Pixels, captured_s: float, body: BodyReading | None
    ) -> tuple[HandReading | None, HandReading | None]:
        """Return the person's own left and right hand, looked for at the body's wrists or, without, everywhere."""
        body = body if body is not None and captured_s - body.captured_s <= BODY_AGE_S_MAX else None
        is_handed_over = body is not None and self._hands_view.show(pixels, body, captured_s)
        view = self._hands_view.pixels if is_handed_over else pixels
        found = self._hands(view, captured_s)
        seen = []
        for points, world, label in zip(
            found.hand_landmarks, found.hand_world_landmarks, found.handedness, strict=True
        ):
            landmarks: Points | None = _in_pixels(points, view)
            if is_handed_over and landmarks is not None:
                landmarks = self._hands_view.in_picture(landmarks)
            if landmarks is not None:
                reading = HandReading(landmarks, _in_metres(world), float(label[0].score), captured_s)
                # MediaPipe's notes say that labels are for mirrored pictures; measured on unmirrored ones, 97 % of
                # 418 hands are the person's own as labelled.
                seen.append(SeenHand(reading, is_left=label[0].category_name == "Left"))
        hands = self._sieve.admit(seen, self._newest_face, body, captured_s)
        self._hands_view.meet(hands)
        return hands


def unsmoothed(smoothed: Points, before: Points | None) -> Points:
    """Return visibilities (33,) as they were before MediaPipe's low pass, from two of its results in a row.

    The low pass counts looks and not seconds: at 7.5 looks a second a raised hand went unnoticed for half a second.
    """
    if before is None:
        return smoothed
    visibility: Points = np.clip(before + (smoothed - before) / VISIBILITY_SHARE, 0.0, 1.0, dtype=np.float32)
    return visibility


class _Landmarker:
    """Call one landmarker with rising timestamps."""

    def __init__(self, task: Any) -> None:
        self._task = task
        self._newest_ms = -1

    def __call__(self, pixels: Pixels, captured_s: float) -> Any:
        self._newest_ms = max(self._newest_ms + 1, int(captured_s * 1000.0))
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=pixels)
        return self._task.detect_for_video(image, self._newest_ms)

    def close(self) -> None:
        self._task.close()


def _open(task: Any, options: Any, path: Path, **settings: Any) -> _Landmarker:
    base = BaseOptions(model_asset_path=str(path))
    settings |= {"base_options": base, "running_mode": vision.RunningMode.VIDEO}
    try:
        return _Landmarker(task.create_from_options(options(**settings)))
    except (RuntimeError, ValueError, OSError) as error:
        raise ModelError(
            f"MediaPipe cannot open {path}: delete it, and the right one is fetched at the next start."
        ) from error


def _in_metres(points: Sequence[Any]) -> Points:
    values = (value for point in points for value in (point.x, point.y, point.z))
    return np.fromiter(values, np.float32, 3 * len(points)).reshape(-1, 3)


def _in_pixels(points: Sequence[Any], pixels: Pixels) -> Points:
    height, width, _ = pixels.shape
    # MediaPipe's z is on the scale of x.
    return _in_metres(points) * np.asarray((width, height, width), np.float32)
