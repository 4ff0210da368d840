"""What is sent again for one viewer has a limit that losses by chance do not reach."""

from avatar_live.broadcast.repairs import REPAIR_BURST_BYTES, REPAIR_SHARE, Repairs

PACKET_BYTES = 1_200


def test_a_hole_is_filled_at_once_up_to_the_limit_and_not_one_packet_further() -> None:
    repairs = Repairs()
    allowed = [repairs.allow(PACKET_BYTES) for _ in range(REPAIR_BURST_BYTES // PACKET_BYTES)]
    assert all(allowed)
    assert not repairs.allow(PACKET_BYTES)
    assert repairs.refused == 1


def test_one_packet_in_five_is_always_sent_again() -> None:
    repairs = Repairs()
    for k in range(5_000):
        repairs.earn(PACKET_BYTES)
        if k % 5 == 0:
            assert repairs.allow(PACKET_BYTES)


def test_a_network_that_asks_for_everything_gets_a_share() -> None:
    repairs = Repairs()
    while repairs.allow(PACKET_BYTES):
        pass
    sent_again = 0
    for _ in range(1_000):
        repairs.earn(PACKET_BYTES)
        sent_again += repairs.allow(PACKET_BYTES)
    assert sent_again <= 1_000 * REPAIR_SHARE + 1
