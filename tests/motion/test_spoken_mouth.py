"""A voice moves the mouth where the camera cannot, and nowhere else; the two never add up, and nothing jumps."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from synthetic import face, hand, seen

from avatar_live.avatar.face import preset_weights
from avatar_live.motion import Solver
from avatar_live.motion.voice import STALE_S, SpokenMouth
from avatar_live.signals import ARKIT_SHAPES, VOWELS, FaceReading, Pose, Readings, VoiceReading

Doubles = NDArray[np.float64]

FRAME_S = 1.0 / 30.0
VOICE_LAG_S = 0.03
JAW, SMILE = ARKIT_SHAPES.index("jawOpen"), ARKIT_SHAPES.index("mouthSmileLeft")
EYES = [place for place, name in enumerate(ARKIT_SHAPES) if name.startswith(("eye", "brow"))]


def voice(at_s: float, level_dbfs: float = -20.0, **vowels: float) -> VoiceReading:
    return VoiceReading(np.array([vowels.get(name, 0.0) for name in VOWELS], np.float32), level_dbfs, at_s)


def talk(at_s: float) -> VoiceReading:
    """Say ah four times a second."""
    return voice(at_s, aa=0.5 - 0.5 * float(np.cos(8.0 * np.pi * at_s)))


Said = Callable[[float], VoiceReading | None]
Seen = Callable[[float], Readings | None]


def play(solver: Solver, said: Said, looked: Seen, seconds: float, start_s: float = 0.0) -> list[Pose]:
    """Let somebody speak before a camera; the voice arrives later than it was spoken, as it does."""
    times_s = start_s + np.arange(round(seconds / FRAME_S)) * FRAME_S
    return [solver.solve(looked(now_s), now_s, FRAME_S, said(now_s - VOICE_LAG_S)) for now_s in times_s.tolist()]


def shapes_of(poses: list[Pose]) -> Doubles:
    return np.array([pose.shapes for pose in poses])


def nobody(now_s: float) -> None:
    return None


def looking(jaw: float = 0.0, **shapes: float) -> Seen:
    return lambda now_s: seen(face(at_s=now_s, shapes={"jawOpen": jaw, **shapes}))


def chewing(now_s: float) -> Readings:
    """Open the mouth once a second, before the camera."""
    return seen(face(at_s=now_s, shapes={"jawOpen": 0.3 - 0.3 * float(np.cos(2.0 * np.pi * now_s))}))


def test_the_idles_mouth_speaks_and_everything_else_of_it_goes_on() -> None:
    shown, silent = (shapes_of(play(Solver(), said, nobody, 4.0)) for said in (talk, lambda at_s: None))
    assert np.ptp(shown[30:, JAW]) > 0.5 and shown[:, JAW].max() < 0.9
    assert silent[:, JAW].max() == 0.0
    assert np.array_equal(shown[:, EYES], silent[:, EYES])
    assert np.abs(np.diff(shown, axis=0))[:, JAW].max() < 0.4


@pytest.mark.parametrize("vowel", VOWELS)
def test_each_vowel_shapes_the_lips_of_avatars_with_arkits_shapes_and_without(vowel: str) -> None:
    shown = shapes_of(play(Solver(), lambda at_s: voice(at_s, **{vowel: 1.0}), nobody, 1.0))[-1]
    named = dict(zip(ARKIT_SHAPES, shown, strict=True))
    presets = preset_weights(shown, blinks_apart=True)
    rounded, spread = max(named["mouthPucker"], named["mouthFunnel"]), named["mouthStretchLeft"]
    if vowel in ("ou", "oh"):
        assert rounded > 0.7 and presets[vowel] == max(presets[name] for name in VOWELS)
    elif vowel == "aa":
        assert named["jawOpen"] > 0.7 and rounded == 0.0 and presets["aa"] > 0.6
    else:
        assert spread > 0.3 and rounded == 0.0 and presets["ih"] + presets["ee"] > presets["aa"]


def test_what_the_camera_sees_of_the_mouth_leads_while_it_moves() -> None:
    """The two disagree here on purpose: the voice says oh while the mouth opens and closes."""
    spoken, mute = (
        shapes_of(play(Solver(), said, chewing, 5.0)) for said in (lambda at_s: voice(at_s, oh=1.0), lambda at_s: None)
    )
    assert np.abs(spoken - mute)[30:].max() < 0.02


def test_a_mouth_that_seems_shut_while_its_owner_speaks_loudly_is_opened() -> None:
    shown = shapes_of(play(Solver(), talk, looking(), 4.0))
    assert np.ptp(shown[60:, JAW]) > 0.5
    whispered = shapes_of(play(Solver(), lambda at_s: voice(at_s, -40.0, aa=0.2), looking(), 4.0))
    assert whispered[:, JAW].max() < 0.02


def test_a_jaw_that_both_open_opens_once() -> None:
    """A hand comes before a mouth that is seen wide open, by somebody who says aah."""
    mouth = SpokenMouth()
    camera = np.zeros(len(ARKIT_SHAPES))
    camera[JAW], camera[SMILE] = 0.9, 0.6
    for frame in range(60):
        now_s = frame * FRAME_S
        hidden = float(frame >= 20)
        shown = mouth.over(camera, voice(now_s, aa=1.0), hidden, now_s, now_s, FRAME_S)
        assert 0.8 - 1e-6 <= shown[JAW] <= 0.9  # between what the two say
        assert shown[SMILE] == 0.6
    assert shown[JAW] == pytest.approx(0.8)


def covered(now_s: float) -> Readings:
    """Hold a hand before the lips, whose landmarks the camera's model then makes up."""
    shown = face(at_s=now_s, shapes={"mouthPucker": 0.9})
    lips = shown.landmarks[[13, 14], :2].mean(axis=0).astype(np.float64)
    points = np.random.default_rng(1).uniform(-0.05, 0.05, (21, 3))
    points[0] = 0.0
    return seen(_with_mouth(shown), left_hand=hand(points, np.array([*lips, 0.0]), at_s=now_s))


def _with_mouth(shown: FaceReading) -> FaceReading:
    """Give the synthetic face, whose template has no lips to speak of, a mouth 60 pixels wide."""
    landmarks = shown.landmarks.copy()
    middle = landmarks[[13, 14]].mean(axis=0)
    landmarks[61], landmarks[291] = middle - np.array([30.0, 0.0, 0.0]), middle + np.array([30.0, 0.0, 0.0])
    return replace(shown, landmarks=landmarks)


def test_a_mouth_behind_a_hand_says_what_is_heard() -> None:
    solver = Solver()
    before = shapes_of(play(solver, talk, chewing, 2.0))
    shown = shapes_of(play(solver, talk, covered, 3.0, start_s=2.0))
    pucker = ARKIT_SHAPES.index("mouthPucker")
    assert np.ptp(shown[30:, JAW]) > 0.5 and shown[30:, pucker].max() < 0.05
    steps = np.abs(np.diff(np.concatenate((before, shown))[:, JAW]))
    assert steps[30:].max() < 0.4
    silent = shapes_of(play(Solver(), lambda at_s: voice(at_s, -70.0), covered, 3.0))
    assert silent[60:, pucker].min() > 0.5, "without a voice there is nothing better than the camera"


def test_a_voice_that_stops_coming_fades_out_and_no_frame_pops() -> None:
    shown = shapes_of(play(Solver(), lambda at_s: voice(min(at_s, 1.0), aa=1.0), nobody, 3.0))[:, JAW]
    at = round((1.0 + STALE_S) / FRAME_S)
    assert shown[at - 2] > 0.7
    assert shown[at + 15 :].max() == 0.0
    assert np.abs(np.diff(shown[10:])).max() < 0.15


def test_a_face_that_is_lost_in_mid_sentence_speaks_on_and_comes_back_without_a_pop() -> None:
    def looked(now_s: float) -> Readings | None:
        return chewing(now_s) if now_s < 2.0 or now_s >= 4.0 else None

    poses = play(Solver(), lambda at_s: voice(at_s, aa=0.5), looked, 6.0)
    shown = shapes_of(poses)
    assert not poses[90].is_tracked
    assert shown[90, JAW] == pytest.approx(0.4, abs=0.05)
    assert np.abs(np.diff(shown[55:, JAW])).max() < 0.2


def test_lips_and_sound_of_one_moment_are_shown_together() -> None:
    """The camera is 80 ms late, so the picture of a moment comes when the voice has gone on: that voice must wait."""

    def looked(now_s: float) -> Readings:
        return seen(face(at_s=now_s - 0.08))

    def clap(at_s: float) -> VoiceReading:
        return voice(at_s, aa=1.0 if at_s % 1.0 < 0.2 else 0.0)

    poses = play(Solver(), clap, looked, 5.0)[60:]
    opened = shapes_of(poses)[:, JAW] > 0.4
    opens = [poses[at + 1].captured_s for at in np.flatnonzero(opened[1:] & ~opened[:-1]).tolist()]
    assert len(opens) >= 2
    assert all(-0.02 <= at_s - round(at_s) <= 0.05 for at_s in opens)


def test_a_reading_that_is_no_number_is_not_heard() -> None:
    broken = VoiceReading(np.full(5, np.nan, np.float32), -20.0, 0.0)
    wild = VoiceReading(np.full(5, 9.0, np.float32), -20.0, 0.5)
    poses = play(Solver(), lambda at_s: replace(broken if at_s < 0.5 else wild, captured_s=at_s), nobody, 1.5)
    shown = shapes_of(poses)
    assert np.isfinite(shown).all() and shown[:, JAW].max() < 0.9


def test_without_a_voice_nothing_is_touched() -> None:
    shapes = np.random.default_rng(2).random(len(ARKIT_SHAPES))
    assert SpokenMouth().over(shapes, None, 1.0, 0.0, 0.0, FRAME_S) is shapes
