"""Every facial shape of every character moves what its name says, by how much, and on which side."""

from functools import cache

import numpy as np
import pytest
from shared import PROJECT

from avatar_live.avatar import Avatar, read_avatar
from avatar_live.avatar.model import Primitive
from avatar_live.signals import ARKIT_SHAPES

pytest.importorskip("skia", reason="the maker needs the extra `assets`")
from avatar_maker.characters import CHARACTERS
from avatar_maker.pictures import PARTS_CELLS

NAMES = tuple(CHARACTERS)
X, Y, Z = 0, 1, 2
OUT = {"Left": 1.0, "Right": -1.0}  # the avatar's left is on +X


class Landmarks:
    """Find lips, lids, irises and brows of a character among the vertices, and say how shapes move them."""

    def __init__(self, avatar: Avatar) -> None:
        self.names = avatar.morph_names
        self.parts = primitive_of(avatar, "FaceParts")
        self.skin = primitive_of(avatar, "Face")
        self.rest = self.parts.positions.astype(float)
        lips = self.of("lip")
        drop = self.move("jawOpen")[lips, Y]
        middle = np.abs(self.rest[lips, X]) < 0.004
        self.lower_lip = lips[middle & (drop < drop.min() + 0.006)]
        self.upper_lip = lips[middle & (drop > -0.003)]
        self.corner = {side: lips[np.argsort(-out * self.rest[lips, X])[:4]] for side, out in OUT.items()}

    def of(self, cell: str, side: str = "") -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Return the vertices that show a cell of the picture of parts."""
        x, y, wide, tall = (value / 8.0 for value in PARTS_CELLS[cell])
        u, v = self.parts.uvs.T
        inside = (u >= x) & (u <= x + wide) & (v >= y) & (v <= y + tall)
        if side:
            inside &= self.rest[:, X] * OUT[side] > 0.0
        return np.flatnonzero(inside)

    def move(self, shape: str, primitive: Primitive | None = None) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """Return how far (V, 3) a shape moves each vertex."""
        piece = primitive or self.parts
        place = list(piece.morphs).index(self.names.index(shape))
        return np.asarray(piece.morph_positions[place], float)

    def mean(self, shape: str, vertices: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[float]:
        return [float(value) for value in self.move(shape)[vertices].mean(axis=0)]


def primitive_of(avatar: Avatar, material: str) -> Primitive:
    return next(piece for piece in avatar.primitives if avatar.materials[piece.material].name == material)


@cache
def character(name: str) -> Avatar:
    return read_avatar(PROJECT / "assets" / f"{name}.vrm")


@cache
def landmarks(name: str) -> Landmarks:
    return Landmarks(character(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_jaw_drops_the_lower_lip_and_a_closed_mouth_takes_it_up_again(name: str) -> None:
    face = landmarks(name)
    assert face.mean("jawOpen", face.lower_lip)[Y] < -0.012
    assert abs(face.mean("jawOpen", face.upper_lip)[Y]) < 0.006
    closed = face.rest + face.move("jawOpen") + face.move("mouthClose")
    gap = closed[face.upper_lip, Y].mean() - closed[face.lower_lip, Y].mean()
    assert abs(gap) < 0.0015
    assert face.mean("jawForward", face.lower_lip)[Z] > 0.003


@pytest.mark.parametrize("name", NAMES)
def test_an_open_mouth_has_a_cavity_behind_all_of_it(name: str) -> None:
    face = landmarks(name)
    wide_open = face.rest + face.move("jawOpen")
    lips = wide_open[face.of("lip")]
    opening_m2 = np.pi / 4.0 * np.prod(np.ptp(lips[:, :Z], axis=0))
    cavity = face.parts.triangles[np.isin(face.parts.triangles, face.of("cavity")).all(axis=1)]
    a, b, c = (wide_open[cavity[:, k]] for k in range(3))
    towards_viewer_m2 = np.maximum(np.cross(b - a, c - a)[:, Z], 0.0).sum() / 2.0
    assert towards_viewer_m2 > 0.6 * opening_m2


@pytest.mark.parametrize("name", NAMES)
def test_a_mouth_goes_aside_as_a_whole(name: str) -> None:
    face = landmarks(name)
    for side, out in OUT.items():
        for corner in face.corner.values():
            assert face.mean("mouth" + side, corner)[X] * out > 0.006
            assert face.mean("jaw" + side, corner)[X] * out > 0.004


@pytest.mark.parametrize("name", NAMES)
def test_a_corner_of_the_mouth_moves_as_named_and_the_other_one_rests(name: str) -> None:
    face = landmarks(name)
    for side, out in OUT.items():
        here, there = face.corner[side], face.corner["Left" if side == "Right" else "Right"]
        assert face.mean("mouthSmile" + side, here)[Y] > 0.004
        assert face.mean("mouthFrown" + side, here)[Y] < -0.004
        for shape, least in (("Smile", 0.004), ("Stretch", 0.005), ("Dimple", 0.003), ("Press", 0.001)):
            assert face.mean(f"mouth{shape}{side}", here)[X] * out > least, shape
        for shape in ("Smile", "Frown", "Stretch", "Dimple", "Press", "LowerDown", "UpperUp"):
            assert np.abs(face.move(f"mouth{shape}{side}")[there]).max() < 0.001, shape
        lips = face.of("lip", side)
        assert face.move("mouthUpperUp" + side)[lips, Y].max() > 0.004
        assert face.move("mouthLowerDown" + side)[lips, Y].min() < -0.006
        assert face.move("noseSneer" + side)[lips, Y].max() > 0.002


@pytest.mark.parametrize("name", NAMES)
def test_lips_round_roll_and_shrug(name: str) -> None:
    face = landmarks(name)
    for shape in ("mouthPucker", "mouthFunnel"):
        assert face.mean(shape, face.corner["Left"])[X] < -0.006
        assert face.mean(shape, face.corner["Right"])[X] > 0.006
        assert face.mean(shape, face.upper_lip)[Z] > 0.003
    assert face.mean("mouthFunnel", face.upper_lip)[Y] - face.mean("mouthFunnel", face.lower_lip)[Y] > 0.010
    assert face.mean("mouthRollLower", face.lower_lip)[Z] < -0.002
    assert face.mean("mouthRollUpper", face.upper_lip)[Z] < -0.002
    assert face.mean("mouthShrugLower", face.lower_lip)[Y] > 0.003
    assert face.mean("mouthShrugUpper", face.upper_lip)[Y] > 0.003
    assert face.move("tongueOut")[face.of("tongue"), Z].max() > 0.014
    assert face.mean("cheekPuff", face.corner["Left"])[X] < -0.001


@pytest.mark.parametrize("name", NAMES)
def test_lids_close_widen_and_squint(name: str) -> None:
    face = landmarks(name)
    for side in OUT:
        lash = face.of("lash", side)
        middle = lash[np.abs(face.rest[lash, X] - face.rest[lash, X].mean()) < 0.012]
        shut = face.move("eyeBlink" + side)[middle, Y]
        closed = face.rest[middle, Y] + shut
        assert shut.min() < -0.012 and shut.max() > 0.0
        assert np.ptp(closed) < 0.5 * np.ptp(face.rest[middle, Y])
        assert face.move("eyeWide" + side)[middle, Y].max() > 0.002
        squint = face.move("eyeSquint" + side)[middle, Y]
        assert squint.min() < -0.003 and squint.max() > 0.003
        assert face.move("cheekSquint" + side)[middle, Y].max() > 0.002
        assert face.move("eyeLookUp" + side)[middle, Y].max() > 0.001
        assert face.move("eyeLookDown" + side)[middle, Y].min() < -0.003


@pytest.mark.parametrize("name", NAMES)
def test_irises_look_where_they_are_told(name: str) -> None:
    face = landmarks(name)
    for side, out in OUT.items():
        iris = face.of("iris" + side)
        assert face.mean("eyeLookUp" + side, iris)[Y] > 0.003
        assert face.mean("eyeLookDown" + side, iris)[Y] < -0.003
        assert face.mean("eyeLookOut" + side, iris)[X] * out > 0.005
        assert face.mean("eyeLookIn" + side, iris)[X] * out < -0.005


@pytest.mark.parametrize("name", NAMES)
def test_brows_rise_and_fall_at_the_named_end(name: str) -> None:
    face = landmarks(name)
    for side in OUT:
        brow = face.of("brow", side)
        by_place = brow[np.argsort(np.abs(face.rest[brow, X]))]
        inner, outer = by_place[: len(brow) // 4], by_place[-len(brow) // 4 :]
        assert face.mean("browInnerUp", inner)[Y] > 0.006 > 4 * abs(face.mean("browInnerUp", outer)[Y])
        assert face.mean("browOuterUp" + side, outer)[Y] > 0.005
        assert face.mean("browDown" + side, inner)[Y] < -0.006
        assert face.mean("noseSneer" + side, inner)[Y] < -0.003


@pytest.mark.parametrize("name", NAMES)
def test_cheeks_blow_up_unless_the_face_is_a_screen(name: str) -> None:
    face = landmarks(name)
    outward = np.einsum("ij,ij->i", face.move("cheekPuff", face.skin), face.skin.normals.astype(float))
    assert (outward.max() > 0.008) == (CHARACTERS[name].head != "robot")


@pytest.mark.parametrize("name", NAMES)
def test_left_and_right_shapes_mirror_each_other(name: str) -> None:
    face = landmarks(name)
    mirror = np.array([-1.0, 1.0, 1.0])
    for shape in ARKIT_SHAPES:
        if not shape.endswith("Left"):
            continue
        left, right = face.move(shape), face.move(shape.removesuffix("Left") + "Right")
        assert left.sum(axis=0) * mirror == pytest.approx(right.sum(axis=0), abs=0.02 * np.abs(left).sum() + 1e-4), (
            shape
        )
        assert np.abs(left).max() == pytest.approx(np.abs(right).max(), abs=2e-4), shape
