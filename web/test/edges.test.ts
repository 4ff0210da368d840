import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Backoff } from "../src/backoff";
import { cleanName, randomId } from "../src/identity";
import { KeyPad, arrowOf } from "../src/keys";
import { type Keys, NAME_CHARACTERS_MAX } from "../src/protocol";
import { isTakenBy } from "../src/tabs";

describe("the back-off", () => {
  it("doubles up to its limit, with at most half of it taken off by chance", () => {
    const late = new Backoff(100, 500, () => 1);
    expect([late.next(), late.next(), late.next(), late.next()]).toEqual([100, 200, 400, 500]);
    const early = new Backoff(100, 500, () => 0);
    expect([early.next(), early.next()]).toEqual([50, 100]);
    early.reset();
    expect(early.next()).toBe(50);
  });
});

describe("who we are", () => {
  it("has a name of one line within the room's limit", () => {
    expect(cleanName("  Ann \n of  Oz ")).toBe("Ann of Oz");
    expect(cleanName("x".repeat(NAME_CHARACTERS_MAX + 1))).toHaveLength(NAME_CHARACTERS_MAX);
  });

  it("makes version 4 UUIDs with and without crypto.randomUUID", () => {
    const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    expect(randomId()).toMatch(form);
    vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
    const ids = new Set(Array.from({ length: 100 }, randomId));
    vi.unstubAllGlobals();
    expect(ids.size).toBe(100);
    for (const id of ids) expect(id).toMatch(form);
  });
});

describe("two tabs of one viewer", () => {
  const claim = { token: "t", at_ms: 5, tab: "b" };

  it("let the later one play, and never both or none", () => {
    for (const other of [{ ...claim, at_ms: 6 }, { ...claim, tab: "c" }]) {
      expect([isTakenBy(other, claim), isTakenBy(claim, other)]).toEqual([true, false]);
    }
    expect(isTakenBy(claim, claim)).toBe(false);
    expect(isTakenBy({ ...claim, token: "another game", at_ms: 6 }, claim)).toBe(false);
  });
});

describe("the arrows", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("are the arrow keys and WASD", () => {
    expect(["ArrowUp", "KeyA", "KeyS", "ArrowRight", "KeyQ"].map(arrowOf)).toEqual(["up", "left", "down", "right", null]);
  });

  it("are told on change and at 20 Hz while any is down, each with a larger n", () => {
    const told: Keys[] = [];
    const pad = new KeyPad((keys) => told.push(keys));
    pad.press("up", "ArrowUp");
    expect(told).toHaveLength(1);
    vi.advanceTimersByTime(1_000);
    expect(told).toHaveLength(21);
    expect(told.every((keys, i) => keys.n === i + 1 && keys.up === true)).toBe(true);
  });

  it("tell a release a few times, because the channel loses messages, and then fall silent", () => {
    const told: Keys[] = [];
    const pad = new KeyPad((keys) => told.push(keys));
    pad.press("left", "KeyA");
    pad.release("left", "KeyA");
    vi.advanceTimersByTime(5_000);
    const released = told.filter((keys) => keys.left === false);
    expect(released.length).toBeGreaterThanOrEqual(3);
    const count = told.length;
    vi.advanceTimersByTime(5_000);
    expect(told).toHaveLength(count);
  });

  it("stay down until every finger and key has let go", () => {
    const pad = new KeyPad(() => undefined);
    pad.press("up", "ArrowUp");
    pad.press("up", "pointer 1");
    pad.release("up", "ArrowUp");
    expect(pad.isDown("up")).toBe(true);
    pad.releaseAll();
    expect(pad.isDown("up")).toBe(false);
    pad.close();
  });
});
