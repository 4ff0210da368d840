"""Which offers aiortc gets to see, and what of them."""

import pytest

from avatar_live.broadcast.offer import CANDIDATES_MAX, OFFER_BYTES_MAX, BroadcastError, checked_offer

HEAD = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n"
VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"


def test_a_plain_offer_passes_as_it_is() -> None:
    offer = HEAD + VIDEO + "a=candidate:1 1 udp 2130706431 192.168.1.7 5000 typ host\r\n"
    assert checked_offer(offer) == offer


def test_candidates_that_only_cost_time_are_left_out() -> None:
    costly = (
        "a=candidate:1 1 udp 2113937151 0b2a-99.local 5000 typ host\r\n"
        "a=candidate:2 1 tcp 1518280447 192.168.1.7 9 typ host tcptype active\r\n"
        "a=candidate:broken\r\n"
        "a=end-of-candidates\r\n"
    )
    assert checked_offer(HEAD + VIDEO + costly) == HEAD + VIDEO


def test_checks_go_to_so_many_addresses_of_one_offer_and_no_more() -> None:
    many = [f"a=candidate:{n} 1 udp 1 192.0.2.1 {n + 1} typ host\r\n" for n in range(CANDIDATES_MAX + 1)]
    assert checked_offer(HEAD + VIDEO + "".join(many[:-1])) == HEAD + VIDEO + "".join(many[:-1])
    assert (
        checked_offer(HEAD + VIDEO + "".join(many) + "a=mid:0\r\n") == HEAD + VIDEO + "".join(many[:-1]) + "a=mid:0\r\n"
    )


def test_lines_that_end_as_on_unix_are_understood() -> None:
    assert checked_offer((HEAD + VIDEO).replace("\r\n", "\n")) == HEAD + VIDEO


@pytest.mark.parametrize(
    ("offer", "status", "sentence"),
    [
        ("", 400, "begins with v=0"),
        ("hello", 400, "begins with v=0"),
        (HEAD, 406, "no video"),
        (HEAD + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", 406, "no video"),
        (HEAD + VIDEO + VIDEO, 406, "at most one audio, one video"),
        (HEAD + VIDEO + "m=text 9 RTP/AVP 98\r\n", 406, "at most one audio, one video"),
    ],
)
def test_what_cannot_be_served_is_refused_in_one_sentence(offer: str, status: int, sentence: str) -> None:
    with pytest.raises(BroadcastError, match=sentence) as refusal:
        checked_offer(offer)
    assert refusal.value.status == status


def test_the_longest_offer_passes_and_a_longer_one_does_not() -> None:
    offer = HEAD + VIDEO
    offer += "a=" + "x" * (OFFER_BYTES_MAX - len(offer) - 4) + "\r\n"
    assert len(offer) == OFFER_BYTES_MAX
    assert checked_offer(offer) == offer
    with pytest.raises(BroadcastError) as refusal:
        checked_offer(offer + "\n")
    assert refusal.value.status == 413
