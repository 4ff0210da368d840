import { describe, expect, it } from "vitest";

import { COMBO_S, type ChatLine, type GiftGiven, type Show, TICKET_SECONDS, type Welcome } from "../src/protocol";
import { BANNERS_MAX, BANNER_MS, BANNER_OVER_MS, FAILED_GIFT_MS, LINES_MAX, NOTICE_MS, OWN_GIFTS_MAX, reduce } from "../src/reduce";
import { type State, amountOf, begin, freeCoins, latencyMs, openGifts, shelfOf, tierOf } from "../src/state";

const SHOW: Show = {
  type: "show",
  audience: 3,
  likes: 10,
  ball: 0.25,
  score_red: 1,
  score_blue: 2,
  camp_red: 4,
  camp_blue: 5,
  playing: [],
  is_live: true,
  source: "webcam",
  followers: 0,
  rest: "",
  shelf: [],
};

function said(seq: number, text: string, name = "Bob"): ChatLine {
  return { type: "chat", seq, name, text, badges: [], reply_to: 0, reply_name: "", source: "" };
}

const WELCOME: Welcome = {
  type: "welcome",
  viewer: "secret",
  name: "Ann",
  epoch: "first",
  seq: 2,
  balance_coins: 100,
  catalogue: [
    { id: "tomato", name: "Tomato", emoji: "T", price_coins: 5, reaction: "throw", push: 0.5, move: null, seconds: 0 },
    { id: "ticket", name: "Ticket", emoji: "K", price_coins: 90, reaction: "ticket", push: 0, move: null, seconds: 0 },
  ],
  show: SHOW,
  recent: [
    said(1, "hello"),
    given(2),
  ],
  title: "The show",
  player: null,
  player_seconds_left: null,
  camp: "red",
  is_moderator: false,
  removed: [],
  emotes: [{ code: "wow", emoji: "W" }],
  waiting: [],
  held: [],
  kept: null,
  offers: [],
  combos: [],
  poll: null,
  vote: null,
  goals: [],
  board: null,
  is_following: false,
  lottery: null,
  entry: null,
  free_ticket: null,
};

const PLAYING = { at: "playing", stream: null } as const;

function joined(welcome: Partial<Welcome> = {}): State {
  return reduce(begin("Ann", null), { ...WELCOME, ...welcome }, 0);
}

function given(seq: number, name = "Bob", gift = "tomato", combo_count = 1): GiftGiven {
  return { type: "gift_given", seq, id: `gift ${seq}`, name, gift, count: 1, combo: `first-${name}-${gift}`, combo_count };
}

describe("a poll", () => {
  const poll = { type: "poll", id: 7, question: "Tea?", choices: ["yes", "no"], votes: [0, 0], seconds_left: 60, is_quiz: false, is_over: false, answer: null } as const;

  it("stays folded up while votes come in, and its end unfolds it", () => {
    const folded = reduce(reduce(joined(), poll, 0), { type: "poll_folded", poll: 7, is_folded: true }, 0);
    expect(reduce(folded, { ...poll, votes: [1, 0] }, 0).poll_folded).toBe(7);
    expect(reduce(folded, { ...poll, is_over: true }, 0).poll_folded).toBeNull();
    expect(reduce(folded, { type: "poll_folded", poll: 7, is_folded: false }, 0).poll_folded).toBeNull();
  });
});

describe("a removed line", () => {
  it("leaves the page, and gifts stay", () => {
    const state = reduce(joined(), { type: "removed", seq: 1 }, 0);
    expect(state.lines.map((line) => line.kind)).toEqual(["gave"]);
  });

  it("is gone, too, from a page that was away meanwhile", () => {
    const state = reduce(joined(), { ...WELCOME, recent: [], removed: [1] }, 0);
    expect(state.lines.map((line) => line.kind)).toEqual(["gave"]);
  });
});

describe("a line that waits", () => {
  const waiting = { type: "waiting", id: 7, text: "hello", reason: "all" } as const;
  const held = { type: "held", id: 7, name: "Bob", text: "hello", reason: "all", seconds: 60 } as const;

  it("is on its writer's page until it is told", () => {
    const state = reduce(joined(), waiting, 0);
    expect(state.waiting).toEqual([waiting]);
    expect(reduce(state, { type: "decided", id: 7, is_told: true, reason: "" }, 0)).toMatchObject({ waiting: [], notices: [] });
  });

  it("ends with a sentence when it is not told", () => {
    const state = reduce(reduce(joined(), waiting, 0), { type: "decided", id: 7, is_told: false, reason: "No." }, 0);
    expect(state.notices.map((notice) => notice.text)).toEqual(["No."]);
  });

  it("asks a moderator once, and no more when another one has decided", () => {
    const state = reduce(reduce(joined({ is_moderator: true }), held, 0), held, 0);
    expect(state.held).toEqual([held]);
    expect(reduce(state, { type: "decided", id: 7, is_told: false, reason: "No." }, 0)).toMatchObject({ held: [], notices: [] });
  });

  it("leaves a moderator's panel as the room says that it is kept", () => {
    const kept = { type: "kept", slow_s: 5, is_frozen: false, has_links: true, hold: "all", hold_s: 60, then: "tell", delay_s: 0 } as const;
    expect(joined().kept).toBeNull();
    const state = reduce(joined({ kept }), { type: "keeping_opened", is_open: true }, 0);
    expect(reduce(state, { ...kept, is_frozen: true }, 0)).toMatchObject({ kept: { is_frozen: true }, is_keeping_open: true });
  });

  it("is there again after a reload, and is told to be lost with the room's life", () => {
    const state = joined({ waiting: [waiting], held: [held] });
    expect(state).toMatchObject({ waiting: [waiting], held: [held] });
    const anew = reduce(state, { ...WELCOME, epoch: "second" }, 0);
    expect(anew.waiting).toEqual([]);
    expect(anew.notices).toHaveLength(1);
  });
});

describe("lines told together", () => {
  it("are heard one after another, and what was heard before is passed over", () => {
    const lines = [given(2), given(3, "Bob", "tomato", 2), said(4, "there", "Bob")] as const;
    const state = reduce(joined(), { type: "lines", lines }, 0);
    expect(state.seq).toBe(4);
    expect(state.lines.map((line) => (line.kind === "said" ? line.text : line.count))).toEqual(["hello", 2, "there"]);
  });
});

describe("joining", () => {
  it("takes the secret, the wallet, the catalogue and the last lines", () => {
    const state = joined();
    expect(state.link).toEqual({ at: "joined" });
    expect([state.viewer, state.balance_coins, state.catalogue.length, state.title]).toEqual(["secret", 100, 2, "The show"]);
    expect(state.lines.map((line) => line.kind)).toEqual(["said", "gave"]);
  });

  it("adds only what was missed when the room is still in the same life", () => {
    const before = reduce(joined(), said(3, "third", "Cat"), 0);
    const after = reduce(
      before,
      {
        ...WELCOME,
        seq: 4,
        recent: [
          said(3, "third", "Cat"),
          said(4, "fourth", "Cat"),
        ],
      },
      0,
    );
    expect(after.lines.map((line) => line.key)).toEqual(["first:1", "first-Bob-tomato", "first:3", "first:4"]);
  });

  it("shows the last lines of a room that was born again, and keeps the old ones while there are none", () => {
    const kept = reduce(joined(), { ...WELCOME, epoch: "second", seq: 0, recent: [] }, 0);
    expect(kept.lines).toHaveLength(2);
    const replaced = reduce(joined(), { ...WELCOME, epoch: "second", seq: 1, recent: [said(1, "new", "Z")] }, 0);
    expect(replaced.lines.map((line) => line.key)).toEqual(["second:1"]);
  });

  it("keeps the seq of what was heard last, for the next join", () => {
    expect(reduce(joined(), said(9, "x", "Cat"), 0).seq).toBe(9);
  });
});

describe("an answer", () => {
  const bob = { seq: 1, name: "Bob" };

  it("is begun and given up, and the line's menu closes", () => {
    const opened = reduce(joined(), { type: "line_opened", key: "first:1" }, 0);
    const begun = reduce(opened, { type: "reply_began", to: bob }, 0);
    expect([begun.reply_to, begun.line_open]).toEqual([bob, null]);
    expect(reduce(begun, { type: "reply_began", to: null }, 0).reply_to).toBeNull();
  });

  it("to a line that is removed, or was said in another life of the room, is given up", () => {
    const begun = reduce(joined(), { type: "reply_began", to: bob }, 0);
    expect(reduce(begun, { type: "removed", seq: 1 }, 0).reply_to).toBeNull();
    expect(reduce(begun, { ...WELCOME, recent: [] }, 0).reply_to).toEqual(bob);
    expect(reduce(begun, { ...WELCOME, epoch: "second" }, 0).reply_to).toBeNull();
  });
});

describe("chat", () => {
  it("does not show the same line twice", () => {
    const line = said(3, "once", "Cat");
    expect(reduce(reduce(joined(), line, 0), line, 0).lines).toHaveLength(3);
  });

  it("forgets the oldest above its limit", () => {
    let state = joined();
    for (let seq = 3; seq < LINES_MAX + 4; seq += 1) state = reduce(state, said(seq, "x", "Cat"), 0);
    expect(state.lines).toHaveLength(LINES_MAX);
    expect(state.lines[0]!.key).toBe("first:4");
  });

  it("counts a combo up in the row where it began, whatever is said meanwhile", () => {
    const state = [given(3), given(5, "Cat"), given(6, "Bob", "tomato", 2)].reduce((now, one) => reduce(now, one, 0), joined({ recent: [] }));
    expect(state.lines.map((line) => line.kind === "gave" && [line.name, line.count])).toEqual([
      ["Bob", 2],
      ["Cat", 1],
    ]);
  });
});

describe("one's own gifts", () => {
  it("hold their coins until the server has answered", () => {
    const sent = reduce(joined(), { type: "gift_sent", id: "a", gift: "ticket", count: 1 }, 0);
    expect([sent.balance_coins, freeCoins(sent)]).toEqual([100, 10]);
    expect(reduce(sent, { type: "wallet", balance_coins: 512 }, 0)).toEqual({ ...sent, balance_coins: 512 });
    const paid = reduce(sent, { type: "gift_update", id: "a", state: "committed", balance_coins: 10, reason: "", seconds: 0, gift: "" }, 0);
    expect([paid.balance_coins, freeCoins(paid), paid.gifts[0]!.state]).toEqual([10, 10, "committed"]);
  });

  it("are not sent when the coins are promised already", () => {
    const sent = reduce(joined(), { type: "gift_sent", id: "a", gift: "ticket", count: 1 }, 0);
    expect(reduce(sent, { type: "gift_sent", id: "b", gift: "ticket", count: 1 }, 0)).toBe(sent);
  });

  it("tell why they were refunded, and go after a while", () => {
    const sent = reduce(joined(), { type: "gift_sent", id: "a", gift: "ticket", count: 1 }, 0);
    const back = reduce(sent, { type: "gift_update", id: "a", state: "refunded", balance_coins: 100, reason: "no stream", seconds: 0, gift: "" }, 1_000);
    expect(back.gifts[0]).toMatchObject({ state: "refunded", reason: "no stream" });
    expect(back.notices[0]).toMatchObject({ is_bad: true });
    expect(back.notices[0]!.text).toContain("no stream");
    expect(reduce(back, { type: "tick" }, 1_000 + FAILED_GIFT_MS - 1).gifts).toHaveLength(1);
    expect(reduce(back, { type: "tick" }, 1_000 + FAILED_GIFT_MS).gifts).toHaveLength(0);
  });

  it("stay while an answer is owed, whatever the limit", () => {
    let state = joined({ balance_coins: 1_000 });
    for (let i = 0; i < OWN_GIFTS_MAX + 3; i += 1) state = reduce(state, { type: "gift_sent", id: `${i}`, gift: "tomato", count: 1 }, 0);
    expect(state.gifts).toHaveLength(OWN_GIFTS_MAX + 3);
    state = reduce(state, { type: "gift_update", id: "0", state: "done", balance_coins: 995, reason: "", seconds: 0, gift: "" }, 0);
    expect(state.gifts.filter((gift) => gift.state === "sending")).toHaveLength(OWN_GIFTS_MAX + 2);
    expect(state.gifts.some((gift) => gift.id === "0")).toBe(false);
  });

  it("are asked for again until their end is heard, paid or not", () => {
    let state = joined({ balance_coins: 1_000 });
    for (const id of ["a", "b", "c", "d"]) state = reduce(state, { type: "gift_sent", id, gift: "tomato", count: 1 }, 0);
    const told = { type: "gift_update", balance_coins: 985, reason: "", seconds: 0, gift: "" } as const;
    state = reduce(state, { ...told, id: "b", state: "committed" }, 0);
    state = reduce(state, { ...told, id: "c", state: "done" }, 0);
    state = reduce(state, { ...told, id: "d", state: "refused" }, 0);
    expect(openGifts(state)).toEqual(["a", "b"].map((id) => ({ type: "gift", id, gift: "tomato", count: 1, price_coins: 5 })));
  });

  it("count down while they run, rest, and are known to a page that did not send them", () => {
    const told = { type: "gift_update", id: "a", balance_coins: 75, reason: "", gift: "castle/ghost" } as const;
    const running = reduce(joined(), { ...told, state: "running", seconds: 10 }, 1_000);
    expect(running.gifts[0]).toMatchObject({ gift: "castle/ghost", state: "running", seconds_left: 10 });
    expect(reduce(running, { type: "tick" }, 1_100)).toBe(running);
    expect(reduce(running, { type: "tick" }, 4_200).gifts[0]!.seconds_left).toBe(7);
    const paused = reduce(running, { ...told, state: "paused", seconds: 6.5 }, 4_500);
    expect(reduce(paused, { type: "tick" }, 9_000).gifts[0]).toMatchObject({ state: "paused", seconds_left: 7 });
    expect(openGifts(paused)).toEqual([{ type: "gift", id: "a", gift: "castle/ghost", count: 1, price_coins: 0 }]);
  });

  it("may be what an outside game sells", () => {
    const ghost = { id: "castle/ghost", game: "castle", name: "Ghost", emoji: "G", price_coins: 25, seconds: 0, cooldown_s: 30, per_show_max: 0, per_viewer_max: 0 };
    const state = reduce(joined(), { type: "offers", offers: [ghost] }, 0);
    const sent = reduce(state, { type: "gift_sent", id: "a", gift: "castle/ghost", count: 1 }, 0);
    expect(freeCoins(sent)).toBe(75);
    const dearer = reduce(sent, { type: "offers", offers: [{ ...ghost, price_coins: 90 }] }, 0);
    expect(openGifts(dearer)).toEqual([{ type: "gift", id: "a", gift: "castle/ghost", count: 1, price_coins: 25 }]);
    const cooling = { id: "castle/ghost", hindrance: "cooling", wait_s: 12, left: null } as const;
    expect(shelfOf(reduce(state, { ...SHOW, shelf: [cooling] }, 0), "castle/ghost")).toEqual(cooling);
    expect(shelfOf(state, "castle/ghost")).toBeNull();
  });

  it("survive a new life of the room unanswered, so that they can be sent again", () => {
    const sent = reduce(joined(), { type: "gift_sent", id: "a", gift: "tomato", count: 1 }, 0);
    expect(reduce(sent, { ...WELCOME, epoch: "second" }, 0).gifts).toEqual(sent.gifts);
  });
});

describe("several at once", () => {
  it("hold the coins of all of them, and are asked for again as what they were", () => {
    const sent = reduce(joined(), { type: "gift_sent", id: "a", gift: "tomato", count: 10 }, 0);
    expect(freeCoins(sent)).toBe(50);
    expect(openGifts(sent)).toEqual([{ type: "gift", id: "a", gift: "tomato", count: 10, price_coins: 5 }]);
    expect(reduce(sent, { type: "gift_sent", id: "b", gift: "tomato", count: 11 }, 0)).toBe(sent);
  });

  it("are given of tickets one at a time", () => {
    const state = reduce(joined(), { type: "amount_chosen", amount: 50 }, 0);
    expect(state.catalogue.map((gift) => amountOf(state, gift.id))).toEqual([50, 1]);
  });

  it("can be given once more while their combo waits", () => {
    let state = reduce(joined(), { type: "gift_sent", id: "a", gift: "tomato", count: 5 }, 0);
    state = reduce(state, { type: "gift_sent", id: "b", gift: "tomato", count: 5 }, COMBO_S * 1_000 - 1);
    expect(state.again).toMatchObject({ gift: "tomato", count: 5, given: 10 });
    expect(reduce(state, { type: "tick" }, COMBO_S * 2_000).again).toBeNull();
    expect(reduce(joined(), { type: "gift_sent", id: "a", gift: "ticket", count: 1 }, 0).again).toBeNull();
  });
});

describe("banners", () => {
  it("count a combo up, stay while it goes on, tell what it came to, and go", () => {
    let state = reduce(joined(), given(3), 0);
    state = reduce(state, given(4, "Bob", "tomato", 2), BANNER_MS.small - 1);
    expect(state.banners.map(({ count, coins, is_over }) => [count, coins, is_over])).toEqual([[2, 10, false]]);
    const ended = { type: "combo_ended", combo: "first-Bob-tomato", name: "Bob", gift: "tomato", count: 2, coins: 10 } as const;
    state = reduce(state, ended, 2 * BANNER_MS.small - 2);
    expect(state.banners.map(({ count, is_over }) => [count, is_over])).toEqual([[2, true]]);
    expect(reduce(state, { type: "tick" }, 2 * BANNER_MS.small).banners).toHaveLength(1);
    expect(reduce(state, { type: "tick" }, 2 * BANNER_MS.small + BANNER_OVER_MS).banners).toHaveLength(0);
  });

  it("are larger and stay longer for what is dearer", () => {
    const state = reduce(joined(), given(3, "Bob", "ticket", 2), 0);
    expect(tierOf(state.banners[0]!.coins)).toBe("large");
    expect(state.banners[0]!.gone_at_ms).toBe(BANNER_MS.large);
    expect([tierOf(49), tierOf(50), tierOf(149), tierOf(150)]).toEqual(["small", "medium", "medium", "large"]);
  });

  it("show who comes late the combos that go on", () => {
    expect(joined({ combos: [given(2, "Bob", "tomato", 7)] }).banners.map((banner) => banner.count)).toEqual([7]);
  });

  it("are at most a few", () => {
    let state = joined();
    for (let seq = 3; seq < 9; seq += 1) state = reduce(state, given(seq, `giver ${seq}`), 0);
    expect(state.banners).toHaveLength(BANNERS_MAX);
  });
});

describe("the first-person game", () => {
  const start = { type: "play_start", token: "t", seconds: 30 } as const;

  it("counts its seconds down and returns to the audience with a word", () => {
    let state = reduce(joined(), start, 1_000);
    state = reduce(state, { type: "tick" }, 3_000);
    expect(state.play).toMatchObject({ token: "t", seconds_left: 30 });
    state = reduce(state, { type: "own_video_changed", video: PLAYING }, 5_000);
    state = reduce(state, { type: "tick" }, 15_500);
    expect(state.play?.seconds_left).toBe(20);
    state = reduce(state, { type: "play_end", reason: "" }, 35_000);
    expect(state.play).toBeNull();
    expect(state.notices).toHaveLength(1);
  });

  it("goes on after the connection came back, with the clock it had", () => {
    const playing = reduce(reduce(joined(), start, 0), { type: "own_video_changed", video: PLAYING }, 1_000);
    expect(reduce(playing, { ...WELCOME, player: "t", player_seconds_left: 28.9 }, 2_000).play?.ends_at_ms).toBe(31_000);
  });

  it("is entered again by a page that was loaded anew, with the room's clock", () => {
    const state = joined({ player: "t", player_seconds_left: 12.3 });
    expect(state.play).toMatchObject({ token: "t", ends_at_ms: 12_300, seconds_left: 13 });
    expect(reduce(state, { type: "tick" }, 2_500).play?.seconds_left).toBe(10);
  });

  it("has its whole time when it had not begun before the page was loaded anew", () => {
    const state = joined({ player: "t" });
    expect(state.play).toMatchObject({ ends_at_ms: null, seconds_left: TICKET_SECONDS });
    expect(reduce(state, { type: "own_video_changed", video: PLAYING }, 500).play?.ends_at_ms).toBe(500 + TICKET_SECONDS * 1_000);
  });

  it("tells a refund once, though the end of the game says the same", () => {
    const ended = reduce(reduce(joined(), start, 0), { type: "play_end", reason: "No picture; coins are back." }, 0);
    const update = { type: "gift_update", id: "a", state: "refunded", balance_coins: 100, reason: "No picture; coins are back.", seconds: 0, gift: "" } as const;
    expect(reduce(ended, update, 0).notices.map((notice) => notice.is_bad)).toEqual([true]);
  });

  it("is over when the room no longer knows it", () => {
    expect(reduce(reduce(joined(), start, 0), WELCOME, 0).play).toBeNull();
  });
});

describe("what is measured", () => {
  it("makes a latency only of a picture that plays", () => {
    let state = reduce(reduce(joined(), { type: "round_trip", ms: 20 }, 0), { type: "media_delay", ms: 42.4 }, 0);
    expect(latencyMs(state)).toBeNull();
    state = reduce(state, { type: "video_changed", video: PLAYING }, 0);
    expect(latencyMs(state)).toBe(52);
  });

  it("is followed calmly", () => {
    const state = [10, 1_010].reduce((now, ms) => reduce(now, { type: "round_trip", ms }, 0), joined());
    expect(state.round_trip_ms).toBe(310);
  });
});

describe("the rest", () => {
  it("stands with the camp that the room says", () => {
    expect(reduce(joined({ camp: null }), { type: "own_camp", camp: "blue" }, 0).camp).toBe("blue");
  });

  it("changes nothing on a message that this page does not know", () => {
    const state = joined();
    expect(reduce(state, { type: "fireworks" } as never, 0)).toBe(state);
  });

  it("stays the same object on a tick without news", () => {
    const state = joined();
    expect(reduce(state, { type: "tick" }, 5)).toBe(state);
  });

  it("says a refusal once, for a while", () => {
    const refused = { type: "refused", about: "chat", reason: "Too fast." } as const;
    const state = reduce(reduce(joined(), refused, 0), refused, 10);
    expect(state.notices.map((notice) => notice.text)).toEqual(["Too fast."]);
    expect(reduce(state, { type: "tick" }, 10 + NOTICE_MS).notices).toHaveLength(0);
  });
});
