"""Whatever a number is packed as, it is read as the specification computes it."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_vrm import small_vrm

from avatar_live.avatar.gltf import Gltf

# By component type: struct's letter, bytes, the largest value, which normalised numbers are divided by.
COMPONENTS = {
    5120: ("b", 1, 127),
    5121: ("B", 1, 255),
    5122: ("h", 2, 32_767),
    5123: ("H", 2, 65_535),
    5125: ("I", 4, 4_294_967_295),
    5126: ("f", 4, 0),
}
TYPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}


@settings(max_examples=200, deadline=None)
@given(
    data=st.binary(min_size=1_024, max_size=1_024),
    component=st.sampled_from([5120, 5121, 5122, 5123]),
    width=st.sampled_from(sorted(TYPES)),
    count=st.integers(0, 8),
    offset=st.integers(0, 32),
    padding=st.integers(0, 24),
    is_strided=st.booleans(),
    is_normalised=st.booleans(),
)
def test_integers_are_read_as_the_specification_computes_them(
    data: bytes,
    component: int,
    width: int,
    count: int,
    offset: int,
    padding: int,
    is_strided: bool,
    is_normalised: bool,
) -> None:
    letter, size, largest = COMPONENTS[component]
    file = small_vrm()
    stride = {"byteStride": size * width + padding} if is_strided else {}
    file.document["accessors"] = [
        {
            "bufferView": file.view(data, **stride),
            "byteOffset": offset,
            "componentType": component,
            "count": count,
            "type": TYPES[width],
            "normalized": is_normalised,
        }
    ]
    step = size * width + (padding if is_strided else 0)
    rows = [struct.unpack_from(f"<{width}{letter}", data, offset + step * row) for row in range(count)]
    expected = [[max(value / largest, -1.0) if is_normalised else value for value in row] for row in rows]
    found = Gltf(file.pack()).floats(0, width)
    assert found.shape == (count, width)
    assert found.dtype == np.float32
    assert found == pytest.approx(np.array(expected, np.float32).reshape(count, width), rel=1e-6)
    if letter.isupper():
        assert Gltf(file.pack()).integers(0, width).tolist() == [list(row) for row in rows]


@settings(max_examples=100, deadline=None)
@given(
    base=st.lists(st.floats(-1e6, 1e6, width=32), min_size=12, max_size=12),
    changes=st.dictionaries(st.integers(0, 3), st.floats(-1e6, 1e6, width=32)),
    index_type=st.sampled_from([5121, 5123, 5125]),
    has_base=st.booleans(),
)
def test_sparse_values_replace_rows_of_what_is_there_or_of_zeros(
    base: list[float], changes: dict[int, float], index_type: int, has_base: bool
) -> None:
    file = small_vrm()
    letter, _, _ = COMPONENTS[index_type]
    rows = sorted(changes)
    sparse = {
        "count": len(rows),
        "indices": {"bufferView": file.view(struct.pack(f"<{len(rows)}{letter}", *rows)), "componentType": index_type},
        "values": {"bufferView": file.view(b"".join(struct.pack("<3f", *[changes[row]] * 3) for row in rows))},
    }
    accessor = {"componentType": 5126, "count": 4, "type": "VEC3", "sparse": sparse}
    if has_base:
        accessor["bufferView"] = file.view(struct.pack("<12f", *base))
    file.document["accessors"] = [accessor]
    expected = np.array(base, np.float32).reshape(4, 3) if has_base else np.zeros((4, 3), np.float32)
    for row, value in changes.items():
        expected[row] = value
    assert np.array_equal(Gltf(file.pack()).floats(0, 3), expected)
