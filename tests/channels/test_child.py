"""A child process hears its parent and says how it does."""

import contextlib
import os
from pathlib import Path

import msgspec
import pytest
from patience import DEADLINE_S

from avatar_live import clock
from avatar_live.channels import Lossless, Slot
from avatar_live.channels.child import (
    BEAT_PERIOD_S,
    BEGIN,
    HEALTH_PERIOD_S,
    NOTICE_CHARS_MAX,
    ORDERS_MAX,
    SPARE,
    STATUS_CHARS_MAX,
    HealthWriter,
    await_plan,
    newest,
    orders,
    plan_of,
)
from avatar_live.channels.processes import (
    HEALTH_BYTES_MAX,
    Health,
    Order,
    Panic,
    Stop,
    TrackerPlan,
    UseCamera,
    UseTitle,
    health_slot,
)


def test_orders_arrive_in_order_and_the_end_of_input_means_stop() -> None:
    reading, writing = os.pipe()
    queue = orders(reading)
    line = msgspec.json.encode(UseCamera("clip.mp4"))
    os.write(writing, line[:5])
    os.write(writing, line[5:] + b"\nnot an order\n" + msgspec.json.encode(UseCamera("1")) + b"\n")
    os.close(writing)
    assert [queue.take(DEADLINE_S) for _ in range(3)] == [UseCamera("clip.mp4"), UseCamera("1"), Stop()]
    os.close(reading)


def test_stop_is_heard_even_behind_a_flood_of_orders() -> None:
    reading, writing = os.pipe()
    line = msgspec.json.encode(UseCamera("0")) + b"\n"
    os.write(writing, line * (ORDERS_MAX + 1))
    os.close(writing)
    queue = orders(reading)
    heard = None
    while (order := queue.take(DEADLINE_S)) is not None:
        heard = order
        if order == Stop():
            break
    assert heard == Stop()
    os.close(reading)


def test_of_orders_that_wait_only_the_last_of_each_kind_is_obeyed() -> None:
    queue: Lossless[Order] = Lossless(ORDERS_MAX)
    for order in (UseCamera("0"), Panic(True), UseCamera("1"), UseTitle("late show"), UseCamera("2")):
        queue.put(order)
    assert newest(queue) == [UseCamera("2"), Panic(True), UseTitle("late show")]
    assert newest(queue) == []


def test_a_flood_of_orders_drops_what_was_taken_back_and_never_the_panic() -> None:
    reading, writing = os.pipe()
    flood = [Panic(True), *(UseCamera(str(number)) for number in range(2 * ORDERS_MAX + 1))]
    os.write(writing, b"".join(msgspec.json.encode(order) + b"\n" for order in flood))
    os.close(writing)
    queue = orders(reading)
    heard: dict[type[Order], Order] = {}
    while Stop not in heard:
        order = queue.take(DEADLINE_S)
        assert order is not None
        heard[type(order)] = order
    assert heard == {Panic: Panic(True), UseCamera: flood[-1], Stop: Stop()}
    os.close(reading)


def test_health_is_written_at_most_once_a_second_unless_forced(tmp_path: Path) -> None:
    writer = HealthWriter(tmp_path, "tracker")
    began_s = clock.now_s()
    assert writer.write("starting", False)
    assert not writer.write("camera 0", True, fps=30.0) or clock.now_s() - began_s >= HEALTH_PERIOD_S
    assert writer.write("x" * 10_000, True, is_forced=True, fps=29.5)
    slot = Slot(health_slot(tmp_path, "tracker"), HEALTH_BYTES_MAX)
    data = slot.read()
    assert data is not None
    health = msgspec.json.decode(data, type=Health)
    assert health.is_ready and health.figures == {"fps": 29.5} and len(health.status) == STATUS_CHARS_MAX
    slot.close()
    writer.close()


def test_a_notice_of_any_length_ends_no_part(tmp_path: Path) -> None:
    slot = Slot(health_slot(tmp_path, "engine"), HEALTH_BYTES_MAX)
    with contextlib.closing(HealthWriter(tmp_path, "engine")) as writer, contextlib.closing(slot):
        figures = {f"a_figure_of_a_part_{number}": 123_456.789 for number in range(20)}
        assert writer.put(Health(clock.now_s(), "道" * 10_000, True, figures, notice="道" * 10_000))
        data = slot.read()
        assert data is not None
        assert msgspec.json.decode(data, type=Health).notice == "道" * NOTICE_CHARS_MAX


def test_a_sign_of_life_repeats_the_last_words_with_a_new_time_and_not_too_often(tmp_path: Path) -> None:
    writer = HealthWriter(tmp_path, "tracker")
    slot = Slot(health_slot(tmp_path, "tracker"), HEALTH_BYTES_MAX)

    def said() -> Health:
        data = slot.read()
        assert data is not None
        return msgspec.json.decode(data, type=Health)

    writer.write("camera 0", True, patience_s=2.0, fps=30.0)
    first = said()
    writer.beat(0.5)
    assert said() == first or clock.now_s() - first.at_s >= BEAT_PERIOD_S, "it has just spoken"
    writer.beat(0.5, is_forced=True)
    forced = said()
    assert forced == msgspec.structs.replace(first, at_s=forced.at_s, patience_s=0.5) and forced.at_s > first.at_s
    while clock.now_s() < forced.at_s + BEAT_PERIOD_S:
        writer.beat(0.7)
    writer.beat(0.7)
    assert said().patience_s == 0.7 and said().at_s >= forced.at_s + BEAT_PERIOD_S
    slot.close()
    writer.close()


def test_a_plan_comes_as_text_or_from_a_file(tmp_path: Path) -> None:
    plan = TrackerPlan(run_folder="here", models_folder="there")
    text = msgspec.json.encode(plan).decode()
    (tmp_path / "plan").write_text(text)
    assert plan_of([text], TrackerPlan) == plan_of([f"@{tmp_path / 'plan'}"], TrackerPlan) == plan


def test_a_plan_file_that_is_not_there_ends_the_process_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        plan_of(["@/nowhere"], TrackerPlan)
    assert ended.value.code == 2 and "one TrackerPlan" in capsys.readouterr().err


@pytest.mark.parametrize("word", [b"begin\n", b"", b'{"type":"stop"}\n', b"begin"])
def test_a_spare_begins_at_the_word_and_ends_at_any_other(word: bytes) -> None:
    reading, writing = os.pipe()
    os.write(writing, word)
    os.close(writing)
    plan = TrackerPlan(run_folder="here", models_folder="there")
    arguments = [msgspec.json.encode(plan).decode(), SPARE]
    if word == BEGIN:
        assert await_plan(arguments, TrackerPlan, reading) == plan
    else:
        with pytest.raises(SystemExit) as ended:
            await_plan(arguments, TrackerPlan, reading)
        assert ended.value.code == 0
    os.close(reading)


def test_the_orders_after_the_word_are_not_lost() -> None:
    reading, writing = os.pipe()
    os.write(writing, BEGIN + msgspec.json.encode(UseCamera("1")) + b"\n")
    await_plan([msgspec.json.encode(TrackerPlan("here", "there")).decode(), SPARE], TrackerPlan, reading)
    assert orders(reading).take(DEADLINE_S) == UseCamera("1")
    os.close(writing)
