"""Debian's Janus as the SFU: a bridge that takes WHIP and speaks Janus' own API, and somebody who watches there.

Janus has no WHIP itself; such a bridge is how it is given one everywhere ("simple-whip-server").
"""

import asyncio
import contextlib
import subprocess
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import httpx
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from patience import DEADLINE_S
from ports import free_port
from sfu import Sfu

ROOM: Final = 1234
_MODULES: Final = Path("/usr/lib/x86_64-linux-gnu/janus")
_PROFILE: Final = "42e01f"


@contextlib.contextmanager
def janus(folder: Path) -> Iterator[str]:
    """Run a Janus of our own with one room and yield the address of its API."""
    port = free_port()
    modules = next((path for path in (_MODULES, Path("/usr/lib/janus")) if path.is_dir()), _MODULES)
    unused = ", ".join(path.name for path in sorted((modules / "plugins").glob("*.so")) if "videoroom" not in path.name)
    other = ", ".join(path.name for path in sorted((modules / "transports").glob("*.so")) if "http" not in path.name)
    (folder / "janus.jcfg").write_text(f"""
general: {{
  configs_folder = "{folder}"
  plugins_folder = "{modules}/plugins"
  transports_folder = "{modules}/transports"
  debug_level = 3
}}
nat: {{ nice_debug = false }}
plugins: {{ disable = "{unused}" }}
transports: {{ disable = "{other}" }}
""")
    (folder / "janus.transport.http.jcfg").write_text(f"""
general: {{ http = true, ip = "127.0.0.1", port = {port}, https = false }}
admin: {{ admin_http = false }}
""")
    (folder / "janus.plugin.videoroom.jcfg").write_text(f"""
room-{ROOM}: {{ publishers = 2, audiocodec = "opus", videocodec = "h264", h264_profile = "{_PROFILE}", bitrate = 0 }}
""")
    log = folder / "janus.log"
    command = ["janus", "-F", str(folder), "-C", str(folder / "janus.jcfg"), "-o"]
    with log.open("wb") as written, subprocess.Popen(command, stdout=written, stderr=written) as process:
        try:
            yield f"http://127.0.0.1:{port}/janus"
        finally:
            process.terminate()


class JanusBridge(Sfu):
    """Take WHIP, publish in Janus' room, and watch there what arrives."""

    def __init__(self, api: str) -> None:
        super().__init__()
        self._api = api

    async def answer(self, offer: str) -> tuple[str, str]:
        join = {"request": "join", "ptype": "publisher", "room": ROOM, "display": "show"}
        publisher = await self._attached()
        joined = await self._ask(publisher, join)
        answered = await self._ask(publisher, {"request": "publish"}, {"type": "offer", "sdp": offer})
        self._watching = asyncio.create_task(self._watch(publisher, joined["plugindata"]["data"]["id"]))
        return f"handle-{publisher}", str(answered["jsep"]["sdp"])

    @contextlib.asynccontextmanager
    async def _extras(self) -> AsyncIterator[None]:
        async with httpx.AsyncClient(timeout=DEADLINE_S) as self._client:
            async with asyncio.timeout(DEADLINE_S):
                self._session = await self._begun()
            self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
            self._ups: dict[int, asyncio.Event] = {}
            listening = asyncio.create_task(self._listen())
            yield
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening
            await self._post(self._session, {"janus": "destroy"})

    async def _begun(self) -> str:
        """Return a session's address, once Janus runs."""
        while True:
            with contextlib.suppress(httpx.ConnectError):
                made = await self._post(self._api, {"janus": "create"})
                return f"{self._api}/{made['data']['id']}"
            await asyncio.sleep(0.05)

    async def _watch(self, publisher: int, feed: int) -> None:
        """Subscribe to what is published in the room, once the publisher's connection stands."""
        await self._ups.setdefault(publisher, asyncio.Event()).wait()
        handle = await self._attached()
        join = {"request": "join", "ptype": "subscriber", "room": ROOM, "streams": [{"feed": feed}]}
        offered = await self._ask(handle, join)
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        peer.on("track", self._consume)
        await peer.setRemoteDescription(RTCSessionDescription(offered["jsep"]["sdp"], "offer"))
        await peer.setLocalDescription()
        await self._ask(handle, {"request": "start"}, {"type": "answer", "sdp": peer.localDescription.sdp})
        self.peers[f"watcher-{handle}"] = peer

    async def _attached(self) -> int:
        made = await self._post(self._session, {"janus": "attach", "plugin": "janus.plugin.videoroom"})
        return int(made["data"]["id"])

    async def _ask(self, handle: int, body: dict[str, Any], jsep: dict[str, str] | None = None) -> dict[str, Any]:
        """Send a message to the room and return the event that answers it."""
        name = uuid.uuid4().hex
        words = {"janus": "message", "transaction": name, "body": body} | ({"jsep": jsep} if jsep else {})
        answer = self._answers[name] = asyncio.get_running_loop().create_future()
        await self._post(f"{self._session}/{handle}", words)
        return await asyncio.wait_for(answer, DEADLINE_S)

    async def _listen(self) -> None:
        """Hear Janus' events by long polls."""
        while True:
            event = (await self._client.get(self._session)).json()
            if event["janus"] == "webrtcup":
                self._ups.setdefault(event["sender"], asyncio.Event()).set()
            answer = self._answers.pop(event.get("transaction", ""), None)
            if answer is not None:
                assert "error" not in event.get("plugindata", {}).get("data", {}), event
                answer.set_result(event)

    async def _post(self, address: str, words: dict[str, Any]) -> dict[str, Any]:
        told = (await self._client.post(address, json={"transaction": uuid.uuid4().hex, **words})).json()
        assert told["janus"] in ("success", "ack"), told
        assert isinstance(told, dict)
        return told
