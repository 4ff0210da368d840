"""Access units cut into payloads and put together again are the same access units."""

from aiortc.codecs.h264 import h264_depayload
from hypothesis import example, given
from hypothesis import strategies as st

from avatar_live.broadcast.packets import PAYLOAD_BYTES_MAX, Run, cut, nal_units, runs

DELIMITER = b"\x09\xf0"


def unit(kind: int, size_bytes: int, importance: int = 3) -> bytes:
    """Make a NAL unit that holds no start code and ends as every one does, not with a zero."""
    return bytes([importance << 5 | kind]) + bytes(1 + at % 255 for at in range(size_bytes - 1))


def access_unit(*units: bytes, start: bytes = b"\0\0\0\1") -> bytes:
    return b"".join(start + one for one in units)


def put_together(payloads: tuple[bytes, ...]) -> list[bytes]:
    """Let aiortc read the payloads, as a peer that uses it does."""
    return [bytes(one) for one in nal_units(b"".join(h264_depayload(payload) for payload in payloads))]


units = st.lists(
    st.builds(
        unit,
        st.sampled_from([1, 5, 6, 7, 8]),
        st.one_of(st.integers(2, 60), st.integers(PAYLOAD_BYTES_MAX - 4, PAYLOAD_BYTES_MAX + 4), st.integers(2, 9_000)),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=6,
)


@given(units=units, start=st.sampled_from([b"\0\0\1", b"\0\0\0\1"]))
@example(units=[unit(5, PAYLOAD_BYTES_MAX)], start=b"\0\0\1")
@example(units=[unit(5, PAYLOAD_BYTES_MAX + 1)], start=b"\0\0\1")
def test_what_is_cut_and_put_together_is_what_it_was(units: list[bytes], start: bytes) -> None:
    payloads = cut(access_unit(*units, start=start))
    assert put_together(payloads) == units
    assert max(map(len, payloads)) <= PAYLOAD_BYTES_MAX


@given(size_bytes=st.integers(PAYLOAD_BYTES_MAX + 1, 200_000))
def test_a_large_unit_is_cut_into_pieces_of_one_size_with_one_beginning_and_one_end(size_bytes: int) -> None:
    payloads = cut(access_unit(unit(5, size_bytes)))
    assert len({len(payload) for payload in payloads[:-1]}) == 1
    assert len(payloads[-1]) <= len(payloads[0])
    marks = [payload[1] >> 6 for payload in payloads]
    assert marks == [2, *[0] * (len(payloads) - 2), 1], "RFC 6184, 5.8: a piece is never both"


def test_parameter_sets_share_a_payload_and_the_picture_follows() -> None:
    payloads = cut(access_unit(unit(7, 20), unit(8, 6), unit(5, 5_000)))
    assert [payload[0] & 0x1F for payload in payloads] == [24, *[28] * 5]
    assert payloads[0] == b"\x78\x00\x14" + unit(7, 20) + b"\x00\x06" + unit(8, 6)


def test_a_small_picture_is_its_own_payload() -> None:
    assert cut(access_unit(unit(1, 300))) == (unit(1, 300),)


def test_the_delimiter_is_left_out_and_nothing_makes_nothing() -> None:
    assert cut(access_unit(DELIMITER, unit(1, 300))) == (unit(1, 300),)
    assert cut(access_unit(DELIMITER)) == ()
    assert cut(b"no start code") == ()


@given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=40),
    longest=st.integers(1, 8),
    part=st.tuples(st.integers(0, 39), st.integers(1, 40)),
)
def test_runs_hold_every_packet_once_and_only_the_last_of_a_run_is_shorter(
    sizes: list[int], longest: int, part: tuple[int, int]
) -> None:
    payloads = [bytes(size) for size in sizes]
    first = min(part[0], len(sizes) - 1)
    count = min(part[1], len(sizes) - first)
    found = runs(payloads, first, count, longest)
    assert [at for run in found for at in range(run.first, run.first + run.packets)] == list(
        range(first, first + count)
    )
    for run in found:
        inside = sizes[run.first : run.first + run.packets]
        assert len(inside) <= longest
        assert len(set(inside[:-1])) <= 1
        assert inside[-1] <= inside[0]


def test_a_picture_is_one_run() -> None:
    payloads = cut(access_unit(unit(1, 10_000)))
    assert runs(payloads, 0, len(payloads), 48) == [Run(0, 9)]
