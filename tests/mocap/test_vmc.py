"""The VMC protocol in and out: spaces, names, moments spread over packets, and our own words read back."""

import math

import numpy as np
import pytest
from packets import osc, osc_bundle

from avatar_live.avatar.face import preset_weights
from avatar_live.mocap import vmc_out
from avatar_live.mocap.mix import REGIONS, Told, mixed
from avatar_live.mocap.part import PacketError, Part
from avatar_live.mocap.unity import OUR_BONES, UNITY_BONES
from avatar_live.mocap.vmc import Vmc
from avatar_live.motion import quaternions as quat
from avatar_live.motion.skeleton import BONES
from avatar_live.signals import ARKIT_SHAPES, HUMANOID_BONES, Pose

AT_REST = (0.0, 0.0, 0.0)


def bone(name: str, *turn: float, place: tuple[float, float, float] = AT_REST) -> tuple[str | float, ...]:
    return ("/VMC/Ext/Bone/Pos", name, *place, *turn)


def osc_of(message: tuple[str | float, ...]) -> bytes:
    return osc(str(message[0]), *message[1:])


def told(part: Part | None) -> Part:
    assert part is not None
    return part


def test_a_turn_to_the_right_in_unity_is_one_to_the_persons_right() -> None:
    half = math.radians(15.0)
    part = told(Vmc().parse(osc_bundle(bone("Head", 0.0, math.sin(half), 0.0, math.cos(half)))))
    yaw, pitch, roll = quat.yaw_pitch_roll(np.array(part.rotations["head"]))
    assert (yaw, pitch, roll) == pytest.approx((-2.0 * half, 0.0, 0.0), abs=1e-6)
    nod = told(Vmc().parse(osc_of(bone("Head", math.sin(half), 0.0, 0.0, math.cos(half)))))
    assert quat.yaw_pitch_roll(np.array(nod.rotations["head"]))[1] == pytest.approx(2.0 * half, abs=1e-6), (
        "down is down"
    )


def test_every_bone_of_unitys_has_its_own_of_ours() -> None:
    assert len(OUR_BONES) == len(UNITY_BONES) == len(HUMANOID_BONES) == 55
    assert OUR_BONES["leftthumbproximal"] == "leftThumbMetacarpal"
    assert OUR_BONES["leftthumbintermediate"] == "leftThumbProximal"
    assert OUR_BONES["leftthumbdistal"] == "leftThumbDistal"
    assert OUR_BONES["rightindexintermediate"] == "rightIndexIntermediate"


def test_a_moment_comes_in_many_packets_and_is_remembered() -> None:
    reader = Vmc()
    assert reader.parse(osc("/VMC/Ext/OK", 1)) is None
    assert reader.parse(osc("/VMC/Ext/T", 1.5)) is None
    reader.parse(osc_of(bone("LeftHand", 0.0, 0.0, 0.0, 1.0)))
    part = told(reader.parse(osc_of(bone("Neck", 0.0, 0.0, 0.0, 2.0))))
    assert part.rotations == {"leftHand": (0.0, 0.0, 0.0, 1.0), "neck": (0.0, 0.0, 0.0, 1.0)}
    assert reader.parse(osc("/VMC/Ext/Blend/Val", "JawOpen", 0.5)) is None, "not before it is applied"
    assert told(reader.parse(osc("/VMC/Ext/Blend/Apply"))).shapes == {"jawOpen": 0.5}
    assert reader.parse(osc("/VMC/Ext/OK", 0)) is None
    assert told(reader.parse(osc_of(bone("Head", 0.0, 0.0, 0.0, 1.0)))).rotations.keys() == {"head"}


def test_the_hips_offset_counts_from_where_they_were_first_seen_and_the_root_walks_below_them() -> None:
    reader = Vmc()
    at_rest = told(reader.parse(osc_bundle(bone("Hips", 0.0, 0.0, 0.0, 1.0, place=(0.2, 0.95, 0.0)))))
    assert at_rest.hips_offset_m == (0.0, 0.0, 0.0)
    moved = told(reader.parse(osc_bundle(bone("Hips", 0.0, 0.0, 0.0, 1.0, place=(0.5, 0.85, 0.1)))))
    assert moved.hips_offset_m == pytest.approx((-0.3, -0.1, 0.1), abs=1e-6), (
        "unity's right is the person's, which is -x"
    )
    walked = told(reader.parse(osc("/VMC/Ext/Root/Pos", "root", 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)))
    assert walked.hips_offset_m == pytest.approx((-0.3, -0.1, 1.1), abs=1e-6)
    turned = told(reader.parse(osc("/VMC/Ext/Root/Pos", "root", 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0)))
    assert turned.rotations["hips"] == pytest.approx((0.0, -1.0, 0.0, 0.0))


@pytest.mark.parametrize("names", [("A", "Blink_L", "Joy"), ("aa", "blinkLeft", "happy"), ("AA", "BLINKLEFT", "HAPPY")])
def test_presets_of_vrm_0_and_1_become_shapes(names: tuple[str, str, str]) -> None:
    vowel, lid, mood = names
    values = [("/VMC/Ext/Blend/Val", vowel, 1.0), ("/VMC/Ext/Blend/Val", lid, 0.5), ("/VMC/Ext/Blend/Val", mood, 0.0)]
    part = told(Vmc().parse(osc_bundle(*values, ("/VMC/Ext/Blend/Apply",))))
    assert part.shapes["jawOpen"] == pytest.approx(0.8)
    assert part.shapes["eyeBlinkLeft"] == 0.5 and "eyeBlinkRight" not in part.shapes
    assert part.shapes["mouthPucker"] == 0.0, "who gives a vowel gives the mouth"
    assert part.shapes["mouthSmileLeft"] == 0.0


@pytest.mark.parametrize("vowel", ["aa", "ih", "ou", "ee", "oh"])
def test_a_vowel_that_was_given_is_the_strongest_that_an_avatar_of_presets_shows(vowel: str) -> None:
    part = told(Vmc().parse(osc_bundle(("/VMC/Ext/Blend/Val", vowel, 1.0), ("/VMC/Ext/Blend/Apply",))))
    shapes = np.array([part.shapes.get(name, 0.0) for name in ARKIT_SHAPES])
    shown = preset_weights(shapes, True)
    vowels = {name: shown[name] for name in ("aa", "ih", "ou", "ee", "oh")}
    assert max(vowels, key=vowels.__getitem__) == vowel
    assert vowels[vowel] > 0.35


def test_arkits_names_win_over_the_presets_beside_them_whatever_their_case() -> None:
    weights = {
        "JAWOPEN": 0.25,
        "mouthsmileleft": 0.5,
        "BrowDownRight": 2.0,
        "A": 1.0,
        "Blink": 1.0,
        "Joy": 1.0,
        "hair": 1.0,
    }
    values = [("/VMC/Ext/Blend/Val", name, weight) for name, weight in weights.items()]
    part = told(Vmc().parse(osc_bundle(*values, ("/VMC/Ext/Blend/Apply",))))
    assert part.shapes["jawOpen"] == 0.25
    assert part.shapes["browDownRight"] == 1.0
    assert "eyeBlinkLeft" not in part.shapes
    assert part.shapes["mouthSmileLeft"] == 1.0, "a mood that was switched on is shown beside them"


def test_the_gaze_is_the_eyes_bones_else_the_shapes() -> None:
    half = math.radians(10.0)
    to_left = (0.0, -math.sin(half), 0.0, math.cos(half))
    part = told(Vmc().parse(osc_bundle(bone("LeftEye", *to_left), bone("RightEye", *to_left))))
    assert part.gaze_rad == pytest.approx((2.0 * half, 0.0), abs=1e-6)
    assert not part.rotations
    looks = [("/VMC/Ext/Blend/Val", f"EyeLook{way}", 1.0) for way in ("OutLeft", "InRight", "UpLeft", "UpRight")]
    by_shapes = told(Vmc().parse(osc_bundle(*looks, ("/VMC/Ext/Blend/Apply",))))
    assert by_shapes.gaze_rad == pytest.approx((math.radians(30.0), math.radians(22.0)))
    by_preset = told(Vmc().parse(osc_bundle(("/VMC/Ext/Blend/Val", "LookRight", 0.5), ("/VMC/Ext/Blend/Apply",))))
    assert by_preset.gaze_rad == pytest.approx((-math.radians(15.0), 0.0))


def test_a_packet_is_taken_whole_or_not_at_all() -> None:
    reader = Vmc()
    with pytest.raises(PacketError):
        reader.parse(osc_bundle(bone("Head", 0.0, 1.0, 0.0, 0.0), bone("Neck", 0.0, math.nan, 0.0, 1.0)))
    with pytest.raises(PacketError):
        reader.parse(osc("/VMC/Ext/Blend/Val", "A", "loud"))
    with pytest.raises(PacketError):
        reader.parse(osc("/VMC/Ext/Bone/Pos", "Head", 1.0))
    part = told(reader.parse(osc_of(bone("Spine", 0.0, 0.0, 0.0, 1.0))))
    assert part.rotations.keys() == {"spine"}


def a_pose(seed: int) -> Pose:
    chance = np.random.default_rng(seed)
    shapes = chance.random(len(ARKIT_SHAPES))
    shapes[[name.startswith("eyeLook") for name in ARKIT_SHAPES]] = 0.0
    rotations = quat.normalized(chance.normal(size=(len(BONES), 4)))
    return Pose(dict(zip(BONES, rotations, strict=True)), shapes, 0.4, -0.3, chance.uniform(-0.5, 0.5, 3))


@pytest.mark.parametrize("seed", range(5))
def test_what_we_send_is_what_we_read(seed: int) -> None:
    reader, pose = Vmc(), a_pose(seed)
    places_m = {"hips": np.array([0.0, 0.82, 0.01]), "head": np.array([0.0, 0.1, 0.0])}
    rest = Pose(dict.fromkeys(BONES, quat.IDENTITY))
    part = Part()
    for sent in (rest, pose):
        for packet in vmc_out.packets(sent, places_m, 12.25):
            assert len(packet) <= vmc_out.BUNDLE_BYTES_MAX
            part = reader.parse(packet) or part
    back = mixed([Told(part, 1.0, frozenset(REGIONS))], 1.0)
    for name, rotation in pose.rotations.items():
        row = HUMANOID_BONES.index(name)
        assert back.has_rotation[row]
        np.testing.assert_allclose(back.rotations[row] * np.sign(back.rotations[row] @ rotation), rotation, atol=1e-4)
    shown = [row for row, name in enumerate(ARKIT_SHAPES) if not name.startswith("eyeLook")]
    assert back.has_shape[shown].all()
    np.testing.assert_allclose(back.shapes, pose.shapes, atol=1e-4)
    np.testing.assert_allclose(back.gaze_rad, (0.4, -0.3), atol=1e-4)
    np.testing.assert_allclose(back.hips_offset_m, pose.hips_offset_m, atol=1e-4)


def test_other_readers_understand_what_we_send() -> None:
    from pythonosc.osc_packet import OscPacket

    packets = vmc_out.packets(a_pose(1), {}, 3.5)
    heard = [timed.message for packet in packets for timed in OscPacket(packet).messages]
    assert [list(message) for message in heard if message.address == "/VMC/Ext/OK"] == [[1]]
    assert [list(message) for message in heard if message.address == "/VMC/Ext/T"] == [[3.5]]
    assert sum(message.address == "/VMC/Ext/Bone/Pos" for message in heard) == 54
    assert sum(message.address == "/VMC/Ext/Blend/Val" for message in heard) == 52
    assert heard[-1].address == "/VMC/Ext/Blend/Apply"
    root = next(list(message) for message in heard if message.address == "/VMC/Ext/Root/Pos")
    assert root == ["root", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]
