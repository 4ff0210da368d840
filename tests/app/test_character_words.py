"""What is told of a character."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from avatar_live.app.characters import check_avatar, describe_avatar, describe_licence, licence_notice
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


def test_an_avatar_without_a_name_goes_by_its_file_and_without_terms_says_so() -> None:
    avatar = replace(check_avatar(find_avatar("mirai")), meta=Meta())
    assert describe_avatar(avatar, "my_file").startswith("my_file: glTF, ")
    words = "author not told; no licence in the file; ask its author who may perform; ask before you earn"
    assert describe_licence(avatar) == f"{words}; no credit needed; not to be passed on"


def test_the_strictest_terms_are_told_one_by_one() -> None:
    avatar = replace(check_avatar(find_avatar("mirai")), meta=Meta("Mimi", authors=("Ann",), vrm_version="1"))
    assert describe_licence(avatar) == (
        "by Ann; only its author may perform; without profit: gifts are play money; "
        'credited in the picture as "Mimi by Ann"; '
        "not for excessive violence, sexual content, politics and religion, hate; not to be passed on"
    )
    nameless = replace(avatar, meta=Meta(vrm_version="1"))
    assert "credit required, but the file names nobody" in describe_licence(nameless)


def test_a_strangers_words_cannot_paint_the_terminal() -> None:
    meta = Meta("\x1b[2JMimi", authors=("\x1b]0;owned\x07Ann",), license_url="https://x/\n", vrm_version="1")
    avatar = replace(check_avatar(find_avatar("mirai")), meta=meta)
    assert (describe_avatar(avatar, "x") + describe_licence(avatar)).isprintable()


def written(folder: Path, **meta: object) -> Path:
    """Write a file that is nothing but its terms."""
    path = folder / "mine.vrm"
    path.write_bytes(msgspec.json.encode({"extensions": {"VRMC_vrm": {"meta": meta}}}))
    return path


def test_a_host_is_told_what_the_author_asks_of_him(tmp_path: Path) -> None:
    assert licence_notice(find_avatar("mirai")) == ""
    strict = written(tmp_path, name="Mimi", authors=["Ann"])
    assert licence_notice(strict) == (
        "Only its author may perform as Mimi. The author allows no profit: gifts stay play money. "
        'The picture names the author: "Mimi by Ann".'
    )
    open_but_poor = written(tmp_path, avatarPermission="everyone", creditNotation="unnecessary")
    assert licence_notice(open_but_poor) == "The author of mine allows no profit: gifts stay play money."
    plain = tmp_path / "knight.gltf"
    plain.write_text("{}")
    assert licence_notice(plain).startswith("knight comes without a licence: make sure")
    with pytest.raises(ShowError, match=r"absent\.vrm"):
        licence_notice(tmp_path / "absent.vrm")


def test_a_file_that_is_none_is_told_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(ShowError, match=r"absent\.vrm"):
        check_avatar(tmp_path / "absent.vrm")
