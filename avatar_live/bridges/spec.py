"""What a host writes to ask for a bridge, such as "twitch:123456", and the keys that it needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from avatar_live.bridges.bilibili_line import BilibiliLine
from avatar_live.bridges.bridge import Bridge
from avatar_live.bridges.happening import Hear
from avatar_live.bridges.twitch_line import TwitchLine
from avatar_live.bridges.youtube_poll import YoutubePoll
from avatar_live.channels.processes import BridgePlan

BRIDGES_MAX: Final = 8
CHANNEL_CHARACTERS_MAX: Final = 256
PREFIX: Final = "AVATAR_LIVE_"


class SpecError(ValueError):
    """Say in one sentence why there can be no such bridge, and what to write."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a platform's bridge needs: the name of what follows the colon, empty for none, and its keys."""

    channel: str
    is_number: bool
    keys: tuple[str, ...]
    optional: tuple[str, ...] = ()


KINDS: Final = {
    "twitch": Kind("the channel's user id", True, ("TWITCH_CLIENT_ID", "TWITCH_TOKEN"), ("TWITCH_USER_ID",)),
    "youtube": Kind("the live chat's id", False, ("YOUTUBE_API_KEY",)),
    "bilibili": Kind("the project's id", True, ("BILIBILI_ACCESS_KEY", "BILIBILI_ACCESS_SECRET", "BILIBILI_CODE")),
    "douyin": Kind("", False, ("DOUYIN_SECRET",)),
    "kuaishou": Kind("", False, ("KUAISHOU_SECRET",)),
}


def parse_bridge(text: str, keys: Mapping[str, str]) -> BridgePlan:
    """Return the bridge that a text asks for, with its keys from `keys`. Raises SpecError."""
    source, _, channel = text.partition(":")
    kind = KINDS.get(source)
    if kind is None:
        raise SpecError(f'There is no bridge to "{source[:40]}": choose one of {", ".join(KINDS)}.')
    is_well = bool(channel) and len(channel) <= CHANNEL_CHARACTERS_MAX and (channel.isdecimal() or not kind.is_number)
    if kind.channel and not (is_well and channel.isascii() and channel.isprintable()):
        raise SpecError(
            f"A bridge to {source} needs {kind.channel}: write {source}:{'1234' if kind.is_number else 'ID'}."
        )
    if not kind.channel and channel:
        raise SpecError(f'A bridge to {source} is written "{source}" alone.')
    missing = [PREFIX + key for key in kind.keys if not keys.get(PREFIX + key)]
    if missing:
        raise SpecError(
            f"A bridge to {source} needs {', '.join(missing)}: set it in the environment or in bridges.env in the data "
            "folder, a line NAME=VALUE each."
        )
    found = {key: keys[PREFIX + key] for key in (*kind.keys, *kind.optional) if keys.get(PREFIX + key)}
    return BridgePlan(source, channel, found)


def bridge_of(plan: BridgePlan, hear: Hear) -> Bridge:
    """Return the bridge of a plan, which tells `hear` what happens."""
    keys = plan.keys
    match plan.source:
        case "twitch":
            reader = keys.get("TWITCH_USER_ID", plan.channel)
            twitch = TwitchLine(plan.channel, keys["TWITCH_CLIENT_ID"], keys["TWITCH_TOKEN"], reader)
            return Bridge(plan.source, hear, twitch.carry)
        case "youtube":
            return Bridge(plan.source, hear, YoutubePoll(plan.channel, keys["YOUTUBE_API_KEY"]).carry)
        case "bilibili":
            bilibili = BilibiliLine(
                int(plan.channel), keys["BILIBILI_CODE"], keys["BILIBILI_ACCESS_KEY"], keys["BILIBILI_ACCESS_SECRET"]
            )
            return Bridge(plan.source, hear, bilibili.carry)
        case _:
            return Bridge(plan.source, hear)  # the platform comes to us
