"""Where somebody wants the show to go, in the words of the command line and the window."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from avatar_live.channels.processes import OutletKind

OUTLETS_MAX: Final = 8
WHERE_CHARS_MAX: Final = 2_048
LABEL_CHARS_MAX: Final = 60
PLAYLIST: Final = "hls:"  # before a folder
RECORDINGS: Final = (".mp4", ".mkv")
_EXAMPLES: Final = "rtmp://live.example.com/app/KEY or https://sfu.example.com/whip/ROOM"
_KINDS: Final[dict[str, OutletKind]] = {
    "rtmp": "rtmp",
    "rtmps": "rtmp",
    "http": "whip",
    "https": "whip",
    "whip": "whip",
}


class TargetError(Exception):
    """Say in a sentence why the show cannot go there, without any key in it."""


@dataclass(frozen=True, slots=True)
class Target:
    """Name one place: a file, a folder, or an address with its `token`; `label` is how people are told of it.

    An address and its token are secrets of the host, so neither is ever shown: `label` has the machine's name alone.
    """

    kind: OutletKind
    where: str
    label: str
    token: str = ""

    def __repr__(self) -> str:
        return f"Target({self.kind}, {self.label})"


def parse_target(text: str) -> Target:
    """Read a file name that ends in .mp4 or .mkv, "hls:" and a folder, or an address and after a space its token.

    Raises TargetError.
    """
    if len(text) > WHERE_CHARS_MAX:
        raise TargetError(f"An address has at most {WHERE_CHARS_MAX:,} characters.")
    if text.startswith(PLAYLIST):
        folder = text.removeprefix(PLAYLIST)
        if not folder:
            raise TargetError('Name the folder of the playlist, such as "hls:/srv/www/show".')
        return Target("hls", folder, _short(f"{Path(folder).name}/"))
    if "://" not in text:
        path = Path(text)
        if path.suffix not in RECORDINGS:
            raise TargetError(f"A recording ends in .mp4 or .mkv, and an address looks like {_EXAMPLES}.")
        return Target("recording", text, _short(path.name))
    address, _, token = text.strip().partition(" ")
    return _address(address, token.strip())


def _address(address: str, token: str) -> Target:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:  # its text repeats what may be a key
        host, port = None, None
        parts = urlsplit("")
    kind = _KINDS.get(parts.scheme)
    if kind is None or not host:
        raise TargetError(f"The show can go to an address such as {_EXAMPLES}.")
    if kind == "rtmp" and parts.path.count("/") < 2:
        raise TargetError(
            "An RTMP address needs the application and the stream key that the platform shows: "
            "rtmp://live.example.com/app/KEY."
        )
    if not (token.isascii() and token.isprintable()):
        raise TargetError("A token is made of plain letters, digits and signs. Copy it again from where you got it.")
    if parts.scheme == "whip":
        address = f"https{address.removeprefix(parts.scheme)}"
    shown = host if port is None else f"{host}:{port}"
    return Target(kind, address, _short(shown), token)


def _short(label: str) -> str:
    return label if len(label) <= LABEL_CHARS_MAX else f"{label[: LABEL_CHARS_MAX - 3]}..."
