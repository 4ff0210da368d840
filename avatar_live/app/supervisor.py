"""Start the parts of a show, watch them, start again what falls, stop them together."""

import contextlib
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from avatar_live import clock
from avatar_live.app.part import Command, HealthReader, Life, Plan, module_command, name_of, remember
from avatar_live.app.vigil import Vigil, current, exited, is_stuck, looked, started, stuck_at_s
from avatar_live.channels.child import SPARE
from avatar_live.channels.processes import EdgePlan, Health, Order

LOOK_S: Final = 1.0  # between two looks at everybody's health; an exit is seen at once, a hang when it is one
LOOK_S_MIN: Final = 0.02
SPARE_AFTER_S: Final = 3.0
STOP_S_MAX: Final = 2.0  # from the order to stop to the signal
TERMINATE_S_MAX: Final = 1.0  # from the signal to the kill
CRASHES_WORTH_A_WARNING: Final = 4

Report = Callable[[str], None]


@dataclass(slots=True)
class _Part:
    name: str
    plan: Plan
    health: HealthReader
    log_path: Path
    vigil: Vigil
    life: Life | None = None
    is_killed: bool = False  # as hung; the system may need a while to end it
    spare: Life | None = None
    spare_due_s: float = math.inf
    restarts: int = 0


class Supervisor:
    """Keep the parts of one show alive. Use it as a context manager: it starts on entry and stops on exit.

    `report` gets a sentence for people whenever a part falls or refuses. `command` makes a plan into a command line.
    With `has_spares` every part that has run well for `spare_after_s` gets a second process beside it, which loads and
    waits to take over.
    """

    def __init__(
        self,
        *plans: Plan,
        command: Command = module_command,
        report: Report = lambda _: None,
        has_spares: bool = False,
        spare_after_s: float = SPARE_AFTER_S,
    ) -> None:
        self._command = command
        self._has_spares = has_spares
        self._spare_after_s = spare_after_s
        self._report = report
        self._changed = threading.Condition(threading.RLock())
        self._parts: dict[str, _Part] = {}
        self._is_stopping = False
        self._late_s = 0.0  # of the last look
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        for plan in plans:
            self.add(plan)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # --- what to run ----------------------------------------------------------------------------------------------

    def add(self, plan: Plan) -> None:
        """Start another part; there is one of each name."""
        name = name_of(plan)
        folder = Path(plan.run_folder)
        with self._changed:
            assert name not in self._parts, f"there is a {name} already"
            reader = HealthReader(folder, name)
            self._parts[name] = _Part(name, plan, reader, folder / f"{name}.log", Vigil(due_s=clock.now_s()))
            self._changed.notify_all()

    def remove(self, name: str) -> None:
        """Stop a part and forget it."""
        with self._changed:
            part = self._parts.pop(name, None)
        if part is not None:
            _end([part])

    def order(self, name: str, order: Order) -> None:
        """Give an order; it also holds for the part's next life, and a part that refused to run tries again."""
        with self._changed:
            part = self._parts[name]
            plan = remember(part.plan, order)
            if part.vigil.is_refused and plan != part.plan:
                part.vigil = Vigil(due_s=clock.now_s())
                self._changed.notify_all()
            part.plan = plan
            life = part.life
        if life is not None:
            life.tell(order)  # outside the lock: a part that does not read its input must not hold up the watch

    # --- what is known --------------------------------------------------------------------------------------------

    def health(self) -> dict[str, Health]:
        """Return what each running part last said of itself in this life."""
        with self._changed:
            said = {part.name: current(part.vigil, part.health.read()) for part in self._parts.values()}
        return {name: health for name, health in said.items() if health is not None}

    def processes(self) -> dict[str, int]:
        """Return the process ids of what runs."""
        with self._changed:
            return {part.name: part.life.pid for part in self._parts.values() if part.life is not None}

    def spares(self) -> dict[str, int]:
        """Return the process ids of those that wait to take over."""
        with self._changed:
            return {part.name: part.spare.pid for part in self._parts.values() if part.spare is not None}

    def restarts(self) -> dict[str, int]:
        """Return how often each part had to be started again."""
        with self._changed:
            return {part.name: part.restarts for part in self._parts.values()}

    def refusals(self) -> dict[str, str]:
        """Return the reasons of the parts that will not run until something is changed."""
        with self._changed:
            return {part.name: _reason(part) for part in self._parts.values() if part.vigil.is_refused}

    def wait_for(self, condition: Callable[["Supervisor"], bool], timeout_s: float) -> bool:
        """Wait until the condition holds; looked at whenever a part starts, ends or speaks. False when it is late."""
        deadline_s = clock.now_s() + timeout_s
        with self._changed:
            while not condition(self):
                left_s = deadline_s - clock.now_s()
                if left_s <= 0.0 or self._is_stopping:
                    return False
                self._changed.wait(min(left_s, LOOK_S / 10))  # health comes through memory, which wakes nobody
        return True

    def wait_for_change(self, timeout_s: float) -> None:
        """Wait until a part starts, ends or refuses, at most so long."""
        with self._changed:
            if not self._is_stopping:
                self._changed.wait(timeout_s)

    # --- the watch ------------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        while True:
            with self._changed:
                if self._is_stopping:
                    return
                now_s = clock.now_s()
                sentences = [sentence for part in self._parts.values() for sentence in self._tend(part, now_s)]
                if sentences:
                    self._changed.notify_all()
            for sentence in sentences:
                with contextlib.suppress(OSError):  # a terminal that is gone: the show goes on, and so does the watch
                    self._report(sentence)
            with self._changed:
                self._late_s = 0.0
                if not self._is_stopping and not self._has_news():
                    now_s = clock.now_s()
                    look_s = self._next_look_s(now_s)
                    self._changed.wait(look_s)
                    self._late_s = max(0.0, clock.now_s() - now_s - look_s)

    def _tend(self, part: _Part, now_s: float) -> list[str]:
        """Do what is due for one part and return what people should know of it."""
        sentences = []
        health = part.health.read()
        part.vigil = looked(part.vigil, health, self._late_s)
        if part.life is not None and not part.is_killed and is_stuck(part.vigil, health, now_s):
            sentences.append(f"The {part.name} does not answer and is started again.")
            part.is_killed = True
            part.life.kill()
            part.life.wait(TERMINATE_S_MAX)
        if part.life is not None and (code := part.life.exit_code) is not None:
            part.life.wait(0.0)
            part.vigil = exited(part.vigil, code, now_s, is_hung=part.is_killed)
            sentences.append(_reason(part) if part.vigil.is_refused else _fall(part, code))
            part.life, part.is_killed = None, False
            part.restarts += not part.vigil.is_refused
        if part.vigil.is_due(now_s):
            part.vigil = started(part.vigil, clock.now_s())
            try:
                part.life = self._begin(part)
            except OSError as error:  # the machine is out of processes, memory or disk
                part.vigil = exited(part.vigil, 1, now_s)
                sentences.append(f"The {part.name} cannot be started ({error.strerror}); trying again.")
        elif self._has_spares and part.life is not None and not isinstance(part.plan, EdgePlan):  # it starts at once
            self._tend_spare(part, now_s)
        return sentences

    def _begin(self, part: _Part) -> Life:
        """Return the part's next life: its spare's, whose plan is written anew, or a fresh one."""
        command = self._command(part.plan)
        spare, part.spare, part.spare_due_s = part.spare, None, math.inf
        if spare is None or spare.exit_code is not None:
            return Life(command, part.log_path, self._wake)
        spare.begin()
        return spare

    def _tend_spare(self, part: _Part, now_s: float) -> None:
        """Put a spare beside a part once that has run well for a while, so that their starts do not compete."""
        health = current(part.vigil, part.health.read())
        if part.spare_due_s == math.inf and health is not None and health.is_ready:
            part.spare_due_s = now_s + self._spare_after_s
        if part.spare is None and now_s >= part.spare_due_s:
            with contextlib.suppress(OSError):  # out of processes or memory: the part itself is worth more
                part.spare = Life([*self._command(part.plan), SPARE], part.log_path, self._wake)

    def _has_news(self) -> bool:
        return any(part.life is not None and part.life.exit_code is not None for part in self._parts.values())

    def _next_look_s(self, now_s: float) -> float:
        """Return when the next part is due to start or, should it say nothing more, is stuck."""
        due_s = [now_s + LOOK_S]
        for part in self._parts.values():
            if part.life is None and not part.vigil.is_refused:
                due_s.append(part.vigil.due_s)
            elif part.life is not None and not part.is_killed:
                due_s.append(stuck_at_s(part.vigil, part.health.read()) + LOOK_S_MIN)
        return max(min(due_s) - now_s, LOOK_S_MIN)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    # --- the end --------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Stop every part: an order first, then a signal, then the end."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
        if self._watcher.ident is not None:
            self._watcher.join()
        with self._changed:
            parts = list(self._parts.values())
            self._parts = {}
        _end(parts)


def _end(parts: Sequence[_Part]) -> None:
    lives = [life for part in parts for life in (part.life, part.spare) if life is not None]
    for life in lives:
        life.ask_to_stop()
    for wait_s, harder in ((STOP_S_MAX, Life.terminate), (TERMINATE_S_MAX, Life.kill), (TERMINATE_S_MAX, None)):
        deadline_s = clock.now_s() + wait_s
        lives = [life for life in lives if not life.wait(deadline_s - clock.now_s())]
        for life in lives:
            if harder is not None:
                harder(life)
    for part in parts:
        part.health.close()


def _reason(part: _Part) -> str:
    health = part.health.read()
    return (
        health.status if health is not None and health.status else f"The {part.name} will not run: see {part.log_path}."
    )


def _fall(part: _Part, code: int) -> str:
    how = f"was killed by signal {-code}" if code < 0 else f"stopped with exit code {code}"
    assert part.life is not None
    words = f" ({part.life.last_words.splitlines()[-1]})" if part.life.last_words and code > 0 else ""
    if part.vigil.crashes >= CRASHES_WORTH_A_WARNING:
        return f"The {part.name} {how}, {part.vigil.crashes} times in a row{words}: `avatar-live doctor` may know why."
    return f"The {part.name} {how}{words} and is started again."
