"""The tracker's process: a camera in, readings out; a microphone in, sound out; other programs' packets in, what they
give out. No pixel leaves it.

What was said may be kept in a take, and said again from one.
"""

import contextlib
from pathlib import Path
from typing import Final, assert_never

import msgspec

from avatar_live import clock
from avatar_live.channels import Lossless
from avatar_live.channels.child import HealthWriter, newest
from avatar_live.channels.processes import (
    SOUND_RING,
    Calibrate,
    Health,
    Order,
    Panic,
    Record,
    Stop,
    TrackerPlan,
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
from avatar_live.mocap.replay import Sense
from avatar_live.motion.framing import Framing
from avatar_live.signals import Readings
from avatar_live.tracking.cameras import BUNDLED, prepare
from avatar_live.tracking.capture import Capture
from avatar_live.tracking.costs import Costs
from avatar_live.tracking.inputs import Inputs
from avatar_live.tracking.microphone import Microphone
from avatar_live.tracking.models import ModelError, installed
from avatar_live.tracking.publisher import Publisher
from avatar_live.tracking.pulse import Pulse
from avatar_live.tracking.source import CameraError, Picture
from avatar_live.tracking.tracker import Tracker, warmed

NAME: Final = "tracker"
SEEN_WAIT_S: Final = 0.1  # orders are heard at least this often


def warm_up(plan: TrackerPlan) -> Tracker | None:
    """Do all that a spare can do before its turn, which opens no camera; None where there are no models."""
    with contextlib.suppress(ModelError):  # said when a picture comes
        prepare(plan.camera)
        return warmed(_opened(plan, Costs()))
    return None


def run(plan: TrackerPlan, orders: Lossless[Order], tracker: Tracker | None = None) -> None:
    """Track until told to stop, with a tracker that is open already or one that the first picture opens.

    The health is written by the loop that calls the native code, so that the parent sees a hang as its age.
    """
    show = _Show(plan, tracker)
    try:
        while show.obey(newest(orders)):
            show.step()
    finally:
        show.close()


class _Show:
    """Hold what is open: the source, the landmarkers, and what others hear us through."""

    def __init__(self, plan: TrackerPlan, tracker: Tracker | None) -> None:
        self._plan = plan
        self._publisher = Publisher(Path(plan.run_folder))
        self._publisher.record(plan.record)
        self._health = HealthWriter(Path(plan.run_folder), NAME)
        self._told = ("starting", "", "")
        self._health.write(self._told[0], False, is_forced=True)
        self._pulse = Pulse()
        self._tracker = tracker
        self._costs = Costs() if tracker is None else tracker.costs
        self._costs.clear()
        self._counted_since_s = clock.now_s()
        self._is_ready = False
        self._light_words = ""
        self._capture = Capture(plan.camera, self._say_again)
        self._camera = ""
        self._framing = Framing()
        self._sound_path = Path(plan.run_folder) / SOUND_RING
        self._microphone = Microphone(plan.microphone, self._sound_path, self._publisher.say)
        self._inputs = Inputs(plan.inputs, self._publisher.say)
        self._use_drawn(plan.drawn)  # a spare was opened for an older plan

    def obey(self, orders: list[Order]) -> bool:
        """Carry out the orders; False when one is to stop."""
        if orders:
            self._ask_patience()
        for order in orders:
            match order:
                case Stop():
                    return False
                case UseCamera(camera):
                    self._use(camera)
                case UseDrawn(is_on):
                    self._use_drawn(is_on)
                case UseMicrophone(microphone):
                    self._microphone.close()
                    self._microphone = Microphone(microphone, self._sound_path, self._publisher.say)
                case Record(path):
                    self._publisher.record(path)
                case UseInputs(inputs):
                    self._inputs.close()
                    self._inputs = Inputs(inputs, self._publisher.say)
                case UseAvatar() | UseTitle() | Panic() | UseBackdrop() | UseLight() | UseShot() | UseDirector():
                    pass  # the engine's
                case UseLostPolicy() | UseMirror() | Calibrate() | UseVmcOut() | UseLayer():
                    pass  # the engine's, too
                case UseLevels() | UseMusic() | UseSpeech():
                    pass  # also the engine's
                case UseOutlets():
                    pass  # the outlets'
                case _:
                    assert_never(order)
        return True

    def step(self) -> None:
        """Publish what the newest picture shows, and say once a second how it goes."""
        picture = self._capture.newest.take(SEEN_WAIT_S)
        try:
            self._capture.check(clock.now_s())  # what it cannot help ends us, and the parent starts us anew
        except CameraError as error:
            self._use(BUNDLED, str(error))
        if not self._inputs.is_alive:
            raise RuntimeError("the inputs' thread died; its traceback is above")
        if picture is not None:
            self._track(picture)
        self._tell()

    def close(self) -> None:
        self._capture.close()
        self._microphone.close()
        self._inputs.close()
        if self._tracker is not None:
            self._tracker.close()
        self._publisher.close()
        self._health.close()

    def _use(self, camera: str, reason: str = "") -> None:
        self._ask_patience()
        self._capture.close()
        self._capture = Capture(camera, self._say_again, reason)

    def _use_drawn(self, is_on: bool) -> None:
        self._plan = msgspec.structs.replace(self._plan, drawn=is_on)
        if self._tracker is not None:
            try:
                self._tracker.use_drawn(is_on)
            except ModelError as error:
                self._tracker.close()
                self._tracker = None  # every camera is refused with the reason, until persons are followed again
                self._use(BUNDLED, str(error))

    def _track(self, picture: Picture) -> None:
        if self._tracker is None:
            self._ask_patience()
            try:
                self._tracker = _opened(self._plan, self._costs)
            except ModelError as error:
                self._use(BUNDLED, str(error))
                return
        if self._camera != self._capture.words:
            self._camera, self._framing = self._capture.words, Framing()
        for readings in self._tracker.readings(picture):
            self._publish(readings)
            self._beat()
            self._framing.see(readings.face, readings.width_px, readings.height_px, readings.captured_s)
        self._light_words = self._tracker.words

    def _say_again(self, sense: Sense) -> None:
        """Publish what was recorded, on the thread that keeps its pace; a count that crosses a `clear` is lost."""
        if isinstance(sense, Readings):
            self._costs.frames += 1
            self._costs.faces += sense.face is not None
            self._camera, self._framing, self._light_words = "", Framing(), ""  # nobody who could be told is filmed
        self._publish(sense)

    def _publish(self, sense: Sense) -> None:
        self._publisher.say(sense)
        self._is_ready = True

    def _beat(self) -> None:
        """Give a sign of life between two calls of native code, and only there: a hang has to be seen."""
        self._pulse.beat(clock.now_s())
        self._health.beat(self._pulse.patience_s)

    def _ask_patience(self) -> None:
        """Say that what comes now may take long: drivers and models are opened and closed in their own time."""
        self._pulse.restart()
        self._health.beat(self._pulse.patience_s, is_forced=True)

    def _tell(self) -> None:
        now_s = clock.now_s()
        self._pulse.beat(now_s)
        troubles = (self._microphone.trouble, self._publisher.trouble, self._inputs.words)
        words = "; ".join(filter(None, (self._capture.words, *troubles)))
        figures = self._costs.figures(now_s - self._counted_since_s)
        figures |= self._microphone.figures() | self._publisher.figures() | self._inputs.figures()
        notice, patience_s = self._framing.warning or self._light_words, self._pulse.patience_s
        health = Health(now_s, words, self._is_ready, figures, notice, self._camera, patience_s=patience_s)
        told = (words, notice, self._camera)
        if self._health.put(health, is_forced=told != self._told):
            self._told = told
            self._costs.clear()
            self._counted_since_s = now_s
        else:
            self._health.beat(patience_s)


def _opened(plan: TrackerPlan, costs: Costs) -> Tracker:
    models = installed(Path(plan.models_folder))
    # MediaPipe takes most of a second to load, which the bundled performance does without.
    from avatar_live.tracking.detectors import Detectors

    return Tracker(Detectors(models, drawn=plan.drawn), costs)
