"""What a show is run with: folders, the picture's size, where the page is served; and the plans made of it."""

import contextlib
import ipaddress
import os
import re
import secrets
import socket
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import platformdirs

from avatar_live.app.faults import ShowError
from avatar_live.app.network import ACTIVE_MAX, DEFAULT_ROOM
from avatar_live.channels.processes import (
    ENCODERS,
    ONCE,
    BridgePlan,
    EdgePlan,
    EncoderName,
    EnginePlan,
    InletPlan,
    NetworkPlan,
    OutletsPlan,
    ServerPlan,
    TrackerPlan,
)
from avatar_live.edge.households import LINES_EACH_MAX
from avatar_live.mocap.spec import DEVICES, INPUTS_MAX, SpecError, parse_input, parse_target
from avatar_live.mocap.take import SUFFIX
from avatar_live.protocol.ice import IceServer
from avatar_live.signals.presence import LOST_POLICIES, LostPolicy
from avatar_live.signals.scene import LightName, ShotName
from avatar_live.signals.sound import SPEECH_MODES, SoundLevels, SpeechMode
from avatar_live.sound.level import OFF_DB, TOP_DB

PROJECT: Final = Path(__file__).resolve().parent.parent.parent
ASSETS: Final = PROJECT / "assets"
CLIPS: Final = ASSETS / "clips"
SOUNDS: Final = ASSETS / "sounds"
WEB: Final = PROJECT / "web" / "dist"
DATA_FOLDER: Final = platformdirs.user_data_path("avatar_live", appauthor=False)
MODELS_FOLDER: Final = platformdirs.user_cache_path("avatar_live", appauthor=False) / "models"

DEFAULT_AVATAR: Final = "mirai"
DEFAULT_PORT: Final = 8080
DEFAULT_PROFILE: Final = "me"
LEVELS: Final = SoundLevels()
DEFAULT_VIEWERS_MAX: Final = 100
PROFILE_CHARS_MAX: Final = 40
SIDE_PX_MIN: Final = 64
PIXELS_MAX: Final = 1920 * 1080  # what the preview's slot holds, and more than software rendering can fill
FPS_CHOICES: Final = (24, 25, 30, 50, 60)
FPS_USUAL: Final = 30
BITRATE_BPS_PER_PIXEL: Final = 2.7  # 2.5 Mbit/s at 1280x720
BITRATE_BPS_MIN: Final = 800_000

SOCKET_PATH_BYTES_MAX: Final = 104  # of a local socket: 104 on macOS, 108 on Linux
_SOCKET_NAME_BYTES: Final = 16  # room for "/link.sock" and a little more


@dataclass(frozen=True, slots=True)
class Settings:
    """Choose what drives the show and where it goes; `host` 0.0.0.0 serves the local network, 127.0.0.1 only here.

    `profile` is whose face it is: each has calibrations of their own. `edges` processes carry the pages' websockets at
    the port above `port`; without any the server's own process does. `video` is the file that the show is recorded in,
    and `publish` are the places that it goes to while it is live, as `outlets.target.parse_target` reads them.
    """

    avatar: Path
    camera: str = "auto"
    microphone: str = "off"
    record: str = ""
    inputs: tuple[str, ...] = ()
    drawn: bool = False
    host: str = "0.0.0.0"  # noqa: S104  (a phone on the same network is to open the link)
    port: int = DEFAULT_PORT
    edges: int = 0
    width_px: int = 1280
    height_px: int = 720
    fps: int = 30
    title: str = ""
    mirror: bool = True
    backdrop: str = "room"
    light: LightName = "studio"
    shot: ShotName = "bust"
    has_director: bool = False
    lost_policy: LostPolicy = "idle"
    profile: str = DEFAULT_PROFILE
    vmc_out: str = ""
    video: str = ""
    publish: tuple[str, ...] = ()
    music: str = ""
    speech: SpeechMode = "off"
    levels: SoundLevels = LEVELS
    has_guests: bool = False
    layer: str = ""
    ice_servers: tuple[IceServer, ...] = ()
    udp_ports: tuple[int, int] | None = None
    watch_token: str = ""
    viewers_max: int = DEFAULT_VIEWERS_MAX
    trusted_proxies: tuple[str, ...] = ()
    lines_each_max: int = LINES_EACH_MAX
    ledger: str = ""
    bridges: tuple[BridgePlan, ...] = ()
    redis: str = ""
    room: str = DEFAULT_ROOM
    encoder: EncoderName = "auto"
    data_folder: Path = DATA_FOLDER
    models_folder: Path = MODELS_FOLDER
    web_folder: Path = WEB

    @property
    def link(self) -> str:
        """The address that a viewer opens; on 0.0.0.0 the one by which the local network knows this machine.

        What follows the # stays in the browser and is no part of what it asks for, so no log keeps the token.
        """
        return self._page(self.reached_at) + (f"#token={self.watch_token}" if self.watch_token else "")

    @property
    def reached_at(self) -> str:
        """The address of this machine that viewers use."""
        return lan_address() if ipaddress.ip_address(self.host).is_unspecified else self.host

    @property
    def local_link(self) -> str:
        """The address by which this machine reaches its own server."""
        return self._page("127.0.0.1" if ipaddress.ip_address(self.host).is_unspecified else self.host)

    @property
    def watch_link(self) -> str:
        """The address at which this machine's own browser watches."""
        return self.local_link + (f"#token={self.watch_token}" if self.watch_token else "")

    @property
    def guest_link(self) -> str:
        """The address at which a guest's program publishes by WHIP."""
        return f"{self._page(self.reached_at)}whip"

    def _page(self, host: str) -> str:
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"

    def tracker_plan(self, run_folder: Path) -> TrackerPlan:
        """Return what the tracker is started with."""
        folder, models = str(run_folder), str(self.models_folder)
        return TrackerPlan(folder, models, self.camera, self.microphone, self.record, self.inputs, self.drawn)

    def engine_plan(self, run_folder: Path, *, has_preview: bool = False) -> EnginePlan:
        """Return what the engine is started with."""
        return EnginePlan(
            run_folder=str(run_folder),
            avatar=str(self.avatar),
            width_px=self.width_px,
            height_px=self.height_px,
            fps=self.fps,
            bitrate_bps=self._bitrate_bps,
            title=self.title,
            mirror=self.mirror,
            preview=has_preview,
            backdrop=self.backdrop,
            light=self.light,
            shot=self.shot,
            has_director=self.has_director,
            clips=str(CLIPS),
            calibrations=str(self.data_folder / "calibration" / self.profile),
            lost_policy=self.lost_policy,
            vmc_out=self.vmc_out,
            sounds=str(SOUNDS),
            music=self.music,
            speech=self.speech,
            levels=self.levels,
            layer=self.layer,
            encoder=self.encoder,
        )

    @property
    def _bitrate_bps(self) -> int:
        """Twice the pictures cost half as much again: they differ less from one to the next."""
        quicker = max(1.0, self.fps / FPS_USUAL)
        bitrate_bps = self.width_px * self.height_px * BITRATE_BPS_PER_PIXEL * (1.0 + quicker) / 2.0
        return max(BITRATE_BPS_MIN, int(bitrate_bps))

    def server_plan(self, run_folder: Path, token: str, guest_token: str = "") -> ServerPlan:
        """Return what the server is started with; without a guest token it lets no guest in."""
        return ServerPlan(
            run_folder=str(run_folder),
            data_folder=str(self.data_folder),
            web_folder=str(self.web_folder),
            host=self.host,
            port=self.port,
            title=self.title,
            token=token,
            ledger=self.ledger,
            bridges=self.bridges,
            redis=self.redis,
            room=self.room,
            edge_port=self.edge_port if self.edges else 0,
            allow_loopback_ice=self._is_alone,
            guest_token=guest_token,
            watch_token=self.watch_token,
            viewers_max=self.viewers_max,
            trusted_proxies=self.trusted_proxies,
            lines_each_max=self.lines_each_max,
            network=NetworkPlan(self.ice_servers, self.udp_ports),
        )

    @property
    def edge_port(self) -> int:
        """The port that all edges share."""
        return self.port + 1

    def edge_plans(self, run_folder: Path) -> tuple[EdgePlan, ...]:
        """Return what the edges are started with; pages of the server's port may open their lines at them."""
        hosts = {self.host, self.reached_at, "127.0.0.1", "localhost"}
        origins = tuple(sorted(f"{f'[{host}]' if ':' in host else host}:{self.port}" for host in hosts))
        return tuple(
            EdgePlan(
                str(run_folder),
                number,
                self.host,
                self.edge_port,
                origins,
                ACTIVE_MAX // self.edges,
                self.trusted_proxies,
                self.lines_each_max,
            )
            for number in range(1, self.edges + 1)
        )

    def outlets_plan(self, run_folder: Path, *, is_live: bool) -> OutletsPlan:
        """Return what the outlets are started with: a recording at once, other places while the show is live."""
        recording = (self.video,) if self.video else ()
        return OutletsPlan(str(run_folder), (*recording, *(self.publish if is_live else ())))

    def inlet_plan(self, run_folder: Path) -> InletPlan:
        """Return what the inlet is started with."""
        return InletPlan(str(run_folder), self._is_alone, NetworkPlan(self.ice_servers, self.udp_ports))

    @property
    def _is_alone(self) -> bool:
        """Whether nobody but this machine can watch."""
        return ipaddress.ip_address(self.reached_at).is_loopback


def with_size(settings: Settings, size: str) -> Settings:
    """Return the settings with a picture of `size`, such as "1280x720". Raises ShowError."""
    width, _, height = size.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise ShowError(f'"{size}" is not a size: write it like --size 1280x720.')
    width_px, height_px = int(width), int(height)
    if min(width_px, height_px) < SIDE_PX_MIN or width_px * height_px > PIXELS_MAX or width_px % 2 or height_px % 2:
        raise ShowError(
            f"A picture of {width_px}x{height_px} cannot be sent: choose even numbers from {SIDE_PX_MIN} up, "
            "and no more than 1920x1080 in all."
        )
    return replace(settings, width_px=width_px, height_px=height_px)


def with_picture(settings: Settings, fps: int, encoder: str) -> Settings:
    """Return the settings with so many pictures a second from this encoder. Raises ShowError."""
    if fps not in FPS_CHOICES:
        choices = ", ".join(map(str, FPS_CHOICES))
        raise ShowError(f"A show of {fps} pictures a second cannot be sent: choose one of {choices}.")
    name = next((name for name in ENCODERS if name == encoder), None)
    if name is None:
        raise ShowError(f'There is no encoder "{encoder}": choose one of {", ".join(ENCODERS)}.')
    return replace(settings, fps=fps, encoder=name)


def lan_address() -> str:
    """Return this machine's address in the local network, or 127.0.0.1 when it has none."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # RFC 5737's example address: a UDP connect only asks the routing table
        return str(probe.getsockname()[0])
    return "127.0.0.1"


def path_of(name: str) -> Path:
    """Return the whole path of what somebody named, links not followed and an unknown `~somebody` left as it is."""
    path = Path(name)
    with contextlib.suppress(RuntimeError):
        path = path.expanduser()
    return path.absolute()


def builtin_avatars(assets: Path = ASSETS) -> dict[str, Path]:
    """Return the characters that come with the program, by name, the default first."""
    found = {path.stem: path for path in sorted(assets.glob("*.vrm"))}
    return dict(sorted(found.items(), key=lambda item: item[0] != DEFAULT_AVATAR))


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113  (a path's own raises when the name is too long)


def find_avatar(name: str, assets: Path = ASSETS) -> Path:
    """Return the file of a built-in character or of a path. Raises ShowError when it is neither."""
    builtin = builtin_avatars(assets)
    if name in builtin:
        return builtin[name]
    path = path_of(name)
    if not _is_file(path):
        names = ", ".join(builtin) or "none in this checkout"
        raise ShowError(f'There is no avatar "{name}": name a .vrm file or a built-in one ({names}).')
    return path.resolve()


def checked_camera(camera: str) -> str:
    """Return the camera choice, a file's path made whole. Raises ShowError when a file is meant that is not there."""
    if camera in ("auto", "performance") or camera.isdecimal():
        return camera
    path = path_of(camera.removeprefix(ONCE))
    if not _is_file(path):
        raise ShowError(
            f'There is no camera or video "{camera}": use auto, a number such as 0, a video file, a take, or '
            "performance (the recorded one). `avatar-live doctor` lists the cameras."
        )
    if path.suffix == SUFFIX:  # a link keeps its name, which tells its kind
        return f"{ONCE if camera.startswith(ONCE) else ''}{path}"
    if camera.startswith(ONCE):
        raise ShowError(f"{path.name} is no take: only a take can be played {ONCE[:-1]}.")
    return str(path.resolve())


def checked_lost_policy(policy: str) -> LostPolicy:
    """Return what is shown while nobody is seen. Raises ShowError when there is nothing of this name."""
    for name in LOST_POLICIES:
        if name == policy:
            return name
    raise ShowError(
        f'"{policy}" is nothing that the avatar can do while it sees nobody: use {", ".join(LOST_POLICIES[:-1])} or '
        f"{LOST_POLICIES[-1]}."
    )


def checked_music(path: str) -> str:
    """Return the music file's whole path, "" for none. Raises ShowError when there is no such file."""
    if path and not _is_file(path_of(path)):
        raise ShowError(f'There is no music "{path}": name a file, such as an MP3.')
    return str(path_of(path)) if path else ""


def checked_speech(mode: str) -> SpeechMode:
    """Return which thanks are spoken. Raises ShowError when there is nothing of this name."""
    for name in SPEECH_MODES:
        if name == mode:
            return name
    raise ShowError(f'"{mode}" cannot be spoken: use {", ".join(SPEECH_MODES[:-1])} or {SPEECH_MODES[-1]}.')


def checked_level(level_db: float) -> float:
    """Return a level in dB. Raises ShowError when no fader goes there."""
    if not OFF_DB <= level_db <= TOP_DB:
        raise ShowError(f"A level of {level_db:g} dB cannot be set: use {OFF_DB:g} (off) to {TOP_DB:g}.")
    return level_db


def checked_profile(profile: str) -> str:
    """Return a profile's name, which is a folder's, too. Raises ShowError when it cannot be one."""
    name = profile.strip()
    if len(name) > PROFILE_CHARS_MAX or not re.fullmatch(r"\w[\w -]*", name):
        raise ShowError(
            f'"{profile}" cannot be the name of a profile: use up to {PROFILE_CHARS_MAX} letters, digits, spaces and '
            "dashes."
        )
    return name


def checked_inputs(inputs: Sequence[str]) -> tuple[str, ...]:
    """Return the programs and devices that move the host, the first one first. Raises ShowError for what is none."""
    if len(inputs) > INPUTS_MAX:
        raise ShowError(f"At most {INPUTS_MAX} inputs can be listened to: leave out {len(inputs) - INPUTS_MAX}.")
    ports: dict[int, str] = {}
    for text in inputs:
        try:
            spec = parse_input(text)
        except SpecError as error:
            raise ShowError(str(error)) from error
        if spec.kind in DEVICES:
            continue  # they have no port
        if spec.port in ports:
            raise ShowError(
                f'"{text}" and "{ports[spec.port]}" would listen on the same port: give one another, such as '
                f"{spec.kind}:{spec.port + 1}."
            )
        ports[spec.port] = text
    return tuple(inputs)


def checked_vmc_out(address: str) -> str:
    """Return where the pose is sent, nowhere when it is empty. Raises ShowError when it is no place."""
    try:
        return ":".join(map(str, parse_target(address))) if address else ""
    except SpecError as error:
        raise ShowError(str(error)) from error


def check_port(host: str, port: int) -> None:
    """Raise ShowError when the port cannot be served on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name != "nt":  # on Windows the option means "steal the port"
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise ShowError(f"Port {port} needs more rights: choose one above 1023, such as --port 8080.") from error
        except OSError as error:
            raise ShowError(
                f"Port {port} on {host} is taken or not this machine's ({error.strerror}): choose another with "
                f"--port {port + 1}, or stop the program that uses it."
            ) from error


def event_token(data_folder: Path) -> str:
    """Return the key of the event API: made once, readable by this user only. Raises ShowError."""
    return _kept_token(data_folder / "event-token")


def guest_token(data_folder: Path) -> str:
    """Return the key with which a picture is brought into the show; kept like the event API's. Raises ShowError."""
    return _kept_token(data_folder / "guest-token")


def _kept_token(path: Path) -> str:
    data_folder = path.parent
    try:
        data_folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            if token := path.read_text().strip():
                return token
        token = secrets.token_urlsafe(24)
        path.touch(mode=0o600)
        path.write_text(token)
    except OSError as error:
        raise ShowError(
            f"{data_folder} cannot be written ({error.strerror}): free some space, or choose another folder with "
            "--data-folder."
        ) from error
    return token


@contextlib.contextmanager
def run_folder() -> Iterator[Path]:
    """Yield a private folder (0700) for one show's sockets and slots, removed afterwards; its path is short."""
    where = tempfile.gettempdir()
    if len(os.fsencode(where)) + len("/avatar-live-xxxxxxxx") + _SOCKET_NAME_BYTES > SOCKET_PATH_BYTES_MAX:
        where = "/tmp"  # noqa: S108  (mkdtemp makes it private; TMPDIR is too long for a local socket)
    # Windows may still hold a mapped file for a moment after its process ended.
    with tempfile.TemporaryDirectory(prefix="avatar-live-", dir=where, ignore_cleanup_errors=True) as folder:
        yield Path(folder)
