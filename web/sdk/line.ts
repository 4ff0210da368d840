/** What the lines of programs and of viewers have in common. */

export const RETRY_FIRST_MS = 400;
export const RETRY_MAX_MS = 8_000;

/** How the line is: open, away and coming back by itself, or closed for good. */
export type Link =
  | { readonly at: "open" }
  | { readonly at: "away"; readonly reason: string }
  | { readonly at: "closed"; readonly reason: string; readonly code: number };

/** Say whether a close code asks for a change first: coming back by itself would be of no use. */
export function is_for_good(code: number): boolean {
  return code >= 4100 && code < 4200;
}

/** Call a listener; what it throws is its own fault, and others hear what comes after. */
export function tell_one(call: () => void): void {
  try {
    call();
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}

/** Return where a websocket of a show is. */
export function room_url(address: string, path: string): URL {
  const url = new URL(`${address.replace(/\/$/, "")}${path}`);
  url.protocol = url.protocol.replace("http", "ws");
  return url;
}
