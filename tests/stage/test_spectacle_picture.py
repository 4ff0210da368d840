"""What viewers throw and cause, in the picture: it is seen where it should be, and leaves no trace."""

from collections.abc import Iterator

import numpy as np
import pytest
from host import EMPTY_GAME, HEIGHT_PX, WIDTH_PX, Picture, changed, mirai, pixel_of, posture

from avatar_live.protocol.cues import STICKERS, Barrage, Cue, Fireworks, Hearts, Sticker, Throw
from avatar_live.signals import Pose
from avatar_live.stage import Stage
from avatar_live.stage.physics import BODIES_MAX, LIFE_S
from avatar_live.stage.spectacle import SPARKS_MAX
from avatar_live.stage.stickers import STICKER_S, STICKERS_MAX
from avatar_live.stage.things import THINGS
from avatar_live.stage.thrown import STAIN_S

FRAME_S = 0.1  # as long as the physics takes whole
QUIET_S = 20.0  # after which nothing of any cue is left


@pytest.fixture(scope="module")
def opened() -> Iterator[Stage]:
    with Stage(WIDTH_PX, HEIGHT_PX) as stage:
        stage.use_director(False)
        stage.set_avatar(mirai())
        yield stage


@pytest.fixture(scope="module")
def at_rest(opened: Stage) -> Picture:
    return opened.draw(posture(), EMPTY_GAME, 0.0).main


class Run:
    """Let the stage's time pass, frame by frame."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.now_s = 0.0

    def cue(self, cue: Cue) -> None:
        self.stage.cue(cue, self.now_s)

    def wait(self, seconds: float) -> Picture:
        """Skip a while in which nothing needs to move."""
        self.now_s += seconds
        return self.stage.draw(posture(), EMPTY_GAME, self.now_s).main

    def until(self, age_s: float) -> Picture:
        """Draw up to an age and return the last picture."""
        still = posture()
        while True:
            self.now_s += FRAME_S
            picture = self.stage.draw(still, EMPTY_GAME, self.now_s).main
            if self.now_s >= age_s - 1e-9:
                return picture


@pytest.fixture
def run(opened: Stage) -> Iterator[Run]:
    opened.draw(posture(), EMPTY_GAME, 0.0)
    running = Run(opened)
    yield running
    opened.draw(posture(), EMPTY_GAME, running.now_s + QUIET_S)


@pytest.mark.parametrize(
    ("cue", "age_s", "least_pixels"),
    [
        *[(Throw(name, 3), THINGS[name].flight_s - 0.1, 300) for name in THINGS],
        (Barrage(3), 2.0, 5_000),
        *[(Sticker(name, 3), 0.5, 400) for name in STICKERS],
        (Hearts(30, 3), 1.2, 1_000),
        (Fireworks(3), 1.1, 1_000),
    ],
)
def test_an_effect_is_seen_and_leaves_no_trace(
    run: Run, at_rest: Picture, cue: Cue, age_s: float, least_pixels: int
) -> None:
    run.cue(cue)
    assert changed(at_rest, run.until(age_s)).sum() > least_pixels
    after = run.stage.draw(posture(), EMPTY_GAME, run.now_s + QUIET_S).main
    assert np.abs(after.astype(int) - at_rest).max() <= 1


def test_a_tomato_leaves_a_stain_on_the_face_that_fades(run: Run, at_rest: Picture) -> None:
    run.cue(Throw("tomato", 3))
    run.until(2.0)
    face = pixel_of((0.0, 1.08, 0.13))
    stained = run.stage.draw(posture(), EMPTY_GAME, run.now_s).main
    near = np.s_[face[0] - 55 : face[0] + 55, face[1] - 55 : face[1] + 55]
    marks = changed(at_rest, stained)[near]
    red = stained[near][marks].astype(int)
    assert marks.sum() > 300
    assert ((red[:, 2] - red[:, 1]) > 60).mean() > 0.8
    assert not changed(at_rest, run.wait(STAIN_S))[near].any()


def test_a_hit_knocks_the_head_of_the_pose_and_nothing_else(run: Run) -> None:
    run.cue(Throw("tomato", 3))
    pose = Pose({"hips": np.array([0.0, 0.0, 0.0, 1.0])})
    run.until(0.2)
    assert run.stage.flinch(pose, run.now_s) is pose
    run.until(THINGS["tomato"].flight_s + 0.2)
    knocked = run.stage.flinch(pose, run.now_s)
    assert set(knocked.rotations) == {"hips", "head", "neck"}
    assert knocked.rotations["head"][0] < -0.02, "thrown back: about -X"
    np.testing.assert_allclose(np.linalg.norm(knocked.rotations["head"]), 1.0)


def test_props_of_a_barrage_lie_on_the_table_and_vanish(run: Run, at_rest: Picture) -> None:
    run.cue(Barrage(5))
    lying = run.until(6.0)
    row, _ = pixel_of((0.0, 0.78, 0.5))
    assert changed(at_rest, lying)[row - 20 : row + 20].sum() > 500
    assert not changed(at_rest, run.wait(LIFE_S)).any()


def test_a_storm_of_everything_stays_within_its_limits_and_passes(run: Run, at_rest: Picture) -> None:
    for seed in range(40):
        for cue in (Throw("tomato", seed), Barrage(seed), Sticker("star", seed), Hearts(99, seed), Fireworks(seed)):
            run.cue(cue)
    run.until(2.0)
    assert len(run.stage._spectacle._physics.bodies) == BODIES_MAX
    assert len(run.stage._spectacle._stickers.stuck) == STICKERS_MAX
    assert len(run.stage._spectacle._lights(run.now_s)) <= SPARKS_MAX
    assert not changed(at_rest, run.wait(QUIET_S)).any()


def test_a_sticker_follows_the_head_and_the_oldest_of_too_many_goes(run: Run, at_rest: Picture) -> None:
    run.cue(Sticker("glasses", 1))
    run.until(0.5)
    turned = {"head": np.array([0.0, np.sin(0.2), 0.0, np.cos(0.2)])}
    bare = run.stage.draw(posture(), EMPTY_GAME, run.now_s).main
    aside = run.stage.draw(posture(rotations=turned), EMPTY_GAME, run.now_s).main
    eyes, _ = pixel_of((0.0, 1.04, 0.13))
    columns = [
        np.nonzero(np.abs(picture[eyes, :, :3].astype(int) - (92, 36, 44)).max(axis=1) < 14)[0]
        for picture in (bare, aside)
    ]
    assert columns[1].mean() > columns[0].mean() + 8, "to its own left, which the audience sees on the right"
    for seed in range(STICKERS_MAX + 3):
        run.cue(Sticker("star", seed))
    assert len(run.stage._spectacle._stickers.stuck) == STICKERS_MAX
    assert changed(at_rest, run.wait(STICKER_S - 1.0)).any()
    assert not changed(at_rest, run.wait(1.1)).any()


def test_a_new_head_finds_its_stickers_places_anew(run: Run) -> None:
    run.cue(Sticker("star", 1))
    before = run.until(0.5)
    run.stage.set_avatar(mirai())
    assert not changed(before, run.until(run.now_s)).any()
