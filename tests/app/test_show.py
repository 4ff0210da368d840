"""A show of pretended parts: rehearse, go live, change things, end."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from patience import DEADLINE_S
from PIL import Image

from avatar_live.app.desk import DeskShow
from avatar_live.app.faults import ShowError
from avatar_live.app.part import Plan, remember
from avatar_live.app.settings import Settings
from avatar_live.app.show import LocalShow
from avatar_live.channels.processes import (
    EnginePlan,
    OutletsPlan,
    Panic,
    TrackerPlan,
    UseInputs,
    UseLayer,
    UseLevels,
    UseMusic,
    UseOutlets,
    UseSpeech,
    UseVmcOut,
)
from avatar_live.signals.sound import SoundLevels

FAKE = Path(__file__).with_name("fake_part.py")


def fake(plan: Plan) -> list[str]:
    return [sys.executable, str(FAKE), type(plan).__name__[0].lower(), msgspec.json.encode(plan).decode()]


@pytest.fixture
def settings(tmp_path: Path, unused_tcp_port: int) -> Settings:
    (tmp_path / "index.html").touch()
    wanted = Settings(avatar=tmp_path / "a.vrm", camera="0", host="127.0.0.1", port=unused_tcp_port)
    return replace(wanted, data_folder=tmp_path / "data", models_folder=tmp_path, web_folder=tmp_path)


@pytest.fixture
def show(settings: Settings) -> Iterator[LocalShow]:
    with LocalShow(settings, command=fake, has_spares=False) as opened:
        opened.rehearse()
        yield opened


def test_a_show_is_rehearsed_goes_live_and_ends(show: LocalShow) -> None:
    show.wait_until_ready("tracker", "engine")
    assert "server" not in show.health()
    show.go_live("My show")
    show.wait_until_ready("engine", "server")
    assert show.settings.title == "My show"
    show.end_live()
    assert set(show.health()) == {"tracker", "engine"}
    show.go_live()
    show.wait_until_ready("server")
    assert show.is_live


def test_the_room_rests_while_the_host_hides_also_where_the_host_hid_before_it_was_live(show: LocalShow) -> None:
    def is_told(words: str) -> bool:
        return show.health().get("server") is not None and show.health()["server"].status == words

    show.panic(True)
    show.go_live()
    show.wait_until_ready("server")
    assert is_told("rests True")
    for is_hidden in (False, True):
        show.panic(is_hidden)
        deadline_s = time.monotonic() + DEADLINE_S
        while not is_told(f"rests {is_hidden}"):
            assert time.monotonic() < deadline_s, "too late"
            time.sleep(0.02)
    plan = show.settings.server_plan(show.run_folder, show.token)
    assert remember(plan, Panic(True)).is_panic_on, "a server that is started again rests, too"  # type: ignore[union-attr]


def test_guests_are_let_in_while_the_show_is_live_and_only_where_the_host_wants_them(settings: Settings) -> None:
    with LocalShow(replace(settings, has_guests=True), command=fake, has_spares=False) as show:
        show.rehearse()
        assert show.guest_token and show.guest_token != show.token
        show.go_live()
        show.wait_until_ready("tracker", "engine", "server", "inlet")
        show.use_layer("top-right:40")
        assert show.settings.layer == "top-right:40"
        assert remember(show.settings.engine_plan(show.run_folder), UseLayer("full")).layer == "full"  # type: ignore[union-attr]
        with pytest.raises(ShowError, match="nowhere"):
            show.use_layer("nowhere")
        show.use_layer("off")
        assert show.settings.layer == ""
        show.end_live()
        assert set(show.health()) == {"tracker", "engine"}


def test_a_show_without_its_page_does_not_go_live(show: LocalShow, tmp_path: Path) -> None:
    (tmp_path / "index.html").unlink()
    with pytest.raises(ShowError, match=r"python3 live\.py"):
        show.go_live()
    assert not show.is_live


def test_a_part_that_refuses_ends_the_wait_with_its_reason(settings: Settings) -> None:
    with LocalShow(replace(settings, camera="refuse"), command=fake, has_spares=False) as show:
        show.rehearse()
        with pytest.raises(ShowError, match="There is no camera: plug one in"):
            show.wait_until_ready("tracker", "engine")
        assert show.first_refusal() is None, "without a camera the avatar idles, which is a show"
        show.use_camera("0")
        show.wait_until_ready("tracker")


def test_the_event_address_is_the_servers_own(show: LocalShow, unused_tcp_port: int) -> None:
    assert show.event_url == f"ws://127.0.0.1:{unused_tcp_port}/api/events"


def test_a_file_that_is_no_avatar_is_refused_before_the_stage_sees_it(show: LocalShow, tmp_path: Path) -> None:
    bad = tmp_path / "bad.vrm"
    bad.write_bytes(b"not a model")
    with pytest.raises(ShowError, match=r"Cannot use bad\.vrm"):
        show.use_avatar(str(bad))


def test_the_scene_is_checked_kept_and_given_to_the_engine(show: LocalShow, tmp_path: Path) -> None:
    for backdrop, reason in (("beach", "is no backdrop"), (str(tmp_path / "gone.png"), "There is no picture at")):
        with pytest.raises(ShowError, match=reason):
            show.use_backdrop(backdrop)
    for use, name in ((show.use_light, "dim"), (show.use_shot, "selfie")):
        with pytest.raises(ShowError, match=f'There is no (light|shot) "{name}"'):
            use(name)
    assert show.settings.engine_plan(tmp_path).backdrop == "room", "what cannot be changes nothing"
    picture = tmp_path / "sea.png"
    Image.new("RGB", (8, 8)).save(picture)
    show.use_backdrop(str(picture))
    show.use_light("neon")
    show.use_shot("wide")
    show.use_director(True)
    plan = show.settings.engine_plan(tmp_path)
    assert (plan.backdrop, plan.light, plan.shot, plan.has_director) == (str(picture), "neon", "wide", True)


def test_mirror_and_drawn_heads_are_kept_and_told_to_the_parts(show: LocalShow, tmp_path: Path) -> None:
    show.wait_until_ready("tracker", "engine")
    desk = DeskShow(show)
    assert (desk.is_mirrored, desk.is_drawn) == (True, False)
    desk.use_mirror(False)
    desk.use_drawn(True)
    assert (desk.is_mirrored, desk.is_drawn) == (False, True)
    plans = show.settings.engine_plan(tmp_path), show.settings.tracker_plan(tmp_path)
    assert (plans[0].mirror, plans[1].drawn) == (False, True)
    for pid in show._supervisor.processes().values():
        os.kill(pid, signal.SIGKILL)  # what they start with again is what they were told
    for name, words in (("tracker", "uses 0 drawn"), ("engine", "panic False room studio bust False False idle")):
        deadline_s = time.monotonic() + DEADLINE_S
        while not (name in show.health() and show.health()[name].status.startswith(words)):
            assert time.monotonic() < deadline_s, show.health()
            time.sleep(0.02)


def test_a_take_is_recorded_in_the_shows_own_folder_until_it_is_ended(show: LocalShow, tmp_path: Path) -> None:
    path = show.record()
    assert path.parent == tmp_path / "data" / "takes" and path.suffix == ".take"
    assert show.settings.tracker_plan(tmp_path).record == str(path)
    show.stop_recording()
    assert show.settings.tracker_plan(tmp_path).record == ""
    assert show.record(str(tmp_path / "mine.take")) == tmp_path / "mine.take"
    (tmp_path / "old.take").touch()
    with pytest.raises(ShowError, match=r"There is a take at .*old\.take already"):
        show.record(str(tmp_path / "old.take"))
    assert show.settings.record == str(tmp_path / "mine.take"), "what cannot be changes nothing"


def test_what_is_shown_while_the_host_is_away_is_checked_kept_and_given_to_the_engine(
    show: LocalShow, tmp_path: Path
) -> None:
    with pytest.raises(ShowError, match=r'"vanish" is nothing that the avatar can do .*: use idle, hold or sleep'):
        show.use_lost_policy("vanish")
    assert show.settings.engine_plan(tmp_path).lost_policy == "idle"
    show.use_lost_policy("hold")
    assert show.settings.engine_plan(tmp_path).lost_policy == "hold"


def test_each_order_to_calibrate_has_an_answer_of_its_own(show: LocalShow) -> None:
    assert show.calibrate("ahead") != show.calibrate("ahead")


def test_other_programs_are_checked_kept_and_ordered(show: LocalShow, tmp_path: Path) -> None:
    for inputs, reason in (
        (["webcam"], 'There is no input "webcam"'),
        (["vmc", "livelink:39539"], "would listen on the same port"),
        (["vmc"] * 9, "At most 8 inputs"),
    ):
        with pytest.raises(ShowError, match=reason):
            show.use_inputs(inputs)
    with pytest.raises(ShowError, match="is nowhere to send to"):
        show.use_vmc_out("my other program")
    assert show.settings.inputs == () and show.settings.vmc_out == "", "what cannot be changes nothing"
    show.use_inputs(["livelink:0.0.0.0", "vmc/left_arm,right_arm"])
    show.use_vmc_out("localhost:39540")
    assert show.settings.tracker_plan(tmp_path).inputs == ("livelink:0.0.0.0", "vmc/left_arm,right_arm")
    assert show.settings.engine_plan(tmp_path).vmc_out == "127.0.0.1:39540"
    show.use_vmc_out("")
    assert show.settings.engine_plan(tmp_path).vmc_out == ""


def test_a_restart_remembers_the_other_programs(tmp_path: Path) -> None:
    tracker = remember(TrackerPlan("run", "models"), UseInputs(("vmc",)))
    assert tracker == TrackerPlan("run", "models", inputs=("vmc",))
    assert remember(tracker, UseVmcOut("127.0.0.1:1")) == tracker
    engine = remember(EnginePlan("run", "a.vrm"), UseVmcOut("127.0.0.1:1"))
    assert engine == EnginePlan("run", "a.vrm", vmc_out="127.0.0.1:1")


def outlets(show: LocalShow) -> str | None:
    health = show.health()
    return health["outlets"].status if "outlets" in health else None


def until_outlets(show: LocalShow, status: str) -> None:
    show._supervisor.wait_for(lambda _: outlets(show) == status, 10.0)
    assert outlets(show) == status


def test_outlets_start_with_the_first_wish_record_at_once_and_publish_while_live(
    show: LocalShow, tmp_path: Path
) -> None:
    show.wait_until_ready("tracker", "engine")
    place = "rtmp://live.example.com/app/KEY"
    show.publish([place])
    assert outlets(show) is None, "in rehearsal nothing is published, so nothing is started"
    path = show.record_video()
    assert path.parent == tmp_path / "data" / "recordings" and path.suffix == ".mp4"
    until_outlets(show, str(path))
    show.go_live()
    until_outlets(show, f"{path} {place}")
    show.stop_video()
    until_outlets(show, place)
    show.end_live()
    until_outlets(show, "")


def test_a_show_may_be_recorded_and_published_from_its_beginning(settings: Settings, tmp_path: Path) -> None:
    wanted = replace(settings, video=str(tmp_path / "evening.mkv"), publish=("https://sfu.example.com/whip TOKEN",))
    with LocalShow(wanted, command=fake, has_spares=False) as show:
        show.go_live()
        show.rehearse()
        until_outlets(show, f"{tmp_path / 'evening.mkv'} https://sfu.example.com/whip TOKEN")


def test_the_outlets_are_remembered_for_their_next_life() -> None:
    plan = remember(OutletsPlan("folder", ("a.mp4",)), UseOutlets(("b.mp4", "hls:www")))
    assert plan == OutletsPlan("folder", ("b.mp4", "hls:www"))


def test_sound_is_checked_kept_and_ordered(show: LocalShow, tmp_path: Path) -> None:
    with pytest.raises(ShowError, match="There is no music"):
        show.use_music("gone.mp3")
    with pytest.raises(ShowError, match="cannot be spoken"):
        show.use_speech("chat")
    plan = show.settings.engine_plan(tmp_path)
    assert (plan.music, plan.speech, plan.levels) == ("", "off", SoundLevels()), "what cannot be changes nothing"
    assert Path(plan.sounds).is_dir()
    music = tmp_path / "evening.mp3"
    music.touch()
    show.use_music(str(music))
    show.use_speech("gifts")
    show.use_levels(SoundLevels(music_db=-20.0))
    plan = show.settings.engine_plan(tmp_path)
    assert (plan.music, plan.speech, plan.levels) == (str(music), "gifts", SoundLevels(music_db=-20.0))


def test_a_restart_remembers_the_sound() -> None:
    plan = EnginePlan("run", "a.vrm")
    levels = SoundLevels(is_muted=True)
    for order in (UseMusic("a.mp3"), UseSpeech("names"), UseLevels(levels)):
        engine = remember(plan, order)
        assert isinstance(engine, EnginePlan)
        plan = engine
    assert plan == EnginePlan("run", "a.vrm", music="a.mp3", speech="names", levels=levels)
