"""The author's terms become answers: who may perform, who may earn, who must be named, what must not be shown."""

from pathlib import Path

import pytest
from shared import PROJECT, shared_data
from small_vrm import small_vrm0

from avatar_live.avatar import read_avatar
from avatar_live.avatar.licence import CREDIT_CHARACTERS_MAX, licence_of
from avatar_live.avatar.model import Meta
from avatar_live.avatar.read import avatar_from_bytes, read_terms


@pytest.mark.parametrize(
    ("permission", "performer", "may_perform"),
    [
        ("everyone", "anyone", True),
        ("onlySeparatelyLicensedPerson", "licensed", False),
        ("onlyAuthor", "author", False),
        ("whoever", "author", False),
    ],
)
def test_who_may_perform(permission: str, performer: str, may_perform: bool) -> None:
    licence = licence_of(Meta(avatar_permission=permission, vrm_version="1"))
    assert (licence.performer, licence.may_perform) == (performer, may_perform)


@pytest.mark.parametrize(
    ("usage", "earner", "may_earn"),
    [
        ("personalNonProfit", "nobody", False),
        ("personalProfit", "persons", True),
        ("corporation", "companies", True),
        ("all of it", "nobody", False),
    ],
)
def test_who_may_earn(usage: str, earner: str, may_earn: bool) -> None:
    licence = licence_of(Meta(commercial_usage=usage, vrm_version="1"))
    assert (licence.earner, licence.may_earn) == (earner, may_earn)


def test_an_author_who_asks_for_credit_is_named() -> None:
    meta = Meta("Mimi", authors=("Ann", "Bo"), credit_notation="required", vrm_version="1")
    assert licence_of(meta).credit_line == "Mimi by Ann, Bo"
    assert licence_of(Meta("Mimi", authors=("Ann",), credit_notation="unnecessary", vrm_version="1")).credit_line == ""


def test_a_credit_is_one_line_of_readable_words_and_ends() -> None:
    meta = Meta("A\n\u202eB\0", authors=("C" * 500,), vrm_version="1")
    line = licence_of(meta).credit_line
    assert line.startswith("A B by CCC")
    assert len(line) == CREDIT_CHARACTERS_MAX
    assert line.endswith("…")
    endless = Meta("A", authors=("\n" * 10_000_000, *["B"] * 100_000), vrm_version="1")
    assert licence_of(endless).credit_line == ""


def test_a_file_that_names_nobody_credits_nobody() -> None:
    assert licence_of(Meta("Mimi", vrm_version="1")).credit_line == ""
    assert licence_of(Meta(authors=(" ",), vrm_version="1")).credit_line == ""


def test_a_file_without_terms_allows_nothing_in_so_many_words_and_names_its_author() -> None:
    licence = licence_of(Meta(copyright_information="(c) Someone"))
    assert (licence.performer, licence.earner) == ("unknown", "unknown")
    assert not (licence.may_perform or licence.may_earn or licence.may_redistribute or licence.may_modify)
    assert licence.credit_line == "Avatar by (c) Someone"


@pytest.mark.parametrize(
    ("licence_name", "usage", "may_earn", "may_redistribute", "may_modify", "credit"),
    [
        ("CC0", "Allow", True, True, True, ""),
        ("CC_BY", "Allow", True, True, True, "Small by Someone (CC BY 4.0)"),
        ("CC_BY_NC", "Allow", False, True, True, "Small by Someone (CC BY-NC 4.0)"),
        ("CC_BY_ND", "Disallow", False, True, False, "Small by Someone (CC BY-ND 4.0)"),
        ("Redistribution_Prohibited", "Allow", True, False, False, "Small by Someone"),
        ("Other", "Disallow", False, False, False, "Small by Someone"),
    ],
)
def test_the_licences_of_0_come_to_the_same_answers(
    licence_name: str, usage: str, may_earn: bool, may_redistribute: bool, may_modify: bool, credit: str
) -> None:
    file = small_vrm0()
    file.document["extensions"]["VRM"]["meta"] |= {"licenseName": licence_name, "commercialUssageName": usage}
    licence = licence_of(avatar_from_bytes(file.pack()).meta)
    assert (licence.may_earn, licence.may_redistribute, licence.may_modify) == (may_earn, may_redistribute, may_modify)
    assert licence.credit_line == credit


def test_0_forbids_what_it_has_no_words_for() -> None:
    file = small_vrm0()
    file.document["extensions"]["VRM"]["meta"] |= {"violentUssageName": "Allow", "sexualUssageName": "Disallow"}
    assert licence_of(avatar_from_bytes(file.pack()).meta).forbidden == {"sexual", "political", "hateful"}


def test_godette_is_to_be_credited() -> None:
    meta = read_terms(shared_data("avatars", "vrm0", "Godette_vrm_v4.vrm"))
    licence = licence_of(meta)
    assert licence.credit_line == "Low-Poly Godette by SirRichard94 (CC BY 4.0)"
    assert licence.may_perform
    assert licence.may_earn
    assert meta.contact_information == "https://github.com/SirRichard94/low-poly-godette"


@pytest.mark.parametrize("path", sorted((PROJECT / "assets").rglob("*.vrm")), ids=lambda path: path.stem)
def test_the_own_characters_are_free_for_every_decent_show(path: Path) -> None:
    licence = licence_of(read_terms(path))
    assert licence.may_perform
    assert licence.earner == "companies"
    assert licence.credit_line == ""
    assert licence.may_redistribute
    assert licence.may_modify
    assert licence.forbidden == {"violent", "sexual", "political", "hateful"}


def test_the_terms_alone_are_those_of_the_whole_avatar(tmp_path: Path) -> None:
    path = tmp_path / "small.vrm"
    path.write_bytes(small_vrm0().pack())
    assert read_terms(path) == read_avatar(path).meta
