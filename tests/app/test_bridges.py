"""Which bridges can be asked for, and where their keys come from."""

from pathlib import Path

import pytest

from avatar_live.app.bridges import KEYS_FILE, checked_bridges
from avatar_live.app.faults import ShowError
from avatar_live.bridges.spec import KINDS, PREFIX, bridge_of
from avatar_live.channels.processes import BridgePlan

CHANNELS = {"twitch": "twitch:12826", "youtube": "youtube:Cg0K", "bilibili": "bilibili:17"}


def write_keys(folder: Path, *lines: str) -> None:
    (folder / KEYS_FILE).write_text("\n".join(["# keys", "", *lines]))


def test_keys_come_from_the_file_and_the_environment_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_keys(tmp_path, f"{PREFIX}TWITCH_CLIENT_ID=abc", f'{PREFIX}TWITCH_TOKEN = "from the file"')
    plan = BridgePlan("twitch", "12826", {"TWITCH_CLIENT_ID": "abc", "TWITCH_TOKEN": "from the file"})
    assert checked_bridges(["twitch:12826"], tmp_path) == (plan,)
    monkeypatch.setenv(f"{PREFIX}TWITCH_TOKEN", "from the environment")
    (found,) = checked_bridges(["twitch:12826"], tmp_path)
    assert found.keys["TWITCH_TOKEN"] == "from the environment"


@pytest.mark.parametrize("source", KINDS)
def test_every_kind_of_bridge_can_be_asked_for_and_says_which_keys_it_lacks(tmp_path: Path, source: str) -> None:
    written = CHANNELS.get(source, source)
    with pytest.raises(ShowError, match=PREFIX + KINDS[source].keys[0]):
        checked_bridges([written], tmp_path)
    write_keys(tmp_path, *(f"{PREFIX}{key}=x" for key in KINDS[source].keys))
    (plan,) = checked_bridges([written], tmp_path)
    state = bridge_of(plan, lambda _: None).state
    assert (state.source, state.state) == (source, "listening" if not KINDS[source].channel else "connecting")


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("myspace", "myspace"),
        ("twitch", "user id"),
        ("twitch:", "user id"),
        ("twitch:somebody", "user id"),
        ("youtube:", "live chat"),
        ("youtube:" + "x" * 257, "live chat"),
        ("youtube:a\nb", "live chat"),
        ("bilibili:x", "project"),
        ("douyin:1", "alone"),
    ],
)
def test_what_is_no_bridge_is_said_in_a_sentence(tmp_path: Path, written: str, word: str) -> None:
    with pytest.raises(ShowError, match=word):
        checked_bridges([written], tmp_path)


def test_one_bridge_to_each_platform(tmp_path: Path) -> None:
    write_keys(tmp_path, f"{PREFIX}DOUYIN_SECRET=x")
    assert checked_bridges([], tmp_path) == ()
    with pytest.raises(ShowError, match="one bridge"):
        checked_bridges(["douyin", "douyin"], tmp_path)
