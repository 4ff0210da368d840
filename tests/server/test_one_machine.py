"""A show of one machine is spared what only larger ones need."""

import subprocess
import sys


def test_a_server_without_redis_loads_none_of_its_client() -> None:
    asked = "import avatar_live.server.process, sys; print('redis' in sys.modules, 'psycopg' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.split() == ["False", "False"], "neither Redis' client nor PostgreSQL's"
