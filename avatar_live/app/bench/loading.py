"""`bench loading`: how long a character takes from the bytes of its file to what the stage draws."""

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from avatar_live.app.bench.large_avatar import large_avatar
from avatar_live.app.faults import ShowError
from avatar_live.avatar import AvatarError
from avatar_live.avatar.beside import Folder
from avatar_live.avatar.read import avatar_from_bytes

TIMES: Final = 5
LARGE: Final = "a large avatar (made for this)"


def measure_loading(files: Sequence[Path]) -> dict[str, Any]:
    """Read each file some times, and a large avatar if there are none; the middle of the times counts.

    Raises ShowError for a file that cannot be read.
    """
    rows = []
    try:
        for path in files:
            rows.append(_row(path.name, path.read_bytes(), Folder(path.parent)))
    except (OSError, AvatarError) as error:
        raise ShowError(f"Cannot measure {path}: {error}") from error
    if not files:
        rows.append(_row(LARGE, large_avatar(), None))
    return {"loading_cpu_s_max": max(row["cpu_s"] for row in rows), "files": rows}


def _row(name: str, data: bytes, beside: Folder | None) -> dict[str, Any]:
    cpu_s, wall_s = [], []
    for _ in range(TIMES):
        cpu_start_s, wall_start_s = time.process_time(), time.perf_counter()
        avatar = avatar_from_bytes(data, beside)
        cpu_s.append(time.process_time() - cpu_start_s)
        wall_s.append(time.perf_counter() - wall_start_s)
    return {
        "file": name,
        "megabytes": round(len(data) / 1e6, 1),
        "triangles": sum(len(primitive.triangles) for primitive in avatar.primitives),
        "megapixels": round(sum(texture.pixels.size // 4 for texture in avatar.textures) / 1e6, 1),
        "cpu_s": round(median(cpu_s), 3),
        "wall_s": round(median(wall_s), 3),
    }
