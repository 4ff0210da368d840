"""The command line: `avatar-live serve|desktop|doctor|bench|models|avatars`."""

import contextlib
import json
import os
import signal
import sys
import webbrowser
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from avatar_live.app.faults import ShowError
from avatar_live.app.models import describe_models, ensure_models
from avatar_live.app.options import (
    AvatarOption,
    BackdropOption,
    CameraOption,
    DataOption,
    DirectorOption,
    HostOption,
    LightOption,
    MicrophoneOption,
    MirrorOption,
    ModelsOption,
    PortOption,
    ShotOption,
    SizeOption,
    TitleOption,
)
from avatar_live.app.probes import probe
from avatar_live.app.scene import checked_backdrop, checked_light, checked_shot
from avatar_live.app.settings import (
    DATA_FOLDER,
    DEFAULT_AVATAR,
    DEFAULT_PORT,
    MODELS_FOLDER,
    PROJECT,
    Settings,
    builtin_avatars,
    check_port,
    checked_camera,
    checked_host,
    find_avatar,
    with_size,
)
from avatar_live.app.show import PARTS_NEEDED, LocalShow
from avatar_live.app.terminal import Progress, live_block, say

app = typer.Typer(
    help="Turn a webcam into a live 3D show that viewers watch in a browser and play along with.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def serve(
    camera: CameraOption = "auto",
    microphone: MicrophoneOption = "off",
    avatar: AvatarOption = DEFAULT_AVATAR,
    title: TitleOption = "",
    size: SizeOption = "1280x720",
    mirror: MirrorOption = True,
    backdrop: BackdropOption = "room",
    light: LightOption = "studio",
    shot: ShotOption = "bust",
    director: DirectorOption = False,
    port: PortOption = DEFAULT_PORT,
    host: HostOption = "0.0.0.0",  # noqa: S104  (a phone on the same network is to open the link)
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Do not open the page in a browser.", rich_help_panel="The network")
    ] = False,
    data_folder: DataOption = DATA_FOLDER,
    models_folder: ModelsOption = MODELS_FOLDER,
) -> None:
    """Go live: print the link for viewers (and its QR code) and stream until Ctrl-C.

    Examples: [b]avatar-live serve[/b] · [b]avatar-live serve --camera clip.mp4 --avatar me.vrm --size 960x540[/b]
    """
    settings = _settings(camera, avatar, title, size, mirror, port, host, data_folder, models_folder)
    settings = _with_scene(replace(settings, microphone=microphone), backdrop, light, shot, director)
    check_port(settings.host, settings.port)
    ensure_models(settings.models_folder, Progress("tracking models"))
    signal.signal(signal.SIGTERM, _as_interrupt)
    with LocalShow(settings, report=say) as show:
        say("Starting the tracker, the stage and the server ...")
        show.go_live()
        show.rehearse()
        show.wait_until_ready(*PARTS_NEEDED)
        say(live_block(settings, show.token, show.event_url))
        if not no_open and _has_display():
            webbrowser.open(settings.local_link)
        _watch(show)


def _watch(show: LocalShow) -> None:
    """Say what drives the avatar whenever that changes, until somebody stops the show or it cannot go on."""
    driver = ""
    while True:
        health = show.health()
        now = health["tracker"].status if "tracker" in health else show.refusals().get("tracker", driver)
        if now != driver:
            driver = now
            say(f"  Driven by    {driver}")
        if refusal := show.first_refusal():
            raise ShowError(refusal)
        show.wait_for_change(1.0)


@app.command()
def desktop(
    camera: CameraOption = "auto",
    microphone: MicrophoneOption = "off",
    avatar: AvatarOption = DEFAULT_AVATAR,
    title: TitleOption = "",
    size: SizeOption = "1280x720",
    mirror: MirrorOption = True,
    backdrop: BackdropOption = "room",
    light: LightOption = "studio",
    shot: ShotOption = "bust",
    director: DirectorOption = False,
    port: PortOption = DEFAULT_PORT,
    host: HostOption = "0.0.0.0",  # noqa: S104  (a phone on the same network is to open the link)
    data_folder: DataOption = DATA_FOLDER,
    models_folder: ModelsOption = MODELS_FOLDER,
) -> None:
    """Open the streamer's window: preview, camera and avatar, go live, audience, chat and gifts, panic button."""
    from avatar_live.app.desk import DeskShow
    from avatar_live.desktop import run_window

    settings = _settings(camera, avatar, title, size, mirror, port, host, data_folder, models_folder)
    settings = _with_scene(replace(settings, microphone=microphone), backdrop, light, shot, director)
    if not probe("screen").works:
        raise ShowError(
            "No window can be opened here: start `python3 live.py serve`, which needs no screen. Where there is one, "
            "DISPLAY or WAYLAND_DISPLAY has to name it, and Qt's xcb plugin needs the system's libxcb-cursor0."
        )
    ensure_models(settings.models_folder, Progress("tracking models"))
    with LocalShow(settings, has_preview=True, report=say) as show:
        show.rehearse()
        raise typer.Exit(run_window(DeskShow(show)))


@app.command()
def doctor(
    camera: CameraOption = "auto",
    microphone: MicrophoneOption = "off",
    avatar: AvatarOption = DEFAULT_AVATAR,
    port: PortOption = DEFAULT_PORT,
    host: HostOption = "0.0.0.0",  # noqa: S104  (the same as `serve` would use)
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
    data_folder: DataOption = DATA_FOLDER,
    models_folder: ModelsOption = MODELS_FOLDER,
) -> None:
    """Check what a show needs on this machine and say what to do about what is missing (exit code 1: it would fail)."""
    from avatar_live.app.doctor import Questions, as_table, examine

    questions = Questions(camera, microphone, avatar, host, port, data_folder, models_folder)
    findings = examine(questions, Progress("looking") if sys.stderr.isatty() else None)
    typer.echo(findings.as_json() if as_json else as_table(findings))
    raise typer.Exit(0 if findings.is_well else 1)


bench = typer.Typer(no_args_is_help=True, help="Measure this machine, reproducibly.")
app.add_typer(bench, name="bench")


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

    settings = _settings(camera, avatar, "", size, True, port, "127.0.0.1", DATA_FOLDER, models_folder)
    check_port(settings.host, settings.port)
    ensure_models(settings.models_folder, Progress("tracking models"))
    figures = measure_chain(settings, seconds, say)
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        typer.echo("\n".join(f"{name:<24} {figure}" for name, figure in figures.items()))


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
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        typer.echo("\n".join(f"{name:<24} {figure}" for name, figure in figures.items()))


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

    settings = _settings(camera, avatar, "Mirai live", size, True, port, "127.0.0.1", DATA_FOLDER, models_folder)
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
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        typer.echo("\n".join(f"{name:<24} {figure}" for name, figure in figures.items()))
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
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        typer.echo("\n".join("  ".join(f"{name} {figure}" for name, figure in row.items()) for row in figures["files"]))


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
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        typer.echo("\n".join("  ".join(f"{name} {figure}" for name, figure in row.items()) for row in figures["crowd"]))


@contextlib.contextmanager
def _bench_packages(name: str) -> Iterator[None]:
    """Say how to get the packages that only measurements need."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ShowError(f"`bench` needs {error.name}: start it with `python3 live.py bench {name}`.") from error


@app.command()
def models(
    source: Annotated[
        Path | None,
        typer.Argument(help="A .task file, a folder of them or the mediapipe 0.10.21 wheel to take them from."),
    ] = None,
    models_folder: ModelsOption = MODELS_FOLDER,
) -> None:
    """Fetch the tracking models if they are missing, check them, and say where they are and where they came from."""
    ensure_models(models_folder, Progress("tracking models"), source)
    typer.echo(f"{models_folder}\n{describe_models(models_folder)}")


@app.command()
def avatars(
    files: Annotated[list[Path] | None, typer.Argument(help="VRM files to check.")] = None,
) -> None:
    """List the built-in characters, or read VRM files: what they can do, and what their licence allows."""
    from avatar_live.app.characters import check_avatar, describe_avatar, describe_licence

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


def _settings(
    camera: str,
    avatar: str,
    title: str,
    size: str,
    mirror: bool,
    port: int,
    host: str,
    data_folder: Path,
    models_folder: Path,
) -> Settings:
    path = find_avatar(avatar)
    if avatar not in builtin_avatars():
        from avatar_live.app.characters import check_avatar, licence_notice  # reading avatars takes a while to load

        check_avatar(path)
        if notice := licence_notice(path):
            say(notice)
    settings = Settings(avatar=path, camera=checked_camera(camera), title=title, mirror=mirror)
    settings = replace(settings, host=checked_host(host), port=port)
    return with_size(replace(settings, data_folder=data_folder, models_folder=models_folder), size)


def _with_scene(settings: Settings, backdrop: str, light: str, shot: str, director: bool) -> Settings:
    settings = replace(settings, light=checked_light(light), shot=checked_shot(shot), has_director=director)
    return replace(settings, backdrop=checked_backdrop(backdrop))


def _has_display() -> bool:
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _as_interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def main() -> None:
    """Run the command line; an expected fault is one sentence on standard error and exit code 1."""
    try:
        app(standalone_mode=True)
    except ShowError as error:
        say(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
