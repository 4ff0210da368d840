"""What all viewers share of a frame."""

import av

from avatar_live.broadcast.packets import Run
from avatar_live.broadcast.parcels import Form, Parcel
from avatar_live.signals.encoded import EncodedFrame, StreamKind

FORM = Form(payload_type=102, extensions=b"extensions!!", tag_bytes=16)


def parcel(kind: StreamKind = "video", size_bytes: int = 3_000) -> Parcel:
    data = b"\0\0\1\x41" + bytes(1 + at % 255 for at in range(size_bytes - 1))
    return Parcel(EncodedFrame("main", kind, data, 90_000, False, 1.0), 1.0)


def test_the_blank_has_payloads_in_their_places_and_the_mark_on_the_last() -> None:
    made = parcel()
    blank = made.blank(Run(0, 3), FORM)
    stride = len(made.payloads[0]) + FORM.around_bytes
    packets = [blank[at : at + stride] for at in range(0, len(blank), stride)]
    assert [packet[0] for packet in packets] == [0x90] * 3
    assert [packet[1] for packet in packets] == [102, 102, 0x80 | 102]
    assert [packet[12:24] for packet in packets] == [FORM.extensions] * 3
    assert [packet[24:-16] for packet in packets] == list(made.payloads)


def test_without_extensions_the_header_says_so() -> None:
    assert parcel().blank(Run(0, 1), Form(102, b"", 16))[0] == 0x80


def test_sound_has_no_mark_and_is_not_cut() -> None:
    made = parcel("audio", 200)
    assert made.payloads == (made.frame.data,)
    assert made.blank(Run(0, 1), FORM)[1] == 102


def test_a_packet_sent_again_begins_with_its_first_number() -> None:
    made = parcel()
    again = made.once_more(2, FORM, 0x1234)
    assert again[24:26] == b"\x12\x34"
    assert again[26:-16] == made.payloads[2]
    assert again[1] == 0x80 | 102


def test_what_nobody_can_have_again_is_forgotten() -> None:
    made = parcel()
    made.forget()
    assert made.payloads == ()


def test_aiortc_can_have_the_same_frame_as_a_packet() -> None:
    made = parcel()
    assert isinstance(made.packet, av.Packet)
    assert bytes(made.packet) == made.frame.data
    assert made.packet.pts == 90_000
    assert made.packet is made.packet
