"""Find words and links that must not be said, however they are dressed up.

Text is compared folded: NFKC (full-width and ligatures become plain), case folded, marks gone, Greek and Cyrillic
letters that look Latin and digits that stand for letters replaced. A word of Chinese or another script without blanks
is found anywhere, also with signs between its characters; any other only as a whole word, or spelled out letter by
letter.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

WORDS_MAX: Final = 5_000
_LOOKALIKES: Final = str.maketrans("авекмнорстухіјѕαβεικνορτυχ013457@$", "abekmhopctyxijsabeikvoptuxoieastas")
_LINK: Final = re.compile(
    r"(https?|ftp):/|www\.|[^\W_]\.(com|net|org|info|xyz|top|cn|io|gg|me|tv|link|shop|vip|ru|cc)(?![a-z0-9])"
)
_WIDE: Final = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]")


def folded(text: str) -> str:
    """Return what two spellings of one word have in common."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(character for character in plain if unicodedata.category(character) not in ("Mn", "Me", "Cf"))
    return unicodedata.normalize("NFC", bare).translate(_LOOKALIKES)


def words_of(lines: Iterable[str]) -> frozenset[str]:
    """Return the words of a list, one a line; what begins with # is a remark."""
    words = (_letters(folded(line)) for line in lines if not line.lstrip().startswith("#"))
    return frozenset([word for word in words if word][:WORDS_MAX])


def has_word(text: str, words: frozenset[str]) -> bool:
    """Say whether one of `words` (of `words_of`) stands in a text."""
    if not words:
        return False
    plain = folded(text)
    spoken = re.findall(r"[^\W_]+", plain)
    if not words.isdisjoint(spoken) or not words.isdisjoint(_spelled_out(spoken)):
        return True
    joined = _letters(plain)
    wide = _wide(words)
    return any(joined.startswith(wide[one], at) for at, one in enumerate(joined) if one in wide)


def has_link(text: str) -> bool:
    """Say whether a text leads elsewhere."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("\u3002", ".")
    return _LINK.search(plain) is not None


@functools.lru_cache(maxsize=2)
def _wide(words: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the words without blanks between them, by their first character."""
    by_first: dict[str, tuple[str, ...]] = {}
    for word in words:
        if _WIDE.search(word):
            by_first[word[0]] = (*by_first.get(word[0], ()), word)
    return by_first


def _letters(text: str) -> str:
    return "".join(re.findall(r"[^\W_]+", text))


def _spelled_out(spoken: list[str]) -> list[str]:
    """Return the words that runs of single letters make: `b a d`."""
    line = " ".join(spoken)
    return [run.replace(" ", "") for run in re.findall(r"(?<!\S)\S(?: \S(?!\S))+", line)]
