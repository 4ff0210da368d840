"""The commands for games, bots and overlays: `avatar-live events listen|test|token`."""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Final
from urllib.parse import quote

import httpx
import typer
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import connect

from avatar_live.app.faults import ShowError
from avatar_live.app.options import DataOption
from avatar_live.app.settings import DATA_FOLDER, DEFAULT_PORT, event_token
from avatar_live.protocol.api import EVENT_TYPES, ApiEvent
from avatar_live.protocol.programs import SCOPES, Missed, ProgramWelcome, Reconnect, to_program

ANSWER_S_MAX: Final = 10.0
SHOW_USUAL: Final = f"http://127.0.0.1:{DEFAULT_PORT}"

events = typer.Typer(no_args_is_help=True)

ShowOption = Annotated[str, typer.Option("--show", help="Where the show is.")]
TokenOption = Annotated[
    str,
    typer.Option("--token", envvar="AVATAR_LIVE_TOKEN", help="A token; left out, the one of this machine's own shows."),
]


@events.command()
def listen(
    types: Annotated[str, typer.Option("--types", help="Only these, such as [b]gift,chat[/b].")] = "",
    since: Annotated[int | None, typer.Option("--since", help="Begin after this number, as far as it is kept.")] = None,
    show: ShowOption = SHOW_USUAL,
    token: TokenOption = "",
    data_folder: DataOption = DATA_FOLDER,
) -> None:
    """Print what happens, one JSON object a line, until Ctrl-C."""
    query = f"types={quote(types)}" + (f"&since={since}" if since is not None else "")
    for line in _heard(show, token or event_token(data_folder), query):
        typer.echo(line)


@events.command()
def test(
    event: Annotated[str, typer.Argument(help=f"One of {', '.join(EVENT_TYPES)}.")],
    count: Annotated[int, typer.Option("--count", help="How many.")] = 1,
    data: Annotated[str, typer.Option("--data", help='Fields of your own: [b]{"name": "Ann"}[/b].')] = "{}",
    show: ShowOption = SHOW_USUAL,
    token: TokenOption = "",
    data_folder: DataOption = DATA_FOLDER,
) -> None:
    """Send events marked as a test to every program and webhook; nothing happens in the show, and no coin moves."""
    try:
        wanted = json.loads(data)
    except json.JSONDecodeError as error:
        raise ShowError(f"--data is no JSON ({error}).") from error
    body = {"type": event, "count": count, "data": wanted}
    ask("POST", f"{show.rstrip('/')}/api/events/test", token or event_token(data_folder), body)
    typer.echo(f"{count} sent.")


@events.command("token")
def make_token(
    scopes: Annotated[list[str], typer.Argument(help=f"What it is good for: {', '.join(SCOPES)}.")],
    seconds: Annotated[float, typer.Option("--seconds", help="How long it is good.")] = 3_600.0,
    name: Annotated[str, typer.Option("--name", help="What the program's chat lines are signed with.")] = "Bot",
    show: ShowOption = SHOW_USUAL,
    data_folder: DataOption = DATA_FOLDER,
) -> None:
    """Make a token for a program and print it."""
    body = {"scopes": scopes, "seconds": seconds, "name": name}
    made = ask("POST", f"{show.rstrip('/')}/api/tokens", event_token(data_folder), body)
    typer.echo(made["token"])


def ask(method: str, url: str, token: str, body: object = None) -> Any:
    """Ask a running show by HTTP and return the answer. Raises ShowError."""
    try:
        answer = httpx.request(
            method, url, headers={"Authorization": f"Bearer {token}"}, json=body, timeout=ANSWER_S_MAX, trust_env=False
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ShowError(f"No show answers at {url} ({error}): is it running, and on this port?") from error
    if answer.is_success:
        return answer.json() if answer.content else None
    raise ShowError(f"The show did not do it: {_reason(answer)}")


def _reason(answer: httpx.Response) -> str:
    try:
        told = answer.json()
    except json.JSONDecodeError:
        return answer.text
    reasons = [str(told.get("detail", ""))]
    reasons += [f"{one.get('key', '')}: {one.get('message', '')}" for one in told.get("extra") or []]
    return "; ".join(reasons)


def _heard(show: str, token: str, query: str) -> Iterator[str]:
    address = f"{show.rstrip('/').replace('http', 'ws', 1)}/api/events?{query}"
    try:
        with connect(address, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None) as line:
            for data in line:
                message = to_program(data)
                if isinstance(message, ApiEvent | Missed):
                    yield data if isinstance(data, str) else data.decode()
                elif isinstance(message, ProgramWelcome):
                    typer.echo(
                        f"Listening to {message.title or 'the show'}, event {message.seq} was the last.", err=True
                    )
                elif isinstance(message, Reconnect):
                    typer.echo("The show stops.", err=True)
    except ConnectionClosed as end:
        raise ShowError(f"The show hung up: {end.rcvd.reason if end.rcvd is not None else 'without a word'}.") from end
    except (OSError, WebSocketException, TimeoutError) as error:
        raise ShowError(f"No show answers at {show} ({error}): is it running, and on this port?") from error
