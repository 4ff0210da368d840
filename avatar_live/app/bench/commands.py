"""The commands that measure: `avatar-live bench NAME`. What only one of them needs is loaded when it runs."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from avatar_live.app.faults import ShowError
from avatar_live.app.models import ensure_models
from avatar_live.app.options import AvatarOption, CameraOption, ModelsOption, PortOption, SizeOption, settings_of
from avatar_live.app.settings import (
    DATA_FOLDER,
    DEFAULT_AVATAR,
    DEFAULT_PORT,
    MODELS_FOLDER,
    PROJECT,
    Settings,
    check_port,
    find_avatar,
    with_size,
)
from avatar_live.app.terminal import Progress, say

VIEWERS_MAX = 500

bench = typer.Typer(no_args_is_help=True)


@bench.command()
def chain(
    seconds: Annotated[float, typer.Option("--seconds", min=1.0, help="How long to measure.")] = 30.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
    camera: CameraOption = "auto",
    avatar: AvatarOption = DEFAULT_AVATAR,
    size: SizeOption = "640x360",
    port: PortOption = DEFAULT_PORT,
    models_folder: ModelsOption = MODELS_FOLDER,
) -> None:
    """Run the whole show for one viewer in a real browser: frame rates, glass-to-glass delay, CPU by process.

    [b]auto[/b] as the camera means a clip of a real person here, so that two machines measure the same.
    """
    with _bench_packages("chain"):
        from avatar_live.app.bench.chain import measure_chain

    settings = settings_of(camera, avatar, "", size, True, port, "127.0.0.1", DATA_FOLDER, models_folder)
    check_port(settings.host, settings.port)
    ensure_models(settings.models_folder, Progress("tracking models"))
    figures = measure_chain(settings, seconds, say)
    _tell(figures, as_json)


@bench.command()
def render(
    size: SizeOption = "1280x720",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
    turns: Annotated[int, typer.Option("--turns", min=1, help="How often each side draws.")] = 8,
    frames: Annotated[int, typer.Option("--frames", min=1, help="How many frames a turn has.")] = 20,
) -> None:
    """Draw the same avatars as three-vrm does, on the same OpenGL, by turns: frames a second and CPU time."""
    with _bench_packages("render"):
        from avatar_live.app.bench.render import measure_render
        from avatar_live.stage import StageError

    wanted = with_size(Settings(find_avatar(DEFAULT_AVATAR)), size)
    try:
        figures = measure_render(wanted.width_px, wanted.height_px, say, turns=turns, frames=frames)
    except StageError as error:
        raise ShowError(str(error)) from error
    _tell(figures, as_json)


@bench.command()
def pictures(
    folder: Annotated[Path, typer.Argument(help="Where the pictures go.")] = PROJECT / "assets" / "pictures",
    camera: CameraOption = "performance",
    avatar: AvatarOption = DEFAULT_AVATAR,
    size: SizeOption = "960x540",
    port: PortOption = DEFAULT_PORT,
    models_folder: ModelsOption = MODELS_FOLDER,
) -> None:
    """Take the README's pictures: the page on a desktop and a phone, and a player's view, of a show with viewers."""
    with _bench_packages("pictures"):
        from avatar_live.app.bench.pictures import take_pictures

    settings = settings_of(camera, avatar, "Mirai live", size, True, port, "127.0.0.1", DATA_FOLDER, models_folder)
    check_port(settings.host, settings.port)
    ensure_models(settings.models_folder, Progress("tracking models"))
    typer.echo("\n".join(str(path) for path in take_pictures(settings, folder, say)))


@bench.command()
def fidelity(
    files: Annotated[
        list[Path] | None, typer.Argument(help="VRM files; left out: the built-in characters and the shared test data.")
    ] = None,
    pictures_folder: Annotated[
        Path | None, typer.Option("--pictures", help="Write every pair of pictures and its difference here.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Compare our pictures and springs with three-vrm's: same file, camera, light and pose, in a headless Chromium."""
    with _bench_packages("fidelity"):
        from avatar_live.app.bench.fidelity import known_avatars, measure_fidelity

    figures = measure_fidelity(files or known_avatars(), pictures_folder, say)
    rows = figures.pop("files")
    typer.echo("\n".join(f"{name:<24} {figure}" for name, figure in figures.items()))
    if as_json:
        typer.echo(json.dumps({**figures, "files": rows}))


@bench.command()
def damage(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Avatars to damage; left out: the built-in ones and the shared test data."),
    ] = None,
    mutants: Annotated[int, typer.Option("--mutants", min=1, help="How many damaged files to read.")] = 10_000,
    seed: Annotated[int | None, typer.Option("--seed", help="Another seed, other mutants.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Read thousands of damaged avatars: each must be refused in one sentence or harmless (exit code 1: not so)."""
    from avatar_live.app.bench.damage import SEED, damage_files

    figures = damage_files(files or [], mutants, SEED if seed is None else seed, say)
    _tell(figures, as_json)
    raise typer.Exit(1 if figures["findings"] else 0)


@bench.command()
def loading(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Avatars to read; left out: one of 15 MB that is made for this.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Measure how long characters take from their file to what the stage draws."""
    from avatar_live.app.bench.loading import measure_loading

    figures = measure_loading(files or [])
    _tell(figures, as_json, "files")


@bench.command()
def crowd(
    size: SizeOption = "640x360",
    frames: Annotated[int, typer.Option("--frames", min=1, help="How many pictures to draw of each crowd.")] = 40,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
) -> None:
    """Measure what the players of a game cost to draw, by their number: CPU milliseconds a picture."""
    from avatar_live.app.bench.crowd import measure_crowd

    sized = with_size(Settings(avatar=find_avatar(DEFAULT_AVATAR)), size)
    figures = measure_crowd(sized.width_px, sized.height_px, frames)
    _tell(figures, as_json, "crowd")


@bench.command()
def sync(
    seconds: Annotated[float, typer.Option("--seconds", min=2.0, help="How long to measure.")] = 60.0,
    size: SizeOption = "640x360",
    port: PortOption = DEFAULT_PORT,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
) -> None:
    """Measure how far apart a real browser plays a click and shows the flash that belongs to it."""
    with _bench_packages("sync"):
        from avatar_live.app.bench.sync import measure_sync

    check_port("127.0.0.1", port)
    settings = with_size(Settings(avatar=find_avatar(DEFAULT_AVATAR), port=port), size)
    _tell(measure_sync(settings, seconds, say), as_json)


@bench.command()
def latency(
    seconds: Annotated[float, typer.Option("--seconds", min=2.0, help="How long to measure.")] = 20.0,
    size: SizeOption = "640x360",
    port: PortOption = DEFAULT_PORT,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
) -> None:
    """Measure how late a real browser shows the show's pictures, beside the same pictures by aiortc's default VP8."""
    with _bench_packages("latency"):
        from avatar_live.app.bench.latency import measure_latency

    check_port("127.0.0.1", port)
    settings = with_size(Settings(avatar=find_avatar(DEFAULT_AVATAR), port=port), size)
    _tell(measure_latency(settings, seconds, say), as_json)


@bench.command()
def fanout(
    viewers: Annotated[str, typer.Option("--viewers", help="How many viewers, one number or several.")] = "25,50,100",
    seconds: Annotated[float, typer.Option("--seconds", min=1.0, help="How long to measure each.")] = 8.0,
    shows_most: Annotated[bool, typer.Option(help="Send to as many as fit on a core, too.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Send the show to many viewers from one core: CPU by viewer, against aiortc's own way and against Janus."""
    from avatar_live.app.bench.fanout import measure_fanout

    counts = [int(one) if one.strip().isdigit() else 0 for one in viewers.split(",")]
    if not all(1 <= count <= VIEWERS_MAX for count in counts):
        raise ShowError(f'"{viewers}" are no numbers of viewers: write 25,50,100, each from 1 to {VIEWERS_MAX}.')
    _tell(measure_fanout(counts, seconds, say, shows_most=shows_most), as_json, "rows")


@bench.command()
def players(
    pictures: Annotated[
        int, typer.Option("--pictures", min=20, help="How many pictures to encode on each side.")
    ] = 240,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="How long all streams run together.")] = 10.0,
    presses: Annotated[int, typer.Option("--presses", min=1, max=20, help="How many keys to press in a game.")] = 16,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
    size: SizeOption = "320x180",
    port: PortOption = DEFAULT_PORT,
) -> None:
    """Measure players' own streams: how many one core encodes beside aiortc's VP8, and how soon a key is seen.

    The second runs a whole show of this size with one player in a real browser; a small one, because a machine that
    draws in software is full with a larger one and a player.
    """
    with _bench_packages("players"):
        from avatar_live.app.bench.players import measure_players
        from avatar_live.app.bench.reaction import measure_reaction

    settings = settings_of("performance", DEFAULT_AVATAR, "", size, True, port, "127.0.0.1", DATA_FOLDER, MODELS_FOLDER)
    check_port(settings.host, settings.port)
    figures = measure_reaction(settings, presses, say)
    _tell(measure_players(pictures, seconds, say) | figures, as_json)


@bench.command()
def loss(
    seconds: Annotated[
        float, typer.Option("--seconds", min=1.0, help="How long to lose packets at each share.")
    ] = 60.0,
    squeeze_s: Annotated[float, typer.Option("--squeeze-seconds", min=5.0, help="How long the link is narrow.")] = 20.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Put one viewer's browser behind a bad network: 2 % and 10 % of packets lost, then a link too narrow, and back."""
    with _bench_packages("loss"):
        from avatar_live.app.bench.loss import measure_loss

    figures = measure_loss(seconds, squeeze_s, say)
    if as_json:
        _tell(figures, as_json)
    else:
        for part, ones in figures.items():
            typer.echo(part)
            _tell(ones, as_json)


@bench.command()
def tracking(
    parts: Annotated[
        list[str] | None,
        typer.Argument(
            help="head, characters, lids, hands, dark, costs, speech, takes, recovery, soak; left out: all."
        ),
    ] = None,
    soak_s: Annotated[
        float, typer.Option("--soak-seconds", min=0.0, help="Watch a tracker's memory for so long, too.")
    ] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
    models_folder: ModelsOption = MODELS_FOLDER,
) -> None:
    """Measure tracking and motion against truth that does not depend on them: rendered heads, lids, hands, voices.

    With the official face model, and again with the models that come from the package registry alone.
    """
    with _bench_packages("tracking"):
        from avatar_live.app.bench.tracking.everything import PARTS, measure_tracking
        from avatar_live.stage import StageError
        from avatar_live.tracking.models import ModelError

    if unknown := set(parts or ()) - set(PARTS):
        raise ShowError(f'There is no part "{min(unknown)}": name any of {", ".join(PARTS)}.')
    ensure_models(models_folder, Progress("tracking models"))
    try:
        figures = measure_tracking(models_folder, parts or PARTS, soak_s, say)
    except (StageError, ModelError) as error:
        raise ShowError(str(error)) from error
    _tell(figures, as_json)


@bench.command()
def room(
    viewers: Annotated[int, typer.Option("--viewers", min=10, help="How many come.")] = 30_000,
    interactions: Annotated[int, typer.Option("--interactions", min=1, help="How often they act.")] = 3_000_000,
    seconds: Annotated[float, typer.Option("--seconds", min=1.0, help="In which time.")] = 300.0,
    peer_lines: Annotated[
        int, typer.Option("--peer-lines", min=0, help="Lines of each peer that is compared; 0 compares with none.")
    ] = 9_000,
    frozen: Annotated[bool, typer.Option("--frozen", help="Instead: what viewers who sleep cost the others.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Fill a room, let it speak, and count likes, gifts and coins: nothing is lost or doubled. Beside ws, socket.io."""
    with _bench_packages("room"):
        from avatar_live.app.bench.room.peers import measure_peers
        from avatar_live.app.bench.room.room import measure_frozen, measure_room

    if frozen:
        _tell(measure_frozen(viewers, min(seconds, 60.0), say), as_json)
        return
    figures = measure_room(viewers, interactions, seconds, say)
    if peer_lines:
        figures |= measure_peers(peer_lines, 10.0, say)
    _tell(figures, as_json)


@bench.command()
def scale(
    seconds: Annotated[float, typer.Option("--seconds", min=1.0, help="How long each part acts.")] = 10.0,
    lines: Annotated[int, typer.Option("--lines", min=10, max=15_000, help="Lines at an edge elsewhere.")] = 2_000,
    members: Annotated[int, typer.Option("--members", min=10, help="Members of an edge that is only played.")] = 5_000,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Measure the way through Redis: added latency, and what a line, a like and a gift cost everywhere."""
    with _bench_packages("scale"):
        from avatar_live.app.bench.scale.scale import measure_scale

    _tell(measure_scale(seconds, lines, members, say), as_json)


@bench.command()
def ledger(
    gifts: Annotated[int, typer.Option("--gifts", min=1, help="How many gifts a round has.")] = 30_000,
    batch: Annotated[int, typer.Option("--batch", min=1, help="How many gifts share a commit.")] = 200,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="How often each database has its turn.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Measure how many gifts a second the ledger commits to this disk, beside PostgreSQL with groups as large."""
    from avatar_live.app.bench.ledger import measure_ledger

    _tell(measure_ledger(gifts, batch, rounds, say), as_json)


@bench.command()
def crash(
    kills: Annotated[int, typer.Option("--kills", min=1, help="How often a process is killed.")] = 50,
    cuts: Annotated[int, typer.Option("--power-cuts", min=1, help="How often the power is cut.")] = 200,
    seed: Annotated[int, typer.Option("--seed", help="Another seed, other moments.")] = 1,
    has_real_engine: Annotated[bool, typer.Option("--real-engine", help="No stand-in for the engine.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Kill server, edge, engine and an outside game under load, cut the power, and account for every coin and effect.

    Exit code 1: not all is there.
    """
    from avatar_live.app.bench.crash import WRONG, measure_crash
    from avatar_live.app.bench.power_cut import CUT_WRONG, measure_power_cuts

    figures = {
        **measure_power_cuts(cuts, 20 * cuts, seed, say),
        **measure_crash(kills, seed, say, has_real_engine=has_real_engine),
    }
    _tell(figures, as_json)
    raise typer.Exit(1 if any(figures[name] for name in (*WRONG, *CUT_WRONG)) else 0)


@contextlib.contextmanager
def _bench_packages(name: str) -> Iterator[None]:
    """Say how to get the packages that only measurements need."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ShowError(f"`bench` needs {error.name}: start it with `python3 live.py bench {name}`.") from error


def _tell(figures: Mapping[str, Any], as_json: bool, rows: str = "") -> None:
    """Print the figures, or, for people, the `rows` among them, a line each."""
    if as_json:
        typer.echo(json.dumps(figures))
    elif rows:
        typer.echo("\n".join("  ".join(f"{name} {figure}" for name, figure in row.items()) for row in figures[rows]))
    else:
        typer.echo("\n".join(f"{name:<24} {figure}" for name, figure in figures.items()))
