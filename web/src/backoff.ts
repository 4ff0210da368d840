/** How long to wait before trying again: doubling, with jitter so that an audience does not come back all at once. */

export class Backoff {
  private tries = 0;

  constructor(
    private readonly first_ms: number,
    private readonly max_ms: number,
    private readonly random: () => number = Math.random,
  ) {}

  /** Return the next wait in milliseconds: between half and all of the doubled time. */
  next(): number {
    const full_ms = Math.min(this.max_ms, this.first_ms * 2 ** this.tries);
    this.tries += 1;
    return full_ms * (0.5 + 0.5 * this.random());
  }

  /** Begin anew after a success. */
  reset(): void {
    this.tries = 0;
  }
}
