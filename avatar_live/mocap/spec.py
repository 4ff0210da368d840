"""What a streamer writes to be moved by another program or a device, such as `vmc`, `vmc:39540/face,mouth`,
`ifacialmocap@192.168.1.5` or `pointer`.

KIND[@PHONE][:[ADDRESS:]PORT][/REGION,REGION...]. ADDRESS is where to listen: 127.0.0.1, which only programs of this
machine reach, unless it says otherwise (0.0.0.0: the whole network) or a phone is named. Packets from elsewhere than a
named phone are dropped. The devices on the desk (pointer, keyboard, gamepad) have no address.
"""

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from avatar_live.mocap import ifacialmocap, livelink, openseeface
from avatar_live.mocap.mix import REGIONS
from avatar_live.mocap.part import Part
from avatar_live.mocap.vmc import Vmc

HERE: Final = "127.0.0.1"
EVERYWHERE: Final = "0.0.0.0"  # noqa: S104  (only where the streamer asks for it)
SPEC_CHARS_MAX: Final = 200
INPUTS_MAX: Final = 8
EXAMPLES: Final = (
    "vmc, vmc:0.0.0.0:39539, ifacialmocap@192.168.1.5, openseeface, livelink:0.0.0.0:11111, vmc/face,mouth, "
    "pointer, keyboard, gamepad"
)

Parse = Callable[[bytes], Part | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """Describe a kind of packet: where it usually comes, who reads it, whether the head in it is as a camera saw it,
    whether a phone sends it and has to be greeted."""

    port: int
    parser: Callable[[], Parse]
    is_filmed: bool = False
    is_phones: bool = False
    greeting: bytes = b""


KINDS: Final = {
    "vmc": Kind(39_539, lambda: Vmc().parse),
    "ifacialmocap": Kind(ifacialmocap.PORT, lambda: ifacialmocap.parse, True, True, ifacialmocap.GREETING),
    "openseeface": Kind(11_573, lambda: openseeface.parse, True),
    "livelink": Kind(11_111, lambda: livelink.parse, True, True),
}

POINTER, KEYBOARD, GAMEPAD = DEVICES = ("pointer", "keyboard", "gamepad")


class SpecError(ValueError):
    """Say in one sentence what is wrong with what the streamer wrote, and what would be right."""


@dataclass(frozen=True, slots=True)
class InputSpec:
    """Name a source: its kind, where to listen, the phone it comes from, and the regions that it may move."""

    kind: str
    address: str
    port: int
    phone: str = ""
    regions: frozenset[str] = frozenset(REGIONS)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that are read as one; devices are, see `together`."""
        return tuple(self.kind.split(" and "))


def parse_input(text: str) -> InputSpec:
    """Read what the streamer wrote. Raises SpecError."""
    if len(text) > SPEC_CHARS_MAX:
        raise SpecError(f"An input has at most {SPEC_CHARS_MAX} characters: write it like {EXAMPLES}.")
    where, slash, limits = text.strip().partition("/")
    where, colon, listening = where.partition(":")
    name, at, phone = where.partition("@")
    if name.lower() in DEVICES:
        if at or colon:
            raise SpecError(f"A device has no address: write it as {name.lower()} alone.")
        return InputSpec(name.lower(), "", 0, "", _regions(limits) if slash else frozenset(REGIONS))
    kind = KINDS.get(name.lower())
    if kind is None:
        raise SpecError(f'There is no input "{name}": write it like {EXAMPLES}.')
    if at and not kind.greeting:
        raise SpecError(f'Only ifacialmocap calls a phone: write {name} without "@{phone}".')
    address, port = _listening(listening, kind.port, text) if colon else (HERE, kind.port)
    if at:
        phone = checked_address(phone, text)
        address = EVERYWHERE if address == HERE else address
    return InputSpec(name.lower(), address, port, phone, _regions(limits) if slash else frozenset(REGIONS))


def together(specs: Sequence[InputSpec]) -> list[InputSpec]:
    """Return the specs with the devices that move the same regions as one, where the first of them is.

    One pair of hands uses them all: it leaves the mouse for the keys, and both for the gamepad.
    """
    joined: list[InputSpec] = []
    for spec in specs:
        place = next((place for place, other in enumerate(joined) if _is_same_desk(spec, other)), None)
        if place is None:
            joined.append(spec)
        elif spec.kind not in joined[place].kinds:
            joined[place] = replace(joined[place], kind=f"{joined[place].kind} and {spec.kind}")
    return joined


def parse_target(text: str) -> tuple[str, int]:
    """Read where to send, such as `127.0.0.1:39540`. Raises SpecError."""
    address, colon, port = text.strip().rpartition(":")
    if not colon:
        raise SpecError(f'"{text}" is nowhere to send to: write an address and a port, such as 127.0.0.1:39540.')
    return checked_address(address, text), _port(port, text)


def checked_address(address: str, text: str) -> str:
    """Return an IPv4 address. Raises SpecError."""
    try:
        return str(ipaddress.IPv4Address("127.0.0.1" if address == "localhost" else address))
    except ValueError as error:
        raise SpecError(f'"{address}" in "{text}" is not an address: write four numbers, such as 127.0.0.1.') from error


def _is_same_desk(spec: InputSpec, other: InputSpec) -> bool:
    return spec.kind in DEVICES and other.kinds[0] in DEVICES and spec.regions == other.regions


def _listening(listening: str, port: int, text: str) -> tuple[str, int]:
    address, colon, last = listening.rpartition(":")
    if colon:
        return checked_address(address, text), _port(last, text)
    if "." in last:
        return checked_address(last, text), port
    return HERE, _port(last, text)


def _port(port: str, text: str) -> int:
    if not (port.isascii() and port.isdecimal() and len(port) <= 5 and 1 <= int(port) <= 65_535):
        raise SpecError(f'"{port}" in "{text}" is not a port: write a number from 1 to 65535.')
    return int(port)


def _regions(limits: str) -> frozenset[str]:
    regions = frozenset(region.strip() for region in limits.split(","))
    if unknown := sorted(regions - set(REGIONS)):
        raise SpecError(f'There is no body part "{unknown[0]}": use some of {", ".join(REGIONS)}.')
    return regions
