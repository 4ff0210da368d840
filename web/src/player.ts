/** One's own first-person game: a stream of its own and the arrows that steer it. */

import { KeyPad, arrowOf } from "./keys";
import type { Keys } from "./protocol";
import type { Measured, Video } from "./state";
import { WhepClient } from "./whep";

export interface Game {
  readonly url: string;
  readonly ice: string;
  readonly token: string;
  readonly changed: (video: Video) => void;
  readonly mediaDelay: (ms: number) => void;
  readonly measured: (measured: Measured) => void;
  readonly failed: () => void;
}

export class Player {
  readonly pad = new KeyPad((keys) => this.say(keys));
  private channel: RTCDataChannel | null = null;
  private readonly client: WhepClient;
  private readonly listening = new AbortController();

  constructor(game: Game) {
    this.client = new WhepClient({
      url: game.url,
      ice: game.ice,
      token: game.token,
      changed: game.changed,
      mediaDelay: game.mediaDelay,
      measured: game.measured,
      isDue: () => true,
      refused: game.failed,
      prepare: (peer) => {
        // Newest wins: a key that comes late is worth nothing, so nothing is sent twice or held back for order.
        this.channel = peer.createDataChannel("input", { ordered: false, maxRetransmits: 0 });
      },
    });
  }

  /** Enter the game. */
  start(): void {
    const { signal } = this.listening;
    addEventListener("keydown", (event) => this.key(event, true), { signal });
    addEventListener("keyup", (event) => this.key(event, false), { signal });
    addEventListener("blur", () => this.pad.releaseAll(), { signal });
    document.addEventListener("visibilitychange", () => this.pad.releaseAll(), { signal });
    this.client.start();
  }

  /** Return to the audience. */
  stop(): void {
    this.listening.abort();
    this.pad.releaseAll();
    this.pad.close();
    this.client.stop();
  }

  /** Return to the audience after the server has ended the game, or given its stream to another tab. */
  end(): void {
    this.client.forget();
    this.stop();
  }

  private key(event: KeyboardEvent, is_down: boolean): void {
    const arrow = arrowOf(event.code);
    // While Command is down, macOS tells of no other key that comes up.
    if (!is_down && event.key === "Meta") this.pad.releaseAll();
    if (arrow === null) return;
    if (is_down && (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target))) return;
    event.preventDefault();
    if (is_down) this.pad.press(arrow, event.code);
    else this.pad.release(arrow, event.code);
  }

  private say(keys: Keys): void {
    if (this.channel?.readyState === "open") this.channel.send(JSON.stringify(keys));
  }
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}
