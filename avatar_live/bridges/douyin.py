"""Douyin's open platform: what it pushes by HTTP, its signature, and what it means here.

https://developer.open-douyin.com/docs/resource/zh-CN/interaction/develop/server/live-room-scope/data-open/data-open-desc
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

import msgspec

from avatar_live.bridges.happening import Gave, Happening, Happenings, Liked, Said, understood

SIGNED: Final = ("x-msg-type", "x-nonce-str", "x-roomid", "x-timestamp")  # in the order in which they are signed
TOLERANCE_S: Final = 300.0
GIFT: Final = "gift"  # it is named by a secret id alone


class _Pushed(msgspec.Struct, frozen=True):
    msg_id: str = ""
    nickname: str = ""
    content: str = ""
    gift_num: int = 1
    gift_value: int = 0  # of all of them, in hundredths of a yuan
    like_num: int = 0


def signature(headers: Mapping[str, str], body: bytes, secret: str) -> str:
    """Return the signature of a push: base64 of the MD5 of its headers, its body and the secret."""
    text = "&".join(f"{name}={headers.get(name, '')}" for name in SIGNED).encode() + body + secret.encode()
    return base64.b64encode(hashlib.md5(text, usedforsecurity=False).digest()).decode()


def is_signed(headers: Mapping[str, str], body: bytes, secret: str, wall_s: float) -> bool:
    """Say whether a push is the platform's, and fresh; header names are lower-case."""
    at_ms = headers.get("x-timestamp", "")
    is_fresh = at_ms.isdecimal() and len(at_ms) < 16 and abs(wall_s - int(at_ms) / 1_000.0) <= TOLERANCE_S
    offered = headers.get("x-signature", "").encode()
    return hmac.compare_digest(offered, signature(headers, body, secret).encode()) and is_fresh


def happenings(kind: str, body: bytes) -> Happenings:
    """Return what a push of a kind (`x-msg-type`) means. Raises NotUnderstoodError."""
    return tuple(one for pushed in understood(body, tuple[_Pushed, ...]) for one in _happening(kind, pushed))


def _happening(kind: str, one: _Pushed) -> tuple[Happening, ...]:
    match kind:
        case "live_comment":
            return (Said(one.msg_id, one.nickname, one.content),)
        case "live_gift":
            worth = f"{one.gift_value / 100.0:.2f} CNY" if one.gift_value else ""
            return (Gave(one.msg_id, one.nickname, GIFT, one.gift_num, worth),)
        case "live_like":
            return (Liked(one.msg_id, one.nickname, one.like_num),)
        case _:
            return ()
