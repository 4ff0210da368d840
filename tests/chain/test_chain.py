"""From a person before a camera to a viewer who plays along, with every process and a real browser."""

import json
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from lips import Ear
from numpy.typing import NDArray
from patience import DEADLINE_S
from playwright.sync_api import Page, expect
from running import Running, plays, running_show, until
from shared import shared_data
from speaker import TONE_HZ, speaking

from avatar_live import clock
from avatar_live.app.settings import find_avatar
from avatar_live.channels import Slot
from avatar_live.channels.processes import READINGS_SLOT, Panic, UseAvatar, UseCamera
from avatar_live.protocol.catalogue import GIFTS, START_BALANCE_COINS
from avatar_live.signals import READINGS_BYTES, readings_from_bytes

Pixels: TypeAlias = NDArray[np.int16]

LIPS_APART_S_MAX = 0.06
PAIRS_MIN = 40  # pictures of moments that the tracker saw

# Looks at every presented picture: its stamp, and where the avatar's amber irises lie in the middle of the picture
# (the set's own warm lights stand left and right of that).
EYE_WATCH = """(video) => {
  const width = 640, height = 360, cell = 13;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  window.eyes = [];
  const look = () => {
    context.drawImage(video, 0, 0, width, height);
    const pixels = context.getImageData(0, 0, width, 260).data;
    let stamp = 0;
    for (let bit = 0; bit < 32; bit++)
      stamp = stamp * 2 + (pixels[4 * ((cell >> 1) * width + bit * cell + (cell >> 1))] > 127 ? 1 : 0);
    const amber = [];
    let light = 0;
    for (let row = cell + 2; row < 260; row++)
      for (let column = 200; column < 440; column++) {
        const at = 4 * (row * width + column);
        const [red, green, blue] = [pixels[at], pixels[at + 1], pixels[at + 2]];
        light += red + green + blue;
        if (red > 140 && green > 0.4 * red && green < 0.8 * red && blue < 0.35 * red) amber.push([column, row]);
      }
    const middle = (points, axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
    const between = middle(amber, 0);
    const [left, right] = [amber.filter((p) => p[0] < between), amber.filter((p) => p[0] >= between)];
    const [across, down] = [0, 1].map((axis) => middle(right, axis) - middle(left, axis));
    const eyes = { stamp, n: amber.length, roll: Math.atan2(down, across), apart: Math.hypot(across, down) };
    window.eyes.push({ ...eyes, light: light / (240 * 260 * 3) });
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}"""


def eyes(page: Page) -> list[dict[str, float]]:
    """Return what the watch saw since the last call."""
    seen = page.evaluate("() => window.eyes.splice(0)")
    assert isinstance(seen, list)
    return seen


def watch_eyes(page: Page) -> None:
    page.locator("#main-video").evaluate(EYE_WATCH)
    until(lambda: page.evaluate("() => window.eyes.length") > 0, "a picture is presented")


def picture_of(page: Page, video: str) -> Pixels:
    """Return what a video of the page shows, (90, 160, 3)."""
    data = page.locator(video).evaluate(
        """(video) => {
          const canvas = new OffscreenCanvas(160, 90), context = canvas.getContext("2d");
          context.drawImage(video, 0, 0, 160, 90);
          return [...context.getImageData(0, 0, 160, 90).data];
        }"""
    )
    return np.array(data, np.int16).reshape(90, 160, 4)[..., :3]


class PersonWatch:
    """Collect how the tracked person's eyes lie, by the time at which the camera saw it."""

    def __init__(self, folder: Path) -> None:
        self._slot = Slot(folder / READINGS_SLOT, READINGS_BYTES)
        self._ended = threading.Event()
        self.rolls: dict[float, float] = {}
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join()

    def _collect(self) -> None:
        while not self._ended.wait(0.01):
            data = self._slot.read_new()
            face = readings_from_bytes(data).face if data is not None else None
            if face is not None:
                across = face.landmarks[263, :2] - face.landmarks[33, :2]  # outer corners of both eyes
                self.rolls[face.captured_s] = float(np.arctan2(across[1], across[0]))


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_show(tmp_path_factory.mktemp("show")) as running:
        yield running


def test_the_avatars_head_tilts_as_the_persons_does(show: Running) -> None:
    with show.viewer() as page:
        watch_eyes(page)
        person = PersonWatch(show.folder)
        seen: list[dict[str, float]] = []
        began_s = clock.now_s()

        def tilts_alike() -> bool:
            page.wait_for_timeout(500)
            seen.extend(eyes(page))
            pairs = rolls(seen, person)[-PAIRS_MIN:]  # the newest: a busy machine's first seconds are no film
            if len(pairs) < PAIRS_MIN or clock.now_s() - began_s < 6.0:  # three whole tilts
                return False
            person_roll, avatar_roll = np.array(pairs).T
            # A mirror: what tilts to the picture's left does so in the unmirrored camera picture's right.
            is_mirrored = np.corrcoef(person_roll, avatar_roll)[0, 1] < -0.8
            return bool(is_mirrored and person_roll.std() > 0.1 and avatar_roll.std() > 0.4 * person_roll.std())

        until(tilts_alike, "the avatar tilts as a mirror of what the tracker saw")
        person.end()
    assert min(entry["light"] for entry in seen) > 20, "a picture was black"


def rolls(seen: list[dict[str, float]], person: PersonWatch) -> list[tuple[float, float]]:
    """Return how the person's and the avatar's eyes lie, for every picture of a moment that the tracker saw."""
    wall_minus_monotonic_s = clock.wall_s() - clock.now_s()
    told = person.rolls.copy()  # which goes on
    times_s = np.array(sorted(told))
    pairs = []
    for entry in seen if len(times_s) else []:
        captured_s = (entry["stamp"] / 1000.0 - wall_minus_monotonic_s) % (2.0**32 / 1000.0)
        captured_s += round((times_s[0] - captured_s) / (2.0**32 / 1000.0)) * (2.0**32 / 1000.0)
        nearest_s = times_s[np.abs(times_s - captured_s).argmin()]
        if abs(nearest_s - captured_s) < 0.05 and entry["n"] > 30:
            pairs.append((told[nearest_s], entry["roll"]))
    return pairs


def test_a_chat_line_arrives_at_a_second_viewer_and_at_the_event_api(show: Running) -> None:
    with show.viewer() as page, show.member("Bob") as bob, show.events() as events:
        bob.send(type="say", text="hello from Bob")
        expect(page.locator("#chat .line", has_text="hello from Bob")).to_be_visible()
        page.fill("#say", "hello Bob")
        page.press("#say", "Enter")
        bob.hear("chat", text="hello Bob")
        events.hear("chat", text="hello from Bob")
        events.hear("chat", text="hello Bob")


def test_a_gift_sent_twice_is_committed_once_and_told_once(show: Running) -> None:
    with show.member("Ana") as ana, show.member("Bob") as bob, show.events() as events:
        twice, after = str(uuid.uuid4()), str(uuid.uuid4())
        for gift_id in (twice, twice, after):
            ana.send(type="gift", id=gift_id, gift="tomato")
        ana.hear("gift_update", id=after, state="committed")
        told = [bob.hear("gift_given")["id"], bob.hear("gift_given")["id"]]
        assert told == [twice, after]
        assert [events.hear("gift")["data"]["id"] for _ in range(2)] == [twice, after]
        (count,) = show.ledger("SELECT count(*) FROM gift WHERE id = ?", twice)[0]
        assert count == 1
    with show.member("Ana", ana.welcome["viewer"]) as back:
        assert back.welcome["balance_coins"] == START_BALANCE_COINS - 2 * GIFTS["tomato"].price_coins
    assert show.ledger("SELECT sum(coins) FROM entry") == [(0,)]


def test_a_gift_given_on_the_page_changes_the_picture_and_wears_off(show: Running) -> None:
    with show.viewer() as page:
        watch_eyes(page)
        usual: list[float] = []

        def is_known() -> bool:
            usual.extend(entry["apart"] for entry in eyes(page) if entry["n"] > 30)  # not while the host blinks
            return len(usual) > 30

        until(is_known, "the host's open eyes are seen")
        before = float(np.median(usual))
        page.locator("[data-gift=giant_head]").first.click()
        grown: list[float] = []

        def has_grown() -> bool:
            grown.extend(entry["apart"] for entry in eyes(page) if entry["n"] > 30)
            return sum(apart > 1.3 * before for apart in grown) > 10

        until(has_grown, f"the eyes move apart from {before:.0f} px")

        def is_back() -> bool:
            recent = [entry["apart"] for entry in eyes(page) if entry["n"] > 30]
            return bool(recent) and float(np.median(recent)) < 1.15 * before

        until(is_back, "the head is as it was")


def test_a_ticket_puts_a_viewer_into_the_game_and_keys_move_the_view(show: Running) -> None:
    with show.viewer() as page, show.events() as events:
        page.locator("[data-gift=ticket]").first.click()
        plays(page, "#own-video")
        events.hear("play_started")

        def picture() -> Pixels:
            assert page.locator("#own-video").evaluate("(video) => [video.videoWidth, video.videoHeight]") == [640, 360]
            return picture_of(page, "#own-video")

        page.wait_for_timeout(1_000)
        still = [picture()]
        page.wait_for_timeout(1_000)
        still.append(picture())
        unmoved = float(np.abs(still[1] - still[0]).mean())
        page.keyboard.down("ArrowLeft")
        until(lambda: np.abs(picture() - still[1]).mean() > 3.0 * unmoved + 8.0, "the view turns with the key")
        page.keyboard.up("ArrowLeft")
        page.click("#leave")
        expect(page.locator("#own-video")).to_have_count(0)
        events.hear("play_ended")
        plays(page)


def test_the_panic_card_hides_the_host_at_once_and_lets_go(show: Running) -> None:
    with show.viewer() as page:
        watch_eyes(page)
        show.parts.order("engine", Panic(True))
        try:
            until(lambda: (seen := eyes(page)) and all(entry["n"] == 0 for entry in seen), "the host is hidden")
            hidden: list[dict[str, float]] = []

            def is_watched() -> bool:
                hidden.extend(eyes(page))
                return len(hidden) >= 20

            until(is_watched, "the picture goes on")
            assert all(entry["n"] == 0 for entry in hidden)
        finally:
            show.parts.order("engine", Panic(False))
        until(lambda: any(entry["n"] > 30 for entry in eyes(page)), "the host is back")


def test_the_voice_is_heard_in_step_with_the_lips_and_not_from_behind_the_panic_card(show: Running) -> None:
    with show.viewer() as page, speaking(show.folder):
        ear = Ear(page)
        until(lambda: ear.pitch_hz() == pytest.approx(TONE_HZ, abs=10), "the tone is heard")
        # A browser moves sound and picture together in small steps, and a busy one needs many: it has to stay there.
        until(
            lambda: all(abs(ear.apart_s(3.0)) < LIPS_APART_S_MAX for _ in range(2)),
            "voice and lips are together",
        )
        show.parts.order("engine", Panic(True))
        try:
            until(lambda: ear.loudness(1.2) < 0.001, "a second with its beep is silent")
            assert ear.loudness(1.5) < 0.001
        finally:
            show.parts.order("engine", Panic(False))
        until(lambda: ear.loudness(0.5) > 0.1, "the host is heard again")


def test_characters_change_while_viewers_stay_connected(show: Running) -> None:
    before = show.parts.processes()
    with show.viewer() as page:
        calls: list[str] = []
        page.on("request", lambda request: calls.append(request.url) if "/whep" in request.url else None)

        def brightness() -> float:
            return float(picture_of(page, "#main-video")[55:68, 60:100].mean())  # of what the host wears

        for name, is_on in (("hayate", lambda: brightness() < 160.0), ("mirai", lambda: brightness() > 180.0)) * 2:
            show.parts.order("engine", UseAvatar(str(find_avatar(name))))
            until(is_on, f"{name} comes on")
        expect(page.locator("#main-video[data-at=playing]")).to_be_attached()
        assert calls == [], "nobody had to call again"
    assert show.parts.processes() == before


@pytest.mark.parametrize("clip", ["asl_help.mkv", "head-pose-face-detection-female.gif"])
def test_recorded_people_drive_the_avatar_too(show: Running, clip: str) -> None:
    footage = shared_data("footage", clip)
    with show.viewer() as page:
        show.parts.order("tracker", UseCamera(str(footage)))
        try:
            expect(page.locator("#source")).to_contain_text(clip)
            person = PersonWatch(show.folder)
            until(lambda: len(person.rolls) > 20, "the face is tracked")
            person.end()
            until(lambda: show.parts.health()["engine"].status.startswith("performing"), "the avatar performs")
        finally:
            show.parts.order("tracker", UseCamera(str(show.clip)))
        expect(page.locator("#source")).to_contain_text(show.clip.name)


def test_the_event_api_refuses_a_wrong_token(show: Running) -> None:
    from websockets.exceptions import ConnectionClosed, InvalidStatus
    from websockets.sync.client import connect

    with pytest.raises((InvalidStatus, ConnectionClosed)), connect(f"ws://{show.address}/api/events?token=no") as line:
        json.loads(line.recv(timeout=DEADLINE_S))
