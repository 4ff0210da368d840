"""Debian's Janus as a peer of `bench fanout`: its streaming plugin takes RTP and sends it to all who ask."""

import asyncio
import contextlib
import json
import shutil
import socket
import struct
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import psutil

from avatar_live.app.bench.fanout_parts import FPS
from avatar_live.app.faults import ShowError
from avatar_live.broadcast.parcels import Form, Parcel
from avatar_live.signals.encoded import VIDEO_CLOCK_HZ, EncodedFrame

LOOPBACK: Final = "127.0.0.1"
READY_S_MAX: Final = 15.0
REQUEST_S_MAX: Final = 15.0
_STREAM_ID: Final = 1
_PAYLOAD_TYPE: Final = 96
_SSRC: Final = 1

_SETTINGS: Final = {
    "janus.jcfg": """general: {{
    configs_folder = "{folder}"
    plugins_folder = "{library}/plugins"
    transports_folder = "{library}/transports"
    debug_level = 2
    session_timeout = 0
}}
nat: {{ ice_enforce_list = "{address}" }}
plugins: {{ disable = "{other_plugins}" }}
transports: {{ disable = "{other_transports}" }}
""",
    "janus.transport.http.jcfg": """general: {{ http = true, ip = "{address}", port = {port}, https = false }}
admin: {{ admin_http = false }}
""",
    "janus.plugin.streaming.jcfg": """show: {{
    type = "rtp"
    id = {stream}
    audio = false
    video = true
    videoport = {media_port}
    videopt = {payload_type}
    videocodec = "h264"
    videofmtp = "profile-level-id=42e01f;packetization-mode=1"
}}
""",
}


def find_janus() -> tuple[str, Path] | None:
    """Return the program and its library folder; None where it is not installed with HTTP and streaming."""
    program = shutil.which("janus")
    for library in sorted(Path("/usr/lib").glob("*/janus")):
        needed = (library / "plugins/libjanus_streaming.so", library / "transports/libjanus_http.so")
        if program is not None and all(path.exists() for path in needed):
            return program, library
    return None


class Janus:
    """Speak with a running Janus over its HTTP interface."""

    def __init__(self, process: psutil.Process, port: int, media_port: int) -> None:
        self.process = process
        self._address = f"http://{LOOPBACK}:{port}/janus"
        self._media_port = media_port
        self._number = self._sequence = 0  # of the next frame and the next packet

    async def ready(self) -> None:
        """Wait until it answers. Raises ShowError."""
        try:
            async with asyncio.timeout(READY_S_MAX):
                while True:
                    with contextlib.suppress(OSError):
                        await self._ask("/info")
                        return
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise ShowError("Janus is installed but does not answer: run `janus` and read what it says.") from None

    async def offer(self) -> tuple[str, str]:
        """Return where a new viewer's answer goes, and the offer to it."""
        session = (await self._ask("", janus="create"))["data"]["id"]
        plugin = "janus.plugin.streaming"
        handle = (await self._ask(f"/{session}", janus="attach", plugin=plugin))["data"]["id"]
        path = f"/{session}/{handle}"
        await self._ask(path, janus="message", body={"request": "watch", "id": _STREAM_ID})
        event = await self._event(session)
        return path, event["jsep"]["sdp"]

    async def accept(self, path: str, answer_sdp: str) -> None:
        """Give a viewer's answer and let it have the stream."""
        jsep = {"type": "answer", "sdp": answer_sdp}
        await self._ask(path, janus="message", body={"request": "start"}, jsep=jsep)

    async def feed(self, frames: list[EncodedFrame]) -> None:
        """Send the frames as RTP, over and over, until cancelled; then the next call goes on from there."""
        form = Form(_PAYLOAD_TYPE, b"", 0)
        loop = asyncio.get_running_loop()
        begun_s = loop.time() - self._number / FPS
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as media:
            media.connect((LOOPBACK, self._media_port))
            while True:
                parcel = Parcel(frames[self._number % len(frames)], 0.0)
                for run in (run for burst in parcel.bursts for run in burst):
                    packets, at = bytearray(parcel.blank(run, form)), 0
                    for size in (len(one) for one in parcel.payloads[run.first : run.first + run.packets]):
                        timestamp = self._number * VIDEO_CLOCK_HZ // FPS & 0xFFFFFFFF
                        struct.pack_into("!HII", packets, at + 2, self._sequence & 0xFFFF, timestamp, _SSRC)
                        media.send(packets[at : at + size + form.around_bytes])
                        self._sequence += 1
                        at += size + form.around_bytes
                self._number += 1
                await asyncio.sleep(begun_s + self._number / FPS - loop.time())

    async def _event(self, session: int) -> dict[str, Any]:
        """Return the next event that is no sign of life. Raises ShowError."""
        for _ in range(10):
            event = await self._ask(f"/{session}?maxev=1")
            if event["janus"] == "event":
                return event
        raise ShowError("Janus offers nothing to its viewers: it may lack its streaming plugin.")

    async def _ask(self, path: str, **message: Any) -> dict[str, Any]:
        return await asyncio.to_thread(self._ask_now, path, message)

    def _ask_now(self, path: str, message: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps({**message, "transaction": "bench"}).encode() if message else None
        request = urllib.request.Request(self._address + path, body, {"Content-Type": "application/json"})  # noqa: S310 (our own loopback address)
        with urllib.request.urlopen(request, timeout=REQUEST_S_MAX) as response:  # noqa: S310
            answer: dict[str, Any] = json.load(response)
        if answer["janus"] == "error":
            raise ShowError(f"Janus refuses: {answer['error']['reason']}.")
        return answer


@contextlib.asynccontextmanager
async def running_janus(program: str, library: Path) -> AsyncIterator[Janus]:
    """Run a Janus of our own on loopback, with a folder of its own and nothing but streaming."""
    with TemporaryDirectory(prefix="avatar-live-janus-") as folder:
        port, media_port = _free_port(socket.SOCK_STREAM), _free_port(socket.SOCK_DGRAM)
        values = {
            "folder": folder,
            "library": library,
            "address": LOOPBACK,
            "port": port,
            "media_port": media_port,
            "stream": _STREAM_ID,
            "payload_type": _PAYLOAD_TYPE,
            "other_plugins": _others(library / "plugins", "libjanus_streaming.so"),
            "other_transports": _others(library / "transports", "libjanus_http.so"),
        }
        for name, text in _SETTINGS.items():
            (Path(folder) / name).write_text(text.format_map(values))
        quiet = asyncio.subprocess.DEVNULL
        child = await asyncio.create_subprocess_exec(program, "-F", folder, stdin=quiet, stdout=quiet, stderr=quiet)
        try:
            janus = Janus(psutil.Process(child.pid), port, media_port)
            await janus.ready()
            yield janus
        finally:
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
            await child.wait()


def _others(folder: Path, wanted: str) -> str:
    return ",".join(path.name for path in sorted(folder.glob("*.so")) if path.name != wanted)


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
