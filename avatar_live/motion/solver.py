"""Readings in, pose out: the one function that tells the story of motion, called once per drawn frame.

A call with face, body and both hands new costs 1.1 to 1.3 ms of CPU, half as much more where legs are seen.
"""

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat
from avatar_live.motion.absence import Absence
from avatar_live.motion.arms import LEFT, RIGHT
from avatar_live.motion.bridge import Bridge
from avatar_live.motion.calibration import UNCALIBRATED, Calibration
from avatar_live.motion.face import BLINKS, FaceShapes
from avatar_live.motion.gate import admit
from avatar_live.motion.gaze import Gaze
from avatar_live.motion.given import Given
from avatar_live.motion.head import HeadTracker, Level, fit_head
from avatar_live.motion.idle import BREATH_M, breath, breathe, lids_closed
from avatar_live.motion.legs import Build
from avatar_live.motion.limbs import ARM_BONES, Limb
from avatar_live.motion.mirror import Motion, mirrored
from avatar_live.motion.skeleton import BONES, rows, standing
from avatar_live.motion.stance import LEGS, Stance
from avatar_live.motion.torso import Torso
from avatar_live.motion.trunk import bend_trunk, chest_of
from avatar_live.motion.voice import SpokenMouth, hidden_mouth
from avatar_live.signals import ARKIT_SHAPES, BodyReading, FaceReading, GivenPose, Pose, Readings, VoiceReading
from avatar_live.signals.presence import LostPolicy

Doubles = NDArray[np.float64]

STALE_S = 0.5  # an older face is a lost face
BLIND_S = 0.15  # a mouth that was seen so lately is seen
HOLD_S = 0.3  # a lost face usually comes back at once: a hand passed before it
TO_IDLE_S = 0.8
TO_STANCE_S = 0.6  # legs that come into sight, or go
TO_MIRROR_S = 0.5
GAP_S = 0.2  # readings further apart than this may differ by a jump, which is crossed like a return
DT_S_MAX = 0.1
STARE_S_MAX = 6.0  # who seems never to blink is too far away to be read, and an avatar that never blinks looks dead
LID_SHUT_MIN = 0.5

_SHAPES = len(ARKIT_SHAPES)
_ARMS = {side: rows(*(f"{side.name}{bone}" for bone in ARM_BONES)) for side in (LEFT, RIGHT)}
_ALL = np.arange(len(BONES))
_TRUNK = np.array([row for row in range(len(BONES)) if all(row not in arm for arm in _ARMS.values())])


class Solver:
    """Turn readings into poses; one solver per performance.

    `mirror` makes the avatar a mirror image of the person (see `mirror.py`); `seed` varies the idle.
    """

    def __init__(self, mirror: bool = True, seed: int = 1) -> None:
        self._is_mirrored = mirror
        self._seed = seed
        self._level, self._head = Level(), HeadTracker()
        self._torso, self._face, self._gaze = Torso(), FaceShapes(), Gaze()
        self._limbs = {side: Limb(side) for side in (LEFT, RIGHT)}
        self._stance = Stance()
        self._bridge = Bridge()
        self._mirror_bridge = Bridge()
        self._mouth = SpokenMouth()
        self._absence = Absence(seed, chat_side(mirror))
        self._calibration = UNCALIBRATED
        self._given = Given()
        self._reading: FaceReading | None = None
        self._yaw_rad = 0.0
        self._is_tracked = False
        self._lost_s = 0.0
        self._stare_s = 0.0

    def use_calibration(self, calibration: Calibration) -> None:
        """Understand the face by what was measured of it, without a jump; what was learnt of it meanwhile is gone."""
        if calibration == self._calibration:
            return
        self._calibration = calibration
        ahead = calibration.ahead
        self._level = Level(ahead)
        self._face.use_calibration(calibration)
        self._gaze.use_ahead(ahead)
        self._torso = Torso(np.array(ahead.place_m) if ahead is not None else None)
        self._reading = None  # the next reading, were it the last one again, is understood anew

    @property
    def is_mirrored(self) -> bool:
        """Whether the avatar moves like the person's mirror image."""
        return self._is_mirrored

    def use_mirror(self, is_on: bool) -> None:
        """Move like the person's mirror image from now on, or like another person, without a jump."""
        if is_on != self._is_mirrored:
            self._is_mirrored = is_on
            self._absence.chat_side = chat_side(is_on)
            self._mirror_bridge.start(TO_MIRROR_S)

    @property
    def lost_policy(self) -> LostPolicy:
        """What is shown while nobody is seen."""
        return self._absence.policy

    def use_lost_policy(self, policy: LostPolicy) -> None:
        """Do this from now on while nobody is seen."""
        if policy != self._absence.policy:
            self._absence.policy = policy
            if not self._is_tracked:
                self._bridge.start(TO_IDLE_S)

    def notice_chat(self, now_s: float) -> None:
        """Let an avatar that idles look at the chat, where much is said."""
        self._absence.call(now_s)

    def use_build(self, build: Build) -> None:
        """Let the legs be solved for an avatar of this build, so that its feet stand on its floor."""
        self._stance.build = build

    def solve(
        self,
        readings: Readings | None,
        now_s: float,
        dt_s: float,
        voice: VoiceReading | None = None,
        given: GivenPose | None = None,
    ) -> Pose:
        """Return the pose of this moment from the newest of every sense, which may be old once more, or None."""
        dt_s = min(max(dt_s, 0.0), DT_S_MAX)
        readings = admit(readings)
        self._look(readings, now_s, dt_s)
        self._given.look(given, now_s)
        if self._is_tracked:
            motion = self._tracked(_fresh_body(readings, now_s), now_s, dt_s)
            self._absence.keep(motion)
        else:
            motion = self._absence.at(now_s, self._lost_s)
        if self._stance.look(readings, now_s, dt_s):
            self._bridge.start(TO_STANCE_S)
        motion = _crossed(self._bridge, self._stance.carry(motion, self._is_tracked), _TRUNK, dt_s)
        motion.rotations[LEGS] = self._stance.legs(motion, dt_s)
        chest = chest_of(self._given.trunk(motion.rotations))
        for side, limb in self._limbs.items():
            motion.rotations[_ARMS[side]] = limb.at(readings, chest, now_s, dt_s)
        shapes = self._mouth.over(
            motion.shapes, voice, self._hidden(readings, now_s), self._captured_s(now_s), now_s, dt_s
        )
        hips_m = motion.hips_m + np.array([0.0, BREATH_M * breath(now_s), 0.0])
        motion = Motion(breathe(motion.rotations, now_s), shapes, motion.gaze, hips_m)
        motion = self._given.over(motion, dt_s)
        motion = mirrored(motion) if self._is_mirrored else motion
        motion = _crossed(self._mirror_bridge, motion, _ALL, dt_s)
        return Pose(
            rotations=dict(zip(BONES, quat.normalized(motion.rotations), strict=True)),
            shapes=np.clip(motion.shapes, 0.0, 1.0),
            gaze_yaw_rad=float(motion.gaze[0]),
            gaze_pitch_rad=float(motion.gaze[1]),
            hips_offset_m=motion.hips_m,
            is_tracked=self._is_tracked or self._given.leads,
            captured_s=self._captured_s(now_s),
        )

    def _captured_s(self, now_s: float) -> float:
        """Return since when what leads the head is known: another program's word, the camera's picture, or the idle."""
        if self._given.leads:
            return self._given.captured_s
        return self._reading.captured_s if self._is_tracked and self._reading is not None else now_s

    def _hidden(self, readings: Readings | None, now_s: float) -> float:
        """Return how little the camera sees of the mouth, 0..1."""
        is_seen = self._is_tracked and self._lost_s < BLIND_S
        return hidden_mouth(readings, self._yaw_rad, now_s) if is_seen else 1.0

    def _look(self, readings: Readings | None, now_s: float, dt_s: float) -> None:
        """Take in a new face, notice a lost one, and start to cross between tracking and idle."""
        face = readings.face if readings is not None else None
        is_lost = True
        if readings is not None and face is not None and now_s - face.captured_s <= STALE_S:
            is_old = self._reading is not None and face.captured_s == self._reading.captured_s
            is_lost = not is_old and not self._see(readings, face)
        if not is_lost:
            self._lost_s = 0.0
            return
        self._lost_s += dt_s
        if self._is_tracked and self._lost_s > HOLD_S:
            self._is_tracked = False
            self._bridge.start(TO_IDLE_S)

    def _see(self, readings: Readings, face: FaceReading) -> bool:
        """Learn from a new face reading; false when no head can be read from it."""
        fit = fit_head(face, readings.width_px, readings.height_px)
        if fit is None:
            return False
        rotation = self._level.see(fit.rotation, face.captured_s)
        is_return = not self._is_tracked or self._lost_s > 0.0
        is_gap = self._reading is None or face.captured_s - self._reading.captured_s > GAP_S
        if is_return or is_gap or self._head.is_leap(rotation, fit.place_m, face.captured_s):
            self._head = HeadTracker()
            self._face.restart()
            self._gaze.restart()
            if not self._is_tracked:
                self._torso.restart()
            self._bridge.start(self._absence.return_s(self._lost_s))
        self._is_tracked, self._reading = True, face
        self._head.see(rotation, fit.place_m, face.captured_s)
        self._yaw_rad = quat.yaw_pitch_roll(fit.rotation)[0]
        self._face.see(face, self._yaw_rad)
        self._gaze.see(face, fit, self._yaw_rad)
        return True

    def _tracked(self, body: BodyReading | None, now_s: float, dt_s: float) -> Motion:
        head, place_m = self._head.at(now_s, dt_s)
        torso = self._torso.at(head, place_m, body, dt_s)
        rotations = standing()
        bend_trunk(rotations, torso, head)
        shapes = self._face.at(self._yaw_rad, dt_s)
        self._stare_s = 0.0 if shapes[BLINKS].max() > LID_SHUT_MIN else self._stare_s + dt_s
        if self._stare_s > STARE_S_MAX:
            shapes[BLINKS] = np.maximum(shapes[BLINKS], lids_closed(now_s, self._seed))
        return Motion(rotations, shapes, self._gaze.at(dt_s), np.zeros(3))


def chat_side(is_mirrored: bool) -> float:
    """Return where the person sees the chat, as `Absence` takes it: at the viewer's right, which is the left of an
    avatar that faces the viewer."""
    return -1.0 if is_mirrored else 1.0


def _crossed(bridge: Bridge, motion: Motion, bones: NDArray[np.intp], dt_s: float) -> Motion:
    """Soften a switch in these bones and in all else but the other bones: arms have crossings of their own."""
    numbers = np.concatenate((motion.shapes, motion.gaze, motion.hips_m))
    turned, numbers = bridge.cross(motion.rotations[bones], numbers, dt_s)
    rotations = motion.rotations.copy()  # who made the motion may remember it
    rotations[bones] = turned
    return Motion(rotations, numbers[:_SHAPES], numbers[_SHAPES : _SHAPES + 2], numbers[_SHAPES + 2 :])


def _fresh_body(readings: Readings | None, now_s: float) -> BodyReading | None:
    body = readings.body if readings is not None else None
    return body if body is not None and now_s - body.captured_s <= STALE_S else None
