"""A take keeps every bit, plays as far as it is whole, and nothing that a file may hold does harm."""

import base64
import io
import random
import struct
import time
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from performer import START_S, entries
from take_files import file_of, in_blocks, inside_out, mutated, read

from avatar_live.mocap.replay import replay
from avatar_live.mocap.take import (
    AT_S_MAX,
    BLOCK_ENTRIES_MAX,
    FRAME_BYTES,
    HEADER_BYTES,
    KINDS,
    RECORD_BYTES,
    Entry,
    Kind,
    TakeError,
    block,
    entries_of,
    head,
)

MUTANTS = 2_000
MUTANT_S_MAX = 1.0
MIB = 1 << 20


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.floats(0.0, 1e6), st.integers(0, 99)), min_size=1, max_size=40))
def test_every_bit_comes_back_in_its_order(drawn: list[tuple[Kind, float, int]]) -> None:
    said = [
        Entry(kind, at_s, np.random.default_rng(seed).bytes(RECORD_BYTES[kind]))
        for kind, at_s, seed in sorted(drawn, key=lambda entry: entry[1])
    ]
    assert read(file_of(said)) == said


def test_a_performance_of_all_senses_comes_back() -> None:
    said = entries(3.0)
    assert {entry.kind for entry in said} == set(KINDS)
    assert read(file_of(*in_blocks(said))) == said


def test_a_block_holds_so_many_entries_and_no_more() -> None:
    still = Entry("voice", START_S, bytes(RECORD_BYTES["voice"]))
    assert len(read(file_of([still] * BLOCK_ENTRIES_MAX))) == BLOCK_ENTRIES_MAX
    with pytest.raises(AssertionError):
        block([still] * (BLOCK_ENTRIES_MAX + 1))


def test_a_file_cut_short_anywhere_plays_its_whole_blocks() -> None:
    blocks = in_blocks(entries(0.6, has_phone=False), 16)
    whole = file_of(*blocks)
    ends = np.cumsum([HEADER_BYTES, *(len(block(part)) for part in blocks)])
    for length in range(HEADER_BYTES, len(whole), 997):
        count = int(np.searchsorted(ends, length, side="right")) - 1
        assert read(whole[:length]) == [entry for part in blocks[:count] for entry in part]


def test_garbage_at_the_end_is_not_played() -> None:
    said = entries(0.5)
    assert read(file_of(said) + b"\0" * 5_000) == said
    assert read(file_of(said) + random.Random(1).randbytes(5_000)) == said


def test_a_damaged_block_is_passed_over() -> None:
    first, second, third = in_blocks(entries(0.9, has_phone=False), 24)
    data = bytearray(file_of(first, second, third))
    data[HEADER_BYTES + len(block(first)) + FRAME_BYTES + 1_000] ^= 0x10
    assert read(bytes(data)) == first + third


def test_what_is_no_take_is_refused_in_a_sentence() -> None:
    newer = bytearray(head())
    newer[8] = 2
    newer[-4:] = zlib.crc32(newer[:-4]).to_bytes(4, "little")
    for data, words in (
        (b"", "it is not a take"),
        (b"RIFF....", "it is not a take"),
        (head()[:-1], "its beginning is damaged"),
        (head()[:9] + b"\1" + head()[10:], "its beginning is damaged"),
        (bytes(newer), "recorded by another version of avatar_live .format 2, here 1."),
    ):
        with pytest.raises(TakeError, match=words):
            entries_of(io.BytesIO(data).read)


def test_the_first_version_stays_readable() -> None:
    """Where this fails the format has changed: give it a new version, so that old takes are told from new ones."""
    assert read(base64.b64decode(FIRST)) == [
        Entry("voice", 12.5, bytes(range(RECORD_BYTES["voice"]))),
        Entry("voice", 12.52, bytes(reversed(range(RECORD_BYTES["voice"])))),
    ]
    assert RECORD_BYTES == {"readings": 7_944, "voice": 36, "given": 1_225}


FIRST = """
QVZMVEFLRQoBAAMACB8AACQAAADJBAAAGsBaLEJMSzFTAAAAAAAAAAIAAAAAAAAA1bXYiAHyu74dwdkRglAUREGe1/WpoA64HTecL4KwipDMia
BMhyq7Uyr+uj7/hu8nd30xXW529fn2MiIQTrPVdt9c7q0RgfBknsvD8fp4GxEIx2Jd6cTTRgTCIw==
"""


def forged(counts: tuple[int, int, int], raw: bytes) -> bytes:
    """Return a file whose one block is in order in all that can be checked before it is unpacked."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(raw) + packer.flush()
    frame = struct.pack("<4s5I", b"BLK1", len(packed), *counts, zlib.crc32(packed))
    return head() + frame + zlib.crc32(frame).to_bytes(4, "little") + packed


def voices(*at_s: float, kind: int = 1) -> bytes:
    return bytes([kind] * len(at_s)) + np.array(at_s).tobytes() + bytes(RECORD_BYTES["voice"] * len(at_s))


def test_a_bomb_is_unpacked_no_further_than_it_says() -> None:
    bomb = forged((0, 1, 0), bytes(600 * MIB))
    assert len(bomb) < MIB
    tracemalloc.start()
    assert read(bomb) == []
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * MIB


def test_a_block_that_contradicts_itself_is_passed_over() -> None:
    assert len(read(forged((0, 2, 0), voices(1.0, 2.0)))) == 2
    for counts, raw in (
        ((0, 2, 0), voices(2.0, 1.0)),  # backwards
        ((0, 2, 0), voices(1.0, float("nan"))),
        ((0, 2, 0), voices(float("-inf"), 1.0)),
        ((0, 2, 0), voices(1.0, 2.0 * AT_S_MAX)),
        ((0, 2, 0), voices(1.0, 2.0, kind=2)),  # another kind than is counted
        ((0, 2, 0), voices(1.0, 2.0, kind=9)),
        ((0, 2, 0), voices(1.0)),  # too short
        ((0, 1, 0), voices(1.0, 2.0)),  # too long
        ((0, 0, 0), b""),
        ((2**32 - 1, 2**32 - 1, 2**32 - 1), voices(1.0)),
        ((0, BLOCK_ENTRIES_MAX + 1, 0), voices(*[1.0] * (BLOCK_ENTRIES_MAX + 1))),
    ):
        assert read(forged(counts, raw)) == []


def test_thousands_of_mutants_are_refused_or_play() -> None:
    """Mutate the file, and what is inside its blocks before they are packed again, which no checksum finds."""
    said = entries(0.4)
    whole = file_of(*in_blocks(said, 12))
    refused = played = 0
    slowest_s = 0.0
    for number in range(MUTANTS):
        dice = random.Random(number)
        start_s = time.process_time()
        mutant = inside_out(said, dice) if number % 3 == 0 else mutated(whole, dice)
        try:
            for _, sense in replay(entries_of(io.BytesIO(mutant).read)):
                assert isinstance(sense.captured_s, float)
            played += 1
        except TakeError as error:
            refused += 1
            assert "\n" not in str(error) and len(str(error)) < 200
        slowest_s = max(slowest_s, time.process_time() - start_s)
    assert refused + played == MUTANTS
    assert refused > 20 and played > MUTANTS // 2
    assert slowest_s < MUTANT_S_MAX
