"""One avatar, however its bytes are packed: in one file, beside it, in a URI, quantised, strided, as any picture."""

import base64
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from packed_vrm import POSITIONS, TRIANGLES, packed_vrm
from PIL import Image
from small_vrm import Writer, small_vrm

from avatar_live.avatar import Avatar, AvatarError, read_avatar
from avatar_live.avatar import beside as beside_module
from avatar_live.avatar.beside import FILES_MAX, Folder
from avatar_live.avatar.glb import join_file, split_file
from avatar_live.avatar.read import avatar_from_bytes


def loose(folder: Path, buffer: str = "data.bin", picture: str | None = None) -> Path:
    """Write the small avatar as a .gltf with its data in a file beside it."""
    file = small_vrm()
    document = file.document
    if picture is not None:
        view = document["bufferViews"][document["images"][0].pop("bufferView")]
        (folder / picture).write_bytes(file.binary[view["byteOffset"] :][: view["byteLength"]])
        document["images"][0]["uri"] = picture.replace(" ", "%20")
    document["buffers"] = [{"byteLength": len(file.binary), "uri": buffer}]
    path = folder / "avatar.gltf"
    path.write_bytes(b"\xef\xbb\xbf \n" + msgspec.json.encode(document))
    (folder / "data.bin").write_bytes(file.binary)
    return path


def assert_like_the_small_file(avatar: Avatar) -> None:
    expected = avatar_from_bytes(small_vrm().pack())
    assert avatar.humanoid == expected.humanoid
    assert np.array_equal(avatar.primitives[0].positions, expected.primitives[0].positions)
    assert np.array_equal(avatar.textures[0].pixels, expected.textures[0].pixels)


def test_data_and_pictures_may_lie_beside_the_file(tmp_path: Path) -> None:
    assert_like_the_small_file(read_avatar(loose(tmp_path, picture="a skin.png")))


def test_data_may_stand_in_the_file_itself(tmp_path: Path) -> None:
    file = small_vrm()
    picture = file.document["bufferViews"][file.document["images"][0].pop("bufferView")]
    skin = bytes(file.binary[picture["byteOffset"] :][: picture["byteLength"]])
    file.document["images"][0]["uri"] = "data:image/png;base64," + base64.b64encode(skin).decode()
    uri = "data:application/octet-stream;base64," + base64.b64encode(file.binary).decode()
    file.document["buffers"] = [{"byteLength": len(file.binary), "uri": uri}]
    assert_like_the_small_file(avatar_from_bytes(msgspec.json.encode(file.document)))


@pytest.mark.parametrize(
    "uri",
    [
        "../secret.bin",
        "folder/../../secret.bin",
        "%2e%2e/secret.bin",
        "/etc/hostname",
        "file:///etc/hostname",
        "https://example.org/data.bin",
        "C:\\data.bin",
        "..\\secret.bin",
        "link.bin",
        "data.bin%00",
    ],
)
def test_nothing_outside_of_the_folder_is_ever_read(uri: str, tmp_path: Path) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(small_vrm().binary))
    folder = tmp_path / "avatar"
    folder.mkdir()
    (folder / "link.bin").symlink_to(tmp_path / "secret.bin")
    path = loose(folder, buffer=uri)
    with pytest.raises(AvatarError, match=r"which is not beside it; export it as one \.vrm file"):
        read_avatar(path)


@pytest.mark.parametrize("name", ["other.bin", ".", "pipe"])
def test_what_is_no_file_is_missing(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # would wait for a writer forever
    with pytest.raises(AvatarError, match="is missing; put it beside the avatar"):
        read_avatar(loose(tmp_path, buffer=name))


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    with pytest.raises(AvatarError, match=r"is missing|cannot be read"):
        read_avatar(loose(tmp_path, buffer="circle"))


def test_files_beside_are_limited_in_number_and_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "small").write_bytes(b"1234")
    folder = Folder(tmp_path)
    for _ in range(FILES_MAX):
        folder("small")
    with pytest.raises(AvatarError, match="more than 1024 or larger than 512 MiB together"):
        folder("small")
    monkeypatch.setattr(beside_module, "FILE_BYTES_MAX", 7)
    folder = Folder(tmp_path)
    folder("small")
    with pytest.raises(AvatarError, match="together"):
        folder("small")


def test_bytes_alone_have_nothing_beside_them() -> None:
    file = small_vrm()
    file.document["buffers"] = [{"byteLength": len(file.binary), "uri": "data.bin"}]
    with pytest.raises(AvatarError, match="another file"):
        avatar_from_bytes(msgspec.json.encode(file.document))


@pytest.mark.parametrize("uri", ["data:,hello", "data:text/plain;base64,%%%", "data:application/octet-stream;base64,A"])
def test_a_wrong_data_uri_is_named(uri: str) -> None:
    file = small_vrm()
    file.document["buffers"] = [{"byteLength": len(file.binary), "uri": uri}]
    with pytest.raises(AvatarError, match="base64"):
        avatar_from_bytes(msgspec.json.encode(file.document))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("EXT_meshopt_compression", r"compressed with meshoptimizer \(EXT_meshopt_compression\); export it without"),
        ("KHR_texture_basisu", r"its pictures are KTX2 \(KHR_texture_basisu\); export it without"),
    ],
)
def test_a_needed_decoder_that_we_lack_is_told_in_one_sentence(name: str, sentence: str) -> None:
    file = small_vrm()
    file.document["extensionsRequired"] = [name]
    with pytest.raises(AvatarError, match=sentence):
        avatar_from_bytes(file.pack())


def test_a_picture_that_is_only_there_in_a_form_we_lack_says_which() -> None:
    file = small_vrm()
    file.document["textures"] = [{"extensions": {"KHR_texture_basisu": {"source": 0}}}]
    with pytest.raises(AvatarError, match="only as KHR_texture_basisu; export it with PNG, JPEG or WebP"):
        avatar_from_bytes(file.pack())


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("PNG", mode) for mode in ("RGB", "RGBA", "L", "LA", "P", "1")),
        *(("JPEG", mode) for mode in ("RGB", "L", "CMYK")),
        *(("WEBP", mode) for mode in ("RGB", "RGBA")),
    ],
)
def test_pictures_of_every_kind_become_rgba(kind: str, mode: str) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), (255, 255, 255)).convert(mode).save(stream, kind)
    file = small_vrm()
    file.document["images"] = [{"bufferView": file.view(stream.getvalue())}]
    if kind == "WEBP":
        file.document["textures"] = [{"extensions": {"EXT_texture_webp": {"source": 0}}}]
    (texture,) = avatar_from_bytes(file.pack()).textures
    assert texture.pixels.shape == (8, 8, 4)
    assert np.abs(texture.pixels[4, 4].astype(int) - 255).max() <= 3


def test_grey_of_sixteen_bits_keeps_its_brightness() -> None:
    stream = io.BytesIO()
    Image.fromarray(np.full((4, 4), 0x8000, np.uint16)).save(stream, "PNG")
    file = small_vrm()
    file.document["images"] = [{"bufferView": file.view(stream.getvalue())}]
    (texture,) = avatar_from_bytes(file.pack()).textures
    assert texture.pixels[0, 0].tolist() == [128, 128, 128, 255]


def with_attribute(name: str, values: NDArray[Any], type_: str, padding: int = 0, **more: object) -> Avatar:
    """Return the small avatar with one attribute written as these numbers, each row followed by padding."""
    file: Writer = small_vrm()
    rows = np.zeros((len(values), values.shape[1] * values.itemsize + padding), np.uint8)
    rows[:, : rows.shape[1] - padding] = values.view(np.uint8).reshape(len(values), -1)
    stride = {"byteStride": rows.shape[1]} if padding else {}
    component = {"int8": 5120, "uint8": 5121, "int16": 5122, "uint16": 5123, "float32": 5126}[values.dtype.name]
    document = file.document
    document["accessors"].append(
        {
            "bufferView": file.view(rows.tobytes(), **stride),
            "componentType": component,
            "count": len(values),
            "type": type_,
            **more,
        }
    )
    document["meshes"][0]["primitives"][0]["attributes"][name] = len(document["accessors"]) - 1
    return avatar_from_bytes(file.pack())


def test_normals_of_one_byte_are_unit_vectors() -> None:
    values = np.tile(np.array([0, 127, 0], np.int8), (6, 1))
    avatar = with_attribute("NORMAL", values, "VEC3", padding=1, normalized=True)
    assert avatar.primitives[0].normals.tolist() == [[0.0, 1.0, 0.0]] * 6


def test_the_least_of_a_normalised_byte_is_minus_one() -> None:
    values = np.tile(np.array([-128, 0, 0], np.int8), (6, 1))
    avatar = with_attribute("POSITION", values, "VEC3", padding=5, normalized=True)
    assert avatar.primitives[0].positions.tolist() == [[-1.0, 0.0, 0.0]] * 6


def test_positions_of_whole_numbers_are_taken_as_they_are() -> None:
    values = np.arange(18, dtype=np.int16).reshape(6, 3)
    avatar = with_attribute("POSITION", values, "VEC3", padding=2)
    assert avatar.primitives[0].positions.tolist() == values.tolist()


@pytest.mark.parametrize(("dtype", "one"), [(np.uint8, 255), (np.uint16, 65_535)])
def test_weights_of_whole_numbers_sum_to_one(dtype: type[np.generic], one: int) -> None:
    values = np.tile(np.array([one // 2, one - one // 2, 0, 0]).astype(dtype), (6, 1))
    avatar = with_attribute("WEIGHTS_0", values, "VEC4", normalized=True)
    assert avatar.primitives[0].weights.sum(axis=1) == pytest.approx(np.ones(6))
    assert avatar.primitives[0].weights[0, 0] == pytest.approx(0.5, abs=0.01)


def test_a_sparse_accessor_changes_what_lies_under_it() -> None:
    file = small_vrm()
    place = file.document["meshes"][0]["primitives"][0]["attributes"]["POSITION"]
    sparse = file.sparse(6, [5], np.array([[1.0, 2.0, 3.0]]))
    file.document["accessors"][place]["sparse"] = file.document["accessors"][sparse]["sparse"]
    positions = avatar_from_bytes(file.pack()).primitives[0].positions
    assert positions[5].tolist() == [1.0, 2.0, 3.0]
    assert positions[:5] == pytest.approx(avatar_from_bytes(small_vrm().pack()).primitives[0].positions[:5])


def test_a_mesh_packed_by_draco_is_unpacked() -> None:
    avatar = avatar_from_bytes(packed_vrm().pack())
    corners = np.concatenate(
        [primitive.positions[primitive.triangles].reshape(-1, 3) for primitive in avatar.primitives]
    )
    assert np.sort(corners, axis=0) == pytest.approx(np.sort(POSITIONS[TRIANGLES].reshape(-1, 3), axis=0), abs=1e-3)
    for primitive in avatar.primitives:
        assert primitive.weights[0].tolist() == pytest.approx([0.25, 0.75, 0.0, 0.0])
        assert avatar.nodes[avatar.palette_nodes[primitive.joints[0, 1]]].name == "Head"
        assert primitive.uvs.max() > 0.0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda file, packed: packed["attributes"].update(POSITION=99), "has no attribute 99"),
        (lambda file, packed: packed.update(bufferView=file.view(b"DRACO not at all")), "cannot be unpacked"),
        (lambda file, packed: file.document["accessors"][-1].update(count=12), "not what Draco packed"),
    ],
)
def test_a_mesh_that_draco_did_not_pack_so_is_named(change: Callable[[Writer, Any], object], reason: str) -> None:
    file = packed_vrm()
    change(file, file.document["meshes"][0]["primitives"][0]["extensions"]["KHR_draco_mesh_compression"])
    with pytest.raises(AvatarError, match=reason):
        avatar_from_bytes(file.pack())


@pytest.mark.parametrize(("text", "binary"), [(b"{}", b""), (b'{"a":1}', b"12345"), (b'{"abc":1}', b"12345678")])
def test_a_file_that_was_joined_comes_apart_again(text: bytes, binary: bytes) -> None:
    joined = join_file(text, binary)
    assert len(joined) % 4 == 0
    told, held = split_file(joined)
    assert (told.rstrip(b" "), bytes(held).rstrip(b"\0")) == (text, binary)
