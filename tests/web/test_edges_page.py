"""The page of a large room: its line ends at an edge, at another port than the one that the page came from."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from browser import chromium_blocking
from patience import DEADLINE_S
from playwright.sync_api import expect
from ports import free_port
from show_server import ShowServer

from avatar_live.channels.processes import EdgePlan


@pytest.fixture
def server(built_page: Path, tmp_path: Path) -> Iterator[ShowServer]:
    server, edge_port = ShowServer(tmp_path), free_port()
    server.plan = msgspec.structs.replace(server.plan, web_folder=str(built_page), edge_port=edge_port)
    server.start()
    plan = EdgePlan(server.plan.run_folder, 1, port=edge_port, origins=(f"127.0.0.1:{server.port}",))
    command = [sys.executable, "-m", "avatar_live.edge", msgspec.json.encode(plan).decode()]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as edge:
        yield server
        edge.kill()
        edge.wait(DEADLINE_S)
    server.kill()


def test_a_page_may_open_its_line_at_the_port_of_the_edges(server: ShowServer) -> None:
    with chromium_blocking() as browser:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.port}/")
        expect(page.locator("[data-link=joined]")).to_be_visible()
