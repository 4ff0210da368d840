"""Run the server: `python -m avatar_live.server PLAN`, with a `ServerPlan`."""

import sys

from avatar_live.channels.child import await_plan
from avatar_live.channels.processes import ServerPlan
from avatar_live.server.process import run


def main(arguments: list[str]) -> int:
    """Serve as planned and return the exit code."""
    return run(await_plan(arguments, ServerPlan))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
