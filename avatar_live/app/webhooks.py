"""The commands for webhooks: `avatar-live webhooks add|list|remove|dead|replay`, on a running show."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from avatar_live.app.events import SHOW_USUAL, ShowOption, ask
from avatar_live.app.options import DataOption
from avatar_live.app.settings import DATA_FOLDER, event_token

webhooks = typer.Typer(no_args_is_help=True)

IdArgument = Annotated[str, typer.Argument(help="The webhook's id (see [b]webhooks list[/b]).")]


@webhooks.command()
def add(
    url: Annotated[str, typer.Argument(help="Where to: https://..., or http://127.0.0.1:... on this machine.")],
    types: Annotated[str, typer.Option("--types", help="Which events, such as [b]gift,chat[/b].")] = "gift",
    show: ShowOption = SHOW_USUAL,
    data_folder: DataOption = DATA_FOLDER,
) -> None:
    """Post events to an address from now on, and print the secret that they are signed with."""
    made = _ask("POST", "", show, data_folder, {"url": url, "types": types.split(",")})
    typer.echo(f"{made['id']}\n{made['secret']}")


@webhooks.command("list")
def list_all(show: ShowOption = SHOW_USUAL, data_folder: DataOption = DATA_FOLDER) -> None:
    """Print how all webhooks do."""
    told = _ask("GET", "", show, data_folder)
    for one in told["webhooks"]:
        figures = f"{one['waiting']} waiting, {one['dead']} dead"
        reason = f" ({one['reason']})" if one["state"] != "ok" else ""
        typer.echo(f"{one['id']}  {one['state']:<8}{figures}  {','.join(one['types'])}  {one['url']}{reason}")
    if told["lost"]:
        typer.echo(f"{told['lost']} events were lost: the disk refused them for too long.")


@webhooks.command()
def remove(id: IdArgument, show: ShowOption = SHOW_USUAL, data_folder: DataOption = DATA_FOLDER) -> None:
    """Post there no more, and forget what was on its way."""
    _ask("DELETE", f"/{id}", show, data_folder)


@webhooks.command()
def dead(id: IdArgument, show: ShowOption = SHOW_USUAL, data_folder: DataOption = DATA_FOLDER) -> None:
    """Print the oldest events that did not arrive, one JSON object a line."""
    for one in _ask("GET", f"/{id}/dead", show, data_folder):
        typer.echo(json.dumps(one, ensure_ascii=False))


@webhooks.command()
def replay(id: IdArgument, show: ShowOption = SHOW_USUAL, data_folder: DataOption = DATA_FOLDER) -> None:
    """Post again what did not arrive."""
    typer.echo(f"{_ask('POST', f'/{id}/replay', show, data_folder)['count']} are posted again.")


def _ask(method: str, path: str, show: str, data_folder: Path, body: object = None) -> Any:
    return ask(method, f"{show.rstrip('/')}/api/webhooks{path}", event_token(data_folder), body)
