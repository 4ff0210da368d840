"""Who follows the room: kept by the ledger's database, told to everybody as a number."""

from typing import Final

from msgspec.structs import replace

from avatar_live.protocol.wire import OwnFollow, Refused
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.bucket import take
from avatar_live.room.state import DEED_ALLOWANCE, Room

TOO_FAST: Final = "That was too fast; wait a second."


def ask(room: Room, event: ev.FollowAsked, now_s: float) -> tuple[Room, fx.Effects]:
    """Let it be written down."""
    viewer = room.viewers.get(event.viewer)
    bucket = None if viewer is None else take(viewer.deed, DEED_ALLOWANCE, now_s)
    if viewer is None or bucket is None:
        return room, (fx.Tell(event.viewer, Refused("follow", TOO_FAST)),)
    room = replace(room, viewers=room.viewers.with_entry(event.viewer, replace(viewer, deed=bucket)))
    return room, (fx.KeepFollow(event.viewer, event.is_following),)


def kept(room: Room, event: ev.FollowKept) -> tuple[Room, fx.Effects]:
    """Tell the viewer, and of a new follower the event API."""
    room, viewer = replace(room, followers=event.followers), room.viewers.get(event.viewer)
    if viewer is None:
        return room, ()
    is_new = event.is_following and not viewer.is_following
    viewer = replace(viewer, is_following=event.is_following)
    room = replace(room, viewers=room.viewers.with_entry(event.viewer, viewer))
    told = fx.Tell(event.viewer, OwnFollow(event.is_following))
    if not is_new:
        return room, (told,)
    return room, (told, fx.Report("followed", {"name": viewer.name, "followers": event.followers}))


def refused(room: Room, event: ev.FollowRefused) -> tuple[Room, fx.Effects]:
    """Tell the viewer that it was not written down."""
    return room, (fx.Tell(event.viewer, Refused("follow", event.reason)),)


def counted(room: Room, event: ev.FollowersCounted) -> tuple[Room, fx.Effects]:
    """Go on with how many there were."""
    return replace(room, followers=event.followers), ()
