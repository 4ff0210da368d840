"""Devices among the inputs: how they are written, and which of them are one desk."""

import pytest

from avatar_live.mocap.mix import REGIONS
from avatar_live.mocap.spec import InputSpec, SpecError, parse_input, together

ALL = frozenset(REGIONS)


@pytest.mark.parametrize("device", ["pointer", "keyboard", "gamepad"])
def test_a_device_is_an_input_without_an_address(device: str) -> None:
    assert parse_input(f" {device.upper()} ") == InputSpec(device, "", 0, "", ALL)
    assert parse_input(f"{device}/head,gaze").regions == {"head", "gaze"}


@pytest.mark.parametrize(
    "text", ["pointer:1234", "pointer:", "keyboard@192.168.1.5", "gamepad@", "gamepad:0.0.0.0:1/head"]
)
def test_an_address_of_a_device_gets_one_sentence(text: str) -> None:
    with pytest.raises(SpecError, match=r"has no address: write it as (pointer|keyboard|gamepad) alone") as told:
        parse_input(text)
    assert str(told.value).endswith(".")


def test_devices_of_the_same_body_parts_are_one_desk_where_the_first_stands() -> None:
    names = ("vmc", "pointer", "livelink", "keyboard", "keyboard", "gamepad/head", "gamepad")
    joined = together([parse_input(name) for name in names])
    assert [spec.kind for spec in joined] == ["vmc", "pointer and keyboard and gamepad", "livelink", "gamepad"]
    assert joined[1].kinds == ("pointer", "keyboard", "gamepad")
    assert joined[1].regions == ALL and joined[3].regions == {"head"}
    assert together([parse_input("vmc"), parse_input("vmc:39540")]) == [parse_input("vmc"), parse_input("vmc:39540")]
