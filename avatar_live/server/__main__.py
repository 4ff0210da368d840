"""Run the server: `python -m avatar_live.server PLAN`, with a `ServerPlan`."""

import sys

from avatar_live.channels.child import plan_of
from avatar_live.channels.processes import ServerPlan
from avatar_live.server.process import run


def main(arguments: list[str]) -> int:
    """Serve as planned and return the exit code."""
    return run(plan_of(arguments, ServerPlan))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
