"""A show for tests: a moving pattern, encoded and broadcast, behind WHEP on a port of this machine."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import uvicorn
from litestar import Litestar, MediaType, Response, get
from numpy.typing import NDArray

from avatar_live.broadcast.broadcaster import Broadcaster
from avatar_live.broadcast.feedback import Feedback
from avatar_live.clock import Pacer, now_s
from avatar_live.encoder.audio import OpusEncoder
from avatar_live.encoder.thread import EncoderThread
from avatar_live.protocol.ice import IceServer
from avatar_live.protocol.wire import Keys
from avatar_live.server.whep import whep_routes
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ, MAIN_STREAM, VIDEO_CLOCK_HZ, EncodedFrame

WIDTH_PX, HEIGHT_PX, FPS = 640, 360, 30
PLAYER_TOKEN, PLAYER_STREAM = "the-token", "player-1"
BITS = 16  # of the time stamp at the bottom: milliseconds of the monotonic clock

PAGE = """<!doctype html><meta charset="utf-8"><video autoplay playsinline muted></video><script>
async function watch(path = "/whep", {token, input, audio = true} = {}) {
  const connection = new RTCPeerConnection();
  connection.addTransceiver("video", {direction: "recvonly"});
  if (audio) connection.addTransceiver("audio", {direction: "recvonly"});
  const video = document.querySelector("video");
  const stream = new MediaStream();
  connection.ontrack = (event) => { stream.addTrack(event.track); video.srcObject = event.streams[0] ?? stream; };
  const channel = input ? connection.createDataChannel("input", {ordered: false, maxRetransmits: 0}) : null;
  await connection.setLocalDescription();
  const headers = {"Content-Type": "application/sdp"};
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await fetch(path, {method: "POST", headers, body: connection.localDescription.sdp});
  if (response.status !== 201) return {status: response.status, text: await response.text()};
  const answer = await response.text();
  await connection.setRemoteDescription({type: "answer", sdp: answer});
  Object.assign(window, {connection, channel, video, session: response.headers.get("Location")});
  return {status: response.status, answer};
}
async function inbound(kind) {
  for (const report of (await connection.getStats()).values())
    if (report.type === "inbound-rtp" && report.kind === kind) return report;
  return {};
}
const canvas = new OffscreenCanvas(1, 1);
function pixels() {
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  const context = canvas.getContext("2d", {willReadFrequently: true});
  context.drawImage(video, 0, 0);
  return context;
}
function pixel(x, y) { return [...pixels().getImageData(x, y, 1, 1).data].slice(0, 3); }
</script>"""


def pattern(stamp_ms: int, *, is_noisy: bool = False) -> NDArray[np.uint8]:
    """Draw a picture (360, 640, 4) BGRA: four coloured quarters, a ball on its way, and `stamp_ms` in 16 squares.

    Noise at the top makes it as large, encoded, as a real picture.
    """
    picture = np.empty((HEIGHT_PX, WIDTH_PX, 4), np.uint8)
    picture[:180, :320] = (200, 40, 40, 255)  # blue
    picture[:180, 320:] = (40, 200, 40, 255)  # green
    picture[180:, :320] = (40, 40, 200, 255)  # red
    picture[180:, 320:] = (128, 128, 128, 255)
    x = stamp_ms // 8 % (WIDTH_PX - 60)
    picture[150:210, x : x + 60] = (230, 230, 230, 255)
    if is_noisy:
        picture[:100] = np.random.default_rng(stamp_ms).integers(0, 256, (100, WIDTH_PX, 1), np.uint8)
    for bit in range(BITS):
        picture[-40:, bit * 40 : bit * 40 + 40] = (255,) * 4 if stamp_ms >> bit & 1 else (0, 0, 0, 255)
    return picture


@dataclass
class Show:
    """Hold what a test looks at while the show runs."""

    broadcaster: Broadcaster
    address: str = ""
    encoders: dict[str, EncoderThread] = field(default_factory=dict)
    keyframes_wanted: list[str] = field(default_factory=list)
    keys: list[tuple[str, Keys]] = field(default_factory=list)
    watchers: list[tuple[str, int]] = field(default_factory=list)
    published: int = 0  # pictures for everybody
    feedback: list[tuple[str, Feedback]] = field(default_factory=list)


@contextlib.asynccontextmanager
async def running_show(
    *, has_sound: bool = True, is_noisy: bool = False, ice_servers: Sequence[IceServer] = ()
) -> AsyncIterator[Show]:
    """Run the show: one encoder for everybody, one for the player with `PLAYER_TOKEN`."""
    loop = asyncio.get_running_loop()
    show: Show

    def want_keyframe(stream: str, rung: int) -> None:
        show.keyframes_wanted.append(stream)
        if stream in show.encoders:
            show.encoders[stream].want_keyframe()

    broadcaster = Broadcaster(
        want_keyframe=want_keyframe,
        on_keys=lambda stream, keys: show.keys.append((stream, keys)),
        on_watchers=lambda stream, count: show.watchers.append((stream, count)),
        on_feedback=lambda watch_id, feedback: show.feedback.append((watch_id, feedback)),
        allow_loopback=True,
    )
    show = Show(broadcaster)

    def publish(frame: EncodedFrame) -> None:
        broadcaster.publish(frame)
        show.published += frame.stream == MAIN_STREAM and frame.kind == "video"

    def send(frame: EncodedFrame) -> None:
        loop.call_soon_threadsafe(publish, frame)

    for stream in (MAIN_STREAM, PLAYER_STREAM):
        show.encoders[stream] = EncoderThread(stream, WIDTH_PX, HEIGHT_PX, FPS, 1_500_000, send)
    stopped = threading.Event()
    drawing = threading.Thread(target=_draw, args=(show, loop, stopped, has_sound, is_noisy))
    drawing.start()
    try:
        async with _serving(broadcaster, ice_servers) as show.address:
            yield show
    finally:
        stopped.set()
        await asyncio.to_thread(drawing.join)
        for encoder in show.encoders.values():
            encoder.close()
        await broadcaster.close()


def _draw(
    show: Show, loop: asyncio.AbstractEventLoop, stopped: threading.Event, has_sound: bool, is_noisy: bool
) -> None:
    pacer, origin_s, sound_pts = Pacer(FPS), now_s(), 0
    sound = OpusEncoder(MAIN_STREAM)
    while not stopped.is_set():
        pacer.wait()
        captured_s = now_s()
        picture = pattern(int(captured_s * 1e3) % (1 << BITS), is_noisy=is_noisy)
        for encoder in show.encoders.values():
            encoder.put(picture, captured_s, int((captured_s - origin_s) * VIDEO_CLOCK_HZ))
        while has_sound and sound_pts <= (captured_s - origin_s) * AUDIO_CLOCK_HZ:
            loop.call_soon_threadsafe(
                show.broadcaster.publish, sound.silence(origin_s + sound_pts / AUDIO_CLOCK_HZ, sound_pts)
            )
            sound_pts += 960
    sound.close()


@contextlib.asynccontextmanager
async def _serving(broadcaster: Broadcaster, ice_servers: Sequence[IceServer]) -> AsyncIterator[str]:
    @get("/", media_type=MediaType.HTML)
    async def page() -> Response[str]:
        return Response(PAGE, media_type=MediaType.HTML)

    routes = whep_routes(broadcaster, {PLAYER_TOKEN: PLAYER_STREAM}.get, ice_servers=ice_servers)
    app = Litestar([page, routes], openapi_config=None, logging_config=None)
    listener = socket.create_server(("127.0.0.1", 0))  # it queues who comes before the server runs
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listener.close()
