"""Drawn heads: which piece is looked at, where the landmarks go, and how long a head is followed without any."""

import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from synthetic import HEIGHT_PX, WIDTH_PX
from synthetic import face as seen_face

from avatar_live.app.bench.tracking.characters import BACKGROUND, DrawnPerson
from avatar_live.app.bench.tracking.turns import LOOKS, turns_of
from avatar_live.app.settings import builtin_avatars
from avatar_live.avatar import read_avatar
from avatar_live.channels.processes import TrackerPlan
from avatar_live.motion import quaternions as quat
from avatar_live.motion.head import HeadFit, fit_head
from avatar_live.signals import FaceReading
from avatar_live.stage.studio import Studio
from avatar_live.tracking import drawn
from avatar_live.tracking.drawn import DRAWN_MIN, LOST_S, DrawnHeads, as_turned, head_cut
from avatar_live.tracking.drawn_net import SIDE_PX, HeadCut, HeadLook
from avatar_live.tracking.models import Models
from avatar_live.tracking.process import warm_up
from avatar_live.tracking.source import Picture

FPS = 30.0
NOTHING = np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8)
YAW, PITCH = 0.4, -0.2  # of every painted head
# A few turns of drawn heads, with the registry's models or the official one: the bars of `bench tracking characters`,
# half as much again.
YAW_DEG_MAX, PITCH_DEG_MAX, ROLL_DEG_MAX = 1.5, 1.5, 0.6


def painted(eyes: np.ndarray, side_px: float, roll: float) -> np.ndarray:
    """Return a picture of three spots: the eyes of a head whose best cut is `side_px` wide, one above and one to the
    right of them, where upright is turned anticlockwise by `roll`."""
    picture = NOTHING.copy()
    up, right = np.array([-math.sin(roll), -math.cos(roll)]), np.array([math.cos(roll), -math.sin(roll)])
    for channel, away in enumerate((np.zeros(2), 0.5 * up, 0.5 * right)):
        one = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
        middle = np.rint(16.0 * (eyes + 0.5 * side_px * away)).astype(int)
        cv2.circle(one, (int(middle[0]), int(middle[1])), round(side_px), 255, -1, cv2.LINE_AA, 4)
        picture[..., channel] = one
    return picture


def spot(channel: np.ndarray) -> np.ndarray:
    """Return where a spot is (right, down) from the middle of a cut, pixels."""
    rows, columns = np.mgrid[0:SIDE_PX, 0:SIDE_PX] - 0.5 * (SIDE_PX - 1.0)
    light = channel.astype(np.float64)
    return np.array([(columns * light).sum() / light.sum(), (rows * light).sum() / light.sum()])


class SpotNet:
    """See painted heads as a perfect network would, in cuts and in their mirror images."""

    def __init__(self) -> None:
        self.drawn = 9.0
        self.looks = 0

    def look(self, cut: np.ndarray) -> HeadLook:
        """Find the spots; where they are not, say so."""
        self.looks += 1
        if cut.max(axis=(0, 1)).min() < 128:
            return HeadLook(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -9.0)
        eyes, above, beside = (spot(cut[..., channel]) / (0.5 * SIDE_PX) for channel in range(3))
        up, right = above - eyes, beside - eyes
        is_mirrored = up[0] * right[1] - up[1] * right[0] < 0.0
        turned = quat.from_yaw_pitch_roll(-YAW if is_mirrored else YAW, PITCH, 0.0)
        seen = quat.yaw_pitch_roll(quat.multiply(quat.about(2, math.atan2(-up[0], -up[1])), turned))
        return HeadLook(*seen, float(eyes[0]), float(eyes[1]), math.log(2.0 * float(np.linalg.norm(up))), self.drawn)


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> SpotNet:
    net = SpotNet()
    monkeypatch.setattr(drawn, "drawn_net", lambda: net)
    return net


def angle_deg(one: np.ndarray, other: np.ndarray) -> float:
    return math.degrees(float(np.linalg.norm(quat.to_rotation_vector(quat.multiply(one, quat.inverse(other))))))


def fit_of(face: FaceReading | None) -> HeadFit:
    assert face is not None
    fit = fit_head(face, WIDTH_PX, HEIGHT_PX)
    assert fit is not None
    return fit


def rotation_of_painted(roll: float) -> np.ndarray:
    return quat.multiply(quat.about(2, roll), quat.from_yaw_pitch_roll(YAW, PITCH, 0.0))


def test_a_cut_shows_its_piece_upright() -> None:
    """Paint an arrow that points up along the cut's own upright, anywhere in a picture and at any size."""
    for x, y, side, roll in ((200.0, 150.0, 96.0, 0.0), (330.5, 240.25, 180.0, 0.5), (90.0, 60.0, 50.0, -0.7)):
        picture = painted(np.array([x, y]), side, roll)
        piece = HeadCut(x, y, side, roll).of(picture)
        assert piece.shape == (SIDE_PX, SIDE_PX, 3)
        places = [spot(piece[..., channel]) for channel in range(3)]
        quarter = 0.25 * SIDE_PX
        np.testing.assert_allclose(places, [[0.0, 0.0], [0.0, -quarter], [quarter, 0.0]], atol=0.8)


def test_a_look_says_where_the_better_cut_is() -> None:
    """Know a head, cut it out wrongly, and say of the cut what a perfect network would."""
    chance = np.random.default_rng(5)
    for _ in range(50):
        rotation = quat.from_yaw_pitch_roll(*chance.uniform(-0.6, 0.6, 3).tolist())
        eyes, side_px = chance.uniform((100.0, 100.0), (500.0, 380.0)), float(chance.uniform(60.0, 250.0))
        cut = HeadCut(
            float(eyes[0] + side_px * chance.uniform(-0.1, 0.1)),
            float(eyes[1] + side_px * chance.uniform(-0.1, 0.1)),
            side_px * float(chance.uniform(0.8, 1.25)),
            float(quat.yaw_pitch_roll(rotation)[2] + chance.uniform(-0.3, 0.3)),
        )
        away = (eyes - (cut.x_px, cut.y_px)) / (0.5 * cut.side_px)
        right = float(away @ (math.cos(cut.roll_rad), -math.sin(cut.roll_rad)))
        down = float(away @ (math.sin(cut.roll_rad), math.cos(cut.roll_rad)))
        against = quat.multiply(quat.about(2, -cut.roll_rad), rotation)
        look = HeadLook(*quat.yaw_pitch_roll(against), right, down, math.log(side_px / cut.side_px), 1.0)
        assert angle_deg(cut.rotation(look), rotation) < 1e-4
        better = cut.better(look)
        np.testing.assert_allclose((better.x_px, better.y_px, better.side_px), (*eyes, side_px), rtol=1e-6)
        assert better.roll_rad == pytest.approx(quat.yaw_pitch_roll(rotation)[2], abs=1e-6)


def test_turned_landmarks_are_read_as_they_were_turned() -> None:
    chance = np.random.default_rng(6)
    for _ in range(40):
        face = seen_face(*chance.uniform(-30.0, 30.0, 3).tolist(), place_m=(0.1, -0.05, -0.6))
        wanted = quat.from_yaw_pitch_roll(*chance.uniform(-0.6, 0.6, 3).tolist())
        fit = fit_head(replace(face, landmarks=as_turned(face, wanted, WIDTH_PX, HEIGHT_PX)), WIDTH_PX, HEIGHT_PX)
        assert fit is not None and angle_deg(fit.rotation, wanted) < 0.1


def test_landmarks_are_turned_to_where_the_network_sees_the_head(net: SpotNet) -> None:
    """Lay landmarks of people on painted heads, as wrong as they are on drawn faces."""
    chance = np.random.default_rng(7)
    for _ in range(20):
        face = seen_face(*chance.uniform(-20.0, 20.0, 3).tolist(), place_m=(0.05, 0.02, -0.6))
        cut = head_cut(fit_of(face), WIDTH_PX, HEIGHT_PX)
        eyes = np.array([cut.x_px, cut.y_px]) + 0.1 * cut.side_px * chance.uniform(-1.0, 1.0, 2)
        roll = cut.roll_rad + float(chance.uniform(-0.2, 0.2))
        picture = painted(eyes, cut.side_px * float(chance.uniform(0.85, 1.15)), roll)
        turned = DrawnHeads().seen(face, picture, 0.0)
        assert angle_deg(fit_of(turned).rotation, rotation_of_painted(roll)) < 1.0
        assert turned is not None and turned.shapes is face.shapes


def test_a_head_without_landmarks_is_followed_where_it_goes(net: SpotNet) -> None:
    heads, face = DrawnHeads(), seen_face()
    cut = head_cut(fit_of(face), WIDTH_PX, HEIGHT_PX)
    start, side_px = np.array([cut.x_px, cut.y_px]), cut.side_px
    first = fit_of(heads.seen(face, painted(start, side_px, 0.0), 0.0))
    for count in range(1, 60):
        at_s, gone = count / FPS, np.array([1.5 * count, -0.5 * count])
        picture = painted(start + gone, side_px * 1.005**count, 0.005 * count)
        followed = heads.seen(None, picture, at_s)
        fit = fit_of(followed)
        assert followed is not None and followed.captured_s == at_s
        assert angle_deg(fit.rotation, rotation_of_painted(0.005 * count)) < 1.0
        moved = (fit.place_m * fit.px_per_m - first.place_m * first.px_per_m)[:2] * (1.0, -1.0)
        np.testing.assert_allclose(moved, gone, atol=4.0)
        assert fit.px_per_m == pytest.approx(first.px_per_m * 1.005**count, rel=0.03)


def test_nobody_is_followed_who_is_not_surely_a_drawn_head(net: SpotNet) -> None:
    face = seen_face()
    cut = head_cut(fit_of(face), WIDTH_PX, HEIGHT_PX)
    picture = painted(np.array([cut.x_px, cut.y_px]), cut.side_px, 0.0)
    heads = DrawnHeads()
    assert heads.seen(None, picture, 0.0) is None and net.looks == 0
    assert heads.seen(face, picture, 0.0) is not None
    net.drawn = DRAWN_MIN - 0.1
    assert heads.seen(None, picture, 0.1) is None
    assert heads.seen(replace(face, captured_s=0.2), picture, 0.2) is not None  # landmarks are believed
    net.drawn = 9.0
    assert heads.seen(None, picture, 0.3) is not None
    assert heads.seen(None, NOTHING, 0.4) is None
    assert heads.seen(None, picture, 0.5) is not None
    looks = net.looks
    assert heads.seen(None, picture, 0.5 + 1.1 * LOST_S) is None
    assert heads.seen(None, picture, 0.5 + 1.2 * LOST_S) is None and net.looks == looks
    assert heads.seen(replace(face, captured_s=9.0), picture, 9.0) is not None
    assert heads.seen(None, picture, 1.0) is None  # a clip that begins again


def test_landmarks_of_what_is_no_head_are_not_laid(net: SpotNet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(net, "look", lambda cut: HeadLook(0.0, 0.0, 0.3, 0.4, -0.4, 0.4, 9.0))
    assert DrawnHeads().seen(seen_face(), NOTHING, 0.0) is None


def test_a_tracker_follows_drawn_heads_only_where_it_is_told_to(installed_models: Models, tmp_path: Path) -> None:
    known = quat.from_yaw_pitch_roll(0.35, 0.1, 0.1)
    with Studio(2 * WIDTH_PX, 2 * HEIGHT_PX, BACKGROUND) as studio:
        picture = DrawnPerson(studio, read_avatar(builtin_avatars()["hayate"])).draw(quat.to_matrix(known))
    for is_drawn in (True, False):
        tracker = warm_up(TrackerPlan(str(tmp_path), str(installed_models.face.parent), drawn=is_drawn))
        assert tracker is not None
        misses_deg = {}
        for place, is_told in enumerate((is_drawn, is_drawn, not is_drawn)):
            tracker.use_drawn(is_told)
            seen_s = [(place * LOOKS + count) / FPS for count in range(LOOKS)]
            faces = [next(tracker.readings(Picture(picture, at_s))).face for at_s in seen_s]
            misses_deg[is_told] = angle_deg(fit_of(faces[-1]).rotation, known)
        assert misses_deg[True] < 3.0 < misses_deg[False]
        tracker.close()


@pytest.mark.parametrize("name", ["mirai", "hayate", "yuki"])
def test_a_drawn_head_is_followed_as_it_is_turned(installed_models: Models, name: str) -> None:
    """Turn characters that the network has never seen: a short form of `bench tracking characters`."""
    few = np.array([[0, 0, 0], [-25, 0, 0], [20, 0, 0], [0, -15, 0], [0, 20, 0], [0, 0, -25], [0, 0, 25]], np.float64)
    with Studio(2 * WIDTH_PX, 2 * HEIGHT_PX, BACKGROUND) as studio:
        person = DrawnPerson(studio, read_avatar(builtin_avatars()[name]))
        found = turns_of(person, installed_models, few, drawn=True).found
    assert len(found.known_deg) >= 6
    assert (found.mae_deg <= (YAW_DEG_MAX, PITCH_DEG_MAX, ROLL_DEG_MAX)).all(), found.mae_deg
