"""An encoder is used when it has proved itself; one that fails, hangs or gives rubbish is passed over and told why."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from patience import DEADLINE_S

from avatar_live.channels.processes import ENCODERS
from avatar_live.encoder.choice import Choice, choose
from avatar_live.encoder.kinds import AUTO, KINDS, X264, Kind
from avatar_live.encoder.proof import main, prove
from avatar_live.encoder.video import VideoEncoder

SIZE = (320, 180, 30)
OURS = KINDS[X264]
# libx264 stands for a card's encoder that works: a kind of another name is told its own options alone.
CARD = Kind("nvenc", "libx264", "a card's encoder", {"preset": "ultrafast", "tune": "zerolatency", "forced-idr": "1"})


def chosen(kind: Kind, wanted: str = AUTO, script: str | None = None, timeout_s: float = DEADLINE_S) -> Choice:
    """Choose between x264 and `kind`, which is tried by `script` where one is given."""

    def command(_: str) -> list[str]:
        return [sys.executable, "-c", script or ""]

    return choose(wanted, *SIZE, kinds={X264: OURS, kind.name: kind}, command=command, timeout_s=timeout_s)


def test_x264_proves_itself() -> None:
    proof = prove(OURS, *SIZE)
    assert proof.works
    assert "baseline profile" in proof.found


def test_an_encoder_that_works_is_taken() -> None:
    assert prove(CARD, *SIZE).works
    choice = chosen(CARD, script="""print('{"name": "card", "works": true, "found": ""}')""")
    assert choice.kind is CARD
    assert choice.words == "The show is encoded by a card's encoder."


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (replace(CARD, codec="h264_of_nobody"), "The installed PyAV does not have it."),
        (replace(CARD, codec="h264_v4l2m2m"), "It does not open"),
        (replace(CARD, options={"preset": "ultrafast"}), "It does not give a frame for every picture at once."),
        (
            replace(CARD, options=dict(CARD.options) | {"x264-params": "repeat-headers=0"}),
            "It does not make a keyframe that a viewer can begin with when asked.",
        ),
        (
            replace(CARD, options=dict(CARD.options) | {"x264-params": "keyint=3:min-keyint=3"}),
            "It makes keyframes that nobody asked for.",
        ),
    ],
)
def test_an_encoder_that_does_not_do_what_a_show_needs_is_told_why(kind: Kind, reason: str) -> None:
    proof = prove(kind, *SIZE)
    assert not proof.works
    assert proof.found.startswith(reason)


def test_pictures_that_decode_to_something_else_are_noticed() -> None:
    proof = prove(replace(CARD, options=dict(CARD.options) | {"x264-params": "qp=51"}), *SIZE)
    assert (proof.works, proof.found) == (False, "It gives pictures that do not decode to what was drawn.")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("import time; time.sleep(600)", "It did not answer within 1 s."),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
            "The process that tried it was ended by signal 11.",
        ),
        ("raise SystemExit(3)", "The process that tried it was ended with exit code 3."),
        ("print('rubbish')", "The process that tried it was ended with exit code 0."),
        ("""print('{"name": "card", "works": false, "found": "It does not open (no device)."}')""", "It does not open"),
    ],
)
def test_an_encoder_that_takes_its_process_along_is_passed_over(script: str, reason: str) -> None:
    choice = chosen(CARD, script=script, timeout_s=1.0 if "sleep" in script else DEADLINE_S)
    assert choice.kind is OURS
    (sentence,) = choice.passed_over
    assert sentence.startswith(f"A card's encoder was passed over: {reason}")


def test_a_device_that_is_not_here_costs_no_trial_and_is_told_only_to_who_asked_for_it() -> None:
    absent = replace(CARD, may_be_here=lambda: False)
    assert chosen(absent) == Choice(OURS)
    assert chosen(absent, wanted="nvenc").passed_over == ("A card's encoder was passed over: Its device is not here.",)


def test_who_wants_x264_gets_it_untried() -> None:
    assert chosen(CARD, wanted=X264) == Choice(OURS)


def test_the_trial_answers_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    main([*map(str, SIZE), X264, "vaapi"])
    ours, vaapi = capsys.readouterr().out.splitlines()
    assert '"works":true' in ours
    assert '"works":false' in vaapi


def test_a_card_without_room_for_another_stream_leaves_it_to_x264() -> None:
    encoder = VideoEncoder("main", 320, 180, 30, 500_000, kind=replace(CARD, codec="h264_v4l2m2m"))
    frames = [encoder.encode(np.full((180, 320, 4), 90, np.uint8), 0.0, step * 3_000) for step in range(3)]
    assert encoder.kind == X264
    assert [frame.is_keyframe for frame in frames] == [True, False, False]


def test_a_card_that_cannot_change_its_bitrate_begins_anew_with_a_keyframe() -> None:
    encoder = VideoEncoder("main", 320, 180, 30, 500_000, kind=CARD)
    noise = np.random.default_rng(2).integers(0, 256, (180, 320, 4), np.uint8)
    frames = []
    for step in range(60):
        if step == 30:
            encoder.use_bitrate(100_000)
        frames.append(encoder.encode(np.roll(noise, step, axis=1), 0.0, step * 3_000))
    assert [step for step, frame in enumerate(frames) if frame.is_keyframe] == [0, 30]
    assert sum(len(frame.data) for frame in frames[31:]) < 0.5 * sum(len(frame.data) for frame in frames[1:30])


def test_every_name_that_a_host_may_choose_has_an_encoder() -> None:
    assert set(ENCODERS) == {AUTO, *KINDS}
