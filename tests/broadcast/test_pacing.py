"""Large frames leave in bursts."""

from hypothesis import given
from hypothesis import strategies as st

from avatar_live.broadcast.pacing import BURST_GAP_S, BURST_PACKETS, BURSTS_MAX, RUN_PACKETS_MAX, bursts
from avatar_live.broadcast.packets import PAYLOAD_BYTES_MAX

FRAME_S = 1 / 30


def test_an_ordinary_frame_is_one_burst_and_one_more_packet_makes_two() -> None:
    assert len(bursts((b"x",) * BURST_PACKETS)) == 1
    assert len(bursts((b"x",) * (BURST_PACKETS + 1))) == 2


def test_the_largest_frame_has_left_before_half_of_the_next_one_s_time() -> None:
    for packets in (BURST_PACKETS * BURSTS_MAX, BURST_PACKETS * BURSTS_MAX + 1, 2_000):
        assert (len(bursts((b"x",) * packets)) - 1) * BURST_GAP_S < FRAME_S / 2


@given(sizes=st.lists(st.integers(1, 3), max_size=400))
def test_every_packet_leaves_once_and_in_order(sizes: list[int]) -> None:
    divided = bursts(tuple(bytes(size) for size in sizes))
    sent = [at for burst in divided for run in burst for at in range(run.first, run.first + run.packets)]
    assert sent == list(range(len(sizes)))


def test_the_kernel_takes_the_longest_run_in_one_send() -> None:
    around_bytes = 28 + 16
    assert RUN_PACKETS_MAX * (PAYLOAD_BYTES_MAX + around_bytes) <= 65_507
    assert RUN_PACKETS_MAX <= 64
