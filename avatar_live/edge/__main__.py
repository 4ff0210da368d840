"""Run an edge: `python -m avatar_live.edge PLAN`, with an `EdgePlan`."""

import sys

from avatar_live.channels.child import await_plan
from avatar_live.channels.processes import EdgePlan
from avatar_live.edge.process import run


def main(arguments: list[str]) -> int:
    """Carry lines as planned and return the exit code."""
    return run(await_plan(arguments, EdgePlan))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
