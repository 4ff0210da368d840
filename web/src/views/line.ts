/** One line of the chat: what somebody said or gave, what it answers, and what can be done about it. */

import { type TemplateResult, html, nothing } from "lit-html";

import { type Piece, isEmotesAlone, isMentioned, piecesOf } from "../chat_text";
import { type Line, type State, giftOf } from "../state";
import { giftName, words } from "../words";
import type { Actions } from "./actions";
import { badgesView } from "./badges";
import { emotePicture } from "./emotes";
import { giftPicture, sign } from "./icons";
import { hueOf } from "./names";

const MUTE_S = 600;

type Said = Extract<Line, { kind: "said" }>;

export function lineView(state: State, line: Line, act: Actions): TemplateResult {
  if (line.kind === "said") return saidView(state, line, act);
  const gift = giftOf(state, line.gift);
  return html`<li class="line is-gift">
    <b>${line.name}</b><span class="text">${words.gave} ${giftName(line.gift, gift?.name ?? line.gift)}</span>${giftPicture(line.gift, gift?.emoji ?? "")}
    ${line.count > 1 ? html`<b class="times">×${line.count}</b>` : nothing}
  </li>`;
}

/** Say whether a line speaks to who reads it. */
export function isForMe(state: State, line: Said): boolean {
  return line.reply_name === state.name || isMentioned(pieces(state, line));
}

function saidView(state: State, line: Said, act: Actions): TemplateResult {
  const cut = pieces(state, line);
  const look = `${isForMe(state, line) ? "is-for-me" : ""} ${line.badges.includes("host") ? "is-host" : ""} ${isEmotesAlone(cut) ? "is-emotes" : ""}`;
  return html`<li class="line ${look}" data-hue=${hueOf(line.name)}>
    ${line.reply_to === 0 ? nothing : answeredView(state, line)}${badgesView(line.badges)}${line.source === "" ? nothing : html`<span class="source" data-source=${line.source}>${line.source}</span>`}<b>${line.name}</b><span class="text">${cut.map((piece) => pieceView(state, piece))}</span>${menuView(state, line, act)}
  </li>`;
}

/** What a line answers; the page may not have that line any more, and a removed one it must not show. */
function answeredView(state: State, line: Said): TemplateResult {
  const answered = state.lines.find((one) => one.kind === "said" && one.seq === line.reply_to);
  return html`<span class="answered">${sign("reply")}<i>${line.reply_name}</i>${answered?.kind === "said" ? html` <span>${pieces(state, answered).map((piece) => pieceView(state, piece))}</span>` : nothing}</span>`;
}

function pieceView(state: State, piece: Piece): TemplateResult | string {
  switch (piece.kind) {
    case "text":
      return piece.text;
    case "emote":
      return emotePicture(piece.code, state.emotes.find((emote) => emote.code === piece.code)?.emoji ?? piece.text);
    case "mention":
      return html`<span class="mention ${piece.is_own ? "is-own" : ""}">${piece.text}</span>`;
  }
}

// Lines do not change, and two hundred of them are drawn with every word that arrives.
const cut_lines = new WeakMap<Line, { readonly own: string; readonly codes: ReadonlySet<string>; readonly pieces: readonly Piece[] }>();
let codes: ReadonlySet<string> = new Set();
let codes_of: State["emotes"] = [];

function pieces(state: State, line: Said): readonly Piece[] {
  if (codes_of !== state.emotes) {
    codes_of = state.emotes;
    codes = new Set(state.emotes.map((emote) => emote.code));
  }
  const known = cut_lines.get(line);
  if (known !== undefined && known.own === state.name && known.codes === codes) return known.pieces;
  const cut = piecesOf(line.text, codes, state.name);
  cut_lines.set(line, { own: state.name, codes, pieces: cut });
  return cut;
}

/** A small sign at the end of a line, and behind it what can be done about the line. */
function menuView(state: State, line: Said, act: Actions): TemplateResult {
  const is_open = state.line_open === line.key;
  return html`<button
      class="line-more"
      aria-label=${words.line_menu}
      title=${words.line_menu}
      aria-expanded=${is_open ? "true" : "false"}
      @click=${() => act.openLine(is_open ? null : line.key)}
    >
      ⋯</button
    >${is_open
      ? html`<span class="line-menu" role="group" aria-label=${words.line_menu}>
          <button class="chip" @click=${() => act.replyTo(line)}>${words.reply}</button>
          ${state.is_moderator
            ? html`<button class="chip" @click=${() => act.moderate("remove", line.seq)}>${words.remove_line}</button>
                <button class="chip" @click=${() => act.moderate("mute", line.seq, MUTE_S)}>${words.mute_viewer}</button>
                <button class="chip is-hard" @click=${() => act.moderate("ban", line.seq)}>${words.ban_viewer}</button>`
            : html`<button class="chip" @click=${() => act.reportLine(line.seq)}>${words.report_line}</button>`}
        </span>`
      : nothing}`;
}
