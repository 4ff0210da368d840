"""Who may read the figures of the show, and that they tell on nobody."""

from collections.abc import Iterator

import httpx
import pytest
from litestar import Litestar
from prometheus_client.parser import text_string_to_metric_families

from avatar_live.broadcast.statistics import BroadcastFigures, ViewerFigures
from avatar_live.server.access import Access
from avatar_live.server.metrics import metrics_route

TOKEN = "the-shows-own"
HERE, AWAY = ("127.0.0.1", 5000), ("192.0.2.7", 5000)
FIGURES = BroadcastFigures(
    {0: 2.4e6, 1: 6.5e5},
    (
        ViewerFigures(204_113, "main", 1, 9_000, 2, 7e5, 0.02, 0.043, 3, 1.5, 0.06),
        ViewerFigures(77, "player", 0, 500, 0, None, None, None, 0, 0.0, 0.0),
    ),
)


@pytest.fixture(params=[TOKEN, ""], ids=["with a token", "without"])
def token(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(token: str) -> Iterator[Litestar]:
    yield Litestar([metrics_route(lambda: FIGURES, Access(token, None))], openapi_config=None, logging_config=None)


async def visit(app: Litestar, client: tuple[str, int], **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app, client=client)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://the.show") as visitor:
        return await visitor.get("/metrics", headers=headers)


async def status(app: Litestar, client: tuple[str, int], **headers: str) -> int:
    return (await visit(app, client, **headers)).status_code


async def test_a_program_of_this_machine_may_read_them(app: Litestar) -> None:
    assert await status(app, HERE) == 200
    assert await status(app, ("::1", 5000)) == 200


async def test_others_may_not(app: Litestar) -> None:
    assert await status(app, AWAY) == 403
    assert await status(app, AWAY, Authorization="Bearer guessed") == 403
    assert await status(app, AWAY, Authorization="Bearer ") == 403


async def test_a_proxy_of_this_machine_does_not_open_them_to_others(app: Litestar) -> None:
    for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
        assert await status(app, HERE, **{header: "192.0.2.7"}) == 403


async def test_who_holds_the_token_may(app: Litestar, token: str) -> None:
    assert await status(app, AWAY, Authorization=f"Bearer {TOKEN}") == (200 if token else 403)


async def test_prometheus_reads_every_figure_and_no_more(app: Litestar) -> None:
    text = (await visit(app, HERE)).text
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    viewer = (("stream", "main"), ("viewer", "204113"))
    assert samples["avatar_live_rung_bps", ("rung", "1")] == 6.5e5
    assert samples["avatar_live_viewers", ("stream", "main")] == 1.0
    assert {name: value for (name, *labels), value in samples.items() if tuple(labels) == viewer} == {
        "avatar_live_viewer_rung": 1.0,
        "avatar_live_viewer_estimate_bps": 7e5,
        "avatar_live_viewer_loss_ratio": 0.02,
        "avatar_live_viewer_rtt_seconds": 0.043,
        "avatar_live_viewer_delay_seconds": 0.06,
        "avatar_live_viewer_sent_bytes_total": 9_000.0,
        "avatar_live_viewer_frames_dropped_total": 2.0,
        "avatar_live_viewer_freezes_total": 3.0,
        "avatar_live_viewer_frozen_seconds_total": 1.5,
    }
    stranger = (("stream", "player"), ("viewer", "77"))
    assert ("avatar_live_viewer_rtt_seconds", *stranger) not in samples, "what nobody told is no zero"
    labels = {label for _, *pairs in samples for label, _ in pairs}
    assert labels == {"rung", "stream", "viewer"}
