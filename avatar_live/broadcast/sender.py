"""One viewer's place in one stream: numbers and times of its own in a group, and lost packets once more."""

import secrets
from collections import deque
from collections.abc import Callable
from itertools import takewhile
from typing import Final

from avatar_live import clock
from avatar_live.broadcast.feedback import RoundTrip
from avatar_live.broadcast.group import Group, Sent
from avatar_live.broadcast.headers import Line, Timeline
from avatar_live.broadcast.parcels import Form
from avatar_live.broadcast.repairs import Repairs
from avatar_live.broadcast.reports import Reports
from avatar_live.broadcast.routes import Route

_SEQUENCE_START_MAX: Final = 1 << 15  # in the lower half, for SRTP's count of rounds (RFC 3711, 3.3.1)


class RtpSender:
    """Keep one viewer's place in one stream; `resent` counts the packets that were sent again.

    In step, it is sent what its group is sent, `number_shift` and `timestamp_shift` beyond the group's numbers and
    times; `on_refused` is called when a frame could not leave, and then it has fallen out. `round_trip` is told of each
    sender report.
    """

    def __init__(
        self,
        line: Line,
        route: Route,
        round_trip: RoundTrip,
        now: Callable[[], float],
        on_refused: Callable[[], None] = lambda: None,
    ) -> None:
        self._line = line
        self._now = now
        self._on_refused = on_refused
        self._group: Group | None = None
        self._sent: deque[Sent] = deque()  # the group's, from `_since` on, and to `_number` when it has left
        self._since = self._earned = 0
        self._number = secrets.randbelow(_SEQUENCE_START_MAX)  # the next packet's, not wrapped to 16 bits
        self._resent_number = secrets.randbelow(_SEQUENCE_START_MAX)
        self._timeline = Timeline(secrets.randbits(32))
        self._repairs = Repairs()
        self._octets = self._octets_shift = self.resent = 0
        self._begin = self._number
        self.number_shift = self.timestamp_shift = 0
        self.route = route
        self.ssrc = line.ssrc
        self.extensions = line.extensions
        self.form = Form(line.payload_type, line.extensions.at(0.0), route.tag_bytes)
        self.reports = Reports(line.ssrc, line.cname, round_trip)

    @property
    def is_in_step(self) -> bool:
        """Say whether it is sent what a group is sent."""
        return self._group is not None

    @property
    def packets(self) -> int:
        """Return how many packets were sent, not counting those that were sent again."""
        return self._next - self._begin

    @property
    def octets(self) -> int:
        """Return how many octets of payload they held."""
        return self._octets if self._group is None else self._group.octets + self._octets_shift

    def fall_in(self, group: Group, first: Sent) -> None:
        """Go with a group from this parcel on. Nobody needs what came before, least of all a network that lost it."""
        self.fall_out()
        self.number_shift = self._number - first.number
        self.timestamp_shift = self._timeline.timestamp(first.parcel.frame) - first.timestamp
        self._octets_shift = self._octets - group.octets
        self._sent, self._since, self._earned = group.sent, first.number, first.number
        self._group = group

    def fall_out(self) -> None:
        """Leave the group, if there is one; numbers and times go on from here when another takes it in."""
        group = self._group
        if group is None:
            return
        group.leave(self)
        self._earn()
        self._number, self._octets = self._next, self.octets
        if group.sent:
            last = group.sent[-1]
            self._timeline.resume(last.parcel.frame, last.timestamp + self.timestamp_shift)
        self._group = None

    def refuse(self) -> None:
        """Fall out, since a frame could not leave: without it the viewer needs a keyframe."""
        self.fall_out()
        self._on_refused()

    def report(self, sent: Sent, now_s: float) -> bool:
        """Say when the frame just sent was captured, and how much was sent in all; False before any sound."""
        timestamp = sent.timestamp + self.timestamp_shift & 0xFFFFFFFF
        report = self.reports.make(sent.parcel.frame, timestamp, self.packets, self.octets, now_s, clock.wall_s())
        if report is None:
            return False
        self.route.report(report)
        return True

    def resend(self, sequence: int) -> None:
        """Send a packet that the peer misses again, by its 16-bit number, in the stream that was agreed on for that.

        Without such a stream nothing is sent again: the same number under another time of sending would be another
        message under the same key stream. What is sent again goes twice as long as the budget is ample.
        """
        following = self._next
        lost = following - (following - sequence & 0xFFFF)
        if self._line.resent_type is None or lost == following:
            return
        sent = self._sent_with(lost)
        if sent is None:
            return
        self._earn()
        repairs, now_s = self._repairs, self._now()
        if repairs.is_on_its_way(lost, now_s):
            return
        if self._send_again(sent, lost, lambda size: repairs.allow(lost, size, now_s)):
            self._send_again(sent, lost, repairs.spare)

    def close(self) -> None:
        """Say that the stream is over."""
        self.fall_out()
        self.route.report(self.reports.goodbye())

    def know(self, rtt_s: float, delay_s: float) -> None:
        """Take note of how long a packet and the word of it take, and how much of that is a queue that has grown."""
        self._repairs.know(rtt_s, delay_s)

    @property
    def can_repeat(self) -> bool:
        """Say whether packets may be sent again without being asked for."""
        return self._line.resent_type is not None

    def repeat(self, size: int) -> None:
        """Send about `size` bytes of the newest packets again, which the peer has already: padding that looks the part.

        The peer counts them in its estimate of the network and throws them away.
        """
        newest = self._sent_with(self._next - 1)
        if not self.can_repeat or newest is None:
            return
        at = count = len(newest.parcel.payloads)
        while size > 0:
            at = (at or count) - 1
            sent_bytes = self._send_again(newest, newest.number + self.number_shift + at, lambda _: True)
            if not sent_bytes:
                return
            size -= sent_bytes

    @property
    def _next(self) -> int:
        return self._number if self._group is None else self._group.number + self.number_shift

    def _sent_with(self, number: int) -> Sent | None:
        """Return what was sent with a packet of this number, if it was sent to this viewer and is still kept."""
        number -= self.number_shift
        if number < self._since:
            return None
        sent = next((one for one in reversed(self._sent) if one.number <= number), None)
        return sent if sent is not None and number - sent.number < len(sent.parcel.payloads) else None

    def _earn(self) -> None:
        """Let the budget of repairs grow by what was sent since it was last asked for."""
        if self._group is None:
            return
        for sent in reversed(list(takewhile(lambda one: one.number >= self._earned, reversed(self._sent)))):
            self._repairs.earn(sent.parcel.octets, sent.parcel.published_s)
            self._earned = sent.number + 1

    def _send_again(self, sent: Sent, number: int, allow: Callable[[int], bool]) -> int:
        """Return how many bytes were sent: none when they are not allowed or could not leave."""
        line = self._line
        assert line.resent_type is not None
        form = Form(line.resent_type, line.extensions.at(self._now()), self.form.tag_bytes)
        blank = sent.parcel.once_more(number - self.number_shift - sent.number, form, number & 0xFFFF)
        size = len(blank)
        if not allow(size):
            return 0
        timestamp = sent.timestamp + self.timestamp_shift
        if not self.route.send(blank, size, self._resent_number, timestamp, line.resent_ssrc):
            return 0
        self._resent_number += 1
        self.resent += 1
        return size
