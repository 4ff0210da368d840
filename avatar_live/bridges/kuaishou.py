"""Kuaishou's open platform: what it pushes to a live game by HTTP, its signature, and what it means here.

https://open.kuaishou.com/ (live interaction data, `LIVE_INTERACTION_DATA`): the header `kwaisign` is the MD5 of the
body and the app's secret, in hexadecimal digits; the answer to a push is `{"result": 1}`.
"""

import hashlib
import hmac
from typing import Final

import msgspec

from avatar_live.bridges.happening import Gave, Happening, Happenings, Liked, Said, understood

EVENTS: Final = ("LIVE_INTERACTION_DATA", "LIVE_INTERACTION_DATA_TEST")
TAKEN: Final = b'{"result":1}'


class _User(msgspec.Struct, frozen=True, rename="camel"):
    user_name: str = ""


class _Payload(msgspec.Struct, frozen=True, rename="camel"):
    user_info: _User = _User()
    content: str = ""
    gift_name: str = ""
    gift_count: int = 1
    gift_total_price: int = 0  # in kuaibi, ten of which are a yuan
    count: int = 0


class _Data(msgspec.Struct, frozen=True):
    unique_message_id: str = ""
    push_type: str = ""
    payload: tuple[_Payload, ...] = ()


class _Push(msgspec.Struct, frozen=True):
    event: str = ""
    data: _Data = _Data()


def signature(body: bytes, secret: str) -> str:
    """Return the signature of a push."""
    return hashlib.md5(body + secret.encode(), usedforsecurity=False).hexdigest()


def is_signed(offered: str, body: bytes, secret: str) -> bool:
    """Say whether a push is the platform's."""
    return hmac.compare_digest(offered.encode(), signature(body, secret).encode())


def happenings(body: bytes) -> Happenings:
    """Return what a push means. Raises NotUnderstoodError."""
    push = understood(body, _Push)
    if push.event not in EVENTS:
        return ()
    data = push.data
    # One push may hold several, and names them together.
    ids = [f"{data.unique_message_id}/{at}" if data.unique_message_id else "" for at in range(len(data.payload))]
    pairs = zip(ids, data.payload, strict=True)
    return tuple(one for id, payload in pairs for one in _happening(data.push_type, id, payload))


def _happening(kind: str, id: str, one: _Payload) -> tuple[Happening, ...]:
    name = one.user_info.user_name
    match kind:
        case "liveComment":
            return (Said(id, name, one.content),)
        case "giftSend":
            worth = f"{one.gift_total_price} kuaibi" if one.gift_total_price else ""
            return (Gave(id, name, one.gift_name, one.gift_count, worth),)
        case "liveLike":
            return (Liked(id, name, one.count),)
        case _:
            return ()
