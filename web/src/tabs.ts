/** The tabs of one browser are one viewer: which of them makes a newcomer known, and which of them plays. */

import { randomId } from "./identity";

const TURN_MS_MAX = 3_000;

export interface Claim {
  readonly token: string;
  readonly at_ms: number;
  readonly tab: string;
}

/** Say whether `theirs` takes the game from `ours`: the later claim does, and of two at one moment always the same. */
export function isTakenBy(theirs: Claim, ours: Claim): boolean {
  if (theirs.token !== ours.token) return false;
  return theirs.at_ms > ours.at_ms || (theirs.at_ms === ours.at_ms && theirs.tab > ours.tab);
}

export class Tabs {
  private readonly tab = randomId();
  private readonly channel = channelOrNone();
  private ours: Claim | null = null;

  /** Call `taken` when a newer tab enters the game that this one claimed. */
  constructor(taken: () => void) {
    this.channel?.addEventListener("message", (event: MessageEvent<Claim>) => {
      if (this.ours === null || !isTakenBy(event.data, this.ours)) return;
      this.ours = null;
      taken();
    });
  }

  /** Enter the game of `token` here, and nowhere else any more. */
  claim(token: string): void {
    this.ours = { token, at_ms: Date.now(), tab: this.tab }; // the time of day: tabs have no other clock in common
    this.channel?.postMessage(this.ours);
  }
}

/**
 * Wait until no other tab is on its way into the room, so that this one finds the wallet which that one is given.
 *
 * Call what is returned once this tab is in. Where no tab can wait for another (plain http, no storage), none does, and
 * none waits long for one that does not come in.
 */
export function entranceTurn(): Promise<() => void> {
  return new Promise((begin) => {
    const locks = navigator.locks as LockManager | undefined;
    const patience = { signal: AbortSignal.timeout(TURN_MS_MAX) };
    const begun = locks?.request("avatar_live.entrance", patience, () => new Promise<void>(begin));
    if (begun === undefined) begin(() => undefined);
    else begun.catch(() => begin(() => undefined));
  });
}

/** Return the line between tabs, or null where there is none: Firefox forbids it together with storage. */
function channelOrNone(): BroadcastChannel | null {
  try {
    return new BroadcastChannel("avatar_live.game");
  } catch {
    return null;
  }
}
