"""Takes as bytes, whole and damaged."""

import io
import random

from avatar_live.mocap.take import FRAME_BYTES, HEADER_BYTES, Entry, block, entries_of, head


def file_of(*blocks: list[Entry]) -> bytes:
    """Return a whole take."""
    return head() + b"".join(map(block, blocks))


def read(data: bytes) -> list[Entry]:
    """Return what plays of a take."""
    return list(entries_of(io.BytesIO(data).read))


def in_blocks(said: list[Entry], size: int = 60) -> list[list[Entry]]:
    """Return the entries in lots of `size`."""
    return [said[start : start + size] for start in range(0, len(said), size)]


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Change a few bytes, cut, leave out, put in, or write over a number at the beginning."""
    changed = bytearray(data)
    match dice.randrange(5):
        case 0:
            for _ in range(dice.randint(1, 8)):
                changed[dice.randrange(len(changed))] = dice.randrange(256)
        case 1:
            del changed[dice.randrange(len(changed)) :]
        case 2:
            start = dice.randrange(len(changed))
            del changed[start : start + dice.randint(1, 200)]
        case 3:
            start = dice.randrange(len(changed))
            changed[start:start] = dice.randbytes(dice.randint(1, 200))
        case _:
            start = dice.randrange(HEADER_BYTES + FRAME_BYTES)
            changed[start : start + 4] = dice.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", dice.randbytes(4)))
    return bytes(changed)


def inside_out(said: list[Entry], dice: random.Random) -> bytes:
    """Return a take in perfect order whose records are damaged."""
    part = dice.sample(said, 6)
    at_s = sorted(entry.at_s for entry in part)
    return file_of(
        [
            Entry(entry.kind, moment_s, mutated(entry.data, dice)[: len(entry.data)].ljust(len(entry.data), b"\xff"))
            for entry, moment_s in zip(part, at_s, strict=True)
        ]
    )
