"""No packet whatever makes a parser do anything but tell a sound part, tell nothing, or raise its one error."""

import math
import random
import struct
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from packets import IFACIALMOCAP_SAMPLE, live_link, open_see_face, osc, osc_bundle

from avatar_live.mocap import osc as our_osc
from avatar_live.mocap import vmc_out
from avatar_live.mocap.mix import REGIONS, Told, mixed
from avatar_live.mocap.part import PacketError, Part
from avatar_live.mocap.spec import KINDS
from avatar_live.mocap.vmc import BONE
from avatar_live.motion.given import admit
from avatar_live.motion.skeleton import BONES
from avatar_live.signals import ARKIT_SHAPES, HUMANOID_BONES, Pose

MUTANTS = 400  # of each packet
SIZES = [-1, -4, 0, 2**31 - 1, -(2**31), 7]
NASTY = [math.nan, math.inf, -math.inf, 3e38, -3e38, 1e7, 1e-40, 0.0]
POSE = Pose({name: np.array([0.5, 0.5, 0.5, 0.5]) for name in BONES})
BLEND = osc_bundle(*[("/VMC/Ext/Blend/Val", name, 0.5) for name in ARKIT_SHAPES[:20]], ("/VMC/Ext/Blend/Apply",))
GOOD: dict[str, list[bytes]] = {
    "vmc": [
        *vmc_out.packets(POSE, {}, 1.0),
        BLEND,
        osc("/VMC/Ext/OK", 1, 3, 0),
        osc("/VMC/Ext/Set/Eye", 1, 0.1, 0.2, 0.3),
    ],
    "ifacialmocap": [IFACIALMOCAP_SAMPLE, b"jawOpen&12|eyeBlinkLeft&7|=head#-2.1,3.5,0.5,0,0,0|leftEye#1,2,3|"],
    "openseeface": [open_see_face(np.eye(3))],
    "livelink": [live_link({"JawOpen": 0.5, "HeadYaw": 0.1})],
}


def assert_sound(part: Part | None) -> None:
    if part is None:
        return
    assert set(part.rotations) <= set(HUMANOID_BONES) and set(part.shapes) <= set(ARKIT_SHAPES)
    for turn in part.rotations.values():
        assert math.hypot(*turn) == pytest.approx(1.0, abs=1e-6)
    assert all(0.0 <= weight <= 1.0 for weight in part.shapes.values())
    for numbers in (part.gaze_rad or (), part.hips_offset_m or ()):
        assert all(math.isfinite(number) for number in numbers)
    given = mixed([Told(part, 1.0, frozenset(REGIONS))], 1.0)
    assert np.isfinite(given.rotations).all() and np.isfinite(given.hips_offset_m).all()
    admit(given, 1.0)


def feed(parse: Callable[[bytes], Part | None], data: bytes) -> bool:
    """Return whether the packet was taken."""
    try:
        assert_sound(parse(data))
    except PacketError:
        return False
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_every_good_packet_is_taken(kind: str) -> None:
    parse = KINDS[kind].parser()
    assert all(feed(parse, packet) for packet in GOOD[kind])


@pytest.mark.parametrize("kind", KINDS)
@given(st.binary(max_size=600))
def test_noise_raises_nothing_else(kind: str, data: bytes) -> None:
    feed(KINDS[kind].parser(), data)
    feed(KINDS[kind].parser(), GOOD[kind][0][:40] + data)


@pytest.mark.parametrize("kind", KINDS)
def test_mutants_raise_nothing_else(kind: str) -> None:
    chance = random.Random(7)
    parse, refused = KINDS[kind].parser(), 0
    for packet in GOOD[kind]:
        for _ in range(MUTANTS // len(GOOD[kind])):
            refused += not feed(parse, mutant(packet, chance))
    assert refused > 0
    assert feed(parse, GOOD[kind][0]), "and a good one is still taken"


def mutant(packet: bytes, chance: random.Random) -> bytes:
    data = bytearray(packet)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(max(len(data), 1))
        match chance.randrange(6):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.randint(1, 40)]
            case 2:
                data[at:at] = chance.randbytes(chance.randint(1, 12))
            case 3:
                data[at // 4 * 4 : at // 4 * 4 + 4] = struct.pack(">i", chance.choice(SIZES))
            case 4:
                data[at // 4 * 4 : at // 4 * 4 + 4] = struct.pack(chance.choice("><") + "f", chance.choice(NASTY))
            case _:
                data[at:at] = data[: chance.randint(0, 200)]
    return bytes(data)


@pytest.mark.parametrize("value", NASTY[:6])
def test_numbers_that_no_body_has_are_refused(value: float) -> None:
    for values in (("Head", value, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0), ("Head", 0.0, 0.0, 0.0, value, 0.0, 0.0, 1.0)):
        assert not feed(KINDS["vmc"].parser(), osc(BONE, *values))
    assert not feed(KINDS["vmc"].parser(), osc("/VMC/Ext/Blend/Val", "A", value))
    assert not feed(KINDS["livelink"].parser(), live_link({"HeadRoll": value}))
    assert not feed(KINDS["openseeface"].parser(), open_see_face(np.eye(3), is_open=(value, 1.0)))
    assert not feed(KINDS["ifacialmocap"].parser(), f"=head#0,{value},0|".encode())


@pytest.mark.parametrize("size", [-4, -1, 0, 1, 2**31 - 1, -(2**31)])
def test_a_bundle_that_lies_about_its_elements_ends_at_once(size: int) -> None:
    with pytest.raises(PacketError):
        our_osc.messages(b"#bundle\0" + bytes(8) + struct.pack(">i", size))


def test_bundles_nest_no_deeper_than_programs_do() -> None:
    data = our_osc.message("/VMC/Ext/T", 1.0)
    for _ in range(our_osc.DEPTH_MAX):
        data = our_osc.bundle([data])
    assert our_osc.messages(data) == [("/VMC/Ext/T", (1.0,))]
    with pytest.raises(PacketError):
        our_osc.messages(our_osc.bundle([data]))


@given(
    st.lists(st.one_of(st.integers(-(2**31), 2**31 - 1), st.text("aé/,#", max_size=9), st.floats(width=32)), max_size=9)
)
def test_what_we_write_in_osc_is_what_we_and_others_read(values: list[int | str | float]) -> None:
    from pythonosc.osc_message import OscMessage

    data = our_osc.message("/test/é", *values)
    assert len(data) % 4 == 0
    ((address, read),) = our_osc.messages(our_osc.bundle([data]))
    assert address == "/test/é"
    np.testing.assert_equal(list(read), values)
    np.testing.assert_equal(list(OscMessage(data)), values)
