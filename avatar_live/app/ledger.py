"""The commands for coins: `avatar-live ledger check|wallets|revenue|csv|topup|limit|provider|buy`."""

import contextlib
import datetime
import json
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from avatar_live import clock
from avatar_live.app.faults import ShowError
from avatar_live.app.options import DataOption, LedgerOption
from avatar_live.app.settings import DATA_FOLDER, DEFAULT_PORT
from avatar_live.server.ledger import LEDGER_FILE, Ledger, LedgerError
from avatar_live.server.ledger.reports import Reader, open_reader, reconcile
from avatar_live.server.ledger.requests import EVERYBODY, NotToppedUp, Rule, ToppedUp
from avatar_live.server.ledger.revenue import TABLES, as_csv, revenue, viewer_of, wallets
from avatar_live.server.ledger.store import StoreError
from avatar_live.server.providers import OPERATOR, Providers
from avatar_live.server.trial_provider import buy as buy_from_test_provider

COOL_OFF_HOURS_MAX: Final = 876_600.0  # a century

ledger = typer.Typer(no_args_is_help=True)

ViewerArgument = Annotated[
    str, typer.Argument(help="The wallet's number, or enough of its beginning (see [b]ledger wallets[/b]).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")]


@ledger.command()
def check(data_folder: DataOption = DATA_FOLDER, where: LedgerOption = "", as_json: JsonOption = False) -> None:
    """Count every coin again (exit code 1: they do not add up)."""
    with _reading(data_folder, where) as reader:
        report = reconcile(reader)
    figures = {
        "is_sound": report.is_sound,
        "wallets": report.wallets,
        "gifts": report.gifts,
        "unfinished": report.unfinished,
        "opened_coins": report.opened_coins,
        "topped_up_coins": report.topped_up_coins,
        "wallets_coins": report.wallets_coins,
        "house_coins": report.house_coins,
        "entries_sum_coins": report.entries_sum_coins,
        "accounts_wrong": list(report.accounts_wrong),
        "faults": list(report.faults),
    }
    typer.echo(json.dumps(figures) if as_json else "\n".join(f"{name:<20} {one}" for name, one in figures.items()))
    raise typer.Exit(0 if report.is_sound else 1)


@ledger.command("wallets")
def list_wallets(
    name: Annotated[str, typer.Argument(help="Only of viewers who gave under a name with this in it.")] = "",
    data_folder: DataOption = DATA_FOLDER,
    where: LedgerOption = "",
) -> None:
    """List wallets: the number, the coins, and the name of the last gift."""
    with _reading(data_folder, where) as reader:
        for viewer, coins, last_name in wallets(reader):
            if name.lower() in last_name.lower():
                typer.echo(f"{viewer}  {coins:>12,}  {last_name}")


@ledger.command("revenue")
def show_revenue(
    by: Annotated[
        str, typer.Option("--by", help="[b]day[/b] (of UTC), [b]show[/b], [b]gift[/b] or [b]room[/b].")
    ] = "day",
    data_folder: DataOption = DATA_FOLDER,
    where: LedgerOption = "",
    as_json: JsonOption = False,
) -> None:
    """Say what was earned: gifts given, refunded and kept, and what came in."""
    with _reading(data_folder, where) as reader:
        try:
            rows = revenue(reader, by)
        except ValueError as error:
            raise ShowError(str(error)) from error
    if as_json:
        typer.echo(json.dumps([row._asdict() for row in rows]))
        return
    typer.echo(f"{by:<24} {'gifts':>8} {'given':>12} {'refunded':>12} {'kept':>12} {'topped up':>12}")
    for row in rows:
        coins = (row.given_coins, row.refunded_coins, row.kept_coins, row.topped_up_coins)
        typer.echo(f"{row.of:<24} {row.gifts:>8,} " + " ".join(f"{one:>12,}" for one in coins))


@ledger.command("csv")
def write_csv(
    table: Annotated[str, typer.Argument(help=f"[b]{'[/b], [b]'.join(TABLES)}[/b].")] = "gifts",
    data_folder: DataOption = DATA_FOLDER,
    where: LedgerOption = "",
) -> None:
    """Write all gifts, top-ups or entries as CSV to standard output, for a spreadsheet or an accountant."""
    with _reading(data_folder, where) as reader:
        try:
            for line in as_csv(reader, table):
                sys.stdout.write(line)
        except ValueError as error:
            raise ShowError(str(error)) from error


@ledger.command()
def topup(
    viewer: ViewerArgument,
    coins: Annotated[int, typer.Argument(help="How many coins to add.")],
    id: Annotated[str, typer.Option("--id", help="Makes it happen once, however often the command runs.")] = "",
    data_folder: DataOption = DATA_FOLDER,
    where: LedgerOption = "",
) -> None:
    """Add coins to a wallet; a running show tells its page."""
    with _writing(data_folder, where) as books:
        match books.top_up(_known(data_folder, where, viewer), OPERATOR, id or str(uuid.uuid4()), coins).result():
            case ToppedUp(balance_coins, is_repeat):
                typer.echo(f"{balance_coins:,} coins{', it was there already' if is_repeat else ''}.")
            case NotToppedUp(reason):
                raise ShowError(reason)


@ledger.command()
def limit(
    viewer: Annotated[str, typer.Argument(help="A wallet's number, or [b]everybody[/b].")],
    day: Annotated[int | None, typer.Option("--day", min=0, help="Coins a day (of UTC).")] = None,
    show: Annotated[int | None, typer.Option("--show", min=0, help="Coins a show.")] = None,
    cool_off_hours: Annotated[
        float | None, typer.Option("--cool-off", min=0.0, max=COOL_OFF_HOURS_MAX, help="No gift for so many hours.")
    ] = None,
    adult: Annotated[
        bool | None,
        typer.Option("--adult/--minor", help="What is known of the viewer; for everybody: gifts are for adults alone."),
    ] = None,
    data_folder: DataOption = DATA_FOLDER,
    where: LedgerOption = "",
) -> None:
    """Say what a viewer, or everybody, may spend; what is left out is not limited."""
    until_s = None if cool_off_hours is None else clock.wall_s() + 3_600.0 * cool_off_hours
    whom = EVERYBODY if viewer == "everybody" else _known(data_folder, where, viewer)
    with _writing(data_folder, where) as books:
        books.set_rule(whom, Rule(day, show, until_s, adult)).result()
    words = [f"{coins:,} coins a {of}" for coins, of in ((day, "day"), (show, "show")) if coins is not None]
    if until_s is not None:
        words.append(f"nothing before {datetime.datetime.fromtimestamp(until_s, datetime.UTC):%Y-%m-%d %H:%M} UTC")
    if adult is not None:
        words.append("adults alone" if whom == EVERYBODY else "an adult" if adult else "a minor, who gives nothing")
    typer.echo(f"{viewer}: {', '.join(words) or 'no limit'}.")


@ledger.command()
def provider(
    name: Annotated[str, typer.Argument(help="Names the webhook: [b]/api/topup/NAME[/b].")],
    data_folder: DataOption = DATA_FOLDER,
) -> None:
    """Let a payment provider top up wallets: print the secret by which it signs its webhooks."""
    try:
        typer.echo(Providers(data_folder).make(name))
    except (OSError, ValueError) as error:
        raise ShowError(f"The provider cannot be made: {error}") from error


@ledger.command()
def buy(
    viewer: ViewerArgument,
    coins: Annotated[int, typer.Argument(help="How many coins to buy.")],
    url: Annotated[str, typer.Option("--url", help="The show.")] = f"http://127.0.0.1:{DEFAULT_PORT}",
    data_folder: DataOption = DATA_FOLDER,
    where: LedgerOption = "",
) -> None:
    """Buy coins from the test provider, which signs and posts to a running show as a real one does; no money moves."""
    whom = _known(data_folder, where, viewer)
    try:
        receipt = buy_from_test_provider(url, Providers(data_folder).make("test"), whom, coins)
    except OSError as error:
        raise ShowError(f"The show did not take it: {error}") from error
    typer.echo(f"{receipt.balance_coins:,} coins.")


def _where(data_folder: Path, where: str) -> Path | str:
    return where or data_folder / LEDGER_FILE


@contextlib.contextmanager
def _writing(data_folder: Path, where: str) -> Iterator[Ledger]:
    try:
        with contextlib.closing(Ledger(_where(data_folder, where))) as books:
            yield books
    except LedgerError as error:
        raise ShowError(str(error)) from error


@contextlib.contextmanager
def _reading(data_folder: Path, where: str) -> Iterator[Reader]:
    place = _where(data_folder, where)
    if isinstance(place, Path) and not place.is_file():
        raise ShowError(f"There is no ledger in {data_folder} yet: it is made by the first show.")
    with _writing(data_folder, where):
        pass  # books of an older version are taken over first
    try:
        with open_reader(place) as reader:
            yield reader
    except StoreError as error:
        raise ShowError(str(error)) from error


def _known(data_folder: Path, where: str, viewer: str) -> str:
    with _reading(data_folder, where) as reader:
        try:
            return viewer_of(reader, viewer)
        except ValueError as error:
            raise ShowError(str(error)) from error
