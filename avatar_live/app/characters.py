"""The characters a host may choose: the built-in ones, and what a VRM file can do and allows."""

from pathlib import Path
from typing import Final

from avatar_live.app.faults import ShowError, sentence
from avatar_live.avatar import Avatar, AvatarError, read_avatar
from avatar_live.avatar.licence import Content, Earner, Performer, licence_of, readable
from avatar_live.avatar.read import read_terms
from avatar_live.signals import ARKIT_SHAPES

_VERSIONS: Final = {"0": "VRM 0.x", "1": "VRM 1.0", "none": "glTF"}
_PERFORMERS: Final[dict[Performer, str]] = {
    "author": "only its author may perform",
    "licensed": "only people with a licence of their own may perform",
    "anyone": "everyone may perform",
    "unknown": "ask its author who may perform",
}
_EARNERS: Final[dict[Earner, str]] = {
    "nobody": "without profit: gifts are play money",
    "persons": "a person's profit allowed",
    "companies": "companies' profit allowed",
    "unknown": "ask before you earn",
}
_CONTENT: Final[dict[Content, str]] = {
    "violent": "excessive violence",
    "sexual": "sexual content",
    "political": "politics and religion",
    "hateful": "hate",
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
        f"{readable(avatar.meta.name) or name}: {_VERSIONS[avatar.meta.vrm_version]}, {triangles:,} triangles, "
        f"{len(avatar.humanoid)} humanoid bones, {len(avatar.expressions)} expressions ({face}), "
        f"{len(avatar.springs)} springs"
    )


def describe_licence(avatar: Avatar) -> str:
    """Return in one line whose the avatar is and what it allows."""
    meta, licence = avatar.meta, licence_of(avatar.meta)
    by = readable(", ".join(meta.authors) or meta.copyright_information)
    terms = [f"by {by}" if by else "author not told"]
    if licence.performer == "unknown":
        terms.append("no licence in the file")
    terms += [_PERFORMERS[licence.performer], _EARNERS[licence.earner]]
    needs_credit = licence.performer != "unknown" and meta.credit_notation != "unnecessary"
    terms.append(f'credited in the picture as "{licence.credit_line}"' if licence.credit_line else "no credit needed")
    if needs_credit and not licence.credit_line:
        terms[-1] = "credit required, but the file names nobody"
    if licence.forbidden:
        terms.append(
            f"not for {', '.join(words for content, words in _CONTENT.items() if content in licence.forbidden)}"
        )
    terms.append("may be passed on" if licence.may_redistribute else "not to be passed on")
    return "; ".join(terms) + (f" ({readable(meta.license_url)})" if meta.license_url else "")


def licence_notice(path: Path) -> str:
    """Return what a host must know of this character's licence, empty when its author leaves him free.

    Raises ShowError when the file cannot be read.
    """
    try:
        meta = read_terms(path)
    except AvatarError as error:
        raise ShowError(sentence(error)) from error
    licence, name = licence_of(meta), readable(meta.name) or path.stem
    told = []
    if licence.performer == "unknown":
        return f"{name} comes without a licence: make sure that you may perform as it, and earn with it."
    if not licence.may_perform:
        told.append(f"{_PERFORMERS[licence.performer].capitalize()} as {name}.")
    if not licence.may_earn:
        told.append(f"{'The author of ' + name if not told else 'The author'} allows no profit: gifts stay play money.")
    if licence.credit_line:
        told.append(f'The picture names the author: "{licence.credit_line}".')
    return " ".join(told)
