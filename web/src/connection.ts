/** The page's line to the room: one websocket that joins, resumes, keeps itself alive and comes back by itself. */

import { Backoff } from "./backoff";
import {
  CLOSE_BAD_MESSAGE,
  CLOSE_FULL,
  CLOSE_REFUSED,
  CLOSE_RESTARTING,
  CLOSE_SLOW,
  type FromViewer,
  type Join,
  LIKES_PER_MESSAGE_MAX,
  type ToViewer,
} from "./protocol";
import type { Link } from "./state";
import { words } from "./words";

const PING_MS = 2_000;
const SILENCE_MS_MAX = 7_000; // three pings without an answer: the line is dead, though nobody closed it
const LIKES_MS = 250;
const AGAIN_MS = 250; // the room takes a few gifts and votes a second
const PAUSE_MS = 1_000; // after the room said that this was far too fast
const RETRY_FIRST_MS = 400;
const RETRY_MAX_MS = 8_000;

/** What the connection needs to know of the page, and whom it tells. */
export interface Page {
  readonly join: () => Join;
  readonly open: () => readonly FromViewer[]; // what the room may not have heard: it takes each once
  readonly told: (message: ToViewer) => void;
  readonly linkChanged: (link: Link) => void;
  readonly roundTrip: (ms: number) => void;
}

export class Connection {
  private socket: WebSocket | null = null;
  private is_joined = false;
  private retry_timer: ReturnType<typeof setTimeout> | undefined;
  private asked_at_ms: number | null = null; // the first question that is unanswered
  private again_timer: ReturnType<typeof setTimeout> | undefined;
  private likes = 0;
  private likes_timer: ReturnType<typeof setTimeout> | undefined;
  private readonly backoff = new Backoff(RETRY_FIRST_MS, RETRY_MAX_MS);

  constructor(
    private readonly url: string,
    private readonly page: Page,
  ) {
    setInterval(() => this.ping(), PING_MS);
    addEventListener("online", () => this.comeBackNow());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.comeBackNow();
    });
  }

  /** Join the room, or join again with what the page has seen (a new name, for example). */
  open(): void {
    clearTimeout(this.retry_timer);
    this.retry_timer = undefined;
    this.drop();
    this.page.linkChanged({ at: "connecting" });
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.asked_at_ms = performance.now();
    socket.onopen = () => this.write(this.page.join());
    socket.onmessage = (event: MessageEvent<string>) => {
      if (socket === this.socket) this.hear(JSON.parse(event.data) as ToViewer);
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.lost(event.code, event.reason);
    };
  }

  /** Send a message; false when there is no room to send it to. */
  send(message: FromViewer): boolean {
    if (!this.is_joined || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.write(message);
    return true;
  }

  /** Count a like; many taps become one message. */
  like(): void {
    this.likes += 1;
    if (this.likes_timer === undefined) this.likes_timer = setTimeout(() => this.sendLikes(), LIKES_MS);
  }

  private hear(message: ToViewer): void {
    this.asked_at_ms = null;
    if (message.type === "welcome") {
      this.is_joined = true;
      this.backoff.reset();
    }
    this.page.told(message);
    if (message.type === "pong") this.page.roundTrip(performance.now() - message.t);
    if (message.type === "welcome") {
      this.sayAgain(this.page.open());
      this.ping();
    }
    // Without an id, nobody knows which gift was not taken, nor whether it was paid before: its own answer tells.
    if (message.type === "refused" && message.about === "gift") {
      clearTimeout(this.again_timer);
      this.again_timer = setTimeout(() => this.sayAgain(this.page.open()), PAUSE_MS);
    }
  }

  /** Say again what is open: the room takes each id once, and its answer tells how it stands. */
  private sayAgain([next, ...later]: readonly FromViewer[]): void {
    clearTimeout(this.again_timer);
    if (next === undefined) return;
    this.send(next);
    this.again_timer = setTimeout(() => this.sayAgain(later), AGAIN_MS);
  }

  private lost(code: number, reason: string): void {
    this.drop();
    const is_final = code >= 4100 && code < 4200;
    const why = reason || (LOST[code] ?? words.lost);
    if (is_final) {
      this.page.linkChanged({ at: "closed", reason: why });
      return;
    }
    this.page.linkChanged({ at: "waiting", reason: why });
    this.retry_timer = setTimeout(() => this.open(), this.backoff.next());
  }

  private comeBackNow(): void {
    if (this.retry_timer !== undefined) this.open();
  }

  private ping(): void {
    if (this.socket === null) return;
    const now_ms = performance.now();
    if (this.asked_at_ms !== null && now_ms - this.asked_at_ms > SILENCE_MS_MAX) {
      this.lost(0, "");
      return;
    }
    if (this.send({ type: "ping", t: now_ms })) this.asked_at_ms ??= now_ms;
  }

  private sendLikes(): void {
    const count = Math.min(this.likes, LIKES_PER_MESSAGE_MAX);
    this.likes = 0;
    this.likes_timer = undefined;
    this.send({ type: "like", count });
  }

  private write(message: FromViewer): void {
    this.socket?.send(JSON.stringify(message));
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    this.is_joined = false;
    socket?.close();
  }
}

const LOST: Readonly<Record<number, string>> = {
  [CLOSE_SLOW]: words.lost_slow,
  [CLOSE_RESTARTING]: words.lost_restarting,
  [CLOSE_FULL]: words.lost_full,
  [CLOSE_BAD_MESSAGE]: words.lost_bad,
  [CLOSE_REFUSED]: words.lost_refused,
};
