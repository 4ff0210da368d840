"""The network that sees drawn heads is what its trainer makes, and its trainer makes something of use."""

import math
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("skia", reason="the maker needs the extra `assets`")
from drawn_maker.lessons import FACTS, Classroom, cut_out
from drawn_maker.pictures import Portraits, portraits
from drawn_maker.recipe import (
    AROUND,
    CONVOLUTIONS,
    CUT,
    FILMED,
    HELD_OUT,
    HIDDEN,
    MOST_RAD,
    PICTURES,
    ROUGH,
    SIDE_PX,
    SOMEBODIES,
    fingerprint,
)
from shape_maker.people import PEOPLE
from skimage import data

from avatar_live.motion import quaternions as quat
from avatar_live.tracking.drawn import DRAWN_MIN
from avatar_live.tracking.drawn_net import DRAWN_NET, DrawnNet, HeadCut, drawn_net
from avatar_live.tracking.drawn_net import SIDE_PX as CUT_PX
from avatar_live.tracking.models import ModelError

FILE_BYTES_MAX = 2_000_000
DRAWN, PICTURES_DRAWN = (0, SOMEBODIES), 6  # somebody who was held out of the lessons, and a robot


@pytest.fixture(scope="module")
def drawn() -> Portraits:
    return portraits(DRAWN, PICTURES_DRAWN)


@pytest.fixture(scope="module")
def classroom(drawn: Portraits) -> Classroom:
    cat = np.asarray(data.chelsea(), np.uint8)
    head = np.dstack([cat[:SIDE_PX, :SIDE_PX], np.tri(SIDE_PX, dtype=np.uint8) * 255])
    return Classroom(drawn, head[None], [cat])


def test_the_committed_network_was_made_by_this_recipe() -> None:
    with np.load(DRAWN_NET, allow_pickle=False) as file:
        assert str(file["recipe"]) == fingerprint(), "run `python -m drawn_maker` in assets/ (see LICENSE.md there)"
    net = drawn_net()
    assert [(len(one.offsets), one.stride, one.adds) for one in net.convolutions] == [
        (channels, stride, adds) for channels, _, stride, adds in CONVOLUTIONS
    ]
    assert [slopes.shape[0] for slopes, _ in net.layers] == [HIDDEN, FACTS]
    assert all(np.isfinite(values).all() for one in net.convolutions for values in (one.kernels, one.offsets))
    assert all(np.isfinite(values).all() for layer in net.layers for values in layer)
    assert DRAWN_NET.stat().st_size < FILE_BYTES_MAX


def test_a_missing_or_foreign_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    foreign = tmp_path / "drawn_heads.npz"
    with pytest.raises(ModelError, match="missing or damaged"):
        DrawnNet.load(foreign)
    foreign.write_bytes(b"PK\x03\x04 no network")
    with pytest.raises(ModelError, match="missing or damaged"):
        DrawnNet.load(foreign)


def test_nobody_who_is_filmed_in_a_measurement_was_learnt_from() -> None:
    assert not {"signer 3", "astronaut"} & set(FILMED) and set(FILMED) < set(PEOPLE)


def test_portraits_show_heads_turned_as_they_say_and_are_the_same_again(drawn: Portraits) -> None:
    again = portraits(DRAWN, PICTURES_DRAWN)
    assert all(np.array_equal(getattr(drawn, name), getattr(again, name)) for name in Portraits.__slots__)
    assert drawn.pictures.shape == (len(DRAWN) * PICTURES_DRAWN, SIDE_PX, SIDE_PX, 3) and PICTURES > PICTURES_DRAWN
    angles = [quat.yaw_pitch_roll(quat.from_rotation_vector(turn)) for turn in drawn.turns]
    assert (np.abs(angles) <= np.array(MOST_RAD) + 1e-9).all()
    for picture, behind in zip(drawn.pictures, drawn.behind, strict=True):
        middle = picture[SIDE_PX // 2 - 20 : SIDE_PX // 2 + 20, SIDE_PX // 2 - 20 : SIDE_PX // 2 + 20]
        assert not (middle == behind).all(axis=2).any() and middle.std() > 10.0
        assert (picture == behind).all(axis=2).mean() > 0.05


def test_a_lesson_says_where_the_eyes_are_in_its_cut_and_how_it_is_turned() -> None:
    """Paint a spot where the eyes are and one beside it along the head's own right, and find both in the cuts."""
    chance = np.random.default_rng(3)
    for _ in range(30):
        roll = float(chance.uniform(-0.6, 0.6))
        beside = 24.0 * np.array([math.cos(roll), -math.sin(roll)])
        picture = np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8)
        for channel, away in enumerate((np.zeros(2), beside)):
            spot = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
            middle = np.rint(16.0 * (0.5 * (SIDE_PX - 1.0) + away)).astype(int)
            cv2.circle(spot, tuple(middle.tolist()), 48, 255, -1, cv2.LINE_AA, 4)
            picture[..., channel] = spot
        cut, facts = cut_out(picture, quat.to_rotation_vector(quat.about(2, roll)), ROUGH, chance)
        half = 0.5 * CUT_PX
        eyes, other = (centre_of(cut[..., channel]) / half for channel in (0, 1))
        np.testing.assert_allclose(eyes, facts[3:5], atol=0.02)
        along = other - eyes
        assert math.atan2(-along[1], along[0]) == pytest.approx(float(facts[2]), abs=0.03)
        enlarged = CUT_PX / (SIDE_PX * CUT / AROUND) * math.exp(float(facts[5]))
        assert np.linalg.norm(along) * half == pytest.approx(24.0 * enlarged, rel=0.04)
        assert facts[:2] == pytest.approx((0.0, 0.0), abs=1e-6) and facts[6] == 1.0


def centre_of(channel: np.ndarray) -> np.ndarray:
    """Return the middle (right, down) of what is bright, from the middle of the picture, pixels."""
    rows, columns = np.mgrid[0:CUT_PX, 0:CUT_PX] - 0.5 * (CUT_PX - 1.0)
    light = channel.astype(np.float64)
    return np.array([(columns * light).sum() / light.sum(), (rows * light).sum() / light.sum()])


def test_training_learns_its_lessons_and_repeats_itself(
    classroom: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="the trainer needs the extra `train`")
    from drawn_maker import network
    from drawn_maker.network import train

    monkeypatch.setattr(network, "BATCH", 32)
    places = np.arange(len(classroom.portraits.who))
    many = np.tile(places, 16)
    first, second = (list(train(classroom, places, epochs=1, helpers=0))[-1] for _ in range(2))
    for one, other in zip(first.convolutions, second.convolutions, strict=True):
        assert np.allclose(one.kernels, other.kernels, atol=1e-5)
    *_, last = train(classroom, many, epochs=16, helpers=0)
    straight = np.abs([quat.yaw_pitch_roll(quat.from_rotation_vector(turn))[:2] for turn in classroom.portraits.turns])
    assert missed(last, classroom) < 0.6 * straight.mean()
    last.save(tmp_path / "drawn_heads.npz", "a recipe")
    assert missed(DrawnNet.load(tmp_path / "drawn_heads.npz"), classroom) == pytest.approx(
        missed(last, classroom), abs=0.01
    )


def missed(net: DrawnNet, classroom: Classroom) -> float:
    """Return the mean error of yaw and pitch over the portraits, radians."""
    errors = []
    for place, turn in enumerate(classroom.portraits.turns):
        cut, facts = cut_out(classroom.portraits.pictures[place], turn, (0.0, 0.0, 0.0), np.random.default_rng(0))
        look = net.look(cut)
        errors.append(np.abs(facts[:2] - (look.yaw_rad, look.pitch_rad)))
    return float(np.mean(errors))


def test_the_network_runs_as_it_was_trained(classroom: Classroom) -> None:
    torch = pytest.importorskip("torch", reason="the trainer needs the extra `train`")
    from drawn_maker.network import Network

    torch.manual_seed(1)
    network = Network()
    cuts = np.stack([classroom.lesson(place, np.random.default_rng(place))[0] for place in range(8)])
    for _ in range(3):
        network(torch.from_numpy(cuts))
    network.parts.eval()
    with torch.inference_mode():
        said = network(torch.from_numpy(cuts)).numpy()
    net = network.folded()
    for cut, facts in zip(cuts, said, strict=True):
        look = net.look(cut)
        here = [look.yaw_rad, look.pitch_rad, look.roll_rad, look.right, look.down, look.larger, look.drawn]
        np.testing.assert_allclose(here, facts, atol=1e-4)


def test_hardly_anybody_of_a_hundred_people_is_taken_for_drawn() -> None:
    """Show it Labeled Faces in the Wild as they come with scikit-image: tiny, grey, and nobody that it knows."""
    net, taken = drawn_net(), 0
    for face in data.lfw_subset()[:100]:
        tiny = np.repeat((255.0 * face[..., None]).astype(np.uint8), 3, axis=2)
        cut = np.asarray(cv2.resize(tiny, (CUT_PX, CUT_PX), interpolation=cv2.INTER_CUBIC), np.uint8)
        taken += net.look(cut).drawn > DRAWN_MIN
    assert taken <= 1


def test_the_network_follows_somebody_it_has_never_seen(drawn: Portraits) -> None:
    """Show it a character that was held out of the lessons: every 16th is."""
    net, misses = drawn_net(), []
    middle, side_px = 0.5 * (SIDE_PX - 1.0), SIDE_PX * CUT / AROUND
    for place in np.flatnonzero(drawn.who % HELD_OUT == 0):
        known = quat.from_rotation_vector(drawn.turns[place])
        cut = HeadCut(middle, middle, side_px, float(quat.yaw_pitch_roll(known)[2]) + 0.05)
        look = net.look(cut.of(drawn.pictures[place]))
        misses.append(np.linalg.norm(quat.to_rotation_vector(quat.multiply(cut.rotation(look), quat.inverse(known)))))
        assert look.drawn > DRAWN_MIN
    assert np.degrees(np.mean(misses)) < 4.0
