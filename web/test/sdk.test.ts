import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ClosedError, Events, type Link, type Options, type PaidEffect, RefusedError, Viewer } from "../sdk/index";

const WELCOME = { type: "welcome", epoch: "e1", seq: 4, oldest_seq: 1, keepalive_s: 10, scopes: [], types: [] };

class FakeSocket {
  static opened: FakeSocket[] = [];
  static get last(): FakeSocket {
    return FakeSocket.opened.at(-1)!;
  }
  readonly sent: Record<string, unknown>[] = [];
  onmessage: (event: { data: string }) => void = () => undefined;
  onclose: (event: { code: number; reason: string }) => void = () => undefined;
  onerror: () => void = () => undefined;
  onopen: () => void = () => undefined;

  constructor(readonly url: URL) {
    FakeSocket.opened.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {}

  tell(message: object): void {
    this.onmessage({ data: JSON.stringify(message) });
  }

  gift(seq: number, id = `g${seq}`, epoch = "e1"): void {
    this.tell({ epoch, seq, type: "gift", at: 1, data: { id, name: "Ann", gift: "rose", price_coins: 10 } });
  }
}

const links: Link[] = [];

function opened(options: Options = {}): Events {
  const socket = FakeSocket as unknown as typeof WebSocket;
  return new Events("http://show:8080/", "secret", { WebSocket: socket, link: (link) => links.push(link), ...options });
}

function ids(events: Events): string[] {
  const heard: string[] = [];
  events.on("gift", (gift) => heard.push(gift.id));
  return heard;
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.opened.length = 0;
  links.length = 0;
});
afterEach(() => void vi.useRealTimers());

describe("the line", () => {
  it("asks for what it wants, and resumes after what it heard", () => {
    const events = opened({ types: ["gift", "chat"] });
    expect(String(FakeSocket.last.url)).toBe("ws://show:8080/api/events?token=secret&types=gift%2Cchat");
    FakeSocket.last.tell(WELCOME);
    FakeSocket.last.gift(6);
    FakeSocket.last.onclose({ code: 4001, reason: "restarting" });
    expect(links).toEqual([{ at: "open" }, { at: "away", reason: "restarting" }]);
    vi.advanceTimersByTime(500);
    expect(FakeSocket.last.url.searchParams.get("since")).toBe("6");
    expect(events.position).toEqual({ epoch: "e1", seq: 6 });
  });

  it("resumes after the welcome where nothing was heard, and where an earlier run stopped", () => {
    opened();
    FakeSocket.last.tell(WELCOME);
    FakeSocket.last.onerror();
    vi.advanceTimersByTime(500);
    expect(FakeSocket.last.url.searchParams.get("since")).toBe("4");
    opened({ since: { epoch: "e0", seq: 9 } });
    expect(FakeSocket.last.url.searchParams.get("epoch")).toBe("e0");
  });

  it("stays away when it is sent away", async () => {
    const events = opened();
    const asking = events.say("hello");
    FakeSocket.last.onclose({ code: 4102, reason: "Wrong token." });
    await expect(asking).rejects.toThrow("Wrong token.");
    await expect(events.of("gift").next()).rejects.toBeInstanceOf(ClosedError);
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.opened).toHaveLength(1);
    expect(links).toEqual([{ at: "closed", reason: "Wrong token.", code: 4102 }]);
  });

  it("opens anew when it falls silent, and not while it is kept alive", () => {
    opened();
    FakeSocket.last.tell(WELCOME);
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(10_000);
      FakeSocket.last.tell({ type: "keepalive", epoch: "e1", seq: 5 });
    }
    expect(FakeSocket.opened).toHaveLength(1);
    vi.advanceTimersByTime(30_000);
    expect(FakeSocket.opened).toHaveLength(2);
    expect(FakeSocket.last.url.searchParams.get("since")).toBe("5");
  });
});

describe("events", () => {
  it("come once: not what was heard, not a gift that a new life of the server tells again", () => {
    const events = opened();
    const heard = ids(events);
    FakeSocket.last.tell(WELCOME);
    FakeSocket.last.gift(5);
    FakeSocket.last.gift(5);
    FakeSocket.last.gift(1, "g5", "e2");
    FakeSocket.last.gift(2, "new", "e2");
    expect(heard).toEqual(["g5", "new"]);
    expect(events.position).toEqual({ epoch: "e2", seq: 2 });
  });

  it("wait for who goes through them", async () => {
    const events = opened();
    const gifts = events.of("gift");
    const first = gifts.next();
    FakeSocket.last.tell(WELCOME);
    for (let seq = 5; seq < 8; seq++) FakeSocket.last.gift(seq);
    expect((await first).value?.id).toBe("g5");
    expect((await gifts.next()).value?.id).toBe("g6");
    events.close();
    expect((await gifts.next()).value?.id).toBe("g7");
    await expect(gifts.next()).rejects.toThrow("closed");
  });

  it("are told no more after a listener was taken off", () => {
    const events = opened();
    const heard: string[] = [];
    const off = events.on("*", (_, event) => heard.push(event.type));
    FakeSocket.last.tell({ ...WELCOME });
    FakeSocket.last.tell({ type: "missed", epoch: "e0", since: 3, oldest_seq: 1 });
    FakeSocket.last.gift(5);
    off();
    FakeSocket.last.gift(6);
    expect(heard).toEqual(["missed", "gift"]);
  });
});

describe("listeners and loops", () => {
  it("hear every event, also after a listener that throws", () => {
    const events = opened();
    FakeSocket.last.tell(WELCOME);
    events.on("gift", (gift) => {
      if (gift.id === "g5") throw new Error("of the listener");
    });
    const heard = ids(events);
    FakeSocket.last.gift(5);
    FakeSocket.last.gift(6);
    expect(heard).toEqual(["g5", "g6"]);
    expect(() => vi.advanceTimersByTime(0)).toThrow("of the listener");
  });

  it("come to an end where the program stays behind, and keep no more than their limit", async () => {
    const events = opened();
    FakeSocket.last.tell(WELCOME);
    const loop = events[Symbol.asyncIterator]();
    const first = loop.next();
    for (let seq = 5; seq < 10_010; seq += 1) FakeSocket.last.gift(seq);
    await first;
    const falling_behind = async (): Promise<number> => {
      for (let seq = 10_010; ; seq += 2) {
        FakeSocket.last.gift(seq); // two come for each that is looked at
        FakeSocket.last.gift(seq + 1);
        if (seq > 40_000) return seq;
        await loop.next();
      }
    };
    await expect(falling_behind()).rejects.toThrow("too slow");
  });
});

describe("commands", () => {
  it("wait for the welcome, and bring their answer or the reason", async () => {
    const events = opened();
    const state = events.state();
    expect(FakeSocket.last.sent).toEqual([]);
    FakeSocket.last.tell(WELCOME);
    expect(FakeSocket.last.sent).toEqual([{ type: "state", id: "1" }]);
    FakeSocket.last.tell({ type: "answer", id: "1", ok: true, data: { title: "Show" } });
    expect(await state).toEqual({ title: "Show" });
    const saying = events.say("hello", "Robo");
    expect(FakeSocket.last.sent[1]).toEqual({ type: "say", text: "hello", name: "Robo", id: "2" });
    FakeSocket.last.tell({ type: "answer", id: "2", ok: false, reason: "The chat is frozen." });
    await expect(saying).rejects.toThrow(new RefusedError("The chat is frozen."));
  });

  it("fail when the line breaks under them, and are never sent twice", async () => {
    const events = opened();
    FakeSocket.last.tell(WELCOME);
    const saying = events.say("hello");
    FakeSocket.last.onclose({ code: 1006, reason: "" });
    const waiting = events.say("later");
    await expect(saying).rejects.toThrow("broke");
    vi.advanceTimersByTime(500);
    FakeSocket.last.tell(WELCOME);
    expect(FakeSocket.last.sent.map((one) => one["text"])).toEqual(["later"]);
    const silent = expect(waiting).rejects.toThrow("did not answer");
    vi.advanceTimersByTime(10_000);
    await silent;
  });
});

describe("sales", () => {
  const GHOST = { id: "ghost", name: "Ghost", emoji: "👻", price_coins: 25 };
  const ASKED = { id: "p1", game: "castle", effect: "ghost", name: "Ann", price_coins: 25, seconds: 0 };

  function answer(data?: unknown): void {
    FakeSocket.last.tell({ type: "answer", id: FakeSocket.last.sent.at(-1)!["id"], ok: true, data });
  }

  /** Welcome a game, and let it sell the ghost, for which Ann has paid already. */
  async function sold(events: Events, journal?: Storage): Promise<void> {
    FakeSocket.last.tell(WELCOME);
    const selling = events.sell("castle", [GHOST], journal);
    answer({ asked: [ASKED] });
    await selling;
    await vi.advanceTimersByTimeAsync(0);
  }

  function states(): unknown[] {
    return FakeSocket.opened.flatMap((one) => one.sent.map((sent) => sent["state"])).filter(Boolean);
  }

  it("offer on every line, and let each paid effect happen once", async () => {
    const events = opened();
    const paid: PaidEffect[] = [];
    events.on("paid", (effect) => paid.push(effect));
    await sold(events);
    answer();
    await vi.advanceTimersByTimeAsync(100);
    FakeSocket.last.tell({ epoch: "e1", seq: 5, type: "effect_asked", at: 1, data: ASKED });
    await vi.advanceTimersByTimeAsync(0);
    answer();
    await vi.advanceTimersByTimeAsync(100);
    expect(paid.map((effect) => effect.name)).toEqual(["Ann"]);
    expect(states()).toEqual(["accepted", "accepted"]);

    FakeSocket.last.onclose({ code: 1006, reason: "" });
    paid[0]!.done();
    await vi.advanceTimersByTimeAsync(500);
    FakeSocket.last.onerror(); // the show is still away
    await vi.advanceTimersByTimeAsync(1_000);
    FakeSocket.last.tell(WELCOME);
    expect(FakeSocket.last.sent.map((sent) => sent["type"])).toEqual(["offer_effects"]);
    answer({ asked: [ASKED] });
    await vi.advanceTimersByTimeAsync(100);
    expect(states().at(-1)).toBe("done");
    FakeSocket.last.onclose({ code: 1006, reason: "" });
    await vi.advanceTimersByTimeAsync(500);
    FakeSocket.last.tell(WELCOME);
    answer({ asked: [] });
    await vi.advanceTimersByTimeAsync(100);
    expect(states().filter((state) => state === "done").length).toBeGreaterThan(1);
    answer();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(paid).toHaveLength(1);
  });

  it("answer from the journal for what an earlier page did", async () => {
    const kept = new Map([["avatar_live done castle", '["p1"]']]);
    const journal = { getItem: (key: string) => kept.get(key) ?? null } as Storage;
    const events = opened();
    events.on("paid", () => expect.fail("it was done before"));
    await sold(events, journal);
    await vi.advanceTimersByTimeAsync(100);
    expect(states()).toEqual(["done"]);
  });

  it("tell what a game says last before the line closes", async () => {
    const events = opened();
    events.on("paid", (effect) => (effect.done(), void events.close()));
    await sold(events);
    answer();
    await vi.advanceTimersByTimeAsync(100);
    expect(states()).toEqual(["accepted", "done"]);
    expect(links.at(-1)).toEqual({ at: "open" });
    answer();
    await vi.advanceTimersByTimeAsync(100);
    expect(links.at(-1)).toMatchObject({ at: "closed", code: 1000 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are taken no more by a game that said goodbye", async () => {
    const events = opened();
    const paid: string[] = [];
    events.on("paid", (effect) => (paid.push(effect.id), effect.done(), void events.close()));
    await sold(events);
    FakeSocket.last.tell({ epoch: "e1", seq: 5, type: "effect_asked", at: 1, data: { ...ASKED, id: "p2" } }); // waits
    answer();
    FakeSocket.last.tell({ epoch: "e1", seq: 6, type: "effect_asked", at: 1, data: { ...ASKED, id: "p3" } });
    await vi.advanceTimersByTimeAsync(100);
    answer();
    await vi.advanceTimersByTimeAsync(500);
    expect(paid).toEqual(["p1"]);
    expect(states()).toEqual(["accepted", "done"]);
    expect(links.at(-1)).toMatchObject({ at: "closed", code: 1000 });
  });

  it("are not waited for on a line that the show closes", async () => {
    const events = opened();
    events.on("paid", (effect) => effect.done());
    await sold(events);
    answer();
    await vi.advanceTimersByTimeAsync(0);
    FakeSocket.last.onclose({ code: 1006, reason: "" });
    const closing = events.close();
    await vi.advanceTimersByTimeAsync(500);
    FakeSocket.last.onclose({ code: 4102, reason: "Wrong token." });
    await closing;
    expect(links.at(-1)).toMatchObject({ at: "closed", code: 4102 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("wait two seconds for a room that does not listen, and then leave nothing behind", async () => {
    const events = opened();
    await sold(events);
    const closing = events.close();
    await vi.advanceTimersByTimeAsync(1_900);
    expect(links.at(-1)).toEqual({ at: "open" });
    await vi.advanceTimersByTimeAsync(200);
    await closing;
    expect(links.at(-1)).toMatchObject({ at: "closed", code: 1000 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("tell the room what is done, also where the journal can neither be read nor written", async () => {
    const full = (): never => {
      throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
    };
    const warning = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const journal = { getItem: () => "[torn", setItem: full } as unknown as Storage;
    const events = opened();
    events.on("paid", (effect) => effect.done());
    await sold(events, journal);
    answer();
    await vi.advanceTimersByTimeAsync(100);
    expect(states()).toEqual(["accepted", "done"]);
    expect(warning).toHaveBeenCalledTimes(2);
    warning.mockRestore();
  });
});

describe("a viewer", () => {
  const IN = {
    type: "welcome",
    viewer: "my secret",
    name: "Robo",
    epoch: "e1",
    seq: 4,
    balance_coins: 100,
    catalogue: [{ id: "rose", name: "Rose", emoji: "R", price_coins: 10 }],
    offers: [],
    recent: [],
  };
  const update = (id: string, state = "committed") => ({ type: "gift_update", id, state, balance_coins: 90, reason: "", seconds: 0, gift: "rose" });

  function entered(welcome: object = IN): Viewer {
    const robo = new Viewer("http://show:8080/", "Robo", { WebSocket: FakeSocket as unknown as typeof WebSocket, link: (link) => links.push(link) });
    FakeSocket.last.onopen();
    FakeSocket.last.tell(welcome);
    return robo;
  }

  it("joins, chats, likes in portions, and hears the room", async () => {
    const robo = entered();
    expect(String(FakeSocket.last.url)).toBe("ws://show:8080/ws");
    expect(FakeSocket.last.sent).toEqual([{ type: "join", name: "Robo", viewer: null, epoch: null, seq: 0 }]);
    const heard: string[] = [];
    robo.on("chat", (line) => heard.push(line.text));
    FakeSocket.last.tell({ type: "lines", lines: [{ type: "chat", seq: 5, text: "hello" }] });
    await robo.say("hi");
    const liking = robo.like(60);
    await vi.advanceTimersByTimeAsync(200);
    await liking;
    expect(heard).toEqual(["hello"]);
    expect(FakeSocket.last.sent.slice(1)).toEqual([{ type: "say", text: "hi" }, { type: "like", count: 50 }, { type: "like", count: 10 }]);
    expect([robo.secret, robo.balance_coins]).toEqual(["my secret", 100]);
    robo.close();
  });

  it("gives a gift again with its own id after a break, as who it was, and is answered once", async () => {
    const robo = entered();
    const answer = robo.give("rose", 2, "rose-1");
    expect(robo.give("rose", 2, "rose-1")).toBe(answer);
    const asked = { type: "gift", id: "rose-1", gift: "rose", count: 2, price_coins: 10 };
    expect(FakeSocket.last.sent.slice(1)).toEqual([asked]);
    FakeSocket.last.onclose({ code: 1006, reason: "" });
    vi.advanceTimersByTime(500);
    FakeSocket.last.onopen();
    expect(FakeSocket.last.sent).toEqual([{ type: "join", name: "Robo", viewer: "my secret", epoch: "e1", seq: 4 }]);
    FakeSocket.last.tell(IN);
    vi.advanceTimersByTime(1);
    expect(FakeSocket.last.sent.slice(1)).toEqual([asked]);
    FakeSocket.last.tell(update("rose-1"));
    expect((await answer).state).toBe("committed");
    expect(robo.balance_coins).toBe(90);
    await expect(robo.give("rose", 1, "no id")).rejects.toThrow("letters");
    robo.close();
  });

  it("pushes once over a break, and hears how that ended and not that it waits", async () => {
    const robo = entered();
    const pushing = robo.push("red", "same");
    const giving = robo.give("rose", 1, "same");
    FakeSocket.last.onclose({ code: 1006, reason: "" });
    vi.advanceTimersByTime(500);
    FakeSocket.last.onopen();
    FakeSocket.last.tell(IN);
    vi.advanceTimersByTime(1_000);
    expect(FakeSocket.last.sent.slice(1).map((one) => one["type"])).toEqual(["camp", "gift"]);
    FakeSocket.last.tell({ type: "push_update", id: "same", camp: "red", state: "queued", reason: "after the goal" });
    FakeSocket.last.tell(update("same"));
    FakeSocket.last.tell({ type: "push_update", id: "same", camp: "red", state: "done", reason: "" });
    expect([(await pushing).state, (await giving).state]).toEqual(["done", "committed"]);
    await expect(robo.push("red", "no id")).rejects.toThrow("letters");
    robo.close();
  });

  it("gives 1 to 99 of a gift, and asks the room for nothing else", async () => {
    const robo = entered();
    for (const count of [0, -1, 100, 1.5, NaN]) await expect(robo.give("rose", count)).rejects.toThrow("1 to 99");
    void robo.give("rose", 1).catch(() => undefined);
    void robo.give("rose", 99).catch(() => undefined);
    expect(FakeSocket.last.sent.slice(1).map((one) => one["count"])).toEqual([1, 99]);
    robo.close();
  });

  it("has ids on plain http, where browsers have no randomUUID", () => {
    vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
    const robo = entered();
    void robo.give("rose").catch(() => undefined);
    void robo.push("red").catch(() => undefined);
    vi.unstubAllGlobals();
    const ids = FakeSocket.last.sent.slice(1).map((one) => one["id"]);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    robo.close();
  });

  it("likes often as fast as the room counts it, however often it is told to", async () => {
    const robo = entered();
    const liking = [robo.like(5_000), ...Array.from({ length: 500 }, () => robo.like())];
    await vi.advanceTimersByTimeAsync(1_000);
    expect(FakeSocket.last.sent.length).toBeLessThan(15);
    await vi.advanceTimersByTimeAsync(11_000);
    await Promise.all(liking);
    expect(FakeSocket.last.sent.reduce((sum, one) => sum + ((one["count"] as number | undefined) ?? 0), 0)).toBe(5_500);
    robo.close();
  });

  it("tells all listeners all lines of a batch, also after one that throws", () => {
    const robo = entered();
    const heard: string[] = [];
    robo.on("chat", (line) => {
      if (line.text === "a") throw new Error("of the listener");
    });
    robo.on("chat", (line) => heard.push(line.text));
    const lines = ["a", "b"].map((text, number) => ({ type: "chat", seq: 5 + number, text }));
    FakeSocket.last.tell({ type: "lines", lines });
    expect(heard).toEqual(["a", "b"]);
    expect(() => vi.advanceTimersByTime(0)).toThrow("of the listener");
    robo.close();
  });

  it("tells what was said while the line was away, once, and not what was said before it came", () => {
    const said = (seq: number) => ({ type: "chat", seq, text: `line ${seq}` });
    const robo = new Viewer("http://show:8080/", "Robo", { WebSocket: FakeSocket as unknown as typeof WebSocket });
    const heard: string[] = [];
    robo.on("chat", (line) => heard.push(line.text));
    FakeSocket.last.tell({ ...IN, seq: 4, recent: [said(3), said(4)] });
    FakeSocket.last.tell(said(5));
    const back = (epoch: string, ...recent: object[]) => {
      FakeSocket.last.onclose({ code: 1006, reason: "" });
      vi.advanceTimersByTime(500);
      FakeSocket.last.tell({ ...IN, epoch, seq: 7, recent });
    };
    back("e1", said(5), said(6), said(7));
    back("e2", said(1));
    expect(heard).toEqual(["line 5", "line 6", "line 7", "line 1"]);
    robo.close();
  });

  it("waits a little where it was too fast", () => {
    const robo = entered();
    void robo.give("rose", 1, "a");
    FakeSocket.last.tell({ type: "refused", about: "gift", reason: "Slower, please." });
    vi.advanceTimersByTime(999);
    expect(FakeSocket.last.sent).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(FakeSocket.last.sent).toHaveLength(3);
    FakeSocket.last.tell(update("a"));
    robo.close();
  });

  it("stays away when it is banned, and says so to whoever waits", async () => {
    const robo = entered();
    const answer = robo.give("rose");
    FakeSocket.last.onclose({ code: 4103, reason: "Banned." });
    await expect(answer).rejects.toThrow(new ClosedError("Banned.", 4103));
    await expect(robo.say("but")).rejects.toThrow("Banned.");
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.opened).toHaveLength(1);
    expect(links.at(-1)).toEqual({ at: "closed", reason: "Banned.", code: 4103 });
  });

  it("opens a new line when the old one is silent", () => {
    const robo = entered();
    vi.advanceTimersByTime(21_000);
    expect(FakeSocket.opened).toHaveLength(2);
    robo.close();
  });
});
