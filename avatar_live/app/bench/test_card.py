"""A show without a stage for measurements: pictures whose time is drawn into them, and sound that belongs to them.

Everything after the drawing is real: encoders, mixing console, the server's process, WHEP and the viewer page.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live import clock
from avatar_live.app.faults import ShowError
from avatar_live.app.settings import Settings, run_folder
from avatar_live.app.supervisor import Supervisor
from avatar_live.channels.link import ServerLink
from avatar_live.channels.processes import SOUND_RING, EngineHello, EnginePlan, KeyframeWanted
from avatar_live.channels.ring import CHANNELS, PACKET_S, PACKET_SAMPLES, SoundRing
from avatar_live.compositor.stamp import draw_stamp
from avatar_live.engine.sound import Sound
from avatar_live.engine.streams import Streams
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ

FPS: Final = 30
READY_S_MAX: Final = 30.0
SEEN_S: Final = 0.04  # from a camera to a picture that is drawn: what tracking and drawing take
HEARD_S: Final = 0.02  # from a microphone to its packet
CLICK_S: Final = 0.03
CLICK_HZ: Final = 1_000.0

Pixels = NDArray[np.uint8]


def card(number: int, width_px: int, height_px: int, *, is_flash: bool = False) -> Pixels:
    """Return picture `number`, BGRA (height, width, 4): a scene of soft colours that moves, white where it flashes."""
    picture = np.full((height_px, width_px, 4), 255, np.uint8)
    if is_flash:
        return picture
    across, down = np.arange(width_px)[None, :], np.arange(height_px)[:, None]
    for channel, (long, turn) in enumerate(((97.0, 0.11), (71.0, -0.07), (53.0, 0.05))):
        wave = np.sin(across / long + turn * number) + np.sin(down / (0.6 * long) - 0.5 * turn * number)
        picture[..., channel] = (90.0 + 35.0 * wave).astype(np.uint8)
    side = height_px // 5
    left = number * 7 % (width_px - side)
    picture[2 * side : 3 * side, left : left + side, :3] = (40, 60, 150)
    return picture


def stamped(picture: Pixels, captured_s: float) -> Pixels:
    """Draw the time of day of a captured time into a picture, and return it."""
    draw_stamp(picture, round((clock.wall_s() - (clock.now_s() - captured_s)) * 1_000.0))
    return picture


def click_packet(start_s: float) -> NDArray[np.int16]:
    """Return the sound (960, 2) captured from then on: a click at every whole second."""
    since_s = start_s % 1.0 + np.arange(PACKET_SAMPLES) / AUDIO_CLOCK_HZ
    since_s = np.where(since_s >= 1.0, since_s - 1.0, since_s)
    tone = 20_000 * np.cos(2 * np.pi * CLICK_HZ * since_s) * (since_s < CLICK_S)
    return np.repeat(tone[:, None], CHANNELS, axis=1).astype(np.int16)


class TestCard:
    """Perform until closed.

    Where it `has_flash`, there is a flash and a click at every whole second of the monotonic clock, and the picture is
    as late as a camera's; else there is silence, and a picture is made at the time that is drawn into it.
    """

    __test__ = False  # pytest takes the name for a test's

    def __init__(self, folder: Path, plan: EnginePlan, *, has_flash: bool) -> None:
        self._plan, self._has_flash = plan, has_flash
        self._link = ServerLink(folder, EngineHello(plan.width_px, plan.height_px, plan.fps))
        self._streams = Streams(plan, self._link.send)
        self._sound = Sound(self._link.send, SoundRing(folder / SOUND_RING), plan)
        self._ring = SoundRing(folder / SOUND_RING)
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=target, daemon=True) for target in (self._draw, self._speak)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop, and let go of everything."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()
        self._sound.close()
        self._streams.close()
        self._link.close()
        self._ring.close()

    def _draw(self) -> None:
        number = int(clock.now_s() * FPS)
        seen_s = SEEN_S if self._has_flash else 0.0
        while self._wait_until(number / FPS + seen_s):
            for message in self._link.receive():
                if isinstance(message, KeyframeWanted):
                    self._streams.want_keyframe(message.stream)
            is_flash = self._has_flash and number % FPS == 0
            picture = card(number, self._plan.width_px, self._plan.height_px, is_flash=is_flash)
            captured_s = number / FPS if self._has_flash else clock.now_s()
            self._streams.put(stamped(picture, captured_s), captured_s, clock.now_s())
            self._sound.follow(captured_s, ())
            number = max(number + 1, int((clock.now_s() - seen_s) * FPS))

    def _speak(self) -> None:
        number = int(clock.now_s() / PACKET_S)
        while self._wait_until((number + 1) * PACKET_S + HEARD_S):
            if self._has_flash:
                self._ring.write(number * PACKET_S, click_packet(number * PACKET_S))
            number += 1

    def _wait_until(self, due_s: float) -> bool:
        """Return when it is time; False when it is the end."""
        return not self._stopped.wait(max(due_s - clock.now_s(), 0.0))


@contextlib.contextmanager
def card_show(settings: Settings, report: Callable[[str], None], *, has_flash: bool) -> Iterator[str]:
    """Run the card and a server for it; yield the page's address. Raises ShowError when it does not come up."""
    with TemporaryDirectory(prefix="avatar-live-bench-") as place, run_folder() as folder:
        settings = replace(settings, host="127.0.0.1", data_folder=Path(place))
        with Supervisor(settings.server_plan(folder, "bench"), report=report) as parts:
            if not parts.wait_for(lambda show: "server" in show.health() or bool(show.refusals()), READY_S_MAX):
                raise ShowError("The server did not come up: look at `avatar-live doctor`.")
            if refusals := parts.refusals():
                raise ShowError(" ".join(refusals.values()))
            with contextlib.closing(TestCard(folder, settings.engine_plan(folder), has_flash=has_flash)):
                yield settings.local_link
