"""One show at six places at once, where programs that are not ours take it and play it."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from footage import FPS, Played, play
from janus import JanusBridge, janus
from ports import free_port
from sfu import TOKEN, Sfu
from showing import Showing, showing
from stage import until

from avatar_live.outlets.hls import PLAYLIST

SECONDS = 6
SHARE_MIN = 0.95
OFFSET_MS_MAX = 40.0
LOST_S_MAX = 2.0
KEY = "live_1234567890_secret"


@dataclass
class Seen:
    """What came of a show of six seconds after which the process was killed."""

    places: Path
    before_kill: int = 0
    sfu: int = 0
    janus: int = 0
    janus_sounds: int = 0
    told: str = ""

    def film(self, name: str) -> Played:
        return play(str(self.places / name))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Bring a show everywhere for six seconds, then kill the process and see it go on."""
    missing = [program for program in ("ffmpeg", "janus") if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} are not installed")
    folder = tmp_path_factory.mktemp("everywhere")
    (folder / "janus").mkdir()
    (folder / "www").mkdir()
    files = tuple(str(folder / name) for name in ("show.mp4", "show.mkv"))
    seen = Seen(folder)
    with ExitStack() as opened:
        port = opened.enter_context(platform(folder / "platform.flv"))
        sfu = opened.enter_context(Sfu())
        bridge = opened.enter_context(JanusBridge(opened.enter_context(janus(folder / "janus"))))
        places = (f"rtmp://127.0.0.1:{port}/live/{KEY}", f"{sfu.url} {TOKEN}", f"{bridge.url} {TOKEN}")
        show = opened.enter_context(showing(*files, f"hls:{folder / 'www'}", *places))
        until(lambda: show.state == ", ".join(["live"] * 6), "all six are live")
        until(lambda: min(sfu.pictures, bridge.pictures, bridge.sounds) > 0, "and watched")
        sent, at_sfu, at_janus, heard = show.stage.pictures, sfu.pictures, bridge.pictures, bridge.sounds
        until(lambda: show.stage.pictures >= sent + SECONDS * FPS, "six seconds are sent")
        until(lambda: min(sfu.pictures - at_sfu, bridge.pictures - at_janus) >= SHARE_MIN * SECONDS * FPS, "and arrive")
        until(lambda: bridge.sounds - heard >= SHARE_MIN * SECONDS * 50, "with their sound")
        seen.sfu, seen.janus = sfu.pictures - at_sfu, bridge.pictures - at_janus
        seen.janus_sounds = bridge.sounds - heard
        kill(show)
        seen.before_kill = show.stage.pictures - sent
        until(lambda: (folder / "show-2.mkv").exists() and (folder / "show-2.mp4").exists(), "new files are begun")
        until(lambda: "live, live, live" in show.state, "it goes on")
        seen.told = show.told
    yield seen


def kill(show: Showing) -> None:
    os.kill(show.parts.processes()["outlets"], signal.SIGKILL)


@contextmanager
def platform(film: Path) -> Iterator[int]:
    """Let FFmpeg take one stream and keep it in a file."""
    port = free_port()
    asked = ["ffmpeg", "-v", "error", "-y", "-listen", "1", "-i", f"rtmp://127.0.0.1:{port}/live/{KEY}", "-c", "copy"]
    with subprocess.Popen([*asked, film], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield port
        finally:
            process.kill()


def test_ffmpegs_rtmp_server_gets_the_show(seen: Seen) -> None:
    played = seen.film("platform.flv")
    assert set(played.codecs) == {"h264", "aac"}
    assert len(played.pictures_s) >= SHARE_MIN * SECONDS * FPS
    assert max(map(abs, played.offsets_ms())) <= OFFSET_MS_MAX


def test_an_sfu_gets_the_show(seen: Seen) -> None:
    assert seen.sfu >= SHARE_MIN * SECONDS * FPS


def test_somebody_at_janus_watches_the_show(seen: Seen) -> None:
    assert seen.janus >= SHARE_MIN * SECONDS * FPS
    assert seen.janus_sounds >= SHARE_MIN * SECONDS * 50


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_recording_that_was_killed_plays_up_to_two_seconds_before(seen: Seen, suffix: str) -> None:
    played = seen.film(f"show{suffix}")
    assert len(played.pictures_s) >= seen.before_kill - LOST_S_MAX * FPS
    assert max(map(abs, played.offsets_ms())) <= OFFSET_MS_MAX
    assert seen.film(f"show-2{suffix}").pictures_s, "and goes on in a new file"


def test_a_playlist_has_the_show_from_its_new_beginning(seen: Seen) -> None:
    assert seen.film(f"www/{PLAYLIST}").pictures_s


def test_no_key_and_no_token_was_told(seen: Seen) -> None:
    assert KEY not in seen.told and TOKEN not in seen.told
