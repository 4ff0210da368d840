"""The right models are fetched, recognised and kept; wrong ones are turned down before anything opens them."""

import shutil
import zipfile
from pathlib import Path

import pytest
from shared import shared_data

from avatar_live.tracking import models
from avatar_live.tracking.bundle import ALIGNMENT_BYTES, FACE, HAND, KINDS, POSE, BundleKind, check_bundle, write_bundle
from avatar_live.tracking.models import ModelError, Models, installed, provision


def quiet(what: str, fraction: float) -> None:
    assert what
    assert 0.0 <= fraction <= 1.0


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


@pytest.fixture
def folder(installed_models: Models, tmp_path: Path) -> Path:
    for path in (installed_models.face, installed_models.pose, installed_models.hand):
        shutil.copy(path, tmp_path)
    return tmp_path


def test_a_complete_folder_is_left_alone(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    told = []
    found = provision(folder, report=lambda what, fraction: told.append(what))
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert told == ["the tracking models are ready"]
    assert found.face.parent == folder


def test_models_made_here_are_known_by_their_bytes(installed_models: Models) -> None:
    assert installed_models.origin.startswith("face")
    assert models.NAMED not in installed_models.origin
    assert models.ASSEMBLED in installed_models.origin


def test_every_member_of_a_bundle_is_stored_where_it_can_be_mapped(installed_models: Models) -> None:
    for path in (installed_models.pose, installed_models.hand):
        data = path.read_bytes()
        for member in members(path).values():
            assert data.index(member) % ALIGNMENT_BYTES == 0


def test_the_same_members_make_the_same_bundle(installed_models: Models, tmp_path: Path) -> None:
    write_bundle(tmp_path / "again.task", members(installed_models.pose))
    assert (tmp_path / "again.task").read_bytes() == installed_models.pose.read_bytes()


def test_a_bundle_with_the_wrong_model_inside_is_refused_by_its_tensors(folder: Path) -> None:
    contents = members(folder / FACE.file_name)
    contents["face_landmarks_detector.tflite"] = members(folder / POSE.file_name)["pose_landmarks_detector.tflite"]
    write_bundle(folder / FACE.file_name, contents)
    with pytest.raises(ModelError, match=r"not a face model that fits: face_landmarks_detector.tflite has the tensors"):
        installed(folder)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_truncated_bundle_is_refused(folder: Path, kind: BundleKind) -> None:
    path = folder / kind.file_name
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ModelError, match="damaged or not a model bundle"):
        installed(folder)


def test_a_flipped_byte_is_noticed(folder: Path) -> None:
    path = folder / HAND.file_name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelError, match="damaged"):
        installed(folder)


def test_a_bundle_of_another_kind_is_refused(folder: Path) -> None:
    shutil.copy(folder / POSE.file_name, folder / FACE.file_name)
    with pytest.raises(ModelError, match=r"not a face model: it has no face_detector.tflite inside"):
        installed(folder)


def test_a_bare_model_is_no_bundle(folder: Path) -> None:
    bare = members(folder / POSE.file_name)["pose_detector.tflite"]
    (folder / FACE.file_name).write_bytes(bare)
    with pytest.raises(ModelError, match=r"has no face_detector|not a model bundle"):
        check_bundle(folder / FACE.file_name, FACE)


def test_a_missing_model_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"There is no face model at .*: run `avatar-live models`"):
        installed(tmp_path)


def test_a_file_that_the_user_names_takes_the_place_of_its_kind(folder: Path) -> None:
    contents = members(folder / POSE.file_name) | {"note.txt": b"mine"}
    named = folder / "mine.task"
    write_bundle(named, contents)
    found = provision(folder, report=quiet, named=named)
    assert found.pose.read_bytes() == named.read_bytes()
    assert f"pose: {models.NAMED}" in found.origin


def test_a_folder_that_the_user_names_is_taken_whole(folder: Path) -> None:
    target = folder / "models"
    found = provision(target, report=quiet, named=folder)
    assert sorted(path.name for path in target.iterdir()) == sorted(kind.file_name for kind in KINDS)
    assert found == installed(target)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("nothing.task", None, "There is no model file or folder at"),
        ("text.task", b"hello", "is not a model bundle"),
        ("other.whl", b"hello", "is not mediapipe-0.10.21"),
    ],
)
def test_a_named_file_that_is_no_model_is_refused_in_a_sentence(
    folder: Path, tmp_path: Path, name: str, data: bytes | None, sentence: str
) -> None:
    named = tmp_path / name
    if data is not None:
        named.write_bytes(data)
    with pytest.raises(ModelError, match=sentence):
        provision(folder, report=quiet, named=named)


def test_a_bundle_of_unknown_members_is_refused(folder: Path) -> None:
    write_bundle(folder / "gesture.task", {"gesture.tflite": b"1234", "other.tflite": b"5678"})
    with pytest.raises(ModelError, match="holds no face, pose or hand model"):
        provision(folder, report=quiet, named=folder / "gesture.task")


def test_the_official_face_model_knows_expressions(folder: Path) -> None:
    found = provision(folder, report=quiet, named=shared_data("models", "face_landmarker.task"))
    assert found.face_has_shapes
    assert f"face: {models.OFFICIAL}" in found.origin
