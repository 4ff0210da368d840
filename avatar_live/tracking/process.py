"""The tracker's process: a camera in, readings out; a microphone in, sound out. No pixel leaves it."""

from pathlib import Path
from typing import Final, assert_never

from avatar_live import clock
from avatar_live.channels import Lossless, Slot
from avatar_live.channels.child import HealthWriter, newest
from avatar_live.channels.processes import (
    READINGS_SLOT,
    SOUND_RING,
    Order,
    Panic,
    Stop,
    TrackerPlan,
    UseAvatar,
    UseBackdrop,
    UseCamera,
    UseDirector,
    UseLight,
    UseMicrophone,
    UseShot,
    UseTitle,
)
from avatar_live.signals import READINGS_BYTES, Readings, readings_to_bytes
from avatar_live.tracking.cameras import BUNDLED
from avatar_live.tracking.capture import Capture
from avatar_live.tracking.costs import Costs
from avatar_live.tracking.microphone import Microphone
from avatar_live.tracking.models import ModelError, installed
from avatar_live.tracking.source import Picture
from avatar_live.tracking.tracker import Tracker

NAME: Final = "tracker"
SEEN_WAIT_S: Final = 0.1  # orders are heard at least this often


def run(plan: TrackerPlan, orders: Lossless[Order]) -> None:
    """Track until told to stop.

    The health is written by the loop that calls the native code, so that the parent sees a hang as its age.
    """
    show = _Show(plan)
    try:
        while show.obey(newest(orders)):
            show.step()
    finally:
        show.close()


class _Show:
    """Hold what is open: the source, the landmarkers, and the slots that others read."""

    def __init__(self, plan: TrackerPlan) -> None:
        self._models_folder = Path(plan.models_folder)
        self._slot = Slot(Path(plan.run_folder) / READINGS_SLOT, READINGS_BYTES)
        self._health = HealthWriter(Path(plan.run_folder), NAME)
        self._told = "starting"
        self._health.write(self._told, False, is_forced=True)
        self._tracker: Tracker | None = None
        self._costs = Costs()
        self._counted_since_s = clock.now_s()
        self._is_ready = False
        self._light_words = ""
        self._capture = Capture(plan.camera)
        self._sound_path = Path(plan.run_folder) / SOUND_RING
        self._microphone = Microphone(plan.microphone, self._sound_path)

    def obey(self, orders: list[Order]) -> bool:
        """Carry out the orders; False when one is to stop."""
        for order in orders:
            match order:
                case Stop():
                    return False
                case UseCamera(camera):
                    self._use(camera)
                case UseMicrophone(microphone):
                    self._microphone.close()
                    self._microphone = Microphone(microphone, self._sound_path)
                case UseAvatar() | UseTitle() | Panic() | UseBackdrop() | UseLight() | UseShot() | UseDirector():
                    pass  # the engine's
                case _:
                    assert_never(order)
        return True

    def step(self) -> None:
        """Publish what the newest picture or recorded moment shows, and say once a second how it goes."""
        seen = self._capture.newest.take(SEEN_WAIT_S)
        if not self._capture.is_alive:
            raise RuntimeError("the capture thread died; its traceback is above")  # the parent starts us anew
        match seen:
            case Picture():
                self._track(seen)
            case Readings():
                self._light_words = ""
                self._costs.frames += 1
                self._costs.faces += seen.face is not None
                self._publish(seen)
            case None:
                pass
            case _:
                assert_never(seen)
        self._tell()

    def close(self) -> None:
        self._capture.close()
        self._microphone.close()
        if self._tracker is not None:
            self._tracker.close()
        self._slot.close()
        self._health.close()

    def _use(self, camera: str, reason: str = "") -> None:
        self._capture.close()
        self._capture = Capture(camera, reason)

    def _track(self, picture: Picture) -> None:
        if self._tracker is None:
            try:
                self._tracker = _opened(self._models_folder, self._costs)
            except ModelError as error:
                self._use(BUNDLED, str(error))
                return
        for readings in self._tracker.readings(picture):
            self._publish(readings)
        self._light_words = self._tracker.words

    def _publish(self, readings: Readings) -> None:
        self._slot.write(readings_to_bytes(readings))
        self._is_ready = True

    def _tell(self) -> None:
        now_s = clock.now_s()
        words = "; ".join(filter(None, (self._capture.words, self._light_words, self._microphone.trouble)))
        figures = self._costs.figures(now_s - self._counted_since_s)
        is_news = words != self._told
        if self._health.write(words, self._is_ready, is_forced=is_news, **figures):
            self._told = words
            self._costs.clear()
            self._counted_since_s = now_s


def _opened(models_folder: Path, costs: Costs) -> Tracker:
    models = installed(models_folder)
    # MediaPipe takes most of a second to load, which the bundled performance does without.
    from avatar_live.tracking.detectors import Detectors

    return Tracker(Detectors(models), costs)
