"""Keep who is trusted, muted and banned over restarts, and write down every deed of moderation.

The documents `moderation.json` (also the room's id and its key for invitations) and `filter_words.txt`, which is the
host's own and only read, lie in the data folder, or where every server of the room finds them; `audit.jsonl`
(append-only, one old one kept) lies in the data folder. All are for this user only. Viewers stand there as digests,
addresses as salted hashes.
"""

import asyncio
import contextlib
import hashlib
import hmac
import logging
import secrets
from concurrent.futures import Future
from pathlib import Path
from typing import Final

import msgspec

from avatar_live.edge.address import address_digest
from avatar_live.protocol.wire import HoldEnd, HoldMode
from avatar_live.room.filter import words_of
from avatar_live.room.order import HOLD_S, Order
from avatar_live.server.document import Document, DocumentError, FileDocument
from avatar_live.server.writer import LAST_S_MAX, Writer

FILE: Final = "moderation.json"
WAIT_S_MAX: Final = 1.0  # for a disk or a database; meanwhile the whole show stands still
AUDIT_FILE: Final = "audit.jsonl"
AUDIT_BYTES_MAX: Final = 8 * 1024 * 1024
WORDS_FILE: Final = "filter_words.txt"
NOT_WRITTEN: Final = (
    "%s: who was muted, banned or trusted last was not written, because its disk or database does not answer: the next "
    "start goes on with them as they were before."
)
CANNOT: Final = (
    "%s cannot be written (%s), so a restart would forget who was muted, banned or trusted last: see to its disk or "
    "database; it is tried again by itself, and you will be told when it works."
)
CAN_AGAIN: Final = "%s is written again: who is muted, banned and trusted will outlive a restart."
_log: Final = logging.getLogger(__name__)


class StandingError(Exception):
    """Say in one sentence why the standings cannot be read, and what to do."""


class GameOwner(msgspec.Struct, frozen=True):
    """Which token a game belongs to, since when that is good and until when; without an id it is the show's own.

    `show` is the last one in which the game was here.
    """

    token: str = ""
    issued_s: float = 0.0
    expires_s: float = 0.0
    show: str = ""


class Kept(msgspec.Struct):
    """What `moderation.json` holds; times are of day."""

    room: str
    key: str
    moderators: list[str] = []
    banned: dict[str, str] = {}
    addresses: dict[str, str] = {}  # a salted hash, and the viewer who was banned there
    muted: dict[str, float] = {}
    invitations: dict[str, float] = {}  # used ones, until they would have expired
    revoked: dict[str, float] = {}  # programs' tokens that the host took back, until they would have expired
    tokens_after_s: float = 0.0  # programs' tokens that were made until then hold no longer
    games: dict[str, GameOwner] = {}
    slow_s: float = 0.0
    is_frozen: bool = False
    has_links: bool = True
    hold: HoldMode = "off"
    hold_s: float = HOLD_S
    hold_end: HoldEnd = "tell"
    delay_s: float = 0.0


class Deed(msgspec.Struct, frozen=True):
    """One line of the audit log; `by` is empty for the host."""

    at: float
    by: str
    deed: str
    viewer: str
    reason: str
    text: str = ""


class Standing:
    """Hold the kept standings of one room."""

    def __init__(self, folder: Path, document: Document | None = None, words: Document | None = None) -> None:
        """Read what is kept, in the folder where no other documents are named. Raises StandingError."""
        self._folder = folder
        self._document = document or FileDocument(folder / FILE)
        self._latest = self._written = b""
        self._has_failed = False
        self._writer = Writer("standing")
        self._last: Future[None] | None = None  # of what was asked of it
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._words = _words_in(words or FileDocument(folder / WORDS_FILE))
            body = self._document.load()
            if body is not None:
                self.kept = msgspec.json.decode(body, type=Kept)
                self._latest = self._written = msgspec.json.encode(self.kept)
            else:
                self.kept = Kept(secrets.token_urlsafe(9), secrets.token_urlsafe(32))
                self._latest = msgspec.json.encode(self.kept)
                self._write_latest()
        except (OSError, DocumentError, msgspec.DecodeError) as error:
            raise StandingError(f"{self._document} cannot be used ({error}): repair it, or move it away.") from error

    def order(self, now_s: float, wall_s: float) -> Order:
        """Return the order that a new life of the room begins with."""
        kept = self.kept
        return Order(
            moderators=frozenset(kept.moderators),
            banned=kept.banned,
            muted={viewer: now_s + until_s - wall_s for viewer, until_s in kept.muted.items() if until_s > wall_s},
            slow_s=kept.slow_s,
            is_frozen=kept.is_frozen,
            has_links=kept.has_links,
            words=self._words,
            hold=kept.hold,
            hold_s=kept.hold_s,
            hold_end=kept.hold_end,
            delay_s=kept.delay_s,
        )

    def keep(self, order: Order, now_s: float, wall_s: float) -> None:
        """Write down who may talk, beside the show, which a slow disk must not hold."""
        kept = self.kept
        kept.moderators = sorted(order.moderators)
        kept.banned = dict(order.banned)
        kept.muted = {viewer: wall_s + until_s - now_s for viewer, until_s in order.muted.items() if until_s > now_s}
        kept.slow_s, kept.is_frozen, kept.has_links = order.slow_s, order.is_frozen, order.has_links
        kept.hold, kept.hold_s, kept.hold_end = order.hold, order.hold_s, order.hold_end
        kept.delay_s = order.delay_s
        self.write_soon()

    @property
    def address_key(self) -> str:
        """The key for the names of addresses, which edges on other machines get; no other key follows from it."""
        return hmac.new(self.kept.key.encode(), b"addresses", hashlib.sha256).hexdigest()

    def hashed(self, address: str) -> str:
        """Return the name under which an address is known here; empty for this machine's own."""
        return address_digest(self.address_key, address)

    def ban_address(self, hashed: str, viewer: str) -> None:
        """Remember an address, by its hash, with the viewer who was banned there."""
        if hashed:
            self.kept.addresses[hashed] = viewer

    def let_back(self, viewer: str) -> None:
        """Forget the addresses of a viewer."""
        self.kept.addresses = {hashed: one for hashed, one in self.kept.addresses.items() if one != viewer}

    def record(self, deed: Deed) -> None:
        """Append a line to the audit log; a disk that is full is told, and the show goes on."""
        path = self._folder / AUDIT_FILE
        try:
            if path.is_file() and path.stat().st_size > AUDIT_BYTES_MAX:
                path.replace(path.with_suffix(".jsonl.1"))
            path.touch(mode=0o600)
            with path.open("ab") as file:
                file.write(msgspec.json.encode(deed) + b"\n")
        except OSError as error:
            _log.warning("a deed of moderation could not be written down (%s)", error.strerror)

    def write(self) -> None:
        """Write the standings before anything else happens: what is used up or taken back must stay so.

        A disk or a database that does not answer in time gets it when it does.
        """
        with contextlib.suppress(TimeoutError):
            self.write_soon().result(WAIT_S_MAX)

    def write_soon(self) -> Future[None]:
        """Write the standings beside the show; the future tells when that is over."""
        self._latest = msgspec.json.encode(self.kept)
        self._last = self._writer.submit(self._write)
        return self._last

    def look_at(self) -> None:
        """Try again what could not be written."""
        if self._has_failed and (self._last is None or self._last.done()):
            self._last = self._writer.submit(self._write)

    async def settled(self) -> None:
        """Return when what was to be kept up to now is written."""
        await asyncio.wrap_future(self._writer.submit(self._write))

    def close(self) -> None:
        """Return when all is written; a disk that does not answer in time is not waited for."""
        self.look_at()
        last, self._last = self._last, None
        try:
            if last is not None:
                last.result(LAST_S_MAX)
        except TimeoutError:
            _log.warning(NOT_WRITTEN, self._document)

    def _write(self) -> None:
        """Write what is the latest by now, if it is not written; a disk that is full is told, and the show goes on."""
        try:
            self._write_latest()
        except DocumentError as error:
            if not self._has_failed:
                _log.warning(CANNOT, self._document, error)
            self._has_failed = True
            return
        if self._has_failed:
            self._has_failed = False
            _log.warning(CAN_AGAIN, self._document)

    def _write_latest(self) -> None:
        latest = self._latest
        if latest != self._written:
            self._document.save(latest)
            self._written = latest


def _words_in(document: Document) -> frozenset[str]:
    try:
        body = document.load() or b""
    except DocumentError as error:
        raise StandingError(f"{document} cannot be read ({error}): repair it, or move it away.") from error
    return words_of(body.decode(errors="replace").splitlines())
