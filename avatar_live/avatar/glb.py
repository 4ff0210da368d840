"""The outermost shell of an avatar's file: one JSON text, which a GLB container holds with one block of bytes.

https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html#glb-file-format-specification
"""

import struct
from typing import Final

FILE_BYTES_MAX: Final = 512 * 1024 * 1024
JSON_BYTES_MAX: Final = 64 * 1024 * 1024

_HEADER: Final = struct.Struct("<4sII")
_CHUNK: Final = struct.Struct("<I4s")


class AvatarError(ValueError):
    """Tell in one sentence why a file cannot be an avatar, and what to do next."""


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
        text, binary = _split_glb(data)
    elif data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        text, binary = memoryview(data.removeprefix(b"\xef\xbb\xbf")), memoryview(b"")
    else:
        raise AvatarError(
            "the file is not a VRM avatar; choose a .vrm file, for example one exported from VRoid Studio"
        )
    if len(text) > JSON_BYTES_MAX:
        raise AvatarError(f"the file's description is larger than {JSON_BYTES_MAX >> 20} MiB; export a simpler avatar")
    return bytes(text), binary


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
