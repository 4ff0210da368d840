"""`avatar-live serve`: the show without a window."""

import os
import signal
import sys
import webbrowser
from dataclasses import replace
from typing import Annotated, NoReturn

import typer

from avatar_live.app.calibrate import calibrate_in_terminal
from avatar_live.app.faults import ShowError
from avatar_live.app.link_block import live_block
from avatar_live.app.models import ensure_models
from avatar_live.app.network import DEFAULT_ROOM
from avatar_live.app.network_options import HostOption, LinesOption, ProxyOption, RedisOption, RoomOption
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
    IceOption,
    InputOption,
    LayerOption,
    LedgerOption,
    LightOption,
    LostOption,
    MicrophoneOption,
    MirrorOption,
    ModelsOption,
    MusicOption,
    MusicVolumeOption,
    PlaylistOption,
    PortOption,
    ProfileOption,
    PublishOption,
    RecordOption,
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
from avatar_live.app.settings import (
    DATA_FOLDER,
    DEFAULT_AVATAR,
    DEFAULT_PORT,
    DEFAULT_PROFILE,
    DEFAULT_VIEWERS_MAX,
    FPS_USUAL,
    LEVELS,
    MODELS_FOLDER,
    check_port,
    with_picture,
)
from avatar_live.app.show import PARTS_NEEDED, LocalShow
from avatar_live.app.terminal import OutletLines, Progress, say
from avatar_live.edge.households import LINES_EACH_MAX


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


def _has_display() -> bool:
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _as_interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt
