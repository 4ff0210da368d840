"""`avatar-live avatars`: the characters."""

from pathlib import Path
from typing import Annotated

import typer

from avatar_live.app.characters import check_avatar, describe_avatar, describe_licence
from avatar_live.app.faults import ShowError
from avatar_live.app.settings import builtin_avatars


def avatars(
    files: Annotated[list[Path] | None, typer.Argument(help="VRM files to check.")] = None,
) -> None:
    builtin = builtin_avatars()
    faults = 0
    for path in files or builtin.values():
        try:
            avatar = check_avatar(path)
        except ShowError as error:
            faults += 1
            typer.echo(f"FAIL  {error}", err=True)
            continue
        mark = "ok  " if files else f"{path.stem:<8}"
        typer.echo(f"{mark}  {describe_avatar(avatar, path.stem)}\n{'':<{len(mark)}}  {describe_licence(avatar)}")
    if not files and not builtin:
        raise ShowError("No character came with this checkout: fetch it again, or name your own with --avatar me.vrm.")
    raise typer.Exit(1 if faults else 0)
