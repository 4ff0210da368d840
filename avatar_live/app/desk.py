"""A show as the desktop's window wants it: what can fail returns its reason."""

from collections.abc import Callable

from avatar_live.app.faults import ShowError
from avatar_live.app.probes import list_cameras, list_microphones
from avatar_live.app.settings import builtin_avatars
from avatar_live.app.show import PARTS_NEEDED, LocalShow
from avatar_live.channels.processes import CalibrationWish, Health
from avatar_live.desktop import Choice
from avatar_live.outlets.target import parse_target
from avatar_live.signals.sound import SoundLevels


class DeskShow:
    """Hand a `LocalShow` to the window; see `desktop/show.py` for what each method promises."""

    def __init__(self, show: LocalShow) -> None:
        self._show = show
        self.run_folder = show.run_folder

    @property
    def link(self) -> str:
        return self._show.link

    @property
    def event_url(self) -> str:
        return self._show.event_url

    @property
    def api_url(self) -> str:
        return self._show.settings.local_link

    @property
    def token(self) -> str:
        return self._show.token

    @property
    def is_live(self) -> bool:
        return self._show.is_live

    @property
    def title(self) -> str:
        return self._show.settings.title

    @property
    def camera(self) -> str:
        return self._show.settings.camera

    @property
    def microphone(self) -> str:
        return self._show.settings.microphone

    @property
    def take(self) -> str:
        return self._show.settings.record

    @property
    def video(self) -> str:
        return self._show.settings.video

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(parse_target(place).label for place in self._show.settings.publish)

    @property
    def avatar(self) -> str:
        path = self._show.settings.avatar
        return next((name for name, builtin in builtin_avatars().items() if builtin == path), str(path))

    @property
    def backdrop(self) -> str:
        return self._show.settings.backdrop

    @property
    def light(self) -> str:
        return self._show.settings.light

    @property
    def shot(self) -> str:
        return self._show.settings.shot

    @property
    def is_mirrored(self) -> bool:
        return self._show.settings.mirror

    @property
    def is_drawn(self) -> bool:
        return self._show.settings.drawn

    @property
    def has_director(self) -> bool:
        return self._show.settings.has_director

    @property
    def layer(self) -> str:
        return self._show.settings.layer

    @property
    def guest_door(self) -> str:
        token = self._show.guest_token
        return f"{self._show.settings.guest_link} by WHIP, bearer token {token}" if token else ""

    @property
    def lost_policy(self) -> str:
        return self._show.settings.lost_policy

    @property
    def music(self) -> str:
        return self._show.settings.music

    @property
    def speech(self) -> str:
        return self._show.settings.speech

    @property
    def levels(self) -> SoundLevels:
        return self._show.settings.levels

    def cameras(self) -> list[Choice]:
        return list_cameras()

    def microphones(self) -> list[Choice]:
        return list_microphones()

    def avatars(self) -> list[Choice]:
        return [(name, name.capitalize()) for name in builtin_avatars()]

    def go_live(self, title: str) -> str | None:
        return _reason(lambda: self._go_live(title))

    def end_live(self) -> str | None:
        return _reason(self._show.end_live)

    def use_camera(self, camera: str) -> str | None:
        return _reason(lambda: self._show.use_camera(camera))

    def use_microphone(self, microphone: str) -> str | None:
        return _reason(lambda: self._show.use_microphone(microphone))

    def record(self, is_on: bool) -> str | None:
        return _reason(lambda: self._record(is_on))

    def record_video(self, is_on: bool) -> str | None:
        return _reason(lambda: self._record_video(is_on))

    def add_place(self, written: str) -> str | None:
        return _reason(lambda: self._show.publish((*self._show.settings.publish, written)))

    def remove_place(self, index: int) -> str | None:
        places = self._show.settings.publish
        return _reason(lambda: self._show.publish((*places[:index], *places[index + 1 :])))

    def use_avatar(self, avatar: str) -> str | None:
        return _reason(lambda: self._show.use_avatar(avatar))

    def licence_notice(self) -> str:
        from avatar_live.app.characters import licence_notice  # reading avatars takes a while to load

        try:
            return licence_notice(self._show.settings.avatar)
        except ShowError as error:
            return str(error)

    def use_backdrop(self, backdrop: str) -> str | None:
        return _reason(lambda: self._show.use_backdrop(backdrop))

    def use_light(self, light: str) -> str | None:
        return _reason(lambda: self._show.use_light(light))

    def use_shot(self, shot: str) -> str | None:
        return _reason(lambda: self._show.use_shot(shot))

    def use_mirror(self, is_on: bool) -> None:
        self._show.use_mirror(is_on)

    def use_drawn(self, is_on: bool) -> None:
        self._show.use_drawn(is_on)

    def use_director(self, is_on: bool) -> None:
        self._show.use_director(is_on)

    def use_layer(self, layer: str) -> str | None:
        return _reason(lambda: self._show.use_layer(layer))

    def use_lost_policy(self, policy: str) -> str | None:
        return _reason(lambda: self._show.use_lost_policy(policy))

    def use_music(self, path: str) -> str | None:
        return _reason(lambda: self._show.use_music(path))

    def use_speech(self, mode: str) -> str | None:
        return _reason(lambda: self._show.use_speech(mode))

    def use_levels(self, levels: SoundLevels) -> None:
        self._show.use_levels(levels)

    def calibrate(self, wish: CalibrationWish) -> int:
        return self._show.calibrate(wish)

    def panic(self, is_on: bool) -> None:
        self._show.panic(is_on)

    def health(self) -> dict[str, Health]:
        return self._show.health()

    def refusals(self) -> dict[str, str]:
        return self._show.refusals()

    def _record(self, is_on: bool) -> None:
        if is_on:
            self._show.record()
        else:
            self._show.stop_recording()

    def _record_video(self, is_on: bool) -> None:
        if is_on:
            self._show.record_video()
        else:
            self._show.stop_video()

    def _go_live(self, title: str) -> None:
        self._show.go_live(title)
        try:
            self._show.wait_until_ready(*PARTS_NEEDED)
        except ShowError:
            self._show.end_live()
            raise


def _reason(act: Callable[[], None]) -> str | None:
    try:
        act()
    except ShowError as error:
        return str(error)
    return None
