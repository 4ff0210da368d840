/** Take part as a viewer does: for bots that chat and give, and for pages of one's own. */

import { Backoff } from "../src/backoff";
import { randomId } from "../src/identity";
import { type Camp, type ChatLine, type FromViewer, GIFT_COUNT_MAX, type GiftGiven, type GiftUpdate, type GiveGift, LIKES_PER_MESSAGE_MAX, type PickCamp, type PushUpdate, type ToViewer, type Welcome } from "../src/protocol";
import { ClosedError } from "./errors";
import { type Link, RETRY_FIRST_MS, RETRY_MAX_MS, is_for_good, room_url, tell_one } from "./line";

const PING_MS = 5_000;
const SILENCE_MS_MAX = 15_000; // three pings without an answer: the line is dead, though nobody closed it
const AGAIN_MS = 250; // between two that are asked for again: the room takes a few a second
const PAUSE_MS = 1_000; // after the room said that this was far too fast
const LIKE_MS = 100; // between two messages of likes: the room counts ten a second
const ID = /^[A-Za-z0-9_-]{1,64}$/;

export interface ViewerOptions {
  /** What owns the wallet: keep `viewer.secret`, and give it again to be the same viewer. */
  readonly secret?: string;
  /** Told whenever the line changes. */
  readonly link?: (link: Link) => void;
  /** A WebSocket for where there is none, such as that of the package `ws`. */
  readonly WebSocket?: typeof WebSocket;
}

type Heard = { readonly [M in ToViewer as M["type"]]: M };
type Listener = (message: never) => void;
type Answer = GiftUpdate | PushUpdate;
type Asked = { readonly message: GiveGift | (PickCamp & { readonly id: string }); readonly answer: Promise<Answer>; readonly take: (answer: Answer) => void; readonly fail: (error: Error) => void };

/**
 * Be one viewer of a show, over any break and restart of the server.
 *
 * A gift or a push is asked for again with its own id until it is answered, so that it happens once; a chat line or a
 * like that a break swallows is gone. What others said meanwhile is told after the next welcome.
 */
export class Viewer {
  /** The newest welcome: the catalogue, the show, who one is. */
  welcome: Welcome | null = null;
  balance_coins = 0;
  secret: string | null;
  private socket: WebSocket | null = null;
  private is_in = false;
  private seq = 0;
  private closed: ClosedError | null = null;
  private heard_at_ms = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private pinging: ReturnType<typeof setInterval> | undefined;
  private asking: ReturnType<typeof setTimeout> | undefined;
  private readonly backoff = new Backoff(RETRY_FIRST_MS, RETRY_MAX_MS);
  private readonly prices = new Map<string, number>(); // as the room told them last
  private readonly asked = new Map<string, Asked>(); // by kind and id
  private likes = 0; // not said yet
  private liking: Promise<void> | null = null;
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly entering = new Set<{ readonly go: (welcome: Welcome) => void; readonly fail: (error: Error) => void }>();

  constructor(
    private readonly address: string,
    private readonly name: string,
    private readonly options: ViewerOptions = {},
  ) {
    this.secret = options.secret ?? null;
    this.open();
  }

  /** Wait until one is in the room. Rejects with ClosedError. */
  joined(): Promise<Welcome> {
    if (this.closed !== null) return Promise.reject(this.closed);
    if (this.is_in && this.welcome !== null) return Promise.resolve(this.welcome);
    return new Promise((go, fail) => this.entering.add({ go, fail }));
  }

  /** Call `listener` with every message of a type ("*" for all of them); what is returned ends that. */
  on<K extends keyof Heard>(type: K, listener: (message: Heard[K]) => void): () => void;
  on(type: "*", listener: (message: ToViewer) => void): () => void;
  on(type: string, listener: Listener): () => void {
    const listeners = this.listeners.get(type) ?? new Set();
    this.listeners.set(type, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Write a chat line. Rejects with ClosedError. */
  async say(text: string): Promise<void> {
    await this.joined();
    this.send({ type: "say", text });
  }

  /** Like so many times, as fast as the room counts them. Rejects with ClosedError. */
  like(count = 1): Promise<void> {
    if (!(count >= 1)) return Promise.resolve();
    this.likes += Math.floor(count);
    return (this.liking ??= this.send_likes());
  }

  /**
   * Give a gift and return the answer: committed, or refused for a reason. `id` gives the same one again.
   *
   * What costs more by now than the room told last is refused, and nothing is paid. Rejects with ClosedError.
   */
  give(gift: string, count = 1, id: string = randomId()): Promise<GiftUpdate> {
    if (!Number.isInteger(count) || count < 1 || count > GIFT_COUNT_MAX) return Promise.reject(new Error(`Give 1 to ${GIFT_COUNT_MAX} of a gift at once.`));
    return this.ask({ type: "gift", id, gift, count, price_coins: this.prices.get(gift) ?? 0 }) as Promise<GiftUpdate>;
  }

  /**
   * Push the ball for a camp and return how that ended: done (after a goal, at the kick-off), or not, and why. Rejects
   * with ClosedError.
   */
  push(camp: Camp, id: string = randomId()): Promise<PushUpdate> {
    return this.ask({ type: "camp", id, camp }) as Promise<PushUpdate>;
  }

  /** Say goodbye. */
  close(): void {
    this.end(new ClosedError("This line is closed.", 1000));
  }

  private async send_likes(): Promise<void> {
    try {
      while (this.likes > 0) {
        await this.joined();
        const count = Math.min(this.likes, LIKES_PER_MESSAGE_MAX);
        this.likes -= count;
        this.send({ type: "like", count });
        await new Promise((resolve) => setTimeout(resolve, LIKE_MS));
      }
    } finally {
      this.liking = null;
    }
  }

  private ask(message: Asked["message"]): Promise<Answer> {
    if (!ID.test(message.id)) return Promise.reject(new Error("An id is 1 to 64 letters, digits, '-' or '_'; a UUID is best."));
    if (this.closed !== null) return Promise.reject(this.closed);
    const key = `${message.type}:${message.id}`;
    const before = this.asked.get(key);
    if (before !== undefined) return before.answer;
    let take: Asked["take"] = () => undefined;
    let fail: Asked["fail"] = () => undefined;
    const answer = new Promise<Answer>((resolve, reject) => ([take, fail] = [resolve, reject]));
    this.asked.set(key, { message, answer, take, fail });
    if (this.is_in) this.send(message);
    return answer;
  }

  private answered(key: string, answer: Answer): void {
    this.asked.get(key)?.take(answer);
    this.asked.delete(key);
  }

  // --- the line -----------------------------------------------------------------------------------------------------

  private open(): void {
    const socket = new (this.options.WebSocket ?? WebSocket)(room_url(this.address, "/ws"));
    this.socket = socket;
    this.heard_at_ms = performance.now();
    socket.onopen = () => this.send({ type: "join", name: this.name, viewer: this.secret, epoch: this.welcome?.epoch ?? null, seq: this.seq });
    socket.onmessage = (event: MessageEvent<string>) => {
      if (socket === this.socket) this.hear(JSON.parse(event.data) as ToViewer);
    };
    socket.onclose = (close) => {
      if (socket === this.socket) this.lost(close.code, close.reason);
    };
    socket.onerror = () => {
      if (socket === this.socket) this.lost(0, ""); // some clients never say that a line which failed is closed
    };
    this.pinging = setInterval(() => this.ping(), PING_MS);
  }

  private ping(): void {
    if (performance.now() - this.heard_at_ms > SILENCE_MS_MAX) this.lost(0, "");
    else if (this.is_in) this.send({ type: "ping", t: 0 });
  }

  private send(message: FromViewer): void {
    this.socket?.send(JSON.stringify(message));
  }

  private lost(code: number, reason: string): void {
    this.drop();
    if (is_for_good(code)) {
      this.end(new ClosedError(reason, code));
      return;
    }
    this.options.link?.({ at: "away", reason: reason || "the line broke" });
    this.retry = setTimeout(() => this.open(), this.backoff.next());
  }

  private end(error: ClosedError): void {
    if (this.closed !== null) return;
    this.closed = error;
    this.drop();
    for (const { fail } of [...this.asked.values(), ...this.entering]) fail(error);
    this.asked.clear();
    this.entering.clear();
    this.options.link?.({ at: "closed", reason: error.message, code: error.code });
  }

  private drop(): void {
    clearTimeout(this.retry);
    clearInterval(this.pinging);
    clearTimeout(this.asking);
    const socket = this.socket;
    this.socket = null;
    this.is_in = false;
    socket?.close();
  }

  private hear(message: ToViewer): void {
    this.heard_at_ms = performance.now();
    this.backoff.reset();
    const missed = message.type === "welcome" ? this.missed(message) : [];
    for (const one of message.type === "lines" ? message.lines : [message, ...missed]) this.take(one);
  }

  /** Return what was said while the line was away: of a first welcome nothing, since it was said before one came. */
  private missed(welcome: Welcome): readonly (ChatLine | GiftGiven)[] {
    if (this.welcome === null) return [];
    const heard = this.welcome.epoch === welcome.epoch ? this.seq : 0;
    return welcome.recent.filter((line) => line.seq > heard);
  }

  private take(message: ToViewer | ChatLine | GiftGiven): void {
    switch (message.type) {
      case "welcome":
        this.enter(message);
        break;
      case "chat":
      case "gift_given":
        this.seq = Math.max(this.seq, message.seq);
        break;
      case "offers":
        for (const offer of message.offers) this.prices.set(offer.id, offer.price_coins);
        break;
      case "wallet":
        this.balance_coins = message.balance_coins;
        break;
      case "gift_update":
        this.balance_coins = message.balance_coins;
        this.answered(`gift:${message.id}`, message);
        break;
      case "push_update":
        if (message.state !== "queued") this.answered(`camp:${message.id}`, message);
        break;
      case "refused":
        if (message.about === "gift" || message.about === "camp") this.ask_again(PAUSE_MS);
        break;
    }
    for (const type of [message.type, "*"])
      for (const listener of [...(this.listeners.get(type) ?? [])])
        tell_one(() => (listener as (message: ToViewer | ChatLine | GiftGiven) => void)(message));
  }

  private enter(welcome: Welcome): void {
    this.welcome = welcome;
    this.secret = welcome.viewer;
    this.balance_coins = welcome.balance_coins;
    this.seq = welcome.seq;
    this.prices.clear();
    for (const sold of [...welcome.catalogue, ...welcome.offers]) this.prices.set(sold.id, sold.price_coins);
    this.is_in = true;
    for (const { go } of this.entering) go(welcome);
    this.entering.clear();
    this.ask_again(0);
    this.options.link?.({ at: "open" });
  }

  /** Ask again, with their own ids, for what has no answer: the room does each once. */
  private ask_again(pause_ms: number): void {
    clearTimeout(this.asking);
    const keys = [...this.asked.keys()];
    const next = (): void => {
      const asked = this.asked.get(keys.shift() ?? "");
      if (asked !== undefined) this.send(asked.message);
      if (keys.length > 0) this.asking = setTimeout(next, AGAIN_MS);
    };
    if (keys.length > 0) this.asking = setTimeout(next, pause_ms);
  }
}
