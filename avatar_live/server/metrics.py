"""GET /metrics: how the show and each viewer does, for Prometheus. No name, no address, no id of a session is in it."""

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from litestar import MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from avatar_live import clock
from avatar_live.broadcast.statistics import BroadcastFigures, ViewerFigures
from avatar_live.server.access import Access, bearer, out_of_scope
from avatar_live.server.tokens import TokenError

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
REFUSAL: Final = (
    "These figures are for this machine, and for who sends a token that may read: Authorization: Bearer <token>."
)
_PREFIX: Final = "avatar_live"
_LABELS: Final = ("viewer", "stream")

_Request = Request[object, object, State]
_Gauge = tuple[str, str, Callable[[ViewerFigures], float | None]]
_GAUGES: Final[tuple[_Gauge, ...]] = (
    ("viewer_rung", "The rung that is sent: 0 the full picture, 1 the small one.", lambda one: one.rung),
    ("viewer_estimate_bps", "What the viewer thinks its network carries (REMB).", lambda one: one.estimate_bps),
    ("viewer_loss_ratio", "Share of packets lost on the way, of late.", lambda one: one.loss),
    ("viewer_rtt_seconds", "Round trip to the viewer.", lambda one: one.rtt_s),
    ("viewer_delay_seconds", "Buffering and decoding, as the page says.", lambda one: one.delay_s),
)
_COUNTERS: Final[tuple[tuple[str, str, Callable[[ViewerFigures], float]], ...]] = (
    ("viewer_sent_bytes", "Pictures and sound sent.", lambda one: one.sent_bytes),
    ("viewer_frames_dropped", "Frames that the viewer was too slow for.", lambda one: one.frames_dropped),
    ("viewer_freezes", "Times that the picture stood still, as the page says.", lambda one: one.freezes),
    ("viewer_frozen_seconds", "How long it stood still in all.", lambda one: one.frozen_s),
)


def metrics_route(figures: Callable[[], BroadcastFigures], access: Access) -> HTTPRouteHandler:
    """Return the route, for programs of this machine and for who may read."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(figures))

    @get("/metrics", sync_to_thread=False, include_in_schema=False)
    def metrics(request: _Request) -> Response[bytes]:
        if not (_is_of_this_machine(request) or _may_read(request, access)):
            return Response(REFUSAL.encode(), status_code=403, media_type=MediaType.TEXT)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})

    return metrics


class _Collector:
    """Make the metrics when they are asked for, of those who watch then."""

    def __init__(self, figures: Callable[[], BroadcastFigures]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        """Return every metric once."""
        figures = self._figures()
        rungs = GaugeMetricFamily(f"{_PREFIX}_rung_bps", "What a rung of the show takes.", labels=["rung"])
        for rung, bitrate_bps in figures.rung_bps.items():
            rungs.add_metric([str(rung)], bitrate_bps)
        yield rungs
        watching = GaugeMetricFamily(f"{_PREFIX}_viewers", "Who watches.", labels=["stream"])
        for stream in ("main", "player"):
            watching.add_metric([stream], sum(one.stream == stream for one in figures.viewers))
        yield watching
        yield from _of_viewers(figures.viewers)


def _of_viewers(viewers: tuple[ViewerFigures, ...]) -> Iterator[Metric]:
    for name, told, value_of in _GAUGES:
        gauge = GaugeMetricFamily(f"{_PREFIX}_{name}", told, labels=_LABELS)
        for one in viewers:
            value = value_of(one)
            if value is not None:
                gauge.add_metric([str(one.number), one.stream], value)
        yield gauge
    for name, told, count_of in _COUNTERS:
        counter = CounterMetricFamily(f"{_PREFIX}_{name}", told, labels=_LABELS)
        for one in viewers:
            counter.add_metric([str(one.number), one.stream], count_of(one))
        yield counter


def _is_of_this_machine(request: _Request) -> bool:
    """Say whether a program of this machine asks for itself: a proxy here asks for somebody out there, and says so."""
    if any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via")):
        return False
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _may_read(request: _Request, access: Access) -> bool:
    try:
        held = access.held(bearer(request.headers.get("Authorization", "")), clock.wall_s())
    except TokenError:
        return False
    return not out_of_scope(held, "read")
