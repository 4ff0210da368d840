"""One whole show for the tests of this folder: every process, a real person's clip, a real browser."""

from collections.abc import Iterator

import pytest
from running import Running, running_show


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_show(tmp_path_factory.mktemp("show")) as running:
        yield running
