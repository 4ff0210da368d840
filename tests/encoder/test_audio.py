"""Opus in packets of 20 ms that sound like what was said."""

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_live.encoder.audio import PACKET_SAMPLES, OpusEncoder
from avatar_live.encoder.video import EncoderError
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ, EncodedFrame


def decoded(frames: list[EncodedFrame]) -> NDArray[np.float64]:
    """Return (n, 2) samples in -1..1."""
    codec = av.CodecContext.create("libopus", "r")
    assert isinstance(codec, av.AudioCodecContext)
    codec.sample_rate, codec.layout, codec.format = AUDIO_CLOCK_HZ, "stereo", "s16"
    sounds = [sound.to_ndarray() for frame in frames for sound in codec.decode(av.Packet(frame.data))]
    return np.concatenate(sounds, axis=1).reshape(-1, 2).astype(np.float64) / 32_768


def test_a_tone_on_the_left_is_a_tone_on_the_left() -> None:
    encoder = OpusEncoder("main")
    tone = np.sin(np.arange(50 * PACKET_SAMPLES) * 2 * np.pi * 440 / AUDIO_CLOCK_HZ) * 0.5
    samples = (np.stack([tone, tone * 0], axis=1) * 32_767).astype(np.int16)
    frames = [encoder.encode(packet, at * 0.02, at * PACKET_SAMPLES) for at, packet in enumerate(np.split(samples, 50))]
    assert [frame.pts for frame in frames] == [at * PACKET_SAMPLES for at in range(50)]
    assert all(frame.kind == "audio" for frame in frames)
    heard = decoded(frames)
    assert len(heard) == len(samples)
    left, right = heard[10 * PACKET_SAMPLES :].T
    assert abs(np.fft.rfft(left).argmax() * AUDIO_CLOCK_HZ / len(left) - 440) < 5
    assert np.sqrt(np.mean(left**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.1)
    assert np.sqrt(np.mean(right**2)) < 0.02


def test_silence_is_silent_and_small() -> None:
    encoder = OpusEncoder("main")
    frames = [encoder.silence(at * 0.02, at * PACKET_SAMPLES) for at in range(10)]
    assert np.abs(decoded(frames)).max() < 1e-3
    assert max(len(frame.data) for frame in frames) < 20


def test_samples_of_another_shape_or_kind_are_refused() -> None:
    encoder = OpusEncoder("main")
    with pytest.raises(EncoderError, match="int16"):
        encoder.encode(np.zeros((480, 2), np.int16), 0.0, 0)
    with pytest.raises(EncoderError, match="int16"):
        encoder.encode(np.zeros((PACKET_SAMPLES, 2), np.float32), 0.0, 0)


def test_music_stays_in_the_music_mode_in_stereo() -> None:
    encoder = OpusEncoder("main")
    noise = np.random.default_rng(1).integers(-3_000, 3_000, (20, PACKET_SAMPLES, 2)).astype(np.int16)
    tables = {encoder.encode(packet, at * 0.02, at * PACKET_SAMPLES).data[0] for at, packet in enumerate(noise)}
    assert {first >> 3 for first in tables} == {31}, "CELT, the full band, 20 ms (RFC 6716, table 2)"
    assert all(first & 4 for first in tables), "two ears"
