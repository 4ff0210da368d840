"""The engine's process: keep the pace, feed the show, hand its frames to the encoders."""

import contextlib
from functools import partial
from pathlib import Path
from typing import Final, assert_never

import msgspec
import psutil

from avatar_live import clock
from avatar_live.avatar import AvatarError, read_avatar
from avatar_live.avatar.clips import hips_height_m
from avatar_live.avatar.licence import licence_of
from avatar_live.avatar.rig import Rig
from avatar_live.channels import Lossless, PictureSlot, Slot
from avatar_live.channels.child import HealthWriter, newest
from avatar_live.channels.link import OUTLETS_LINK, ServerLink
from avatar_live.channels.processes import (
    GIVEN_SLOT,
    HEALTH_BYTES_MAX,
    PREVIEW_PIXELS_MAX,
    PREVIEW_SLOT,
    READINGS_SLOT,
    SOUND_RING,
    VOICE_SLOT,
    BitrateWanted,
    Calibrate,
    CueTaken,
    EngineHello,
    EngineNote,
    EnginePlan,
    Health,
    KeyframeWanted,
    Order,
    Panic,
    PlayersFit,
    Record,
    StageCue,
    Steered,
    Stop,
    UseAvatar,
    UseBackdrop,
    UseCamera,
    UseDirector,
    UseDrawn,
    UseInputs,
    UseLayer,
    UseLevels,
    UseLight,
    UseLostPolicy,
    UseMicrophone,
    UseMirror,
    UseMusic,
    UseOutlets,
    UseShot,
    UseSpeech,
    UseTitle,
    UseVmcOut,
    Watched,
    health_slot,
)
from avatar_live.channels.ring import SoundRing
from avatar_live.compositor import Overlay
from avatar_live.engine.build import build_of
from avatar_live.engine.calibrating import Calibrating
from avatar_live.engine.capacity import PLAYERS_MIN, Capacity
from avatar_live.engine.foley import Foley
from avatar_live.engine.frame import Show, ShowFrame, make_frame, stamp_frame
from avatar_live.engine.guest import GuestView
from avatar_live.engine.reactions import Reactions, read_clips
from avatar_live.engine.sound import Sound
from avatar_live.engine.streams import Streams
from avatar_live.engine.taken_cues import TakenCues
from avatar_live.engine.vmc_out import VmcOut
from avatar_live.engine.wardrobe import Wardrobe
from avatar_live.motion import Solver
from avatar_live.protocol.cues import Banner, Cue
from avatar_live.protocol.view import GameView
from avatar_live.signals import (
    GIVEN_BYTES,
    READINGS_BYTES,
    VOICE_BYTES,
    given_from_bytes,
    readings_from_bytes,
    voice_from_bytes,
)
from avatar_live.signals.encoded import MAIN_STREAM, EncodedFrame
from avatar_live.signals.scene import BackdropError, parse_backdrop
from avatar_live.stage import Stage
from avatar_live.stage.degrade import FULL, Degrade

PREVIEW_EVERY: Final = 2  # frames
STEP_S_MAX: Final = 0.1  # a longer pause moves springs and filters no further than this
FIGURES_OVER_S: Final = 1.0
WEIGH_S: Final = 1.0


def run(plan: EnginePlan, stage: Stage, orders: Lossless[Order], taken: TakenCues | None = None) -> None:
    """Make frames until told to stop; `taken` knows what was shown. Raises AvatarError when it cannot begin."""
    avatar = read_avatar(Path(plan.avatar))
    stage.set_avatar(avatar)
    overlay = Overlay(plan.title, licence_of(avatar.meta).credit_line)
    reactions = Reactions(read_clips(Path(plan.clips)) if plan.clips else {}, hips_height_m(avatar))
    show = Show(Solver(), Rig(avatar), stage, overlay, reactions)
    show.solver.use_build(build_of(show.rig.rest_places_m))
    with contextlib.closing(Engine(plan, Path(plan.run_folder), show, taken)) as engine:
        engine.run(orders)


class Engine:
    """Hold what the loop needs between two frames."""

    def __init__(self, plan: EnginePlan, folder: Path, show: Show, taken: TakenCues | None = None) -> None:
        self._plan = plan
        self._show = show
        self._show.overlay.is_panic = plan.is_panic_on
        self._scene_fault = ""
        show.stage.use_light(plan.light)
        show.stage.use_shot(plan.shot)
        show.stage.use_director(plan.has_director)
        self._use_backdrop(plan.backdrop)
        show.solver.use_mirror(plan.mirror)
        show.solver.use_lost_policy(plan.lost_policy)
        self._calibrating = Calibrating(plan.calibrations)
        self._told_calibration = self._calibrating.state
        hello = EngineHello(plan.width_px, plan.height_px, plan.fps)
        self._link = ServerLink(folder, hello)
        self._outlets = ServerLink(folder, hello, OUTLETS_LINK)
        self._streams = Streams(plan, self._send)
        self._sound = Sound(self._send, SoundRing(folder / SOUND_RING), plan)
        self._foley = Foley()
        self._readings = Slot(folder / READINGS_SLOT, READINGS_BYTES)
        self._voice = Slot(folder / VOICE_SLOT, VOICE_BYTES)
        self._given = Slot(folder / GIVEN_SLOT, GIVEN_BYTES)
        self._tracker_health = Slot(health_slot(folder, "tracker"), HEALTH_BYTES_MAX)
        self._preview = PictureSlot(folder / PREVIEW_SLOT, PREVIEW_PIXELS_MAX) if plan.preview else None
        self._health = HealthWriter(folder, "engine")
        self._wardrobe = Wardrobe()
        self._taken = taken or TakenCues()
        self._vmc_out = VmcOut(plan.vmc_out)
        self._guest = GuestView(folder, plan.width_px, plan.height_px, plan.layer)
        self._sound.hear_guest(self._guest.is_placed)
        self._note = ""
        self._source = ""
        self._count = 0
        self._quality = FULL
        self._capacity = Capacity()
        self._players_fit = PLAYERS_MIN
        self._weighed_s = float("-inf")
        psutil.cpu_percent()  # the next call tells of the time since this one

    def run(self, orders: Lossless[Order]) -> None:
        """Make a frame at every tick until an order stops it."""
        pacer = clock.Pacer(self._plan.fps)
        rate = Rate()
        degrade = Degrade(self._plan.fps)
        before_s = clock.now_s()
        while self._obey(orders):
            now_s = pacer.wait(self._link.is_steered.wait)
            self._listen(now_s)
            started_s = clock.now_s()
            dt_s = min(now_s - before_s, STEP_S_MAX)
            frame = make_frame(self._show, now_s, dt_s, partial(self._streams.put_players, now_s=now_s))
            before_s = now_s
            self._publish(frame, now_s)
            ended_s = clock.now_s()
            rate.count(now_s, ended_s - started_s)
            quality = degrade.note(ended_s - started_s, ended_s)
            if quality != self._quality:
                self._quality = quality
                self._show.stage.use_quality(quality)
                pacer = clock.Pacer(self._plan.fps * quality.rate)
            self._tell_health(frame, rate)
            self._tell_capacity(len(frame.players), ended_s)

    def close(self) -> None:
        """Stop the threads, then let go of what they used."""
        self._wardrobe.close()
        self._vmc_out.close()
        self._guest.close()
        self._sound.close()
        self._streams.close()
        self._link.close()
        self._outlets.close()
        slots = (self._readings, self._voice, self._given)
        for thing in (*slots, self._tracker_health, self._preview, self._health):
            if thing is not None:
                thing.close()

    def _obey(self, orders: Lossless[Order]) -> bool:
        for order in newest(orders):
            match order:
                case Stop():
                    return False
                case Panic(is_on):
                    self._show.overlay.is_panic = is_on
                    self._sound.mute(is_on)
                case UseTitle(title):
                    self._show.overlay.title = title
                case UseAvatar(path):
                    self._wardrobe.fetch(Path(path))
                case UseBackdrop(backdrop):
                    self._use_backdrop(backdrop)
                case UseLight(light):
                    self._show.stage.use_light(light)
                case UseShot(shot):
                    self._show.stage.use_shot(shot)
                case UseDirector(is_on):
                    self._show.stage.use_director(is_on)
                case UseLayer(layer):
                    self._guest.place(layer)
                    self._sound.hear_guest(self._guest.is_placed)
                case UseLostPolicy(policy):
                    self._show.solver.use_lost_policy(policy)
                case UseMirror(is_on):
                    self._show.solver.use_mirror(is_on)
                case Calibrate():
                    self._know_source()  # which camera it is about
                    self._calibrating.obey(order, clock.now_s())
                case UseLevels(levels):
                    self._sound.use_levels(levels)
                case UseMusic(path):
                    self._sound.use_music(path)
                case UseSpeech(mode):
                    self._sound.use_speech(mode)
                case UseVmcOut(address):
                    self._vmc_out.close()
                    self._vmc_out = VmcOut(address)
                case UseCamera() | UseDrawn() | UseMicrophone() | UseInputs() | Record() | UseOutlets():
                    pass  # other parts'
                case _:
                    assert_never(order)
        return True

    def _listen(self, now_s: float) -> None:
        if (data := self._readings.read_new()) is not None:
            self._show.readings = readings_from_bytes(data)
        if (data := self._voice.read_new()) is not None:
            self._show.voice = voice_from_bytes(data)
        if (data := self._given.read_new()) is not None:
            self._show.given = given_from_bytes(data)
        self._know_source()
        self._calibrating.see(self._show.readings, now_s)
        self._show.solver.use_calibration(self._calibrating.known)
        self._dress()
        self._show.overlay.guest = self._guest.look()
        for stream, rung in self._link.keyframes_wanted() | self._outlets.keyframes_wanted():
            self._streams.want_keyframe(stream, rung)
        for message in (*self._link.receive(), *self._outlets.receive()):
            match message:
                case StageCue(number, cue, key):
                    if self._taken.is_new(key):
                        self._take_cue(cue, now_s)
                    self._link.send(CueTaken(number))
                case GameView():
                    self._show.game = message
                    self._show.overlay.show_game(message)
                case Steered():
                    pass  # it urged this frame
                case KeyframeWanted(stream, rung):
                    self._streams.want_keyframe(stream, rung)
                case BitrateWanted(stream, rung, bitrate_bps):
                    self._streams.use_bitrate(stream, rung, bitrate_bps)
                case Watched(players, rungs):
                    self._show.watched = players
                    self._streams.use_rungs(rungs)
                    self._link.send(PlayersFit(self._players_fit))
                    self._say_source()
                case _:
                    assert_never(message)

    def _take_cue(self, cue: Cue, now_s: float) -> None:
        """Let a cue be seen and heard."""
        self._show.take_cue(cue, now_s)
        self._foley.notice(cue)
        if isinstance(cue, Banner):
            self._sound.thank(cue.icon, cue.giver)

    def _dress(self) -> None:
        """Put on the avatar that was ordered, once it is read; of one that cannot be, the reason is told."""
        avatar = self._wardrobe.take()
        if isinstance(avatar, AvatarError):
            self._note = str(avatar)
        elif avatar is not None:
            self._show.use_avatar(avatar)
            self._note = ""

    def _use_backdrop(self, spec: str) -> None:
        """Stand before something else; what it cannot be leaves the old one and is told."""
        self._scene_fault = ""
        try:
            self._show.stage.use_backdrop(parse_backdrop(spec))
        except BackdropError as error:
            self._scene_fault = str(error)

    def _send(self, frame: EncodedFrame) -> None:
        """Give a packet to the server, which has the viewers, and one of the show to the outlets."""
        self._link.send(frame)
        if frame.stream == MAIN_STREAM and frame.rung == 0:
            self._outlets.send(frame)

    def _publish(self, frame: ShowFrame, now_s: float) -> None:
        if self._plan.stamp:
            stamp_frame(frame, clock.now_s(), clock.wall_s())
        self._streams.put(frame.picture, frame.captured_s, now_s)
        self._sound.follow(frame.captured_s, self._foley.sounds(frame.impacts, self._show.game, frame.captured_s))
        if not self._show.overlay.is_panic:
            self._vmc_out.send(frame.pose, self._show.rig.rest_places_m, now_s)
        self._count += 1
        if self._preview is not None and self._count % PREVIEW_EVERY == 0:
            self._preview.write(frame.picture)

    def _tell_capacity(self, playing: int, now_s: float) -> None:
        """Weigh once a second whether another player fits, and tell the room when that changed."""
        if now_s - self._weighed_s < WEIGH_S:
            return
        self._weighed_s = now_s
        fit = self._capacity.note(self._quality, psutil.cpu_percent() / 100.0, playing, now_s)
        if fit != self._players_fit:
            self._players_fit = fit
            self._link.send(PlayersFit(fit))

    def _tell_health(self, frame: ShowFrame, rate: "Rate") -> None:
        encoder = self._streams.figures()
        fault = self._note or self._scene_fault or self._vmc_out.fault or self._guest.fault or self._show.stage.fault
        status = fault or ("performing" if frame.is_tracked else "idling, nobody is tracked")
        calibration = self._calibrating.state
        health = Health(
            clock.now_s(),
            "; ".join(filter(None, (status.rstrip("."), self._quality.note))),
            is_ready=True,
            figures={
                "resolution": self._quality.scale,
                "render_fps": rate.fps,
                "frame_ms": rate.busy_ms,
                "frames": float(self._count),
                "frames_dropped": float(self._link.frames_dropped),
                "encode_fps": encoder["fps"],
                "encode_ms": encoder["encode_ms"],
                "bitrate_bps": encoder["bitrate_bps"],
                "pictures_dropped": encoder["dropped"],
                **self._sound.figures(),
                "players": float(len(frame.players)),
                "players_fit": float(self._players_fit),
            },
            notice=self._calibrating.fault or self._sound.fault,
            calibration=calibration,
        )
        # The host watches the seconds of a step.
        if self._health.put(health, is_forced=calibration != self._told_calibration):
            self._told_calibration = calibration

    def _know_source(self) -> None:
        """Learn from the tracker what moves the avatar: the audience is told, and each camera has its calibration."""
        data = self._tracker_health.read_new()
        if data is None:
            return
        health = msgspec.json.decode(data, type=Health)
        self._calibrating.use_camera(health.camera)
        if health.status != self._source:
            self._source = health.status
            self._say_source()

    def _say_source(self) -> None:
        if self._source:
            self._link.send(EngineNote(self._source))


class Rate:
    """Count frames and the time they keep the loop busy, averaged over `FIGURES_OVER_S`."""

    def __init__(self) -> None:
        self.fps = 0.0
        self.busy_ms = 0.0
        self._since_s: float | None = None
        self._frames = 0
        self._busy_s = 0.0

    def count(self, now_s: float, busy_s: float) -> None:
        """Count one frame that ended now."""
        if self._since_s is None:
            self._since_s = now_s
            return
        self._frames += 1
        self._busy_s += busy_s
        span_s = now_s - self._since_s
        if span_s >= FIGURES_OVER_S:
            self.fps, self.busy_ms = self._frames / span_s, self._busy_s / self._frames * 1000.0
            self._since_s, self._frames, self._busy_s = now_s, 0, 0.0
