"""What can be sent again is limited in time and in bytes."""

from avatar_live.broadcast.history import HISTORY_BYTES_MAX, HISTORY_S_MAX, History
from avatar_live.broadcast.parcels import Parcel
from avatar_live.signals.encoded import EncodedFrame


def parcel(published_s: float, size_bytes: int = 10) -> Parcel:
    data = b"\0\0\1\x41" + bytes(1 + at % 255 for at in range(size_bytes - 1))
    return Parcel(EncodedFrame("main", "video", data, 0, False, published_s), published_s)


def test_a_parcel_is_kept_for_its_time_and_not_longer() -> None:
    history, first = History(), parcel(0.0)
    history.append(first)
    history.append(parcel(HISTORY_S_MAX))
    assert first.payloads
    history.append(parcel(HISTORY_S_MAX + 0.01))
    assert first.payloads == ()


def test_large_parcels_are_kept_up_to_the_limit_of_bytes_and_the_newest_always() -> None:
    history = History()
    parcels = [parcel(0.0, HISTORY_BYTES_MAX // 4) for _ in range(8)]
    for one in parcels:
        history.append(one)
        assert history.octets <= HISTORY_BYTES_MAX
    assert [bool(one.payloads) for one in parcels] == [False] * 5 + [True] * 3
    giant = parcel(0.0, 2 * HISTORY_BYTES_MAX)
    history.append(giant)
    assert giant.payloads
    assert not any(one.payloads for one in parcels)
