"""The codes that a chat line may hold, `:wow:`, and what a program shows for each that draws none of its own."""

from typing import Final

import msgspec


class Emote(msgspec.Struct, frozen=True):
    """Stand for `:code:` in a chat line; `emoji` says the same to who has no picture of it."""

    code: str
    emoji: str


EMOTES: Final[tuple[Emote, ...]] = (
    Emote("hi", "👋"),
    Emote("smile", "😊"),
    Emote("lol", "😂"),
    Emote("wow", "😮"),
    Emote("love", "😍"),
    Emote("wink", "😉"),
    Emote("cool", "😎"),
    Emote("think", "🤔"),
    Emote("shy", "😳"),
    Emote("cry", "😭"),
    Emote("angry", "😠"),
    Emote("sleep", "😴"),
    Emote("clap", "👏"),
    Emote("fire", "🔥"),
    Emote("heart", "❤️"),
    Emote("star", "⭐"),
    Emote("rose", "🌹"),
    Emote("gg", "🏆"),
)
