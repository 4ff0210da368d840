"""The characters a host may choose: the built-in ones, and what a VRM file can do and allows."""

from pathlib import Path
from typing import Final

from avatar_live.app.faults import ShowError, sentence
from avatar_live.avatar import Avatar, AvatarError, read_avatar
from avatar_live.signals import ARKIT_SHAPES

_VERSIONS: Final = {"0": "VRM 0.x", "1": "VRM 1.0", "none": "VRM"}
_PERFORMERS: Final = {
    "onlyAuthor": "only its author may perform",
    "onlySeparatelyLicensedPerson": "only people with a licence of their own may perform",
    "everyone": "everyone may perform",
}
_USES: Final = {
    "personalNonProfit": "without profit",
    "personalProfit": "a person's profit allowed",
    "corporation": "companies' profit allowed",
}


def check_avatar(path: Path) -> Avatar:
    """Read a VRM file. Raises ShowError in a sentence that names the file when it is none."""
    try:
        return read_avatar(path)
    except AvatarError as error:
        raise ShowError(sentence(error)) from error


def describe_avatar(avatar: Avatar, name: str) -> str:
    """Return in one line what was found in an avatar."""
    triangles = sum(len(primitive.triangles) for primitive in avatar.primitives)
    known = {expression.lower() for expression in (*avatar.expressions, *avatar.morph_names)}
    arkit = sum(shape.lower() in known for shape in ARKIT_SHAPES)
    face = f"all {arkit} ARKit shapes" if arkit == len(ARKIT_SHAPES) else f"{arkit} of {len(ARKIT_SHAPES)} ARKit shapes"
    return (
        f"{avatar.meta.name or name}: {_VERSIONS[avatar.meta.vrm_version]}, {triangles:,} triangles, "
        f"{len(avatar.humanoid)} humanoid bones, {len(avatar.expressions)} expressions ({face}), "
        f"{len(avatar.springs)} springs"
    )


def describe_licence(avatar: Avatar) -> str:
    """Return in one line whose the avatar is and what it allows, in the words of VRM's meta."""
    meta = avatar.meta
    by = f"by {', '.join(meta.authors)}" if meta.authors else "author not told"
    terms = [by, _PERFORMERS.get(meta.avatar_permission, meta.avatar_permission)]
    terms.append(_USES.get(meta.commercial_usage, meta.commercial_usage))
    terms.append("credit required" if meta.credit_notation == "required" else "no credit needed")
    return "; ".join(terms) + (f" ({meta.license_url})" if meta.license_url else "")
