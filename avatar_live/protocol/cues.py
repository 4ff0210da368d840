"""What the room asks of the stage and the overlay, each once, kept by the room until the engine has taken it."""

from typing import Final, Literal, get_args

import msgspec

Move = Literal["wave", "cheer", "bow", "dance"]
StickerName = Literal["star", "heart", "glasses", "moustache"]
MOVES: Final[tuple[Move, ...]] = get_args(Move)
STICKERS: Final[tuple[StickerName, ...]] = get_args(StickerName)

THROWN_MAX: Final = 20  # of one gift that was given many times at once


class Throw(msgspec.Struct, frozen=True, tag="throw"):
    """Throw the prop that is named like the gift at the host, `count` times, one after another."""

    gift: str
    seed: int
    count: int = 1


class Barrage(msgspec.Struct, frozen=True, tag="barrage"):
    """Drop thirty props over the host and the table."""

    seed: int


class Sticker(msgspec.Struct, frozen=True, tag="sticker"):
    """Stick a picture to the host's head for some seconds."""

    picture: StickerName
    seed: int


class React(msgspec.Struct, frozen=True, tag="react"):
    """Let the host's body make a move of its own; face and head stay the host's."""

    move: Move


class Hearts(msgspec.Struct, frozen=True, tag="hearts"):
    """Let hearts rise for `count` likes."""

    count: int
    seed: int


class Fireworks(msgspec.Struct, frozen=True, tag="fireworks"):
    """Light fireworks over the stage."""

    seed: int


class Confetti(msgspec.Struct, frozen=True, tag="confetti"):
    """Rain confetti over the host."""

    seed: int


class GiantHead(msgspec.Struct, frozen=True, tag="giant_head"):
    """Blow the host's head up for `seconds`."""

    seconds: float


class Banner(msgspec.Struct, frozen=True, tag="banner"):
    """Show who gave what; `icon` is the gift's id, `giver` the name of who gave it."""

    text: str
    icon: str
    giver: str = ""


class Spotlight(msgspec.Struct, frozen=True, tag="spotlight"):
    """Say that a player who is on the pitch gave something: a director may look at them."""

    player: str


class ChatPeak(msgspec.Struct, frozen=True, tag="chat_peak"):
    """Say that the chat is suddenly much busier than before."""


class Goal(msgspec.Struct, frozen=True, tag="goal"):
    """Celebrate a goal of `camp`."""

    camp: str


Cue = (
    Throw | Barrage | Sticker | React | Hearts | Fireworks | Confetti | GiantHead | Banner | Goal | Spotlight | ChatPeak
)
