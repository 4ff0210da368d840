"""One stream to many watchers: one packet for all, and keyframes asked as seldom as they help."""

from avatar_live.broadcast.fanout import KEYFRAME_GAP_S, Fanout
from avatar_live.broadcast.group import Groups
from avatar_live.broadcast.parcels import Parcel
from avatar_live.signals.encoded import EncodedFrame, StreamKind


class FakeWatcher:
    def __init__(self) -> None:
        self.parcels: list[Parcel] = []
        self.needs_keyframe_of: int | None = 0

    def is_in_step(self, kind: StreamKind) -> bool:
        return False

    def put(self, parcel: Parcel, groups: Groups) -> bool:
        if parcel.frame.is_keyframe and parcel.frame.rung == self.needs_keyframe_of:
            self.needs_keyframe_of = None
        if self.needs_keyframe_of is None:
            self.parcels.append(parcel)
        return self.needs_keyframe_of is None


class InStep(FakeWatcher):
    """A watcher who goes with a group from the first frame on."""

    asked = 0
    has_group = False

    def is_in_step(self, kind: StreamKind) -> bool:
        return self.has_group

    def put(self, parcel: Parcel, groups: Groups) -> bool:
        self.asked += 1
        self.needs_keyframe_of = None
        self.has_group = True
        return False


def frame(pts: int = 0, *, is_keyframe: bool = False, rung: int = 0) -> EncodedFrame:
    return EncodedFrame("main", "video", b"\0\0\0\1\x65data", pts, is_keyframe, 0.0, rung)


def fanout(*watchers: FakeWatcher) -> tuple[Fanout, list[int]]:
    asked: list[int] = []
    stream = Fanout(asked.append, lambda delay_s, function: None)
    for watcher in watchers:
        stream.join(watcher)
    return stream, asked


def test_all_watchers_share_one_parcel() -> None:
    first, second = FakeWatcher(), FakeWatcher()
    stream, _ = fanout(first, second)
    assert stream.publish(frame(90_000, is_keyframe=True), 0.0) == 2
    assert first.parcels[0] is second.parcels[0]
    assert first.parcels[0].packet.pts == 90_000
    assert bytes(first.parcels[0].packet) == frame().data


def test_a_watcher_in_step_is_not_asked_until_it_strays() -> None:
    watcher = InStep()
    stream, asked = fanout(watcher)
    for _ in range(3):
        stream.publish(frame(), 0.0)
    assert watcher.asked == 1
    watcher.has_group, watcher.needs_keyframe_of = False, 1
    stream.stray(watcher)
    stream.publish(frame(), 1.0)
    stream.publish(frame(), 1.0)
    assert watcher.asked == 2
    assert asked == []
    stream.leave(watcher)
    stream.stray(watcher)
    stream.publish(frame(), 2.0)
    assert (watcher.asked, len(stream)) == (2, 0), "who has left is not asked"


def test_without_watchers_nothing_is_made() -> None:
    stream, asked = fanout()
    assert stream.publish(frame(), 0.0) == 0
    assert asked == []


def test_a_watcher_in_the_lobby_asks_at_once_and_again_only_after_the_gap() -> None:
    stream, asked = fanout(FakeWatcher())
    stream.publish(frame(), 0.0)
    assert len(asked) == 1
    stream.publish(frame(), KEYFRAME_GAP_S * 0.9)
    assert len(asked) == 1
    stream.publish(frame(), KEYFRAME_GAP_S)
    assert len(asked) == 2, "the first may have been lost with an engine that died"


def test_a_keyframe_ends_the_asking() -> None:
    stream, asked = fanout(FakeWatcher())
    stream.publish(frame(), 0.0)
    stream.publish(frame(is_keyframe=True), 1.0)
    stream.publish(frame(), 2.0)
    assert len(asked) == 1


def test_a_crowd_asks_once() -> None:
    stream, asked = fanout()
    for at in range(100):
        stream.want_keyframe(0, at / 1_000)
    assert len(asked) == 1


def test_an_ask_within_the_gap_is_not_forgotten() -> None:
    watcher = FakeWatcher()
    stream, asked = fanout(watcher)
    stream.want_keyframe(0, 0.0)
    stream.publish(frame(is_keyframe=True), 0.1)
    stream.want_keyframe(0, 0.2)  # the keyframe was lost on its way to somebody
    assert len(asked) == 1
    stream.publish(frame(), 0.3)
    assert len(asked) == 1
    stream.publish(frame(), KEYFRAME_GAP_S)
    assert len(asked) == 2
    assert stream.keyframes_asked == 2


def test_sound_neither_asks_nor_ends_the_asking() -> None:
    stream, asked = fanout(FakeWatcher())
    stream.want_keyframe(0, 0.0)
    stream.publish(EncodedFrame("main", "audio", b"opus", 0, True, 0.0), 1.0)
    assert len(asked) == 1
    stream.publish(frame(), 1.0)
    assert len(asked) == 2


def test_each_rung_is_asked_for_by_itself() -> None:
    watcher = FakeWatcher()
    watcher.needs_keyframe_of = 1
    stream, asked = fanout(FakeWatcher(), watcher)
    stream.publish(frame(), 0.0)
    assert sorted(asked) == [0, 1]
    stream.publish(frame(is_keyframe=True), 1.0)
    stream.publish(frame(is_keyframe=True, rung=1), 1.1)
    stream.publish(frame(), 2.0)
    assert asked.count(0) == 1
    assert asked.count(1) == 2, "the keyframe of the other rung was no answer"


def test_a_crowd_that_asks_all_the_time_gets_two_keyframes_a_second_of_each_rung() -> None:
    """As many viewers do who lose much, while others join and change rungs."""
    stream, asked = fanout(*(FakeWatcher() for _ in range(50)))
    seconds = 10
    for step in range(seconds * 30):
        now_s = step / 30
        for rung in (0, 1):
            for _ in range(25):
                stream.want_keyframe(rung, now_s)
            stream.publish(frame(step * 3_000, is_keyframe=rung in asked[-2:], rung=rung), now_s)
    for rung in (0, 1):
        assert seconds <= asked.count(rung) <= seconds * 2
