"""What a viewer is told about when a frame was made."""

import numpy as np

from avatar_live.broadcast.aiortc_internals import Report
from avatar_live.broadcast.parcels import Parcel
from avatar_live.broadcast.viewer import Viewer
from avatar_live.encoder.audio import PACKET_SAMPLES, OpusEncoder
from avatar_live.signals.encoded import EncodedFrame


def parcel(frame: EncodedFrame) -> Parcel:
    return Parcel(frame, frame.captured_s)


async def test_silence_is_not_lined_up_with_the_picture_and_sound_is() -> None:
    viewer = Viewer(now=lambda: 0.0, wants_keyframe=lambda: None, on_keys=None, on_end=lambda: None, on_feedback=print)
    encoder, loud = OpusEncoder("main"), [[(at % 50) * 400, 0] for at in range(PACKET_SAMPLES)]
    told: list[float | None] = []
    for at, samples in enumerate([None, None, loud, None]):
        frame = (
            encoder.silence(at / 50, at * PACKET_SAMPLES)
            if samples is None
            else encoder.encode(np.array(samples, np.int16), at / 50, at * PACKET_SAMPLES)
        )
        viewer._audio.sent = parcel(frame)
        report = viewer._report(viewer._audio)
        told.append(None if report is None else report.captured_s)
    assert told == [None, None, 0.04, 0.06], "once there was sound, its pauses keep their place"
    await viewer.close()


async def test_a_picture_is_lined_up_from_the_first_on() -> None:
    viewer = Viewer(now=lambda: 0.0, wants_keyframe=lambda: None, on_keys=None, on_end=lambda: None, on_feedback=print)
    assert viewer._report(viewer._video) is None
    viewer._video.sent = parcel(EncodedFrame("main", "video", b"x", 0, True, 12.5))
    assert viewer._report(viewer._video) == Report(12.5)
    await viewer.close()
