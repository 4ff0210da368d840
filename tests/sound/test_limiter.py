"""A limiter that never lets anything above its ceiling, and leaves alone what is below."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_live.channels.ring import PACKET_SAMPLES
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ
from avatar_live.sound.level import Samples
from avatar_live.sound.limiter import CEILING, DELAY_SAMPLES, Limiter


def limited(sound: Samples) -> Samples:
    limiter = Limiter()
    packets = [limiter.limit(packet) for packet in sound.reshape(-1, PACKET_SAMPLES, 2)]
    return np.concatenate([packet for packet in packets if packet is not None])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.sampled_from([0.0, 0.01, 0.3, 0.9, 4.0]), min_size=1, max_size=12))
def test_nothing_is_above_the_ceiling_however_loud_and_sudden(seed: int, levels: list[float]) -> None:
    random = np.random.default_rng(seed)
    sound = random.normal(size=(len(levels) * PACKET_SAMPLES, 2))
    sound *= np.repeat(np.roll(np.repeat(levels, 2), 1), PACKET_SAMPLES // 2)[:, None]
    assert np.abs(limited(sound.astype(np.float32))).max() <= CEILING + 1e-6


def test_what_is_below_the_ceiling_only_comes_later() -> None:
    sound = (np.random.default_rng(1).uniform(-0.85, 0.85, (20 * PACKET_SAMPLES, 2))).astype(np.float32)
    assert np.array_equal(limited(sound)[DELAY_SAMPLES:], sound[:-DELAY_SAMPLES])


def test_a_loud_word_is_turned_down_before_it_comes_and_both_ears_stay_in_balance() -> None:
    at = np.arange(AUDIO_CLOCK_HZ)
    tone = 0.2 * np.sin(at * 2 * np.pi * 500 / AUDIO_CLOCK_HZ)
    tone[24_000:26_000] *= 15.0
    sound = np.stack([tone, 0.5 * tone], axis=1).astype(np.float32)
    heard = limited(sound)
    gain = heard[DELAY_SAMPLES:, 0] / np.where(
        np.abs(sound[:-DELAY_SAMPLES, 0]) > 0.05, sound[:-DELAY_SAMPLES, 0], np.nan
    )
    assert np.nanmax(np.abs(np.diff(gain[23_000:27_000]))) < 0.02, "it is turned, not switched"
    assert np.nanmin(gain[23_700:24_000]) < 0.6, "before the peak"
    assert np.allclose(heard[:, 1], 0.5 * heard[:, 0], atol=1e-6)
    assert 0.95 < np.nanmedian(gain[-4_000:]) <= 1.0, "and is back half a second later"


def test_silence_stays_nothing_after_what_was_held_back_is_out() -> None:
    limiter = Limiter()
    assert limiter.limit(None) is None
    limiter.limit(np.full((PACKET_SAMPLES, 2), 0.5, np.float32))
    rest = limiter.limit(None)
    assert rest is not None and rest[:DELAY_SAMPLES].min() == 0.5 and not rest[DELAY_SAMPLES:].any()
    assert limiter.limit(None) is None
