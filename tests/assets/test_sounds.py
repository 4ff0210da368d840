"""The project's sounds are what their program makes, as loud as each other, and each is played by something."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from shared import PROJECT
from sound_maker.sounds import SOUNDS
from sound_maker.synthesis import LOUDNESS_LUFS, RATE_HZ, loudness_lufs, true_peak

from avatar_live.engine.recordings import read_bank
from avatar_live.sound.level import Samples

FOLDER = PROJECT / "assets" / "sounds"
NAMES = tuple(SOUNDS)
BYTES_MAX = 1_000_000  # of them all
LAST_BIT = 1.5 / 32_768  # processors round differently


@pytest.fixture(scope="module")
def bank() -> dict[str, Samples]:
    return read_bank(FOLDER)


def test_the_program_writes_the_committed_files(tmp_path: Path, bank: dict[str, Samples]) -> None:
    command = [sys.executable, "-W", "error", "-m", "sound_maker", "--into", str(tmp_path)]
    run = subprocess.run(command, cwd=PROJECT / "assets", capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    made = read_bank(tmp_path)
    assert made.keys() == bank.keys() == set(NAMES)
    for name, sound in made.items():
        assert sound.shape == bank[name].shape and np.abs(sound - bank[name]).max() < LAST_BIT, (
            f"{name}: run `python -m sound_maker` in assets/"
        )


@pytest.mark.parametrize("name", NAMES)
def test_every_sound_is_as_loud_as_the_others_and_has_soft_ends(name: str, bank: dict[str, Samples]) -> None:
    left = bank[name][:, 0].astype(np.float64)
    assert loudness_lufs(left) == pytest.approx(LOUDNESS_LUFS, abs=0.5)
    assert 20 * np.log10(true_peak(left)) <= -1.0
    assert np.abs(left[[0, -1]]).max() < 0.002
    assert abs(left.mean()) < 0.002
    assert 0.2 <= len(left) / RATE_HZ <= 3.0


@pytest.mark.parametrize("name", NAMES)
def test_a_sound_begins_at_once_and_dies_away(name: str, bank: dict[str, Samples]) -> None:
    loud = np.abs(bank[name][:, 0]).reshape(-1, 480)[:].max(axis=1)
    assert np.argmax(loud > 0.1 * loud.max()) <= 5, "50 ms: what is seen is heard"
    assert loud[-1] < 0.2 * loud.max()


def test_all_of_them_are_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < BYTES_MAX


def test_loudness_is_measured_as_the_standard_wants() -> None:
    """EBU Tech 3341's first case: a sine of 1 kHz at -23 dBFS in both ears is -23 LUFS."""
    tone = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1_000 * np.arange(RATE_HZ) / RATE_HZ)
    assert loudness_lufs(tone) == pytest.approx(-23.0, abs=0.1)


def test_a_peak_between_two_samples_is_found() -> None:
    """BS.1770-4's own example: a quarter of the sample rate, an eighth of a turn off, is 3 dB above its samples."""
    tone = np.sin(2 * np.pi * np.arange(4_800) / 4 + np.pi / 4) * np.hanning(4_800)
    assert true_peak(tone) == pytest.approx(1.0, abs=0.02)
