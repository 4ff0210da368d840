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
from avatar_live.tracking.face_net import face_net
from avatar_live.tracking.models import ModelError, Models
from avatar_live.tracking.shapes import shapes_from_landmarks
from avatar_live.tracking.sides import SeenHand, assign_sides
from avatar_live.tracking.source import Pixels
from avatar_live.tracking.tasks import BaseOptions, mediapipe, vision

HANDS_MAX: Final = 2
# Below MediaPipe's .5: a person 2-3 m away is then found at once instead of after 11 and 20 frames (two clips), and
# what is not a face is still turned down by the landmark model's own doubt.
DETECTION_MIN: Final = 0.3
# The share of a new value in MediaPipe's low pass over visibility (`VisibilitySmoothingCalculator` of its pose graph).
VISIBILITY_SHARE: Final = 0.1

Points = NDArray[np.float32]

_SHAPE_PLACES: Final = {name: place for place, name in enumerate(ARKIT_SHAPES)}


class Detectors:
    """Hold the three landmarkers open, each for pictures of rising `captured_s`. Raises ModelError."""

    def __init__(self, models: Models) -> None:
        self._has_shapes = models.face_has_shapes
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
        self._hands = _open(vision.HandLandmarker, vision.HandLandmarkerOptions, models.hand, num_hands=HANDS_MAX)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the three landmarkers."""
        for landmarker in (self._face, self._body, self._hands):
            landmarker.close()

    def face(self, pixels: Pixels, captured_s: float) -> FaceReading | None:
        """Return the face with its 52 weights, from the model or worked out of its landmarks."""
        found = self._face(pixels, captured_s)
        if not found.face_landmarks:
            return None
        landmarks = _in_pixels(found.face_landmarks[0], pixels)
        if self._has_shapes:
            shapes = np.zeros(len(ARKIT_SHAPES), np.float32)
            for category in found.face_blendshapes[0]:
                place = _SHAPE_PLACES.get(category.category_name)
                if place is not None:
                    shapes[place] = category.score
        else:
            shapes = shapes_from_landmarks(landmarks)
        return FaceReading(landmarks, shapes, captured_s)

    def body(self, pixels: Pixels, captured_s: float) -> BodyReading | None:
        """Return the body."""
        found = self._body(pixels, captured_s)
        if not found.pose_landmarks:
            self._smoothed_visibility = None
            return None
        seen = found.pose_landmarks[0]
        smoothed = np.fromiter((point.visibility or 0.0 for point in seen), np.float32, len(seen))
        visibility = unsmoothed(smoothed, self._smoothed_visibility)
        self._smoothed_visibility = smoothed
        return BodyReading(_in_pixels(seen, pixels), _in_metres(found.pose_world_landmarks[0]), visibility, captured_s)

    def hands(
        self, pixels: Pixels, captured_s: float, body: BodyReading | None
    ) -> tuple[HandReading | None, HandReading | None]:
        """Return the person's own left and right hand; the body's wrists decide where they are seen."""
        found = self._hands(pixels, captured_s)
        seen = [
            SeenHand(
                HandReading(_in_pixels(points, pixels), _in_metres(world), float(label[0].score), captured_s),
                # MediaPipe's notes say that labels are for mirrored pictures; measured on unmirrored ones, 97 % of
                # 418 hands are the person's own as labelled.
                is_left=label[0].category_name == "Left",
            )
            for points, world, label in zip(
                found.hand_landmarks, found.hand_world_landmarks, found.handedness, strict=True
            )
        ]
        return assign_sides(seen, body)


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
