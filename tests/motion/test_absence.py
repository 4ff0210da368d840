"""While nobody is seen: idle, hold or sleep, each entered and left without a pop; and glances at the chat."""

import itertools
import math

import numpy as np
import pytest
from synthetic import angle_between, face, seen

from avatar_live.motion import Solver, idle
from avatar_live.motion import quaternions as quat
from avatar_live.motion.absence import SLEEP_AFTER_S
from avatar_live.signals import ARKIT_SHAPES, Pose, Readings
from avatar_live.signals.presence import LOST_POLICIES, LostPolicy

FRAME_S = 1.0 / 30.0
LEAVES_S = 3.0
BLINK = ARKIT_SHAPES.index("eyeBlinkLeft")
JAW = ARKIT_SHAPES.index("jawOpen")
# Degrees a second. A head that is turned on purpose reaches 300; 150 at a seam looks like one that turns back to see.
SEAM_DEG_S_MAX = 150.0


def visible(now_s: float, back_s: float) -> Readings:
    if LEAVES_S <= now_s < back_s:
        return seen()
    shapes = {"jawOpen": 0.5, "mouthSmileLeft": 0.6, "mouthSmileRight": 0.6}
    return seen(face(25.0 if now_s < LEAVES_S else -20.0, -6.0, 4.0, at_s=now_s, shapes=shapes))


def performance(policy: LostPolicy, back_s: float, until_s: float) -> list[Pose]:
    solver = Solver(mirror=False)
    solver.use_lost_policy(policy)
    return [
        solver.solve(visible(frame * FRAME_S, back_s), frame * FRAME_S, FRAME_S) for frame in range(int(until_s * 30))
    ]


def at(shown: list[Pose], seconds: float) -> Pose:
    return shown[round(seconds * 30)]


def head_deg(pose: Pose) -> np.ndarray:
    whole = quat.IDENTITY
    for bone in ("hips", "spine", "chest", "upperChest", "neck", "head"):
        whole = quat.multiply(whole, pose.rotations[bone])
    return np.degrees(quat.yaw_pitch_roll(whole))


def joint_speed_deg_s(shown: list[Pose]) -> float:
    """Return the speed of the fastest joint."""
    turns = [
        float(angle_between(a.rotations[bone], b.rotations[bone]))
        for a, b in itertools.pairwise(shown)
        for bone in a.rotations
    ]
    return math.degrees(max(turns)) / FRAME_S


@pytest.mark.parametrize("policy", LOST_POLICIES)
@pytest.mark.parametrize("away_s", [1.0, 8.0, 25.0])
def test_leaving_and_coming_back_show_no_pop(policy: LostPolicy, away_s: float) -> None:
    back_s = LEAVES_S + away_s
    shown = performance(policy, back_s, back_s + 2.0)
    leaving, coming = shown[85:140], shown[round(back_s * 30) - 5 : round(back_s * 30) + 45]
    assert joint_speed_deg_s(leaving) <= SEAM_DEG_S_MAX
    assert joint_speed_deg_s(coming) <= SEAM_DEG_S_MAX
    mouth = np.array([pose.shapes[JAW] for pose in coming])
    assert np.abs(np.diff(mouth)).max() < 0.25
    assert shown[-1].is_tracked
    assert head_deg(shown[-1])[0] == pytest.approx(-20.0, abs=1.5)


def test_hold_stays_as_the_host_was_but_breathes_and_blinks() -> None:
    shown = performance("hold", 60.0, 30.0)
    before, later = at(shown, LEAVES_S - 0.1), shown[round(5.0 * 30) :]
    assert not later[0].is_tracked
    for pose in later[::60]:
        np.testing.assert_allclose(head_deg(pose), head_deg(before), atol=2.0)
        assert pose.shapes[JAW] == pytest.approx(before.shapes[JAW], abs=0.05)
        assert pose.gaze_yaw_rad == pytest.approx(before.gaze_yaw_rad, abs=0.03)
    lids = np.array([pose.shapes[BLINK] for pose in later])
    assert lids.max() > 0.9 and np.mean(lids < 0.1) > 0.8
    assert np.ptp([pose.rotations["chest"][0] for pose in later]) > 0.005


def test_who_was_never_seen_cannot_be_held_and_idles() -> None:
    holding, idling = Solver(), Solver()
    holding.use_lost_policy("hold")
    for frame in range(60):
        one, other = (solver.solve(None, frame * FRAME_S, FRAME_S) for solver in (holding, idling))
        np.testing.assert_allclose(one.rotations["head"], other.rotations["head"], atol=1e-12)


def test_sleep_comes_after_ten_seconds_gently_and_goes_on_breathing() -> None:
    shown = performance("sleep", 90.0, 45.0)
    awake = shown[round((LEAVES_S + 2.0) * 30) : round((LEAVES_S + SLEEP_AFTER_S) * 30)]
    asleep = shown[round((LEAVES_S + SLEEP_AFTER_S + 7.0) * 30) :]
    assert np.mean([pose.shapes[BLINK] for pose in awake]) < 0.15
    assert abs(np.mean([head_deg(pose)[1] for pose in awake])) < 8.0
    assert min(pose.shapes[BLINK] for pose in asleep) > 0.99
    assert all(20.0 < head_deg(pose)[1] < 40.0 for pose in asleep[::30])
    assert np.ptp([pose.rotations["chest"][0] for pose in asleep]) > 0.005
    assert all(abs(pose.gaze_yaw_rad) < 0.01 for pose in asleep)
    assert joint_speed_deg_s(shown[round((LEAVES_S + 2.0) * 30) :]) < 20.0


def test_a_policy_that_is_changed_while_the_host_is_away_is_crossed_to() -> None:
    solver, shown = Solver(mirror=False), []
    for frame in range(30 * 40):
        now_s = frame * FRAME_S
        if frame in (600, 900):
            solver.use_lost_policy("sleep" if frame == 600 else "idle")
        shown.append(solver.solve(visible(now_s, 90.0), now_s, FRAME_S))
    assert at(shown, 25.0).shapes[BLINK] > 0.99 and head_deg(at(shown, 25.0))[1] > 20.0
    assert abs(head_deg(at(shown, 35.0))[1]) < 10.0
    assert joint_speed_deg_s(shown[550:]) <= SEAM_DEG_S_MAX


def gazes(mirror: bool, seconds: float, calls_s: tuple[float, ...] = ()) -> np.ndarray:
    """Return where in the world the idle's eyes look, (frames, 2) degrees to its left and up."""
    solver, looks = Solver(mirror=mirror), []
    for frame in range(int(seconds * 30)):
        now_s = 100.0 + frame * FRAME_S
        if any(abs(now_s - call_s) < 0.5 * FRAME_S for call_s in calls_s):
            solver.notice_chat(now_s)
        pose = solver.solve(None, now_s, FRAME_S)
        yaw, pitch, _ = head_deg(pose)
        looks.append((yaw + math.degrees(pose.gaze_yaw_rad), math.degrees(pose.gaze_pitch_rad) - pitch))
    return np.array(looks)


@pytest.mark.parametrize("mirror", [False, True])
def test_the_idle_glances_at_the_chat_now_and_then_and_mostly_at_the_viewer(mirror: bool) -> None:
    looks = gazes(mirror, 180.0)
    at_chat = (looks[:, 0] > 12.0) & (looks[:, 1] < -2.0)
    starts = int((at_chat[1:] & ~at_chat[:-1]).sum())
    assert 0.04 < at_chat.mean() < 0.30
    assert starts >= 8
    assert not (looks[:, 0] < -17.0).any(), "the chat is on one side, whether the picture is mirrored or not"
    assert np.abs(np.median(looks, axis=0)).max() < 5.0


def test_a_chat_that_grows_loud_is_looked_at_at_once_and_not_without_end() -> None:
    looks = gazes(False, 30.0, calls_s=tuple(110.0 + 0.1 * call for call in range(12)))
    called = looks[round(10.2 * 30) : round(11.8 * 30)]
    assert (called[:, 0] > 10.0).all()
    eyes = [idle.chat_look(100.0 + frame * FRAME_S, 1, 110.0)[0] for frame in range(900)]
    assert max(eyes[305:360]) == 1.0 and np.abs(np.diff(looks[:, 0])).max() < 25.0


def test_a_look_at_the_chat_ends_within_its_slot_so_that_no_slot_begins_with_a_jump() -> None:
    for seed, slot in itertools.product(range(20), range(30)):
        assert idle.chat_look(slot * idle.CHAT_SLOT_S, seed) == (0.0, 0.0)
        assert idle.chat_look(slot * idle.CHAT_SLOT_S - 1e-6, seed) == pytest.approx((0.0, 0.0), abs=1e-6)
