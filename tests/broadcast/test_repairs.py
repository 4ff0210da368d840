"""What is sent again for one viewer has a limit that losses by chance do not reach."""

from itertools import count

from avatar_live.broadcast.repairs import (
    AMPLE_DELAY_S,
    AMPLE_SHARE,
    PATIENCE,
    REMEMBERED_MAX,
    REPAIR_BURST_BYTES_MAX,
    REPAIR_BURST_BYTES_MIN,
    REPAIR_BURST_S,
    REPAIR_SHARE,
    Repairs,
)

PACKET_BYTES = 1_200
SECOND = 260  # packets of 2.5 Mbit/s


def streaming(packets_hz: int = SECOND, seconds: int = 10) -> Repairs:
    """Return the budget of a stream that has run for a while."""
    repairs = Repairs()
    for k in range(packets_hz * seconds):
        repairs.earn(PACKET_BYTES, k / packets_hz)
    return repairs


def spent(repairs: Repairs) -> int:
    """Ask for one packet after the other until there is no more, and return the bytes."""
    for number in count(1_000_000):
        if not repairs.allow(number, PACKET_BYTES, 10.0):
            return (number - 1_000_000) * PACKET_BYTES
    raise AssertionError("count does not end")


def test_a_hole_is_filled_at_once_up_to_the_limit_and_not_one_packet_further() -> None:
    repairs = streaming()
    assert REPAIR_BURST_BYTES_MAX - PACKET_BYTES < spent(repairs) <= REPAIR_BURST_BYTES_MAX
    assert repairs.refused == 1


def test_a_narrow_stream_is_repaired_in_smaller_bursts() -> None:
    packets_hz = 52  # 500 kbit/s
    burst_bytes = packets_hz * PACKET_BYTES * REPAIR_BURST_S
    assert REPAIR_BURST_BYTES_MIN < burst_bytes * 0.95 < spent(streaming(packets_hz)) < burst_bytes * 1.05
    assert spent(Repairs()) == REPAIR_BURST_BYTES_MIN // PACKET_BYTES * PACKET_BYTES, "before anything was sent"


def test_one_packet_in_five_is_always_sent_again() -> None:
    repairs = streaming()
    for k in range(5_000):
        now_s = 10.0 + k / SECOND
        repairs.earn(PACKET_BYTES, now_s)
        if k % 5 == 0:
            assert repairs.allow(k, PACKET_BYTES, now_s)


def test_a_network_that_asks_for_everything_gets_a_share() -> None:
    repairs = streaming()
    spent(repairs)
    sent_again = 0
    for k in range(1_000):
        repairs.earn(PACKET_BYTES, 10.0 + k / SECOND)
        sent_again += repairs.allow(k, PACKET_BYTES, 10.0 + k / SECOND)
    assert sent_again <= 1_000 * REPAIR_SHARE + 1


def test_a_packet_on_its_way_is_not_sent_once_more() -> None:
    repairs = streaming()
    assert not repairs.is_on_its_way(7, 10.0)
    repairs.know(0.2, 0.0)
    assert repairs.allow(7, PACKET_BYTES, 10.0)
    assert repairs.is_on_its_way(7, 10.0 + 0.2 * PATIENCE - 0.001)
    assert not repairs.is_on_its_way(7, 10.0 + 0.2 * PATIENCE + 0.001)
    assert not repairs.is_on_its_way(8, 10.0)


def test_only_so_many_packets_are_remembered() -> None:
    repairs = Repairs()
    repairs.know(1.0, 0.0)
    for number in range(REMEMBERED_MAX + 1):
        assert repairs.allow(number, 1, 0.0)
    assert not repairs.is_on_its_way(0, 0.0)
    assert repairs.is_on_its_way(1, 0.0)


def test_a_second_copy_is_spared_only_while_little_was_lost() -> None:
    repairs = streaming()
    copies = 0
    while repairs.spare(PACKET_BYTES):
        copies += 1
    assert copies == int(REPAIR_BURST_BYTES_MAX * (1.0 - AMPLE_SHARE)) // PACKET_BYTES
    assert repairs.refused == 0, "nobody asked for it"
    assert repairs.allow(1, PACKET_BYTES, 10.0), "what was asked for comes first"


def test_no_second_copy_goes_into_a_queue_that_has_grown() -> None:
    repairs = streaming()
    repairs.know(0.2, AMPLE_DELAY_S + 0.001)
    assert not repairs.spare(PACKET_BYTES)
    repairs.know(0.2, AMPLE_DELAY_S)
    assert repairs.spare(PACKET_BYTES)


def test_one_packet_in_twenty_is_always_sent_twice() -> None:
    repairs = streaming()
    for k in range(5_000):
        now_s = 10.0 + k / SECOND
        repairs.earn(PACKET_BYTES, now_s)
        if k % 20 == 0:
            assert repairs.allow(k, PACKET_BYTES, now_s)
            assert repairs.spare(PACKET_BYTES)
