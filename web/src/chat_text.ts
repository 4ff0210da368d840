/** A chat line cut into what is shown differently: plain text, emotes, and the people it speaks to. */

export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "emote"; readonly text: string; readonly code: string }
  | { readonly kind: "mention"; readonly text: string; readonly is_own: boolean };

const MARKS = /:([a-z0-9]{1,16}):|@\S+/gu;
const PART_OF_A_NAME = /[\p{L}\p{N}]/u;

/** Cut `text`; `codes` are the emotes of this show, `own` the name of who reads. Put together, the pieces are the text. */
export function piecesOf(text: string, codes: ReadonlySet<string>, own: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  MARKS.lastIndex = 0;
  for (let found = MARKS.exec(text); found !== null; found = MARKS.exec(text)) {
    const piece = pieceAt(text, found, codes, own);
    if (piece === null) continue;
    if (found.index > end) pieces.push({ kind: "text", text: text.slice(end, found.index) });
    pieces.push(piece);
    end = MARKS.lastIndex = found.index + piece.text.length;
  }
  if (end < text.length) pieces.push({ kind: "text", text: text.slice(end) });
  return pieces;
}

/** Say whether a line speaks to who reads, by name. */
export function isMentioned(pieces: readonly Piece[]): boolean {
  return pieces.some((piece) => piece.kind === "mention" && piece.is_own);
}

/** Say whether a line is nothing but a few emotes: they are shown large. */
export function isEmotesAlone(pieces: readonly Piece[]): boolean {
  const emotes = pieces.filter((piece) => piece.kind === "emote").length;
  return emotes > 0 && emotes <= 3 && pieces.every((piece) => piece.kind === "emote" || piece.text.trim() === "");
}

function pieceAt(text: string, found: RegExpExecArray, codes: ReadonlySet<string>, own: string): Piece | null {
  const code = found[1];
  if (code !== undefined) return codes.has(code) ? { kind: "emote", text: found[0], code } : null;
  if (found.index > 0 && PART_OF_A_NAME.test(text[found.index - 1]!)) return null; // an address: ann@example.org
  // A name may have spaces in it, so one's own is looked for whole.
  const named = text.slice(found.index + 1, found.index + 1 + own.length);
  const after = text[found.index + 1 + own.length] ?? "";
  if (own !== "" && named.toLowerCase() === own.toLowerCase() && !PART_OF_A_NAME.test(after)) {
    return { kind: "mention", text: `@${named}`, is_own: true };
  }
  return { kind: "mention", text: found[0], is_own: false };
}
