"""Everybody who is sent the same packets at the same time: no more than the headers are each viewer's own."""

import heapq
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

from avatar_live.broadcast.headers import Extensions, Timeline
from avatar_live.broadcast.parcels import Form, Parcel
from avatar_live.broadcast.reports import is_silence
from avatar_live.signals.encoded import EncodedFrame

if TYPE_CHECKING:
    from avatar_live.broadcast.sender import RtpSender

REPORTS_LOOK_S: Final = 0.25  # reports are made together: the first finds nothing in the caches, the others do
SENT_MAX: Final = 128  # frames: two seconds at 60 fps, which is as long as their packets are kept


class Sent(NamedTuple):
    """Remember under which number and time of its group a parcel's first packet was sent."""

    parcel: Parcel
    number: int
    timestamp: int


class Seat(NamedTuple):
    """Keep what is one sender's own, where no more memory than this is touched for each frame."""

    send: Callable[[bytes, int, int, int, int], bool]
    number_shift: int
    timestamp_shift: int
    ssrc: int


class Group:
    """Send one stream's frames to senders in step, whose numbers and times differ from the group's by constants.

    What a frame changes is kept here and once, since to look after it for each viewer was half of what a viewer costs.
    `number` is the next packet's, from 0 on; `octets` were sent.
    """

    def __init__(self, form: Form, extensions: Extensions, now: Callable[[], float]) -> None:
        self._form = form
        self._extensions = extensions
        self._now = now
        self._timeline = Timeline(0)
        self._seats: dict[RtpSender, Seat] = {}  # in the order in which they came
        self._due: list[tuple[float, int, RtpSender, Seat]] = []  # a heap of who is to report when
        self._look_s = float("-inf")
        self._unheard: dict[RtpSender, Seat] = {}  # who was sent silence alone, and is not asked again before a sound
        self._tickets = count()
        self._coming: Sent | None = None
        self._unfinished: Sent | None = None
        self._burst = 0
        self.sent: deque[Sent] = deque(maxlen=SENT_MAX)
        self.number = self.octets = 0

    def __len__(self) -> int:
        return len(self._seats)

    def join(self, sender: "RtpSender", parcel: Parcel) -> None:
        """Let a sender in, to whom this parcel is the first; one who is in is no error."""
        if sender not in self._seats:
            self.finish()
            sender.fall_in(self, self._placed(parcel))
            seat = Seat(sender.route.send, sender.number_shift, sender.timestamp_shift, sender.ssrc)
            self._seats[sender] = seat
            self._await_report(sender, seat)

    def leave(self, sender: "RtpSender") -> None:
        """Let a sender go, after the frame that it was sent a part of; to the others that goes on at its pace."""
        if self._unfinished is not None:
            for burst in range(self._burst, len(self._unfinished.parcel.bursts)):
                self._send_burst(self._unfinished, burst, {sender: self._seats[sender]})
        del self._seats[sender]
        self._unheard.pop(sender, None)
        if not self._seats:  # no frame may come for long, which would let go of who has left
            self._due.clear()

    def send(self, parcel: Parcel) -> int:
        """Send the first burst of a frame, and return to how many; to whom it could not leave falls out."""
        self.finish()
        sent, refused = self._placed(parcel), set["RtpSender"]()
        try:
            refused = self._send_burst(sent, 0, self._seats)
        finally:
            for sender in refused:
                sender.refuse()
            # Whatever becomes of the frame, its numbers are used: under one number the keys encrypt one packet.
            self.sent.append(sent)
            self.number += len(parcel.payloads)
            self.octets += parcel.octets
        if len(parcel.bursts) > 1:
            self._unfinished, self._burst = sent, 1
        self._report(sent)
        return len(self._seats)

    def go_on(self, parcel: Parcel) -> None:
        """Send the next burst of a frame that is not all sent. What cannot leave now counts as lost on the way."""
        unfinished = self._unfinished
        if unfinished is None or unfinished.parcel is not parcel:
            return
        self._send_burst(unfinished, self._burst, self._seats)
        self._burst += 1
        if self._burst == len(parcel.bursts):
            self._unfinished = None

    def finish(self) -> None:
        """Send at once what is left of a frame, since another comes."""
        while self._unfinished is not None:
            self.go_on(self._unfinished.parcel)

    def _report(self, sent: Sent) -> None:
        now_s = self._now()
        if self._unheard and not is_silence(sent.parcel.frame):
            for sender, seat in self._unheard.items():
                self._await_report(sender, seat)
            self._unheard.clear()
        if now_s < self._look_s:
            return
        self._look_s, due = now_s + REPORTS_LOOK_S, []
        while self._due and self._due[0][0] <= now_s:
            due.append(heapq.heappop(self._due))
        for _, _, sender, seat in due:
            if self._seats.get(sender) is not seat:
                continue
            if sender.report(sent, now_s):
                self._await_report(sender, seat)
            else:
                self._unheard[sender] = seat

    def _await_report(self, sender: "RtpSender", seat: Seat) -> None:
        due_s = sender.reports.due_s
        heapq.heappush(self._due, (due_s, next(self._tickets), sender, seat))
        self._look_s = min(self._look_s, due_s)

    def _placed(self, parcel: Parcel) -> Sent:
        if self._coming is None or self._coming.parcel is not parcel:
            self._coming = Sent(parcel, self.number, self._timeline.timestamp(parcel.frame))
        return self._coming

    def _send_burst(self, sent: Sent, burst: int, seats: dict["RtpSender", Seat]) -> set["RtpSender"]:
        """Return those to whom not even the first packets of the frame could leave."""
        parcel, refused = sent.parcel, set["RtpSender"]()
        form = Form(self._form.payload_type, self._extensions.at(self._now()), self._form.tag_bytes)
        for run in parcel.bursts[burst]:
            blank = parcel.blank(run, form)
            stride = form.around_bytes + len(parcel.payloads[run.first])
            number, timestamp = sent.number + run.first, sent.timestamp
            late = {
                sender
                for sender, (send, number_shift, timestamp_shift, ssrc) in seats.items()
                if not send(blank, stride, number + number_shift, timestamp + timestamp_shift, ssrc)
            }
            if late and run.first == 0:
                refused = late
                seats = {sender: seat for sender, seat in seats.items() if sender not in late}
        return refused


class Groups:
    """Keep the groups of one stream: a sender's is that of its kind, its rung and the form of its packets."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._groups: dict[tuple[str, int], dict[Form, Group]] = {}

    def admit(self, sender: "RtpSender", parcel: Parcel) -> None:
        """Let a sender be sent this parcel and those that follow."""
        groups = self._groups.setdefault(_kind(parcel.frame), {})
        group = groups.get(sender.form)
        if group is None:
            group = groups[sender.form] = Group(sender.form, sender.extensions, self._now)
        group.join(sender, parcel)

    def send(self, parcel: Parcel) -> int:
        """Send the first burst of a parcel, and return to how many."""
        groups = self._groups.get(_kind(parcel.frame), {})
        for form in [form for form, group in groups.items() if not group]:
            del groups[form]
        return sum(group.send(parcel) for group in groups.values())

    def go_on(self, parcel: Parcel) -> None:
        """Send the next burst."""
        for group in self._groups.get(_kind(parcel.frame), {}).values():
            group.go_on(parcel)


def _kind(frame: EncodedFrame) -> tuple[str, int]:
    return frame.kind, frame.rung
