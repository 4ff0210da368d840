"""Models are read and changed as the flatbuffers they are."""

import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.tracking.models import Models
from avatar_live.tracking.refinement import LEFT_EYE, LIPS, MESH_POINTS, RIGHT_EYE, gather_indices
from avatar_live.tracking.tflite import Tensors, silent_blendshapes, tensors, with_normalization


def test_the_zero_model_takes_146_points_and_gives_52_weights() -> None:
    assert tensors(silent_blendshapes()) == Tensors(((1, 146, 2),), ((52,),))


def test_notes_about_pixels_change_no_tensor_and_are_written_once(installed_models: Models) -> None:
    with zipfile.ZipFile(installed_models.hand) as bundle:
        model = bundle.read("hand_landmarks_detector.tflite")
    once = with_normalization(model, 0.0, 255.0)
    assert tensors(once) == tensors(model)
    assert once.count(b"TFLITE_METADATA") == 1


@given(st.binary(max_size=200))
def test_bytes_that_are_no_model_are_refused(data: bytes) -> None:
    for candidate in (data, data[:4] + b"TFL3" + data[4:]):
        try:
            found = tensors(candidate)
        except ValueError:
            continue
        assert isinstance(found, Tensors)  # a flatbuffer of chance: it is refused by its shapes later


@pytest.mark.parametrize("length", [0, 100, 700])
def test_a_truncated_model_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="TensorFlow Lite model"):
        tensors(silent_blendshapes()[:length])


def test_refined_points_take_x_and_y_from_the_heads_and_keep_the_depth_of_the_mesh() -> None:
    indices = gather_indices()
    assert len(indices) == 478 * 3
    refined = {*LIPS, *LEFT_EYE, *RIGHT_EYE}
    assert len(refined) == len(LIPS) + len(LEFT_EYE) + len(RIGHT_EYE)
    for point in range(MESH_POINTS):
        x, y, z = indices[3 * point : 3 * point + 3]
        assert z == 3 * point + 2
        assert y == x + 1
        assert (x >= 3 * MESH_POINTS) == (point in refined)
    heads = [index for index in indices if index >= 3 * MESH_POINTS]
    assert sorted(heads) == list(range(3 * MESH_POINTS, 3 * MESH_POINTS + 160 + 142 + 142 + 10 + 10))
