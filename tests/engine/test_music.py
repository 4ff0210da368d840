"""A music file that is played over and over, whatever it is made of."""

from pathlib import Path

import av
import numpy as np
import pytest
from patience import DEADLINE_S

from avatar_live import clock
from avatar_live.engine.music import AHEAD_PACKETS, Music
from avatar_live.engine.recordings import RecordingError, decode, read_bank
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ
from avatar_live.sound.level import Samples


def write_tone(path: Path, seconds: float, rate_hz: int = 48_000, layout: str = "stereo", codec: str = "flac") -> Path:
    ears = 2 if layout == "stereo" else 1
    at = np.arange(round(seconds * rate_hz)) / rate_hz
    tone = np.rint(8_000 * np.sin(2 * np.pi * 500 * at)).astype(np.int16)
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=rate_hz)
        assert isinstance(stream, av.AudioStream)
        stream.layout, stream.format = layout, "s16"
        for start in range(0, len(tone), 1_024):
            part = np.repeat(tone[None, start : start + 1_024], ears, axis=0)
            frame = av.AudioFrame.from_ndarray(part.T.reshape(1, -1).copy(), format="s16", layout=layout)
            frame.sample_rate, frame.pts = rate_hz, start
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


def heard(music: Music, packets: int) -> Samples:
    """Return what is played, as it comes."""
    parts: list[Samples] = []
    end_s = clock.now_s() + DEADLINE_S
    while len(parts) < packets:
        assert clock.now_s() < end_s and not music.fault
        if (packet := music.read()) is not None:
            parts.append(packet)
    return np.concatenate(parts)


def frequency_hz(sound: Samples) -> float:
    return float(np.abs(np.fft.rfft(sound[:, 0] * np.hanning(len(sound)))).argmax()) * AUDIO_CLOCK_HZ / len(sound)


@pytest.mark.parametrize(("rate_hz", "layout"), [(48_000, "stereo"), (44_100, "mono"), (22_050, "stereo")])
def test_a_file_of_any_rate_is_played_at_its_pitch_and_loudness(tmp_path: Path, rate_hz: int, layout: str) -> None:
    sound = np.concatenate(list(decode(write_tone(tmp_path / "tone.flac", 1.0, rate_hz, layout))))
    assert sound.shape == (pytest.approx(AUDIO_CLOCK_HZ, abs=100), 2)
    assert frequency_hz(sound) == pytest.approx(500, abs=2)
    assert np.abs(sound).max() == pytest.approx(8_000 / 32_768, rel=0.05)
    assert np.array_equal(sound[:, 0], sound[:, 1])


def test_a_file_is_played_over_and_over_without_a_gap(tmp_path: Path) -> None:
    music = Music(write_tone(tmp_path / "tone.wav", 0.5, codec="pcm_s16le"))
    sound = heard(music, 100)  # two seconds
    music.close()
    steepest = 8_000 / 32_768 * 2 * np.pi * 500 / AUDIO_CLOCK_HZ
    assert np.abs(np.diff(sound[:, 0])).max() < 1.1 * steepest, "250 whole waves: the seam is as smooth as the rest"


def test_no_more_is_decoded_ahead_than_a_second(tmp_path: Path) -> None:
    music = Music(write_tone(tmp_path / "tone.flac", 5.0))
    heard(music, 1)
    end_s = clock.now_s() + DEADLINE_S
    while len(music._packets) < AHEAD_PACKETS:
        assert clock.now_s() < end_s
    assert not music._packets.put(np.zeros((960, 2), np.float32))
    music.close()
    music._thread.join(DEADLINE_S)
    assert not music._thread.is_alive()


@pytest.mark.parametrize("content", [b"", b"not a sound", b"RIFF\0\0\0\0WAVE"])
def test_what_is_no_music_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letter.mp3"
    path.write_bytes(content)
    music = Music(path)
    music._thread.join(DEADLINE_S)
    assert "letter.mp3" in music.fault and music.read() is None


def test_music_whose_old_tag_is_not_utf8_is_played(tmp_path: Path) -> None:
    path = write_tone(tmp_path / "song.wav", 0.5, codec="pcm_s16le")
    title = "Déjà vu".encode("latin-1") + b"\0"
    info = b"INFOINAM" + len(title).to_bytes(4, "little") + title
    path.write_bytes(with_chunk(path.read_bytes(), b"LIST", info))
    music = Music(path)
    assert frequency_hz(heard(music, 20)) == pytest.approx(500, abs=5)
    music.close()


@pytest.mark.parametrize("layouts", [("stereo", "mono"), ("mono", "stereo")])
def test_joined_songs_of_different_kinds_play_on(tmp_path: Path, layouts: tuple[str, str]) -> None:
    path = tmp_path / "joined.mp3"
    path.write_bytes(b"".join(mp3(tmp_path / f"{layout}.mp3", layout) for layout in layouts))
    sound = np.concatenate(list(decode(path)))
    assert len(sound) == pytest.approx(2.0 * AUDIO_CLOCK_HZ, abs=0.1 * AUDIO_CLOCK_HZ)
    for half in (sound[12_000:36_000], sound[60_000:84_000]):
        assert frequency_hz(half) == pytest.approx(500, abs=3)
        assert np.abs(half).max() == pytest.approx(8_000 / 32_768, rel=0.1)


def mp3(path: Path, layout: str) -> bytes:
    """Return a second of the tone as bare MP3 frames, which can be joined."""
    with (
        av.open(str(write_tone(path.with_suffix(".flac"), 1.0, layout=layout))) as tone,
        av.open(str(path), "w", format="mp3", container_options={"id3v2_version": "0", "write_xing": "0"}) as file,
    ):
        stream = file.add_stream("mp3", rate=AUDIO_CLOCK_HZ)
        assert isinstance(stream, av.AudioStream)
        stream.layout = layout
        resampler = av.AudioResampler(stream.format.name, layout, AUDIO_CLOCK_HZ, frame_size=1_152)
        for frame in [*tone.decode(audio=0), None]:
            for piece in resampler.resample(frame):
                file.mux(stream.encode(piece))
        file.mux(stream.encode())
    return path.read_bytes()


def test_music_of_an_unknown_codec_is_told(tmp_path: Path) -> None:
    path = write_tone(tmp_path / "song.wav", 0.5, codec="pcm_s16le")
    pcm = b"fmt \x10\0\0\0\x01\0"
    assert pcm in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(pcm, b"fmt \x10\0\0\0\x77\x77"))
    music = Music(path)
    music._thread.join(DEADLINE_S)
    assert "no sound in song.wav" in music.fault


def with_chunk(wave: bytes, name: bytes, chunk: bytes) -> bytes:
    """Return a RIFF file with another chunk before its own."""
    body = wave[8:12] + name + len(chunk).to_bytes(4, "little") + chunk + wave[12:]
    return wave[:4] + len(body).to_bytes(4, "little") + body


def test_a_film_without_sound_is_told(tmp_path: Path) -> None:
    path = tmp_path / "silent.mkv"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("ffv1", 30)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "bgr0"
        file.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        file.mux(stream.encode())
    with pytest.raises(RecordingError, match="no sound in"):
        next(decode(path))


def test_a_bank_is_the_folders_sounds_by_their_names(tmp_path: Path) -> None:
    write_tone(tmp_path / "horn.flac", 0.3, layout="mono")
    (tmp_path / "notes.txt").write_text("no sound")
    bank = read_bank(tmp_path)
    assert bank.keys() == {"horn"} and bank["horn"].shape == (14_400, 2)
    assert read_bank(tmp_path / "missing") == {}
