"""Run the server: `python -m avatar_live.server '<ServerPlan as JSON>'`."""

import sys

import msgspec

from avatar_live.channels.processes import ServerPlan
from avatar_live.server.process import run


def main(arguments: list[str]) -> int:
    """Read the plan and serve; return the exit code."""
    try:
        plan = msgspec.json.decode(arguments[0] if len(arguments) == 1 else "", type=ServerPlan)
    except msgspec.DecodeError as error:
        print(f"The server is started with one ServerPlan as JSON ({error}).", file=sys.stderr)  # noqa: T201
        return 2
    return run(plan)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
