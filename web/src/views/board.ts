/** Who gave most, in this round or this season, and one's own place. */

import { type TemplateResult, html, nothing } from "lit-html";

import type { BoardKind } from "../protocol";
import type { State } from "../state";
import { words } from "../words";
import type { Actions } from "./actions";
import { sign } from "./icons";
import { hueOf, initialOf } from "./names";
import { walk } from "./walk";

const KINDS: readonly BoardKind[] = ["round", "season"];

export function boardView(state: State, of: BoardKind, act: Actions): TemplateResult {
  const board = state.boards[of];
  const own = state.places[of];
  return html`<section class="board" aria-label=${words.board}>
    <div class="amounts board-kinds" role="radiogroup" @keydown=${walk} aria-label=${words.board}>
      ${KINDS.map(
        (kind) => html`<button role="radio" data-board=${kind} aria-checked=${kind === of ? "true" : "false"} tabindex=${kind === of ? 0 : -1} @click=${() => act.chooseSide(kind)}>${words[`board_${kind}`]}</button>`,
      )}
    </div>
    <ol>
      ${(board?.top ?? []).map(
        (place, at) => html`<li class="place ${at < 3 ? `is-place-${at + 1}` : ""}">
          <b class="number">${at + 1}</b><span class="face" data-hue=${hueOf(place.name)}>${initialOf(place.name)}</span><span class="name">${place.name}</span>
          <span class="sum">${sign("coin")}${place.coins.toLocaleString("en")}</span>
        </li>`,
      )}
    </ol>
    ${board === null || board.top.length === 0 ? html`<p class="empty">${words.board_empty}</p>` : nothing}
    ${own === null
      ? nothing
      : html`<footer class="own-place">
          <b class="number">${own.place === 0 ? "–" : own.place}</b><span class="face" data-hue=${hueOf(state.name)}>${initialOf(state.name)}</span>
          <span class="name">${own.place === 0 ? words.board_not_yet : words.board_you}</span><span class="sum">${sign("coin")}${own.coins.toLocaleString("en")}</span>
        </footer>`}
  </section>`;
}
