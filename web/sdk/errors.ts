/** The show closed the line for good; `code` is the websocket's close code. */
export class ClosedError extends Error {
  constructor(
    reason: string,
    readonly code: number,
  ) {
    super(reason);
  }
}

/** The show says why it did not do what was asked. */
export class RefusedError extends Error {}
