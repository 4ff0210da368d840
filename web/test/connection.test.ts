import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Connection, type Page } from "../src/connection";
import { CLOSE_REFUSED, CLOSE_RESTARTING, type FromViewer, type GiveGift, type ToViewer } from "../src/protocol";
import type { Link } from "../src/state";

const WELCOME = { type: "welcome" } as ToViewer; // the connection itself looks at the tag alone

class FakeSocket {
  static readonly OPEN = 1;
  static opened: FakeSocket[] = [];
  readonly sent: FromViewer[] = [];
  readyState = 0;
  onopen: () => void = () => undefined;
  onmessage: (event: { data: string }) => void = () => undefined;
  onclose: (event: { code: number; reason: string }) => void = () => undefined;

  constructor(readonly url: string) {
    FakeSocket.opened.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as FromViewer);
  }

  close(): void {
    this.readyState = 3;
  }

  welcome(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen();
    this.tell(WELCOME);
  }

  tell(message: ToViewer): void {
    this.onmessage({ data: JSON.stringify(message) });
  }
}

function connect(gifts: readonly GiveGift[] = []): { connection: Connection; links: Link[]; newest: () => FakeSocket } {
  const links: Link[] = [];
  const page: Page = {
    join: () => ({ type: "join", name: "Ann", viewer: "secret", epoch: "e", seq: 7 }),
    open: () => gifts,
    told: () => undefined,
    linkChanged: (link) => links.push(link),
    roundTrip: () => undefined,
  };
  const connection = new Connection("ws://show/ws", page);
  connection.open();
  return { connection, links, newest: () => FakeSocket.opened.at(-1)! };
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.opened = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("document", { hidden: false, addEventListener: () => undefined });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the connection", () => {
  it("joins first, with what the page has seen", () => {
    const { newest } = connect();
    newest().welcome();
    expect(newest().sent[0]).toEqual({ type: "join", name: "Ann", viewer: "secret", epoch: "e", seq: 7 });
  });

  it("sends nothing before it is welcome", () => {
    const { connection, newest } = connect();
    newest().readyState = FakeSocket.OPEN;
    newest().onopen();
    expect(connection.send({ type: "say", text: "early" })).toBe(false);
    newest().tell(WELCOME);
    expect(connection.send({ type: "say", text: "now" })).toBe(true);
  });

  it("comes back by itself when the server restarts, and says why it is gone", () => {
    const { links, newest } = connect();
    newest().welcome();
    newest().onclose({ code: CLOSE_RESTARTING, reason: "restarting" });
    expect(links.at(-1)).toEqual({ at: "waiting", reason: "restarting" });
    vi.advanceTimersByTime(1_000);
    expect(FakeSocket.opened).toHaveLength(2);
  });

  it("does not come back by itself from a close code of 4100 to 4199", () => {
    const { links, newest } = connect();
    newest().welcome();
    newest().onclose({ code: CLOSE_REFUSED, reason: "Not today." });
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.opened).toHaveLength(1);
    expect(links.at(-1)).toEqual({ at: "closed", reason: "Not today." });
  });

  it("gives up a line that nobody closed but nobody answers on", () => {
    const { links, newest } = connect();
    newest().welcome();
    vi.advanceTimersByTime(12_000);
    expect(links.some((link) => link.at === "waiting")).toBe(true);
    expect(FakeSocket.opened.length).toBeGreaterThan(1);
  });

  it("keeps a line that answers, however quiet the room is", () => {
    const { newest } = connect();
    newest().welcome();
    for (let second = 0; second < 60; second += 1) {
      vi.advanceTimersByTime(1_000);
      const ping = newest().sent.findLast((message) => message.type === "ping");
      if (ping?.type === "ping") newest().tell({ type: "pong", t: ping.t });
    }
    expect(FakeSocket.opened).toHaveLength(1);
  });

  it("asks for open gifts again with their ids, not all at once", () => {
    const gifts = ["a", "b", "c"].map((id) => ({ type: "gift", id, gift: "tomato" }) as const);
    const { newest } = connect(gifts);
    newest().welcome();
    vi.advanceTimersByTime(0);
    const given = (): string[] => newest().sent.flatMap((message) => (message.type === "gift" ? [message.id] : []));
    expect(given()).toEqual(["a"]);
    vi.advanceTimersByTime(1_000);
    expect(given()).toEqual(["a", "b", "c"]);
  });

  it("asks again, and only for what is open still, when a gift was refused without its id", () => {
    const gifts = ["a", "b"].map((id) => ({ type: "gift", id, gift: "tomato" }) as const);
    const open: GiveGift[] = [];
    const { newest } = connect(open);
    newest().welcome();
    open.push(...gifts);
    for (let i = 0; i < 2; i += 1) newest().tell({ type: "refused", about: "gift", reason: "Far too fast." });
    const given = (): string[] => newest().sent.flatMap((message) => (message.type === "gift" ? [message.id] : []));
    expect(given()).toEqual([]);
    open.shift();
    vi.advanceTimersByTime(2_000);
    expect(given()).toEqual(["b"]);
  });

  it("makes one message of many likes", () => {
    const { connection, newest } = connect();
    newest().welcome();
    for (let tap = 0; tap < 7; tap += 1) connection.like();
    vi.advanceTimersByTime(1_000);
    expect(newest().sent.filter((message) => message.type === "like")).toEqual([{ type: "like", count: 7 }]);
  });
});
