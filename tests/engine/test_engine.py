"""The engine between its parent, the tracker's readings and the server, each at its real end of a real channel."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
import pytest
from patience import DEADLINE_S
from shows import PlainStage, plain_show, plan_in

from avatar_live import clock
from avatar_live.app.settings import find_avatar
from avatar_live.avatar import Avatar, read_avatar
from avatar_live.channels import Lossless, PictureSlot, Slot
from avatar_live.channels.child import HealthWriter
from avatar_live.channels.link import EngineConnection, serve_link
from avatar_live.channels.processes import (
    GUEST_PIXELS_MAX,
    GUEST_SLOT,
    HEALTH_BYTES_MAX,
    PREVIEW_PIXELS_MAX,
    PREVIEW_SLOT,
    READINGS_SLOT,
    Calibrate,
    CueTaken,
    EngineHello,
    EngineNote,
    FromEngine,
    Health,
    KeyframeWanted,
    Order,
    Panic,
    PlayersFit,
    StageCue,
    Stop,
    UseAvatar,
    UseBackdrop,
    UseDirector,
    UseLayer,
    UseLight,
    UseLostPolicy,
    UseMirror,
    UseShot,
    UseTitle,
    Watched,
    health_slot,
)
from avatar_live.engine.calibrating import camera_key
from avatar_live.engine.process import Engine
from avatar_live.protocol.cues import Confetti
from avatar_live.protocol.view import GameView
from avatar_live.signals import READINGS_BYTES, EncodedFrame, Readings, readings_to_bytes
from avatar_live.signals.scene import Fill, Room
from avatar_live.stage.cameras import PLAYERS_MAX
from avatar_live.stage.degrade import LADDER
from avatar_live.tracking.performance import PERFORMANCE, Performance

T = TypeVar("T")


@pytest.fixture(scope="module")
def avatar() -> Avatar:
    return read_avatar(find_avatar("mirai"))


class Surroundings:
    """Stand for parent, tracker and server around one engine."""

    def __init__(self, folder: Path, avatar: Avatar) -> None:
        self.folder = folder
        self.stage = PlainStage()
        self.orders: Lossless[Order] = Lossless(16)
        self.heard: list[FromEngine] = []
        self.server: EngineConnection | None = None
        self.show = plain_show(self.stage, avatar)
        self._health = Slot(health_slot(folder, "engine"), HEALTH_BYTES_MAX)

    def on_message(self, message: FromEngine) -> None:
        self.heard.append(message)

    async def on_connection(self, connection: EngineConnection | None) -> None:
        self.server = connection

    def said(self, kind: type[T]) -> list[T]:
        return [message for message in self.heard if isinstance(message, kind)]

    def frames(self, stream: str) -> list[EncodedFrame]:
        return [frame for frame in self.said(EncodedFrame) if frame.stream == stream and frame.kind == "video"]

    def health(self) -> Health:
        data = self._health.read()
        return msgspec.json.decode(data, type=Health) if data is not None else Health(0.0, "", False)

    def status(self) -> str:
        return self.health().status

    async def until(self, is_true: Callable[[], object]) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while not is_true():  # noqa: ASYNC110 the other side is a thread, which sets no asyncio event
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def performing(folder: Path, avatar: Avatar, **plan: object) -> AsyncIterator[Surroundings]:
    """Run an engine on a thread of its own until the test is done with it."""
    around = Surroundings(folder, avatar)
    async with serve_link(folder, around.on_message, around.on_connection):
        engine = Engine(msgspec.structs.replace(plan_in(folder), **plan), folder, around.show)
        thread = threading.Thread(target=engine.run, args=(around.orders,))
        thread.start()
        try:
            await around.until(lambda: around.server is not None and around.frames("main"))
            yield around
        finally:
            around.orders.put(Stop())
            await asyncio.to_thread(thread.join, DEADLINE_S)
            assert not thread.is_alive()
            await asyncio.to_thread(engine.close)


async def test_the_engine_says_hello_first_and_then_shows_itself(tmp_path: Path, avatar: Avatar) -> None:
    async with performing(tmp_path, avatar) as around:
        assert around.heard[0] == EngineHello(128, 72, 30)
        first = around.frames("main")[0]
        assert first.is_keyframe and 0.0 <= clock.now_s() - first.captured_s < DEADLINE_S
        await around.until(lambda: around.status().startswith("idling, nobody is tracked"))


async def test_a_cue_reaches_the_stage_once_and_its_number_comes_back(tmp_path: Path, avatar: Avatar) -> None:
    async with performing(tmp_path, avatar) as around:
        assert around.server is not None
        for number in (7, 8):
            around.server.send(StageCue(number, Confetti(number)))
        await around.until(lambda: len(around.said(CueTaken)) == 2)
        assert around.said(CueTaken) == [CueTaken(7), CueTaken(8)]
        assert around.stage.cues == [Confetti(7), Confetti(8)]


async def test_readings_move_the_avatar_and_old_ones_let_it_idle(tmp_path: Path, avatar: Avatar) -> None:
    async with performing(tmp_path, avatar) as around:
        tracker, performance = Slot(tmp_path / READINGS_SLOT, READINGS_BYTES), Performance.load(PERFORMANCE)

        def is_performing() -> bool:
            tracker.write(readings_to_bytes(performance.at(0, clock.now_s())))
            return around.status().startswith("performing")

        await around.until(is_performing)
        await around.until(lambda: around.status().startswith("idling"))
        tracker.close()


async def test_the_audience_is_told_what_drives_the_avatar(tmp_path: Path, avatar: Avatar) -> None:
    async with performing(tmp_path, avatar) as around:
        health = HealthWriter(tmp_path, "tracker")
        health.write("the bundled performance", True)
        await around.until(lambda: EngineNote("the bundled performance") in around.heard)
        health.close()


async def test_a_calibration_is_told_kept_for_its_camera_and_there_after_a_restart(
    tmp_path: Path, avatar: Avatar
) -> None:
    kept = str(tmp_path / "kept")
    tracker = Slot(tmp_path / READINGS_SLOT, READINGS_BYTES)
    health, still = HealthWriter(tmp_path, "tracker"), Performance.load(PERFORMANCE).at(0, 0.0).face
    assert still is not None
    health.put(Health(clock.now_s(), "camera 0", True, camera="camera 0"))
    shares: list[float] = []

    def is_answered(outcome: str) -> bool:
        now_s = clock.now_s()
        tracker.write(readings_to_bytes(Readings(640, 480, now_s, replace(still, captured_s=now_s))))
        state = around.health().calibration
        shares.append(state.share if state.id == 5 else 0.0)
        return state.id == 5 and state.outcome == outcome

    async with performing(tmp_path, avatar, calibrations=kept) as around:
        around.orders.put(Calibrate(5, "ahead"))
        await around.until(lambda: is_answered("done"))
        assert len({share for share in shares if 0.0 < share < 1.0}) > 3, "the host sees the two seconds pass"
        assert around.health().calibration.known == ("ahead",)
    async with performing(tmp_path, avatar, calibrations=kept) as around:
        await around.until(lambda: around.health().calibration.known == ("ahead",))
        health.put(Health(clock.now_s(), "camera 1", True, camera="camera 1"), is_forced=True)
        await around.until(lambda: around.health().calibration.known == ())
        health.put(Health(clock.now_s(), "the bundled performance", True), is_forced=True)
        await around.until(lambda: EngineNote("the bundled performance") in around.heard)
        around.orders.put(Calibrate(5, "ahead"))
        await around.until(lambda: is_answered("failed"))
    tracker.close()
    health.close()


async def test_a_warning_for_the_host_is_never_told_to_viewers(tmp_path: Path, avatar: Avatar) -> None:
    async with performing(tmp_path, avatar) as around:
        health = HealthWriter(tmp_path, "tracker")
        health.put(Health(clock.now_s(), "camera 0", True, notice="You are leaving the picture.", camera="camera 0"))
        await around.until(lambda: around.said(EngineNote))
        shown = len(around.frames("main"))
        await around.until(lambda: len(around.frames("main")) > shown + 5)
        assert around.said(EngineNote) == [EngineNote("camera 0")]
        assert "leaving" not in around.health().notice + around.status()
        health.close()


async def test_a_damaged_calibration_is_told_to_the_host_and_the_show_goes_on(tmp_path: Path, avatar: Avatar) -> None:
    path = tmp_path / f"{camera_key('camera 0')}.json"
    path.write_bytes(b"{")
    async with performing(tmp_path, avatar, calibrations=str(tmp_path)) as around:
        health = HealthWriter(tmp_path, "tracker")
        health.put(Health(clock.now_s(), "camera 0", True, camera="camera 0"))
        await around.until(lambda: str(path) in around.health().notice)
        shown = len(around.frames("main"))
        await around.until(lambda: len(around.frames("main")) > shown + 3)
        health.close()


async def test_what_is_shown_while_nobody_is_seen_is_the_plans_then_what_is_ordered(
    tmp_path: Path, avatar: Avatar
) -> None:
    async with performing(tmp_path, avatar, lost_policy="sleep") as around:
        assert around.show.solver.lost_policy == "sleep"
        around.orders.put(UseLostPolicy("hold"))
        await around.until(lambda: around.show.solver.lost_policy == "hold")


async def test_the_mirror_is_the_plans_then_what_is_ordered(tmp_path: Path, avatar: Avatar) -> None:
    async with performing(tmp_path, avatar, mirror=False) as around:
        assert not around.show.solver.is_mirrored
        around.orders.put(UseMirror(True))
        await around.until(lambda: around.show.solver.is_mirrored)


async def test_a_watched_player_gets_a_stream_until_nobody_watches(tmp_path: Path, avatar: Avatar) -> None:
    async with performing(tmp_path, avatar) as around:
        assert around.server is not None
        around.server.send(GameView(0.5, 0.0, 0.0, 2, 1))
        around.server.send(Watched(("ana",)))
        await around.until(lambda: around.said(PlayersFit))
        assert 1 <= around.said(PlayersFit)[0].count <= PLAYERS_MAX
        await around.until(lambda: len(around.frames("ana")) > 3)
        assert around.stage.games[-1].score_red == 2 and around.show.overlay.score == (2, 1)
        around.server.send(KeyframeWanted("ana"))
        await around.until(lambda: sum(frame.is_keyframe for frame in around.frames("ana")) > 1)
        around.server.send(Watched(()))
        await around.until(lambda: not any(thread.name == "encode-ana" for thread in threading.enumerate()))


async def test_the_small_rung_is_sent_while_it_is_watched(tmp_path: Path, avatar: Avatar) -> None:
    async with performing(tmp_path, avatar) as around:
        assert around.server is not None
        around.server.send(Watched((), (1,)))
        await around.until(lambda: {frame.rung for frame in around.frames("main")} == {0, 1})
        small = [frame for frame in around.frames("main") if frame.rung == 1]
        assert small[0].is_keyframe
        around.server.send(KeyframeWanted("main", 1))
        await around.until(lambda: sum(one.is_keyframe for one in around.frames("main") if one.rung == 1) > 1)
        around.server.send(Watched(()))
        await around.until(lambda: not any(thread.name == "encode-main-1" for thread in threading.enumerate()))


async def test_a_broken_avatar_keeps_the_old_one_and_says_why_until_a_sound_one_comes(
    tmp_path: Path, avatar: Avatar
) -> None:
    async with performing(tmp_path, avatar) as around:
        broken = tmp_path / "broken.vrm"
        broken.write_bytes(b"no avatar")
        around.orders.put(UseAvatar(str(broken)))
        await around.until(lambda: "broken.vrm" in around.status())
        assert around.stage.avatars == []
        shown = len(around.frames("main"))
        await around.until(lambda: len(around.frames("main")) > shown + 3)
        around.orders.put(UseAvatar(str(find_avatar("kohaku"))))
        await around.until(lambda: around.stage.avatars and "broken" not in around.status())
        assert len(around.stage.avatars) == 1


async def test_panic_and_title_are_obeyed_and_the_window_sees_what_viewers_see(tmp_path: Path, avatar: Avatar) -> None:
    async with performing(tmp_path, avatar, preview=True) as around:
        window = PictureSlot(tmp_path / PREVIEW_SLOT, PREVIEW_PIXELS_MAX)
        around.orders.put(UseTitle("late show"))
        await around.until(lambda: around.show.overlay.title == "late show")
        picture = window.read_new()
        assert picture is not None and (picture[0] == 90).all()
        around.orders.put(Panic(True))
        await around.until(lambda: (picture := window.read_new()) is not None and not (picture == 90).all(-1).any())
        window.close()


async def test_a_guest_is_shown_from_the_order_that_places_it_to_the_one_that_takes_it_away(
    tmp_path: Path, avatar: Avatar
) -> None:
    async with performing(tmp_path, avatar, preview=True) as around:
        window = PictureSlot(tmp_path / PREVIEW_SLOT, PREVIEW_PIXELS_MAX)
        inlet = PictureSlot(tmp_path / GUEST_SLOT, GUEST_PIXELS_MAX)
        inlet.write(np.full((90, 160, 4), 7, np.uint8))

        def is_shown() -> bool | None:
            picture = window.read_new()
            return None if picture is None else bool((picture[..., :3] == 7).all(-1).mean() > 0.5)

        await around.until(lambda: is_shown() is False)
        around.orders.put(UseLayer("full"))
        await around.until(is_shown)
        around.orders.put(UseLayer(""))
        await around.until(lambda: is_shown() is False)
        around.orders.put(UseLayer("nowhere"))
        await around.until(lambda: "nowhere" in around.status())
        window.close()
        inlet.close()


async def test_an_engine_that_starts_while_the_host_hides_shows_nothing(tmp_path: Path, avatar: Avatar) -> None:
    async with performing(tmp_path, avatar, preview=True, is_panic_on=True) as around:
        window = PictureSlot(tmp_path / PREVIEW_SLOT, PREVIEW_PIXELS_MAX)
        await around.until(lambda: len(around.frames("main")) > 4)
        picture = window.read_new()
        assert picture is not None and not (picture == 90).all(-1).any()
        window.close()


async def test_the_scene_of_the_plan_is_set_and_every_order_reaches_the_stage(tmp_path: Path, avatar: Avatar) -> None:
    plan = {"backdrop": "#123456", "light": "neon", "shot": "wide", "has_director": True}
    async with performing(tmp_path, avatar, **plan) as around:
        assert around.stage.scenes == ["neon", "wide", True, Fill("#123456", "#123456")]
        around.stage.scenes.clear()
        for order in (UseBackdrop("room"), UseLight("night"), UseShot("full"), UseDirector(False)):
            around.orders.put(order)
        await around.until(lambda: len(around.stage.scenes) == 4)
        assert around.stage.scenes == [Room(), "night", "full", False]


async def test_a_backdrop_that_cannot_be_is_told_until_a_sound_one_comes(tmp_path: Path, avatar: Avatar) -> None:
    async with performing(tmp_path, avatar, backdrop="nonsense") as around:
        await around.until(lambda: around.status().startswith('"nonsense" is no backdrop'))
        around.orders.put(UseBackdrop("room"))
        await around.until(lambda: around.status().startswith("idling"))
        around.stage.fault = "gone.mp4 is not a video."
        await around.until(lambda: around.status().split(";")[0] == "gone.mp4 is not a video")


async def test_an_engine_that_cannot_keep_pace_lowers_the_quality_and_says_so(tmp_path: Path, avatar: Avatar) -> None:
    async with performing(tmp_path, avatar, fps=2_000) as around:  # no machine makes a frame in half a millisecond
        await around.until(lambda: around.status().endswith("to keep pace"))
        assert around.stage.qualities[0] == LADDER[1]
