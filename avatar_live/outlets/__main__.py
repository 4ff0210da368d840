"""Run the outlets: `python -m avatar_live.outlets PLAN`, with an `OutletsPlan`."""

import sys

from avatar_live.channels.child import await_plan, orders
from avatar_live.channels.processes import OutletsPlan
from avatar_live.outlets.process import run


def main(arguments: list[str]) -> int:
    """Run until the parent says stop or is gone."""
    run(await_plan(arguments, OutletsPlan), orders())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
