/** The four arrows, from keyboard and fingers alike, told on change and at 20 Hz while any is down. */

import type { Keys } from "./protocol";

export const ARROWS = ["up", "down", "left", "right"] as const;
export type Arrow = (typeof ARROWS)[number];

const REPEAT_MS = 50;
// The channel loses messages; a lost release would keep the player walking, so it is said a few times more.
const RELEASES_REPEATED = 5;

const ARROW_OF_CODE: Readonly<Record<string, Arrow>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
  KeyW: "up",
  KeyS: "down",
  KeyA: "left",
  KeyD: "right",
};

/** Return the arrow that a key means, by its place on the keyboard. */
export function arrowOf(code: string): Arrow | null {
  return ARROW_OF_CODE[code] ?? null;
}

export class KeyPad {
  private readonly holders = new Map<Arrow, Set<string>>(ARROWS.map((arrow) => [arrow, new Set()]));
  private n = 0;
  private timer: ReturnType<typeof setInterval> | null = null;
  private releases_left = 0;

  constructor(private readonly tell: (keys: Keys) => void) {}

  /** Hold an arrow by `holder` (a key or a finger): two holders of one arrow must both let go. */
  press(arrow: Arrow, holder: string): void {
    this.change(() => this.holders.get(arrow)?.add(holder));
  }

  release(arrow: Arrow, holder: string): void {
    this.change(() => this.holders.get(arrow)?.delete(holder));
  }

  /** Let everything go: the page lost the focus and will not see the keys come up. */
  releaseAll(): void {
    this.change(() => this.holders.forEach((holders) => holders.clear()));
  }

  /** Stop repeating. */
  close(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  isDown(arrow: Arrow): boolean {
    return (this.holders.get(arrow)?.size ?? 0) > 0;
  }

  private change(act: () => void): void {
    const before = this.picture();
    act();
    if (this.picture() === before) return;
    this.releases_left = RELEASES_REPEATED;
    this.say();
    if (this.timer === null) this.timer = setInterval(() => this.repeat(), REPEAT_MS);
  }

  private repeat(): void {
    if (this.picture() === "") {
      if (this.releases_left === 0) {
        this.close();
        return;
      }
      this.releases_left -= 1;
    }
    this.say();
  }

  private say(): void {
    this.n += 1;
    this.tell({
      type: "keys",
      n: this.n,
      up: this.isDown("up"),
      down: this.isDown("down"),
      left: this.isDown("left"),
      right: this.isDown("right"),
    });
  }

  private picture(): string {
    return ARROWS.filter((arrow) => this.isDown(arrow)).join();
  }
}
