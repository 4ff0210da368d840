"""A child process's ends of the two wires to its parent: orders in, health out."""

import contextlib
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from avatar_live import clock
from avatar_live.channels.lossless import Lossless
from avatar_live.channels.processes import (
    EXIT_REFUSED,
    HEALTH_BYTES_MAX,
    HEALTH_STALE_S,
    Health,
    Order,
    Stop,
    health_slot,
)
from avatar_live.channels.slot import Slot

P = TypeVar("P")

SPARE: Final = "--spare"
BEGIN: Final = b"begin\n"
ORDERS_MAX: Final = 256
ORDER_BYTES_MAX: Final = 65_536
HEALTH_PERIOD_S: Final = 1.0
BEAT_PERIOD_S: Final = 0.1
STATUS_CHARS_MAX: Final = 400
NOTICE_CHARS_MAX: Final = 300  # it may name a path, and those have no end

_STDIN: Final = 0
_order = msgspec.json.Decoder(Order)


def plan_of(arguments: Sequence[str], kind: type[P]) -> P:
    """Return the plan that this process was given: JSON, or @ and the path of a file that holds it.

    A file keeps the key of the event API out of the machine's list of processes. Ends the process with a sentence
    and `EXIT_REFUSED` when there is no such plan.
    """
    try:
        (text,) = (argument for argument in arguments if argument != SPARE)
        return msgspec.json.decode(Path(text[1:]).read_bytes() if text.startswith("@") else text, type=kind)
    except (ValueError, OSError) as error:
        print(f"This process is started by `avatar-live` with one {kind.__name__} ({error}).", file=sys.stderr)  # noqa: T201
        raise SystemExit(EXIT_REFUSED) from error


def await_plan(arguments: Sequence[str], kind: type[P], source: int = _STDIN) -> P:
    """Return the plan to begin with, which a spare gets when its turn comes.

    A spare is started beside a part that runs well. It loads what takes long and then waits here, so that it can take
    over at once when the part dies. Any other word than `BEGIN`, or the end of its input, ends it.
    """
    if SPARE in arguments:
        word = b""
        while not word.endswith(b"\n") and (byte := _read_some(source, 1)):
            word += byte
        if word != BEGIN:
            raise SystemExit(0)
    return plan_of(arguments, kind)


def orders(source: int = _STDIN) -> Lossless[Order]:
    """Return the queue that a daemon thread fills with the orders read from the file descriptor `source`.

    One JSON line is one order; a line that is not an order is skipped. The end of the input puts `Stop` last.
    """
    queue: Lossless[Order] = Lossless(ORDERS_MAX)
    threading.Thread(target=_read, args=(source, queue), name="orders", daemon=True).start()
    return queue


def newest(queue: Lossless[Order]) -> list[Order]:
    """Take what was ordered, only the last of each kind: every order sets something, and the last one counts.

    Who changes the camera a hundred times within a moment waits for the last camera alone.
    """
    return list({type(order): order for order in queue.take_all()}.values())


def _read(source: int, queue: Lossless[Order]) -> None:
    # os.read on the bare descriptor: a thread that waits inside sys.stdin's lock aborts the interpreter's exit.
    pending = b""
    while data := _read_some(source):
        *lines, pending = (pending + data).split(b"\n")
        for line in lines:
            with contextlib.suppress(msgspec.DecodeError):
                _append(queue, _order.decode(line))
        if len(pending) > ORDER_BYTES_MAX:
            break
    _append(queue, Stop())


def _append(queue: Lossless[Order], order: Order) -> None:
    """Add an order; where nobody has taken one for ages, those that a later one took back make room."""
    if not queue.put(order):
        for still_valid in newest(queue):
            queue.put(still_valid)
        queue.put(order)


def _read_some(source: int, size: int = ORDER_BYTES_MAX) -> bytes:
    try:
        return os.read(source, size)
    except OSError:
        return b""


class HealthWriter:
    """Write this process's `Health` for its parent: its words once a second, a sign of life oftener if it likes."""

    def __init__(self, run_folder: Path, name: str) -> None:
        self._slot = Slot(health_slot(run_folder, name), HEALTH_BYTES_MAX)
        self._written_s = float("-inf")
        self._last = Health(self._written_s, "", False)

    def write(
        self,
        status: str,
        is_ready: bool,
        *,
        is_forced: bool = False,
        patience_s: float = HEALTH_STALE_S,
        **figures: float,
    ) -> bool:
        """Publish the health; False when the last one is younger than a second and `is_forced` is not set."""
        health = Health(clock.now_s(), status, is_ready, figures, patience_s=patience_s)
        return self.put(health, is_forced=is_forced)

    def put(self, health: Health, *, is_forced: bool = False) -> bool:
        """Publish this health of now, as `write` does."""
        if not is_forced and health.at_s - self._written_s < HEALTH_PERIOD_S:
            return False
        self._written_s = health.at_s
        status, notice = health.status[:STATUS_CHARS_MAX], health.notice[:NOTICE_CHARS_MAX]
        self._publish(msgspec.structs.replace(health, status=status, notice=notice))
        return True

    def beat(self, patience_s: float, *, is_forced: bool = False) -> None:
        """Repeat the last words as a sign of life, unless one is younger than `BEAT_PERIOD_S`; costs 20 us."""
        now_s = clock.now_s()
        if is_forced or now_s - self._last.at_s >= BEAT_PERIOD_S:
            self._publish(msgspec.structs.replace(self._last, at_s=now_s, patience_s=patience_s))

    def close(self) -> None:
        """Let go of the slot; what was written stays readable."""
        self._slot.close()

    def _publish(self, health: Health) -> None:
        self._last = health
        self._slot.write(msgspec.json.encode(health))
