"""What happens on another platform, the same values for all of them; `id` is the platform's own, to take it once."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

SEEN_MAX: Final = 10_000  # platforms repeat a message within minutes, if at all


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote into the chat."""

    id: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Gave:
    """Somebody gave something; `worth` tells in words what it was worth there, `text` what was said with it."""

    id: str
    name: str
    gift: str
    count: int = 1
    worth: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Liked:
    """Somebody liked, `count` times."""

    id: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Followed:
    """Somebody follows the host there from now on."""

    id: str
    name: str


Happening = Said | Gave | Liked | Followed
Happenings = tuple[Happening, ...]
Hear = Callable[[Happening], None]


class NotUnderstoodError(Exception):
    """Say in a few words why a platform's message is none."""


class Seen:
    """Remember what was taken, so that a repeated message happens once."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()

    def is_new(self, id: str) -> bool:
        """Take note of an id; False when it is known. A message without one is always new."""
        if not id:
            return True
        if id in self._ids:
            return False
        self._ids[id] = None
        if len(self._ids) > SEEN_MAX:
            self._ids.popitem(last=False)
        return True


S = TypeVar("S")


def understood(data: bytes | str | msgspec.Raw, kind: type[S]) -> S:
    """Return a document as what it should be; fields that are not ours are passed over. Raises NotUnderstoodError."""
    try:
        return msgspec.json.decode(data, type=kind, strict=False)  # some write numbers as text
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotUnderstoodError(str(error)) from error
