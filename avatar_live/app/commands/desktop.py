"""`avatar-live desktop`: the streamer's window."""

from dataclasses import replace

import typer

from avatar_live.app.faults import ShowError
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
from avatar_live.app.probes import probe
from avatar_live.app.settings import (
    DATA_FOLDER,
    DEFAULT_AVATAR,
    DEFAULT_PORT,
    DEFAULT_PROFILE,
    DEFAULT_VIEWERS_MAX,
    FPS_USUAL,
    LEVELS,
    MODELS_FOLDER,
    with_picture,
)
from avatar_live.app.show import LocalShow
from avatar_live.app.terminal import Progress, say
from avatar_live.edge.households import LINES_EACH_MAX


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
