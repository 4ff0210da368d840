"""Which rung one viewer's network can carry: what it reports comes in, a rung and padding for a try upwards go out.

Down it goes when the network shows that it is full, by any of three signs, because each is blind to something:

- The receiver's estimate (REMB) falls below what is sent. It falls within a third of a second of a squeeze, but only
  from above: after a way up it begins at what was sent before and grows by 8 % a second, which is no sign of anything.
- Much is lost. A little loss, or more of it without a longer round trip, is bad luck and repaired, not a full network.
- The round trip grows: a deep queue fills.

Up it goes by a probe. What is sent on the small rung says nothing of a network that could carry more, and to try the
full rung on one that cannot would freeze the picture. So packets that the viewer has are sent again beside the small
rung, few at first and after `PROBE_S` as many as the full rung would take, and none after the first sign. When
`LISTEN_S` later nothing was heard, the full rung begins with its next keyframe. Waits between probes grow to
`WAIT_S_MAX`, the pace at which browsers themselves probe a connection whose sender has nothing to say.
"""

from math import exp, log
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from avatar_live.broadcast.feedback import Estimate, Feedback, Missing, Reception

FULL, SMALL = 0, 1

LOSS_MEMORY_S: Final = 0.8
LOSS_MAX: Final = 0.25  # of lost packets repaired by asking, one in four is lost again, and the second time takes long
CROWDED_LOSS_MAX: Final = 0.05  # with a round trip longer by `DELAY_S_MAX`
DELAY_S_MAX: Final = 0.1
QUEUE_S_MAX: Final = 0.4  # a round trip longer by this is a full queue, lost packets or not
LEAST_RTT_GROWTH: Final = 0.002  # seconds a second: after a change of networks the new one is what counts, in time
PEAK_MEMORY_S: Final = 3.0
FALL_SHARE: Final = 0.95  # an estimate below this share of its recent peak has fallen
SENT_SHARE: Final = 0.9  # an estimate below this share of what is sent is too little for it

CONFIRM_S: Final = 0.15  # two estimates in a row, five a second; a single one may be a hiccup of the browser
WAIT_S_MIN: Final = 2.0
WAIT_S_MAX: Final = 5.0
BLIND_WAIT_S_MAX: Final = 60.0  # for a viewer who cannot be probed, each failed try is a freeze
WAIT_GROWTH: Final = 1.5
BLIND_WAIT_GROWTH: Final = 3.0
FAILED_S: Final = 8.0  # down again so soon after the way up, and the try was wrong
PROBE_S: Final = 2.2  # slow enough that a sign, which takes half a second to come, finds a short queue
PROBE_SHARE: Final = 1.15  # of the full rung's bit rate, for its keyframes
LISTEN_S: Final = 1.0
PROBE_LOSS_MAX: Final = 0.08  # more than before the probe
# Or so many packets asked for again, beside twice those of the loss before: the first word of a queue that is full, a
# tenth of a second before a report says it. Every further packet of the probe costs one of the picture then.
PROBE_MISSING_MAX: Final = 3
PACKET_BITS: Final = 1_200 * 8
PROBE_DELAY_S_MAX: Final = 0.2  # longer than before; a busy browser takes half of that to answer


class Weather(Struct, frozen=True):
    """Hold what one viewer has reported: its newest estimate and the highest of late, loss (0..1) averaged over
    `LOSS_MEMORY_S`, the round trip beside the shortest one, and how many packets it has asked for again."""

    estimate_bps: float | None = None
    peak_bps: float = 0.0
    peak_s: float = 0.0
    loss: float = 0.0
    loss_s: float | None = None
    rtt_s: float | None = None
    rtt_least_s: float = 0.0
    missing: int = 0

    @property
    def delay_s(self) -> float:
        """Return how much longer than the shortest one the last round trip was."""
        return 0.0 if self.rtt_s is None else self.rtt_s - self.rtt_least_s


class Rates(Struct, frozen=True):
    """Say what the rungs take just now, bits a second."""

    full_bps: float
    small_bps: float


class Course(Struct, frozen=True):
    """Say where a viewer goes: the `rung` wanted for it, when that began, and how the next way up is tried."""

    rung: int = FULL
    since_s: float = float("-inf")
    full_since_s: float | None = None  # the network has shown a sign in every look since
    wait_s: float = WAIT_S_MIN
    try_s: float = float("-inf")
    probe_s: float | None = None  # when the probe began that is under way
    before: Weather = Weather()  # the probe


def heard(weather: Weather, feedback: Feedback, now_s: float) -> Weather:
    """Return what is known of the network after one more report; those of the sound say nothing new."""
    match feedback:
        case Estimate(bitrate_bps):
            if bitrate_bps >= weather.peak_bps or now_s - weather.peak_s > PEAK_MEMORY_S:
                return replace(weather, estimate_bps=bitrate_bps, peak_bps=bitrate_bps, peak_s=now_s)
            return replace(weather, estimate_bps=bitrate_bps)
        case Reception("video", loss=loss, rtt_s=rtt_s):
            # Who asks for lost packets reports with every ask: a report counts by the time that it speaks of.
            span_s = 1.0 if weather.loss_s is None else now_s - weather.loss_s
            weight = 1.0 - exp(-span_s / LOSS_MEMORY_S)
            weather = replace(weather, loss=weather.loss + weight * (loss - weather.loss), loss_s=now_s)
            if rtt_s is None:
                return weather
            is_first = weather.rtt_s is None
            least_s = rtt_s if is_first else min(rtt_s, weather.rtt_least_s + span_s * LEAST_RTT_GROWTH)
            return replace(weather, rtt_s=rtt_s, rtt_least_s=least_s)
        case Reception():
            return weather
        case Missing():
            return replace(weather, missing=weather.missing + 1)


def is_full(weather: Weather, sent_bps: float) -> bool:
    """Say whether the network shows a sign that it cannot carry `sent_bps`."""
    estimate_bps = weather.estimate_bps
    has_fallen = estimate_bps is not None and estimate_bps < weather.peak_bps * FALL_SHARE
    is_short = has_fallen and estimate_bps is not None and estimate_bps < sent_bps * SENT_SHARE
    is_crowded = weather.loss > CROWDED_LOSS_MAX and weather.delay_s > DELAY_S_MAX
    return is_short or weather.loss > LOSS_MAX or is_crowded or weather.delay_s > QUEUE_S_MAX


def decide(course: Course, weather: Weather, rates: Rates, now_s: float, *, can_probe: bool = True) -> Course:
    """Return where the viewer goes now. Call it after every report, and on the small rung ten times a second."""
    if course.rung == FULL:
        return _on_full(course, weather, rates, now_s, can_probe)
    if course.probe_s is not None:
        return _in_probe(course, weather, rates, now_s)
    if is_full(weather, rates.small_bps):
        return replace(course, try_s=max(course.try_s, now_s + WAIT_S_MIN))
    if now_s < course.try_s:
        return course
    if can_probe:
        return replace(course, probe_s=now_s, before=weather)
    return replace(course, rung=FULL, since_s=now_s, full_since_s=None)


def padding_bps(course: Course, rates: Rates, now_s: float) -> float:
    """Return how much is to be sent beside the stream now: a probe grows by equal factors in equal times."""
    if course.probe_s is None or not 0.0 <= now_s - course.probe_s <= PROBE_S:
        return 0.0
    whole_bps = max(rates.full_bps * PROBE_SHARE, rates.small_bps)
    growth = whole_bps / rates.small_bps if rates.small_bps else 1.0
    return rates.small_bps * (exp(log(growth) * (now_s - course.probe_s) / PROBE_S) - 1.0)


def _on_full(course: Course, weather: Weather, rates: Rates, now_s: float, can_probe: bool) -> Course:
    if not is_full(weather, rates.full_bps):
        return course if course.full_since_s is None else replace(course, full_since_s=None)
    if course.full_since_s is None:
        return replace(course, full_since_s=now_s)
    if now_s - course.full_since_s < CONFIRM_S:
        return course
    wait_s = WAIT_S_MIN
    if now_s - course.since_s < FAILED_S:
        wait_s = _longer(course.wait_s, can_probe)
    return Course(SMALL, since_s=now_s, wait_s=wait_s, try_s=now_s + wait_s)


def _in_probe(course: Course, weather: Weather, rates: Rates, now_s: float) -> Course:
    assert course.probe_s is not None
    before = course.before
    has_fallen = (
        weather.estimate_bps is not None
        and before.estimate_bps is not None
        and weather.estimate_bps < before.estimate_bps * FALL_SHARE
    )
    packets = (now_s - course.probe_s) * rates.small_bps / PACKET_BITS
    is_lossy = (
        weather.loss > before.loss + PROBE_LOSS_MAX
        or weather.missing - before.missing > PROBE_MISSING_MAX + 2.0 * before.loss * packets
    )
    if has_fallen or is_lossy or weather.delay_s > before.delay_s + PROBE_DELAY_S_MAX:
        wait_s = _longer(course.wait_s, can_probe=True)
        return replace(course, probe_s=None, wait_s=wait_s, try_s=now_s + wait_s)
    if now_s - course.probe_s < PROBE_S + LISTEN_S:
        return course
    return replace(course, rung=FULL, since_s=now_s, full_since_s=None, probe_s=None)


def _longer(wait_s: float, can_probe: bool) -> float:
    if can_probe:
        return min(wait_s * WAIT_GROWTH, WAIT_S_MAX)
    return min(wait_s * BLIND_WAIT_GROWTH, BLIND_WAIT_S_MAX)
