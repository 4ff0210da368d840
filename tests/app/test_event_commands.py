"""`events listen|test|token` and `webhooks ...` beside a real server."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from patience import DEADLINE_S
from receiver import Receiver, until
from show_server import TOKEN, ShowServer, show_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    folder = tmp_path_factory.mktemp("show")
    (folder / "data").mkdir()
    (folder / "data" / "event-token").write_text(TOKEN)
    with show_server(folder) as running:
        yield running


def command(server: ShowServer, *arguments: str, group: str = "events") -> list[str]:
    where = ("--show", f"http://127.0.0.1:{server.port}", "--data-folder", server.plan.data_folder)
    return [sys.executable, "-m", "avatar_live.app.cli", group, *arguments, *where]


def run(server: ShowServer, *arguments: str, group: str = "events") -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(server, *arguments, group=group), capture_output=True, text=True, timeout=DEADLINE_S)


def test_who_listens_hears_the_tests_that_are_sent_and_no_coin_moves(server: ShowServer) -> None:
    listening = subprocess.Popen(
        command(server, "listen", "--types", "gift"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert listening.stdout is not None and listening.stderr is not None
    try:
        assert listening.stderr.readline().startswith("Listening to Test show")
        done = run(server, "test", "gift", "--count", "5", "--data", '{"name": "Ann"}')
        assert (done.returncode, done.stdout) == (0, "5 sent.\n"), done.stderr
        heard = [json.loads(listening.stdout.readline()) for _ in range(5)]
    finally:
        listening.kill()
        listening.wait()
        listening.stdout.close()
        listening.stderr.close()
    assert all(event["type"] == "gift" and event["test"] is True for event in heard)
    assert {event["data"]["name"] for event in heard} == {"Ann"}
    assert len({event["data"]["id"] for event in heard}) == 5
    health = server.health()
    assert health is not None and health.figures["gifts"] == 0


def test_a_token_that_is_made_here_opens_what_it_names(server: ShowServer) -> None:
    token = run(server, "token", "host", "--seconds", "60", "--name", "Tester").stdout.strip()
    assert run(server, "test", "goal", "--token", token).returncode == 0
    refused = run(server, "listen", "--token", token)
    assert refused.returncode == 1 and '"read"' in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("test", "party"), '"party"'),
        (("test", "gift", "--count", "0"), "count"),
        (("test", "gift", "--count", "101"), "count"),
        (("test", "gift", "--data", "{"), "no JSON"),
        (("test", "gift", "--token", "wrong"), "not valid here"),
        (("token", "everything"), "scopes"),
        (("listen", "--types", "party"), '"party"'),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(server: ShowServer, arguments: tuple[str, ...], word: str) -> None:
    done = run(server, *arguments)
    assert done.returncode == 1
    assert word in done.stderr and "Traceback" not in done.stderr


def test_a_show_that_is_not_there_is_said_in_a_sentence(server: ShowServer, tmp_path: Path) -> None:
    for arguments in (("listen",), ("test", "gift")):
        done = subprocess.run(
            [*command(server, *arguments), "--show", "http://127.0.0.1:9"],
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
        )
        assert done.returncode == 1
        assert "No show answers" in done.stderr and "Traceback" not in done.stderr


def test_webhooks_are_added_listed_replayed_and_removed(server: ShowServer) -> None:
    with Receiver(lambda _: 410) as program:
        id, secret = run(server, "add", program.url, "--types", "goal", group="webhooks").stdout.split()
        assert run(server, "test", "goal").returncode == 0
        until(lambda: len(program.posts) == 1)
        assert program.posts[0].is_signed_with(secret)
        until(lambda: " gone " in run(server, "list", group="webhooks").stdout)
        assert "1 dead" in run(server, "list", group="webhooks").stdout
        assert json.loads(run(server, "dead", id, group="webhooks").stdout)["event"]["type"] == "avatar-live.goal"
        program.answers = lambda _: 204
        assert run(server, "replay", id, group="webhooks").stdout == "1 are posted again.\n"
        until(lambda: len(program.posts) == 2)
    assert run(server, "remove", id, group="webhooks").returncode == 0
    assert run(server, "list", group="webhooks").stdout == ""
    refused = run(server, "add", "http://10.0.0.1/", group="webhooks")
    assert refused.returncode == 1 and "https://" in refused.stderr and "Traceback" not in refused.stderr
