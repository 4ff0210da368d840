"""Empty books of both kinds for the tests that run against each: a file, and a database of a PostgreSQL of our own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from avatar_live.app.bench.private_postgresql import PrivatePostgresql, has_postgresql, private_postgresql


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PrivatePostgresql]:
    """A real server, started when the first test asks for it."""
    if not has_postgresql():
        pytest.skip("no PostgreSQL server is installed")
    with private_postgresql() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where the books of a test lie."""
    if request.param == "sqlite":
        return tmp_path / "ledger.sqlite3"
    server = request.getfixturevalue("postgresql")
    assert isinstance(server, PrivatePostgresql)
    return server.database()
