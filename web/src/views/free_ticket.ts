/** The free play ticket: how far it is, and the button that takes it. */

import { type TemplateResult, html, nothing } from "lit-html";
import { styleMap } from "lit-html/directives/style-map.js";

import { FREE_TICKET_LIKES, FREE_TICKET_SECONDS } from "../protocol";
import type { State } from "../state";
import { words } from "../words";
import type { Actions } from "./actions";
import { giftPicture, sign } from "./icons";

export function freeTicketView(state: State, act: Actions): TemplateResult | typeof nothing {
  const { free } = state;
  if (free === null || free.is_used) return nothing;
  const likes = Math.min(free.likes, FREE_TICKET_LIKES);
  const share = (likes / FREE_TICKET_LIKES + 1 - free.left_s / FREE_TICKET_SECONDS) / 2;
  const is_ready = likes === FREE_TICKET_LIKES && free.left_s === 0;
  return html`<button
    id="free-ticket"
    class="free-ticket ${is_ready ? "is-ready" : ""}"
    title=${words.free_ticket_how}
    ?disabled=${!is_ready || state.link.at !== "joined" || !state.show.is_live}
    @click=${act.claimTicket}
  >
    <i style=${styleMap({ width: `${share * 100}%` })}></i>
    ${giftPicture("ticket", "")}<span>${is_ready ? words.free_ticket_take : words.free_ticket}</span>
    ${is_ready ? nothing : html`<small>${sign("heart")}${likes}/${FREE_TICKET_LIKES}</small><small>${sign("clock")}${Math.floor(free.left_s / 60)}:${String(free.left_s % 60).padStart(2, "0")}</small>`}
  </button>`;
}
