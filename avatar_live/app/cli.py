"""The command line: `avatar-live serve|desktop|edge|doctor|bench|ledger|events|webhooks|models|avatars|export`."""

import os
import signal
import sys
import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from avatar_live.app.bench.commands import bench
from avatar_live.app.calibrate import calibrate_in_terminal
from avatar_live.app.edge import edge
from avatar_live.app.events import events
from avatar_live.app.faults import ShowError
from avatar_live.app.ledger import ledger
from avatar_live.app.models import describe_models, ensure_models
from avatar_live.app.network import checked_ice_servers, checked_udp_ports
from avatar_live.app.options import (
    AvatarOption,
    BackdropOption,
    BridgeOption,
    CameraOption,
    DataOption,
    DirectorOption,
    EdgesOption,
    EncoderOption,
    FpsOption,
    GuestsOption,
    HostOption,
    IceOption,
    InputOption,
    LayerOption,
    LedgerOption,
    LightOption,
    LinesOption,
    LostOption,
    MicrophoneOption,
    MirrorOption,
    ModelsOption,
    MusicOption,
    MusicVolumeOption,
    PlaylistOption,
    PortOption,
    ProfileOption,
    ProxyOption,
    PublishOption,
    RecordOption,
    RedisOption,
    RoomOption,
    ShotOption,
    SizeOption,
    SoundsVolumeOption,
    SpeakOption,
    TitleOption,
    UdpOption,
    VideoOption,
    ViewersOption,
    VmcOutOption,
    WatchTokenOption,
    settings_of,
    with_bridges,
    with_guests,
    with_network,
    with_outlets,
    with_presence,
    with_programs,
    with_record,
    with_scale,
    with_scene,
    with_sound,
)
from avatar_live.app.probes import probe
from avatar_live.app.settings import (
    DATA_FOLDER,
    DEFAULT_AVATAR,
    DEFAULT_PORT,
    DEFAULT_PROFILE,
    DEFAULT_ROOM,
    DEFAULT_VIEWERS_MAX,
    FPS_USUAL,
    LEVELS,
    MODELS_FOLDER,
    builtin_avatars,
    check_port,
    with_picture,
)
from avatar_live.app.show import PARTS_NEEDED, LocalShow
from avatar_live.app.terminal import OutletLines, Progress, live_block, say
from avatar_live.app.webhooks import webhooks
from avatar_live.edge.households import LINES_EACH_MAX

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
    record: RecordOption = "",
    record_video: VideoOption = "",
    publish: PublishOption = None,
    hls: PlaylistOption = "",
    inputs: InputOption = None,
    avatar: AvatarOption = DEFAULT_AVATAR,
    title: TitleOption = "",
    size: SizeOption = "1280x720",
    fps: FpsOption = FPS_USUAL,
    encoder: EncoderOption = "auto",
    mirror: MirrorOption = True,
    backdrop: BackdropOption = "room",
    light: LightOption = "studio",
    shot: ShotOption = "bust",
    director: DirectorOption = False,
    when_lost: LostOption = "idle",
    profile: ProfileOption = DEFAULT_PROFILE,
    vmc_out: VmcOutOption = "",
    music: MusicOption = "",
    music_volume: MusicVolumeOption = LEVELS.music_db,
    sounds_volume: SoundsVolumeOption = LEVELS.sounds_db,
    speak: SpeakOption = "off",
    port: PortOption = DEFAULT_PORT,
    host: HostOption = "0.0.0.0",  # noqa: S104  (a phone on the same network is to open the link)
    edges: EdgesOption = 0,
    redis: RedisOption = "",
    room: RoomOption = DEFAULT_ROOM,
    ice_servers: IceOption = None,
    udp_ports: UdpOption = "",
    watch_token: WatchTokenOption = "",
    viewers_max: ViewersOption = DEFAULT_VIEWERS_MAX,
    proxies: ProxyOption = None,
    lines_each_max: LinesOption = LINES_EACH_MAX,
    guests: GuestsOption = False,
    guest_at: LayerOption = "",
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Do not open the page in a browser.", rich_help_panel="The network")
    ] = False,
    calibrate: Annotated[
        bool,
        typer.Option(
            "--calibrate",
            help="Measure your face first: half a minute in this terminal, kept for this camera and profile.",
            rich_help_panel="The show",
        ),
    ] = False,
    data_folder: DataOption = DATA_FOLDER,
    models_folder: ModelsOption = MODELS_FOLDER,
    books: LedgerOption = "",
    bridges: BridgeOption = None,
) -> None:
    """Go live: print the link for viewers (and its QR code) and stream until Ctrl-C.

    Examples: [b]avatar-live serve[/b] · [b]avatar-live serve --camera clip.mp4 --avatar me.vrm --size 960x540[/b]
    """
    settings = settings_of(camera, avatar, title, size, mirror, port, host, data_folder, models_folder)
    settings = with_scene(replace(settings, microphone=microphone), backdrop, light, shot, director)
    settings = with_record(settings, record)
    settings = with_outlets(settings, record_video, publish, hls)
    settings = with_presence(settings, when_lost, profile)
    settings = with_scale(with_programs(settings, inputs, vmc_out), books, redis, room, edges)
    settings = with_sound(settings, music, music_volume, sounds_volume, speak)
    settings = with_bridges(with_guests(settings, guests, guest_at), bridges)
    settings = with_network(settings, ice_servers, udp_ports, watch_token, viewers_max, proxies, lines_each_max)
    settings = with_picture(settings, fps, encoder)
    check_port(settings.host, settings.port)
    ensure_models(settings.models_folder, Progress("tracking models"))
    signal.signal(signal.SIGTERM, _as_interrupt)
    with LocalShow(settings, report=say) as show:
        say("Starting the tracker, the stage and the server ...")
        if not calibrate:
            show.go_live()
        show.rehearse()
        if calibrate:
            show.wait_until_ready("tracker", "engine")
            calibrate_in_terminal(show, Progress("calibrating"))
            show.go_live()
        show.wait_until_ready(*PARTS_NEEDED)
        say(live_block(settings, show.token, show.event_url, show.guest_token))
        if not no_open and _has_display():
            webbrowser.open(settings.watch_link)
        _watch(show)


def _watch(show: LocalShow) -> None:
    """Say what drives the avatar, and what the host should know, until somebody stops the show or it cannot go on."""
    driver, notices, outlets = "", dict.fromkeys(("tracker", "engine"), ""), OutletLines()
    while True:
        health = show.health()
        now = health["tracker"].status if "tracker" in health else show.refusals().get("tracker", driver)
        if now != driver:
            driver = now
            say(f"  Driven by    {driver}")
        for part, before in notices.items():
            notices[part] = health[part].notice if part in health else before
            if notices[part] and notices[part] != before:
                say(f"  {notices[part]}")
        for line in outlets.news(health["outlets"].outlets if "outlets" in health else ()):
            say(line)
        if refusal := show.first_refusal():
            raise ShowError(refusal)
        show.wait_for_change(1.0)


@app.command()
def desktop(
    camera: CameraOption = "auto",
    microphone: MicrophoneOption = "off",
    record: RecordOption = "",
    record_video: VideoOption = "",
    publish: PublishOption = None,
    hls: PlaylistOption = "",
    inputs: InputOption = None,
    avatar: AvatarOption = DEFAULT_AVATAR,
    title: TitleOption = "",
    size: SizeOption = "1280x720",
    fps: FpsOption = FPS_USUAL,
    encoder: EncoderOption = "auto",
    mirror: MirrorOption = True,
    backdrop: BackdropOption = "room",
    light: LightOption = "studio",
    shot: ShotOption = "bust",
    director: DirectorOption = False,
    when_lost: LostOption = "idle",
    profile: ProfileOption = DEFAULT_PROFILE,
    vmc_out: VmcOutOption = "",
    music: MusicOption = "",
    music_volume: MusicVolumeOption = LEVELS.music_db,
    sounds_volume: SoundsVolumeOption = LEVELS.sounds_db,
    speak: SpeakOption = "off",
    port: PortOption = DEFAULT_PORT,
    host: HostOption = "0.0.0.0",  # noqa: S104  (a phone on the same network is to open the link)
    redis: RedisOption = "",
    room: RoomOption = DEFAULT_ROOM,
    ice_servers: IceOption = None,
    udp_ports: UdpOption = "",
    watch_token: WatchTokenOption = "",
    viewers_max: ViewersOption = DEFAULT_VIEWERS_MAX,
    proxies: ProxyOption = None,
    lines_each_max: LinesOption = LINES_EACH_MAX,
    guests: GuestsOption = False,
    guest_at: LayerOption = "",
    data_folder: DataOption = DATA_FOLDER,
    models_folder: ModelsOption = MODELS_FOLDER,
    books: LedgerOption = "",
    bridges: BridgeOption = None,
) -> None:
    """Open the streamer's window: preview, camera and avatar, go live, audience, chat and gifts, panic button."""
    from avatar_live.app.desk import DeskShow
    from avatar_live.desktop import run_window

    settings = settings_of(camera, avatar, title, size, mirror, port, host, data_folder, models_folder)
    settings = with_scene(replace(settings, microphone=microphone), backdrop, light, shot, director)
    settings = with_presence(settings, when_lost, profile)
    settings = with_scale(with_programs(settings, inputs, vmc_out), books, redis, room)
    settings = with_sound(settings, music, music_volume, sounds_volume, speak)
    settings = with_bridges(with_guests(settings, guests, guest_at), bridges)
    settings = with_network(settings, ice_servers, udp_ports, watch_token, viewers_max, proxies, lines_each_max)
    settings = with_picture(settings, fps, encoder)
    if not probe("screen").works:
        raise ShowError(
            "No window can be opened here: start `python3 live.py serve`, which needs no screen. Where there is one, "
            "DISPLAY or WAYLAND_DISPLAY has to name it, and Qt's xcb plugin needs the system's libxcb-cursor0."
        )
    settings = with_record(settings, record)
    settings = with_outlets(settings, record_video, publish, hls)
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
    ice_servers: IceOption = None,
    udp_ports: UdpOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
    data_folder: DataOption = DATA_FOLDER,
    models_folder: ModelsOption = MODELS_FOLDER,
) -> None:
    """Check what a show needs on this machine and say what to do about what is missing (exit code 1: it would fail)."""
    from avatar_live.app.doctor import Questions, as_table, examine

    questions = Questions(camera, microphone, avatar, host, port, data_folder, models_folder)
    servers, ports = checked_ice_servers(ice_servers or ()), checked_udp_ports(udp_ports)
    questions = replace(questions, ice_servers=servers, udp_ports=ports)
    findings = examine(questions, Progress("looking") if sys.stderr.isatty() else None)
    typer.echo(findings.as_json() if as_json else as_table(findings))
    raise typer.Exit(0 if findings.is_well else 1)


app.add_typer(bench, name="bench")
app.add_typer(ledger, name="ledger")
app.add_typer(events, name="events")
app.add_typer(webhooks, name="webhooks")
app.command()(edge)


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


@app.command()
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
    """Write a recorded performance for other programs: a VRM animation or a BVH.

    Example: [b]avatar-live export evening.take evening.vrma --start 10 --seconds 30[/b]
    """
    from avatar_live.app.export import Export, export_take

    typer.echo(export_take(take, out, Export(fps, start_s, seconds, mirror, face)))


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
