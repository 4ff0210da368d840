"""The network that reads vowels is what its trainer makes, and is measured on what it was not trained on."""

from pathlib import Path

import numpy as np
import pytest
from viseme_maker.recipe import CONSONANTS, HIDDEN, LANGUAGES, VOICES, fingerprint

from avatar_live.app.bench.tracking import speech
from avatar_live.signals import VOWELS
from avatar_live.tracking.models import ModelError
from avatar_live.tracking.visemes import FEATURES, VOWEL_NET, VowelNet, vowel_net

FILE_BYTES_MAX = 200_000


def test_the_committed_network_was_made_by_this_recipe() -> None:
    with np.load(VOWEL_NET, allow_pickle=False) as file:
        assert str(file["recipe"]) == fingerprint(), "run `python -m viseme_maker` in assets/ (see LICENSE.md there)"
    sizes = [slopes.shape for slopes, _ in vowel_net().layers]
    assert sizes == [(HIDDEN[0], FEATURES), (HIDDEN[1], HIDDEN[0]), (len(VOWELS) + 1, HIDDEN[1])]
    assert all(np.isfinite(values).all() for layer in vowel_net().layers for values in layer)
    assert VOWEL_NET.stat().st_size < FILE_BYTES_MAX


def test_no_language_voice_or_consonant_that_is_measured_was_trained_on() -> None:
    assert not set(speech.LANGUAGES) & set(LANGUAGES)
    assert not set(speech.VOICES) & set(VOICES)
    assert not set(speech.CONSONANTS) & set(CONSONANTS)


def test_a_missing_or_foreign_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    foreign = tmp_path / "vowels.npz"
    with pytest.raises(ModelError, match="missing or damaged"):
        VowelNet.load(foreign)
    foreign.write_bytes(b"PK\x03\x04 no network")
    with pytest.raises(ModelError, match="missing or damaged"):
        VowelNet.load(foreign)


def test_training_learns_its_lessons_repeats_itself_and_saves_what_it_learnt(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the trainer needs the extra `train`")
    from viseme_maker.network import train

    chance = np.random.default_rng(4)
    labels = np.repeat(np.arange(len(VOWELS) + 1), 60)
    features = 4.0 * np.eye(len(VOWELS) + 1, FEATURES)[labels] + chance.normal(size=(len(labels), FEATURES))
    first, second = (train(features, labels, epochs=200) for _ in range(2))
    for (slopes, offsets), (again, offsets_again) in zip(first.layers, second.layers, strict=True):
        assert np.array_equal(slopes, again) and np.array_equal(offsets, offsets_again)
    first.save(tmp_path / "vowels.npz", "a recipe")
    loaded = VowelNet.load(tmp_path / "vowels.npz")
    shares = np.array([loaded.shares(heard) for heard in features])
    assert np.allclose(shares.sum(axis=1), 1.0)
    assert (shares.argmax(axis=1) == labels).mean() > 0.9
