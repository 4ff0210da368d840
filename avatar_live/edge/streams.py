"""What lies in Redis between a room and its edges on other machines, who may write it, and how much of it there may be.

    up      a stream: batches of what viewers say, each added once, kept until the room has taken it
    all     a stream of the newest of what everybody is told, numbered without gaps
    to:NODE a stream for each edge: welcomes, answers and goodbyes to its lines
    now     pub/sub, the newest wins: the show, and that the room lives
    nodes   a sorted set: the edges, by the time of their last sign of life; `lines` says how many lines each carries
    lease   whose room it is, for some seconds; every life of a room has a higher number, the fence
    state   how far the room has taken `up`, and what it has counted until there

The room writes with one script that first looks whether the lease is still its own, and that moves the place in `up`
together with everything that came of it: a life of the room that dies has either taken something and told it, or
neither. Secrets of viewers travel here, as they do on the pages' own lines: who reads this Redis can spend their coins.
Network addresses are digests here, by a key that is published and never stored.
"""

import re
from typing import Any, Final

import msgspec
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from avatar_live.edge.link import FromEdge, ToLine
from avatar_live.protocol.wire import Show, ToViewer

BEAT_S: Final = 1.0
LEASE_S: Final = 4.0  # a room that is silent for so long may be taken over
NODE_S_MAX: Final = 5.0  # an edge that is silent for so long is gone, and so are its lines
AWAY_S: Final = 3.0  # an edge that has not heard of its room for so long tells its lines
CONNECT_S: Final = 2.0
ANSWER_S: Final = 4.0
BLOCK_S: Final = 1.0  # less than ANSWER_S
RETRY_S: Final = 0.1
UP_EVERY_S: Final = 0.01  # between two batches of an edge: an entry costs as much as fifty messages in it
DOWN_EVERY_S: Final = 0.005
READ_MAX: Final = 100  # entries at once
UP_ENTRIES_MAX: Final = 10_000  # waiting for a room; an edge keeps the rest
ALL_ENTRIES_MAX: Final = 2_000  # ten seconds and more; an edge that was away for longer lets its lines join anew
NODE_ENTRIES_MAX: Final = 1_000  # that one edge has not read; three seconds of a rush of welcomes
BATCH_MAX: Final = 1_000  # messages of an edge in one entry, and likes of as many lines
WAITING_MAX: Final = 50_000  # messages of one edge, while Redis or the room is away
UNTOLD_MAX: Final = 200_000  # messages of the room, while Redis is away
KEPT_S: Final = 600  # what a room leaves behind for its next life
ROOM: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")

FAULTS: Final = (RedisError, OSError, TimeoutError)

Life = tuple[int, int]  # the fence, and how often this life of the room had to begin again with its edges


class Upward(msgspec.Struct, frozen=True, array_like=True):
    """An entry of `up`."""

    messages: list[FromEdge]


class Downward(msgspec.Struct, frozen=True, array_like=True):
    """An entry of `all`; `first` is the number of the first message, from 1 on in each life."""

    life: Life
    first: int
    messages: list[ToViewer]


class Onward(msgspec.Struct, frozen=True, array_like=True):
    """An entry of `to:NODE`, numbered from 1 on; each message with the number of what everybody was told before it."""

    life: Life
    number: int
    messages: list[tuple[int, ToLine]]


class Now(msgspec.Struct, frozen=True, array_like=True):
    """What is published: the room's life, the key for network addresses, the show, and how many edges there are."""

    life: Life
    address_key: str
    show: Show
    edges: int = 1


class Keys:
    """The names of what belongs to one room; the braces keep them on one server of a cluster."""

    def __init__(self, room: str) -> None:
        self._prefix = f"avatar_live:{{{room}}}:"
        self.up, self.all, self.now, self.nodes, self.lines, self.lease, self.fence, self.state = (
            self._prefix + name for name in ("up", "all", "now", "nodes", "lines", "lease", "fence", "state")
        )

    def to(self, node: str) -> str:
        """Return the name of an edge's stream."""
        return f"{self._prefix}to:{node}"

    def sent(self, node: str) -> str:
        """Return where the number of an edge's newest batch stands."""
        return f"{self._prefix}sent:{node}"


def open_redis(url: str) -> Redis:
    """Return a client that answers or fails soon; who uses it tries again. Raises ValueError for what is no URL."""
    return Redis.from_url(
        url,
        protocol=2,
        socket_timeout=ANSWER_S,
        socket_connect_timeout=CONNECT_S,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )


# Add an edge's batch once, however often it is sent: KEYS up sent, ARGV number node body entries_max kept_s.
ADD: Final = """
if tonumber(redis.call('GET', KEYS[2]) or '0') >= tonumber(ARGV[1]) then return 1 end
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('XADD', KEYS[1], '*', 'node', ARGV[2], 'body', ARGV[3])
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[5])
return 1
"""

# An edge's sign of life, by which what it has read is forgotten; 0 when nobody knew of it:
# KEYS nodes lines to, ARGV node count place.
BEAT: Final = """
local now = redis.call('TIME')
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[1], now[1] .. '.' .. string.format('%06d', now[2]), ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('XTRIM', KEYS[3], 'MINID', '=', ARGV[3])
return known and 1 or 0
"""

# An edge's goodbye: KEYS nodes lines to sent, ARGV node.
LEAVE: Final = """
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('DEL', KEYS[3], KEYS[4])
return 1
"""

# Take a room that nobody holds: KEYS lease fence state, ARGV owner lease_ms.
HOLD: Final = """
local held = redis.call('GET', KEYS[1])
if held then return {0, held, '', ''} end
local fence = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], fence .. ' ' .. ARGV[1], 'PX', ARGV[2])
return {fence, '', redis.call('HGET', KEYS[3], 'taken') or '0-0', redis.call('HGET', KEYS[3], 'likes') or '0'}
"""

# Let a room go: KEYS lease, ARGV lease.
RELEASE: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
"""

# Say what came of what was taken, once: KEYS lease fence state up all now, then each edge's stream;
# ARGV lease fence lease_ms number taken likes kept_s all_max all now node_max, then a body for each edge.
# The lease may have run out while Redis was away: it is taken again unless there has been another holder meanwhile.
TELL: Final = """
local held = redis.call('GET', KEYS[1])
if held ~= ARGV[1] then
  if held or tonumber(redis.call('GET', KEYS[2]) or '0') > tonumber(ARGV[2]) then return 0 end
  redis.call('SET', KEYS[2], ARGV[2])
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
if redis.call('HGET', KEYS[3], 'told') == ARGV[4] then return 1 end
redis.call('HSET', KEYS[3], 'told', ARGV[4], 'taken', ARGV[5], 'likes', ARGV[6])
redis.call('EXPIRE', KEYS[3], ARGV[7])
redis.call('XTRIM', KEYS[4], 'MINID', '=', ARGV[5])
if ARGV[9] ~= '' then redis.call('XADD', KEYS[5], 'MAXLEN', '~', ARGV[8], '*', 'body', ARGV[9]) end
if ARGV[10] ~= '' then redis.call('PUBLISH', KEYS[6], ARGV[10]) end
for i = 7, #KEYS do
  redis.call('XADD', KEYS[i], 'MAXLEN', '~', ARGV[11], '*', 'body', ARGV[i + 5])
  redis.call('EXPIRE', KEYS[i], ARGV[7])
end
return 1
"""

# Let the edges go that are silent, and list the others: KEYS nodes lines, ARGV silent_ms_max.
LOOK: Final = """
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local found = {}
local nodes = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 1, #nodes, 2 do
  local silent_ms = math.floor(now_ms - nodes[i + 1] * 1000)
  if silent_ms > tonumber(ARGV[1]) then
    redis.call('ZREM', KEYS[1], nodes[i])
    redis.call('HDEL', KEYS[2], nodes[i])
  else
    found[#found + 1] = {nodes[i], silent_ms, redis.call('HGET', KEYS[2], nodes[i]) or '0'}
  end
end
return found
"""


class Scripts:
    """The scripts above, on one client."""

    def __init__(self, redis: Redis) -> None:
        self.add, self.beat, self.leave, self.hold, self.release, self.tell, self.look = (
            _script(redis, text) for text in (ADD, BEAT, LEAVE, HOLD, RELEASE, TELL, LOOK)
        )


def _script(redis: Redis, text: str) -> AsyncScript:
    script: Any = redis.register_script(text)
    assert isinstance(script, AsyncScript)
    return script


async def read_new(redis: Redis, places: dict[str, bytes]) -> dict[str, list[tuple[bytes, dict[bytes, bytes]]]]:
    """Wait a moment for entries after these places, and return them by stream; all of one script or none of it."""
    known: dict[Any, Any] = dict(places)
    answer: Any = await redis.xread(known, count=READ_MAX, block=round(1e3 * BLOCK_S))
    return {stream.decode(): entries for stream, entries in answer or ()}
