"""Damage an avatar's file as wear, bad tools and bad intent do: in its description, its numbers and its container."""

import random
from collections.abc import Callable
from typing import Any, Final

import msgspec

from avatar_live.avatar.glb import join_file, split_file

Json = Any  # a decoded document: whatever JSON may hold

# Numbers that programs trip over: none, minus one, the edges of 8, 16, 31, 32, 53 and 64 bits, past every float.
_NUMBERS: Final = (
    0, 1, -1, 2, 255, 256, 65_535, 65_536, 2**31 - 1, 2**31, 2**32, 2**53, 2**63, -(2**31), -(2**63), 2**64,
    0.5, -0.5, -0.0, 1e-300, 1e30, 1e300, -1e300,
)  # fmt: skip
_OTHERS: Final = (
    b"null", b"true", b'""', b'"x"', b'"\\u0000"', b'"' + b"x" * 600 + b'"', b"[]", b"{}", b"[[]]",
    b"[" + b"0," * 499 + b"0]", b'{"index":0}',
)  # fmt: skip
_WALKS_MAX: Final = 20
_WORDS: Final = (b"\xff\xff\xff\xff", b"\x00\x00\xc0\x7f", b"\x00\x00\x80\x7f", b"\xff\xff\xff\x7f", bytes(4))


class Sample:
    """Hold one good file, taken apart, and bring forth damaged ones."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.data = data
        text, binary = split_file(data)
        self._text, self._binary = text, bytes(binary)
        self._is_glb = data[:4] == b"glTF"

    def mutant(self, rng: random.Random) -> bytes:
        """Return a damaged copy; the same `rng` state gives the same bytes."""
        if rng.random() < 0.25:
            return _worn(self.data, rng)
        document = msgspec.json.decode(self._text)
        binary = bytearray(self._binary)
        for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
            if binary and rng.random() < 0.3:
                _change_numbers(binary, rng)
            else:
                rng.choice(_CHANGES)(document, rng)
        text = msgspec.json.encode(document)
        return join_file(text, bytes(binary)) if self._is_glb else text


def _worn(data: bytes, rng: random.Random) -> bytes:
    """Return the file with bytes lost, doubled or changed, wherever they lie; half of the time near its head."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 20))):
        end = min(len(out), 4_096) if rng.random() < 0.5 else len(out)
        at = rng.randrange(max(end, 1))
        match rng.randrange(5):
            case 0:
                out[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                out[at : at + 4] = rng.choice(_WORDS)
            case 2:
                del out[at : at + rng.randrange(1, 64)]
            case 3:
                out[at:at] = out[at : at + rng.randrange(1, 64)]
            case 4:
                del out[max(at, 1) :]
    return bytes(out)


def _change_numbers(binary: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(binary)) & ~3
    match rng.randrange(4):
        case 0:
            binary[at : at + 1] = bytes([rng.randrange(256)])
        case 1:
            binary[at : at + 4] = rng.choice(_WORDS)
        case 2:
            length = rng.randrange(1, 256)
            binary[at : at + length] = rng.randbytes(len(binary[at : at + length]))
        case 3:
            del binary[max(at, 4) :]


def _spot(document: Json, rng: random.Random, wanted: Callable[[Json], bool]) -> tuple[Json, Json] | None:
    """Return a container and a key in it whose value is as wanted, after a walk that takes each branch as often."""
    for _ in range(_WALKS_MAX):
        container = document
        while container:
            key = rng.choice(list(container)) if isinstance(container, dict) else rng.randrange(len(container))
            value = container[key]
            goes_on = isinstance(value, dict | list) and value and rng.random() < 0.85
            if not goes_on:
                if wanted(value):
                    return container, key
                break
            container = value
    return None


def _replace(document: Json, rng: random.Random) -> None:
    spot = _spot(document, rng, lambda value: True)
    if spot is not None:
        container, key = spot
        container[key] = rng.choice(_NUMBERS) if rng.random() < 0.5 else msgspec.json.decode(rng.choice(_OTHERS))


def _replace_number(document: Json, rng: random.Random) -> None:
    """Change a number where one stands: most indices, counts, offsets and factors are."""
    spot = _spot(document, rng, lambda value: isinstance(value, int | float) and not isinstance(value, bool))
    if spot is not None:
        container, key = spot
        near = (container[key] + 1, container[key] - 1, container[key] * 2, -container[key])
        container[key] = rng.choice((rng.choice(_NUMBERS), rng.choice(near), rng.randrange(64)))


def _remove(document: Json, rng: random.Random) -> None:
    spot = _spot(document, rng, lambda value: True)
    if spot is not None:
        container, key = spot
        del container[key]


def _swap(document: Json, rng: random.Random) -> None:
    """Let one value stand in the place of another, most often where nobody expects it."""
    spot, other = (_spot(document, rng, lambda value: True) for _ in range(2))
    if spot is not None and other is not None:
        container, key = spot
        source, place = other
        container[key] = msgspec.json.decode(msgspec.json.encode(source[place]))  # a copy: nothing holds itself


def _repeat(document: Json, rng: random.Random) -> None:
    spot = _spot(document, rng, lambda value: isinstance(value, list))
    if spot is not None:
        container, key = spot
        repeated = container[key][: rng.randrange(8) + 1] * rng.choice((1, 1, 40))
        container[key] += msgspec.json.decode(msgspec.json.encode(repeated))  # copies: the next change hits one alone


_CHANGES: Final[tuple[Callable[[Json, random.Random], None], ...]] = (
    _replace,
    _replace_number,
    _replace_number,
    _replace_number,
    _replace_number,
    _remove,
    _swap,
    _repeat,
)
