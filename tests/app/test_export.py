"""A take becomes a file for other programs, or one sentence says why not."""

from pathlib import Path

import pytest
from performer import entries
from take_files import file_of, in_blocks

from avatar_live.app.export import MOMENTS_MAX, Export, export_take
from avatar_live.app.faults import ShowError
from avatar_live.avatar.vrma import read_clip
from avatar_live.mocap.replay import entry_of, later, sense_of
from avatar_live.mocap.take import head


@pytest.fixture
def take(tmp_path: Path) -> Path:
    path = tmp_path / "evening.take"
    path.write_bytes(file_of(*in_blocks(entries(1.0))))
    return path


def test_a_take_becomes_a_vrma(take: Path, tmp_path: Path) -> None:
    out = tmp_path / "evening.vrma"
    told = export_take(take, out, Export())
    clip = read_clip(out)
    assert clip.duration_s == pytest.approx(59.0 / 60.0, abs=1e-6)
    assert "jawOpen" in {name for track in clip.expressions for name in track.names}
    assert told.startswith(f"{out}: 1.0 s at 60 a second, ") and told.endswith("0.1 MB")
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_a_take_becomes_a_bvh(take: Path, tmp_path: Path) -> None:
    told = export_take(take, tmp_path / "evening.BVH", Export(fps=30.0))
    text = (tmp_path / "evening.BVH").read_text()
    assert text.startswith("HIERARCHY\nROOT Hips\n") and "Frames: 31\nFrame Time: 0.03333333\n" in text
    assert "1.0 s at 30 a second" in told and "expressions" not in told


def test_the_mirror_swaps_the_arms(take: Path, tmp_path: Path) -> None:
    moved = {}
    for is_mirrored in (True, False):
        export_take(take, tmp_path / "out.vrma", Export(is_mirrored=is_mirrored))
        rotations = read_clip(tmp_path / "out.vrma").at(0.9).rotations
        moved[is_mirrored] = {side: rotations[f"{side}LowerArm"] for side in ("left", "right")}
    assert moved[True]["right"] == pytest.approx(moved[False]["left"] * (1.0, -1.0, -1.0, 1.0), abs=1e-6)


def test_a_part_is_the_same_part_of_the_whole(take: Path, tmp_path: Path) -> None:
    export_take(take, tmp_path / "whole.bvh", Export())
    export_take(take, tmp_path / "part.bvh", Export(start_s=0.5, seconds=0.25))
    whole, part = ((tmp_path / name).read_text().splitlines() for name in ("whole.bvh", "part.bvh"))
    motion = whole.index("MOTION") + 3
    # Angles run on from the first frame, which may be a turn away in the whole.
    assert [line.split()[:3] for line in part[motion:]] == [line.split()[:3] for line in whole[motion + 30 :][:15]]


def test_presets_tell_the_face_where_they_are_asked_for(take: Path, tmp_path: Path) -> None:
    export_take(take, tmp_path / "out.vrma", Export(face="vrm"))
    told = {name for track in read_clip(tmp_path / "out.vrma").expressions for name in track.names}
    assert "aa" in told and "jawOpen" not in told


def test_what_cannot_be_is_one_sentence(take: Path, tmp_path: Path) -> None:
    (tmp_path / "text.take").write_text("no take")
    (tmp_path / "empty.take").write_bytes(head())
    long = [entry_of(later(sense_of(entry), by_s), entry.at_s + by_s) for entry in entries(0.1) for by_s in (0.0, 3e3)]
    (tmp_path / "long.take").write_bytes(file_of(sorted(long, key=lambda entry: entry.at_s)))
    (tmp_path / "folder.vrma").mkdir()
    out = tmp_path / "out.vrma"
    for name, where, export, words in (
        ("evening.take", tmp_path / "out.fbx", Export(), "is neither a .vrma nor a .bvh file"),
        ("gone.take", out, Export(), "Cannot read .*gone.take: No such file"),
        ("text.take", out, Export(), "Cannot replay text.take: it is not a take"),
        ("empty.take", out, Export(), "empty.take has nothing there"),
        ("evening.take", out, Export(start_s=99.0), "evening.take has nothing there: choose an earlier --start"),
        ("evening.take", out, Export(start_s=float("inf")), "evening.take has nothing there"),
        ("evening.take", out, Export(start_s=float("nan")), "evening.take has nothing there"),
        ("evening.take", out, Export(fps=0.0), "--fps 0 is no pace"),
        ("evening.take", out, Export(fps=float("nan")), "--fps nan is no pace"),
        ("evening.take", out, Export(seconds=0.0), "There is nothing in no seconds"),
        ("evening.take", out, Export(face="moon"), 'There is no face "moon"'),
        ("long.take", out, Export(fps=30.0), r"long.take is longer than 20 minutes at --fps 30"),
        ("evening.take", tmp_path / "folder.vrma", Export(), "folder.vrma cannot be written"),
        ("evening.take", tmp_path / "gone" / "out.vrma", Export(), "cannot be written"),
    ):
        with pytest.raises(ShowError, match=words):
            export_take(tmp_path / name, where, export)
    assert not out.exists()
    assert MOMENTS_MAX == 36_000
