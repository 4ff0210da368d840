"""The engine's process and a voice: what is spoken in one process leaves the other as Opus on the link."""

import asyncio
import contextlib
import itertools
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest
from patience import DEADLINE_S
from speaker import BEEP_S, TONE_HZ, speaking
from test_console import SILENCE_BYTES_MAX, decoded, frequency_hz

from avatar_live import clock
from avatar_live.app.settings import find_avatar
from avatar_live.channels import PictureSlot
from avatar_live.channels.link import EngineConnection, serve_link
from avatar_live.channels.processes import (
    PREVIEW_PIXELS_MAX,
    PREVIEW_SLOT,
    EnginePlan,
    FromEngine,
    Order,
    Panic,
    UseBackdrop,
    UseShot,
)
from avatar_live.channels.ring import PACKET_S, PACKET_SAMPLES
from avatar_live.signals.encoded import EncodedFrame


class Listener:
    """Collect the sound packets of an engine that runs in a process of its own."""

    def __init__(self) -> None:
        self.sound: list[EncodedFrame] = []
        self.late_s: list[float] = []
        self._came = asyncio.Event()
        self.process: asyncio.subprocess.Process

    def take(self, message: FromEngine) -> None:
        if isinstance(message, EncodedFrame) and message.kind == "audio":
            self.sound.append(message)
            self.late_s.append(clock.now_s() - message.captured_s)
            self._came.set()

    async def until(self, is_true: Callable[[], object]) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while not is_true():
                self._came.clear()
                await self._came.wait()

    async def more(self, count: int) -> list[EncodedFrame]:
        """Return the next packets."""
        before = len(self.sound)
        await self.until(lambda: len(self.sound) >= before + count)
        return self.sound[before : before + count]

    def order(self, order: Order) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(msgspec.json.encode(order) + b"\n")


@contextlib.asynccontextmanager
async def engine(folder: Path, **changes: object) -> AsyncIterator[Listener]:
    listener = Listener()

    async def connected(connection: EngineConnection | None) -> None:
        pass

    plan = EnginePlan(str(folder), str(find_avatar("mirai")), width_px=128, height_px=72, fps=10)
    plan = msgspec.structs.replace(plan, **changes)
    async with serve_link(folder, listener.take, connected):
        listener.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "avatar_live.engine", msgspec.json.encode(plan).decode()),
            stdin=asyncio.subprocess.PIPE,
        )
        try:
            yield listener
        finally:
            assert listener.process.stdin is not None
            listener.process.stdin.close()  # its parent is gone: the engine ends
            async with asyncio.timeout(DEADLINE_S):
                await listener.process.wait()


def steps(frames: Sequence[EncodedFrame]) -> set[int]:
    return {after.pts - before.pts for before, after in itertools.pairwise(frames)}


async def test_a_voice_leaves_as_opus_in_step_and_not_from_behind_the_panic_card(tmp_path: Path) -> None:
    async with engine(tmp_path) as listener:
        silent = await listener.more(5)
        assert all(len(frame.data) <= SILENCE_BYTES_MAX for frame in silent)
        with speaking(tmp_path):
            await listener.until(lambda: len(listener.sound[-1].data) > SILENCE_BYTES_MAX)
            frames = await listener.more(110)
            async with asyncio.timeout(DEADLINE_S):
                while steps(frames) != {PACKET_SAMPLES}:  # a machine that is busy with others skips whole packets
                    assert all(step % PACKET_SAMPLES == 0 for step in steps(frames))
                    frames = await listener.more(110)
            assert np.median(listener.late_s[-110:]) < 0.3, "it waits for the picture, which a slow machine draws late"
            assert frames[50].captured_s - frames[0].captured_s == pytest.approx(50 * PACKET_S, abs=0.001)
            pauses = [at for at, frame in enumerate(frames) if BEEP_S + 0.1 < frame.captured_s % 1.0 < 0.96]
            beeps = [at for at, frame in enumerate(frames) if 0.1 < frame.captured_s % 1.0 < BEEP_S - 0.04]
            beeps = [at for at in beeps if at > pauses[0]]  # the first ones may be the end of a beep
            samples = decoded(frames).reshape(-1, PACKET_SAMPLES)
            whole_beep = samples[[at for at in beeps if at - beeps[0] < 25]].ravel()
            assert frequency_hz(whole_beep) == pytest.approx(TONE_HZ, abs=5)
            assert np.abs(samples[pauses]).max() < 0.01 < 0.3 < np.abs(whole_beep).max(), "at its time, not another"
            listener.order(Panic(True))
            await listener.until(lambda: all(len(frame.data) <= SILENCE_BYTES_MAX for frame in listener.sound[-40:]))
            hidden = await listener.more(60)
            assert all(len(frame.data) <= SILENCE_BYTES_MAX for frame in hidden), "more than a second with a beep"
            listener.order(Panic(False))
            await listener.until(lambda: len(listener.sound[-1].data) > SILENCE_BYTES_MAX)
        await listener.until(lambda: all(len(frame.data) <= SILENCE_BYTES_MAX for frame in listener.sound[-20:]))


async def test_an_order_changes_the_picture_and_the_plan_was_in_it_from_the_first(tmp_path: Path) -> None:
    window = PictureSlot(tmp_path / PREVIEW_SLOT, PREVIEW_PIXELS_MAX)
    seen: list[list[int]] = []

    def has_seen(color: list[int]) -> bool:
        if (picture := window.read_new()) is not None:
            seen.append(picture[2, 2, :3].tolist())
        return color in seen

    async with engine(tmp_path, preview=True, backdrop="chroma:green") as listener:
        async with asyncio.timeout(DEADLINE_S):
            while not has_seen([0, 255, 0]):  # noqa: ASYNC110 another process, which sets no asyncio event
                await asyncio.sleep(0.02)
            assert len(seen) == 1, "not for one frame in the room"
            listener.order(UseShot("wide"))
            listener.order(UseBackdrop("chroma:blue"))
            while not has_seen([255, 0, 0]):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    window.close()
