"""What is told of a character."""

from dataclasses import replace
from pathlib import Path

import pytest

from avatar_live.app.characters import check_avatar, describe_avatar, describe_licence
from avatar_live.app.faults import ShowError
from avatar_live.app.settings import find_avatar
from avatar_live.avatar.model import Meta


def test_a_built_in_character_tells_what_it_can_do_and_what_it_allows() -> None:
    avatar = check_avatar(find_avatar("mirai"))
    words = describe_avatar(avatar, "file")
    assert words.startswith("Mirai: VRM 1.0, ") and "54 humanoid bones" in words
    assert "all 52 ARKit shapes" in words and words.endswith("springs")
    assert describe_licence(avatar).startswith(
        "by avatar_live; everyone may perform; companies' profit allowed; no credit"
    )


def test_an_avatar_without_a_name_goes_by_its_file_and_without_terms_by_the_strictest() -> None:
    avatar = replace(check_avatar(find_avatar("mirai")), meta=Meta())
    assert describe_avatar(avatar, "my_file").startswith("my_file: VRM, ")
    assert describe_licence(avatar) == ("author not told; only its author may perform; without profit; credit required")


def test_a_file_that_is_none_is_told_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(ShowError, match=r"absent\.vrm"):
        check_avatar(tmp_path / "absent.vrm")
