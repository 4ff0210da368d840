"""The options that several commands share, with the words that `--help` prints, and the settings they come to."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from avatar_live import clock
from avatar_live.app.bridges import checked_bridges
from avatar_live.app.network import (
    checked_host,
    checked_ice_servers,
    checked_layer,
    checked_proxies,
    checked_redis,
    checked_room,
    checked_udp_ports,
    checked_watch_token,
)
from avatar_live.app.new_take import new_take, new_video
from avatar_live.app.scene import checked_backdrop, checked_light, checked_shot
from avatar_live.app.settings import (
    Settings,
    builtin_avatars,
    checked_camera,
    checked_inputs,
    checked_level,
    checked_lost_policy,
    checked_music,
    checked_profile,
    checked_speech,
    checked_vmc_out,
    find_avatar,
    with_size,
)
from avatar_live.app.targets import checked_targets
from avatar_live.app.terminal import say
from avatar_live.signals.layer import PLACES
from avatar_live.signals.scene import LIGHTS, SHOTS
from avatar_live.signals.sound import SoundLevels

CameraOption = Annotated[
    str,
    typer.Option(
        "--camera",
        "-c",
        help="What drives the avatar: [b]auto[/b] (the first webcam that works, else the recorded performance), "
        "a number such as [b]0[/b], a video or GIF file (looped), a take (looped; [b]once:my.take[/b] plays it once), "
        "or [b]performance[/b].",
        rich_help_panel="The show",
    ),
]
MicrophoneOption = Annotated[
    str,
    typer.Option(
        "--microphone",
        "-m",
        help="What viewers hear: [b]off[/b], [b]auto[/b] (the system's own choice), a number or a part of a name.",
        rich_help_panel="The show",
    ),
]
RecordOption = Annotated[
    str,
    typer.Option(
        "--record",
        help="Record your movements, neither pictures nor sound, as a take: a folder for takes, or a new .take file.",
        rich_help_panel="The show",
    ),
]
InputOption = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        "-i",
        help="Another program, a phone or a device that moves the host too, the first one first where several do: "
        "[b]vmc[/b], [b]openseeface[/b], [b]livelink[/b] or [b]ifacialmocap[/b], with a port such as [b]vmc:39540[/b]; "
        "[b]pointer[/b], [b]keyboard[/b], [b]gamepad[/b]: head and eyes follow the pointer, hands do what yours do. "
        "Only programs of this machine are heard; for a phone write [b]livelink:0.0.0.0:11111[/b] or "
        "[b]ifacialmocap@192.168.1.5[/b]. [b]pointer/right_arm[/b] lets it move no more than that.",
        rich_help_panel="The show",
    ),
]
VmcOutOption = Annotated[
    str,
    typer.Option(
        "--vmc-out",
        help="Send the pose by the VMC protocol to another program, such as [b]127.0.0.1:39540[/b].",
        rich_help_panel="The show",
    ),
]
VideoOption = Annotated[
    str,
    typer.Option(
        "--record-video",
        help="Record what viewers see and hear: a folder, or a new [b].mp4[/b] or [b].mkv[/b] file.",
        rich_help_panel="The show",
    ),
]
PublishOption = Annotated[
    list[str] | None,
    typer.Option(
        "--publish",
        help="Bring the live show to a platform, [b]rtmps://live.example.com/app/KEY[/b], or to an SFU by WHIP, "
        '[b]"https://sfu.example.com/whip/room TOKEN"[/b]. May be given again. [b]@my-places.txt[/b] reads them from '
        "a file, a line each, which keeps keys out of the list of processes.",
        rich_help_panel="The network",
    ),
]
PlaylistOption = Annotated[
    str,
    typer.Option(
        "--hls",
        help="Write an HLS playlist into this folder while live, for a web server or CDN to hand out.",
        rich_help_panel="The network",
    ),
]
MusicOption = Annotated[
    str,
    typer.Option(
        "--music", help="Music behind the show: a file that is played over and over.", rich_help_panel="Sound"
    ),
]
MusicVolumeOption = Annotated[
    float,
    typer.Option("--music-volume", help="How loud it is, in dB; -60 is off.", rich_help_panel="Sound"),
]
SoundsVolumeOption = Annotated[
    float,
    typer.Option("--sounds-volume", help="How loud gifts and games are, in dB; -60 is off.", rich_help_panel="Sound"),
]
SpeakOption = Annotated[
    str,
    typer.Option(
        "--speak",
        help="Speak thanks for gifts: [b]off[/b], [b]gifts[/b], or [b]names[/b], which reads out who gave it, too. "
        "Chat is never read out. Needs espeak-ng.",
        rich_help_panel="Sound",
    ),
]
AvatarOption = Annotated[
    str,
    typer.Option(
        "--avatar",
        "-a",
        help="The character: a built-in name (see [b]avatars[/b]) or your own file: VRM 0.x, 1.0 or glTF.",
        rich_help_panel="The show",
    ),
]
TitleOption = Annotated[
    str, typer.Option("--title", "-t", help="What the show is called, on the page.", rich_help_panel="The show")
]
SizeOption = Annotated[
    str,
    typer.Option("--size", help="The picture. Half the size is four times less work.", rich_help_panel="The show"),
]
FpsOption = Annotated[
    int,
    typer.Option("--fps", help="Pictures a second: 24, 25, 30, 50 or 60.", rich_help_panel="The show"),
]
EncoderOption = Annotated[
    str,
    typer.Option(
        "--encoder",
        help="What makes H.264 of the pictures: [b]auto[/b] (a graphics card's encoder where one proves itself), "
        "[b]x264[/b], [b]nvenc[/b], [b]videotoolbox[/b], [b]qsv[/b] or [b]vaapi[/b].",
        rich_help_panel="The show",
    ),
]
MirrorOption = Annotated[
    bool,
    typer.Option(
        "--mirror/--no-mirror", help="Move like a mirror, or like another person.", rich_help_panel="The show"
    ),
]
DrawnOption = Annotated[
    bool,
    typer.Option(
        "--drawn/--filmed",
        help="The camera or video shows an avatar's head, or a person's.",
        rich_help_panel="The show",
    ),
]
BackdropOption = Annotated[
    str,
    typer.Option(
        "--backdrop",
        help="What is behind the character: [b]room[/b], a colour such as [b]#223344[/b], "
        "[b]gradient:#202040,#6040a0[/b], [b]chroma:green[/b] (or blue, magenta) to be keyed out, "
        "[b]transparent[/b], or a picture or video file (looped).",
        rich_help_panel="The show",
    ),
]
LightOption = Annotated[
    str,
    typer.Option("--light", help=f"The light: [b]{'[/b], [b]'.join(LIGHTS)}[/b].", rich_help_panel="The show"),
]
ShotOption = Annotated[
    str,
    typer.Option("--shot", help=f"What the camera sees: [b]{'[/b], [b]'.join(SHOTS)}[/b].", rich_help_panel="The show"),
]
DirectorOption = Annotated[
    bool,
    typer.Option(
        "--director/--no-director",
        help="Let the camera follow what happens (gifts, goals, chat, silence), or stay in its shot.",
        rich_help_panel="The show",
    ),
]
LostOption = Annotated[
    str,
    typer.Option(
        "--when-lost",
        help="What the character does while the camera does not see you: [b]idle[/b] (lives on), [b]hold[/b] (stays as "
        "you were) or [b]sleep[/b] (falls asleep after ten seconds).",
        rich_help_panel="The show",
    ),
]
ProfileOption = Annotated[
    str,
    typer.Option(
        "--profile",
        help="Whose face it is: each profile keeps its own calibration for each camera.",
        rich_help_panel="The show",
    ),
]
PortOption = Annotated[
    int, typer.Option("--port", "-p", min=1, max=65_535, help="Where viewers connect.", rich_help_panel="The network")
]
EdgesOption = Annotated[
    int,
    typer.Option(
        "--edges",
        min=0,
        max=64,
        help="For rooms of many thousands: so many processes carry the pages' lines, at the port above --port.",
        rich_help_panel="The network",
    ),
]
GuestsOption = Annotated[
    bool,
    typer.Option(
        "--guests/--no-guests",
        help="Let OBS, a browser or a phone bring a camera or a screen by WHIP, with the token that is printed.",
        rich_help_panel="Guests",
    ),
]
LayerOption = Annotated[
    str,
    typer.Option(
        "--guest-at",
        help=f"Where a guest's picture is shown: [b]{'[/b], [b]'.join(PLACES)}[/b], with a size in percent such as "
        "[b]top-right:40[/b]. Without it viewers see no guest.",
        rich_help_panel="Guests",
    ),
]
IceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--ice-server",
        envvar="AVATAR_LIVE_ICE_SERVERS",
        help="A STUN or TURN server for viewers behind firewalls, told to them and used here: "
        "[b]stun:stun.example.org:3478[/b], [b]turn:turn.example.org:3478,USER,CREDENTIAL[/b] or, for credentials that "
        "end by themselves, [b]turn:turn.example.org:3478,secret=SECRET[/b]. May be given again.",
        rich_help_panel="The network",
    ),
]
UdpOption = Annotated[
    str,
    typer.Option(
        "--udp-ports",
        help="The only UDP ports that viewers' pictures use, such as [b]40000-40199[/b], for a firewall to let "
        "through; each viewer takes one. Any port without it.",
        rich_help_panel="The network",
    ),
]
WatchTokenOption = Annotated[
    str,
    typer.Option(
        "--watch-token",
        envvar="AVATAR_LIVE_WATCH_TOKEN",
        help="Show the picture only to who holds this token; the printed link has it.",
        rich_help_panel="The network",
    ),
]
ViewersOption = Annotated[
    int,
    typer.Option(
        "--viewers-max",
        min=1,
        max=10_000,
        help="How many may watch at once; who comes then is told to try again.",
        rich_help_panel="The network",
    ),
]
BridgeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--bridge",
        help="Bring another platform's chat and gifts into the room: [b]twitch:USER_ID[/b], "
        "[b]youtube:LIVE_CHAT_ID[/b], [b]bilibili:PROJECT_ID[/b], [b]douyin[/b] or [b]kuaishou[/b]. May be given "
        "again. Keys are read from the environment or from [b]bridges.env[/b] in the data folder.",
        rich_help_panel="The network",
    ),
]
DataOption = Annotated[
    Path,
    typer.Option(
        "--data-folder",
        envvar="AVATAR_LIVE_DATA",
        help="Where wallets and gifts are kept.",
        rich_help_panel="Folders",
    ),
]
LedgerOption = Annotated[
    str,
    typer.Option(
        "--ledger",
        envvar="AVATAR_LIVE_LEDGER",
        help="Where the books are: [b]sqlite:///file[/b] or [b]postgresql://user@host/database[/b]; left out, a file "
        "in the data folder. A password is better kept in the environment or in ~/.pgpass.",
        rich_help_panel="Folders",
    ),
]
ModelsOption = Annotated[
    Path,
    typer.Option(
        "--models-folder",
        envvar="AVATAR_LIVE_MODELS",
        help="Where the tracking models lie.",
        rich_help_panel="Folders",
    ),
]


def settings_of(
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
    """Return what these options come to; what the host must know of the character's licence is said.

    Raises ShowError for what cannot be.
    """
    path = find_avatar(avatar)
    if avatar not in builtin_avatars():
        from avatar_live.app.characters import check_avatar, licence_notice  # reading avatars takes a while to load

        check_avatar(path)
        if notice := licence_notice(path):
            say(notice)
    settings = Settings(avatar=path, camera=checked_camera(camera), title=title, mirror=mirror)
    settings = replace(settings, host=checked_host(host), port=port)
    return with_size(replace(settings, data_folder=data_folder, models_folder=models_folder), size)


def with_presence(settings: Settings, lost: str, profile: str) -> Settings:
    """Return the settings with this policy and this profile. Raises ShowError for what cannot be."""
    return replace(settings, lost_policy=checked_lost_policy(lost), profile=checked_profile(profile))


def with_scene(settings: Settings, backdrop: str, light: str, shot: str, director: bool) -> Settings:
    """Return the settings with this scene. Raises ShowError for what cannot be."""
    settings = replace(settings, light=checked_light(light), shot=checked_shot(shot), has_director=director)
    return replace(settings, backdrop=checked_backdrop(backdrop))


def with_sound(settings: Settings, music: str, music_db: float, sounds_db: float, speak: str) -> Settings:
    """Return the settings of a show that sounds like this. Raises ShowError for what cannot be."""
    levels = SoundLevels(music_db=checked_level(music_db), sounds_db=checked_level(sounds_db))
    return replace(settings, music=checked_music(music), speech=checked_speech(speak), levels=levels)


def with_record(settings: Settings, record: str) -> Settings:
    """Return the settings of a show that is recorded there, or not at all. Raises ShowError."""
    if not record:
        return settings
    path = new_take(record, clock.wall_s())
    say(f"  Recording    {path}")
    return replace(settings, record=str(path))


def with_outlets(settings: Settings, video: str, publish: Sequence[str] | None, playlist: str) -> Settings:
    """Return the settings of a show that is recorded and published there. Raises ShowError."""
    settings = replace(settings, publish=checked_targets(publish or (), playlist))
    if not video:
        return settings
    path = new_video(video, clock.wall_s())
    say(f"  Recording    {path}")
    return replace(settings, video=str(path))


def with_programs(settings: Settings, inputs: Sequence[str] | None, vmc_out: str) -> Settings:
    """Return the settings with other programs that move the host or are moved. Raises ShowError for what cannot be."""
    return replace(settings, inputs=checked_inputs(inputs or ()), vmc_out=checked_vmc_out(vmc_out))


def with_scale(settings: Settings, ledger: str, redis: str, room: str, edges: int = 0) -> Settings:
    """Return the settings of a show with these books, this Redis and so many edges. Raises ShowError."""
    return replace(settings, edges=edges, ledger=ledger, redis=checked_redis(redis), room=checked_room(room))


def with_bridges(settings: Settings, bridges: Sequence[str] | None) -> Settings:
    """Return the settings of a show that hears other platforms, too. Raises ShowError for what cannot be."""
    return replace(settings, bridges=checked_bridges(bridges or (), settings.data_folder))


def with_guests(settings: Settings, guests: bool, layer: str) -> Settings:
    """Return the settings of a show with guests; who gives them a place wants them. Raises ShowError."""
    layer = checked_layer(layer)
    return replace(settings, has_guests=guests or bool(layer), layer=layer)


def with_network(
    settings: Settings,
    ice_servers: Sequence[str] | None,
    udp_ports: str,
    watch_token: str,
    viewers_max: int,
    proxies: Sequence[str] | None,
    lines_each_max: int,
) -> Settings:
    """Return the settings of a show that is reached so. Raises ShowError for what cannot be."""
    return replace(
        settings,
        ice_servers=checked_ice_servers(ice_servers or ()),
        udp_ports=checked_udp_ports(udp_ports),
        watch_token=checked_watch_token(watch_token),
        viewers_max=viewers_max,
        trusted_proxies=checked_proxies(proxies or ()),
        lines_each_max=lines_each_max,
    )
