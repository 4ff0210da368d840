"""Characters of the sizes that are measured: our own, made finer or coarser than the shipped one, with large pictures.

They are built once by `assets/avatar_maker` and kept in `build/` until the maker changes.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.app.faults import ShowError
from avatar_live.app.settings import ASSETS, PROJECT
from avatar_live.avatar.glb import join_file, split_file

NAME: Final = "mirai"
PICTURES: Final = 4  # of the large character, each of
PICTURE_SIDE_PX: Final = 2048

_BUILT: Final = PROJECT / "build" / "characters"

Report = Callable[[str], None]


def make_character(detail: float, side_px: int | None, report: Report) -> Path:
    """Return the file of a character with `detail` times the shipped triangles; its largest pictures get `side_px`.

    Raises ShowError where the maker cannot run.
    """
    sources = sorted((ASSETS / "avatar_maker").glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in [*sources, Path(__file__)])).hexdigest()[:12]
    path = _BUILT / f"{NAME}-{detail:g}-{side_px or 'own'}-{digest}.vrm"
    if path.exists():
        return path
    report(f"Making a character with {detail:g} times the triangles of {NAME.capitalize()} ...")
    _BUILT.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "avatar_maker", NAME, "--detail", str(detail), "--into", str(_BUILT)]
    done = subprocess.run(command, cwd=ASSETS, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ShowError(
            "The character to measure was not made: start the measurement with `python3 live.py bench render`, which "
            f"brings along what its maker needs. {done.stderr.strip()[-300:]}"
        )
    made = _BUILT / f"{NAME}.vrm"
    if side_px is not None:
        made.write_bytes(with_large_pictures(made.read_bytes(), side_px, PICTURES))
    made.replace(path)
    return path


def with_large_pictures(file: bytes, side_px: int, count: int) -> bytes:
    """Return a GLB whose `count` largest pictures are drawn larger, `side_px` square; everything else is the same."""
    text, binary = split_file(file)
    document: dict[str, Any] = json.loads(text)
    views = [
        bytes(binary[view.get("byteOffset", 0) : view.get("byteOffset", 0) + view["byteLength"]])
        for view in document["bufferViews"]
    ]
    pictures = {image["bufferView"]: _decoded(views[image["bufferView"]]) for image in document["images"]}
    largest = sorted(pictures, key=lambda view: pictures[view].shape[0] * pictures[view].shape[1])[-count:]
    for view in largest:
        enlarged = cv2.resize(pictures[view], (side_px, side_px), interpolation=cv2.INTER_CUBIC)
        views[view] = cv2.imencode(".png", enlarged)[1].tobytes()
    for image in document["images"]:
        if image["bufferView"] in largest:
            image["mimeType"] = "image/png"
    offset, pieces = 0, []
    for view, data in zip(document["bufferViews"], views, strict=True):
        view["byteOffset"], view["byteLength"] = offset, len(data)
        pieces.append(data + bytes(-len(data) % 4))
        offset += len(pieces[-1])
    document["buffers"] = [{"byteLength": offset}]
    return join_file(json.dumps(document, separators=(",", ":")).encode(), b"".join(pieces))


def _decoded(picture: bytes) -> NDArray[np.uint8]:
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_UNCHANGED)
    assert pixels is not None, "the maker's own pictures can be read"
    return np.asarray(pixels, np.uint8)
