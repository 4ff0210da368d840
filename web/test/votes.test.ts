import { describe, expect, it } from "vitest";

import type { Poll, PushUpdate, Welcome } from "../src/protocol";
import { reduce } from "../src/reduce";
import { type State, begin } from "../src/state";
import { OPEN_PUSHES_MAX, OPEN_PUSH_MS_MAX, openVotes } from "../src/votes";

const POLL: Poll = { type: "poll", id: 3, question: "Tea?", choices: ["yes", "no"], votes: [0, 0], seconds_left: 60, is_quiz: false, is_over: false, answer: null };

function welcome(epoch: string, poll: Poll | null = null, vote: number | null = null): Welcome {
  return { type: "welcome", epoch, seq: 0, poll, vote, recent: [], combos: [], removed: [], waiting: [], held: [], goals: [], player: null, free_ticket: null, lottery: null } as unknown as Welcome;
}

function told(id: string, state: PushUpdate["state"], reason = ""): PushUpdate {
  return { type: "push_update", id, camp: "red", state, reason };
}

function joined(poll: Poll | null = null): State {
  return reduce(begin("Ann", "secret"), welcome("first", poll), 0);
}

function pressed(state: State, id: string, at_ms = 0): State {
  return reduce(state, { type: "push_sent", id, camp: "red" }, at_ms);
}

describe("a push for a camp", () => {
  it("is open until the room says that it is done, and then counts", () => {
    const sent = pressed(joined(), "a");
    expect(openVotes(sent)).toEqual([{ type: "camp", id: "a", camp: "red" }]);
    const waits = reduce(sent, told("a", "queued", "The ball lies in the goal."), 1);
    expect(waits.pushes.map((one) => one.is_waiting)).toEqual([true]);
    expect(waits.notices).toEqual([]);
    const done = reduce(waits, told("a", "done"), 2);
    expect([done.pushes, done.pushed]).toEqual([[], 1]);
    expect(openVotes(done)).toEqual([]);
  });

  it("that was refused or has failed says why, and is not sent again", () => {
    for (const state of ["refused", "failed"] as const) {
      const refused = reduce(pressed(joined(), "a"), told("a", state, "Too fast."), 1);
      expect(refused.notices.map((one) => one.text)).toEqual(["Too fast."]);
      expect([refused.pushed, openVotes(refused)]).toEqual([0, []]);
    }
  });

  it("is sent again in this life of the room and in the next, unless it is old", () => {
    const sent = pressed(pressed(joined(), "old", 0), "new", OPEN_PUSH_MS_MAX - 1);
    for (const epoch of ["first", "second"]) {
      const back = reduce(sent, welcome(epoch), OPEN_PUSH_MS_MAX);
      expect(openVotes(back)).toEqual([{ type: "camp", id: "new", camp: "red" }]);
    }
  });

  it("by a word of the chat counts, and is not the page's to send again", () => {
    const waits = reduce(joined(), told("line:4", "queued", "later"), 0);
    expect(waits.pushes).toHaveLength(1);
    expect(openVotes(reduce(waits, welcome("first"), 1))).toEqual([]);
    expect(reduce(waits, told("line:4", "done"), 1).pushed).toBe(1);
  });

  it("is remembered up to a limit", () => {
    let state = joined();
    for (let i = 0; i <= OPEN_PUSHES_MAX; i++) state = pressed(state, `p${i}`);
    expect([state.pushes.length, state.pushes[0]?.id]).toEqual([OPEN_PUSHES_MAX, "p1"]);
  });
});

describe("a choice in a poll", () => {
  const chosen = reduce(joined(POLL), { type: "choice_sent", choice: 1 }, 0);
  const counted = reduce(chosen, { type: "own_vote", poll: 3, choice: 1 }, 1);

  it("is sent again when the line broke before the room said that it counts", () => {
    expect(openVotes(reduce(chosen, welcome("first", POLL), 2))).toEqual([{ type: "vote", poll: 3, choice: 1 }]);
  });

  it("that counts is not sent again in the same life of the room", () => {
    expect(openVotes(reduce(counted, welcome("first", POLL, 1), 2))).toEqual([]);
  });

  it("that a crash made the room forget is sent again", () => {
    expect(openVotes(reduce(counted, welcome("second", POLL), 2))).toEqual([{ type: "vote", poll: 3, choice: 1 }]);
    expect(openVotes(reduce(counted, welcome("second", POLL, 1), 2))).toEqual([]);
  });

  it("is no choice in another poll, nor in one that is over", () => {
    expect(openVotes(reduce(counted, welcome("second", { ...POLL, question: "Cake?" }), 2))).toEqual([]);
    expect(openVotes(reduce(counted, welcome("second", { ...POLL, is_over: true }), 2))).toEqual([]);
  });

  it("that was refused for being too fast leaves the one before it, which a crash may make the room forget", () => {
    const changed = reduce(counted, { type: "choice_sent", choice: 0 }, 2);
    const refused = reduce(changed, { type: "refused", about: "vote", reason: "Too fast." }, 3);
    expect(openVotes(reduce(refused, welcome("first", POLL, 1), 4))).toEqual([]);
    expect(openVotes(reduce(refused, welcome("second", POLL), 4))).toEqual([{ type: "vote", poll: 3, choice: 1 }]);
  });

  it("that was refused is let go", () => {
    expect(openVotes(reduce(chosen, { type: "refused", about: "vote", reason: "Too fast." }, 1))).toEqual([]);
  });
});
