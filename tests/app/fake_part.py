"""A child process that behaves as its plan's `camera` says; the supervisor's tests run it in place of real parts."""

import os
import signal
import sys
import time
from pathlib import Path

from avatar_live.app.part import Plan
from avatar_live.channels.child import BEAT_PERIOD_S, HealthWriter, await_plan, orders
from avatar_live.channels.processes import (
    HEALTH_STALE_S,
    EnginePlan,
    InletPlan,
    OutletsPlan,
    Panic,
    ServerPlan,
    Stop,
    TrackerPlan,
    UseCamera,
    UseOutlets,
)

SHORT_PATIENCE_S = 0.5


def main() -> None:
    kinds: dict[str, type[Plan]] = {
        "t": TrackerPlan,
        "e": EnginePlan,
        "s": ServerPlan,
        "o": OutletsPlan,
        "i": InletPlan,
    }
    plan = await_plan(sys.argv[2:], kinds[sys.argv[1]])
    name, behaviour = {"t": "tracker", "e": "engine", "s": "server", "o": "outlets", "i": "inlet"}[sys.argv[1]], "well"
    if isinstance(plan, TrackerPlan):
        behaviour = plan.camera
    health = HealthWriter(Path(plan.run_folder), name)
    if behaviour == "crash":
        sys.stdout.write("no luck today\n")
        sys.exit(1)
    if behaviour == "refuse":
        health.write("There is no camera: plug one in.", is_ready=False)
        sys.exit(2)
    if behaviour == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if behaviour == "chatty":
        sys.stdout.write("x" * 1_500_000)
    words = f"uses {behaviour}{' drawn' if isinstance(plan, TrackerPlan) and plan.drawn else ''}"
    if isinstance(plan, EnginePlan):
        words = f"panic {plan.is_panic_on} {plan.backdrop} {plan.light} {plan.shot} {plan.has_director}"
        words += f" {plan.mirror} {plan.lost_policy} {Path(plan.calibrations).name}"
    if isinstance(plan, OutletsPlan):
        words = " ".join(plan.outlets)
    if isinstance(plan, ServerPlan):
        words = f"rests {plan.is_panic_on}"
    patience_s = SHORT_PATIENCE_S if behaviour == "lively" else HEALTH_STALE_S
    health.write(words, is_ready=True, is_forced=True, patience_s=patience_s)
    inbox = orders()
    while True:
        order = inbox.take(timeout_s=BEAT_PERIOD_S)
        if isinstance(order, Stop) and behaviour != "deaf":
            return
        if isinstance(order, UseCamera):
            words = f"uses {order.camera}"
            health.write(words, is_ready=True, is_forced=True, pid=os.getpid())
        if isinstance(plan, ServerPlan) and isinstance(order, Panic):
            words = f"rests {order.is_on}"
            health.write(words, is_ready=True, is_forced=True)
        if isinstance(order, UseOutlets):
            words = " ".join(order.outlets)
            health.write(words, is_ready=True, is_forced=True)
        if behaviour == "freeze":
            time.sleep(600)
        if not health.write(words, is_ready=True, patience_s=patience_s):
            health.beat(patience_s)


main()
