"""What the window needs of a show; who opens the window hands it in, so that it can be driven without one."""

from pathlib import Path
from typing import Protocol

from avatar_live.channels.processes import CalibrationWish, Health
from avatar_live.signals.sound import SoundLevels

Choice = tuple[str, str]  # what is chosen, and how it is called for people


class Show(Protocol):
    """A show on this machine that is rehearsed already. A method that can fail returns the reason, or None.

    Methods that return a reason may take seconds; the window calls them off its own thread, one at a time.
    """

    run_folder: Path

    @property
    def link(self) -> str:
        """The address that viewers open."""

    @property
    def event_url(self) -> str:
        """The event API's address."""

    @property
    def api_url(self) -> str:
        """The address of the show's HTTP side, as this machine reaches it."""

    @property
    def token(self) -> str:
        """The key of the event API, and of what the host does in the room."""

    @property
    def is_live(self) -> bool:
        """Whether viewers are let in."""

    @property
    def title(self) -> str:
        """What the show is called."""

    @property
    def camera(self) -> str:
        """What drives the avatar."""

    @property
    def is_mirrored(self) -> bool:
        """Whether the avatar moves like the host's mirror image."""

    @property
    def is_drawn(self) -> bool:
        """Whether the camera or the clip shows an avatar."""

    @property
    def microphone(self) -> str:
        """What viewers hear: "off", "auto" or a microphone."""

    @property
    def take(self) -> str:
        """The file that the host's movements are recorded in; empty while they are not."""

    @property
    def video(self) -> str:
        """The file that the show is recorded in; empty while it is not."""

    @property
    def places(self) -> tuple[str, ...]:
        """Where the show goes while it is live besides its own viewers; names without keys."""

    @property
    def avatar(self) -> str:
        """The character."""

    @property
    def backdrop(self) -> str:
        """What is behind the host, as `signals.scene.parse_backdrop` reads it."""

    @property
    def light(self) -> str:
        """The light's name."""

    @property
    def shot(self) -> str:
        """The name of the shot that the camera is in, or comes home to."""

    @property
    def has_director(self) -> bool:
        """Whether the camera follows what happens."""

    @property
    def layer(self) -> str:
        """Where a guest is shown, as `signals.layer.parse_layer` reads it; empty while nowhere."""

    @property
    def guest_door(self) -> str:
        """How a guest's program comes in, in words for the host; empty in a show without guests."""

    @property
    def lost_policy(self) -> str:
        """What the avatar does while nobody is seen."""

    @property
    def music(self) -> str:
        """The file that plays; empty for none."""

    @property
    def speech(self) -> str:
        """Which thanks are spoken."""

    @property
    def levels(self) -> SoundLevels:
        """The faders of the mixer."""

    def cameras(self) -> list[Choice]:
        """Return the webcams of this machine; may take seconds."""

    def microphones(self) -> list[Choice]:
        """Return the microphones of this machine; may take seconds."""

    def avatars(self) -> list[Choice]:
        """Return the built-in characters."""

    def go_live(self, title: str) -> str | None:
        """Let viewers in."""

    def end_live(self) -> str | None:
        """Send the viewers home."""

    def use_camera(self, camera: str) -> str | None:
        """Let another camera, video or recording drive the avatar."""

    def use_mirror(self, is_on: bool) -> None:
        """Move like a mirror image, or like another person; at once."""

    def use_drawn(self, is_on: bool) -> None:
        """Follow an avatar's head, or a person's; at once."""

    def use_microphone(self, microphone: str) -> str | None:
        """Let viewers hear a microphone, or nothing."""

    def record(self, is_on: bool) -> str | None:
        """Record the host's movements as a take, or let the take end."""

    def record_video(self, is_on: bool) -> str | None:
        """Record what viewers see and hear, or let the recording end."""

    def add_place(self, written: str) -> str | None:
        """Bring the show to one more place while it is live."""

    def remove_place(self, index: int) -> str | None:
        """Bring the show no longer to one of the places."""

    def use_avatar(self, avatar: str) -> str | None:
        """Show another character."""

    def licence_notice(self) -> str:
        """Return what the host must know of the character's licence; empty when nothing. May take a moment."""

    def use_backdrop(self, backdrop: str) -> str | None:
        """Show something else behind the host."""

    def use_light(self, light: str) -> str | None:
        """Show the host in another light."""

    def use_shot(self, shot: str) -> str | None:
        """Film the host in another shot."""

    def use_director(self, is_on: bool) -> None:
        """Let the camera follow what happens, or not; at once."""

    def use_layer(self, layer: str) -> str | None:
        """Show a guest's picture somewhere, or nowhere."""

    def use_lost_policy(self, policy: str) -> str | None:
        """Choose what the avatar does while nobody is seen."""

    def use_music(self, path: str) -> str | None:
        """Play a file over and over, or none."""

    def use_speech(self, mode: str) -> str | None:
        """Choose which thanks are spoken."""

    def use_levels(self, levels: SoundLevels) -> None:
        """Move the faders; at once."""

    def calibrate(self, wish: CalibrationWish) -> int:
        """Begin a step of the calibration, give it up or forget all, at once; return the id of the health's answer."""

    def panic(self, is_on: bool) -> None:
        """Hide the host behind a card, or come back; at once."""

    def health(self) -> dict[str, Health]:
        """Return what tracker, engine and server say of themselves."""

    def refusals(self) -> dict[str, str]:
        """Return the reasons of the parts that will not run until something is changed."""
