/** The viewer's own votes: pushes for a camp, and the choice in a poll. None is lost with the line: it is sent again. */

import type { Camp, FromViewer, PushUpdate, Welcome } from "./protocol";
import type { State } from "./state";

export const OPEN_PUSHES_MAX = 32; // as many as the room remembers of a viewer
export const OPEN_PUSH_MS_MAX = 60_000; // who pressed longer ago means something else by now

/** A push that is not done: on its way, or accepted and waiting for the kick-off. */
export interface OwnPush {
  readonly id: string;
  readonly camp: Camp;
  readonly is_waiting: boolean;
  readonly at_ms: number;
}

/** What the viewer chose last in a poll; `is_open` until the room has said that it counts. */
export interface OwnChoice {
  readonly poll: number;
  readonly question: string;
  readonly choice: number;
  readonly is_open: boolean;
}

/** Remember a press before it is sent. */
export function withPush(state: State, id: string, camp: Camp, now_ms: number): State {
  return { ...state, pushes: [...state.pushes, { id, camp, is_waiting: false, at_ms: now_ms }].slice(-OPEN_PUSHES_MAX) };
}

/** Take what the room says of a push, which may be a word of the chat or another page's press. */
export function withPushTold(state: State, told: PushUpdate, now_ms: number): State {
  const others = state.pushes.filter((one) => one.id !== told.id);
  if (told.state !== "queued") return { ...state, pushes: others, pushed: state.pushed + (told.state === "done" ? 1 : 0) };
  const waiting = { id: told.id, camp: told.camp, is_waiting: true, at_ms: now_ms };
  return { ...state, pushes: [...others, waiting].slice(-OPEN_PUSHES_MAX) };
}

/** Remember a choice before it is sent. */
export function withChoice(state: State, choice: number): State {
  const poll = state.poll?.poll;
  return poll === undefined ? state : { ...state, choice: { poll: poll.id, question: poll.question, choice, is_open: true } };
}

/** Forget a choice that was refused: the one before it, if there was one, still counts. */
export function withoutOpenChoice(state: State): State {
  const { choice, vote, poll } = state;
  const is_of_poll = choice !== null && vote !== null && choice.poll === poll?.poll.id;
  return { ...state, choice: is_of_poll ? { ...choice, choice: vote, is_open: false } : null };
}

/** Come back to the room: in a new life of it, what was done in the one before is not known, nor all that was chosen. */
export function withVotesAfter(state: State, welcome: Welcome, is_same_life: boolean, now_ms: number): State {
  const choice = state.choice !== null && !is_same_life && welcome.vote !== state.choice.choice ? { ...state.choice, is_open: true } : state.choice;
  return { ...state, choice, pushes: state.pushes.filter((one) => !one.id.includes(":") && now_ms - one.at_ms < OPEN_PUSH_MS_MAX) };
}

/** Return the votes that the room may not have heard: it counts each once. */
export function openVotes(state: State): readonly FromViewer[] {
  const pushes = state.pushes.map(({ id, camp }) => ({ type: "camp", id, camp }) as const);
  const { choice, poll } = state;
  const is_asked = choice?.is_open === true && poll !== null && !poll.is_over && poll.poll.id === choice.poll && poll.poll.question === choice.question;
  return is_asked ? [{ type: "vote", poll: choice.poll, choice: choice.choice }, ...pushes] : pushes;
}
