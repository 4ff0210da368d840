"""Polls and quizzes: the host asks, each viewer has one vote, and counts go out with the tick."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from avatar_live.protocol.together import (
    CHOICE_CHARACTERS_MAX,
    CHOICES_MAX,
    CHOICES_MIN,
    POLL_SECONDS_MAX,
    POLL_SECONDS_MIN,
    POLL_SHOWN_S,
    QUESTION_CHARACTERS_MAX,
    OwnVote,
    Poll,
)
from avatar_live.protocol.wire import Refused
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.bucket import take
from avatar_live.room.state import CAMP_ALLOWANCE, Ballot, Room
from avatar_live.room.text import cleaned

TOLD_EVERY_S: Final = 0.5
RUNNING: Final = "A poll is running; end it first."
NOT_RUNNING: Final = "There is no poll to vote in just now."
NO_SUCH_CHOICE: Final = "There is no such choice."
TOO_FAST: Final = "That was too fast; wait a second and vote again."


class Asked(msgspec.Struct, frozen=True):
    """What the host wants to know; with an `answer`, the number of the right choice, it is a quiz."""

    question: str
    choices: tuple[str, ...]
    seconds: float
    answer: int | None = None


def asked(question: str, choices: Sequence[str], seconds: float, answer: int | None) -> Asked | str:
    """Return a poll whose text is clean and within its limits, or say in a sentence why it is none."""
    question, cleaned_choices = cleaned(question), tuple(cleaned(choice) for choice in choices)
    if not 0 < len(question) <= QUESTION_CHARACTERS_MAX:
        return f"A question has 1 to {QUESTION_CHARACTERS_MAX} characters that can be read."
    if not CHOICES_MIN <= len(cleaned_choices) <= CHOICES_MAX:
        return f"A poll has {CHOICES_MIN} to {CHOICES_MAX} choices."
    if not all(0 < len(choice) <= CHOICE_CHARACTERS_MAX for choice in cleaned_choices):
        return f"A choice has 1 to {CHOICE_CHARACTERS_MAX} characters that can be read."
    if len(set(cleaned_choices)) < len(cleaned_choices):
        return "Two choices read the same."
    if not POLL_SECONDS_MIN <= seconds <= POLL_SECONDS_MAX:
        return f"A poll lasts {POLL_SECONDS_MIN} to {POLL_SECONDS_MAX} seconds."
    if answer is not None and not 0 <= answer < len(cleaned_choices):
        return "The answer is the number of a choice, from 0 on."
    return Asked(question, cleaned_choices, seconds, answer)


def is_running(room: Room) -> bool:
    """Say whether viewers can vote."""
    return room.ballot is not None and not room.ballot.is_over


def opened(room: Room, event: ev.PollOpened, now_s: float) -> tuple[Room, fx.Effects]:
    """Let viewers vote."""
    poll = asked(event.question, event.choices, event.seconds, event.answer)
    if is_running(room) or isinstance(poll, str):
        return room, ()
    ballot = Ballot(
        id=room.polls + 1,
        question=poll.question,
        choices=poll.choices,
        answer=poll.answer,
        until_s=now_s + poll.seconds,
        counts=(0,) * len(poll.choices),
        told_s=now_s,
    )
    room = replace(room, ballot=ballot, polls=ballot.id)
    report = fx.Report(
        "poll_started",
        {
            "poll": ballot.id,
            "question": ballot.question,
            "choices": len(ballot.choices),
            "seconds": event.seconds,
            "is_quiz": event.answer is not None,
        },
    )
    return room, (fx.TellAll(poll_of(ballot, now_s)), report)


def voted(room: Room, event: ev.Voted, now_s: float) -> tuple[Room, fx.Effects]:
    """Count a vote, in place of the one that the viewer had before."""
    ballot, viewer = room.ballot, room.viewers.get(event.viewer)
    assert viewer is not None
    bucket = take(viewer.press, CAMP_ALLOWANCE, now_s)
    if bucket is None:
        return room, (fx.Tell(event.viewer, Refused("vote", TOO_FAST)),)
    room = replace(room, viewers=room.viewers.with_entry(event.viewer, replace(viewer, press=bucket)))
    if ballot is None or ballot.is_over or ballot.id != event.poll:
        return room, (fx.Tell(event.viewer, Refused("vote", NOT_RUNNING)),)
    if not 0 <= event.choice < len(ballot.choices):
        return room, (fx.Tell(event.viewer, Refused("vote", NO_SUCH_CHOICE)),)
    counts, before = list(ballot.counts), ballot.votes.get(event.viewer)
    if before is not None:
        counts[before] -= 1
    counts[event.choice] += 1
    votes = ballot.votes.with_entry(event.viewer, event.choice)
    room = replace(room, ballot=replace(ballot, votes=votes, counts=tuple(counts), is_changed=True))
    return room, (fx.Tell(event.viewer, OwnVote(ballot.id, event.choice)),)


def closed(room: Room, now_s: float) -> tuple[Room, fx.Effects]:
    """End a poll before its time."""
    return _ended(room, room.ballot, now_s) if room.ballot is not None and not room.ballot.is_over else (room, ())


def tick(room: Room, now_s: float) -> tuple[Room, fx.Effects]:
    """Tell how the votes stand, and end what is over."""
    ballot = room.ballot
    if ballot is None or ballot.is_over:
        return room, ()
    if now_s >= ballot.until_s:
        return _ended(room, ballot, now_s)
    if not ballot.is_changed or ballot.answer is not None or now_s - ballot.told_s < TOLD_EVERY_S:
        return room, ()
    ballot = replace(ballot, is_changed=False, told_s=now_s)
    return replace(room, ballot=ballot), (fx.TellAll(poll_of(ballot, now_s)),)


def poll_of(ballot: Ballot, now_s: float) -> Poll:
    """Return what everybody may know of a poll."""
    is_quiz = ballot.answer is not None
    return Poll(
        id=ballot.id,
        question=ballot.question,
        choices=ballot.choices,
        votes=() if is_quiz and not ballot.is_over else ballot.counts,
        seconds_left=0.0 if ballot.is_over else round(max(ballot.until_s - now_s, 0.0), 1),
        is_quiz=is_quiz,
        is_over=ballot.is_over,
        answer=ballot.answer if ballot.is_over else None,
    )


def welcome(room: Room, viewer: str, now_s: float) -> tuple[Poll | None, int | None]:
    """Return the poll that a newcomer sees, and the own vote in it."""
    ballot = room.ballot
    if ballot is None or (ballot.is_over and now_s - ballot.until_s > POLL_SHOWN_S):
        return None, None
    return poll_of(ballot, now_s), ballot.votes.get(viewer)


def _ended(room: Room, ballot: Ballot, now_s: float) -> tuple[Room, fx.Effects]:
    ballot = replace(ballot, is_over=True, until_s=min(ballot.until_s, now_s))
    most = max(ballot.counts)
    winner = ballot.choices[ballot.counts.index(most)] if most else ""
    answer = "" if ballot.answer is None else ballot.choices[ballot.answer]
    report = fx.Report(
        "poll_ended",
        {
            "poll": ballot.id,
            "question": ballot.question,
            "winner": winner,
            "votes": most,
            "total": sum(ballot.counts),
            "answer": answer,
            "right": 0 if ballot.answer is None else ballot.counts[ballot.answer],
        },
    )
    return replace(room, ballot=ballot), (fx.TellAll(poll_of(ballot, now_s)), report)
