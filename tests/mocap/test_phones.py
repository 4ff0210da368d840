"""iFacialMocap's text, Live Link Face's record and OpenSeeFace's: signs, units, names, versions."""

import math
import struct

import numpy as np
import pytest
from packets import IFACIALMOCAP_SAMPLE, live_link, open_see_face

from avatar_live.mocap import ifacialmocap, livelink, openseeface
from avatar_live.mocap.part import PacketError, Part
from avatar_live.motion import quaternions as quat


def told(part: Part | None) -> Part:
    assert part is not None
    return part


def head_deg(part: Part) -> tuple[float, ...]:
    whole = quat.multiply(np.array(part.rotations["neck"]), np.array(part.rotations["head"]))
    return tuple(math.degrees(angle) for angle in quat.yaw_pitch_roll(whole))


def test_the_makers_sample_of_ifacialmocap_is_read() -> None:
    part = told(ifacialmocap.parse(IFACIALMOCAP_SAMPLE))
    assert part.shapes["eyeBlinkLeft"] == pytest.approx(0.07) and part.shapes["eyeBlinkRight"] == pytest.approx(0.7)
    assert part.shapes["jawLeft"] == pytest.approx(0.03) and part.shapes["browInnerUp"] == pytest.approx(0.2)
    assert not any(name.startswith("eyeLook") for name in part.shapes)
    assert head_deg(part) == pytest.approx((-6.038993, -21.488958, -6.6019735), abs=1e-4)
    assert part.gaze_rad is not None
    yaw_deg, pitch_deg = (math.degrees(angle) for angle in part.gaze_rad)
    assert yaw_deg == pytest.approx(0.387, abs=0.01)
    assert pitch_deg == pytest.approx(-6.03, abs=0.01), "its eyeLookDown is 17 %"


def test_the_second_version_of_ifacialmocap_is_read() -> None:
    data = b"trackingStatus-1|eyeBlinkLeft&100|jawOpen&35|FM_SAD&3|=head#1.0,2.0,3.0,0,0,0|"
    part = told(ifacialmocap.parse(data))
    assert part.shapes == {"eyeBlinkLeft": 1.0, "jawOpen": 0.35}
    assert head_deg(part) == pytest.approx((2.0, 1.0, 3.0), abs=1e-6)
    assert part.gaze_rad is None
    assert ifacialmocap.parse(b"trackingStatus-0|jawOpen-3|") is None


@pytest.mark.parametrize(
    "data",
    [b"", b"|", b"\xff\xfe", b"hello", b"jawOpen-x|", b"jawOpen-nan|", b"jawOpen-1e400|", b"=head#1,2|"],
)
def test_what_is_not_ifacialmocaps_is_refused(data: bytes) -> None:
    with pytest.raises(PacketError):
        ifacialmocap.parse(data)


def test_ifacialmocap_tells_as_many_values_as_the_limit_and_no_more() -> None:
    assert ifacialmocap.parse(b"|".join([b"jawOpen-1"] * ifacialmocap.ITEMS_MAX)) is not None
    with pytest.raises(PacketError):
        ifacialmocap.parse(b"|".join([b"jawOpen-1"] * (ifacialmocap.ITEMS_MAX + 1)))


def test_live_links_angles_have_the_signs_of_its_recordings() -> None:
    """A line of a recording by the app: eyes up and to the person's left."""
    eyes = {"LeftEyeYaw": -0.1475610286, "LeftEyePitch": -0.2048996240, "RightEyeYaw": -0.0850049257}
    looks = {"EyeLookUpLeft": 0.4678646922, "EyeLookOutLeft": 0.1421131641, "EyeLookInRight": 0.2466447949}
    values = {**eyes, **looks, "RightEyePitch": -0.2048947811, "JawOpen": 0.3, "HeadYaw": -0.5, "HeadPitch": 0.2}
    part = told(livelink.parse(live_link(values | {"HeadRoll": 0.1, "EyeBlinkRight": 0.9})))
    assert part.gaze_rad is not None and part.gaze_rad == pytest.approx((0.116, 0.205), abs=0.001)
    assert part.shapes["jawOpen"] == pytest.approx(0.3) and part.shapes["eyeBlinkRight"] == pytest.approx(0.9)
    assert len(part.shapes) == 52 - 8
    yaw_deg, pitch_deg, roll_deg = head_deg(part)
    assert yaw_deg == pytest.approx(math.degrees(0.5), abs=1e-3), "to the left"
    assert pitch_deg == pytest.approx(math.degrees(0.2), abs=1e-3), "down"
    assert roll_deg == pytest.approx(-math.degrees(0.1), abs=1e-3)


def test_live_link_without_a_face_gives_nothing_and_other_lengths_are_refused() -> None:
    whole = live_link({})
    assert livelink.parse(whole[: -(61 * 4 + 1)]) is None
    for data in (b"", whole[:-1], whole + b"\0", whole[:7], live_link({}, version=5), live_link({"JawOpen": math.inf})):
        with pytest.raises(PacketError):
            livelink.parse(data)
    with pytest.raises(PacketError):
        livelink.parse(live_link({}, subject="x" * 257))
    assert livelink.parse(live_link({}, subject="x" * 256)) is not None
    long = bytearray(whole)
    long[1:5] = struct.pack(">i", -1)
    with pytest.raises(PacketError):
        livelink.parse(bytes(long))


@pytest.mark.parametrize("size_px", [(640, 480), (1280, 720), (480, 480)])
@pytest.mark.parametrize(
    "angles_deg", [(0, 0, 0), (25, 0, 0), (-25, 0, 0), (0, 15, 0), (0, -15, 0), (0, 0, 12), (-20, 10, 5)]
)
def test_open_see_faces_head_is_the_filmed_one(angles_deg: tuple[int, int, int], size_px: tuple[int, int]) -> None:
    yaw, pitch, roll = (math.radians(angle) for angle in angles_deg)
    head = quat.to_matrix(quat.from_yaw_pitch_roll(yaw, pitch, roll))
    part = told(openseeface.parse(open_see_face(head, size_px=size_px)))
    assert head_deg(part) == pytest.approx(angles_deg, abs=5.0), "as near as its way of solving comes"


def test_open_see_faces_lids_brows_mouth_and_gaze_are_the_persons() -> None:
    features = [0.0] * 14
    features[3], features[8], features[10], features[12], features[13] = 0.5, -0.6, 0.4, 0.7, -0.2
    packet = open_see_face(np.eye(3), is_open=(0.1, 0.9), gaze=(0.2, -0.1), features=features)
    part = told(openseeface.parse(packet + open_see_face(np.eye(3))))
    assert part.shapes["eyeBlinkRight"] == pytest.approx(0.9) and part.shapes["eyeBlinkLeft"] == pytest.approx(0.1)
    assert part.shapes["browOuterUpLeft"] == pytest.approx(0.5) and part.shapes["browOuterUpRight"] == 0.0
    assert part.shapes["mouthSmileLeft"] == pytest.approx(0.6) and part.shapes["mouthFrownRight"] == pytest.approx(0.4)
    assert part.shapes["jawOpen"] == pytest.approx(0.7) and part.shapes["mouthPucker"] == pytest.approx(0.2)
    assert part.gaze_rad == pytest.approx((0.2, -0.1), abs=1e-3)


def test_open_see_face_without_a_pose_gives_nothing_and_other_lengths_are_refused() -> None:
    assert openseeface.FACE_BYTES == 1785
    packet = open_see_face(np.eye(3))
    assert openseeface.parse(open_see_face(np.eye(3), is_found=False)) is None
    assert openseeface.parse(packet * 8) is not None
    for data in (b"", packet[:-1], packet + b"\0", packet * 9):
        with pytest.raises(PacketError):
            openseeface.parse(data)
    with pytest.raises(PacketError):
        openseeface.parse(open_see_face(np.eye(3), features=(math.nan,) * 14))
