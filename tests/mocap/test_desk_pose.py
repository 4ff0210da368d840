"""A host at a desk: numbers in, a pose out that is smooth, bounded, and tells nobody what was typed."""

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_live.mocap import desk
from avatar_live.mocap.desk import Desk, DeskSeen, Keys, Pad, Pointer
from avatar_live.mocap.grips import Thumbwork
from avatar_live.mocap.part import Part
from avatar_live.motion import quaternions as quat
from avatar_live.motion.skeleton import BONES

STEP_S = 1.0 / 60.0
MIDDLE = Pointer(0.5, 0.5)
JOINT_RAD_S_MAX = {"head": 2.5, "neck": 2.5, "Hand": 6.0, "Arm": 6.0, "": 14.0}  # a finger strikes quickest

Seen = Callable[[float], DeskSeen]


def play(seen: Seen, until_s: float, host: Desk | None = None, from_s: float = 0.0) -> Iterator[Part | None]:
    host = host or Desk()
    for step in range(round((until_s - from_s) / STEP_S) + 1):
        now_s = from_s + step * STEP_S
        yield host.at(seen(now_s), now_s)


def last(seen: Seen, until_s: float) -> Part:
    *_, given = play(seen, until_s)
    assert given is not None
    return given


def pointing(right: float, down: float) -> Seen:
    """Return a pointer that goes to a place at once and is kept awake by hardly moving there."""
    return lambda now_s: DeskSeen(MIDDLE if now_s < 0.1 else Pointer(right + 0.003 * (round(60 * now_s) % 2), down))


def turn(given: Part, *bones: str) -> NDArray[np.float64]:
    """Return the turn of a chain of bones, the first nearest to the hips."""
    total = quat.IDENTITY
    for bone in bones:
        total = quat.multiply(total, np.array(given.rotations.get(bone, quat.IDENTITY)))
    return total


def head_turn(given: Part) -> tuple[float, float, float]:
    return quat.yaw_pitch_roll(turn(given, "spine", "chest", "upperChest", "neck", "head"))


def wrist(given: Part, side: str) -> NDArray[np.float64]:
    """Return where the wrist is, in arms from the shoulder."""
    along = np.array([0.5 if side == "left" else -0.5, 0.0, 0.0])
    upper = turn(given, "spine", "chest", "upperChest", f"{side}Shoulder", f"{side}UpperArm")
    lower = quat.multiply(upper, turn(given, f"{side}LowerArm"))
    return quat.rotate(upper, along) + quat.rotate(lower, along)


def has(given: Part, bone: str) -> bool:
    return bone in given.rotations


def test_nothing_is_given_until_a_device_is_touched() -> None:
    still = DeskSeen(Pointer(0.3, 0.7), Keys(), Pad(Thumbwork((0.1, 0.1))))
    assert all(given is None for given in play(lambda _: still, 1.0))


@pytest.mark.parametrize(("right", "down", "yaw", "pitch"), [(1.0, 0.5, -1, 0), (0.0, 0.5, 1, 0), (0.5, 1.0, 0, 1)])
def test_the_head_follows_the_pointer_to_its_limits(right: float, down: float, yaw: int, pitch: int) -> None:
    head = np.degrees(head_turn(last(pointing(right, down), 2.0)))
    assert head[0] == pytest.approx(24.75 * yaw, abs=0.5)
    assert head[1] == pytest.approx(15.0 * pitch, abs=0.5)
    assert head[2] == pytest.approx(0.0, abs=0.5)


def test_no_pointer_outside_the_screen_breaks_a_neck() -> None:
    yaw, pitch, _ = head_turn(last(pointing(7.0, -9.0), 2.0))
    assert abs(yaw) <= desk.HEAD_YAW_RAD_MAX + 1e-3 and abs(pitch) <= desk.HEAD_PITCH_RAD_MAX + 1e-3


def test_the_eyes_are_there_before_the_head() -> None:
    given = [pose for pose in play(pointing(0.0, 0.5), 1.5) if pose is not None]
    goal = desk.LOOK_YAW_RAD_MAX

    def arrives_s(yaws: list[float]) -> float:
        return STEP_S * next(step for step, yaw in enumerate(yaws) if yaw > 0.5 * yaws[-1])

    heads = [head_turn(pose)[0] for pose in given]
    gazes = [pose.gaze_rad for pose in given if pose.gaze_rad is not None]
    looks = [head + gaze[0] for head, gaze in zip(heads, gazes, strict=True)]
    assert arrives_s(looks) < 0.1 < 0.2 < arrives_s(heads) < 0.4
    assert looks[-1] == pytest.approx(goal, abs=0.01)
    assert float(np.abs(gazes).max()) <= desk.EYE_RAD_MAX + 1e-6


def test_the_right_hand_goes_with_the_mouse_and_its_finger_clicks() -> None:
    left, right = (last(pointing(place, 0.5), 2.0) for place in (0.0, 1.0))
    assert wrist(right, "right")[0] < wrist(left, "right")[0] - 0.15
    assert not has(left, "leftHand"), "of the other hand a mouse knows nothing"
    clicked = last(lambda now_s: DeskSeen(Pointer(0.5, 0.5, is_first_down=now_s > 0.1)), 1.0)
    still = last(lambda now_s: DeskSeen(Pointer(0.5, 0.5, is_second_down=now_s > 0.1)), 1.0)
    index, middle = "rightIndexProximal", "rightMiddleProximal"
    assert _bend(clicked, index) > _bend(still, index) + math.radians(10.0)
    assert _bend(still, middle) > _bend(clicked, middle) + math.radians(10.0)


def test_a_keystroke_presses_one_finger_of_its_own_hand_and_is_over_soon() -> None:
    def seen(now_s: float) -> DeskSeen:
        return DeskSeen(keys=Keys(left=int(1.0 <= now_s < 1.03), right=int(now_s < 0.1)))

    given = [pose for pose in play(seen, 2.0) if pose is not None]
    before, struck, after = (given[round(at_s / STEP_S)] for at_s in (0.98, 1.13, 1.6))
    fingers = [f"left{finger}Proximal" for finger in ("Index", "Middle", "Ring", "Little")]
    pressed = [_bend(struck, finger) - _bend(before, finger) for finger in fingers]
    assert sorted(degrees > 8.0 for degrees in np.degrees(pressed)) == [False, False, False, True]
    assert [_bend(after, finger) for finger in fingers] == pytest.approx(
        [_bend(before, finger) for finger in fingers], abs=0.02
    )
    idle = [_bend(struck, finger.replace("left", "right")) for finger in fingers]
    assert idle == pytest.approx([_bend(before, finger.replace("left", "right")) for finger in fingers], abs=0.02)


def test_the_right_hand_types_where_there_are_keys_and_returns_to_the_mouse() -> None:
    def seen(now_s: float) -> DeskSeen:
        moved = Pointer(0.5 + 0.2 * min(max(now_s - 2.0, 0.0), 0.5), 0.5)
        return DeskSeen(moved, Keys(right=int(1.0 < now_s < 1.3)))

    host = Desk()
    assert [*play(lambda _: DeskSeen(MIDDLE, Keys()), 0.0, host)] == [None]
    host.at(DeskSeen(Pointer(0.51, 0.5), Keys()), STEP_S)
    given = [pose for pose in play(seen, 4.0, host, from_s=2 * STEP_S) if pose is not None]
    mouse, keys, again = (wrist(given[round(at_s / STEP_S)], "right")[0] for at_s in (0.9, 1.8, 3.9))
    assert keys > mouse + 0.1 and again < keys - 0.1


def test_both_hands_hold_a_gamepad_and_the_thumbs_steer() -> None:
    def steering(across: float) -> Seen:
        return lambda _: DeskSeen(pad=Pad(Thumbwork((across, 0.3)), Thumbwork((0.0, 1.0), trigger=1.0)))

    left, right = (last(steering(across), 1.0) for across in (-1.0, 1.0))
    from_left, from_right = wrist(left, "left"), wrist(left, "right")
    apart = from_left + np.array([0.58, 0.0, 0.0]) - from_right
    assert 0.3 < float(np.linalg.norm(apart)) < 0.7
    assert from_left[2] > 0.5 and from_right[2] > 0.5
    moved = quat.multiply(quat.inverse(turn(left, "leftThumbMetacarpal")), turn(right, "leftThumbMetacarpal"))
    assert np.linalg.norm(quat.to_rotation_vector(moved)) > math.radians(20.0)
    assert _bend(left, "rightIndexProximal") > _bend(left, "leftIndexProximal") + math.radians(10.0)


def test_who_does_nothing_looks_up_then_around_and_lets_go() -> None:
    given = [*play(lambda now_s: DeskSeen(MIDDLE if now_s < 0.1 else Pointer(1.0, 1.0), Keys()), 22.0)]
    at = {at_s: given[round(at_s / STEP_S)] for at_s in (2.5, 5.9, 6.3, 20.0, 20.3)}
    looking, up, around, resting = at[2.5], at[5.9], at[6.3], at[20.0]
    assert looking is not None and up is not None and around is not None and resting is not None
    assert head_turn(looking)[0] < math.radians(-20.0) and abs(head_turn(up)[0]) < math.radians(0.5)
    assert up.gaze_rad is not None and around.gaze_rad is None and not has(around, "head")
    assert has(resting, "leftHand") and at[20.3] is None


@pytest.mark.parametrize("held", [DeskSeen(MIDDLE, Keys(left=1)), DeskSeen(pad=Pad(Thumbwork((0.0, 1.0))))])
def test_who_holds_a_key_or_a_stick_for_long_is_not_idle(held: DeskSeen) -> None:
    given = last(lambda _: held, 25.0)
    assert has(given, "leftHand") and has(given, "head")


def test_no_joint_ever_moves_faster_than_a_body_does() -> None:
    rng = np.random.default_rng(3)
    seen = [_anything(rng) for _ in range(80)]
    given = [*play(lambda now_s: seen[min(int(2.0 * now_s), 79)], 40.0)]
    fastest: dict[str, float] = {}
    for before, after in pairwise(given):
        if before is None or after is None:
            continue
        for bone in before.rotations.keys() & after.rotations.keys():
            moved = quat.multiply(quat.inverse(turn(before, bone)), turn(after, bone))
            speed = float(np.linalg.norm(quat.to_rotation_vector(moved))) / STEP_S
            fastest[bone] = max(fastest.get(bone, 0.0), speed)
    assert len(fastest) == 5 + 2 * 19
    for bone, speed in fastest.items():
        limit = next(limit for end, limit in JOINT_RAD_S_MAX.items() if bone.endswith(end))
        assert speed < limit, f"{bone}: {speed:.1f} rad/s"
        assert speed > 0.01, f"{bone} never moved"


def test_the_same_input_gives_the_same_pose_whatever_the_rate_of_asking() -> None:
    def seen(now_s: float) -> DeskSeen:
        return DeskSeen(MIDDLE if now_s < 0.05 else Pointer(0.9, 0.2), Keys(left=int(now_s > 0.5)))

    given = []
    for rate in (60, 60, 240):
        host = Desk()
        given.append([host.at(seen(step / rate), step / rate) for step in range(rate)][-1])
    first, again, finer = given
    assert first is not None and again is not None and finer is not None
    assert first == again
    for bone in BONES:
        np.testing.assert_allclose(turn(first, bone), turn(finer, bone), atol=0.03)


def test_a_pose_is_whole_for_any_input() -> None:
    rng = np.random.default_rng(5)
    host = Desk()
    for step in range(300):
        given = host.at(_anything(rng), 0.1 * step)
        if given is not None:
            lengths = np.linalg.norm(list(given.rotations.values()), axis=1)
            np.testing.assert_allclose(lengths, 1.0, atol=1e-9)
            assert set(given.rotations) <= set(BONES) and not given.shapes and given.hips_offset_m is None
            assert given.gaze_rad is None or np.isfinite(given.gaze_rad).all()


def _anything(rng: np.random.Generator) -> DeskSeen:
    flags = rng.random(6) < 0.3
    work = [
        Thumbwork((float(across), float(along)), float(trigger), bool(flags[2]), bool(flags[3]))
        for across, along, trigger in rng.uniform(-1.0, 1.0, (2, 3))
    ]
    keys = Keys(int(rng.integers(0, 4)), int(rng.integers(0, 4)))
    pad = Pad(*work) if flags[4] else Pad()
    return DeskSeen(Pointer(float(rng.random()), float(rng.random()), bool(flags[0]), bool(flags[1])), keys, pad)


def _bend(given: Part, bone: str) -> float:
    """Return how far a bone is bent, in radians."""
    return float(np.linalg.norm(quat.to_rotation_vector(turn(given, bone))))
