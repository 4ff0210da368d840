"""Run the inlet: `python -m avatar_live.inlets PLAN`, with an `InletPlan`."""

import sys

from avatar_live.channels.child import await_plan
from avatar_live.channels.processes import InletPlan
from avatar_live.inlets.process import run


def main(arguments: list[str]) -> int:
    """Take guests in as planned and return the exit code."""
    return run(await_plan(arguments, InletPlan))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
