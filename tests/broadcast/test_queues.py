"""What a slow viewer misses: never a frame that needs one it did not get."""

from hypothesis import given
from hypothesis import strategies as st

from avatar_live.broadcast.parcels import Parcel
from avatar_live.broadcast.queues import FRAMES_MAX, LATE_S, SOUND_PACKETS_MAX, AudioQueue, VideoQueue
from avatar_live.signals.encoded import EncodedFrame


def parcel(number: int, published_s: float, *, is_keyframe: bool = False) -> Parcel:
    frame = EncodedFrame("main", "video", b"x", number, is_keyframe, published_s)
    return Parcel(frame, published_s)


def taken(queue: VideoQueue | AudioQueue) -> list[int]:
    numbers = []
    while (next_parcel := queue.take()) is not None:
        numbers.append(next_parcel.frame.pts)
    return numbers


def test_nothing_is_kept_before_the_first_keyframe() -> None:
    queue = VideoQueue()
    assert not queue.put(parcel(0, 0.0))
    assert queue.is_in_lobby
    assert queue.put(parcel(1, 0.03, is_keyframe=True))
    assert queue.put(parcel(2, 0.06))
    assert taken(queue) == [1, 2]
    assert queue.dropped == 1


def test_one_frame_late_is_forgiven() -> None:
    queue = VideoQueue()
    queue.put(parcel(0, 0.0, is_keyframe=True))
    assert queue.put(parcel(1, LATE_S))
    assert taken(queue) == [0, 1]


def test_more_than_one_frame_late_goes_back_to_the_lobby_and_on_with_the_next_keyframe() -> None:
    queue = VideoQueue()
    queue.put(parcel(0, 0.0, is_keyframe=True))
    queue.put(parcel(1, 0.033))
    assert not queue.put(parcel(2, 0.066))
    assert queue.is_in_lobby
    assert taken(queue) == []
    assert queue.put(parcel(3, 0.1, is_keyframe=True))
    assert taken(queue) == [3]
    assert queue.dropped == 3


def test_a_late_viewer_skips_to_a_keyframe_that_is_just_there() -> None:
    queue = VideoQueue()
    queue.put(parcel(0, 0.0, is_keyframe=True))
    assert queue.put(parcel(1, 1.0, is_keyframe=True))
    assert taken(queue) == [1]


def test_a_burst_at_one_moment_is_nobodys_fault_up_to_its_limit() -> None:
    queue = VideoQueue()
    assert all(queue.put(parcel(number, 0.0, is_keyframe=number == 0)) for number in range(FRAMES_MAX))
    assert not queue.put(parcel(FRAMES_MAX, 0.0))
    assert queue.is_in_lobby


def test_sound_keeps_the_newest_200_ms() -> None:
    queue = AudioQueue()
    for number in range(SOUND_PACKETS_MAX + 1):
        assert queue.put(parcel(number, 0.0))
    assert taken(queue) == list(range(1, SOUND_PACKETS_MAX + 1))
    assert queue.dropped == 1


@given(
    steps=st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.sampled_from([0.0, 0.033, 0.2])), max_size=60),
)
def test_whatever_happens_no_frame_is_taken_without_the_one_that_it_needs(
    steps: list[tuple[bool, int, float]],
) -> None:
    queue, now_s, numbers, keyframes = VideoQueue(), 0.0, list[int](), set[int]()
    for number, (is_keyframe, takes, pause_s) in enumerate(steps):
        now_s += pause_s
        if is_keyframe:
            keyframes.add(number)
        queue.put(parcel(number, now_s, is_keyframe=is_keyframe))
        for _ in range(takes):
            if (next_parcel := queue.take()) is not None:
                numbers.append(next_parcel.frame.pts)
    numbers += taken(queue)
    for at, number in enumerate(numbers):
        assert number in keyframes or (at > 0 and numbers[at - 1] == number - 1)
    assert len(numbers) + queue.dropped == len(steps)
