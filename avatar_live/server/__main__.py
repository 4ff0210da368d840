"""Run the server: `python -m avatar_live.server '<ServerPlan as JSON>'`."""

import sys

import msgspec

from avatar_live.channels.processes import ServerPlan
from avatar_live.server.process import run


def main() -> int:
    """Read the plan and serve."""
    try:
        plan = msgspec.json.decode(sys.argv[1] if len(sys.argv) == 2 else "", type=ServerPlan)
    except msgspec.DecodeError as error:
        print(f"The server is started with one ServerPlan as JSON ({error}).", file=sys.stderr)  # noqa: T201
        return 2
    return run(plan)


if __name__ == "__main__":
    sys.exit(main())
