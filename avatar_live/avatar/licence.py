"""What an avatar's licence lets a show do, as answers that the rest of the house can ask for.

The author writes his terms into the file (`Meta`). Who may perform as it cannot be checked by a program: the host is
told. The rest is acted on: what must be credited is credited in the picture, the file itself is never sent to anybody,
and where the author allows no earning, gifts and shop may deal in play money alone. All coins are play money as yet, so
`may_earn` is told to the host and stands ready for whoever sells coins one day.

A file without such terms (plain glTF) allows nothing in so many words: it is the host's to know what is allowed, and
its author is named where the file names one.

https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_vrm-1.0/meta.md
"""

from dataclasses import dataclass
from typing import Final, Literal

from avatar_live.avatar.model import Meta

Content = Literal["violent", "sexual", "political", "hateful"]
Performer = Literal["anyone", "licensed", "author", "unknown"]
Earner = Literal["nobody", "persons", "companies", "unknown"]

CREDIT_CHARACTERS_MAX: Final = 80

_AUTHORS_MAX: Final = 10
_WORDS_CHARACTERS_MAX: Final = 400

_PERFORMERS: Final[dict[str, Performer]] = {
    "everyone": "anyone",
    "onlySeparatelyLicensedPerson": "licensed",
    "onlyAuthor": "author",
}
_EARNERS: Final[dict[str, Earner]] = {
    "personalNonProfit": "nobody",
    "personalProfit": "persons",
    "corporation": "companies",
}
_COMMONS: Final = "https://creativecommons.org/licenses/"


@dataclass(frozen=True, slots=True)
class Licence:
    """Hold the answers; `credit_line` is empty where nobody need be named."""

    performer: Performer
    earner: Earner
    credit_line: str
    may_redistribute: bool
    may_modify: bool
    forbidden: frozenset[Content]

    @property
    def may_perform(self) -> bool:
        """Whether anyone may go live as this avatar, without asking its author."""
        return self.performer == "anyone"

    @property
    def may_earn(self) -> bool:
        """Whether a person may take money for a show with it: for gifts, in a shop."""
        return self.earner in ("persons", "companies")


def licence_of(meta: Meta) -> Licence:
    """Return what the terms in a file come to; words that no specification knows count as the strictest."""
    if meta.vrm_version == "none":
        return Licence("unknown", "unknown", _credit(meta), False, False, frozenset())
    allowed: dict[Content, bool] = {
        "violent": meta.allow_excessively_violent_usage,
        "sexual": meta.allow_excessively_sexual_usage,
        "political": meta.allow_political_or_religious_usage,
        "hateful": meta.allow_antisocial_or_hate_usage,
    }
    return Licence(
        performer=_PERFORMERS.get(meta.avatar_permission, "author"),
        earner=_EARNERS.get(meta.commercial_usage, "nobody"),
        credit_line="" if meta.credit_notation == "unnecessary" else _credit(meta),
        may_redistribute=meta.allow_redistribution,
        may_modify=meta.modification in ("allowModification", "allowModificationRedistribution"),
        forbidden=frozenset(content for content, is_allowed in allowed.items() if not is_allowed),
    )


def _credit(meta: Meta) -> str:
    """Return in one line whose the avatar is; a stranger's words, so without line breaks and not without end."""
    by = ", ".join(meta.authors[:_AUTHORS_MAX]) or meta.copyright_information
    name, by = (readable(words) for words in (meta.name, by))
    if not by:
        return ""
    parts = [f"{name} by {by}" if name else f"Avatar by {by}"]
    if meta.license_url.startswith(_COMMONS):
        kind, _, version = meta.license_url.removeprefix(_COMMONS).strip("/").partition("/")
        parts.append(f"(CC {kind.upper()} {version})")
    line = readable(" ".join(parts))
    return line if len(line) <= CREDIT_CHARACTERS_MAX else line[: CREDIT_CHARACTERS_MAX - 1] + "…"


def readable(words: str) -> str:
    """Return the beginning of a stranger's words in one line, without what cannot be printed."""
    kept = "".join(char if char.isprintable() else " " for char in words[:_WORDS_CHARACTERS_MAX])
    return " ".join(kept.split())
