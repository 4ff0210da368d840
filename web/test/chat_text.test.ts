import { describe, expect, it } from "vitest";

import { isEmotesAlone, isMentioned, piecesOf } from "../src/chat_text";

const CODES = new Set(["wow", "fire", "100"]);

function kinds(text: string, own = "Sunny Otter 42"): string[] {
  const pieces = piecesOf(text, CODES, own);
  expect(pieces.map((piece) => piece.text).join("")).toBe(text);
  return pieces.map((piece) => (piece.kind === "mention" && piece.is_own ? "own" : piece.kind));
}

describe("a chat line", () => {
  it("is cut at the emotes that the show has", () => {
    expect(kinds("so :wow: and :nope: :100:")).toEqual(["text", "emote", "text", "emote"]);
    expect(kinds(":wow::fire:")).toEqual(["emote", "emote"]);
    expect(kinds("at 10:30:45 :WOW:")).toEqual(["text"]);
  });

  it("speaks to who reads by the whole name, whatever its case", () => {
    expect(kinds("hi @Sunny Otter 42, welcome")).toEqual(["text", "own", "text"]);
    expect(kinds("@sunny otter 42")).toEqual(["own"]);
    expect(kinds("@Sunny Otter 421")).toEqual(["mention", "text"]);
    expect(kinds("@Bob and @安娜")).toEqual(["mention", "text", "mention"]);
    expect(kinds("@安娜 你好", "安娜")).toEqual(["own", "text"]);
  });

  it("takes no address for a mention", () => {
    expect(kinds("mail ann@example.org")).toEqual(["text"]);
    expect(kinds("a lone @ sign")).toEqual(["text"]);
  });

  it("says whether it mentions, and whether it is emotes alone", () => {
    expect(isMentioned(piecesOf("hey @Ann!", CODES, "Ann"))).toBe(true);
    expect(isMentioned(piecesOf("hey @Bob!", CODES, "Ann"))).toBe(false);
    expect(isEmotesAlone(piecesOf(":wow: :fire:", CODES, "Ann"))).toBe(true);
    expect(isEmotesAlone(piecesOf(":wow: no", CODES, "Ann"))).toBe(false);
    expect(isEmotesAlone(piecesOf("", CODES, "Ann"))).toBe(false);
  });
});
