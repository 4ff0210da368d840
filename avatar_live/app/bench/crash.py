"""Kill the processes of a show at random moments under load, and account for every coin and every effect afterwards.

A real server and a real edge on real sockets, viewers who give all the time, and an outside game that sells effects on
a real line. The engine is a stand-in that takes cues as the real one does and writes them down; with `has_real_engine`
it is the real one, at a small size, which writes them down, too. Our own game lives in the server and dies with it.
"""

import contextlib
import math
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from avatar_live import clock
from avatar_live.app.bench import castle
from avatar_live.app.bench.givers import OURS, Giver, Givers
from avatar_live.app.faults import ShowError
from avatar_live.app.part import HealthReader
from avatar_live.app.settings import find_avatar
from avatar_live.channels.processes import EdgePlan, EnginePlan, ServerPlan
from avatar_live.protocol.catalogue import GIFTS, START_BALANCE_COINS
from avatar_live.room.turns import effect_id
from avatar_live.server.keeper import digest
from avatar_live.server.ledger import LEDGER_FILE, Ledger
from avatar_live.server.ledger.book import WALLET
from avatar_live.server.ledger.reports import open_reader, reconcile

PARTS: Final = ("server", "engine", "edge", "game")
GIVERS: Final = 16
FILLED_COINS: Final = 1_000_000
BETWEEN_S: Final = (0.2, 0.9)  # of load, after everything is up again
WRONG: Final = (  # each has to be 0
    "gifts_lost",
    "gifts_doubled",
    "wallet_difference",
    "effects_lost",
    "effects_doubled",
    "books_unsound",
)
TOKEN: Final = "the-token-of-the-show"  # noqa: S105  (it dies with the folder)
ENGINE_SIZE_PX: Final = (160, 90)
ENGINE_FPS: Final = 24
LATE_S: Final = 2.0  # a cue shown earlier than this before its engine's death has long been noted
_START_S_MAX: Final = 60.0
_SETTLE_S_MAX: Final = 60.0


def measure_crash(
    kills: int, seed: int, report: Callable[[str], None], *, has_real_engine: bool = False
) -> dict[str, Any]:
    """Return how many gifts were lost or doubled and how many effects were neither done once nor refunded."""
    gifts = [*OURS, *(f"{castle.GAME}/{effect.id}" for effect in castle.SELLS)]
    with (
        tempfile.TemporaryDirectory(prefix="avatar-live-") as folder,
        _Show(Path(folder), has_real_engine=has_real_engine) as show,
    ):
        givers = [Giver(f"secret-of-giver-{number:04}", seed + number, gifts) for number in range(GIVERS)]
        show.fill([digest(giver.secret) for giver in givers])
        for part in PARTS:
            show.start(part)
        crowd = Givers(givers, show.urls)
        lots = random.Random(seed)
        killed: Counter[str] = Counter()
        try:
            for number in range(kills):
                part = PARTS[number] if number < len(PARTS) else lots.choice(PARTS)
                time.sleep(lots.uniform(*BETWEEN_S))
                show.kill(part)
                killed[part] += 1
                show.start(part)
                report(f"kill {number + 1} of {kills}: {part}")
        finally:
            crowd.stop()
        show.settle()
        kinds = {"engine": "real" if has_real_engine else "stand-in"}
        return {"kills": kills, **{f"kills_{part}": killed[part] for part in PARTS}, **kinds, **_account(show, givers)}


class _Show:
    """The processes of one show and what they leave behind."""

    def __init__(self, folder: Path, *, has_real_engine: bool) -> None:
        self.ledger_path = folder / "data" / LEDGER_FILE
        self.shown_path = folder / "shown"
        self.journal_path = folder / "journal"  # of the outside game
        self._has_real_engine = has_real_engine
        self.deaths_s: dict[str, float] = {}  # of engines, by their life
        self._run = folder / "run"
        self._run.mkdir()
        port, edge_port = _free_port(), _free_port()
        self.urls = (f"ws://127.0.0.1:{port}/ws", f"ws://127.0.0.1:{edge_port}/ws")
        server = ServerPlan(
            str(self._run), str(folder / "data"), str(folder / "web"), port=port, edge_port=edge_port, token=TOKEN
        )
        plan = EnginePlan(str(self._run), str(find_avatar("pico")), *ENGINE_SIZE_PX, fps=ENGINE_FPS)
        edge = EdgePlan(str(self._run), 1, port=edge_port)
        self._commands = {
            "server": ["avatar_live.server", msgspec.json.encode(server).decode()],
            "edge": ["avatar_live.edge", msgspec.json.encode(edge).decode()],
            "engine": (
                ["avatar_live.app.bench.noting_engine", msgspec.json.encode(plan).decode(), str(self.shown_path)]
                if has_real_engine
                else ["avatar_live.app.bench.stand_in_engine", str(self._run), str(self.shown_path)]
            ),
            "game": [
                "avatar_live.app.bench.castle",
                f"ws://127.0.0.1:{port}/api/events",
                TOKEN,
                str(self.journal_path),
            ],
        }
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._lives: Counter[str] = Counter()

    def __enter__(self) -> "_Show":
        return self

    def __exit__(self, *_: object) -> None:
        for part in list(self._processes):
            self.kill(part)

    def fill(self, viewers: list[str]) -> None:
        """Open the wallets and fill them, before anything runs."""
        with contextlib.closing(Ledger(self.ledger_path)) as ledger:
            for viewer in viewers:
                ledger.open_wallet(viewer)
                ledger.top_up(viewer, "bench", viewer, FILLED_COINS).result()

    def start(self, part: str) -> None:
        """Start a part and wait until it says that it is ready."""
        self._lives[part] += 1
        life = [f"{self._lives[part]}"] if part == "engine" else []
        began_s = clock.now_s()
        command = [sys.executable, "-m", *self._commands[part], *life]
        self._processes[part] = subprocess.Popen(command, stdin=subprocess.PIPE)
        if part == "game" or (part == "engine" and not self._has_real_engine):
            return  # it waits for the server by itself
        name = "edge-1" if part == "edge" else part
        with contextlib.closing(HealthReader(self._run, name)) as reader:
            while (health := reader.read()) is None or not health.is_ready or health.at_s < began_s:
                if self._processes[part].poll() is not None or clock.now_s() - began_s > _START_S_MAX:
                    raise ShowError(f"The {part} did not come up.")
                time.sleep(0.02)

    def kill(self, part: str) -> None:
        """End a part as a crash does."""
        process = self._processes.pop(part)
        if part == "engine":
            self.deaths_s[f"{self._lives[part]}"] = clock.now_s()
        process.kill()
        process.wait()
        assert process.stdin is not None
        process.stdin.close()

    def settle(self) -> None:
        """Wait until everything that can be shown is; a last restart gives back the tickets that wait for a picture."""
        self._wait_until_left(_is_ticket)
        self.kill("server")
        self.start("server")
        self._wait_until_left(lambda _: False)

    def _wait_until_left(self, may_wait: Callable[[str], bool]) -> None:
        until_s = clock.now_s() + _SETTLE_S_MAX
        while not all(may_wait(gift) for gift in self._unfinished()):
            if clock.now_s() > until_s:
                return  # the account tells what is missing
            time.sleep(0.1)

    def _unfinished(self) -> list[str]:
        with open_reader(self.ledger_path) as reader:
            return [gift for (gift,) in reader.rows("SELECT gift FROM gift WHERE state IN ('committed', 'playing')")]


def _account(show: _Show, givers: list[Giver]) -> dict[str, Any]:
    booked, wallets = _books(show.ledger_path)
    lives = _shown(show.shown_path)
    done = Counter(line.split(" ")[0] for line in show.journal_path.read_text().splitlines())
    lost = refused_but_paid = unknown = unfinished = not_shown = refunded_and_shown = refunded = difference = sold = 0
    for giver in givers:
        viewer = digest(giver.secret)
        spent = 0
        for id, (gift, price_coins, state) in booked[viewer].items():
            spent += price_coins if state != "refunded" else 0
            is_sold = gift not in GIFTS
            is_shown = effect_id(viewer, id) in done if is_sold else f"{viewer}/{id}" in lives
            sold += is_sold
            refunded += state == "refunded"
            unknown += giver.asked.get(id) != gift
            refused_but_paid += giver.told.get(id) == "refused"
            unfinished += state not in ("done", "refunded")
            not_shown += state == "done" and not is_shown and not _is_ticket(gift)
            refunded_and_shown += state == "refunded" and is_shown
        paid = (id for id, state in giver.told.items() if state != "refused")
        lost += sum(id not in booked[viewer] for id in paid)
        difference += abs(START_BALANCE_COINS + FILLED_COINS - spent - wallets[viewer])
    # The banner of what a game has still to do comes again with the next engine when the server has died, too: only the
    # books are left then, and they do not tell what was announced.
    banners = {f"{viewer}/{id}/banner" for viewer, gifts in booked.items() for id in gifts if gifts[id][0] not in GIFTS}
    again = [(key, shown) for key, shown in lives.items() if len(shown) > 1]
    cut_off = sum(_is_cut_off(shown, show.deaths_s, math.inf if key in banners else LATE_S) for key, shown in again)
    done_again = sum(count - 1 for count in done.values())
    with open_reader(show.ledger_path) as reader:
        is_sound = reconcile(reader).is_sound
    return {
        "gifts": sum(len(gifts) for gifts in booked.values()),
        "gifts_of_the_game": sold,
        "gifts_asked": sum(len(giver.asked) for giver in givers),
        "gifts_lost": lost,
        "gifts_doubled": unknown + refused_but_paid,
        "wallet_difference": difference,
        "refunded": refunded,
        "effects_lost": unfinished + not_shown,
        "effects_doubled": len(again) - cut_off + refunded_and_shown + done_again,
        "effects_cut_off_and_shown_again": cut_off,
        "books_unsound": int(not is_sound),
    }


def _is_ticket(gift: str) -> bool:
    return gift in GIFTS and GIFTS[gift].reaction == "ticket"


def _is_cut_off(shown: list[tuple[str, float]], deaths_s: dict[str, float], late_s: float) -> bool:
    """Say that every showing but the last was by an engine that was killed at that moment."""
    return all(life in deaths_s and deaths_s[life] - at_s < late_s for life, at_s in shown[:-1])


def _books(path: Path) -> tuple[dict[str, dict[str, tuple[str, int, str]]], dict[str, int]]:
    gifts: dict[str, dict[str, tuple[str, int, str]]] = defaultdict(dict)
    with open_reader(path) as reader:
        for name, id, gift, price_coins, state in reader.rows(
            "SELECT account.name, gift.id, gift, price_coins, state FROM gift JOIN account ON number = wallet"
        ):
            gifts[name.removeprefix(WALLET)][id] = (gift, price_coins, state)
        rows: Iterator[Any] = reader.rows("SELECT name, balance_coins FROM account WHERE kind = 'wallet'")
        return gifts, {name.removeprefix(WALLET): coins for name, coins in rows}


def _shown(path: Path) -> dict[str, list[tuple[str, float]]]:
    """Return for each key the engines that showed it and when."""
    shown: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for line in path.read_text().splitlines():
        life, at_s, key = line.split(" ", 2)
        shown[key].append((life, float(at_s)))
    return shown


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
