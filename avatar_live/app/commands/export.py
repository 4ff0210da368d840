"""`avatar-live export`: performances for other programs."""

from pathlib import Path
from typing import Annotated

import typer

from avatar_live.app.export import Export, export_take
from avatar_live.app.options import MirrorOption


def export(
    take: Annotated[Path, typer.Argument(help="A take that `serve --record` or the window recorded.")],
    out: Annotated[Path, typer.Argument(help="The file to write: [b].vrma[/b] for VRM programs, [b].bvh[/b] for all.")],
    fps: Annotated[float, typer.Option("--fps", help="Moments a second.")] = 60.0,
    start_s: Annotated[float, typer.Option("--start", min=0.0, help="Leave out so many seconds.")] = 0.0,
    seconds: Annotated[float | None, typer.Option("--seconds", help="Export so many seconds and no more.")] = None,
    mirror: MirrorOption = True,
    face: Annotated[
        str,
        typer.Option(
            "--face",
            help="How a .vrma tells the face: [b]arkit[/b], the 52 shapes, for characters that have them, "
            "or [b]vrm[/b], the presets, for those that do not.",
        ),
    ] = "arkit",
) -> None:
    """Example: [b]avatar-live export evening.take evening.vrma --start 10 --seconds 30[/b]"""
    typer.echo(export_take(take, out, Export(fps, start_s, seconds, mirror, face)))
