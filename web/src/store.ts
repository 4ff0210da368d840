/** The one place where the page's state lives: messages go in, whoever listens is told of the new state. */

import type { ToViewer } from "./protocol";
import { type Happening, reduce } from "./reduce";
import type { State } from "./state";

export class Store {
  private readonly listeners: ((state: State, before: State) => void)[] = [];

  constructor(private current: State) {}

  get state(): State {
    return this.current;
  }

  /** Take a message in; nobody is told when it changed nothing. */
  dispatch(message: ToViewer | Happening): void {
    const before = this.current;
    this.current = reduce(before, message, performance.now());
    if (this.current === before) return;
    for (const listener of this.listeners) listener(this.current, before);
  }

  /** Call `listener` after every change. */
  subscribe(listener: (state: State, before: State) => void): void {
    this.listeners.push(listener);
  }
}
