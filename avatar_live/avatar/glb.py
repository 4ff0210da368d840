"""The outermost shell of an avatar's file: one JSON text, which a GLB container holds with one block of bytes.

https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html#glb-file-format-specification
"""

import struct
from typing import Final

FILE_BYTES_MAX: Final = 512 * 1024 * 1024
JSON_BYTES_MAX: Final = 64 * 1024 * 1024
# What the description may hold, counted before it is decoded: "{}," is 3 bytes in the file and 200 in memory.
OBJECTS_MAX: Final = 1_000_000
VALUES_MAX: Final = 4_000_000

SENTENCE_CHARACTERS_MAX: Final = 600

_HEADER: Final = struct.Struct("<4sII")
_BOM: Final = b"\xef\xbb\xbf"
_CHUNK: Final = struct.Struct("<I4s")


class AvatarError(ValueError):
    """Tell in one sentence why a file cannot be an avatar, and what to do next.

    The sentence may quote the file: of what is endless or no printable character, it shows as little as a log can bear.
    """

    def __init__(self, sentence: str) -> None:
        if len(sentence) > SENTENCE_CHARACTERS_MAX:
            half = SENTENCE_CHARACTERS_MAX // 2
            sentence = f"{sentence[:half]} ... {sentence[-half:]}"
        super().__init__("".join(char if char.isprintable() else " " for char in sentence))


def damaged(detail: str) -> AvatarError:
    """Return the error for a file that promises more than it holds or contradicts itself."""
    return AvatarError(f"the avatar file is damaged ({detail}); download or export it again")


def split_file(data: bytes) -> tuple[bytes, memoryview]:
    """Return the JSON text and the binary block (empty when absent) of a GLB or a .gltf file. Raises AvatarError."""
    if len(data) > FILE_BYTES_MAX:
        raise AvatarError(
            f"the file is larger than {FILE_BYTES_MAX >> 20} MiB; export the avatar with smaller textures"
        )
    if data[:4] == b"glTF" and len(data) >= _HEADER.size:
        packed, binary = _split_glb(data)
    elif data[:64].removeprefix(_BOM).lstrip()[:1] == b"{":
        packed, binary = memoryview(data.removeprefix(_BOM)), memoryview(b"")
    else:
        raise AvatarError(
            "the file is not a VRM avatar; choose a .vrm file, for example one exported from VRoid Studio"
        )
    if len(packed) > JSON_BYTES_MAX:
        raise AvatarError(f"the file's description is larger than {JSON_BYTES_MAX >> 20} MiB; export a simpler avatar")
    text = bytes(packed)
    if text.count(b"{") > OBJECTS_MAX or text.count(b",") + text.count(b"[") > VALUES_MAX:
        raise AvatarError("the file's description has millions of parts; export a simpler avatar")
    return text, binary


def join_file(text: bytes, binary: bytes) -> bytes:
    """Return the GLB that holds a JSON text and a binary block, padded as the format asks."""
    text += b" " * (-len(text) % 4)
    binary += bytes(-len(binary) % 4)
    total = _HEADER.size + 2 * _CHUNK.size + len(text) + len(binary)
    header = _HEADER.pack(b"glTF", 2, total)
    return b"".join([header, _CHUNK.pack(len(text), b"JSON"), text, _CHUNK.pack(len(binary), b"BIN\0"), binary])


def _split_glb(data: bytes) -> tuple[memoryview, memoryview]:
    _, version, total = _HEADER.unpack_from(data)
    if version != 2:
        raise AvatarError(f"the file is glTF version {version}, which is not supported; export the avatar as VRM again")
    if not _HEADER.size <= total <= len(data):
        raise damaged(f"it says it is {total} bytes long but has {len(data)}")
    chunks: dict[bytes, memoryview] = {}
    at = _HEADER.size
    while at + _CHUNK.size <= total:
        length, kind = _CHUNK.unpack_from(data, at)
        at += _CHUNK.size
        if at + length > total:
            raise damaged("a part of it ends after the file does")
        chunks.setdefault(kind, memoryview(data)[at : at + length])
        at += length
    text = chunks.get(b"JSON")
    if text is None:
        raise damaged("its description is missing")
    return text, chunks.get(b"BIN\0", memoryview(b""))
