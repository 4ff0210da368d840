"""A take plays like a camera: at its own pace, moved to now, and not a bit besides is changed."""

import math
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from patience import DEADLINE_S
from performer import entries, senses
from take_files import file_of, in_blocks

from avatar_live.mocap.replay import Sense, entry_of, later
from avatar_live.mocap.take import Entry, TakeError, head
from avatar_live.tracking.cameras import open_source
from avatar_live.tracking.capture import Capture
from avatar_live.tracking.source import CameraError
from avatar_live.tracking.takes import ROUND_S, SILENCE_S_MAX, Replay, read_take

HURRY = threading.Event()
HURRY.set()


def saved(path: Path, said: list[Entry]) -> Path:
    path.write_bytes(file_of(*in_blocks(said)))
    return path


def timeless(sense: Sense) -> tuple[str, bytes]:
    """Return what a sense says without its times."""
    entry = entry_of(later(sense, -sense.captured_s), 0.0)
    return entry.kind, entry.data


def heard(path: Path, count: int) -> list[tuple[float, Sense]]:
    """Return the first so many that a capture of this take says, and when."""
    said: list[tuple[float, Sense]] = []
    capture = Capture(str(path), lambda sense: said.append((time.monotonic(), sense)))
    wait_for(lambda: len(said) >= count)
    capture.close()
    return said[:count]


def wait_for(is_so: Callable[[], bool]) -> None:
    end_s = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < end_s
        time.sleep(0.01)


def test_it_says_the_same_at_the_same_pace(tmp_path: Path) -> None:
    performed = senses(0.6)
    said = heard(saved(tmp_path / "my.take", [entry_of(sense, at_s) for at_s, sense in performed]), len(performed))
    shift_s, late_s = -math.inf, []
    for (then_s, was), (now_s, now) in zip(performed, said, strict=True):
        moved_s = now.captured_s - was.captured_s
        if moved_s > shift_s + 1e-3:  # a machine that had no time for half a second says all the rest later
            shift_s = moved_s
        assert entry_of(now, 0.0) == entry_of(later(was, shift_s), 0.0), "but for the times, every bit is the same"
        late_s.append(now_s - then_s - shift_s)
    assert min(late_s) > -0.01
    assert np.median(late_s) < 0.25, "the machine of a test may be busy"


@pytest.mark.usefixtures("standing_clock")
def test_a_loop_goes_on_with_later_times(tmp_path: Path) -> None:
    performed = senses(0.2)
    source = Replay(saved(tmp_path / "my.take", [entry_of(sense, at_s) for at_s, sense in performed]))
    rounds = [source.read(HURRY) for _ in range(3 * len(performed))]
    source.close()
    assert [timeless(sense) for sense in rounds] == [timeless(sense) for _, sense in performed] * 3
    span_s = performed[-1][0] - performed[0][0] + ROUND_S
    firsts = [rounds[number * len(performed)].captured_s for number in range(3)]
    assert [b - a for a, b in pairwise(firsts)] == pytest.approx([span_s] * 2, abs=1e-6)
    assert source.words == "my.take"


def test_once_it_ends_and_says_so(tmp_path: Path) -> None:
    path = saved(tmp_path / "my.take", entries(0.2))
    said: list[Sense] = []
    capture = Capture(f"once:{path}", said.append)
    wait_for(lambda: capture.words == "my.take is over")
    capture.close()
    assert len(said) == len(entries(0.2))


@pytest.mark.usefixtures("standing_clock")
def test_a_silence_is_waited_for_no_longer_than_people_do(tmp_path: Path) -> None:
    (at_s, first), *_ = senses(0.1)
    path = saved(tmp_path / "my.take", [entry_of(first, at_s), entry_of(later(first, 1e6), at_s + 1e6)])
    source = Replay(path, is_looped=False)
    before, after = source.read(HURRY), source.read(HURRY)
    source.close()
    assert after.captured_s - before.captured_s == pytest.approx(SILENCE_S_MAX, abs=1e-3)


def test_what_does_not_play_gives_way_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.take").write_text("not a take")
    (tmp_path / "empty.take").write_bytes(head())
    for name, words in (
        ("gone.take", r"Cannot read .*gone\.take: No such file or directory; choose another file\."),
        ("text.take", r"Cannot replay text\.take: it is not a take: choose a file that avatar_live recorded\."),
        ("empty.take", r"empty\.take ended before anything was recorded: choose another take\."),
    ):
        with pytest.raises(CameraError, match=words):
            open_source(str(tmp_path / name))
    with pytest.raises(TakeError, match="choose another file"):
        list(read_take(tmp_path))


def test_a_take_that_vanishes_gives_way_to_the_performance(tmp_path: Path) -> None:
    path = saved(tmp_path / "my.take", entries(0.1))
    source = open_source(str(path))
    path.unlink()
    with pytest.raises(CameraError, match=r"Cannot read .*my\.take"):
        for _ in range(100):
            source.read(HURRY)
