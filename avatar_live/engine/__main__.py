"""`python -m avatar_live.engine PLAN`: the engine's process, started by its parent with an `EnginePlan`."""

import sys
from pathlib import Path

import msgspec

from avatar_live.avatar import AvatarError
from avatar_live.channels.child import HealthWriter, await_plan, orders, plan_of
from avatar_live.channels.processes import EXIT_REFUSED, EnginePlan
from avatar_live.encoder.choice import choose
from avatar_live.engine.process import run
from avatar_live.engine.taken_cues import TakenCues
from avatar_live.stage import Stage, StageError


def main(arguments: list[str], taken: TakenCues | None = None) -> int:
    """Run until the parent says stop or is gone; 2 means that it could not begin, and health says why."""
    plan = plan_of(arguments, EnginePlan)
    encoder = choose(plan.encoder, plan.width_px, plan.height_px, plan.fps)
    print(encoder.words, flush=True)  # noqa: T201 the parent keeps this in the engine's log
    try:
        with Stage(plan.width_px, plan.height_px, Path(plan.run_folder) / "paintings") as stage:
            plan = await_plan(arguments, EnginePlan)
            run(msgspec.structs.replace(plan, encoder=encoder.kind.name), stage, orders(), taken)
    except (AvatarError, StageError) as error:
        HealthWriter(Path(plan.run_folder), "engine").write(str(error), False, is_forced=True)
        print(error, file=sys.stderr)  # noqa: T201 the parent keeps this in the engine's log
        return EXIT_REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
