"""The options of every show, with a window or without, and the settings that they come to."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from avatar_live.app.network import DEFAULT_ROOM
from avatar_live.app.network_options import HostOption, LinesOption, ProxyOption, RedisOption, RoomOption
from avatar_live.app.options import (
    AvatarOption,
    BackdropOption,
    BridgeOption,
    CameraOption,
    DataOption,
    DirectorOption,
    DrawnOption,
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
    Settings,
    with_picture,
)
from avatar_live.edge.households import LINES_EACH_MAX


@dataclass(frozen=True, slots=True)
class ShowOptions:
    """Hold what was said on the command line."""

    camera: CameraOption = "auto"
    microphone: MicrophoneOption = "off"
    record: RecordOption = ""
    record_video: VideoOption = ""
    publish: PublishOption = None
    hls: PlaylistOption = ""
    inputs: InputOption = None
    avatar: AvatarOption = DEFAULT_AVATAR
    title: TitleOption = ""
    size: SizeOption = "1280x720"
    fps: FpsOption = FPS_USUAL
    encoder: EncoderOption = "auto"
    mirror: MirrorOption = True
    drawn: DrawnOption = False
    backdrop: BackdropOption = "room"
    light: LightOption = "studio"
    shot: ShotOption = "bust"
    director: DirectorOption = False
    when_lost: LostOption = "idle"
    profile: ProfileOption = DEFAULT_PROFILE
    vmc_out: VmcOutOption = ""
    music: MusicOption = ""
    music_volume: MusicVolumeOption = LEVELS.music_db
    sounds_volume: SoundsVolumeOption = LEVELS.sounds_db
    speak: SpeakOption = "off"
    port: PortOption = DEFAULT_PORT
    host: HostOption = "0.0.0.0"  # noqa: S104  (a phone on the same network is to open the link)
    redis: RedisOption = ""
    room: RoomOption = DEFAULT_ROOM
    ice_servers: IceOption = None
    udp_ports: UdpOption = ""
    watch_token: WatchTokenOption = ""
    viewers_max: ViewersOption = DEFAULT_VIEWERS_MAX
    proxies: ProxyOption = None
    lines_each_max: LinesOption = LINES_EACH_MAX
    guests: GuestsOption = False
    guest_at: LayerOption = ""
    data_folder: DataOption = DATA_FOLDER
    models_folder: ModelsOption = MODELS_FOLDER
    books: LedgerOption = ""
    bridges: BridgeOption = None

    def settings(self, edges: int = 0) -> Settings:
        """Return what they come to, but for what `kept` begins. Raises ShowError for what cannot be."""
        settings = settings_of(
            self.camera,
            self.avatar,
            self.title,
            self.size,
            self.mirror,
            self.port,
            self.host,
            self.data_folder,
            self.models_folder,
        )
        settings = replace(settings, microphone=self.microphone, drawn=self.drawn)
        settings = with_scene(settings, self.backdrop, self.light, self.shot, self.director)
        settings = with_presence(settings, self.when_lost, self.profile)
        settings = with_programs(settings, self.inputs, self.vmc_out)
        settings = with_scale(settings, self.books, self.redis, self.room, edges)
        settings = with_sound(settings, self.music, self.music_volume, self.sounds_volume, self.speak)
        settings = with_bridges(with_guests(settings, self.guests, self.guest_at), self.bridges)
        settings = with_network(
            settings,
            self.ice_servers,
            self.udp_ports,
            self.watch_token,
            self.viewers_max,
            self.proxies,
            self.lines_each_max,
        )
        return with_picture(settings, self.fps, self.encoder)

    def kept(self, settings: Settings) -> Settings:
        """Return the settings with what is recorded and published, and say where. Raises ShowError."""
        return with_outlets(with_record(settings, self.record), self.record_video, self.publish, self.hls)


def takes_a_show(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of every show before its own; it is called with them as one `ShowOptions`."""
    _, *own = inspect.signature(command).parameters.values()
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    shared = [
        inspect.Parameter(one.name, kind, default=one.default, annotation=one.type) for one in fields(ShowOptions)
    ]

    @functools.wraps(command)
    def called(**said: Any) -> None:
        command(ShowOptions(**{one.name: said.pop(one.name) for one in shared}), **said)

    called.__signature__ = inspect.Signature([*shared, *own])  # type: ignore[attr-defined]
    return called
