"""How bodies move, as numbers: feet keep to the ground that they cover, moods come and go softly."""

import numpy as np
import pytest

from avatar_live.stage.bodies import Body, read_body
from avatar_live.stage.gaits import FACES, NO_MOOD, WAVE_S, Gaits, Moment

UNITS_PER_M = 0.37
FPS = 30.0


class Walk:
    """Lead one body through time."""

    def __init__(self, speed: float = 0.0, lot: float = 0.3, start_s: float = 100.0) -> None:
        self.body: Body = read_body()
        self.gaits = Gaits(self.body, 4, UNITS_PER_M)
        self.z, self.speed, self.now_s = 0.0, speed, start_s
        self.gaits.enter(0, 0.0, 0.0, lot, start_s - WAVE_S)

    def step(self, is_walking: bool, mood: int = NO_MOOD) -> Moment:
        """Walk on for a thirtieth of a second, towards -Z as yaw 0 looks."""
        self.now_s += 1.0 / FPS
        self.z -= self.speed / FPS if is_walking else 0.0
        place = np.array([self.z])
        return self.gaits.step(
            np.array([0]), 0.0 * place, place, 0.0 * place, np.array([is_walking]), np.array([mood]), self.now_s
        )

    def motion(self, moment: Moment) -> str:
        """Return the name of the motion of the frame that leads."""
        frames = self.body.motions.shape[1]
        lead = moment.second if moment.share[0] > 0.5 else moment.first
        names = {motion.place: name for name, motion in self.body.named_motions.items()}
        return names[int(lead[0]) // frames]


def test_who_walks_walks_and_who_stands_stands() -> None:
    walk = Walk(0.4)
    assert [walk.motion(walk.step(True)) for _ in range(12)][-1] == "walk"
    assert [walk.motion(walk.step(False)) for _ in range(12)][-1] == "idle"


def test_between_standing_and_walking_nothing_jumps() -> None:
    walk = Walk(0.4)
    shares = [float(walk.step(True).share[0]) for _ in range(8)]
    assert max(np.abs(np.diff([0.0, *shares[:4]]))) < 0.5
    assert shares[-1] == 0.0, "one motion alone again"


@pytest.mark.parametrize("speed", [0.4, -0.25])
def test_steps_cover_the_ground(speed: float) -> None:
    walk = Walk(speed)
    for _ in range(10):
        walk.step(True)
    frames = walk.body.motions.shape[1]
    places = [int(walk.step(True).first[0]) % frames for _ in range(30)]
    cycles = np.unwrap(2.0 * np.pi * np.array(places) / frames) / (2.0 * np.pi)
    stride = walk.body.named_motions["walk"].stride_m * UNITS_PER_M
    assert cycles[-1] - cycles[0] == pytest.approx(29 / FPS * speed / stride, abs=0.06)


def test_who_walks_against_a_wall_steps_on_the_spot() -> None:
    walk = Walk(0.0)
    seen = {int(walk.step(True).first[0]) for _ in range(40)}
    assert len(seen) > 10


def test_who_is_put_elsewhere_does_not_run_there() -> None:
    walk = Walk(0.4)
    for _ in range(10):
        walk.step(True)
    before = int(walk.step(True).first[0])
    walk.z -= 1.0
    frames = walk.body.motions.shape[1]
    assert abs((int(walk.step(True).first[0]) - before + frames // 2) % frames - frames // 2) < frames // 8


def test_a_newcomer_waves() -> None:
    walk = Walk()
    walk.gaits.enter(0, 0.0, 0.0, 0.3, walk.now_s)
    motions = [walk.motion(walk.step(False)) for _ in range(int(FPS * (WAVE_S + 1.0)))]
    assert motions[20] == "wave" and motions[-1] == "idle"


def test_a_mood_gives_way_to_the_next_softly() -> None:
    walk = Walk()
    cheer, slump = walk.gaits.cheer, walk.gaits.slump
    moments = [walk.step(False, cheer) for _ in range(20)] + [walk.step(False, slump) for _ in range(30)]
    motions = [walk.motion(moment) for moment in moments]
    assert motions[19] == "cheer" and motions[-1] == "slump"
    assert "idle" in motions[20:35], "calm in between"


def test_who_walks_does_not_stop_to_cheer_but_is_glad() -> None:
    walk = Walk(0.4)
    for _ in range(20):
        moment = walk.step(True, walk.gaits.cheer)
    assert walk.motion(moment) == "walk"
    assert FACES[moment.faces[0], 2] == 1.0


def test_eyes_are_shut_now_and_then_for_a_moment() -> None:
    walk = Walk()
    shut = np.array([FACES[walk.step(False).faces[0], 0] for _ in range(int(12 * FPS))]) > 0.8
    blinks = int((np.diff(shut.astype(int)) == 1).sum())
    assert 2 <= blinks <= 5
    assert shut.sum() <= 6 * blinks


def test_time_that_stands_still_moves_nobody() -> None:
    walk = Walk(0.4)
    moment = walk.step(True)
    walk.now_s -= 1.0 / FPS
    walk.z += 0.4 / FPS
    again = walk.step(True)
    assert (again.first, again.second, again.share, again.faces) == (
        moment.first,
        moment.second,
        moment.share,
        moment.faces,
    )
