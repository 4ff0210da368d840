"""One show on this machine: rehearse (tracker and engine), go live (the server too), change things, stop."""

import contextlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec

from avatar_live import clock
from avatar_live.app.faults import ShowError, sentence
from avatar_live.app.network import checked_layer
from avatar_live.app.new_take import new_take, new_video
from avatar_live.app.part import Command, module_command
from avatar_live.app.scene import checked_backdrop, checked_light, checked_shot
from avatar_live.app.settings import (
    Settings,
    check_port,
    checked_camera,
    checked_inputs,
    checked_lost_policy,
    checked_music,
    checked_speech,
    checked_vmc_out,
    event_token,
    find_avatar,
    guest_token,
    run_folder,
)
from avatar_live.app.supervisor import Supervisor
from avatar_live.app.targets import checked_targets
from avatar_live.channels.processes import (
    Calibrate,
    CalibrationWish,
    Health,
    Order,
    Panic,
    Record,
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
)
from avatar_live.signals.sound import SoundLevels

START_S_MAX: Final = 90.0  # a slow machine compiles shaders and reads a large avatar in that time
TAKES: Final = "takes"  # in the data folder
RECORDINGS: Final = "recordings"  # there, too
PARTS_NEEDED: Final = ("engine", "server")  # without a tracker the avatar idles, which is a show


class LocalShow:
    """Run the processes of one show in a private folder. Use it as a context manager."""

    def __init__(
        self,
        settings: Settings,
        *,
        has_preview: bool = False,
        has_spares: bool = True,
        command: Command = module_command,
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.settings = settings
        self.token = event_token(settings.data_folder)
        self.guest_token = guest_token(settings.data_folder) if settings.has_guests else ""
        self._has_preview = has_preview
        self._has_spares = has_spares
        self._command = command
        self._report = report
        self._opened = contextlib.ExitStack()
        self._is_live = False
        self._is_hidden = False
        self._has_outlets = False
        self._calibrations = itertools.count(1)

    def __enter__(self) -> Self:
        self.run_folder: Path = self._opened.enter_context(run_folder())
        self._supervisor = self._opened.enter_context(
            Supervisor(command=self._command, report=self._report, has_spares=self._has_spares)
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    # --- what runs --------------------------------------------------------------------------------------------------

    def rehearse(self) -> None:
        """Start what makes the picture, for nobody but the host."""
        self._supervisor.add(self.settings.tracker_plan(self.run_folder))
        self._supervisor.add(self.settings.engine_plan(self.run_folder, has_preview=self._has_preview))
        self._use_outlets()

    def go_live(self, title: str | None = None) -> None:
        """Let viewers in. Raises ShowError when the port is taken or the page is not built."""
        if title is not None and title != self.settings.title:
            self.settings = replace(self.settings, title=title)
            self._order("engine", UseTitle(title))
        if not (self.settings.web_folder / "index.html").is_file():
            raise ShowError("The viewer page is not built yet: start with `python3 live.py`, which builds it.")
        check_port(self.settings.host, self.settings.port)
        if self.settings.edges:
            check_port(self.settings.host, self.settings.edge_port)
        server_plan = self.settings.server_plan(self.run_folder, self.token, self.guest_token)
        self._supervisor.add(msgspec.structs.replace(server_plan, is_panic_on=self._is_hidden))
        for plan in self.settings.edge_plans(self.run_folder):
            self._supervisor.add(plan)
        if self.settings.has_guests:
            self._supervisor.add(self.settings.inlet_plan(self.run_folder))
        self._is_live = True
        self._use_outlets()

    def end_live(self) -> None:
        """Send the viewers home; the rehearsal goes on."""
        self._is_live = False
        self._use_outlets()
        for plan in self.settings.edge_plans(self.run_folder):
            self._supervisor.remove(plan.name)
        self._supervisor.remove("inlet")
        self._supervisor.remove("server")

    def wait_until_ready(self, *names: str) -> None:
        """Return when these parts are ready. Raises ShowError with the reason when one will not be."""
        self._supervisor.wait_for(lambda _: self._is_ready(names) or self.first_refusal(names) is not None, START_S_MAX)
        if refusal := self.first_refusal(names):
            raise ShowError(sentence(refusal))
        if not self._is_ready(names):
            late = " and the ".join(names)
            raise ShowError(f"The {late} are not ready after {START_S_MAX:.0f} s: `avatar-live doctor` may know why.")

    def _is_ready(self, names: tuple[str, ...]) -> bool:
        health = self._supervisor.health()
        return all(name in health and health[name].is_ready for name in names)

    # --- what the host does -----------------------------------------------------------------------------------------

    def use_camera(self, camera: str) -> None:
        """Let another camera, video, take or the recording drive the avatar. Raises ShowError."""
        camera = checked_camera(camera)
        self.settings = replace(self.settings, camera=camera)
        self._order("tracker", UseCamera(camera))

    def use_mirror(self, is_on: bool) -> None:
        """Move like the host's mirror image, or like another person."""
        self.settings = replace(self.settings, mirror=is_on)
        self._order("engine", UseMirror(is_on))

    def use_drawn(self, is_on: bool) -> None:
        """Follow an avatar's head before the camera or in the clip, or a person's again."""
        self.settings = replace(self.settings, drawn=is_on)
        self._order("tracker", UseDrawn(is_on))

    def use_microphone(self, microphone: str) -> None:
        """Let viewers hear a microphone: "off", "auto", a number or a part of a name."""
        self.settings = replace(self.settings, microphone=microphone)
        self._order("tracker", UseMicrophone(microphone))

    def record(self, where: str = "") -> Path:
        """Record a take, a new file or one in a folder, ours where none is named; return its path. Raises ShowError."""
        path = new_take(where or str(self.settings.data_folder / TAKES), clock.wall_s())
        self._use_record(str(path))
        return path

    def stop_recording(self) -> None:
        """Let the take end, if there is one."""
        self._use_record("")

    def _use_record(self, path: str) -> None:
        self.settings = replace(self.settings, record=path)
        self._order("tracker", Record(path))

    def record_video(self, where: str = "") -> Path:
        """Record what viewers see and hear, as `record` does the movements; return the file. Raises ShowError."""
        path = new_video(where or str(self.settings.data_folder / RECORDINGS), clock.wall_s())
        self.settings = replace(self.settings, video=str(path))
        self._use_outlets()
        return path

    def stop_video(self) -> None:
        """Let the recording of the show end, if there is one."""
        self.settings = replace(self.settings, video="")
        self._use_outlets()

    def publish(self, written: Sequence[str]) -> None:
        """Bring the show to these places while it is live, and to no others. Raises ShowError."""
        self.settings = replace(self.settings, publish=checked_targets(written))
        self._use_outlets()

    def _use_outlets(self) -> None:
        """Start the outlets when the first one is wanted, and tell them what is wanted from then on."""
        plan = self.settings.outlets_plan(self.run_folder, is_live=self._is_live)
        if self._has_outlets:
            self._order("outlets", UseOutlets(plan.outlets))
        elif plan.outlets:
            self._supervisor.add(plan)
            self._has_outlets = True

    def use_inputs(self, inputs: Sequence[str]) -> None:
        """Let other programs move the host, the first one first, see `mocap.spec.parse_input`. Raises ShowError."""
        checked = checked_inputs(inputs)
        self.settings = replace(self.settings, inputs=checked)
        self._order("tracker", UseInputs(checked))

    def use_vmc_out(self, address: str) -> None:
        """Send the pose to another program too, such as "127.0.0.1:39540", or to none. Raises ShowError."""
        checked = checked_vmc_out(address)
        self.settings = replace(self.settings, vmc_out=checked)
        self._order("engine", UseVmcOut(checked))

    def use_avatar(self, avatar: str) -> None:
        """Show another character, built in or a VRM file. Raises ShowError."""
        path = find_avatar(avatar)
        from avatar_live.app.characters import check_avatar  # reading avatars takes a while to load

        check_avatar(path)
        self.settings = replace(self.settings, avatar=path)
        self._order("engine", UseAvatar(str(path)))

    def use_backdrop(self, backdrop: str) -> None:
        """Stand before something else, see `signals.scene.parse_backdrop`. Raises ShowError."""
        backdrop = checked_backdrop(backdrop)
        self.settings = replace(self.settings, backdrop=backdrop)
        self._order("engine", UseBackdrop(backdrop))

    def use_light(self, light: str) -> None:
        """Stand in another light. Raises ShowError."""
        name = checked_light(light)
        self.settings = replace(self.settings, light=name)
        self._order("engine", UseLight(name))

    def use_shot(self, shot: str) -> None:
        """Film the host in another shot. Raises ShowError."""
        name = checked_shot(shot)
        self.settings = replace(self.settings, shot=name)
        self._order("engine", UseShot(name))

    def use_director(self, is_on: bool) -> None:
        """Let the camera follow what happens, or stay in its shot."""
        self.settings = replace(self.settings, has_director=is_on)
        self._order("engine", UseDirector(is_on))

    def use_layer(self, layer: str) -> None:
        """Show a guest's picture somewhere, see `signals.layer.parse_layer`, or nowhere. Raises ShowError."""
        checked = checked_layer(layer)
        self.settings = replace(self.settings, layer=checked)
        self._order("engine", UseLayer(checked))

    def use_lost_policy(self, policy: str) -> None:
        """Choose what the avatar does while nobody is seen. Raises ShowError."""
        name = checked_lost_policy(policy)
        self.settings = replace(self.settings, lost_policy=name)
        self._order("engine", UseLostPolicy(name))

    def use_music(self, path: str) -> None:
        """Play a file over and over, or none. Raises ShowError."""
        music = checked_music(path)
        self.settings = replace(self.settings, music=music)
        self._order("engine", UseMusic(music))

    def use_speech(self, mode: str) -> None:
        """Choose which thanks are spoken. Raises ShowError."""
        name = checked_speech(mode)
        self.settings = replace(self.settings, speech=name)
        self._order("engine", UseSpeech(name))

    def use_levels(self, levels: SoundLevels) -> None:
        """Move the faders of the mixer."""
        self.settings = replace(self.settings, levels=levels)
        self._order("engine", UseLevels(levels))

    def calibrate(self, wish: CalibrationWish) -> int:
        """Begin a step of the calibration, give it up or forget all; the engine's health answers to the returned id."""
        number = next(self._calibrations)
        self._order("engine", Calibrate(number, wish))
        return number

    def panic(self, is_on: bool) -> None:
        """Hide the host behind a card, or come back; meanwhile the room rests."""
        self._is_hidden = is_on
        self._order("engine", Panic(is_on))
        if self._is_live:
            self._order("server", Panic(is_on))

    def _order(self, name: str, order: Order) -> None:
        self._supervisor.order(name, order)

    # --- what is known ----------------------------------------------------------------------------------------------

    @property
    def is_live(self) -> bool:
        """Whether viewers are let in."""
        return self._is_live

    @property
    def link(self) -> str:
        """The address that viewers open."""
        return self.settings.link

    @property
    def event_url(self) -> str:
        """The event API's address as a program on this machine reaches it."""
        return self.settings.local_link.replace("http", "ws", 1) + "api/events"

    def health(self) -> dict[str, Health]:
        """Return what each part says of itself."""
        return self._supervisor.health()

    def refusals(self) -> dict[str, str]:
        """Return the reasons of the parts that will not run until something is changed."""
        return {name: sentence(reason) for name, reason in self._supervisor.refusals().items()}

    def wait_for_change(self, timeout_s: float) -> None:
        """Wait until a part starts, ends or refuses, at most so long."""
        self._supervisor.wait_for_change(timeout_s)

    def first_refusal(self, names: tuple[str, ...] = PARTS_NEEDED) -> str | None:
        """Return why the show cannot go on, or None."""
        refusals = self.refusals()
        return next((refusals[name] for name in names if name in refusals), None)
