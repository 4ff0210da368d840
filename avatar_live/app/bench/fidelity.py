"""`bench fidelity`: draw the same files as three-vrm does, and say how alike the pictures and the springs are.

Same file, camera, light and pose on both sides, before a flat background, without tone mapping, drawn at twice the size
and boxed down (`likeness.py`). Springs start at rest on the first pose and move for three seconds at 60 Hz.
"""

import dataclasses
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.app.bench.likeness import SUPERSAMPLING, Likeness, Pixels, compare, side_by_side
from avatar_live.app.bench.peer import BACKGROUND, Peer
from avatar_live.app.bench.sampler import write_old_sampler, write_sampler
from avatar_live.app.bench.scenes import frame, pose_of, scenes, swaying
from avatar_live.app.bench.shared import SHARED
from avatar_live.app.faults import ShowError
from avatar_live.app.settings import ASSETS, PROJECT
from avatar_live.avatar import Avatar, AvatarError, Rig, read_avatar
from avatar_live.stage.studio import Studio

SIDE_PX: Final = 480

Doubles = NDArray[np.float64]
Report = Callable[[str], None]


def known_avatars() -> list[Path]:
    """Return the built-in characters, files of every kind of surface, and the shared test data's avatars if any."""
    build = PROJECT / "build"
    surfaces = (write_sampler(build / "surfaces.vrm"), write_old_sampler(build / "surfaces-of-0.x.vrm"))
    return [*sorted(ASSETS.glob("*.vrm")), *surfaces, *sorted((SHARED / "avatars").glob("vrm*/*.vrm"))]


def measure_fidelity(files: Sequence[Path], pictures: Path | None, report: Report) -> dict[str, Any]:
    """Compare every file and return the figures, ready for JSON; pairs of pictures are written into `pictures`.

    Raises ShowError where three-vrm cannot be run.
    """
    rows = []
    side_px = SIDE_PX * SUPERSAMPLING
    with Peer(side_px, side_px) as peer, Studio(side_px, side_px, BACKGROUND) as studio:
        report(f"three-vrm draws on: {peer.driver}")
        for path in files:
            try:
                row = compare_file(path, peer, studio, pictures)
            except (AvatarError, ShowError) as error:
                row = {"file": path.name, "refused": str(error)}
            report("  ".join(f"{key} {value}" for key, value in row.items() if key != "pictures"))
            rows.append(row)
    compared = [row for row in rows if "refused" not in row]
    if not compared:
        raise ShowError("There was no avatar to compare: name VRM files that both renderers can read.")
    tips = [row["spring_tip_error"] for row in compared if row["spring_tip_error"] is not None]
    return {
        "silhouette_iou_min": min(row["silhouette_iou"] for row in compared),
        "ssim_min": min(row["ssim"] for row in compared),
        "color_difference_max": max(row["color_difference"] for row in compared),
        "spring_tip_error_max": max(tips, default=0.0),
        "files_refused": len(rows) - len(compared),
        "renderer": peer.driver,
        "files": rows,
    }


def compare_file(path: Path, peer: Peer, studio: Studio, pictures: Path | None = None) -> dict[str, Any]:
    """Return one row: the worst of its pictures, each picture's own figures, and the springs' error."""
    avatar = read_avatar(path)
    mended = peer.load(path, is_mended=True)
    studio.set_avatar(avatar)
    likenesses: dict[str, Likeness] = {}
    for scene in scenes(avatar):
        shot = frame(avatar, scene.is_close)
        posture = Rig(avatar).animate(pose_of(scene.moment), 0.0)
        ours = studio.picture(posture, shot.pose, shot.fov_vertical_rad, scene.material_s)
        theirs = peer.picture(shot, scene.moment, scene.material_s)
        likenesses[scene.name] = compare(ours, theirs, BACKGROUND)
        if pictures is not None:
            write_pair(pictures / f"{path.stem}-{scene.name}.png", ours, theirs)
    return {
        "file": path.name,
        "silhouette_iou": round(min(one.silhouette_iou for one in likenesses.values()), 4),
        "ssim": round(min(one.ssim for one in likenesses.values()), 4),
        "color_difference": round(max(one.color_difference for one in likenesses.values()), 2),
        "spring_tip_error": spring_tip_error(avatar, peer),
        **({"peer_mended": mended} if mended else {}),
        "pictures": {
            name: [round(one.silhouette_iou, 4), round(one.ssim, 4), round(one.color_difference, 2)]
            for name, one in likenesses.items()
        },
    }


def spring_tip_error(avatar: Avatar, peer: Peer) -> float | None:
    """Return the largest distance between a spring tip of ours and theirs in chain lengths, or None without springs.

    Tips are matched by their joint's name, in the file's order where a name is there twice. Raises ShowError when they
    have none of a joint that we swing: a tip that nobody compared must not pass for one that agrees.
    """
    motion = swaying()
    theirs: dict[str, list[Doubles]] = {}
    for tip in peer.spring_tips(motion):
        theirs.setdefault(tip.node, []).append(tip.tip_m)
    whole = dataclasses.replace(
        avatar,
        palette_nodes=np.arange(len(avatar.nodes), dtype=np.int32),
        inverse_binds=np.tile(np.eye(4, dtype=np.float32), (len(avatar.nodes), 1, 1)),
    )
    rig = Rig(whole)
    rest = rig.animate(pose_of(motion[0]), 0.0).palette[:, :, 3]
    for moment in motion:
        points = rig.animate(pose_of(moment), moment.dt_s).palette[:, :, 3]
    errors = []
    for spring in avatar.springs:
        nodes = [joint.node for joint in spring.joints]
        length_m = float(np.linalg.norm(np.diff(rest[nodes], axis=0), axis=1).sum())
        for node, end in pairwise(nodes):
            name = avatar.nodes[node].name
            if not theirs.get(name):
                raise ShowError(f"three-vrm swings no spring at {name!r}: nothing to compare ours with.")
            if length_m > 0.0:
                errors.append(float(np.linalg.norm(theirs[name].pop(0) - points[end])) / length_m)
    return round(max(errors), 4) if errors else None


def write_pair(path: Path, ours: Pixels, theirs: Pixels) -> None:
    """Write ours, theirs and the difference beside each other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(side_by_side(ours, theirs), cv2.COLOR_RGB2BGR))
