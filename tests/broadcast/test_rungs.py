"""A viewer changes rungs at a keyframe, and misses nothing on the way."""

from avatar_live.broadcast.rungs import Rungs
from avatar_live.signals.encoded import EncodedFrame, StreamKind


def frame(rung: int, *, is_keyframe: bool = False, kind: StreamKind = "video") -> EncodedFrame:
    return EncodedFrame("main", kind, b"x", 0, is_keyframe, 0.0, rung)


def test_everybody_begins_with_the_full_picture() -> None:
    rungs = Rungs()
    assert rungs.takes(frame(0))
    assert not rungs.takes(frame(1, is_keyframe=True))
    assert not rungs.is_changing


def test_the_old_rung_goes_on_until_the_new_one_begins_with_a_keyframe() -> None:
    rungs = Rungs()
    rungs.wanted = 1
    assert rungs.takes(frame(0))
    assert not rungs.takes(frame(1))
    assert rungs.current == 0
    assert rungs.takes(frame(1, is_keyframe=True))
    assert not rungs.is_changing
    assert rungs.takes(frame(1))
    assert not rungs.takes(frame(0, is_keyframe=True))


def test_who_thinks_better_of_it_stays() -> None:
    rungs = Rungs()
    rungs.wanted = 1
    rungs.wanted = 0
    assert not rungs.takes(frame(1, is_keyframe=True))
    assert rungs.takes(frame(0))


def test_sound_belongs_to_every_rung() -> None:
    rungs = Rungs()
    rungs.wanted = 1
    rungs.takes(frame(1, is_keyframe=True))
    assert rungs.takes(frame(0, kind="audio"))
