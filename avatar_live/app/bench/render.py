"""`bench render`: how fast the same avatar is moved and drawn here and by three-vrm, on the same OpenGL.

Same file, camera, light, motion (body, springs, face) and full MToon before a flat background, pixels read back on both
sides, no anti-aliasing on either. The sides take turns, a few frames each, so that whatever else the machine does hits
both; a ratio is the median of the turns'. Then our whole stage is measured: what Python costs of a frame, what a second
camera costs, and what the quality ladder (`stage/degrade.py`) brings and where it settles when frames take three times
as long.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from avatar_live.app.bench.characters import PICTURE_SIDE_PX, make_character
from avatar_live.app.bench.peer import Moment, Peer, Shot
from avatar_live.app.bench.scenes import FOV_RAD, pose_of, turned
from avatar_live.avatar import Avatar, read_avatar
from avatar_live.avatar.rig import Rig
from avatar_live.protocol.view import GameView, PlayerView
from avatar_live.signals import ARKIT_SHAPES, Pose
from avatar_live.stage import Stage
from avatar_live.stage.axes import look_at
from avatar_live.stage.degrade import LADDER, Degrade
from avatar_live.stage.studio import Studio

FPS: Final = 30.0
LARGE_DETAIL: Final = 1.35  # of the shipped character's triangles: 40,000
SMALL_DETAIL: Final = 0.05  # 4,000
MOTION_FRAMES: Final = 60
TURNS_MIN: Final = 3  # of which the quietest counts
LOAD: Final = 3.0  # how much longer frames take where the ladder is tried

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Turn:
    """Hold one side's turn: frames a second and CPU milliseconds a frame of all its threads and processes."""

    fps: float
    cpu_ms: float


def measure_render(
    width_px: int, height_px: int, report: Report, *, turns: int = 8, frames: int = 20
) -> dict[str, Any]:
    """Return the figures, ready for JSON; each side draws `turns` times `frames` frames of each character.

    Raises ShowError where three-vrm cannot be run or a character not be made, `StageError` without OpenGL.
    """
    large = make_character(LARGE_DETAIL, PICTURE_SIDE_PX, report)
    small = make_character(SMALL_DETAIL, None, report)
    figures: dict[str, Any] = {}
    with ExitStack() as stack:
        peer = stack.enter_context(Peer(width_px, height_px))
        studio = stack.enter_context(Studio(width_px, height_px))
        report(f"three-vrm draws on: {peer.driver}")
        for name, path in (("large", large), ("small", small)):
            figures |= compare(name, path, peer, studio, turns, frames)
            report(f"{name}: {figures[f'fps_{name}']} frames a second, three-vrm {figures[f'peer_fps_{name}']}")
    with Stage(width_px, height_px) as stage:
        figures |= measure_stage(stage, read_avatar(large), frames)
    return {
        "ratio_large": figures.pop("ratio_large"),
        "ratio_small": figures.pop("ratio_small"),
        "python_ms": figures.pop("python_ms"),
        **figures,
        "renderer": peer.driver,
        "size": f"{width_px}x{height_px}",
    }


def compare(name: str, path: Path, peer: Peer, studio: Studio, turns: int, frames: int) -> dict[str, Any]:
    """Return one character's figures, ours and theirs."""
    avatar = read_avatar(path)
    rig = Rig(avatar)
    peer.load(path)
    studio.set_avatar(avatar)
    shot, motion = frame_bust(rig), moving(avatar)
    ours: list[Turn] = []
    theirs: list[Turn] = []
    for turn in range(turns + 1):
        mine = draw_alone(studio, rig, shot, motion, frames)
        speed = peer.speed(shot, motion, frames)
        if turn:  # the first one compiles shaders
            ours.append(mine)
            theirs.append(Turn(speed.fps, speed.cpu_ms))
    pairs = list(zip(ours, theirs, strict=True))
    return {
        f"ratio_{name}": round(statistics.median(mine.fps / other.fps for mine, other in pairs), 2),
        f"cpu_ratio_{name}": round(statistics.median(other.cpu_ms / mine.cpu_ms for mine, other in pairs), 2),
        f"fps_{name}": round(statistics.median(turn.fps for turn in ours), 1),
        f"peer_fps_{name}": round(statistics.median(turn.fps for turn in theirs), 1),
        f"cpu_ms_{name}": round(statistics.median(turn.cpu_ms for turn in ours), 1),
        f"peer_cpu_ms_{name}": round(statistics.median(turn.cpu_ms for turn in theirs), 1),
        f"triangles_{name}": sum(len(primitive.triangles) for primitive in avatar.primitives),
    }


def draw_alone(studio: Studio, rig: Rig, shot: Shot, motion: Sequence[Moment], frames: int) -> Turn:
    """Move and draw `frames` frames as the peer does."""
    began_s, cpu_s = time.perf_counter(), time.process_time()
    for number in range(frames):
        moment = motion[number % len(motion)]
        posture = rig.animate(pose_of(moment), moment.dt_s)
        studio.draw(posture, shot.pose, shot.fov_vertical_rad, number * moment.dt_s)
    taken_s = time.perf_counter() - began_s
    return Turn(frames / taken_s, 1000.0 * (time.process_time() - cpu_s) / frames)


def measure_stage(stage: Stage, avatar: Avatar, frames: int) -> dict[str, Any]:
    """Return what our whole stage costs: in Python, for a second camera, and on each step of the quality ladder."""
    stage.set_avatar(avatar)
    rig, motion = Rig(avatar), moving(avatar)
    player = PlayerView("second", "", "red", 0.0, 0.6, 0.0, False)
    game = GameView(0.0, 0.0, 0.0, 0, 0, (player,))

    def draw(players: Sequence[str] = ()) -> Turn:
        """Return the quietest of a few turns."""
        turns = []
        for _ in range(TURNS_MIN):
            began_s, cpu_s = time.perf_counter(), time.process_time()
            for number in range(frames):
                moment = motion[number % len(motion)]
                stage.draw(rig.animate(pose_of(moment), moment.dt_s), game, number * moment.dt_s, players)
            taken_s = time.perf_counter() - began_s
            turns.append(Turn(frames / taken_s, 1000.0 * (time.process_time() - cpu_s) / frames))
        return Turn(max(turn.fps for turn in turns), min(turn.cpu_ms for turn in turns))

    def arrange() -> float:
        """Return milliseconds a frame of what Python does, in CPU time of this thread."""
        began_s = time.thread_time()
        for number in range(frames):
            moment = motion[number % len(motion)]
            stage.arrange(rig.animate(pose_of(moment), moment.dt_s), game, number * moment.dt_s)
        return 1000.0 * (time.thread_time() - began_s) / frames

    draw((player.id,))  # compiles shaders and takes the room's picture
    alone, both = draw(), draw((player.id,))
    python_ms = min(arrange() for _ in range(TURNS_MIN))
    steps_ms = []
    for quality in LADDER:
        stage.use_quality(quality)
        steps_ms.append(round(1000.0 / draw().fps, 1))
    stage.use_quality(LADDER[0])
    return {
        "python_ms": round(python_ms, 2),
        "stage_ms": round(1000.0 / alone.fps, 1),
        "stage_cpu_ms": round(alone.cpu_ms, 1),
        "second_camera_ms": round(both.cpu_ms - alone.cpu_ms, 1),
        "degrade": {
            "steps": [
                {"quality": quality.note or "full", "frame_ms": frame_ms}
                for quality, frame_ms in zip(LADDER, steps_ms, strict=True)
            ],
            "under_load": settle(steps_ms),
        },
    }


def settle(steps_ms: Sequence[float]) -> str:
    """Return what is given up after a minute in which every frame takes `LOAD` times as long as was measured."""
    degrade, now_s = Degrade(FPS), 0.0
    while now_s < 60.0:
        quality = degrade.quality
        busy_s = LOAD * steps_ms[LADDER.index(quality)] / 1000.0
        now_s += max(busy_s, 1.0 / FPS / quality.rate)
        degrade.note(busy_s, now_s)
    return degrade.quality.note or "full"


def moving(avatar: Avatar) -> list[Moment]:
    """Return a body that sways, arms that swing, and a face of which every shape moves."""
    names = [name for name in ARKIT_SHAPES if name in avatar.expressions] or list(avatar.expressions)
    moments = []
    for number in range(MOTION_FRAMES):
        t = number / MOTION_FRAMES * 2.0 * np.pi
        rotations = {
            "spine": turned(2, 0.1 * np.sin(t)),
            "neck": turned(0, 0.15 * np.sin(2.0 * t)),
            "head": turned(1, 0.4 * np.sin(t)),
            "leftUpperArm": turned(2, -1.1 + 0.2 * np.sin(t)),
            "rightUpperArm": turned(2, 1.1 + 0.2 * np.sin(t)),
            "leftLowerArm": turned(1, -0.4 + 0.3 * np.sin(2.0 * t)),
        }
        weights = {name: 0.3 * (1.0 + np.sin(t + place)) for place, name in enumerate(names)}
        moments.append(Moment(rotations, weights, 1.0 / FPS))
    return moments


def frame_bust(rig: Rig) -> Shot:
    """Return the show's usual shot, head and upper body, for an avatar of any build."""
    head = rig.animate(Pose(), 0.0).head[:3, 3]
    scale = head[1] / 0.927  # of the head above the floor where the stage's own camera expects it
    eye, target = np.array([0.0, 0.233, 2.0]), np.array([0.0, 0.018, 0.0])
    return Shot(look_at(head + scale * eye, head + scale * target), FOV_RAD)
