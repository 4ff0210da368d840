"""A full room finds sockets, whatever the limit that the program was started with."""

import subprocess
import sys

import pytest
from patience import DEADLINE_S

PROGRAM = """
import resource
from avatar_live.edge.open_files import allow_open_files
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard} or hard))
allow_open_files()
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize(("soft", "hard", "allowed"), [(256, 0, 20_000), (256, 512, 512), (20_000, 0, 20_000)])
def test_a_low_limit_is_raised_and_a_high_one_stays(soft: int, hard: int, allowed: int) -> None:
    program = PROGRAM.format(soft=soft, hard=hard)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=DEADLINE_S
    )
    assert int(done.stdout) == allowed
