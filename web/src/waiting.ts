/** Lines that wait: one's own, and for a moderator everybody's. */

import type { Decided, Held, Waiting } from "./protocol";
import type { State } from "./state";

export const WAITING_MAX = 200; // lines that a page remembers; the room bounds them, too

/** Remember an own line that is not told yet. */
export function withWaiting(state: State, line: Waiting): State {
  return { ...state, waiting: [...state.waiting.filter((one) => one.id !== line.id), line].slice(-WAITING_MAX) };
}

/** Remember a line that asks for a moderator. */
export function withHeld(state: State, line: Held): State {
  return { ...state, held: [...state.held.filter((one) => one.id !== line.id), line].slice(-WAITING_MAX) };
}

/** Forget a line that waits no longer. */
export function withDecided(state: State, decided: Decided): State {
  const is_open = (one: { readonly id: number }): boolean => one.id !== decided.id;
  return { ...state, waiting: state.waiting.filter(is_open), held: state.held.filter(is_open) };
}
