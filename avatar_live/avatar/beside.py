"""What a document keeps outside of itself: in a data URI, or in a file that lies beside it and nowhere else.

https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html#uris
"""

import base64
import binascii
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from avatar_live.avatar.glb import FILE_BYTES_MAX, AvatarError, damaged

FILES_MAX: Final = 1_024

Beside = Callable[[str], bytes]  # from a name to the bytes of the file beside the document; raises AvatarError


class Folder:
    """Read the files in one folder and below it, never one outside; all together no more than FILE_BYTES_MAX."""

    def __init__(self, path: Path) -> None:
        self._root = path.resolve()
        self._bytes_left = FILE_BYTES_MAX
        self._files_left = FILES_MAX

    def __call__(self, name: str) -> bytes:
        """Return the bytes of a file by its name from the folder on. Raises AvatarError."""
        if "\0" in name or "\\" in name or ":" in name or name.startswith("/"):
            raise AvatarError(f"the avatar asks for {name!r}, which is not beside it; export it as one .vrm file")
        try:
            path = (self._root / name).resolve()  # follows links, so that none leads out
            if not path.is_relative_to(self._root):
                raise AvatarError(f"the avatar asks for {name!r}, which is not beside it; export it as one .vrm file")
            if not path.is_file():
                raise AvatarError(
                    f"the avatar's file {name!r} is missing; put it beside the avatar, or export it again"
                )
            self._files_left -= 1
            self._bytes_left -= path.stat().st_size
            if self._files_left < 0 or self._bytes_left < 0:
                raise AvatarError(
                    f"the avatar's files are more than {FILES_MAX} or larger than {FILE_BYTES_MAX >> 20} MiB together;"
                    " export it with fewer and smaller textures"
                )
            return path.read_bytes()
        except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle
            raise AvatarError(f"the avatar's file {name!r} cannot be read; export it as one .vrm file") from error


def bytes_of(uri: str, beside: Beside | None) -> bytes:
    """Return what a URI stands for: the bytes it holds, or those of a file beside. Raises AvatarError."""
    if uri.startswith("data:"):
        head, comma, body = uri.partition(",")
        if not comma or not head.endswith(";base64"):
            raise damaged("it holds data that is not written in base64")
        try:
            return base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError) as error:
            raise damaged("the base64 of its data is wrong") from error
    if beside is None:
        raise AvatarError("the avatar keeps data in another file; export it as one .vrm file")
    return beside(unquote(uri))
