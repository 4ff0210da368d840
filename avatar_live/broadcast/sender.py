"""Send one stream to one peer: the shared payloads under headers of the viewer's own, and lost ones once more."""

import secrets
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

from avatar_live import clock
from avatar_live.broadcast.feedback import RoundTrip
from avatar_live.broadcast.headers import Line, Timeline
from avatar_live.broadcast.parcels import Form, Parcel
from avatar_live.broadcast.repairs import Repairs
from avatar_live.broadcast.reports import Reports
from avatar_live.broadcast.routes import Route

SENT_MAX: Final = 128  # frames: two seconds at 60 fps, which is as long as their packets are kept
_SEQUENCE_START_MAX: Final = 1 << 15  # in the lower half, for SRTP's count of rounds (RFC 3711, 3.3.1)


class _Sent(NamedTuple):
    """Remember under which number and time this viewer was sent a parcel's first packet."""

    parcel: Parcel
    sequence: int
    timestamp: int


class RtpSender:
    """Keep one viewer's place in one stream; `resent` counts the packets that were sent again.

    `round_trip` is told of each sender report.
    """

    def __init__(self, line: Line, route: Route, round_trip: RoundTrip, now: Callable[[], float]) -> None:
        self._line = line
        self._route = route
        self._now = now
        self._form = Form(line.payload_type, len(line.extensions.at(0.0)), route.tag_bytes)
        self._next = secrets.randbelow(_SEQUENCE_START_MAX)  # not wrapped to 16 bits
        self._resent_next = secrets.randbelow(_SEQUENCE_START_MAX)
        self._timeline = Timeline(secrets.randbits(32))
        self._sent: deque[_Sent] = deque(maxlen=SENT_MAX)
        self._repairs = Repairs()
        self._reports = Reports(line.ssrc, line.cname, round_trip)
        self._unfinished: _Sent | None = None
        self._burst = 0
        self._packets = self._octets = self.resent = 0

    def send(self, parcel: Parcel) -> bool:
        """Send the first burst of a frame; False when it could not leave, and then the viewer misses the frame."""
        if self._unfinished is not None:
            self.finish()
        now_s = self._now()
        sent = _Sent(parcel, self._next, self._timeline.timestamp(parcel.frame))
        if not self._send_burst(sent, 0, now_s):
            return False
        self._repairs.earn(parcel.octets, now_s)
        if self._sent and self._sent[-1].parcel.frame.rung != parcel.frame.rung:
            # Nobody needs what this keyframe replaces, least of all a network that was too narrow for it.
            self._sent.clear()
        self._sent.append(sent)
        self._next += len(parcel.payloads)
        self._packets += len(parcel.payloads)
        self._octets += parcel.octets
        if len(parcel.bursts) > 1:
            self._unfinished, self._burst = sent, 1
        if now_s >= self._reports.due_s:
            self._report(sent, now_s)
        return True

    def go_on(self, parcel: Parcel) -> None:
        """Send the next burst of a frame that is not all sent. What cannot leave now counts as lost on the way."""
        unfinished = self._unfinished
        if unfinished is None or unfinished.parcel is not parcel:
            return
        self._send_burst(unfinished, self._burst, self._now())
        self._burst += 1
        if self._burst == len(parcel.bursts):
            self._unfinished = None

    def finish(self) -> None:
        """Send at once what is left of a frame, since another comes."""
        while self._unfinished is not None:
            self.go_on(self._unfinished.parcel)

    def resend(self, sequence: int) -> None:
        """Send a packet that the peer misses again, by its 16-bit number, in the stream that was agreed on for that.

        Without such a stream nothing is sent again: the same number under another time of sending would be another
        message under the same key stream. What is sent again goes twice as long as the budget is ample.
        """
        line = self._line
        lost = self._next - (self._next - sequence & 0xFFFF)
        if line.resent_type is None or lost == self._next:
            return
        sent = next((one for one in reversed(self._sent) if one.sequence <= lost), None)
        if sent is None or not lost - sent.sequence < len(sent.parcel.payloads):
            return
        repairs, now_s = self._repairs, self._now()
        if repairs.is_on_its_way(lost, now_s):
            return
        if self._send_again(sent, lost, lambda size: repairs.allow(lost, size, now_s)):
            self._send_again(sent, lost, repairs.spare)

    def close(self) -> None:
        """Say that the stream is over."""
        self._route.report(self._reports.goodbye())

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
        if not self.can_repeat or not self._sent:
            return
        newest = self._sent[-1]
        at = count = len(newest.parcel.payloads)
        while size > 0 and count:
            at = (at or count) - 1
            sent_bytes = self._send_again(newest, newest.sequence + at, lambda _: True)
            if not sent_bytes:
                return
            size -= sent_bytes

    def _send_again(self, sent: _Sent, sequence: int, allow: Callable[[int], bool]) -> int:
        """Return how many bytes were sent: none when they are not allowed or could not leave."""
        line, now_s = self._line, self._now()
        assert line.resent_type is not None
        form = Form(line.resent_type, self._form.extension_bytes, self._form.tag_bytes)
        blank = sent.parcel.once_more(sequence - sent.sequence, form, sequence & 0xFFFF)
        if not allow(len(blank)):
            return 0
        extensions = line.extensions.at(now_s)
        if not self._route.send(blank, len(blank), self._resent_next, sent.timestamp, line.resent_ssrc, extensions):
            return 0
        self._resent_next += 1
        self.resent += 1
        return len(blank)

    def _report(self, sent: _Sent, now_s: float) -> None:
        frame, timestamp = sent.parcel.frame, sent.timestamp
        report = self._reports.make(frame, timestamp, self._packets, self._octets, now_s, clock.wall_s())
        if report is not None:
            self._route.report(report)

    def _send_burst(self, sent: _Sent, burst: int, now_s: float) -> bool:
        """Return False when not even the first packets of the frame could leave."""
        parcel, form, ssrc = sent.parcel, self._form, self._line.ssrc
        extensions = self._line.extensions.at(now_s)
        for run in parcel.bursts[burst].runs:
            blank = parcel.blank(run, form)
            stride = form.around_bytes + len(parcel.payloads[run.first])
            sequence = sent.sequence + run.first
            if (
                not self._route.send(blank, stride, sequence, sent.timestamp, ssrc, extensions)
                and sequence == self._next
            ):
                return False
        return True
