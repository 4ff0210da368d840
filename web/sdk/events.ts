/** Hear what happens in the room, and ask for things, over a line that comes back by itself. */

import { Backoff } from "../src/backoff";
import { ClosedError, RefusedError } from "./errors";
import { type Link, RETRY_FIRST_MS, RETRY_MAX_MS, is_for_good, room_url, tell_one } from "./line";
import type {
  Answer,
  EffectAskedEvent,
  EventData,
  FromProgram,
  Missed,
  OfferedEffect,
  OfferTaken,
  RoomState,
  ToProgram,
} from "./protocol";
import { type PaidEffect, Sales } from "./sales";

const ANSWER_MS_MAX = 10_000;
const LAST_WORD_MS = 2_000;
const KEEPALIVE_S = 10; // until the welcome says otherwise
const WAITING_MAX = 10_000; // events that a `for await` has not looked at yet
const EFFECT_TYPES = ["effect_asked", "effect_ended"] as const;
const GIFTS_KEPT_MAX = 10_000;
const MEMBERS_OF_TO_PROGRAM: Record<ToProgram["type"], true> = {
  welcome: true,
  keepalive: true,
  missed: true,
  reconnect: true,
  answer: true,
};

/** Which event was the last; kept over a restart of the program, it resumes there. */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

/** One event as it comes; `test` is true where somebody only tries things out, `source` says where else it happened. */
export type RoomEvent<K extends Told = Told> = {
  [T in K]: Position & {
    readonly type: T;
    readonly at: number;
    readonly data: TellData[T];
    readonly source?: string;
    readonly test?: boolean;
  };
}[K];

export interface Options {
  /** Only events of these types; all where none is named. */
  readonly types?: readonly (keyof EventData)[];
  /** Where an earlier run stopped (`events.position`); without it the first event is the first that happens now. */
  readonly since?: Position;
  /** Told whenever the line changes. */
  readonly link?: (link: Link) => void;
  /** A WebSocket for where there is none, such as that of the package `ws`. */
  readonly WebSocket?: typeof WebSocket;
}

type TellData = EventData & { readonly missed: Missed; readonly paid: PaidEffect };
type Told = keyof TellData;
type Listener = (data: never, event: never) => void;
type Waiting = { readonly take: (answer: Answer) => void; readonly fail: (error: Error) => void };
type Wish<C = FromProgram> = C extends FromProgram ? Omit<C, "id"> : never;

/** Follow the events of a show, each once and in order, over any break and restart of the server. */
export class Events {
  private socket: WebSocket | null = null;
  private is_welcome = false;
  private closed: ClosedError | null = null;
  private heard: Position | null;
  private heard_at_ms = 0;
  private keepalive_ms = KEEPALIVE_S * 1_000;
  private rest_ms = 0; // before the next connection, as the show asks
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly backoff = new Backoff(RETRY_FIRST_MS, RETRY_MAX_MS);
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly enders = new Set<(error: ClosedError) => void>();
  private readonly answers = new Map<string, Waiting>();
  private readonly unsent = new Map<string, string>();
  private readonly types: Set<string>;
  private readonly sales = new Map<string, Sales>();
  private asked = 0;
  private readonly gifts = new Map<string, string>(); // the epoch in which each was heard of

  constructor(
    private readonly address: string,
    private readonly token: string,
    private readonly options: Options = {},
  ) {
    this.heard = options.since ?? null;
    this.types = new Set(options.types);
    this.open();
  }

  /** The newest event that was told; give it as `since` to resume there. */
  get position(): Position | null {
    return this.heard;
  }

  /** Call `listener` with the data of every event of a type ("*" for every event); what is returned ends that. */
  on<K extends Told>(type: K, listener: (data: TellData[K], event: RoomEvent<K>) => void): () => void;
  on(type: "*", listener: (data: TellData[Told], event: RoomEvent) => void): () => void;
  on(type: string, listener: Listener): () => void {
    const listeners = this.listeners.get(type) ?? new Set();
    this.listeners.set(type, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Go through the data of events of these types. Throws ClosedError when the show closes the line for good. */
  async *of<K extends keyof TellData>(...types: K[]): AsyncGenerator<TellData[K], void> {
    for await (const event of this.all()) if ((types as string[]).includes(event.type)) yield event.data as TellData[K];
  }

  /** Go through all events: `for await (const event of events)`. */
  [Symbol.asyncIterator](): AsyncGenerator<RoomEvent, void> {
    return this.all();
  }

  /** Write a chat line. Rejects with RefusedError. */
  async say(text: string, name = ""): Promise<void> {
    await this.ask({ type: "say", text, name });
  }

  /** Ask how the show does. */
  async state(): Promise<RoomState> {
    return (await this.ask({ type: "state" })) as RoomState;
  }

  /**
   * Sell these effects of a game, and no others, from now on: each that is paid comes once, as a "paid" event.
   *
   * `journal` remembers what is done over a reload of the page: `localStorage`. Rejects with RefusedError.
   */
  async sell(game: string, effects: readonly OfferedEffect[], journal?: Storage): Promise<void> {
    const sales = this.sales.get(game) ?? new Sales(game, (report) => this.ask(report), this.paid, journal);
    this.sales.set(game, sales);
    sales.effects = effects;
    if (this.types.size > 0 && EFFECT_TYPES.some((type) => !this.types.has(type))) {
      for (const type of EFFECT_TYPES) this.types.add(type);
      await this.ask({ type: "mask", types: [...this.types] });
    }
    await this.offer(sales);
  }

  /** Give any command, and return what its answer brings. Rejects with RefusedError, and with Error for no answer. */
  ask(command: Wish): Promise<unknown> {
    if (this.closed !== null) return Promise.reject(this.closed);
    const id = String(++this.asked);
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.answers.delete(id);
        this.unsent.delete(id);
      };
      const fail = (error: Error): void => (end(), reject(error));
      const take = (answer: Answer): void =>
        (end(), answer.ok ? resolve(answer.data) : reject(new RefusedError(answer.reason)));
      const timer = setTimeout(() => fail(new Error("The show did not answer; it may have done it.")), ANSWER_MS_MAX);
      this.answers.set(id, { take, fail });
      const message = JSON.stringify({ ...command, id });
      if (this.is_welcome) this.socket?.send(message);
      else this.unsent.set(id, message);
    });
  }

  /** Say goodbye once the room has heard what games said last, for which it has two seconds; what goes through the
   * events ends then, at once where nothing is left to say. */
  async close(): Promise<void> {
    const telling = [...this.sales.values()].flatMap((sales) => sales.last_word() ?? []);
    if (telling.length > 0 && this.closed === null)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LAST_WORD_MS);
        const enough = (): void => (clearTimeout(timer), resolve());
        this.enders.add(enough);
        void Promise.all(telling).then(enough);
      });
    this.end(new ClosedError("This line is closed.", 1000));
  }

  // --- the line -----------------------------------------------------------------------------------------------------

  private open(): void {
    const url = room_url(this.address, "/api/events");
    url.searchParams.set("token", this.token);
    if (this.types.size > 0) url.searchParams.set("types", [...this.types].join(","));
    if (this.heard !== null) {
      url.searchParams.set("epoch", this.heard.epoch);
      url.searchParams.set("since", String(this.heard.seq));
    }
    const socket = new (this.options.WebSocket ?? WebSocket)(url);
    this.socket = socket;
    this.heard_at_ms = performance.now();
    socket.onmessage = (message: MessageEvent<string>) => {
      if (socket === this.socket) this.hear(JSON.parse(message.data) as ToProgram | RoomEvent);
    };
    socket.onclose = (close) => {
      if (socket === this.socket) this.lost(close.code, close.reason);
    };
    socket.onerror = () => {
      if (socket === this.socket) this.lost(0, ""); // some clients never say that a line which failed is closed
    };
    this.watch();
  }

  /** Open anew when the line says nothing for too long: it is dead, though nobody closed it. */
  private watch(): void {
    this.timer = setTimeout(() => {
      if (performance.now() - this.heard_at_ms > 2 * this.keepalive_ms) this.lost(0, "");
      else this.watch();
    }, this.keepalive_ms / 2);
  }

  private lost(code: number, reason: string): void {
    this.drop();
    if (is_for_good(code)) {
      this.end(new ClosedError(reason, code));
      return;
    }
    // A command that was sent may have been done, so nobody sends it twice; one that was not yet sent waits.
    for (const [id, { fail }] of this.answers)
      if (!this.unsent.has(id)) fail(new Error("The line broke before the answer came; the show may have done it."));
    for (const sales of this.sales.values()) sales.lost();
    this.options.link?.({ at: "away", reason: reason || "the line broke" });
    this.timer = setTimeout(() => this.open(), this.rest_ms + this.backoff.next());
    this.rest_ms = 0;
  }

  private end(error: ClosedError): void {
    if (this.closed !== null) return;
    this.closed = error;
    this.drop();
    for (const { fail } of this.answers.values()) fail(error);
    for (const ender of this.enders) ender(error);
    this.options.link?.({ at: "closed", reason: error.message, code: error.code });
  }

  private drop(): void {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    this.is_welcome = false;
    socket?.close();
  }

  private hear(message: ToProgram | RoomEvent): void {
    this.heard_at_ms = performance.now();
    this.backoff.reset();
    if (is_for_the_line(message)) this.take(message);
    else if (this.heard === null || message.epoch !== this.heard.epoch || message.seq > this.heard.seq) {
      this.heard = { epoch: message.epoch, seq: message.seq };
      const { type, data, epoch } = message;
      if (type === "effect_ended") this.sales.get(data.game)?.ended(data.id, data.state);
      const own = type === "effect_asked" ? this.sales.get(data.game) : undefined;
      if (own !== undefined) own.asked(message.data as EffectAskedEvent);
      else if (!(type === "gift" && this.is_told_again(data.id, epoch))) this.tell(message);
    }
  }

  private async offer(sales: Sales): Promise<void> {
    const { game, effects } = sales;
    sales.taken((await this.ask({ type: "offer_effects", game, effects })) as OfferTaken);
  }

  private readonly paid = (data: PaidEffect): void => {
    const { epoch, seq } = this.heard ?? { epoch: "", seq: 0 };
    this.tell({ type: "paid", epoch, seq, at: 0, data });
  };

  private take(message: ToProgram): void {
    switch (message.type) {
      case "welcome":
        this.keepalive_ms = message.keepalive_s * 1_000;
        this.heard ??= { epoch: message.epoch, seq: message.seq };
        this.is_welcome = true;
        for (const unsent of this.unsent.values()) this.socket?.send(unsent);
        this.unsent.clear();
        for (const sales of this.sales.values()) this.offer(sales).catch((error: unknown) => console.warn(error));
        this.options.link?.({ at: "open" });
        break;
      case "keepalive":
        this.heard = { epoch: message.epoch, seq: message.seq }; // past what the mask left out
        break;
      case "missed":
        this.tell({ type: "missed", epoch: message.epoch, seq: message.since, at: 0, data: message });
        break;
      case "answer":
        this.answers.get(message.id)?.take(message);
        break;
      case "reconnect":
        this.rest_ms = message.after_s * 1_000;
        break;
    }
  }

  /** Say whether a gift was heard of in an earlier life of the server, which tells again what it had not done. */
  private is_told_again(id: string, epoch: string): boolean {
    const first = this.gifts.get(id);
    if (first === undefined) this.gifts.set(id, epoch);
    if (this.gifts.size > GIFTS_KEPT_MAX) this.gifts.delete(this.gifts.keys().next().value as string);
    return first !== undefined && first !== epoch;
  }

  private tell(event: RoomEvent): void {
    for (const type of [event.type, "*"])
      for (const listener of [...(this.listeners.get(type) ?? [])])
        tell_one(() => (listener as (data: unknown, event: RoomEvent) => void)(event.data, event));
  }

  private async *all(): AsyncGenerator<RoomEvent, void> {
    const waiting: RoomEvent[] = [];
    let error: ClosedError | null = this.closed;
    let wake = (): void => undefined;
    const ender = (why: ClosedError): void => ((error = why), wake());
    const off = this.on("*", (_, event) => {
      if (waiting.push(event) > WAITING_MAX) {
        off(); // who is always behind would else never come to the end
        ender(new ClosedError("This program is too slow for the show.", 0));
      }
      wake();
    });
    this.enders.add(ender);
    try {
      for (;;) {
        for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) yield event;
        if (error !== null) throw error;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      off();
      this.enders.delete(ender);
    }
  }
}

function is_for_the_line(message: ToProgram | RoomEvent): message is ToProgram {
  return message.type in MEMBERS_OF_TO_PROGRAM;
}
