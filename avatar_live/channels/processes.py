"""The vocabulary of the processes: what each is started with, what they say to each other, how they say they live.

The parent starts each child as `python -m avatar_live.<package> PLAN` (see `child.plan_of`). A child reads orders, one
JSON line each, from its standard input; the end of that input means that the parent is gone, and the child stops. It
writes its `Health` once a second or oftener into the slot `health-<name>` of the run folder; a parent that finds it
older than the child itself allows kills the child. The engine meets the server, and the outlets, on a `Link`
(see `link.py`) whose address they open in the run folder.
"""

from pathlib import Path
from typing import Final, Literal, get_args

import msgspec

from avatar_live.protocol.cues import Cue
from avatar_live.protocol.ice import IceServer
from avatar_live.protocol.view import GameView
from avatar_live.signals.encoded import EncodedFrame
from avatar_live.signals.presence import CalibrationStep, LostPolicy
from avatar_live.signals.scene import LightName, ShotName
from avatar_live.signals.sound import SoundLevels, SpeechMode

EXIT_REFUSED: Final = 2  # a child cannot begin, said why in its health, and starting it again would change nothing
HEALTH_BYTES_MAX: Final = 4_096
HEALTH_STALE_S: Final = 5.0  # the silence that a part may keep which does not promise to speak oftener
READINGS_SLOT: Final = "readings"
VOICE_SLOT: Final = "voice"  # a `VoiceReading` fifty times a second while a microphone is on
GIVEN_SLOT: Final = "given"  # the newest `GivenPose`, where other programs move the host
PREVIEW_SLOT: Final = "preview"
PREVIEW_PIXELS_MAX: Final = 1920 * 1080
SOUND_RING: Final = "sound"
GUEST_SLOT: Final = "guest"  # a guest's newest picture, without pixels when there is no guest
GUEST_PIXELS_MAX: Final = 1280 * 720
GUEST_RING: Final = "guest_sound"
ONCE: Final = "once:"  # before a take's path as a camera: play it to its end and leave the avatar to its idle

EncoderName = Literal["auto", "x264", "nvenc", "videotoolbox", "qsv", "vaapi"]
ENCODERS: Final[tuple[EncoderName, ...]] = get_args(EncoderName)


class TrackerPlan(msgspec.Struct, frozen=True):
    """Start the tracker: `camera` is "auto", a number, a video file, a take, or "performance" (the recording);
    `microphone` is "off", "auto", a number or a part of a name; `record` is the file of a new take, "" records none;
    `inputs` are other programs that move the host, the first one first, as `mocap.spec.parse_input` reads them; `drawn`
    is whether the camera shows an avatar's head and not a person's.
    """

    run_folder: str
    models_folder: str
    camera: str = "auto"
    microphone: str = "off"
    record: str = ""
    inputs: tuple[str, ...] = ()
    drawn: bool = False


class EnginePlan(msgspec.Struct, frozen=True):
    """Start the engine; `stamp` draws the time code that `bench chain` reads, `mirror` swaps left and right,
    `preview` publishes pictures for a window on this machine, `is_panic_on` begins behind the panic card: an engine
    that is started again while the host hides must not show a single frame. `backdrop` is written as
    `signals.scene.parse_backdrop` reads it; with a `director` the camera follows what happens and comes home to `shot`.
    `clips` is the folder of the moves that viewers may ask for, `calibrations` that of what is known of the host's
    face, a file for each camera. `lost_policy` says what is shown while nobody is seen. `vmc_out` is where the pose is
    sent for another program to show, such as "127.0.0.1:39540"; nowhere when it is empty.
    `sounds` is the folder of the sounds of gifts and games, `music` a file that is played over and over, and `speech`
    says which thanks are spoken. `layer` is where a guest's picture stands, as `signals.layer.parse_layer` reads it; no
    guest is looked at or listened to otherwise. `encoder` is a name of `encoder.kinds`, or "auto" for a graphics card's
    where one proves itself.
    """

    run_folder: str
    avatar: str
    width_px: int = 1280
    height_px: int = 720
    fps: int = 30
    bitrate_bps: int = 2_500_000
    title: str = ""
    stamp: bool = False
    mirror: bool = True
    preview: bool = False
    is_panic_on: bool = False
    backdrop: str = "room"
    light: LightName = "studio"
    shot: ShotName = "bust"
    has_director: bool = False
    clips: str = ""
    calibrations: str = ""
    lost_policy: LostPolicy = "idle"
    vmc_out: str = ""
    sounds: str = ""
    music: str = ""
    speech: SpeechMode = "off"
    levels: SoundLevels = SoundLevels()
    layer: str = ""
    encoder: EncoderName = "x264"


class NetworkPlan(msgspec.Struct, frozen=True):
    """Say how packets find us: `udp_ports` are the first and the last that may be used, any without them."""

    ice_servers: tuple[IceServer, ...] = ()
    udp_ports: tuple[int, int] | None = None


class BridgePlan(msgspec.Struct, frozen=True):
    """Bring another platform's chat into the room: `channel` is the platform's own name of it, `keys` are secrets."""

    source: str
    channel: str = ""
    keys: dict[str, str] = {}


class ServerPlan(msgspec.Struct, frozen=True):
    """Start the server; `token` opens the event API and the host's own controls, `guest_token` the inlet, which is shut
    without one. With a `watch_token` only who holds it may watch the show. With an `edge_port` the pages open their
    lines there, at edges that are processes of their own. `ledger` is the URL of the books,
    `sqlite:///file` or `postgresql://...`; empty means a file in the data folder. With `redis`, a URL, lines may end at
    edges on other machines, which know the room by its name, `room`. While `is_panic_on` the room rests.
    What `trusted_proxies` (addresses and networks) say of who calls through them is believed; `lines_each_max` lines
    may come from one address.
    """

    run_folder: str
    data_folder: str
    web_folder: str
    host: str = "127.0.0.1"
    port: int = 8080
    title: str = ""
    token: str = ""
    ledger: str = ""
    redis: str = ""
    room: str = "main"
    allow_loopback_ice: bool = False
    edge_port: int = 0
    guest_token: str = ""
    watch_token: str = ""
    viewers_max: int = 100
    network: NetworkPlan = NetworkPlan()
    is_panic_on: bool = False
    trusted_proxies: tuple[str, ...] = ()
    lines_each_max: int = 500
    bridges: tuple[BridgePlan, ...] = ()


class EdgePlan(msgspec.Struct, frozen=True):
    """Start one of the edges that share a port; each has its own `number`. `origins` are host and port of the pages
    that may open a line here, as browsers write them, beside pages of this very port. Proxies and lines are as of the
    server.
    """

    run_folder: str
    number: int
    host: str = "127.0.0.1"
    port: int = 8081
    origins: tuple[str, ...] = ()
    active_max: int = 3_000
    trusted_proxies: tuple[str, ...] = ()
    lines_each_max: int = 500

    @property
    def name(self) -> str:
        """What this edge is called in the run folder."""
        return f"edge-{self.number}"


class NodePlan(msgspec.Struct, frozen=True):
    """Start an edge anywhere, which reaches the room of this name through Redis. `monitor_port` tells monitors how it
    does. `proxies` are the networks of proxies that are believed about whom they stand for; `lines_each_max` lines may
    come from one address.
    """

    redis: str
    room: str = "main"
    host: str = "127.0.0.1"
    port: int = 8081
    monitor_port: int = 8082
    origins: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    active_max: int = 3_000
    lines_each_max: int = 500


class OutletsPlan(msgspec.Struct, frozen=True):
    """Start the outlets: `outlets` are the places the show goes to besides its own viewers, as
    `outlets.target.parse_target` reads them. They hold the host's keys.
    """

    run_folder: str
    outlets: tuple[str, ...] = ()


class InletPlan(msgspec.Struct, frozen=True):
    """Start the inlet, where a guest's pictures and sound come in and are decoded, apart from everything else."""

    run_folder: str
    allow_loopback_ice: bool = False
    network: NetworkPlan = NetworkPlan()


CalibrationWish = Literal["ahead", "blink", "mouth", "stop", "forget"]

# --- orders, parent to child ---------------------------------------------------------------------------------------


class UseCamera(msgspec.Struct, frozen=True, tag="camera"):
    camera: str


class UseMicrophone(msgspec.Struct, frozen=True, tag="microphone"):
    microphone: str


class UseDrawn(msgspec.Struct, frozen=True, tag="drawn"):
    """Follow an avatar's head before the camera, or a person's again."""

    is_on: bool


class Record(msgspec.Struct, frozen=True, tag="record"):
    """Keep what the senses say from now on in a take, this file; "" ends it."""

    path: str


class UseInputs(msgspec.Struct, frozen=True, tag="inputs"):
    inputs: tuple[str, ...]


class UseVmcOut(msgspec.Struct, frozen=True, tag="vmc_out"):
    address: str


class UseAvatar(msgspec.Struct, frozen=True, tag="avatar"):
    path: str


class UseTitle(msgspec.Struct, frozen=True, tag="title"):
    title: str


class UseBackdrop(msgspec.Struct, frozen=True, tag="backdrop"):
    backdrop: str


class UseLight(msgspec.Struct, frozen=True, tag="light"):
    light: LightName


class UseShot(msgspec.Struct, frozen=True, tag="shot"):
    shot: ShotName


class UseDirector(msgspec.Struct, frozen=True, tag="director"):
    is_on: bool


class UseLostPolicy(msgspec.Struct, frozen=True, tag="lost policy"):
    policy: LostPolicy


class UseMirror(msgspec.Struct, frozen=True, tag="mirror"):
    """Move like the host's mirror image, or like another person."""

    is_on: bool


class UseLevels(msgspec.Struct, frozen=True, tag="levels"):
    levels: SoundLevels


class UseMusic(msgspec.Struct, frozen=True, tag="music"):
    """Play this file over and over; "" ends the music."""

    path: str


class UseSpeech(msgspec.Struct, frozen=True, tag="speech"):
    mode: SpeechMode


class Calibrate(msgspec.Struct, frozen=True, tag="calibrate"):
    """Measure the host's face in one step, give up the step under way, or forget all that was measured before this
    camera. The parent makes the `id`, by which it finds the answer in the engine's health.
    """

    id: int
    wish: CalibrationWish


class UseLayer(msgspec.Struct, frozen=True, tag="layer"):
    """Place a guest's picture in the show's, or take it away ("")."""

    layer: str


class Panic(msgspec.Struct, frozen=True, tag="panic"):
    """Hide the host behind a card (or come back): nothing of the performance or the voice leaves meanwhile."""

    is_on: bool


class UseOutlets(msgspec.Struct, frozen=True, tag="outlets"):
    """Bring the show to these places and no others."""

    outlets: tuple[str, ...]


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    pass


SceneOrder = UseBackdrop | UseLight | UseShot | UseDirector | UseLayer
PresenceOrder = UseLostPolicy | UseMirror | Calibrate
SenseOrder = UseCamera | UseDrawn | UseMicrophone | UseInputs | Record
SoundOrder = UseLevels | UseMusic | UseSpeech
Order = (
    SenseOrder | UseAvatar | UseTitle | SceneOrder | PresenceOrder | SoundOrder | UseVmcOut | Panic | UseOutlets | Stop
)


# --- health, child to parent -----------------------------------------------------------------------------------------


class CalibrationState(msgspec.Struct, frozen=True):
    """Say how the calibration goes that the order `id` asked for: `share` 0..1 of what its step wants to see, in
    `words` why it failed, and the steps that are `known` of this camera.
    """

    id: int = 0
    outcome: Literal["idle", "running", "done", "failed"] = "idle"
    share: float = 0.0
    words: str = ""
    known: tuple[CalibrationStep, ...] = ()


OutletKind = Literal["recording", "rtmp", "whip", "hls"]
OutletStanding = Literal["connecting", "live", "retrying", "failed", "disk full"]


class OutletState(msgspec.Struct, frozen=True):
    """Say how one outlet does: where it leads, in `words` what is wrong, and after how many seconds it tries again.

    `frames` and `dropped` count the pictures of this outlet that left and that did not.
    """

    kind: OutletKind
    label: str
    state: OutletStanding
    words: str = ""
    retry_s: float = 0.0
    frames: int = 0
    dropped: int = 0
    live_s: float = 0.0


class Health(msgspec.Struct, frozen=True):
    """Say how a process does: `at_s` on the monotonic clock, one sentence for people, figures by name.

    The tracker's `status` is told to viewers; `notice` is a sentence for the host alone. `camera` names the camera that
    films the host, and is empty while a recording plays. `patience_s` is how long a ready part may be silent from then
    on before it is taken for hung.
    """

    at_s: float
    status: str
    is_ready: bool
    figures: dict[str, float] = {}
    notice: str = ""
    camera: str = ""
    calibration: CalibrationState = CalibrationState()
    outlets: tuple[OutletState, ...] = ()
    patience_s: float = HEALTH_STALE_S


# --- engine <-> server, on the link -------------------------------------------------------------------------------


class EngineHello(msgspec.Struct, frozen=True, tag="hello"):
    """First word of an engine: the server answers with the cues in force and the streams that are watched."""

    width_px: int
    height_px: int
    fps: int


class EngineNote(msgspec.Struct, frozen=True, tag="note"):
    """Tell the audience what drives the avatar, in words for people."""

    source: str


class PlayersFit(msgspec.Struct, frozen=True, tag="players"):
    """Say how many players this machine carries just now, those who play included."""

    count: int


class StageCue(msgspec.Struct, frozen=True, tag="cue"):
    """Ask for a cue; `id` comes back in `CueTaken`, so that a cue given to a dying engine is given again. A paid cue
    has a `key`, which stays the same over the lives of the server: one engine shows it once.
    """

    id: int
    cue: Cue
    key: str = ""


class CueTaken(msgspec.Struct, frozen=True, tag="taken"):
    id: int


class KeyframeWanted(msgspec.Struct, frozen=True, tag="keyframe"):
    stream: str
    rung: int = 0


class BitrateWanted(msgspec.Struct, frozen=True, tag="bitrate"):
    """Spend this much on one encoder's pictures from now on: what the network to its watchers carries.

    An encoder takes no more than it began with, and begins with that again after an engine restart.
    """

    stream: str
    rung: int
    bps: int


class Watched(msgspec.Struct, frozen=True, tag="watched"):
    """Name the player streams that have a watcher, and the show's lower `rungs` that have one; no others are made."""

    players: tuple[str, ...]
    rungs: tuple[int, ...] = ()


class Steered(msgspec.Struct, frozen=True, tag="steered"):
    """Tell that the game sent before shows what a player's keys did: a frame of it is wanted now."""


FromEngine = EncodedFrame | EngineHello | EngineNote | PlayersFit | CueTaken
ToEngine = StageCue | GameView | Steered | KeyframeWanted | BitrateWanted | Watched


# --- server -> inlet and back, see `asking.py` ------------------------------------------------------------------------


class GuestOffer(msgspec.Struct, frozen=True, tag="offer"):
    """Let somebody bring a picture, instead of who brings one now."""

    sdp: str


class GuestFragment(msgspec.Struct, frozen=True, tag="fragment"):
    """Hand on more candidates of a guest (RFC 8840)."""

    session: str
    fragment: str


class GuestLeaves(msgspec.Struct, frozen=True, tag="leaves"):
    session: str


class GuestAnswer(msgspec.Struct, frozen=True, tag="answer"):
    session: str
    sdp: str


class GuestDone(msgspec.Struct, frozen=True, tag="done"):
    pass


class GuestRefused(msgspec.Struct, frozen=True, tag="refused"):
    """Say no, with an HTTP status and a sentence."""

    status: int
    sentence: str
    retry_after_s: int | None = None


ToInlet = GuestOffer | GuestFragment | GuestLeaves
FromInlet = GuestAnswer | GuestDone | GuestRefused


def health_slot(run_folder: Path, name: str) -> Path:
    """Return the file through which the process `name` says how it does."""
    return run_folder / f"health-{name}"
