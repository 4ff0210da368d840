"""Real people: a turning head, signing hands, and the performance that the project ships."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from shared import shared_data
from synthetic import angle_between

from avatar_live.motion import Solver
from avatar_live.motion import quaternions as quat
from avatar_live.signals import ARKIT_SHAPES, FaceReading, Pose, Readings
from avatar_live.tracking.performance import PERFORMANCE, Performance

FRAME_S = 1.0 / 30.0


def direction(pose: Pose, side: str) -> quat.Doubles:
    """Return where the avatar's lower arm points."""
    whole = quat.IDENTITY
    for bone in ("hips", "spine", "chest", "upperChest", f"{side}Shoulder", f"{side}UpperArm", f"{side}LowerArm"):
        whole = quat.multiply(whole, pose.rotations[bone])
    return quat.rotate(whole, np.array([1.0 if side == "left" else -1.0, 0.0, 0.0]))


def head_yaw_deg(pose: Pose) -> float:
    whole = quat.IDENTITY
    for bone in ("hips", "spine", "chest", "upperChest", "neck", "head"):
        whole = quat.multiply(whole, pose.rotations[bone])
    return float(np.degrees(quat.yaw_pitch_roll(whole)[0]))


def tracked_faces() -> Iterator[FaceReading]:
    """Track the woman who turns her head from her right to her left and back."""
    mediapipe = pytest.importorskip("mediapipe")
    from mediapipe.tasks.python import vision
    from PIL import Image, ImageSequence

    options = vision.FaceLandmarkerOptions(
        base_options=mediapipe.tasks.BaseOptions(str(shared_data("models", "face_landmarker.task"))),
        running_mode=vision.RunningMode.VIDEO,
        output_face_blendshapes=True,
    )
    clip = Image.open(shared_data("footage", "head-pose-face-detection-female.gif"))
    with clip, vision.FaceLandmarker.create_from_options(options) as landmarker:
        at_s = 0.0
        for frame in ImageSequence.Iterator(clip):
            pixels = np.array(frame.convert("RGB"))
            height_px, width_px = pixels.shape[:2]
            picture = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=pixels)
            found = landmarker.detect_for_video(picture, round(at_s * 1000))
            if found.face_landmarks:
                points = [(p.x * width_px, p.y * height_px, p.z * width_px) for p in found.face_landmarks[0]]
                shapes = [*[shape.score for shape in found.face_blendshapes[0]][1:], 0.0]
                yield FaceReading(np.array(points, np.float32), np.array(shapes, np.float32), at_s)
            at_s += frame.info["duration"] / 1000.0


def test_the_avatars_head_turns_with_a_filmed_woman() -> None:
    solver, shown, nose_aside = Solver(mirror=False), [], []
    faces = list(tracked_faces())
    assert len(faces) > 15
    for face in faces:
        for late_s in (0.02, 0.053):
            pose = solver.solve(Readings(480, 270, face.captured_s, face), face.captured_s + late_s, FRAME_S)
        shown.append(head_yaw_deg(pose))
        nose = face.landmarks[1, 0] - 0.5 * (face.landmarks[234, 0] + face.landmarks[454, 0])
        nose_aside.append(nose / np.linalg.norm(face.landmarks[10, :2] - face.landmarks[152, :2]))
    assert min(shown) < -30.0
    assert max(shown) > 20.0
    assert np.corrcoef(shown, nose_aside)[0, 1] > 0.97


def test_the_shipped_performance_moves_the_avatar_and_never_breaks_it() -> None:
    performance = Performance.load(PERFORMANCE)
    solver = Solver(mirror=False)
    poses, wrists = [], []
    for frame in range(len(performance)):
        now_s = frame * FRAME_S
        readings = performance.at(frame, now_s)
        poses.append(solver.solve(readings, now_s, FRAME_S))
        assert readings.body is not None
        shoulder, wrist = readings.body.world[[11, 12], 1], readings.body.world[[15, 16], 1]
        wrists.append((shoulder - wrist) if readings.left_hand or readings.right_hand else np.array([-1.0, -1.0]))
    assert all(pose.is_tracked for pose in poses)
    yaws = np.array([head_yaw_deg(pose) for pose in poses])
    assert np.ptp(yaws) > 50.0
    assert np.abs(np.diff(yaws)).max() < 12.0
    heights = np.array([[direction(pose, side)[1] for side in ("left", "right")] for pose in poses])
    for side in (0, 1):
        raised = np.array(wrists)[:, side] > -0.1
        assert raised.sum() > 20
        assert heights[raised, side].mean() > 0.0
        assert heights[:, side].min() < -0.85
    lids = np.array([pose.shapes[ARKIT_SHAPES.index("eyeBlinkLeft")] for pose in poses])
    assert lids.max() > 0.8
    assert (lids < 0.3).mean() > 0.7, "signers look at their hands, and yet the avatar is awake"
    for bone in ("leftUpperArm", "rightUpperArm", "leftLowerArm", "rightLowerArm", "leftHand", "rightHand"):
        turns = [float(angle_between(a.rotations[bone], b.rotations[bone])) for a, b in pairwise(poses)]
        assert np.degrees(max(turns)) < 25.0, bone
