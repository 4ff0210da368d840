"""A show that does what it is told, writes down what that was, and tells what the test wants told."""

import contextlib
import threading
import time
from pathlib import Path

import msgspec
import numpy as np
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from avatar_live.channels import PictureSlot
from avatar_live.channels.processes import (
    PREVIEW_PIXELS_MAX,
    PREVIEW_SLOT,
    CalibrationState,
    CalibrationWish,
    Health,
    OutletState,
)
from avatar_live.protocol.api import ApiEvent
from avatar_live.signals.sound import SoundLevels

TOKEN = "secret"


class FakeShow:
    """Keep the window company."""

    link = "http://192.168.1.23:8080/"
    token = TOKEN

    def __init__(self, folder: Path) -> None:
        self.run_folder = folder
        self.is_live = False
        self.title = ""
        self.camera = "auto"
        self.microphone = "off"
        self.take = ""
        self.video = ""
        self.places: tuple[str, ...] = ()
        self.told_outlets: tuple[OutletState, ...] = ()
        self.avatar = "mirai"
        self.backdrop = "room"
        self.light = "studio"
        self.shot = "bust"
        self.has_director = False
        self.is_mirrored = True
        self.is_drawn = False
        self.layer = ""
        self.guest_door = "http://192.168.1.23:8080/whip by WHIP, bearer token come-in"
        self.lost_policy = "idle"
        self.music = ""
        self.speech = "off"
        self.levels = SoundLevels()
        self.sound_dbfs = -120.0
        self.calibration = CalibrationState()
        self.warning = ""
        self.engine_notice = ""
        self.calls: list[tuple[str, object]] = []
        self.fault: str | None = None
        self.surprise: OSError | None = None
        self.told_licence = ""
        self.told_take_broken = ""
        self.told_refusals: dict[str, str] = {}
        self.event_url = ""
        self.api_url = ""
        self.preview = PictureSlot(folder / PREVIEW_SLOT, PREVIEW_PIXELS_MAX)

    def cameras(self) -> list[tuple[str, str]]:
        return [("0", "Integrated Camera"), ("2", "HD Pro Webcam C920")]

    def microphones(self) -> list[tuple[str, str]]:
        return [("3", "USB Microphone")]

    def record(self, is_on: bool) -> str | None:
        self.calls.append(("record", is_on))
        if self.fault is None:
            self.take = "/home/me/takes/evening.take" if is_on else ""
        return self.fault

    def record_video(self, is_on: bool) -> str | None:
        self.calls.append(("record_video", is_on))
        if self.fault is None:
            self.video = "/home/me/recordings/2026-11-28_20-15-00.mp4" if is_on else ""
        return self.fault

    def add_place(self, written: str) -> str | None:
        self.calls.append(("add_place", written))
        if self.fault is None:
            self.places = (*self.places, "live.example.com")
        return self.fault

    def remove_place(self, index: int) -> str | None:
        self.calls.append(("remove_place", index))
        self.places = (*self.places[:index], *self.places[index + 1 :])
        return None

    def avatars(self) -> list[tuple[str, str]]:
        return [("mirai", "Mirai"), ("kohaku", "Kohaku")]

    def go_live(self, title: str) -> str | None:
        if self.surprise is not None:
            raise self.surprise
        self.calls.append(("go_live", title))
        self.is_live = self.fault is None
        return self.fault

    def end_live(self) -> str | None:
        self.calls.append(("end_live", None))
        self.is_live = False
        return None

    def use_camera(self, camera: str) -> str | None:
        self.calls.append(("use_camera", camera))
        if self.fault is None:
            self.camera = camera
        return self.fault

    def use_microphone(self, microphone: str) -> str | None:
        self.calls.append(("use_microphone", microphone))
        self.microphone = microphone
        return None

    def use_avatar(self, avatar: str) -> str | None:
        self.calls.append(("use_avatar", avatar))
        if self.fault is None:
            self.avatar = avatar
        return self.fault

    def licence_notice(self) -> str:
        return self.told_licence

    def use_backdrop(self, backdrop: str) -> str | None:
        self.calls.append(("use_backdrop", backdrop))
        if self.fault is None:
            self.backdrop = backdrop
        return self.fault

    def use_light(self, light: str) -> str | None:
        self.calls.append(("use_light", light))
        self.light = light
        return None

    def use_shot(self, shot: str) -> str | None:
        self.calls.append(("use_shot", shot))
        self.shot = shot
        return None

    def use_mirror(self, is_on: bool) -> None:
        self.calls.append(("use_mirror", is_on))
        self.is_mirrored = is_on

    def use_drawn(self, is_on: bool) -> None:
        self.calls.append(("use_drawn", is_on))
        self.is_drawn = is_on

    def use_director(self, is_on: bool) -> None:
        self.calls.append(("use_director", is_on))
        self.has_director = is_on

    def use_layer(self, layer: str) -> str | None:
        self.calls.append(("use_layer", layer))
        self.layer = layer
        return None

    def use_lost_policy(self, policy: str) -> str | None:
        self.calls.append(("use_lost_policy", policy))
        if self.fault is None:
            self.lost_policy = policy
        return self.fault

    def use_music(self, path: str) -> str | None:
        self.calls.append(("use_music", path))
        if self.fault is None:
            self.music = path
        return self.fault

    def use_speech(self, mode: str) -> str | None:
        self.calls.append(("use_speech", mode))
        if self.fault is None:
            self.speech = mode
        return self.fault

    def use_levels(self, levels: SoundLevels) -> None:
        self.calls.append(("use_levels", levels))
        self.levels = levels

    def calibrate(self, wish: CalibrationWish) -> int:
        self.calls.append(("calibrate", wish))
        return len(self.calls)

    def panic(self, is_on: bool) -> None:
        self.calls.append(("panic", is_on))

    def health(self) -> dict[str, Health]:
        now_s = time.monotonic()
        told = {
            "tracker": Health(now_s, "camera 0", True, {"fps": 29.7}, notice=self.warning),
            "engine": Health(
                now_s,
                "performing",
                True,
                {"render_fps": 30.0, "sound_dbfs": self.sound_dbfs},
                notice=self.engine_notice,
                calibration=self.calibration,
            ),
        }
        if self.told_take_broken:
            told["tracker"] = Health(now_s, self.told_take_broken, True, {"fps": 29.7, "take_broken": 1.0})
        if self.told_outlets:
            told["outlets"] = Health(now_s, "2 of 3 live", True, outlets=self.told_outlets)
        if self.is_live:
            told["server"] = Health(now_s, "serving", True, {"viewers": 42.0})
        return {name: health for name, health in told.items() if name not in self.told_refusals}

    def refusals(self) -> dict[str, str]:
        return self.told_refusals

    def show_picture(self, pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> None:
        self.preview.write(pixels)


class FakeEvents:
    """An event API that sends what the test tells it to every listener with the right token."""

    def __init__(self) -> None:
        self._listeners: list[ServerConnection] = []
        self._seq = 0
        self.joined = threading.Event()
        self._server: Server = serve(self._listen, "127.0.0.1", 0)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/api/events"

    def tell(self, type: str, **data: str | int | float | bool) -> None:
        self._seq += 1
        self.repeat(ApiEvent("epoch", self._seq, type, 0.0, data))

    def repeat(self, event: ApiEvent) -> None:
        line = msgspec.json.encode(event).decode()
        for listener in self._listeners[:]:
            with contextlib.suppress(ConnectionClosed):  # of one that has left and is about to be forgotten
                listener.send(line)

    def hang_up(self) -> None:
        self.joined.clear()
        for listener in self._listeners[:]:
            listener.close()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()

    def _listen(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        if connection.request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return
        self._listeners.append(connection)
        self.joined.set()
        for _ in connection:
            pass
        self._listeners.remove(connection)
